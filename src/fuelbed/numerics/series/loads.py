"""The load of a model as its metrics show it: drawn from where it was, where the case gives no number for it.

Only what lies before the trigger counts: the load under the trigger is the push, not what the trigger meets.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.case import Case
from fuelbed.core.dynamics import Model
from fuelbed.core.evidence import MetricsTable
from fuelbed.core.quantities import Quantity

__all__ = ["Loads", "loads_of", "models_of", "quiet_rows"]

Array = NDArray[np.float64]
_POINTS = 16  # as many as `tipping` takes of a load that is declared to vary
_LEAST = 8  # rows before the trigger


@dataclass(frozen=True, eq=False)
class Loads:
    """values (16,): the middles of sixteen equal parts of the observed loads, per second, increasing; source: where from, in words."""

    values: Array
    source: str

    @property
    def quantity(self) -> Quantity:
        return Quantity.interval(
            float(self.values[0]),
            float(self.values[-1]),
            "flow",
            basis="measured",
            source=self.source,
            centre=float(np.median(self.values)),
        )


def quiet_rows(table: MetricsTable) -> NDArray[np.bool_]:
    """The rows before the trigger; all of them where none is named."""
    times = np.asarray(table.times, dtype=float)
    return times < table.trigger[0] if table.trigger else np.ones(len(times), dtype=bool)


def loads_of(case: Case, m: Model) -> Loads | None:
    """What the metrics of the model say its load was; None where the case gives the load itself, or the metrics do not."""
    load, table = m.parameters.get(m.load), case.metrics.get(m.metrics)
    if load is None or table is None or (load.quantity.given and not load.default) or load.unit != "per second":
        return None
    column = table.values("load")
    if column is None:
        return None
    x = np.asarray(column, dtype=float)[quiet_rows(table)]
    x = x[~np.isnan(x)]
    if len(x) < _LEAST or x.max() <= 0:
        return None
    values = np.quantile(x, (np.arange(_POINTS) + 0.5) / _POINTS)
    return Loads(values, f"{len(x)} rows of `{table.name}`{' before the trigger' if table.trigger else ''}")


def models_of(case: Case) -> Mapping[str, tuple[Model, Loads | None]]:
    """Every model of the case, with its load from the evidence where the case leaves it open.

    A model whose step or box is made of the load keeps its question: those were worked out when the case was read.
    """
    out: dict[str, tuple[Model, Loads | None]] = {}
    for name, m in case.dynamics.items():
        loads = loads_of(case, m)
        if loads is None or not _whole(m):
            out[name] = (m, None)
            continue
        load = replace(m.parameters[m.load], quantity=loads.quantity, varies=True, default=False)
        out[name] = (replace(m, parameters={**m.parameters, m.load: load}), loads)
    return out


def _whole(m: Model) -> bool:
    ends = [x for s in m.states.values() for x in (s.low, s.high)]
    return not math.isnan(m.step) and not any(map(math.isnan, ends))
