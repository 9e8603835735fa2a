"""What state the system is in, and what a push of any size could do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fuelbed.engines.dynamics.asking import MOST, ask
from fuelbed.engines.dynamics.tipping import Tipped
from fuelbed.numerics.wilson import wilson

__all__ = ["STATES", "Stability", "stability"]

_LONGER = 4.0  # times as long, four times as far: the greatest push that is looked at

STATES = {
    "failed": "it is down with no push at all",
    "metastable": "it runs by itself, the declared push sends it down, and it stays down when the push is gone",
    "vulnerable": "it runs by itself, and only a push greater or longer than the declared one keeps it down",
    "stable": "it comes back by itself after every push that was looked at",
}


_SAID = 0.1  # share of the sweep from which on a state is worth the first word


@dataclass(frozen=True, eq=False)
class Stability:
    """shares: by state, the share of the sweep (draws, and loads where the load varies) that is in it; n: how many were looked at.

    word: the worst state that holds in at least a tenth of the sweep.
    """

    word: str
    shares: dict[str, float]
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share of `word`, over the draws."""
        return wilson(round(self.shares[self.word] * self.n), self.n)


def stability(several: Sequence[Tipped]) -> list[Stability]:
    """Classify every row of each, from answers that are simulated, none that is assumed."""
    parts = []
    for t in several:
        rows = np.arange(len(t.spread))
        one = np.ones(len(rows))
        never = np.flatnonzero(np.isinf(t.size))  # no push of its own length at the middle load: a longer one?
        longer = t.asked.rows(never, MOST * np.ones(len(never)), _LONGER)
        parts += [t.spread.rows(rows, 0 * one), t.spread.rows(rows, one), longer]
    answers = ask(parts)
    out = []
    for i, t in enumerate(several):
        none, declared, longest = answers[3 * i : 3 * i + 3]
        sometimes = np.isfinite(t.size)
        sometimes[~sometimes] = longest
        possible = np.repeat(sometimes, len(t.spread) // len(t.asked))
        words = np.where(none, "failed", np.where(declared, "metastable", np.where(possible, "vulnerable", "stable")))
        shares = {w: float(np.mean(words == w)) for w in STATES if np.any(words == w)}
        word = next((w for w in STATES if shares.get(w, 0.0) >= _SAID), max(shares, key=lambda w: shares[w]))
        out.append(Stability(word, shares, len(t.asked)))
    return out
