"""The uncertain numbers of a model as a box: intervals as shares 0..1 of their width, distributions as drawn samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.interventions import middles
from fuelbed.numerics.sampling import latin_hypercube, quantile

__all__ = ["Box"]

Array = NDArray[np.float64]


class Box:
    """`boxed` numbers are intervals, `drawn` ones have a distribution.

    A number that speaks both of the incident and of the future has a *twin* axis, so that its two parts can be varied apart:
    axes are the boxed numbers, then the twins. `twin[j]` is the axis of the twin of boxed number j.
    """

    def __init__(self, model: Compiled, samples: int, rng: np.random.Generator) -> None:
        self.model = model
        uncertain = [k for k in model.knobs.values() if k.uncertain]
        self.boxed = [k.label for k in uncertain if k.quantity.kind == "interval"]
        self.drawn = [k.label for k in uncertain if k.quantity.kind != "interval"]
        self.middle = middles(model)
        both = [j for j, k in enumerate(self.boxed) if len({n.startswith("pre:") for n in model.knobs[k].inputs}) == 2]
        self.twin = {j: len(self.boxed) + i for i, j in enumerate(both)}
        quantities = [model.knobs[k].quantity for k in self.boxed]
        self.low = np.array([min(q.low, RATE_CAP) for q in quantities])
        self.high = np.array([min(q.high, RATE_CAP) for q in quantities])
        self.n_draws = samples if self.drawn else 1
        u = latin_hypercube(len(self.drawn), samples, rng) if self.drawn else np.empty((0, 1))
        self.draws = {k: quantile(model.knobs[k].quantity, u[i], RATE_CAP) for i, k in enumerate(self.drawn)}

    @property
    def is_point(self) -> bool:
        return not self.boxed and not self.drawn

    def at(self, shares: Array) -> dict[str, Array | float]:
        """Knob values at shares (boxed numbers and perhaps their twins, n); 0 and 1 are the exact ends."""
        out: dict[str, Array | float] = dict(self.middle)
        source = np.array([*range(len(self.boxed)), *self.twin][: len(shares)], dtype=np.intp)
        ends = np.where(shares >= 0.5, self.high[source, None], self.low[source, None])
        inner = (shares > 0.0) & (shares < 1.0)
        for i in np.flatnonzero(inner.any(axis=1)).tolist():
            q = self.model.knobs[self.boxed[source[i]]].quantity
            ends[i] = np.where(inner[i], quantile(q, np.clip(shares[i], 0.0, 1.0), RATE_CAP), ends[i])
        for i, j in enumerate(source.tolist()):
            out[self.boxed[j] if i < len(self.boxed) else "pre:" + self.boxed[j]] = ends[i]
        return out

    def with_draws(self, shares: Array) -> dict[str, Array | float]:
        """Knob values at every draw (outer) and every point of `shares` (inner)."""
        n = shares.shape[1]
        out = {k: np.tile(v, self.n_draws) if isinstance(v, np.ndarray) else v for k, v in self.at(shares).items()}
        out.update({k: np.repeat(v, n) for k, v in self.draws.items()})
        return out
