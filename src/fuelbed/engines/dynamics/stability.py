"""What state the system is in, and what a push of any size could do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fuelbed.engines.dynamics.asking import MOST, ask
from fuelbed.engines.dynamics.tipping import Tipped

__all__ = ["STATES", "Stability", "stability"]

STATES = {
    "failed": "it is down with no push at all",
    "metastable": "it runs by itself, the declared push sends it down, and it stays down when the push is gone",
    "vulnerable": "it runs by itself, and only a push greater or longer than the declared one keeps it down",
    "stable": "it comes back by itself after every push that was looked at",
}


@dataclass(frozen=True, eq=False)
class Stability:
    """word: the state at the middle of every number. shares: by word, the share of the draws that are in that state."""

    word: str
    shares: dict[str, float]


def stability(several: Sequence[Tipped]) -> list[Stability]:
    """Classify every draw of each, at the load in the middle, from answers that are simulated, none that is assumed."""
    parts = []
    for t in several:
        rows = np.arange(len(t.asked))
        one = np.ones(len(rows))
        parts += [t.asked.rows(rows, 0 * one), t.asked.rows(rows, one), t.asked.rows(rows, MOST * one, 10.0)]
    answers = ask(parts)
    out = []
    for i, t in enumerate(several):
        none, declared, longest = answers[3 * i : 3 * i + 3]
        words = np.where(
            none,
            "failed",
            np.where(declared, "metastable", np.where(longest | np.isfinite(t.size), "vulnerable", "stable")),
        )
        out.append(Stability(str(words[0]), {w: float(np.mean(words == w)) for w in STATES if np.any(words == w)}))
    return out
