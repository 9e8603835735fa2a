"""STIX 2.1 bundles with the Attack Flow extension. The bundle has the shape of the specification's example, in other words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fuelbed.core.errors import InputError
from fuelbed.readers.attackflow import looks_like_attack_flow, parse_attack_flow


def uid(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012d}"


def sdo(kind: str, n: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uid(n)}", **more}


A1, A2, A3 = (f"attack-action--{uid(n)}" for n in (1, 2, 3))
C1, C2 = (f"attack-condition--{uid(n)}" for n in (4, 5))
OP, S1, ACC = f"attack-operator--{uid(6)}", f"attack-asset--{uid(7)}", f"user-account--{uid(8)}"
BUNDLE = [
    sdo("extension-definition", 90, name="Attack Flow"),
    sdo("identity", 91, name="An analyst", identity_class="individual"),
    sdo("identity", 92, name="Somebody else"),
    sdo("attack-flow", 93, name="Stolen blog", scope="incident", description="Two preparations, one login.", start_refs=[A1, A2],
        created_by_ref=f"identity--{uid(91)}", created="2024-05-01T10:00:00.000Z", external_references=[{"source_name": "A report"}]),
    sdo("attack-action", 1, technique_id="T1583.001", name="Buys a domain", technique_ref=f"attack-pattern--{uid(94)}", effect_refs=[C1], confidence=80),
    sdo("attack-action", 2, technique_name="Collects addresses", effect_refs=[C2]),
    sdo("attack-condition", 4, description="The domain looks right", on_true_refs=[OP]),
    sdo("attack-condition", 5, description="Addresses are known", on_true_refs=[OP], on_false_refs=[A2]),
    sdo("attack-operator", 6, operator="AND", effect_refs=[A3]),
    sdo("attack-action", 3, name="Logs in", asset_refs=[S1], command_ref=f"process--{uid(9)}"),
    sdo("attack-asset", 7, name="Blog account", object_ref=ACC),
    {"type": "user-account", "id": ACC, "account_login": "jo"},
    sdo("process", 9, command_line="curl"),
    sdo("attack-pattern", 94, name="Domains"),
    sdo("infrastructure", 10, name="Phishing host"),
    sdo("relationship", 95, relationship_type="related-to", source_ref=f"infrastructure--{uid(10)}", target_ref=A1),
]  # fmt: skip  # one object a line


def bundle(objects: list[Any]) -> bytes:
    return json.dumps({"type": "bundle", "id": f"bundle--{uid(99)}", "objects": objects}, indent=1).encode()


def test_the_bundle_of_the_specification_in_other_words() -> None:
    flow = parse_attack_flow(bundle(BUNDLE))
    assert flow.findings == ()
    assert (flow.name, flow.scope, flow.author, flow.references[0].source) == (
        "Stolen blog",
        "incident",
        "An analyst",
        "A report",
    )
    assert [n.kind for n in flow.nodes] == [
        "action",
        "action",
        "condition",
        "condition",
        "and",
        "action",
        "asset",
        "object",
        "object",
        "object",
    ]
    first = flow.nodes[0]
    assert (first.technique, first.name, first.confidence, first.technique_ref) == (
        "T1583.001",
        "Buys a domain",
        80,
        f"attack-pattern--{uid(94)}",
    )
    assert flow.nodes[1].name == "Collects addresses"
    assert {(e.source, e.target, e.via) for e in flow.edges} == {
        (A1, C1, "effect"), (A2, C2, "effect"), (C1, OP, "true"), (C2, OP, "true"), (C2, A2, "false"), (OP, A3, "effect"),
        (A3, S1, "asset"), (A3, f"process--{uid(9)}", "command"), (S1, ACC, "object"), (f"infrastructure--{uid(10)}", A1, "related-to"),
    }  # fmt: skip  # one set


def test_edges_into_nothing_are_findings() -> None:
    lost = [*BUNDLE, sdo("attack-action", 20, name="x", effect_refs=[f"attack-action--{uid(77)}", A1])]
    lost.append(sdo("relationship", 96, relationship_type="uses", source_ref=A1, target_ref="tool--none"))
    flow = parse_attack_flow(bundle(lost))
    assert [f.code for f in flow.findings] == ["FB154", "FB154"]
    assert len(flow.edges) == 11
    ids = {n.id for n in flow.nodes}
    assert all(e.source in ids and e.target in ids for e in flow.edges)


@pytest.mark.parametrize(
    ("objects", "code"),
    [
        ([sdo("malware", 1, name="x")], "FB151"),
        ([sdo("attack-flow", 1, name="x")], "FB151"),
        ([*BUNDLE, sdo("attack-action", 1, name="again")], "FB153"),
        ([*BUNDLE, sdo("attack-operator", 30, operator="NAND")], "FB156"),
        ([*BUNDLE, sdo("attack-operator", 30)], "FB156"),
        ([*BUNDLE, sdo("attack-action", 30, effect_refs=A1)], "FB152"),
        ([*BUNDLE, sdo("attack-action", 30, effect_refs=[3])], "FB152"),
        ([*BUNDLE, sdo("attack-action", 30, name={"x": 1})], "FB152"),
        ([*BUNDLE, sdo("attack-action", 30, external_references=["x"])], "FB152"),
        ([*BUNDLE, "text"], "FB152"),
        ([*BUNDLE, {"type": "tool"}], "FB152"),
        ([*BUNDLE, {"id": "tool--1"}], "FB152"),
    ],
)  # fmt: skip  # one row a case
def test_what_is_wrong_has_a_code_and_a_place(objects: list[Any], code: str) -> None:
    with pytest.raises(InputError) as e:
        parse_attack_flow(bundle(objects), "flow.json")
    assert {f.code for f in e.value.findings} == {code}
    for f in e.value.findings:
        assert f.span is not None
        assert f.span.file == "flow.json"
        assert f.cure


def test_all_faults_are_told_at_once_each_at_its_line() -> None:
    wrong = [*BUNDLE, sdo("attack-operator", 30, operator="NAND"), sdo("attack-action", 31, effect_refs=[3]), "text"]
    with pytest.raises(InputError) as e:
        parse_attack_flow(bundle(wrong))
    assert sorted(f.code for f in e.value.findings) == ["FB152", "FB152", "FB156"]
    lines = [f.span.line for f in e.value.findings if f.span]
    assert len(set(lines)) == 3


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"", 1), (b"{\n\n  nonsense}", 3), (b'{"objects": [\n', 1), (b'{"a": 1,\n "a": 2}', 2), (b'{"x": NaN}', 1), (b"\xff\xfe{", 1),
     (b'{"objects":' + b"[" * 100_000, 1)],
)  # fmt: skip  # one list
def test_what_is_no_json(data: bytes, line: int) -> None:
    with pytest.raises(InputError) as e:
        parse_attack_flow(data)
    assert [f.code for f in e.value.findings] == ["FB150"]
    assert e.value.findings[0].span is not None
    assert e.value.findings[0].span.line >= line


@pytest.mark.parametrize("data", [b"[]", b"3", b'{"a": 1}', b'"text"', b"null"])
def test_other_json(data: bytes) -> None:
    with pytest.raises(InputError) as e:
        parse_attack_flow(data)
    assert [f.code for f in e.value.findings] == ["FB151"]


def test_a_flow_is_known_by_its_ending_or_its_beginning() -> None:
    assert looks_like_attack_flow("x.afb", b"")
    assert looks_like_attack_flow("x.JSON", b"")
    assert looks_like_attack_flow("x.txt", b'\xef\xbb\xbf {\n "type": "bundle"')
    assert not looks_like_attack_flow("x.md", b"# Outage\n{")
    assert not looks_like_attack_flow("x.md", b"{% raw %}")
