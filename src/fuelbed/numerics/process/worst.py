"""The corner of the uncertain numbers at which a quantity is largest, by search: exact where it is one-signed in every number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.interventions import Overrides, evaluate, middles

__all__ = ["worst_corner"]

Array = NDArray[np.float64]
_ROUNDS = 40
_WORK = 2e7  # tape operations of one search


def worst_corner(
    model: Compiled, rows: Sequence[Overrides], output: str, score: Callable[[Array], Array], unbounded: bool = True
) -> dict[str, float]:
    """Every number at that corner; distributions stay at their middle.

    `score` makes one number a point, to be made large, from the output under `rows`, shape (rows, points). From up to three
    starts every number is moved to its better end, all that help at once where that is better than the best one alone, until none
    helps. `unbounded`: rates without an upper bound are moved too.
    """
    mid = middles(model)
    knobs = [k for k in model.knobs.values() if k.uncertain and k.quantity.kind == "interval"]
    knobs = [k for k in knobs if unbounded or np.isfinite(k.quantity.high)]
    if not knobs:
        return mid
    labels = [k.label for k in knobs]
    ends = np.array([[min(k.quantity.low, RATE_CAP), min(k.quantity.high, RATE_CAP)] for k in knobs])
    m = len(knobs)

    def scores(corners: NDArray[np.intp]) -> Array:
        at: dict[str, Array | float] = {**mid, **{x: ends[i, corners[i]] for i, x in enumerate(labels)}}
        return np.asarray(np.nan_to_num(score(evaluate(model, at, rows, (output,))[output]), nan=-np.inf))

    rounds = max(2, min(_ROUNDS, int(_WORK / (3 * model.tape.work * (m + 1) * max(1, len(rows))))))
    starts = [np.zeros(m, dtype=np.intp), np.ones(m, dtype=np.intp), np.arange(m) % 2]
    found = _climb(starts[:2], scores, rounds)
    if (found[0][1] != found[1][1]).any():
        found += _climb(starts[2:], scores, rounds)
    best = max(found, key=lambda x: x[0])[1]
    return {**mid, **{x: float(ends[i, best[i]]) for i, x in enumerate(labels)}}


def _climb(
    corners: Sequence[NDArray[np.intp]], scores: Callable[[NDArray[np.intp]], Array], rounds: int
) -> list[tuple[float, NDArray[np.intp]]]:
    """Where each start leads, and how high: each by itself, but what all of them try is evaluated at once."""
    m = len(corners[0])
    found = list(zip(scores(np.stack(corners, axis=1)).tolist(), corners, strict=True))
    going = list(range(len(found)))
    for _ in range(rounds):
        flips = np.repeat(np.stack([found[i][1] for i in going], axis=1)[:, :, None], m, axis=2)
        flips[np.arange(m), :, np.arange(m)] ^= 1
        alone = scores(flips.reshape(m, -1)).reshape(len(going), m)
        before = np.array([found[i][0] for i in going])[:, None]
        helps = alone > before + 1e-12 * abs(before)
        left = np.flatnonzero(helps.any(axis=1)).tolist()
        if not left:
            break
        every = [np.where(helps[j], 1 - found[going[j]][1], found[going[j]][1]) for j in left]
        for j, corner, together in zip(left, every, scores(np.stack(every, axis=1)).tolist(), strict=True):
            one = int(alone[j].argmax())
            found[going[j]] = (together, corner) if together >= alone[j, one] else (float(alone[j, one]), flips[:, j, one])
        going = [going[j] for j in left]
    return found
