"""Attack flows: writing and reading again gives the same flow; every flow drafts a case that is read and that means the flow."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.attackflow import AttackFlow, FlowEdge, FlowNode, Reference, edges_of
from fuelbed.core.expressions import And, AtLeast, Expr, Not, Or, Ref
from fuelbed.drafting import write_attack_case
from fuelbed.readers.attackflow import parse_attack_flow
from fuelbed.readers.case import parse_case
from fuelbed.writers.attackflow import attack_flow_json

_texts = st.text(max_size=12)
_ids = st.sampled_from(["", "T1190", "T1566.001", "AML.T0001"])
_references = st.lists(st.builds(Reference, _texts, _texts, _texts, _texts), max_size=2).map(
    lambda rs: tuple(r for r in rs if r != Reference())
)
_KINDS = {
    "action": "attack-action",
    "condition": "attack-condition",
    "and": "attack-operator",
    "or": "attack-operator",
    "asset": "attack-asset",
}


def _id(stix: str, n: int) -> str:
    return f"{stix}--00000000-0000-4000-8000-{n:012x}"


@st.composite
def nodes(draw: st.DrawFn, most: int = 10) -> tuple[FlowNode, ...]:
    out = []
    for n in range(draw(st.integers(1, most))):
        kind = "action" if n == 0 else draw(st.sampled_from([*_KINDS, "object"]))
        stix = _KINDS.get(kind) or draw(st.sampled_from(["tool", "malware", "note", "process", "x-own", "vulnerability"]))
        is_step = kind in ("action", "condition")
        more = (
            draw(st.dictionaries(st.sampled_from(["content", "tool_version"]), _texts.filter(bool), max_size=2))
            if kind == "object"
            else {}
        )
        out.append(
            FlowNode(
                _id(stix, n), kind, stix, draw(_texts), draw(_texts),  # type: ignore[arg-type]  # one of the kinds
                draw(_ids) if is_step else "", draw(st.sampled_from(["", "TA0001", "TA0043", "TA0040"])) if is_step else "",
                confidence=draw(st.none() | st.integers(0, 100)), start=draw(st.sampled_from(["", "2024-01-01T00:00:00.000Z"])),
                references=draw(_references), more=more,
            )
        )  # fmt: skip  # one node
    return tuple(out)


@st.composite
def flows(draw: st.DrawFn) -> AttackFlow:
    own = draw(nodes())
    ends = st.sampled_from([n.id for n in own])
    vias = st.sampled_from(["effect", "true", "false", "asset", "command", "object", "related-to", "uses"])
    edges = draw(st.lists(st.builds(FlowEdge, ends, ends, vias), max_size=16))
    created = draw(st.just("2024-05-01T10:00:00.000Z"))
    return AttackFlow(
        draw(_texts), own, edges_of(edges), draw(_texts), draw(st.sampled_from(["", "incident", "other"])), draw(_texts), created,
        draw(_references),
    )  # fmt: skip  # one call


@settings(max_examples=300, deadline=None)
@given(flows())
def test_a_flow_written_and_read_again_is_the_same(flow: AttackFlow) -> None:
    text = attack_flow_json(flow)
    again = parse_attack_flow(text.encode("utf-8"))
    assert again == flow
    assert again.findings == ()
    assert attack_flow_json(again) == text  # ids and times are made of the flow alone


_VIA = {
    "action": ("effect",),
    "and": ("effect",),
    "or": ("effect",),
    "condition": ("true", "false", "true"),
    "asset": ("object",),
    "object": ("related-to",),
}


@st.composite
def drawn_flows(draw: st.DrawFn) -> AttackFlow:
    """Edges as people draw them, cycles and several components among them."""
    own = draw(nodes(12))
    edges = []
    for _ in range(draw(st.integers(0, 20))):
        a, b = draw(st.sampled_from(own)), draw(st.sampled_from(own))
        via = draw(st.sampled_from(_VIA[a.kind]))
        edges.append(FlowEdge(a.id, b.id, "asset" if a.kind == "action" and b.kind == "asset" else via))
    return AttackFlow(draw(_texts), own, edges_of(edges), scope="incident")


@settings(max_examples=300, deadline=None)
@given(drawn_flows())
def test_every_flow_drafts_a_case_that_is_read_and_can_happen(flow: AttackFlow) -> None:
    case = parse_case(write_attack_case(flow))
    assert case.draft
    assert case.failure == "attack_succeeded"
    assert sum(f.role == "exploit" for f in case.factors.values()) >= 1
    everything = dict.fromkeys(case.factors, True)
    if not any(e.via == "false" for e in flow.run()):
        assert _least(case.lines, everything)["attack_succeeded"] == _goal_is_reached(flow)
        nothing = {name: f.role != "exploit" for name, f in case.factors.items()}
        assert not _least(case.lines, nothing)["attack_succeeded"]  # without a trigger nothing happens


def _least(lines: Mapping[str, object], on: Mapping[str, bool]) -> dict[str, bool]:
    """The least fixpoint of the drafted lines, the slow way."""
    value = {**dict.fromkeys(lines, False), **on}
    for _ in range(len(lines) + 1):
        value |= {name: _true(line.expr, value) for name, line in lines.items()}  # type: ignore[attr-defined]  # a Line
    return value


def _true(e: Expr, value: Mapping[str, bool]) -> bool:
    if isinstance(e, Ref):
        return value[e.name]
    if isinstance(e, Not):
        return not _true(e.arg, value)
    if isinstance(e, AtLeast):
        return sum(_true(x, value) for x in e.args) >= e.k
    assert isinstance(e, And | Or)
    return (all if isinstance(e, And) else any)(_true(x, value) for x in e.args)


def _goal_is_reached(flow: AttackFlow) -> bool:
    """Whether some end of the flow is reached, by the flow's own edges, with every step tried by itself where nothing leads to it (or
    only what never comes, or a cycle): AND needs all that leads to it, the rest one."""
    kind = {n.id: n.kind for n in flow.nodes if n.kind in ("action", "condition", "and", "or")}
    edges = [(e.source, e.target) for e in flow.run()]
    ground = _from({n for n in kind if kind[n] in ("action", "condition")}, edges)
    edges = [(a, b) for a, b in edges if a in ground]
    before = {n: {a for a, b in edges if b == n} for n in kind}
    on = {n for n in kind if kind[n] == "condition" and not before[n]}
    on |= {n for n in kind if kind[n] == "action" and not before[n]}

    done = _from({n for n in kind if kind[n] == "action"}, edges)
    tried = {n for n in on if kind[n] == "action"}

    def led(n: str) -> bool:
        """A standing condition beside steps is needed, and moves nothing alone; what is tried needs no step before it."""
        steps, standing = before[n] & done, before[n] - done
        if not before[n] or kind[n] == "and":
            return n in tried or (bool(before[n]) and before[n] <= on)
        return (n in tried or not steps or bool(steps & on)) and (not standing or bool(standing & on))

    def grow() -> None:
        for _ in kind:
            on.update(n for n in kind if led(n))

    grow()
    for n in kind:  # whatever no action leads to from outside is tried, in file order
        touched = _from(tried, edges)
        if (
            kind[n] == "action"
            and n not in touched
            and all(_is_cyclic(n, m, edges) for m in kind if kind[m] == "action" and n in _from({m}, edges))
        ):
            tried.add(n)
            grow()
    harm = {n.id for n in flow.nodes if n.kind == "action" and n.tactic == "TA0040"}
    led_to = [(e.source, e.target) for e in flow.run()]
    goals = {
        n for n in harm if not (_from({n}, led_to) - {n}) & harm
    } or harm  # harm on the way to harm is a step, also where the last never comes
    ends = {n for n in kind if n in done and not any(a == n for a, _ in edges)}
    last = [n.id for n in flow.nodes if n.kind == "action"][-1]
    return bool((goals or ends or {last}) & on)


def _from(start: set[str], edges: list[tuple[str, str]]) -> set[str]:
    seen = set(start)
    for _ in range(len(edges) + 1):
        seen |= {b for a, b in edges if a in seen}
    return seen


def _is_cyclic(n: str, m: str, edges: list[tuple[str, str]]) -> bool:
    return n == m or m in _from({b for a, b in edges if a == n}, edges)
