"""The boundary as data: least push that stays down over the load, today and after each action item; today's point and the incident's.

`boundary` picture data:
  x, y      {label, low, high, unit}; y is the size of the push in pushes as declared.
  curves    [{id, label, points: [[x, y or null], ...], now, band: [[x, low, high], ...]}]; null: no push up to `most` stays down.
            `now`: at today's load, computed finer. The first curve is today's; its band is the least and greatest over the draws
            (null high: open above). An item that only changes the load moves the point and has no curve.
  marks     [{id, label, x, y}]: today (no push) and the push as declared, at the middle load, and the push at the load after an item
            that changes it; `spread` where the load varies.
  slider    {parameter, label, unit, values, today, curves: [[y or null, ...], ...] over `xs`, xs, error} or null: precomputed boundaries,
            to be interpolated linearly between neighbours; `error` is the greatest difference, in sizes, that this made at the middles
            between neighbours when it was tried.
  most      the greatest size looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.blocks import Picture
from fuelbed.core.shown import number
from fuelbed.engines.dynamics.asking import MOST, Asked, criticals
from fuelbed.engines.dynamics.draws import Variant
from fuelbed.engines.dynamics.words import near_one, pushed_words

__all__ = ["Drawn", "boundary_picture", "drawn"]

Array = NDArray[np.float64]
_POINTS = 13
_BAND_STEP, _BAND_ROWS = 3, 9  # every third load, the first draws
_STOPS = 5
_COARSE = 0.05  # of a push, for curves that are drawn; the numbers in the tables are finer


@dataclass(frozen=True, eq=False)
class Drawn:
    """What of the picture is simulated. sizes: of each of `variants` (today's first) over `xs`; band: over `few`, a row per draw, or None.

    shifted: the variants that only change the load. stops, moved: of the slider; None without one.
    """

    xs: Array
    few: Array
    variants: tuple[Variant, ...]
    shifted: tuple[Variant, ...]
    sizes: tuple[Array, ...]
    band: Array | None
    stops: _Stops | None
    moved: Array | None


def drawn(base: Variant, trigger: str, variants: Sequence[Variant], moving: str) -> Drawn | None:
    """None where the model names no load to draw it over. `moving`: the parameter that the slider moves ("" for none)."""
    load = base.model.load
    if not load or not any(p for p in base.model.pushes):
        return None
    q = base.model.parameters[load].quantity
    today = float(base.column(load)[0])
    shifted = tuple(v for v in variants if float(v.column(load)[0]) != today)
    low = min([q.low, *(0.9 * float(v.column(load)[0]) for v in shifted)])
    xs = _loads(base, trigger, today, low, q.high)
    own, few = (base, *(v for v in variants if v not in shifted)), xs[::_BAND_STEP]
    middle = np.array([0])
    wanted = [Asked.of(v, trigger, middle).many(load, xs) for v in own]
    unsure = (np.ptp(base.table, axis=0) > 0).any() or any(np.ptp(a) > 0 for a in base.pushes.values())
    wanted += [Asked.of(base, trigger, np.arange(min(_BAND_ROWS, len(base.table)))).many(load, few)] if unsure else []
    stops = _Stops.of(base, moving) if moving else None
    if stops is not None:
        wanted.append(Asked.of(base, trigger, middle).many(moving, stops.all).many(load, xs[::2]))
    sizes = [c.sizes for c in criticals(wanted, _COARSE, drawn=True)]
    band = sizes[len(own)].reshape(-1, len(few)) if unsure else None
    return Drawn(xs, few, own, shifted, tuple(sizes[: len(own)]), band, stops, sizes[-1] if stops is not None else None)


def boundary_picture(base: Variant, trigger: str, d: Drawn, labels: Mapping[str, str], now: Mapping[str, float]) -> Picture:
    """`now`: by action, the critical size at its own load."""
    load = base.model.load
    p = base.model.parameters[load]
    q, today = p.quantity, float(base.column(load)[0])
    curves: list[dict[str, Any]] = [
        {"id": v.action, "label": labels[v.action], "points": _pairs(d.xs, s), "now": _plain(now[v.action])}
        for v, s in zip(d.variants, d.sizes, strict=True)
    ]
    curves[0]["band"] = _band(d.few, d.band) if d.band is not None else []
    marks = [
        {"id": "today", "label": "today, no push", "x": today, "y": 0.0},
        {"id": "push", "label": f"`{trigger}` as declared", "x": today, "y": 1.0},
    ]
    marks += [{"id": v.action, "label": labels[v.action], "x": float(v.column(load)[0]), "y": 1.0} for v in d.shifted]
    data: dict[str, Any] = {
        "x": {"label": load, "low": float(d.xs[0]), "high": float(d.xs[-1]), "unit": p.unit},
        "y": {"label": f"size of `{trigger}` (1 = {pushed_words(base.model, trigger)})", "low": 0.0, "high": _top(curves)},
        "curves": curves,
        "marks": marks,
        "spread": [q.low, q.high] if p.varies else None,
        "slider": d.stops.data(base, d.xs[::2], d.moved) if d.stops is not None and d.moved is not None else None,
        "most": MOST,
    }
    return Picture("boundary", f"How great a push keeps `{base.model.name}` down, over its load", data, _alt(base, curves))


def _loads(base: Variant, trigger: str, today: float, low: float, high: float) -> Array:
    """From two fifths of today's load to a little above the capacity, where there is one, or to twice today's; the declared spread within."""
    top = 2.0 * today
    if "capacity" in base.model.parameters:
        top = 1.02 * float(base.column("capacity")[0])
    start, end = min(0.4 * today, low), max(top, high, 1.1 * today)
    return np.linspace(start, end, _POINTS)


def _pairs(xs: Array, ys: Array) -> list[list[float | None]]:
    return [[_plain(x), _plain(y)] for x, y in zip(xs, ys, strict=True)]


def _plain(v: float) -> float | None:
    return float(f"{v:.5g}") if np.isfinite(v) else None


def _band(at: Array, ys: Array) -> list[list[float | None]]:
    """Least and greatest over some of the draws."""
    return [[_plain(x), _plain(a), _plain(b)] for x, a, b in zip(at, ys.min(axis=0), ys.max(axis=0), strict=True)]


def _top(curves: list[dict[str, Any]]) -> float:
    """The highest size to draw: a little above the push as declared and the curves, at most `MOST`."""
    seen = [y for c in curves for _, y in c["points"] if y is not None]
    return float(min(MOST, max(1.5, 1.15 * max(seen, default=1.0))))


@dataclass(frozen=True, eq=False)
class _Stops:
    """Values of one parameter, half to twice today's, and those between at which the interpolation is tried."""

    parameter: str
    values: Array
    between: Array

    @classmethod
    def of(cls, base: Variant, moving: str) -> _Stops:
        today = float(base.column(moving)[0])
        whole = moving == "retries"
        q = base.model.parameters[moving].quantity
        most = 1.0 if q.unit == "" and 0.5 < today < 1.0 and q.high <= 1.0 else 2.0 * today  # a share stays one
        values = (
            np.unique(np.round(np.linspace(0, max(2 * today, 4), _STOPS))) if whole else np.geomspace(today / 2, most, _STOPS)
        )
        return cls(moving, values, (values[1:] + values[:-1]) / 2)

    @property
    def all(self) -> Array:
        return np.concatenate([self.values, self.between])

    def data(self, base: Variant, xs: Array, sizes: Array) -> dict[str, Any]:
        rows = sizes.reshape(len(self.all), len(xs))
        at, tried = rows[: len(self.values)], rows[len(self.values) :]
        with np.errstate(invalid="ignore"):
            error = np.abs((at[1:] + at[:-1]) / 2 - tried)
        error = error[np.isfinite(error)]
        p = base.model.parameters[self.parameter]
        return {
            "parameter": self.parameter,
            "label": p.what or self.parameter,
            "unit": p.unit,
            "values": [float(f"{v:.6g}") for v in self.values],
            "today": float(base.column(self.parameter)[0]),
            "xs": [float(f"{x:.6g}") for x in xs],
            "curves": [[_plain(y) for y in row] for row in at],
            "error": float(f"{error.max():.3g}") if error.size else 0.0,
        }


def _alt(base: Variant, curves: list[dict[str, Any]]) -> str:
    said = []
    for c in curves:
        at = (
            f"from {near_one(c['now'])} times the push on"
            if c["now"] is not None
            else f"after no push up to {number(MOST)} times as great"
        )
        said.append(f"{'today' if not c['id'] else 'after `' + c['id'] + '`'} {at}")
    today = number(float(base.column(base.model.load)[0]))
    return f"At today's load, {today}, `{base.model.name}` stays down " + "; ".join(said) + "."
