"""The sections `invariants` and `control_structure`: what must always hold, and who keeps it so. Every fault at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from fuelbed.core.arithmetic import Arith, Call, Measured, Name, walk_arithmetic
from fuelbed.core.dynamics import Model
from fuelbed.core.evidence import ROLES, MetricsTable
from fuelbed.core.findings import Span
from fuelbed.core.invariants import FORMS, Between, ControlAction, Controller, Form, Invariant, UnsafeAction
from fuelbed.core.scanner import TextFault, did_you_mean, is_identifier
from fuelbed.core.temporal import Compare, Event, Temporal, parse_temporal, walk_temporal
from fuelbed.readers.fields import Fields, Reading, named_entries
from fuelbed.readers.structure import Names
from fuelbed.readers.yaml import Map, Node, Scalar, Seq

__all__ = ["ReadInvariants", "Traces", "read_invariants"]

_INVARIANT = ("what", "holds", "on", "between", "every", "gap", "because", "source")
_CONTROLLER = ("what", "process", "feedback", "actions", "because", "source")
_ACTION = ("what", "unsafe")
_UNSAFE = ("form", "when", "leads_to", "in_incident", "because", "source")
_BETWEEN = ("rows", "hold", "linear")
_HAPPENED: Mapping[str, bool | None] = {"yes": True, "true": True, "no": False, "false": False, "unknown": None}


@dataclass(frozen=True, slots=True)
class Traces:
    """What an invariant may be checked on.

    entries  the names under `evidence.metrics`; `tables` those of them that could be read.
    models   every name under `dynamics`; `read` those that could be read.
    events   the labels of `evidence.events`; None where they could not be read (then nothing is said of a label).
    """

    entries: Collection[str]
    tables: Mapping[str, MetricsTable]
    models: Collection[str]
    read: Mapping[str, Model]
    events: Collection[str] | None


@dataclass(frozen=True, slots=True)
class ReadInvariants:
    invariants: dict[str, Invariant]
    controllers: dict[str, Controller]


def read_invariants(r: Reading, f: Fields, traces: Traces, names: Names) -> ReadInvariants:
    """Both sections; an entry at fault is left out of it (the case is refused anyway)."""
    found: dict[str, Invariant] = {}
    section = f.section("invariants")
    for name, entry in section.entries.items() if section else ():
        one = _invariant(r, name, entry.key, entry.value, traces)
        if one is not None:
            found[name] = one
    controllers: dict[str, Controller] = {}
    for name, span, title, body in named_entries(
        r, f.section("control_structure"), "controller", "{what: ..., actions: {do_it: {what: ...}}}"
    ):
        controllers[name] = _controller(r, name, span, title, body, names)
    return ReadInvariants(found, controllers)


# ---- invariants ----------------------------------------------------------------------------------------------------------------


def _invariant(r: Reading, name: str, key: Scalar, node: Node, traces: Traces) -> Invariant | None:
    r.identifier(key, "invariant")
    title = f"the invariant `{name[:60]}`"
    form = f"Write `{name[:60]}: {{holds: queue <= 100, on: metrics}}`."
    if isinstance(node, Scalar) and node.value is not None:
        r.wrong(node, f"{title} is a mapping.", f"Write `{name[:60]}: {{holds: ...}}`.")
        return None
    body = r.mapping(node, title, form)
    if body is None:
        return None
    f = Fields(r, body)
    r.check_keys(body, _INVARIANT, title)
    if "holds" not in f:
        r.error("FB017", key.span, f"{title} has no `holds`.", "Add the formula: `holds: queue <= 100`.")
    holds, on = _formula(r, f), _on(r, f, key, title, traces)
    between = f.choice("between", _BETWEEN, "rows")
    every, gap = _seconds(r, f, "every"), _seconds(r, f, "gap")
    if "every" in f and between == "rows":
        at = f.node.entries["every"].key.span
        cure = "Write `between: hold` (a value lasts until the next row) or `between: linear`, or leave `every` out."
        r.error("FB094", at, "`every` is a grid between the rows, and only the rows are looked at.", cure)
    what, because, source = f.text("what"), f.text("because"), f.source()
    if holds is None or on is None:
        return None
    _Names(r, on, traces).check(holds)
    text = f.text("holds")
    return Invariant(name, holds, text, what, on, _between(between), every, gap, because, source, key.span)


def _between(word: str) -> Between:
    return "hold" if word == "hold" else "linear" if word == "linear" else "rows"


def _formula(r: Reading, f: Fields) -> Temporal | None:
    node = f.node_of("holds")
    if node is None:
        return None
    if not isinstance(node, Scalar) or node.value is None:
        r.wrong(node, "`holds` is a formula.", "Write `holds: queue <= 100`.")
        return None
    try:
        return parse_temporal(node.text, node.place)
    except TextFault as fault:
        r.findings.append(fault.finding(node.place))
        return None


def _on(r: Reading, f: Fields, key: Scalar, title: str, traces: Traces) -> str | None:
    """The trace; "" where the case has none, None after a fault."""
    node = f.node_of("on")
    if node is None:
        if len(traces.entries) > 1:
            cure = f"Add `on:` with one of: {', '.join(traces.entries)}."
            r.error("FB017", key.span, f"{title} does not say which metrics it is about, and there are several.", cure)
            return None
        return next(iter(traces.entries), "")
    name = f.text("on")
    if not name:
        return None
    known = [*traces.entries, *traces.models]
    if name not in known:
        cure = did_you_mean(name, known) or f"Add it: `evidence: {{metrics: {{{name[:60]}: {{file: metrics.csv}}}}}}`."
        r.error("FB022", node.span, f"neither `evidence.metrics` nor `dynamics` has an entry `{name[:60]}`.", cure)
        return None
    if name in traces.entries and name in traces.models:
        cure = "Give the metrics entry another name."
        r.error("FB018", node.span, f"`{name}` is metrics and a model.", cure)
        return None
    return name


def _seconds(r: Reading, f: Fields, key: str) -> float | None:
    """One time above 0."""
    q = f.quantity(key, "time")
    if q is None:
        return None
    if not q.is_point or q.low <= 0:
        r.error("FB048", f.span_of(key), f"`{key}` is one time above 0.", f"Write `{key}: 5 min`.")
        return None
    return q.low


class _Names:
    """The names of a formula, looked up in the trace it is about: they are there, and compare with what has the same unit."""

    def __init__(self, r: Reading, on: str, traces: Traces) -> None:
        self.r, self.on, self.traces = r, on, traces
        model, table = traces.read.get(on), traces.tables.get(on)
        self.units = _of_model(model) if model else {n: c.unit for n, c in table.columns.items()} if table else None
        self.where = f"the model `{on}`" if on in traces.models else f"the metrics `{on}`"

    def check(self, formula: Temporal) -> None:
        for node in walk_temporal(formula):
            if isinstance(node, Event):
                self._event(node)
            elif isinstance(node, Compare):
                before = len(self.r.findings)
                for side in (node.left, node.right):
                    self._columns(side)
                if self.units is not None and len(self.r.findings) == before:
                    self._compared(node)

    def _columns(self, side: Arith) -> None:
        if self.units is None:
            return
        for e in walk_arithmetic(side):
            if isinstance(e, Name) and e.name not in self.units:
                cure = did_you_mean(e.name, self.units) or f"It has: {', '.join(self.units)}."
                self.r.error("FB022", e.span, f"{self.where} has no column `{e.name[:60]}`.", cure)

    def _event(self, e: Event) -> None:
        if self.on in self.traces.models:
            cure = "Ask for what the event does to a state, or check it on metrics."
            self.r.error("FB120", e.span, "a simulated trace has no events.", cure)
        elif self.traces.events is not None and e.label not in self.traces.events:
            known = sorted(self.traces.events)
            cure = did_you_mean(e.label, known) or (
                f"Labels are: {', '.join(known[:12])}{' ...' if len(known) > 12 else ''}."
                if known
                else "Add the file under `evidence: events`."
            )
            self.r.error("FB022", e.span, f"no event is called `{e.label[:60]}`.", cure)

    def _compared(self, node: Compare) -> None:
        left, right = self._unit(node.left), self._unit(node.right)
        if left is None or right is None or left == right:
            return
        spans = [e.span for side in (node.left, node.right) for e in walk_arithmetic(side) if isinstance(e, Name)]
        message = f"what is {_shown(left)} is compared with what is {_shown(right)}."
        self.r.error("FB120", spans[0] if spans else None, message, "Compare what has the same unit.")

    def _unit(self, e: Arith) -> str | None:
        """`seconds`, `per second`, another word of the case, or None where nothing is known (a plain number has any unit)."""
        if isinstance(e, Measured):
            return "per second" if e.unit.startswith("per ") else "seconds"
        if isinstance(e, Name):
            return (self.units or {}).get(e.name) or None
        if isinstance(e, Call) and e.op in ("neg", "add", "sub", "min", "max", "clip", "abs"):
            return next((u for x in e.args if (u := self._unit(x)) is not None), None)
        return None


def _shown(unit: str) -> str:
    return {"seconds": "a time", "per second": "a rate"}.get(unit, f"in `{unit[:40]}`")


def _of_model(m: Model) -> dict[str, str]:
    """The columns of a simulated trace, with their units where they are known."""
    out = dict.fromkeys(m.let, "")
    out.update({n: s.unit for n, s in m.states.items()})
    out.update({n: p.unit for n, p in m.parameters.items()})
    out.update({n: out.get(n, "") or ROLES.get(n, "") for n in getattr(m, "shows", {})})
    return out


# ---- control structure ---------------------------------------------------------------------------------------------------------


def _controller(r: Reading, name: str, span: Span, title: str, f: Fields, names: Names) -> Controller:
    r.check_keys(f.node, _CONTROLLER, title)
    what, process, because = f.text("what"), f.text("process"), f.text("because")
    feedback = tuple(_feedback(r, s, names) for s in f.names("feedback"))
    actions: dict[str, ControlAction] = {}
    for action, at, said, body in named_entries(r, f.section("actions"), "control action", "{what: ..., unsafe: [...]}"):
        actions[action] = _action(r, action, at, said, body, names)
    return Controller(name, what, process, feedback, actions, because, f.source(), span)


def _feedback(r: Reading, s: Scalar, names: Names) -> str:
    """A signal, or free words; one word that is nearly a signal is a slip."""
    if s.text not in names.signals and is_identifier(s.text) and (cure := did_you_mean(s.text, names.signals)):
        r.error("FB022", s.span, f"no signal is called `{s.text[:60]}`.", cure)
    return s.text


def _action(r: Reading, name: str, span: Span, title: str, f: Fields, names: Names) -> ControlAction:
    r.check_keys(f.node, _ACTION, title)
    form = "Write `unsafe: [{form: provided, when: ..., leads_to: a_line}]`."
    node = f.node_of("unsafe")
    items: Iterable[Node] = ()
    if isinstance(node, Seq):
        items = node.items
    elif node is not None:
        r.wrong(node, "`unsafe` is a list.", form)
    unsafe = []
    for item in items:
        body = r.mapping(item, "an unsafe control action", form)
        one = _unsafe(r, body, names) if body is not None else None
        if one is not None:
            unsafe.append(one)
    return ControlAction(name, f.text("what"), tuple(unsafe), span)


def _unsafe(r: Reading, body: Map, names: Names) -> UnsafeAction | None:
    f = Fields(r, body)
    r.check_keys(body, _UNSAFE, "an unsafe control action")
    for key, cure in (("form", f"Add `form:` with one of: {', '.join(FORMS)}."), ("when", "Say in which state it is unsafe.")):
        if key not in f:
            r.error("FB017", f.first, f"this unsafe control action has no `{key}`.", cure)
    word = f.choice("form", FORMS, "")
    leads_to, at = f.text("leads_to"), f.span_of("leads_to")
    if leads_to and not names.is_known(leads_to):
        cure = did_you_mean(leads_to, names.all()) or "Name a line of `structure` or a factor."
        r.error("FB022", at, f"no line or factor is called `{leads_to[:60]}`.", cure)
    happened = f.choice("in_incident", _HAPPENED, "unknown")
    when, because, source = f.text("when"), f.text("because"), f.source()
    if not word:
        return None
    return UnsafeAction(_form(word), when, leads_to, _HAPPENED[happened], because, source, f.first)


def _form(word: str) -> Form:
    return next(x for x in FORMS if x == word)
