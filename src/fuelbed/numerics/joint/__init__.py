"""Joint failure: which components fail together, how often, and how often they would without any coupling."""

from __future__ import annotations

from fuelbed.numerics.joint.bins import Occupancy, Onsets, bins, onsets
from fuelbed.numerics.joint.coincide import Coincidences, coincidences
from fuelbed.numerics.joint.groups import Factor, Group
from fuelbed.numerics.joint.lags import Lag
from fuelbed.numerics.joint.pairs import ByStratum, Pairs, cofailures
from fuelbed.numerics.joint.shifts import Null, within
from fuelbed.numerics.joint.study import Context, PairResult, Study, study

__all__ = [
    "ByStratum",
    "Coincidences",
    "Context",
    "Factor",
    "Group",
    "Lag",
    "Null",
    "Occupancy",
    "Onsets",
    "PairResult",
    "Pairs",
    "Study",
    "bins",
    "cofailures",
    "coincidences",
    "onsets",
    "study",
    "within",
]
