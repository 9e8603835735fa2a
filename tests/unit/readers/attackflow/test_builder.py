"""Drawings of the Attack Flow Builder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fuelbed.core.errors import InputError
from fuelbed.readers.attackflow import parse_attack_flow, read_attack_flow
from tests.unit.readers.attackflow.drawing import drawing, older_drawing

SHARED = Path(__file__).parents[5] / "shared" / "data" / "attack-flow"
BOXES: dict[str, tuple[str, dict[str, Any]]] = {
    "a": ("action", {"name": "Phish", "technique_id": "T1566", "tactic_id": "TA0001", "confidence": "very-probable"}),
    "b": ("action", {"name": None, "description": "Runs a payload", "ttp": [["tactic", "TA0002"], ["technique", "T1204"]]}),
    "c": ("condition", {"description": "Macros are on"}),
    "n": ("AND_operator", {"operator": "AND"}),
    "o": ("OR_operator", {}),
    "p": ("process", {"command_line": "cmd"}),
    "q": ("process", {"command_line": "sh"}),
    "s": ("asset", {"name": "Mail"}),
    "t": ("tool", {"name": "Kit", "tool_version": "2"}),
    "w": ("note", {"abstract": "Guess", "content": "Nobody knows"}),
}
LINES = [("a", "", "n"), ("c", "True", "n"), ("n", "", "b"), ("c", "False", "o"), ("o", "", "b"), ("b", "", "p"), ("b", "", "q"),
         ("b", "", "s"), ("b", "", "t"), ("w", "", "a")]  # fmt: skip  # one list
FLOW = {
    "name": "A flow",
    "author": [["name", "Somebody"]],
    "scope": "incident",
    "external_references": [["r1", [["source_name", "Report"], ["description", None], ["url", "https://example.org"]]]],
}


def test_every_part_of_a_drawing() -> None:
    flow = parse_attack_flow(drawing(BOXES, LINES, FLOW))
    by = {n.name or n.description or n.kind: n for n in flow.nodes}
    assert [n.kind for n in flow.nodes] == [
        "action",
        "action",
        "condition",
        "and",
        "or",
        "object",
        "object",
        "asset",
        "object",
        "object",
    ]
    assert (by["Phish"].technique, by["Phish"].tactic, by["Phish"].confidence) == ("T1566", "TA0001", 90)
    assert (by["Runs a payload"].technique, by["Runs a payload"].tactic, by["Runs a payload"].name) == ("T1204", "TA0002", "")
    assert by["Kit"].type == "tool"
    assert by["Kit"].more == {"tool_version": "2"}
    vias = Counter(e.via for e in flow.edges)
    assert vias == {"effect": 3, "true": 1, "false": 1, "command": 1, "asset": 1, "related-to": 2, "object": 1}
    assert (flow.name, flow.author, flow.scope, flow.references[0].url) == (
        "A flow",
        "Somebody",
        "incident",
        "https://example.org",
    )
    assert len(flow.run()) == 5
    assert flow.findings == ()


def test_the_older_form_says_the_same() -> None:
    new, old = parse_attack_flow(drawing(BOXES, LINES)), parse_attack_flow(older_drawing(BOXES, LINES))
    assert new == old
    assert len(new.edges) == 10


def test_a_line_without_an_end_is_a_finding_and_no_edge() -> None:
    lost = [{"id": "dynamic_line", "instance": "x", "source": "l0/s", "target": "nowhere", "handles": []}]
    flow = parse_attack_flow(drawing({"a": BOXES["a"], "b": BOXES["b"]}, [("a", "", "b")], more=lost), "flow.afb")
    assert len(flow.edges) == 1
    (finding,) = flow.findings
    assert (finding.code, finding.severity.value) == ("FB154", "warning")
    assert "target" in finding.message
    assert finding.span is not None
    assert finding.span.line > 1


def test_unknown_kinds_are_kept_beside_the_flow() -> None:
    boxes: dict[str, tuple[str, dict[str, Any]]] = {"a": BOXES["a"], "z": ("quantum_pivot", {"name": "Odd"})}
    flow = parse_attack_flow(
        drawing(boxes, [("a", "", "z")], more=[{"id": "sticker", "instance": "y", "properties": [["text", "hello"]]}])
    )
    assert [(n.kind, n.type, n.name) for n in flow.nodes] == [
        ("action", "attack-action", "Phish"),
        ("object", "quantum-pivot", "Odd"),
    ]
    assert [f.code for f in flow.findings] == ["FB155", "FB155"]
    assert any("hello" in f.message for f in flow.findings)


def test_cycles_components_and_missing_ids_are_read() -> None:
    boxes: dict[str, tuple[str, dict[str, Any]]] = {k: ("action", {}) for k in "abcde"}
    flow = parse_attack_flow(drawing(boxes, [("a", "", "b"), ("b", "", "a"), ("c", "", "d"), ("c", "", "d"), ("e", "", "e")]))
    assert len(flow.edges) == 5
    assert len(flow.run()) == 4  # the one drawn twice counts once
    assert {n.technique for n in flow.nodes} == {""}


@pytest.mark.parametrize(
    ("boxes", "lines", "more", "code"),
    [
        ({"a": ("action", {}), "n": ("XOR_operator", {"operator": "XOR"})}, [], [], None),  # a kind not known, kept aside
        ({"a": ("action", {}), "n": ("AND_operator", {"operator": "XOR"})}, [], [], "FB156"),
        ({"a": ("action", {"name": ["x"]})}, [], [], "FB152"),
        ({"a": ("action", {"confidence": 400})}, [], [], "FB152"),
        ({"a": ("action", {})}, [], [{"id": "action", "instance": "a", "anchors": {}}], "FB153"),
        ({"a": ("action", {})}, [], [{"id": 7, "instance": "b"}], "FB152"),
        ({"a": ("action", {})}, [], [{"id": "action", "instance": "b", "anchors": []}], "FB152"),
        ({"a": ("action", {})}, [], [{"id": "action", "instance": "b", "anchors": {}, "properties": [["x"]]}], "FB152"),
        ({"c": ("condition", {})}, [], [], "FB151"),
    ],
)  # fmt: skip  # one row a case
def test_what_is_wrong_has_a_code_and_a_place(boxes: Any, lines: Any, more: Any, code: str | None) -> None:
    data = drawing(boxes, lines, more=more)
    if code is None:
        assert parse_attack_flow(data).findings[0].code == "FB155"
        return
    with pytest.raises(InputError) as e:
        parse_attack_flow(data, "flow.afb")
    assert [f.code for f in e.value.findings] == [code]
    assert e.value.findings[0].span is not None
    assert e.value.findings[0].cure


ROWS = {  # nodes, edges, actions, AND, OR, conditions: the table in the README beside the files
    "equifax-breach": (26, 24, 12, 2, 0, 3),
    "solarwinds": (56, 66, 33, 6, 0, 5),
    "target-breach": (33, 34, 17, 2, 0, 5),
    "tesla-kubernetes-breach": (13, 14, 9, 1, 0, 1),
    "notpetya": (55, 58, 23, 4, 2, 7),
    "example-attack-tree": (97, 96, 63, 19, 15, 0),
}


@pytest.mark.parametrize("name", ROWS)
def test_the_published_flows_have_the_counts_of_their_table(name: str) -> None:
    file = SHARED / f"{name}.afb"
    if not file.exists():
        pytest.skip("the Attack Flow corpus files are not beside this checkout")
    flow = read_attack_flow(str(file))
    kinds = Counter(n.kind for n in flow.nodes)
    assert (len(flow.nodes), len(flow.edges), kinds["action"], kinds["and"], kinds["or"], kinds["condition"]) == ROWS[name]
    assert flow.findings == ()
