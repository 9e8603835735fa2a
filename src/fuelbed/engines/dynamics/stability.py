"""What state the system is in, what a push of any size could do, and what would bring it back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.engines.dynamics.asking import MOST
from fuelbed.engines.dynamics.tipping import Tipped

__all__ = ["STATES", "Stability", "stability"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]

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


def stability(t: Tipped) -> Stability:
    """Classify every draw, at the load in the middle, from the answers to four questions that are simulated, none that is assumed."""
    asked = t.asked
    rows = np.arange(len(asked))
    none = asked.down(rows, np.zeros(len(rows)))
    as_declared = asked.down(rows, np.ones(len(rows)))
    more = as_declared | np.isfinite(t.size)
    longer = np.array(more)
    left = rows[~more]
    if left.size:  # longer too: four times as far, ten times as long
        longer[left] = asked.down(left, np.full(left.size, MOST), asked.lasts[left] * 10)
    words = np.where(none, "failed", np.where(as_declared, "metastable", np.where(longer, "vulnerable", "stable")))
    return Stability(str(words[0]), {w: float(np.mean(words == w)) for w in STATES if np.any(words == w)})
