"""How rarely unknown variants must arrive for a patch to be enough.

With x the rate of the unknown variant of a class, the hazard is linear in x, today and after the patch:

    today(x) = B0 + x B1,   after(x) = A0 + x A1

so "the patch leaves at most the share r of today's hazard" holds up to

    x* = (r B0 - A0) / (A1 - r B1)

where the denominator is above 0 (the unknown variant does not care for the patch). Below 0: the patch is not enough even if no unknown
variant ever arrives. Both sides are taken at the same numbers, so what is uncertain about the exposures mostly cancels. In each number
alone x* is a quotient of two linear functions, hence monotone where it is finite: all corners are its range, where no number speaks both
of the incident and of the future.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.process.box import Box
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.interventions import evaluate
from fuelbed.numerics.sampling import box_points

__all__ = ["BreakEven", "break_even"]

Array = NDArray[np.float64]
_CORNERS = 6
_POINTS = 32


@dataclass(frozen=True, slots=True)
class BreakEven:
    """A rate a year: `value` at the middle, `low..high` over the numbers; infinite where the patch is enough whatever comes, 0 where it is
    not enough even if nothing else does. `method` says how the interval was got."""

    value: float
    low: float
    high: float
    method: str

    @property
    def never(self) -> bool:
        """The patch alone is not enough, whatever the numbers."""
        return self.high <= 0.0

    @property
    def always(self) -> bool:
        return bool(np.isinf(self.low))


def break_even(
    model: Compiled,
    unknown: str,
    patches: Sequence[Mapping[str, float | str]],
    fixed: Mapping[str, float | str],
    share: float,
    rng: np.random.Generator,
) -> list[BreakEven]:
    """For every patch (its changes of tape inputs), the rate of the generated trigger `unknown` up to which at most `share` of today's
    hazard is left. `fixed` are changes that hold on both sides (the rates of other unknown variants that nobody gave)."""
    box = Box(model, _POINTS, rng)
    rate = f"{unknown}.rate"
    relevant = [i for i, k in enumerate(box.boxed) if k != rate and k not in {f.removesuffix(".rate") + ".rate" for f in fixed}]
    shares, how = _points(len(box.boxed), relevant, rng)
    spread = {**box.at(shares), **{k: v[np.arange(shares.shape[1]) % len(v)] for k, v in box.draws.items()}}
    if box.drawn:
        how = f"range over {shares.shape[1]} points of the numbers, at least this wide"
    rows: list[Mapping[str, float | str]] = []
    for p in ({}, *patches):
        rows += [{**fixed, **p, rate: 0.0}, {**fixed, **p, rate: 1.0}]
    middle, wide = (evaluate(model, k, rows, ("hazard",))["hazard"] for k in (box.middle, spread))
    out = []
    for j in range(len(patches)):
        at, over = (_solved(h[:2], h[2 * j + 2 : 2 * j + 4], share) for h in (middle, wide))
        value = float(at[0])
        out.append(BreakEven(value, min(value, float(over.min())), max(value, float(over.max())), how))
    return out


def _solved(today: Array, after: Array, share: float) -> Array:
    b0, a0 = today[0], after[0]
    b1, a1 = today[1] - today[0], after[1] - after[0]
    tiny = 1e-12 * np.maximum(np.abs(b1), np.abs(b0))
    need, slope = share * b0 - a0, a1 - share * b1
    safe = np.where(slope > tiny, slope, 1.0)
    x = np.where(slope > tiny, need / safe, np.where(need >= -tiny, np.inf, 0.0))
    return np.asarray(np.maximum(x, 0.0))


def _points(axes: int, relevant: Sequence[int], rng: np.random.Generator) -> tuple[Array, str]:
    """All corners of the numbers that matter where they are few, else points of the box."""
    n = len(relevant)
    if n > _CORNERS:
        return box_points(axes, _POINTS, rng), f"range over {_POINTS} points of the numbers, at least this wide"
    corners = np.zeros((axes, 1 << n))
    bits = np.arange(1 << n)
    for i, axis in enumerate(relevant):
        corners[axis] = bits >> i & 1
    return corners, "exact: every number is a point" if not n else "all corners"
