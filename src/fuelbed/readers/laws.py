"""The laws of a dynamic model: states, named quantities, `next` or `events`, `failed`, `step`. Read alike from a case and an archetype."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from fuelbed.core.arithmetic import Arith, Name, Num, names_in, walk_arithmetic
from fuelbed.core.dynamics import Event
from fuelbed.core.findings import Span
from fuelbed.core.formulas import WORDS, parse_formula
from fuelbed.core.numbers import measures, parse_raw, resolve
from fuelbed.core.quantities import Dimension, Quantity
from fuelbed.core.scanner import TextFault, did_you_mean, is_identifier, scan
from fuelbed.readers.checks import components
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.yaml import Map, Node, Scalar

__all__ = ["LAW_KEYS", "MAX_STATES", "Laws", "Scope", "StateLaw", "formula", "named", "read_laws", "written"]

LAW_KEYS = ("states", "let", "next", "events", "failed", "step", "load", "story")
MAX_STATES = 10
_RESERVED = frozenset((*WORDS, "lasts"))


@dataclass(slots=True)
class Scope:
    """Every name of one model that was written, at fault or not, so that one fault never makes a second one elsewhere."""

    parameters: dict[str, Dimension | None]
    words: tuple[str, ...] = ()  # OPTION_WORD of an archetype's options
    states: dict[str, Dimension | None] = field(default_factory=dict)
    let: dict[str, None] = field(default_factory=dict)
    found: dict[str, StateLaw] = field(default_factory=dict)  # the states without a fault

    def fixed(self) -> list[str]:
        """What does not move while the model runs."""
        return [*self.parameters, *self.words]

    def all(self) -> list[str]:
        return [*self.states, *self.parameters, *self.let, *self.words]


@dataclass(frozen=True, slots=True)
class StateLaw:
    """A state whose ends, and perhaps start, may be formulas over parameters."""

    name: str
    start: Quantity | Arith
    low: Arith
    high: Arith
    unit: str = ""
    what: str = ""
    whole: bool = False
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Laws:
    """What moves the states. `step` is seconds, or a formula over parameters."""

    states: Mapping[str, StateLaw]
    let: Mapping[str, Arith]
    next: Mapping[str, Arith]
    events: Mapping[str, Event]
    failed: Arith
    step: Arith
    load: str
    story: Mapping[str, str] = field(default_factory=dict)
    shows: Mapping[str, Arith] = field(default_factory=dict)


def read_laws(r: Reading, f: Fields, scope: Scope, what: str) -> Laws | None:
    """The laws of `what`; None after a fault that leaves nothing to build on (the case is refused anyway)."""
    before = len(r.findings)
    nodes = f.section("states")
    for name, entry in nodes.entries.items() if nodes else ():
        named(r, entry.key, "state", scope.parameters)
        scope.states[name] = None
    lets = f.section("let")
    for name, entry in lets.entries.items() if lets else ():
        named(r, entry.key, "quantity", (*scope.parameters, *scope.states))
        scope.let[name] = None
    if nodes is not None:
        _count(r, nodes, what)
    scope.found = {n: s for n, e in nodes.entries.items() if (s := _state(r, n, e.key, e.value, scope))} if nodes else {}
    let = _let(r, lets, scope) if lets else {}
    following = _next(r, f, scope) if "next" in f else {}
    events = _events(r, f, scope) if "events" in f else {}
    _one_law(r, f, what)
    failed = _needed(r, f, "failed", scope.all(), "queue > 100", what)
    step = _step(r, f, scope, what)
    load = _load(r, f, scope)
    story = _story(r, f, scope)
    if len(r.findings) > before or failed is None or step is None:
        return None
    return Laws(scope.found, let, following, events, failed, step, load, story)


def _story(r: Reading, f: Fields, scope: Scope) -> dict[str, str]:
    """Words for the names that a loop is told by, `too_late: attempts come too late`."""
    node = f.section("story")
    out = {}
    for name, entry in node.entries.items() if node else ():
        if name not in scope.states and name not in scope.let:
            cure = did_you_mean(name, [*scope.states, *scope.let]) or "Name a state or a quantity of `let`."
            r.error("FB022", entry.key.span, f"no state or quantity is called `{name[:60]}`.", cure)
        out[name] = r.text(entry.value, name)
    return out


def named(r: Reading, key: Scalar, what: str, taken: Collection[str]) -> None:
    """A name of the model: snake_case, no word of the language, not given twice."""
    name = key.text
    if name in _RESERVED:
        r.error("FB016", key.span, f"`{name}` is a word of the language of models.", f"Give the {what} another name.")
    elif not is_identifier(name):
        r.identifier(key, what)
    elif name in taken:
        r.error("FB018", key.span, f"`{name}` is taken in this model already.", f"Give the {what} another name.")


def _count(r: Reading, nodes: Map, what: str) -> None:
    n = len(nodes.entries)
    if not n:
        r.error("FB017", nodes.span, f"{what} has no state.", "Add one: `queue: {start: 0, range: 0..1000}`.")
    elif n > MAX_STATES:
        extra = list(nodes.entries.values())[MAX_STATES].key
        cure = "Put together what moves together, or make two models of it."
        r.error("FB095", extra.span, f"{what} has {n} states; the limit is {MAX_STATES}.", cure)


# ---- formulas ---------------------------------------------------------------------------------------------------------------


def formula(r: Reading, node: Node, what: str, known: Collection[str], shift: tuple[int, int] | None = None) -> Arith | None:
    """A formula over `known` names; `shift` takes the part `start..end` of the text. None after a fault."""
    if not isinstance(node, Scalar) or node.value is None:
        r.wrong(
            node, f"`{what[:60]}` is a formula.", "Write numbers and names joined by `+ - * / ^`, quoted where it holds a comma."
        )
        return None
    start, end = shift or (0, len(node.text))

    def place(a: int, b: int) -> Span:
        return node.place(start + a, start + b)

    try:
        expr = parse_formula(node.text[start:end], place)
    except TextFault as fault:
        r.findings.append(fault.finding(place))
        return None
    return expr if check_names(r, expr, known) else None


def check_names(r: Reading, expr: Arith, known: Collection[str]) -> bool:
    """Every name of the formula is known; each unknown one is one fault."""
    wrong: dict[str, Span | None] = {}
    for e in walk_arithmetic(expr):
        if isinstance(e, Name) and e.name not in known:
            wrong.setdefault(e.name, e.span)
    for name, span in wrong.items():
        cure = did_you_mean(name, known) or (f"Known here: {', '.join(sorted(known))[:400]}." if known else "Write a number.")
        r.error("FB022", span, f"nothing in this model is called `{name[:60]}`.", cure)
    return not wrong


def _uses(text: str, names: Collection[str]) -> bool:
    """Whether the text names one of `names`: then it is a formula, else a quantity."""
    try:
        return any(t.kind == "name" and t.text in names for t in scan(text, "formula"))
    except TextFault:
        return False


def written(r: Reading, node: Node) -> Dimension:
    """What a number measures by its own unit; "number" where it is at fault."""
    if isinstance(node, Map):
        found = node.entries.get("value") or node.entries.get("varies")
        return written(r, found.value) if found and not isinstance(found.value, Map) else "number"
    if not isinstance(node, Scalar) or node.value is None:
        return "number"
    try:
        raw = r.numbers[node.text.strip()] if node.text.strip() in r.numbers else parse_raw(node.text)
    except TextFault:
        return "number"
    return measures(raw) if raw is not None else "number"


# ---- states -----------------------------------------------------------------------------------------------------------------


def _state(r: Reading, name: str, key: Scalar, node: Node, scope: Scope) -> StateLaw | None:
    body = r.mapping(node, f"the state `{name[:60]}`", f"Write `{name[:60]}: {{start: 0, range: 0..1}}`.")
    if body is None:
        return None
    r.check_keys(body, ("start", "range", "what", "unit", "whole"), f"the state `{name[:60]}`")
    f = Fields(r, body)
    for need, example in (("start", "start: 0"), ("range", "range: 0..1")):
        if need not in f:
            r.error("FB017", key.span, f"the state `{name[:60]}` has no `{need}`.", f"Add `{example}`.")
    at = f.node_of("start")
    start = _start(r, at, scope) if at is not None else None
    ends = _range(r, f.node_of("range"), scope)
    scope.states[name] = start.dimension if isinstance(start, Quantity) else None
    unit = f.text("unit") or (start.unit if isinstance(start, Quantity) else "")
    more = StateLaw(name, Num(0.0), Num(0.0), Num(0.0), unit, f.text("what"), f.yes_no("whole"), key.span)
    if start is None or ends is None:
        return None
    if isinstance(start, Quantity) and isinstance(ends[0], Num) and isinstance(ends[1], Num) and at is not None:
        _inside(r, at, name, start, ends[0].value, ends[1].value)
    return StateLaw(name, start, *ends, more.unit, more.what, more.whole, key.span)


def _start(r: Reading, node: Node, scope: Scope) -> Quantity | Arith | None:
    if isinstance(node, Scalar) and node.value is not None and _uses(node.text, scope.fixed()):
        return formula(r, node, "start", scope.fixed())
    return r.quantity(node, "start", written(r, node))


def _inside(r: Reading, node: Node, name: str, start: Quantity, low: float, high: float) -> None:
    if start.given and not (low <= start.low and start.high <= high):
        cure = f"Start inside {low:g}..{high:g}, or widen the range."
        r.error("FB091", node.span, f"`{name}` starts outside its range.", cure)


def _range(r: Reading, node: Node | None, scope: Scope) -> tuple[Arith, Arith] | None:
    """Both ends; numbers with a unit, or formulas over parameters joined by `..`."""
    if node is None:
        return None
    if not isinstance(node, Scalar) or node.value is None:
        r.wrong(node, "`range` is two ends joined by `..`.", "Write `range: 0..1`.")
        return None
    text = node.text
    try:
        dots = [t for t in scan(text, "range") if t.kind == ".."]
        if len(dots) != 1:
            raise TextFault("FB091", "a range has two ends, joined by `..`.", "Write `range: 0..1`.", 0, len(text))
        if not _uses(text, scope.fixed()):
            raw = parse_raw(text)
            if raw.kind != "interval":
                raise TextFault("FB091", "a range has two ends that differ.", "Write `range: 0..1`.", 0, len(text))
            q = resolve(raw, measures(raw), len(text))
            return Num(q.low), Num(q.high)
    except TextFault as fault:
        r.findings.append(fault.finding(node.place))
        return None
    low = formula(r, node, "range", scope.fixed(), (0, dots[0].start))
    high = formula(r, node, "range", scope.fixed(), (dots[0].end, len(text)))
    return None if low is None or high is None else (low, high)


# ---- laws -------------------------------------------------------------------------------------------------------------------


def _let(r: Reading, node: Map, scope: Scope) -> dict[str, Arith]:
    """Named quantities, each after those it reads; a circle among them has no value."""
    found = {n: e for n, entry in node.entries.items() if (e := formula(r, entry.value, n, scope.all())) is not None}
    graph = {n: [x for x in names_in(e) if x in found] for n, e in found.items()}
    groups = components(graph)  # whoever is read comes first
    place = {n: i for i, n in enumerate(graph)}
    circles = [sorted(g, key=place.__getitem__) for g in groups if len(g) > 1 or g[0] in graph[g[0]]]
    for circle in sorted(circles, key=lambda g: place[g[0]]):
        shown = ", ".join(f"`{n}`" for n in circle)
        message = f"{shown[:200]} depend{'s' * (len(circle) == 1)} on {'itself' if len(circle) == 1 else 'one another'}."
        r.error("FB092", node.entries[circle[0]].key.span, message, "Break the circle: keep it in a state.")
    return {n: found[n] for group in groups for n in group}


def _next(r: Reading, f: Fields, scope: Scope) -> dict[str, Arith]:
    node = f.section("next")
    out: dict[str, Arith] = {}
    for name, entry in node.entries.items() if node else ():
        if name not in scope.states:
            cure = did_you_mean(name, scope.states) or "Add it under `states`, or put it under `let`."
            r.error("FB090", entry.key.span, f"no state is called `{name[:60]}`.", cure)
        expr = formula(r, entry.value, name, scope.all())
        if expr is not None:
            out[name] = expr
    states = f.node_of("states")
    for name, entry in states.entries.items() if node is not None and isinstance(states, Map) else ():
        if node is not None and name not in node.entries:
            message = f"`next` does not say how `{name[:60]}` moves."
            r.error("FB090", entry.key.span, message, f"Add `{name[:60]}:` under `next`.")
    return out


def _events(r: Reading, f: Fields, scope: Scope) -> dict[str, Event]:
    node = f.section("events")
    if node is not None and not node.entries:
        r.error("FB017", node.span, "`events` is empty.", "Add `fail: {rate: 0.1 * up, change: {up: -1}}`.")
    out: dict[str, Event] = {}
    for name, entry in node.entries.items() if node else ():
        r.identifier(entry.key, "event")
        event = _event(r, name, entry.key, entry.value, scope, f.node_of("states"))
        if event is not None:
            out[name] = event
    return out


def _event(r: Reading, name: str, key: Scalar, node: Node, scope: Scope, states: Node | None) -> Event | None:
    body = r.mapping(node, f"the event `{name[:60]}`", f"Write `{name[:60]}: {{rate: 0.1 * up, change: {{up: -1}}}}`.")
    if body is None:
        return None
    r.check_keys(body, ("rate", "change", "what"), f"the event `{name[:60]}`")
    f = Fields(r, body)
    for need in ("rate", "change"):
        if need not in f:
            r.error("FB017", key.span, f"the event `{name[:60]}` has no `{need}`.", "Write `{rate: 0.1 * up, change: {up: -1}}`.")
    rate_node = f.node_of("rate")
    rate = formula(r, rate_node, "rate", scope.all()) if rate_node is not None else None
    change: dict[str, float] = {}
    moves = f.section("change")
    for state, entry in moves.entries.items() if moves else ():
        if state not in scope.states:
            cure = did_you_mean(state, scope.states) or "Add it under `states`."
            r.error("FB022", entry.key.span, f"no state is called `{state[:60]}`.", cure)
        by = _jump(r, entry.value)
        if by is not None:
            change[state] = by
            if by != int(by) and _is_whole(states, state):
                cure = "Write a whole number, or leave `whole` out."
                r.error("FB091", entry.value.span, f"`{state}` counts in ones and cannot change by {by:g}.", cure)
    return Event(name, rate, change, f.text("what"), key.span) if rate is not None else None


def _jump(r: Reading, node: Node) -> float | None:
    q = r.quantity(node, "change", "number")
    if q is not None and (not q.is_point or q.low == 0.0):
        r.error("FB040", node.span, "a change is one number that is not 0.", "Write `up: -1`.")
        return None
    return q.low if q is not None else None


def _is_whole(states: Node | None, name: str) -> bool:
    body = states.entries[name].value if isinstance(states, Map) and name in states.entries else None
    flag = body.entries["whole"].value if isinstance(body, Map) and "whole" in body.entries else None
    return isinstance(flag, Scalar) and flag.text.lower() in ("yes", "true")


def _one_law(r: Reading, f: Fields, what: str) -> None:
    if "next" in f and "events" in f:
        at = f.node.entries["events"].key.span
        r.error("FB090", at, f"{what} has both `next` and `events`.", "Keep one: `events` give the map too.")
    elif "next" not in f and "events" not in f:
        r.error(
            "FB090", f.first, f"{what} says nowhere how its states move.", "Add `next` (a map) or `events` (jumps with rates)."
        )


def _needed(r: Reading, f: Fields, key: str, known: Collection[str], example: str, what: str) -> Arith | None:
    node = f.node_of(key)
    if node is None:
        r.error("FB017", f.first, f"{what} has no `{key}`.", f"Add `{key}: {example}`.")
        return None
    return formula(r, node, key, known)


def _step(r: Reading, f: Fields, scope: Scope, what: str) -> Arith | None:
    node = f.node_of("step")
    if node is None:
        r.error("FB017", f.first, f"{what} has no `step`.", "Add `step: 1 minute`: how long one step takes.")
        return None
    if isinstance(node, Scalar) and node.value is not None and _uses(node.text, scope.fixed()):
        return formula(r, node, "step", scope.fixed())
    q = r.quantity(node, "step", "time")
    if q is not None and (not q.is_point or q.low <= 0.0):
        r.error("FB048", node.span, "the step is one time above 0.", "Write `step: 1 minute`.")
        return None
    return Num(q.low) if q is not None else None


def _load(r: Reading, f: Fields, scope: Scope) -> str:
    node, name = f.node_of("load"), f.text("load")
    if name and node is not None and name not in scope.parameters:
        cure = did_you_mean(name, scope.parameters) or "Name the parameter that is the load."
        r.error("FB022", node.span, f"no parameter is called `{name[:60]}`.", cure)
    return name
