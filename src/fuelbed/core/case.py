"""The case: the model that every engine reads. Frozen, checked, in canonical units; built by `readers/case.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from fuelbed.core.actions import Action
from fuelbed.core.attribution import AttributionSettings
from fuelbed.core.coupling import Coupling
from fuelbed.core.dynamics import Model
from fuelbed.core.evidence import EventsTable, MetricsTable
from fuelbed.core.exposure import Exposure, Traits
from fuelbed.core.expressions import Expr
from fuelbed.core.findings import Finding, Span
from fuelbed.core.history import DependencyGraph, FailureLog, IncidentTable
from fuelbed.core.invariants import Controller, Invariant
from fuelbed.core.quantities import Quantity
from fuelbed.core.signals import Hypothesis, Sighting, Signal
from fuelbed.core.threshold import ThresholdSettings
from fuelbed.core.vulnerabilities import Vulnerability

__all__ = ["DRAFTED_RATES", "Case", "CommonCause", "ControlState", "Factor", "FactorKind", "Line", "Outcome"]

FactorKind = Literal["trigger", "condition", "control"]
ControlState = Literal["effective", "failed", "missing", "bypassed"]


@dataclass(frozen=True, slots=True)
class Factor:
    """Anything that contributes. Roles are fields, not classes; fields of another kind keep their defaults.

    kind      `exploit` is read as a trigger and `exposure` as a condition; the word itself is kept in `role`.
    occurred  the factor's Boolean event in *this* incident (trigger on, condition present, control not holding):
              True, False, or None when unknown. The defaults of docs/formats/case.md are already resolved.

    trigger   rate (per year), lasts (years), human, shaped_by, today (probability that it is in force now, None = not said)
    condition present (belief before the incident, at `since` when there is an `onset`), onset (per year) with age (years from
              `since` to the incident), duty (share of the time it is on, redrawn on every demand; None = persistent),
              today (overrides the posterior)
    control   state, broken (persistent), fails (per demand), needs (a line, factor or signal it must see), today (probability
              that it is broken now; overrides the posterior)
    """

    name: str
    kind: FactorKind
    role: str = ""
    what: str = ""
    owner: str = ""
    scope: str = ""
    layer: str = ""
    occurred: bool | None = None
    # trigger
    rate: Quantity | None = None
    lasts: Quantity | None = None
    human: bool = False
    shaped_by: tuple[str, ...] = ()
    # condition
    present: Quantity | None = None
    since: str = ""
    age: float | None = None
    onset: Quantity | None = None
    duty: Quantity | None = None
    # control
    state: ControlState = "effective"
    broken: Quantity | None = None
    fails: Quantity | None = None
    needs: str = ""
    # trigger (in force now), condition (present now), control (broken now)
    today: Quantity | None = None
    # for the question of exploit and exposure: class, boundary, cost, what a control depends on
    traits: Traits = field(default_factory=Traits)
    # carried for other engines (because, source, note, zone), read by none here
    extra: Mapping[str, Any] = field(default_factory=dict)
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A named line of the structure function."""

    name: str
    expr: Expr
    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """An end state with its loss; `Case.outcomes` is ordered from the mildest to the worst."""

    name: str
    loss: Quantity
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class CommonCause:
    """A beta-factor group over controls: `beta` x min p of the members that are not missing fails them together."""

    name: str
    of: tuple[str, ...]
    beta: Quantity
    acts_on: Literal["broken", "fails"] = "broken"
    because: str = ""
    span: Span | None = None


DRAFTED_RATES = ("yearly", "rarely")
"""What a draft takes for the rate of a trigger of which the text says nothing."""


@dataclass(frozen=True, eq=False)
class Case:
    """A checked case. Compared and hashed by identity, so that derived work can be remembered per case.

    lines      every line in file order, the failure among them. A case without `structure` has one line, the default:
               any trigger and all present conditions and all controls failing (`default_structure` is then True).
    outcomes   always at least one; `failure` alone is one outcome with loss 1 (`loss_unit` "failures").
    horizon    years.
    sections   the sections that engines own, as plain data, by name; `unread` names those whose engine is not built yet.
    """

    title: str
    failure: str
    horizon: float
    factors: Mapping[str, Factor]
    lines: Mapping[str, Line]
    outcomes: tuple[Outcome, ...]
    common_causes: tuple[CommonCause, ...] = ()
    numbers: Mapping[str, Quantity] = field(default_factory=dict)
    actions: Mapping[str, Action] = field(default_factory=dict)
    dynamics: Mapping[str, Model] = field(default_factory=dict)
    loss_unit: str = "failures"
    horizon_text: str = "1 year"
    default_structure: bool = False
    date: dt.date | None = None
    narrative: str = ""
    narrative_text: str | None = None  # what the narrative says; None where there is none, or where it is no text
    author_team: str = ""
    draft: bool = False  # `status: draft`: read from a text by rules, and confirmed by nobody yet
    confirmed: bool = False  # `status: confirmed` is written: somebody stands by what is assumed in it
    system: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, MetricsTable] = field(default_factory=dict)  # `evidence.metrics`, by the name of the entry
    events: Mapping[str, EventsTable] = field(default_factory=dict)  # `evidence.events`, by the name of the entry
    signals: Mapping[str, Signal] = field(default_factory=dict)  # what can be seen, candidates too
    seen: Mapping[str, Sighting] = field(default_factory=dict)  # what was, by signal
    hypotheses: Mapping[str, Hypothesis] = field(default_factory=dict)  # what was believed, in that order where the case says it
    invariants: Mapping[str, Invariant] = field(default_factory=dict)  # what must always hold, by name
    controllers: Mapping[str, Controller] = field(default_factory=dict)  # `control_structure`, by name
    exposure: Exposure = field(default_factory=Exposure)  # goal, unknown variants, assets and zones
    vulnerabilities: Mapping[str, Vulnerability] = field(default_factory=dict)  # by CVE, what `evidence.kev` and `.epss` say
    history: Mapping[str, FailureLog] = field(default_factory=dict)  # `evidence.history`, by the name of the entry
    incidents: Mapping[str, IncidentTable] = field(default_factory=dict)  # `evidence.incidents`, by the name of the entry
    dependencies: Mapping[str, DependencyGraph] = field(default_factory=dict)  # `evidence.traces`, by the name of the entry
    coupling: Coupling = field(default_factory=Coupling)
    threshold: ThresholdSettings = field(default_factory=ThresholdSettings)
    attribution: AttributionSettings = field(default_factory=AttributionSettings)
    sections: Mapping[str, Any] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    file: str = "case.yaml"
    inputs: Mapping[str, str] = field(default_factory=dict)  # file name -> sha256 of what was read

    @property
    def placeholder_rates(self) -> bool:
        """Whether nobody and nothing in the text said how often any trigger comes: a rate of failure would be the draft's own guess. So it stays when only
        `status: draft` is taken out, until one rate is another than a draft fills in or has another basis, or `status: confirmed` is written."""
        rates = [f.rate for f in self.of_kind("trigger") if f.rate is not None]
        guessed = all(q.basis == "assumed" and (self.draft or q.text in DRAFTED_RATES) for q in rates)
        return bool(rates) and guessed and not self.confirmed

    def is_apart(self, name: str) -> bool:
        """Whether a change of it moves no number of the structure by itself: a dynamic model, or a sum of `threshold`."""
        return name in self.dynamics or name in self.threshold.sums

    def of_kind(self, kind: FactorKind) -> tuple[Factor, ...]:
        """The factors of one kind, in file order."""
        return tuple(f for f in self.factors.values() if f.kind == kind)
