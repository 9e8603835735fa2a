"""Two versions of a case side by side: after against before, with every number that both hold at the same value on both sides.

Each version has a tape of its own. A number that stands in both with the same quantity is one axis of the box, so that not knowing it
cannot pass for a change; one that differs is an axis of each. The ratio is looked for at the ends of the axes along which its gradient
keeps one sign at all tested points, at the corners of the others, and at the tested points themselves (half of them inside). Two tapes
are no linear-fractional pair, so this is the range that was *found*: the true one is at least as wide, and the method says how many
points were tried. Distributions count as their 5th to 95th percentile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.errors import BudgetError
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.process.comparison import Bound, hull, of
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.interventions import batch, evaluate, middles
from fuelbed.numerics.process.transient import transient
from fuelbed.numerics.sampling import box_points, quantile

__all__ = ["ratios"]

Array = NDArray[np.float64]
_TESTED = 64
_CORNERS = 10  # axes whose corners are all tried; of more, as many corners are drawn
_WORK = 4e7  # tape operations spent on points; large cases get fewer
_TINY = 1e-11
_RARE = 1e-12  # a hair off 0, where a quantity is nothing over nothing


@dataclass(frozen=True, slots=True)
class _Axis:
    """One uncertain number: its label, its quantity, and in which of the two versions it stands."""

    label: str
    quantity: Quantity
    sides: tuple[int, ...]


def ratios(before: Compiled, after: Compiled, outputs: Sequence[str], rng: np.random.Generator) -> dict[str, Bound]:
    """After over before for each output that both tapes hold in closed form; NaN for a middle that rests on a rate nobody gave.

    Left out: the chance within the horizon where it is enclosed or simulated, or where the horizons differ.
    """
    pair = (before, after)
    asked = [o for o in outputs if o != "probability" or _closed(pair)]
    axes = _axes(pair)
    tested = _shares(axes, _points(pair), rng)
    ends, how = _Search(pair, axes, asked).solve(tested, rng)
    known = not any(np.isinf(a.quantity.high) for a in axes)
    middle = [evaluate(m, middles(m), [{}], asked) for m in pair]
    out = {}
    for o in asked:
        was, now = (float(v[o][0, 0]) for v in middle)
        value = float(np.nan_to_num(of("ratio", np.array(now), np.array(was)), nan=1.0, posinf=np.inf))
        low, high = ends[o]
        out[o] = Bound(
            value if known else float("nan"), min(low, value) if known else low, max(high, value) if known else high, how
        )
    return out


def _closed(pair: tuple[Compiled, Compiled]) -> bool:
    try:
        return pair[0].case.horizon == pair[1].case.horizon and not any(m.bounded or transient(m) is not None for m in pair)
    except BudgetError:
        return False


def _points(pair: tuple[Compiled, Compiled]) -> int:
    return int(max(8, min(_TESTED, _WORK / (8 * sum(m.tape.work for m in pair)))))


def _same(a: Quantity, b: Quantity) -> bool:
    """Given alike. A computed number (a chance of tipping) with another middle is another number, however wide both are."""
    return (a.kind, a.low, a.high, a.a, a.b, a.centre) == (b.kind, b.low, b.high, b.a, b.b, b.centre)


def _axes(pair: tuple[Compiled, Compiled]) -> list[_Axis]:
    first, second = (m.knobs for m in pair)
    out = []
    for k, knob in first.items():
        twin = second.get(k)
        if knob.uncertain:
            shared = twin is not None and _same(knob.quantity, twin.quantity)
            out.append(_Axis(k, knob.quantity, (0, 1) if shared else (0,)))
    for k, knob in second.items():
        if knob.uncertain and not (k in first and _same(first[k].quantity, knob.quantity)):
            out.append(_Axis(k, knob.quantity, (1,)))
    return out


def _shares(axes: list[_Axis], n: int, rng: np.random.Generator) -> Array:
    return box_points(len(axes), n, rng) if axes else np.empty((0, 1))


def _value(q: Quantity, shares: Array) -> Array:
    """The quantity at shares 0..1: the exact ends at 0 and 1, its own scale between."""
    if q.kind in ("lognormal", "beta"):
        return quantile(q, 0.05 + 0.9 * shares, RATE_CAP)
    inner = (shares > 0.0) & (shares < 1.0)
    ends = np.where(shares >= 0.5, min(q.high, RATE_CAP), min(q.low, RATE_CAP))
    return np.where(inner, quantile(q, np.clip(shares, 0.0, 1.0), RATE_CAP), ends)


class _Search:
    """The range of each ratio over one box of axes."""

    def __init__(self, pair: tuple[Compiled, Compiled], axes: list[_Axis], outputs: Sequence[str]) -> None:
        self.pair, self.axes, self.outputs = pair, axes, outputs
        self.tapes = [m.tape.only(outputs) for m in pair]

    def solve(self, tested: Array, rng: np.random.Generator) -> tuple[dict[str, tuple[float, float]], str]:
        values, slopes = self._with_slopes(tested)
        found = {o: of("ratio", values[1][o], values[0][o]) for o in self.outputs}
        if not self.axes:
            return {o: hull(v) for o, v in found.items()}, "exact: every number is a point"
        tried, mixed = tested.shape[1], 0
        for o in self.outputs:
            low, up, down = self._ends(slopes[o])
            free = np.flatnonzero(~(up | down))
            corners = self._corners(low, free, rng)
            corners = np.concatenate([corners, np.clip(corners, _RARE, 1.0)], axis=1)
            v = self._values(corners)
            found[o] = np.concatenate([found[o], of("ratio", v[1][o], v[0][o])])
            tried, mixed = max(tried, tested.shape[1] + corners.shape[1]), max(mixed, len(free))
        every = "every corner that counts" if mixed <= _CORNERS else "sampled corners"
        return {o: hull(v) for o, v in found.items()}, f"paired, at {tried} points ({every}): at least this wide"

    def _knobs(self, side: int, shares: Array) -> dict[str, Array | float]:
        out: dict[str, Array | float] = dict(middles(self.pair[side]))
        out.update({a.label: _value(a.quantity, shares[i]) for i, a in enumerate(self.axes) if side in a.sides})
        return out

    def _run(self, side: int, shares: Array) -> tuple[Array, dict[str, Array]]:
        m, tape = self.pair[side], self.tapes[side]
        reg = tape.run(batch(m, self._knobs(side, shares), [{}]))
        if reg.shape[1] == 1 and shares.shape[1] > 1:  # no axis stands in this version
            reg = np.repeat(reg, shares.shape[1], axis=1)
        return reg, {o: reg[tape.outputs[o]] for o in self.outputs}

    def _values(self, shares: Array) -> tuple[dict[str, Array], dict[str, Array]]:
        return self._run(0, shares)[1], self._run(1, shares)[1]

    def _with_slopes(self, shares: Array) -> tuple[list[dict[str, Array]], dict[str, tuple[Array, Array]]]:
        """Values of both versions, and of each output the slope of the ratio along each axis with the scale it is small against."""
        values, grads = [], []
        for side in (0, 1):
            reg, value = self._run(side, shares)
            values.append(value)
            grads.append(dict(zip(self.outputs, self.tapes[side].gradients(reg, self.outputs), strict=True)))
        out = {}
        for o in self.outputs:
            own = [self._axis_slope(side, grads[side][o], shares.shape[1]) for side in (0, 1)]
            up, down = own[1] * values[0][o], own[0] * values[1][o]
            out[o] = (up - down, np.abs(up) + np.abs(down))
        return values, out

    def _axis_slope(self, side: int, grad: Array, n: int) -> Array:
        m = self.pair[side]
        place = {name: i for i, name in enumerate(m.tape.inputs)}
        out = np.zeros((len(self.axes), n))
        for j, a in enumerate(self.axes):
            for name in m.knobs[a.label].inputs if side in a.sides else ():
                if name in place:
                    out[j] += grad[place[name]]
        return out

    @staticmethod
    def _ends(slope: tuple[Array, Array]) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
        s, scale = slope
        up: NDArray[np.bool_] = np.all(s >= -_TINY * scale, axis=1)
        down: NDArray[np.bool_] = np.all(s <= _TINY * scale, axis=1)
        return np.where(up & down, 0.5, np.where(up, 0.0, 1.0)), up, down

    @staticmethod
    def _corners(low: Array, free: NDArray[np.intp], rng: np.random.Generator) -> Array:
        """Both ends of the axes of one sign, at the corners of the others."""
        m = min(len(free), _CORNERS)
        corners = ((np.arange(2**m)[None, :] >> np.arange(m)[:, None]) & 1).astype(float)
        if len(free) > _CORNERS:
            corners = (rng.random((len(free), 2**_CORNERS)) > 0.5).astype(float)
        ends = np.array([low, 1.0 - low]).T
        out = np.repeat(ends, corners.shape[1], axis=1)
        out[free] = np.tile(corners, (1, 2))
        return out
