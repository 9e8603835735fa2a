"""What a case says for the question of the threshold: which records, which factors, what holds today. Read by `readers/threshold.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fuelbed.core.findings import Span
from fuelbed.core.quantities import Quantity

__all__ = ["Sum", "ThresholdSettings"]


@dataclass(frozen=True, slots=True)
class Sum:
    """A limit in plain sight: amounts that add up against it, such as threads against what the operating system allows.

    It is over the limit where `sum(amount_i * c_i) >= limit`; c_i is 1 while the factor of that name is there (a trigger: on; a control: not
    holding), always 1 for a name that is no factor. `over`: whether the incident went over it, None where the case does not say.
    """

    name: str
    limit: Quantity
    terms: Mapping[str, Quantity]
    unit: str = ""
    what: str = ""
    source: str = ""
    span: Span | None = None
    over: bool | None = None


@dataclass(frozen=True, slots=True)
class ThresholdSettings:
    """The section `threshold`; every part may be left out.

    incidents  names of entries of `evidence.incidents`; empty: all of them.
    factors    column -> factor of the case (or the same name, for a quantity that the case does not have); empty: every column.
    days       an entry of `evidence.metrics` whose columns are called like the factors: a row for every day (or hour).
    incident   the label of the record that is this case's incident; "": the failed record at the case's date, else the latest failed one.
    today      by factor, how strongly it is there now (0..1); left out: the last row of `days`, else the incident's.
    line       the line of `structure` that the learned threshold may stand for; "": the failure.
    sums       by name, limits that need no history to be learned.
    """

    incidents: tuple[str, ...] = ()
    factors: Mapping[str, str] = field(default_factory=dict)
    days: str = ""
    incident: str = ""
    today: Mapping[str, float] = field(default_factory=dict)
    line: str = ""
    sums: Mapping[str, Sum] = field(default_factory=dict)
    span: Span | None = None
