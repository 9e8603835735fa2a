"""The shape of a case file as pydantic models: the source of the published JSON Schema.

Reading itself is table-driven code (`readers/case.py`), because every fault needs a line, a column and a cure that pydantic's
errors do not carry; a test holds the two together on a corpus. Only the schema command imports this module.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from fuelbed.core.json_schema import titled
from fuelbed.readers.attribution_shapes import AttributionShape
from fuelbed.readers.coupling_shapes import CouplingShape
from fuelbed.readers.evidence_shapes import EvidenceShape
from fuelbed.readers.shape_words import Belief, Name, Number, Quantity, Said, YesNo
from fuelbed.readers.shape_words import Shape as _Shape
from fuelbed.readers.threshold_shapes import ThresholdShape

__all__ = ["CaseFile", "case_json_schema"]


class _Factor(_Shape):
    what: Annotated[Said | None, Field(description="in words")] = None
    owner: Said | None = None
    scope: Annotated[Said | None, Field(description="architecture, process, code ...")] = None
    layer: Said | None = None
    today: Belief | None = None
    because: Said | None = None
    source: Said | None = None
    note: Said | None = None
    class_: Annotated[Said | None, Field(alias="class", description="CWE or technique")] = None
    boundary: Annotated[str | None, Field(description="internet -> portal_zone: the boundary that an exposure opens")] = None
    vector: Said | None = None
    zone: Said | None = None
    cost: Annotated[Quantity | None, Field(description="of the patch, of closing it, of mending it")] = None


class Trigger(_Factor):
    """An event that arrives at a rate, perhaps lasting a while."""

    kind: Literal["trigger", "exploit"]
    rate: Annotated[Quantity | None, Field(description="monthly, 4..24 per year")] = None
    lasts: Annotated[Quantity | None, Field(description="2 days, 1 h; absent: momentary")] = None
    human: YesNo | None = None
    shaped_by: Annotated[list[str] | None, Field(description="the conditions that made the action sensible")] = None
    cve: Said | None = None
    in_incident: Literal["yes", "no", "unknown"] | bool | None = None


class Condition(_Factor):
    """A latent, persistent state of the system."""

    kind: Literal["condition", "exposure"]
    present: Belief | None = None
    since: Annotated[str | int | None, Field(description="2024, 2024-03 or 2024-03-05")] = None
    onset: Annotated[Quantity | None, Field(description="0.3 per year: the belief grows with age")] = None
    duty: Annotated[Quantity | None, Field(description="share of the time it is on, redrawn on every demand")] = None
    in_incident: Literal["yes", "no", "unknown"] | bool | None = None


class Control(_Factor):
    """A barrier that should stop it."""

    kind: Literal["control"]
    state: Literal["effective", "failed", "missing", "bypassed"] | None = None
    broken: Annotated[Belief | None, Field(description="probability that it is down for good")] = None
    fails: Annotated[Quantity | None, Field(description="probability of failure on demand")] = None
    needs: Annotated[str | None, Field(description="the line, factor or signal it must see")] = None
    depends_on: Annotated[list[str] | None, Field(description="controls that share one fall together")] = None
    in_incident: Literal["held", "not_held", "unknown"] | None = None


class OutcomeShape(_Shape):
    """An end state with its loss."""

    loss: Quantity


class CommonCauseShape(_Shape):
    """Controls that fail together."""

    of: Annotated[list[str], Field(min_length=2)]
    beta: Quantity
    name: Name | None = None
    acts_on: Literal["broken", "fails"] | None = None
    because: Said | None = None


class ActionShape(_Shape):
    """An action item with its interventions."""

    what: Said | None = None
    does: Annotated[
        list[str | dict[str, Any]] | None, Field(description="remove x; prevent x; set x.fails to 0.05; observe x ...")
    ] = None
    cost: Quantity | None = None
    owner: Said | None = None
    status: Said | None = None
    due: Said | None = None
    done: Annotated[str | None, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="the day on which it took effect")] = (
        None
    )
    verified_by: Said | None = None


class SourceShape(_Shape):
    """Something that is quoted."""

    id: Said | None = None
    address: Said | None = None
    what: Said | None = None


class SystemShape(_Shape):
    """Components, layers, zones, owners and their dependencies."""

    components: Any = None
    layers: Any = None
    zones: Any = None
    owners: Any = None
    depends_on: Any = None


class ParameterShape(_Shape):
    """A number of a model: `value`, or `varies` for the spread of the real system."""

    value: Annotated[str | int | float | None, Field(description="100 per second, 300 ms, 0.5, 30 %; empty: not given")] = None
    varies: Annotated[str | int | float | None, Field(description="40..90 per second: drawn anew at every arrival")] = None
    source: Said | None = None
    basis: Literal["measured", "published", "judged", "assumed"] | None = None
    unit: Literal["per second", "seconds", "plain"] | None = None
    what: Said | None = None
    question: Said | None = None


class StateShape(_Shape):
    """A state variable of a model."""

    start: Quantity
    range: Annotated[str, Field(description="0..1, or formulas over parameters")]
    what: Said | None = None
    unit: Said | None = None
    whole: YesNo | None = None


class EventShape(_Shape):
    """A jump of the states at a rate per second."""

    rate: Said
    change: Annotated[dict[Name, str | int | float | Number], Field(min_length=1)]
    what: Said | None = None


class ModelShape(_Shape):
    """A dynamic model: an archetype, or states with `next` or `events`."""

    what: Said | None = None
    archetype: Annotated[Name | None, Field(description="the laws of a file of archetypes")] = None
    parameters: dict[Name, str | int | float | ParameterShape | Annotated[None, Field(description="not given")]] | None = None
    options: dict[Name, str | bool] | None = None
    states: Annotated[dict[Name, StateShape] | None, Field(min_length=1, max_length=10)] = None
    let: dict[Name, Said] | None = None
    next: Annotated[dict[Name, Said] | None, Field(description="each state one step later")] = None
    events: Annotated[dict[Name, EventShape] | None, Field(min_length=1)] = None
    failed: Annotated[Said | None, Field(description="a formula, above 0 where the system is down")] = None
    step: Annotated[Quantity | None, Field(description="how long one step is: 1 minute")] = None
    load: Annotated[Name | None, Field(description="the parameter that is the load")] = None
    story: Annotated[dict[Name, Said] | None, Field(description="words for the names that a loop is told by")] = None
    pushes: Annotated[
        dict[Name, dict[Name, str | int | float | dict[str, Any]]] | None,
        Field(description="TRIGGER: {load: times 1.6, lasts: 20 s}; times, plus or set"),
    ] = None
    metrics: Annotated[Name | None, Field(description="an entry of evidence.metrics")] = None
    shows: Annotated[dict[Name, str | int | float] | None, Field(min_length=1, description="column of metrics: a formula")] = None


class SignalShape(_Shape):
    """Something that operators can see."""

    what: Said | None = None
    sees: Annotated[str | bool, Field(description="Boolean expression over factors and lines: on while it is true")]
    misses: Annotated[Quantity | None, Field(description="P(off | what it sees is so); absent: 0..1")] = None
    false_alarms: Annotated[Quantity | None, Field(description="P(on | it is not so); absent: 0..1")] = None
    blind_when: Annotated[str | bool | None, Field(description="while this is true it is off, whatever is so")] = None
    shares: Annotated[Said | None, Field(description="signals of one group draw their errors together")] = None
    installed: Annotated[YesNo | None, Field(description="no: a candidate, not there in the incident")] = None
    cost: Quantity | None = None
    owner: Said | None = None
    because: Said | None = None
    source: Said | None = None


class SightingShape(_Shape):
    """What one signal showed."""

    state: Literal["yes", "no", "unknown"] | bool
    at: Annotated[str | None, Field(description="2025-09-29 17:05, with Z or +02:00 where it is not UTC")] = None
    because: Said | None = None
    source: Said | None = None


class HypothesisShape(_Shape):
    """What was believed."""

    what: Said | None = None
    says: Annotated[str | bool, Field(description="Boolean expression over factors and lines")]
    at: Annotated[str | None, Field(description="when it was held")] = None
    tried: Annotated[int | None, Field(ge=1, description="its place in the order where there are no times")] = None
    because: Said | None = None
    source: Said | None = None


class InvariantShape(_Shape):
    """A statement that must hold at every time of a trace."""

    holds: Annotated[Said, Field(description="latency <= 300 ms; always(queue > 10 -> eventually[0..5 min] queue <= 10)")]
    what: Said | None = None
    on: Annotated[Name | None, Field(description="an entry of evidence.metrics, or a model of dynamics")] = None
    between: Annotated[Literal["rows", "hold", "linear"] | None, Field(description="what stands between two rows")] = None
    every: Annotated[Said | None, Field(description="1 min: the grid, with hold or linear")] = None
    gap: Annotated[Said | None, Field(description="5 min: a longer hole is not known")] = None
    because: Said | None = None
    source: Said | None = None


class UnsafeActionShape(_Shape):
    """A form in which a control action is unsafe."""

    form: Literal["not_provided", "provided", "wrong_time", "wrong_duration"]
    when: Annotated[Said, Field(description="the state in which it is unsafe")]
    leads_to: Annotated[Name | None, Field(description="a line or a factor")] = None
    in_incident: Literal["yes", "no", "unknown"] | bool | None = None
    because: Said | None = None
    source: Said | None = None


class ControlActionShape(_Shape):
    """What a controller can do."""

    what: Said | None = None
    unsafe: list[UnsafeActionShape] | None = None


class ControllerShape(_Shape):
    """Who or what decides, what it controls, and how it knows."""

    what: Said | None = None
    process: Annotated[Said | None, Field(description="a component of system, or words")] = None
    feedback: Annotated[list[str] | None, Field(description="signals, or words")] = None
    actions: dict[Name, ControlActionShape] | None = None
    because: Said | None = None
    source: Said | None = None


class ExposureShape(_Shape):
    """The security question."""

    goal: Annotated[Name | None, Field(description="a line; absent: the failure")] = None
    unknown_variants: Annotated[
        dict[str, Quantity] | None, Field(description="by class: how often an exploit arrives that is in no list yet")
    ] = None


class AssetShape(_Shape):
    """Something that an attacker wants or passes through."""

    zone: Said | None = None
    what: Said | None = None
    gained: Annotated[Name | None, Field(description="the line that says that an attacker has it")] = None


class ZoneShape(_Shape):
    """A part of the system in which everybody trusts everybody."""

    what: Said | None = None


class CaseFile(_Shape):
    """A Fuelbed case: case.yaml."""

    fuelbed: Annotated[Literal[1], Field(description="format version")]
    title: Said
    failure: Annotated[Name | None, Field(description="the line of `structure` that is the failure")] = None
    horizon: Annotated[Quantity | None, Field(description="one duration; default 1 year")] = None
    date: Annotated[str | None, Field(description="day of the incident", pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] = None
    narrative: Annotated[str | None, Field(description="the postmortem, a file of the case folder")] = None
    status: Annotated[
        Literal["draft", "confirmed"] | None, Field(description="draft: nobody has confirmed what was read from the text")
    ] = None
    author_team: Said | None = None
    summary: Said | None = None
    sources: list[SourceShape] | None = None
    factors: Annotated[dict[Name, Annotated[Trigger | Condition | Control, Field(discriminator="kind")]], Field(min_length=1)]
    structure: Annotated[dict[Name, str | bool] | None, Field(description="Boolean lines over factors and other lines")] = None
    outcomes: Annotated[dict[Name, OutcomeShape] | None, Field(description="end states, mildest first")] = None
    common_causes: list[CommonCauseShape] | None = None
    numbers: Annotated[dict[Name, Quantity] | None, Field(description="uncertain numbers that several factors share")] = None
    actions: dict[Name, ActionShape] | None = None
    system: SystemShape | None = None
    evidence: EvidenceShape | None = None
    dynamics: Annotated[dict[Name, ModelShape] | None, Field(description="what moves by itself, and how triggers push it")] = None
    signals: Annotated[dict[Name, SignalShape] | None, Field(description="what operators can see")] = None
    seen: Annotated[
        dict[Name, Literal["yes", "no", "unknown"] | bool | SightingShape] | None, Field(description="what each signal showed")
    ] = None
    hypotheses: Annotated[dict[Name, HypothesisShape] | None, Field(description="what was believed, in order")] = None
    invariants: Annotated[dict[Name, InvariantShape] | None, Field(description="what must always hold")] = None
    control_structure: Annotated[dict[Name, ControllerShape] | None, Field(description="who keeps it so (STPA)")] = None
    coupling: Annotated[CouplingShape | None, Field(description="which parts fail together: logs, window, load, clock")] = None
    threshold: Annotated[ThresholdShape | None, Field(description="how close to failing: records, factors, limits")] = None
    lint: Any = None
    exposure: Annotated[ExposureShape | None, Field(description="the security question: goal and unknown variants")] = None
    assets: Annotated[dict[Name, AssetShape] | None, Field(description="what an attacker wants or passes through")] = None
    zones: Annotated[dict[Name, ZoneShape] | None, Field(description="parts within which everybody trusts everybody")] = None
    attribution: Annotated[
        AttributionShape | None, Field(description="which part of the text speaks of which factor, and whose each is")
    ] = None


def case_json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the case file, for editors and for `case.schema.json` beside a draft."""
    schema = CaseFile.model_json_schema(by_alias=True)
    del schema["title"]  # the name of the class
    return titled("Fuelbed case", _without_null(schema))


def _without_null(node: Any) -> Any:
    """An optional key may be left out; writing `null` is a fault in a case, so the schema must not offer it."""
    if isinstance(node, list):
        return [_without_null(x) for x in node]
    if not isinstance(node, dict):
        return node
    out = {k: _without_null(v) for k, v in node.items() if not (k == "default" and v is None)}
    rest = [x for x in out.get("anyOf", []) if x != {"type": "null"}]
    if "anyOf" in out and len(rest) != len(out["anyOf"]):
        del out["anyOf"]
        out = {**out, **rest[0]} if len(rest) == 1 else {**out, "anyOf": rest}
    return out
