"""How likely a trigger lands beyond the boundary, how far the boundary is, and what an action item changes of both.

Two kinds of "not certain" are kept apart. What *varies* (the load at which a trigger happens to arrive) is averaged over: it makes a
chance. What we *do not know* (an interval) is swept: it makes an interval, the least and the greatest over the draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.estimates import Estimate
from fuelbed.engines.dynamics.asking import MOST, TOLERANCE, Asked, Critical, ask, criticals
from fuelbed.engines.dynamics.draws import Variant
from fuelbed.numerics.maps.boundary import critical_sizes
from fuelbed.numerics.sampling import quantile

__all__ = [
    "Tipped",
    "duration_estimate",
    "margin_estimate",
    "ratio",
    "rows_of",
    "sweep_method",
    "takes_time",
    "tipped",
    "tips_estimate",
]

Array = NDArray[np.float64]
_LOADS = 16  # points of a load that varies: a chance is read to a sixteenth, and said so


@dataclass(frozen=True, eq=False)
class Tipped:
    """One variant under one trigger.

    spread       the same at every load that it may meet, where the load varies.
    chance (K,)  of staying down after the push as declared, over what varies.
    critical     the least push that keeps it down, at the load in the middle; None where it was not asked for.
    """

    asked: Asked
    spread: Asked
    chance: Array
    critical: Critical | None = None

    @property
    def size(self) -> Array:
        """(K,) critical sizes."""
        assert self.critical is not None
        return self.critical.sizes


def tipped(several: Sequence[tuple[Variant, str]], sized: Sequence[tuple[Variant, str]] = ()) -> dict[tuple[str, str], Tipped]:
    """By (action, trigger): every variant asked about a trigger at every draw and every load that it may meet; `sized`: with critical
    sizes. All of it in a few calls."""
    asked = [Asked.of(v, t) for v, t in several]
    spread = [_over_loads(a) for a in asked]
    downs = ask([a.rows(np.arange(len(a)), np.ones(len(a))) for a in spread])
    chances = [d.reshape(len(a), -1).mean(axis=1) for a, d in zip(asked, downs, strict=True)]
    wanted = [i for i, (v, t) in enumerate(several) if any(v is w and t == u for w, u in sized)]
    found = dict(zip(wanted, criticals([asked[i] for i in wanted]), strict=True)) if wanted else {}
    return {(v.action, t): Tipped(asked[i], spread[i], chances[i], found.get(i)) for i, (v, t) in enumerate(several)}


def rows_of(v: Variant) -> int:
    """How many rows the question about one trigger has: the draws, times the loads where its load varies."""
    load = v.model.parameters.get(v.model.load)
    varies = load is not None and load.varies
    return len(v.table) * ((len(v.loads.values) if v.loads is not None else _LOADS) if varies else 1)


def _over_loads(a: Asked) -> Asked:
    """Once for each of the loads that it may meet, where its load varies."""
    load = a.variant.model.parameters.get(a.variant.model.load)
    if load is None or not load.varies:
        return a
    if a.variant.loads is not None:
        return a.many(load.name, a.variant.loads.values)
    return a.many(load.name, quantile(load.quantity, (np.arange(_LOADS) + 0.5) / _LOADS, np.inf))


def sweep_method(v: Variant, k: int) -> str:
    """How an interval over the draws was got."""
    return _swept(v, k) + (f"; load drawn from {v.loads.source}" if v.loads is not None else "")


def _swept(v: Variant, k: int) -> str:
    unsure = [n for n, p in v.model.parameters.items() if not p.quantity.is_point and not p.varies]
    unsure += [f"{t}: {target}" for (t, target), a in v.pushes.items() if np.ptp(a) > 0]
    if not unsure:
        return "simulated at the numbers as given"
    named = ", ".join(unsure[:4]) + (f" and {len(unsure) - 4} more" if len(unsure) > 4 else "")
    return f"mean and range over the middle and {k - 1} draws of {named}, simulated: at least this wide"


def _bound(t: Tipped) -> float:
    """What no draw shows may still be there: at most this share of the sweep (95 %), unless no push up to four times tips it anywhere."""
    if t.chance.max() > 0 or (t.critical is not None and np.isinf(t.size).all()):
        return 0.0
    return float(1.0 - 0.05 ** (1.0 / len(t.chance)))


def _unsure(t: Tipped) -> bool:
    """Whether anything differs from draw to draw: the model, the push, or how long it lasts."""
    return any(np.ptp(a, axis=0).any() for a in (t.asked.table, t.asked.lasts, *t.asked.values.values()))


def tips_estimate(t: Tipped) -> Estimate:
    """The chance that the trigger tips it: the mean over the sweep, from the least to the greatest of it."""
    c = t.chance
    high = max(float(c.max()), _bound(t) if _unsure(t) else 0.0)
    return Estimate(float(c.mean()), float(c.min()), high, "probability", method=sweep_method(t.asked.variant, len(c)))


def ratio(after: Tipped, before: Tipped) -> Estimate | None:
    """After / before: of the means, from the least to the greatest over the same draws. None where something came from nothing."""
    a, b = after.chance, before.chance
    if np.any((b == 0) & (a > 0)):
        return None
    some = b > 0
    if not some.any():
        return Estimate(1.0, 1.0, 1.0, "plain", method="nothing tips it, before or after")
    r = a[some] / b[some]
    high = max(float(r.max()), _bound(after) if _unsure(after) else 0.0)
    return Estimate(float(a.mean() / b.mean()), float(r.min()), high, "plain", method="the same draws on both sides (paired)")


def margin_estimate(t: Tipped) -> Estimate:
    """The size of the push, in pushes as declared, after which it stays down."""
    s = t.size
    value = float(s[0])
    above = f"; above {MOST:g} was not looked at" if np.isinf(s).any() else ""
    return Estimate(
        value, float(s.min()), float(s.max()), "plain", "× the push", method=sweep_method(t.asked.variant, len(s)) + above
    )


def takes_time(asked: Asked) -> bool:
    """Whether the push is one that lasts, and not one that does all at once."""
    parts = asked.variant.model.pushes[asked.trigger].parts
    return bool(np.all(asked.lasts > 0)) and any(p.target in asked.variant.model.parameters for p in parts)


def duration_estimate(asked: Asked) -> Estimate:
    """How long the push as declared must last to keep it down, in seconds; of one that `takes_time`."""

    def down(rows: NDArray[np.intp], shares: Array) -> NDArray[np.bool_]:
        return ask([asked.rows(rows, np.ones(len(rows)), shares)])[0]

    found = critical_sizes(down, len(asked), MOST, TOLERANCE / MOST, 8).values * asked.lasts
    above = f"; more than {MOST:g} times as long was not looked at" if np.isinf(found).any() else ""
    method = sweep_method(asked.variant, len(found)) + above
    return Estimate(float(found[0]), float(found.min()), float(found.max()), "plain", "s", method=method)
