"""How long until it happens: the mean of times of which some were seen to their end and some only for a while (censored).

A state that chance alone ends forgets how long it has lasted, so the times are exponential but for a short beginning. Then d ends seen in
T seconds watched in all say everything: the mean is T / d, and its exact 95 % interval comes from the Poisson law of d (F. Garwood,
Biometrika 28, 1936; B. Epstein, M. Sobel, J. Am. Stat. Assoc. 48, 1953). Where none was seen there is no mean, only "at least": T / 3 (that
is, T / -log 0.05: the rule of three). Where times scatter less than exponential ones do, as where a flow carries it there, the interval
is wider than it need be.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Passage", "passage", "until_narrow"]

_NARROW = 2.5  # high / low at which an interval says enough: some twenty ends seen


@dataclass(frozen=True, slots=True)
class Passage:
    """`ended` of `runs` were seen to their end, over `watched` seconds in all. mean: inf where none was; low..high: 95 % interval."""

    runs: int
    ended: int
    watched: float
    mean: float
    low: float
    high: float


def passage(times: Iterable[tuple[float, bool]]) -> Passage:
    """times: (seconds watched, whether it ended then) of every run."""
    seen = list(times)
    watched, ended = math.fsum(t for t, _ in seen), sum(end for _, end in seen)
    return Passage(len(seen), ended, watched, watched / ended if ended else math.inf, *_interval(watched, ended))


def _interval(watched: float, ended: int) -> tuple[float, float]:
    from scipy.special import gammaincinv

    if ended == 0:
        return watched / -math.log(0.05), math.inf
    return watched / float(gammaincinv(ended + 1, 0.975)), watched / float(gammaincinv(ended, 0.025))


def until_narrow(times: Iterable[tuple[float, bool]], most: int) -> Passage:
    """Runs are asked for until the interval is narrow (greatest over least 2.5), at most `most`, or until there are no more."""
    seen: list[tuple[float, bool]] = []
    found = Passage(0, 0, 0.0, math.inf, 0.0, math.inf)
    for one in times:
        seen.append(one)
        found = passage(seen)
        if len(seen) >= most or (math.isfinite(found.high) and found.high <= _NARROW * found.low):
            break
    return found
