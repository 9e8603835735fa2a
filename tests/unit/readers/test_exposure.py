"""The sections `exposure`, `assets`, `zones` and the security fields of factors: what is read, and each fault with its place and cure."""

from __future__ import annotations

import pytest

from fuelbed.core.errors import InputError
from fuelbed.core.exposure import Boundary
from fuelbed.readers.case import parse_case

HEAD = """\
fuelbed: 1
title: t
failure: f
zones: {internet: {what: anybody}, dmz: {}}
assets: {portal: {zone: dmz, what: the portal, gained: f}}
exposure: {goal: f, unknown_variants: {CWE-20: 0.1..3 per year}}
factors:
  e: {kind: exploit, class: CWE-20, cve: CVE-1, vector: network, rate: 2 per year, cost: 1..2}
  x: {kind: exposure, present: yes, boundary: internet -> dmz, cost: 3}
  c: {kind: control, fails: 0.1, depends_on: [certificate, power, certificate]}
structure:
  f: e and x and fails(c)
"""


def test_everything_is_read() -> None:
    case = parse_case(HEAD)
    e, x, c = (case.factors[n].traits for n in "exc")
    assert (e.class_, e.cve, e.vector) == ("CWE-20", "CVE-1", "network")
    assert e.cost is not None
    assert (e.cost.low, e.cost.high) == (1, 2)
    assert x.boundary is not None
    assert (x.boundary.source, x.boundary.target) == ("internet", "dmz")
    assert isinstance(x.boundary, Boundary)
    assert c.depends_on == ("certificate", "power")
    said = case.exposure
    assert said.goal == "f"
    assert (said.unknown["CWE-20"].low, said.unknown["CWE-20"].high) == (0.1, 3)
    assert (said.assets["portal"].zone, said.assets["portal"].gained) == ("dmz", "f")
    assert list(said.zones) == ["internet", "dmz"]


def test_nothing_said_is_nothing() -> None:
    case = parse_case("fuelbed: 1\ntitle: t\nfailure: f\nfactors: {e: {kind: exploit, rate: 1 per year}}\n")
    assert case.exposure.goal == ""
    assert not case.exposure.unknown
    assert case.factors["e"].traits.class_ == ""


FAULTS = [
    ("zone: dmz,", "zone: dmzz,", "FB022", "Did you mean `dmz`?"),
    ("gained: f}", "gained: g}", "FB022", "Name a line"),
    ("goal: f,", "goal: e,", "FB022", "A factor is no goal"),
    ("{CWE-20: 0.1", "{CWE-02: 0.1", "FB131", "Give the exploits"),
    ("0.1..3 per year}}", "0.1..3}}", "FB042", "year"),
    ("internet -> dmz", "internet to dmz", "FB130", "internet -> portal_zone"),
    ("internet -> dmz", "dmz -> dmz", "FB130", "internet -> portal_zone"),
    ("internet -> dmz", "internet -> dmx", "FB022", "zones"),
    ("cost: 3}", "cost: dear}", "FB041", "Write"),
    ("cost: 3}", "cost: -3}", "FB047", "0 or more"),
    ("cost: 3}", "cve: CVE-2}", "FB014", "belongs to a trigger"),
    ("cost: 3}", "depends_on: [y]}", "FB014", "belongs to a control"),
    ("[certificate, power, certificate]", "certificate", "FB013", "depends_on"),
    ("{what: anybody}", "anybody", "FB013", "what"),
    ("gained: f}}", "gained: f}, other: {gained: f}}", "FB132", "a line of its own"),
    ("{goal: f,", "{goals: f,", "FB014", "Did you mean `goal`?"),
]


@pytest.mark.parametrize(("old", "new", "code", "cure"), FAULTS)
def test_each_fault_has_its_place_and_cure(old: str, new: str, code: str, cure: str) -> None:
    assert old in HEAD
    with pytest.raises(InputError) as e:
        parse_case(HEAD.replace(old, new, 1))
    (found,) = e.value.findings
    assert found.code == code
    assert cure in found.cure
    assert found.span is not None
    assert found.span.line == HEAD[: HEAD.index(old)].count("\n") + 1


def test_all_faults_at_once() -> None:
    text = HEAD.replace("internet -> dmz", "there").replace("cost: 3", "cost: dear").replace("gained: f", "gained: g")
    with pytest.raises(InputError) as e:
        parse_case(text)
    assert sorted(f.code for f in e.value.findings) == ["FB022", "FB041", "FB130"]
