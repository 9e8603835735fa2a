"""Open-PSA: what is read, names and their reach, formulas against their truth tables, every fault at its place; what is refused."""

from __future__ import annotations

import math
from itertools import product

import pytest

from fuelbed.core.errors import InputError
from fuelbed.core.faulttrees import FaultTree
from fuelbed.numerics.static.solve import chances, solve
from fuelbed.readers.faulttrees.openpsa import parse_openpsa
from fuelbed.writers.faulttrees import openpsa
from tests.unit.numerics.test_orders import truth


def read(body: str, top: str = "") -> FaultTree:
    return parse_openpsa([("t.xml", f'<?xml version="1.0"?>\n<opsa-mef>\n{body}\n</opsa-mef>\n'.encode())], top)


def faults(body: str) -> list[tuple[str, int, int, str]]:
    with pytest.raises(InputError) as e:
        read(body)
    return [(f.code, f.span.line, f.span.column, f.message) for f in e.value.findings if f.span]


def tree_of(formula: str, events: str = "abc") -> FaultTree:
    defined = "".join(f'<define-basic-event name="{e}"><float value="0.1"/></define-basic-event>' for e in events)
    return read(
        f'<define-fault-tree name="T"><define-gate name="top">{formula}</define-gate></define-fault-tree><model-data>{defined}</model-data>'
    )


A, B, C = ('<event name="a"/>', '<basic-event name="b"/>', '<event name="c" type="basic-event"/>')


@pytest.mark.parametrize(
    ("formula", "want"),
    [
        (f"<and>{A}{B}{C}</and>", lambda a, b, c: a and b and c),
        (f"<or>{A}{B}{C}</or>", lambda a, b, c: a or b or c),
        (f"<not>{A}</not>", lambda a, b, c: not a),
        (f"<nand>{A}{B}</nand>", lambda a, b, c: not (a and b)),
        (f"<nor>{A}{B}{C}</nor>", lambda a, b, c: not (a or b or c)),
        (f"<xor>{A}{B}{C}</xor>", lambda a, b, c: (a + b + c) % 2 == 1),
        (f"<iff>{A}{B}</iff>", lambda a, b, c: a == b),
        (f"<imply>{A}{B}</imply>", lambda a, b, c: not a or b),
        (f'<atleast min="2">{A}{B}{C}</atleast>', lambda a, b, c: a + b + c >= 2),
        (f'<cardinality min="1" max="2">{A}{B}{C}</cardinality>', lambda a, b, c: 1 <= a + b + c <= 2),
        (f'<cardinality min="0" max="0">{A}{B}{C}</cardinality>', lambda a, b, c: a + b + c == 0),
        (f'<or>{A}<and>{B}<constant value="true"/></and></or>', lambda a, b, c: a or b),
        (f'<and>{A}<or>{B}<not>{C}</not></or></and>', lambda a, b, c: a and (b or not c)),
        (A, lambda a, b, c: a),
    ],
)  # fmt: skip  # one formula a line
def test_formulas(formula: str, want) -> None:
    tree = tree_of(formula)
    for bits in product((False, True), repeat=3):
        state = dict(zip("abc", bits, strict=True))
        assert truth_of(tree, state) == want(*bits)
    again = parse_openpsa([("t.xml", openpsa(tree).encode())], "top")
    for bits in product((False, True), repeat=3):
        assert truth_of(again, dict(zip("abc", bits, strict=True))) == want(*bits)


def truth_of(tree: FaultTree, state: dict[str, bool]) -> bool:
    return truth(tree.network, tree.network.top, state)


@pytest.mark.parametrize(
    ("expression", "want"),
    [
        ('<float value="0.25"/>', 0.25),
        ('<mul><float value="0.5"/><int value="1"/><float value="0.5"/></mul>', 0.25),
        ('<sub><float value="1"/><float value="0.5"/><float value="0.2"/></sub>', 0.3),
        ('<exponential><float value="1e-3"/><float value="1000"/></exponential>', 0.6321205588285577),
        ('<exponential><float value="1e-4"/><system-mission-time/></exponential>', 1 - math.exp(-0.876)),
        ('<Weibull><float value="1000"/><float value="2"/><float value="0"/><float value="500"/></Weibull>', 0.22119921692859512),
        ('<GLM><float value="0.1"/><float value="1e-3"/><float value="0.1"/><float value="0"/></GLM>', 0.1),
        ('<GLM><float value="0"/><float value="1"/><float value="3"/><float value="1000"/></GLM>', 0.25),
        ('<uniform-deviate><float value="0.1"/><float value="0.3"/></uniform-deviate>', 0.2),
        ('<lognormal-deviate><float value="0.02"/><float value="5"/><float value="0.95"/></lognormal-deviate>', 0.02),
        ('<beta-deviate><float value="2"/><float value="6"/></beta-deviate>', 0.25),
        ('<gamma-deviate><float value="2"/><float value="0.1"/></gamma-deviate>', 0.2),
        ('<histogram-deviate><float value="0"/><bin><float value="0.2"/><float value="1"/></bin><bin><float value="0.4"/><float value="3"/></bin></histogram-deviate>', 0.25),
        ('<ite><gt><float value="2"/><float value="1"/></gt><float value="0.1"/><float value="0.9"/></ite>', 0.1),
        ('<periodic-test><float value="1e-3"/><float value="100"/><float value="50"/><float value="120"/></periodic-test>', 0.067606),
        ('<parameter name="q"/>', 0.125),
    ],
)  # fmt: skip  # one expression a line
def test_expressions(expression: str, want: float) -> None:
    tree = read(
        '<define-fault-tree name="T"><define-gate name="top"><event name="a"/></define-gate></define-fault-tree><model-data>'
        f'<define-basic-event name="a">{expression}</define-basic-event>'
        '<define-parameter name="q"><float value="0.125"/></define-parameter></model-data>'
    )
    assert chances(tree, 8760.0)[0]["a"] == pytest.approx(want, rel=1e-5)
    again = parse_openpsa([("t.xml", openpsa(tree).encode())])
    assert chances(again, 8760.0)[0] == chances(tree, 8760.0)[0]


def test_names_may_be_private_to_a_component() -> None:
    tree = read(
        """<define-fault-tree name="T">
  <define-gate name="top"><and><gate name="X.g"/><gate name="Y.g"/></and></define-gate>
  <define-component name="X" role="private"><define-gate name="g"><or><event name="a"/><event name="e"/></or></define-gate>
    <define-basic-event name="e"><float value="0.1"/></define-basic-event></define-component>
  <define-component name="Y" role="private"><define-gate name="g"><or><event name="a"/><event name="e"/></or></define-gate>
    <define-basic-event name="e"><float value="0.2"/></define-basic-event></define-component>
  <define-basic-event name="a"><float value="0.5"/></define-basic-event>
</define-fault-tree>"""
    )
    got = solve(tree)
    assert got.probability is not None
    assert got.probability[0] == pytest.approx(0.5 + 0.5 * 0.02)
    assert set(tree.events) == {"a", "T.X.e", "T.Y.e"}


def test_house_events_labels_and_several_files() -> None:
    gates = b"""<opsa-mef><define-fault-tree name="T"><define-gate name="top"><label>Both
 of them</label><and><event name="a"/><house-event name="on"/></and></define-gate></define-fault-tree></opsa-mef>"""
    data = b"""<opsa-mef><model-data><define-basic-event name="a"><label>A pump</label><float value="0.3"/></define-basic-event>
<define-house-event name="on"><constant value="true"/></define-house-event></model-data></opsa-mef>"""
    tree = parse_openpsa([("g.xml", gates), ("d.xml", data)])
    assert tree.labels == {"top": "Both of them", "a": "A pump"}
    got = solve(tree)
    assert got.probability is not None
    assert got.probability[0] == pytest.approx(0.3)
    with pytest.raises(InputError) as e:
        parse_openpsa([("g.xml", gates)])
    assert {f.code for f in e.value.findings} == {"FB144"}
    assert len(e.value.findings) == 2


def test_every_fault_at_its_place() -> None:
    body = """<define-fault-tree name="T">
 <define-gate name="top"><and><event name="pmup"/><gate name="g2"/></and></define-gate>
 <define-gate name="g2"><nad><event name="pump"/></nad></define-gate>
 <define-gate name="g3"><atleast min="4"><event name="pump"/><event name="top"/></atleast></define-gate>
 <define-gate name="g2"><or><event name="pump"/></or></define-gate>
 <define-gate><or><event name="pump"/></or></define-gate>
 <define-basic-event name="pump"><float value="x"/></define-basic-event>
 <define-basic-event name="valve"><exponential><float value="1"/></exponential></define-basic-event>
</define-fault-tree>
<define-CCF-group name="G" model="delta"><members><basic-event name="pump"/></members></define-CCF-group>"""
    found = faults(body)
    assert [(c, line) for c, line, _, _ in found] == [
        ("FB144", 4), ("FB142", 5), ("FB143", 6), ("FB143", 7), ("FB143", 8), ("FB146", 9), ("FB143", 10), ("FB149", 12), ("FB149", 12),
        ("FB149", 12), ("FB149", 12),
    ]  # fmt: skip  # one list
    assert found[0][2] == 31
    assert "`pmup`" in found[0][3]


def test_a_cycle_is_shown() -> None:
    body = """<define-fault-tree name="T"><define-gate name="top"><gate name="x"/></define-gate>
<define-gate name="x"><or><gate name="y"/><event name="a"/></or></define-gate><define-gate name="y"><and><gate name="x"/><event name="a"/></and></define-gate>
<define-basic-event name="a"/></define-fault-tree>"""
    assert [(c, m) for c, _, _, m in faults(body)] == [("FB145", "the gate depends on itself: `x` -> `y` -> `x`.")]


def test_several_tops_are_a_question() -> None:
    body = '<define-fault-tree name="T"><define-gate name="x"><event name="a"/></define-gate><define-gate name="y"><event name="a"/></define-gate><define-basic-event name="a"/></define-fault-tree>'
    assert faults(body)[0][0] == "FB147"
    assert read(body, "y").network.top == "y"
    with pytest.raises(InputError, match="no gate is called"):
        read(body, "z")


def test_what_is_not_read_is_said() -> None:
    tree = read(
        '<define-event-tree name="E"/><define-fault-tree name="T"><define-gate name="x"><event name="a"/></define-gate><define-basic-event name="a"/></define-fault-tree>'
    )
    assert [f.code for f in tree.findings] == ["FB148"]


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(8))
    + "]>"
)
DEEP = "<not>" * 200_000 + '<event name="a"/>' + "</not>" * 200_000


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (f"{BOMB}<opsa-mef>&i;</opsa-mef>".encode(), "FB141"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><opsa-mef>&e;</opsa-mef>', "FB141"),
        (b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><opsa-mef/>', "FB141"),
        (f'<opsa-mef><define-fault-tree name="t"><define-gate name="g">{DEEP}</define-gate></define-fault-tree></opsa-mef>'.encode(), "FB141"),
        (b"<opsa-mef><define-gate", "FB140"),
        (b"", "FB140"),
        (b"\x00\x01\x02", "FB140"),
        (b"<opsa-mef>&undefined;</opsa-mef>", "FB140"),
        (b'<?xml version="1.0" encoding="klingon"?><opsa-mef/>', "FB140"),
        (b"<scram/>", "FB142"),
        (b"<opsa-mef/>", "FB147"),
    ],
)  # fmt: skip  # one document a line
def test_what_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as e:
        parse_openpsa([("t.xml", data)])
    assert [f.code for f in e.value.findings] == [code]
    assert "root:" not in str(e.value)


def test_a_thousand_faults_end_the_reading() -> None:
    body = "".join(f'<define-gate name="g{i}"><or><event name="x{i}"/></or></define-gate>' for i in range(3_000))
    assert len(faults(f'<define-fault-tree name="t">{body}</define-fault-tree>')) == 1_000
