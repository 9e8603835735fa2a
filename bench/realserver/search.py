"""Where does it begin to stay down? A yes-or-no answer per run, noisy near the boundary, so a likelihood instead of a bare bisection.

A run at size x stays down with probability 0.02 + 0.96 Phi((ln x - ln b) / w). The boundary b may lie anywhere in the searched range, the
width w between 0.005 and 0.25, both uniform in the logarithm beforehand: no prediction enters. After each round the next sizes are taken
at the middle of what is still possible (a bisection, while the answers are sharp); the search ends when the middle nine tenths of b lie
within 8 % on either side, or at the most runs. (QUEST: Watson and Pelli 1983, Perception & Psychophysics 33.)

Where the greatest trigger comes back, twice, three smaller ones are tried; if all of them come back too, there is no boundary in range.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Measured", "estimate", "search"]

_LAPSE, _NEAR = 0.02, 0.08
_WIDTHS = tuple(0.005 * 50 ** (i / 8) for i in range(9))
_GRID = 240

Answers = list[tuple[float, bool]]


@dataclass(frozen=True, slots=True)
class Measured:
    """b with its middle nine tenths (all inf where nothing in range stays down, nan where the answers contradict each other or are too few)."""

    middle: float
    low: float
    high: float
    runs: int
    down: int


def search(
    low: float, high: float, ask: Callable[[Sequence[float]], Sequence[bool | None]], most: int, at_once: int = 1
) -> Measured:
    """Ask for runs, `at_once` at a time, until b is known. `ask` gives for each size: stayed down, came back, or None (void)."""
    seen: Answers = []
    asked = 0

    def round_(sizes: Sequence[float]) -> None:
        nonlocal asked
        asked += len(sizes)
        seen.extend((x, d) for x, d in zip(sizes, ask(sizes), strict=True) if d is not None)

    round_([high, *_quantiles(low, high, seen, _spread(at_once - 1))])
    while asked < most:
        top = [d for x, d in seen if x == high]
        if not any(top):
            rest = [high, *(high * (low / high) ** (i / 4) for i in (1, 2, 3))]
            left = [x for x in rest if sum(y == x for y, _ in seen) < (2 if x == high else 1)]
            if not left:
                break
            round_(left[:at_once])
            continue
        m = estimate(low, high, seen)
        if len(seen) > 1 and m.high < m.middle * (1 + _NEAR) and m.low > m.middle * (1 - _NEAR):
            break
        round_(_quantiles(low, high, seen, _spread(at_once)))
    return estimate(low, high, seen)


def estimate(low: float, high: float, seen: Answers) -> Measured:
    """What the answers say about b."""
    down = sum(d for _, d in seen)
    top = [d for x, d in seen if x == high]
    if not any(top):
        none = math.inf if not down and len(seen) >= 5 else math.nan
        return Measured(none, none, none, len(seen), down)
    middle, least, most = _quantiles(low, high, seen, (0.5, 0.05, 0.95))
    return Measured(middle, least, most, len(seen), down)


def _spread(n: int) -> list[float]:
    """Shares that cut what is possible into `n + 1` equal parts."""
    return [(i + 1) / (n + 1) for i in range(n)]


def _quantiles(low: float, high: float, seen: Answers, shares: Sequence[float]) -> list[float]:
    """Quantiles of b, given the answers."""
    step = math.log(high / low) / _GRID
    grid = [math.log(low) + (i + 0.5) * step for i in range(_GRID)]
    weights = [sum(math.exp(_log_likelihood(b, w, seen)) for w in _WIDTHS) for b in grid]
    sums = list(itertools.accumulate(weights))
    found = []
    for q in shares:
        i = min(bisect.bisect_left(sums, q * sums[-1]), _GRID - 1)
        part = (q * sums[-1] - (sums[i] - weights[i])) / weights[i]
        found.append(math.exp(grid[i] + (part - 0.5) * step))
    return found


def _log_likelihood(b: float, w: float, seen: Answers) -> float:
    total = 0.0
    for x, down in seen:
        p = _LAPSE + (1 - 2 * _LAPSE) * 0.5 * math.erfc((b - math.log(x)) / (w * math.sqrt(2)))
        total += math.log(p if down else 1 - p)
    return total
