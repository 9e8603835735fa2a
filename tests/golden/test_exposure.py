"""Exploit and exposure: the three toys and the shared dependency of the design's notes, through the whole engine.

Source: the project's golden answers, section "Exposure (§9)": horizon probabilities found by brute force over all worlds. A probability p
of a trigger over the horizon means the rate -ln(1-p)/H; all other numbers are given as they are. `by_worlds` here finds them once more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import product

import pytest

from fuelbed.core.blocks import Answer, Table
from fuelbed.core.facts import Board
from fuelbed.core.options import Options
from fuelbed.core.registry import rows_by_id
from fuelbed.engines.exposure import examine
from fuelbed.readers.case import parse_case

TOYS: Mapping[str, tuple[str, dict[str, float], dict[str, float]]] = {
    "equifax": (
        "(e_5638 or e_9805 or e_other) and parser and flat_network and creds_in_clear and inspection_blind",
        {"e_5638": 0.5, "e_9805": 0.3, "e_other": 0.2},
        {"parser": 0.9, "flat_network": 0.8, "creds_in_clear": 0.8, "inspection_blind": 0.7},
    ),
    "log4shell": (
        "lookup and logged and (((ldap or ctx or gadget) and egress_open) or (dns and dns_open))",
        {"ldap": 0.9, "ctx": 0.3, "gadget": 0.4, "dns": 0.6},
        {"lookup": 0.95, "logged": 0.99, "egress_open": 0.7, "dns_open": 0.95},
    ),
    "capital_one": (
        "(((waf_ssrf or other_ssrf) and imds_v1) or rce) and role_broad and no_network_condition and no_anomaly_detection",
        {"waf_ssrf": 0.3, "other_ssrf": 0.25, "rce": 0.05},
        {"imds_v1": 0.95, "role_broad": 0.8, "no_network_condition": 0.85, "no_anomaly_detection": 0.7},
    ),
}


def text(line: str, exploits: Mapping[str, float], exposures: Mapping[str, float]) -> str:
    rows = [f"  {n}: {{kind: exploit, rate: {-math.log1p(-p)!r} per year}}" for n, p in exploits.items()]
    rows += [f"  {n}: {{kind: exposure, present: {p}, today: {p}}}" for n, p in exposures.items()]
    return "fuelbed: 1\ntitle: toy\nfailure: taken\nfactors:\n" + "\n".join(rows) + f"\nstructure:\n  taken: {line}\n"


def answered(case_text: str) -> Answer:
    return examine(parse_case(case_text), Board().for_engine(rows_by_id()["exposure"].takes), Options())


def table(answer: Answer, name: str) -> Table:
    return next(b for b in answer.blocks if isinstance(b, Table) and b.id == name)


def chances(case_text: str) -> dict[str, float]:
    """Horizon probability by measure, "nothing done" first."""
    out = {}
    for measure, _, chance in table(answered(case_text), "after_measures").rows:
        assert chance.estimate is not None
        assert chance.estimate.value is not None
        assert chance.estimate.low == pytest.approx(chance.estimate.high, abs=1e-12)
        out[measure.text] = chance.estimate.value
    return out


def by_worlds(line: str, p: Mapping[str, float], also: Mapping[str, float]) -> float:
    """The sum over all worlds, with the probabilities of `also` in place of the given ones."""
    names = list(p)
    holds: Callable[..., bool] = eval(f"lambda {', '.join(names)}: {line}")  # a line of this file
    total = 0.0
    for world in product((False, True), repeat=len(names)):
        if holds(*world):
            total += math.prod((q if on else 1 - q) for q, on in zip({**p, **also}.values(), world, strict=True))
    return total


PUBLISHED = [
    ("equifax", "nothing done", 0.290304),
    ("equifax", "e_5638", 0.177408),
    ("equifax", "parser", 0.0),
    ("equifax", "flat_network", 0.0),
    ("equifax", "creds_in_clear", 0.0),
    ("equifax", "inspection_blind", 0.0),
    ("log4shell", "nothing done", 0.807286),
    ("log4shell", "ldap", 0.700277),
    ("log4shell", "egress_open", 0.536085),
    ("log4shell", "dns_open", 0.630699),
    ("log4shell", "lookup", 0.0),
    ("capital_one", "nothing done", 0.227855),
    ("capital_one", "waf_ssrf", 0.131197),
    ("capital_one", "imds_v1", 0.023800),
    ("capital_one", "role_broad", 0.0),
]


@pytest.mark.parametrize(("toy", "measure", "published"), PUBLISHED)
def test_the_published_toys(toy: str, measure: str, published: float) -> None:
    assert chances(text(*TOYS[toy]))[measure] == pytest.approx(published, abs=6e-7)


@pytest.mark.parametrize("toy", TOYS)
def test_every_measure_agrees_with_the_sum_over_worlds(toy: str) -> None:
    line, exploits, exposures = TOYS[toy]
    p = {**exploits, **exposures}
    found = chances(text(line, exploits, exposures))
    assert set(p) < set(found)
    for n in p:
        assert found[n] == pytest.approx(by_worlds(line, p, {n: 0.0}), abs=1e-12)


def test_closing_both_named_exploits_of_equifax() -> None:
    """0.080640: what e_other alone brings. Both are of one class, whose unknown variant is given as never arriving."""
    case = text(*TOYS["equifax"]).replace("exploit, rate: 0.69", "exploit, class: CWE-20, rate: 0.69")
    case = case.replace("e_9805: {kind: exploit", "e_9805: {kind: exploit, class: CWE-20")
    case += "exposure: {unknown_variants: {CWE-20: 0 per year}}\n"
    found = chances(case)
    assert found["both known exploits of CWE-20"] == pytest.approx(0.080640, abs=6e-7)
    assert found["nothing done"] == pytest.approx(0.290304, abs=6e-7)


SHARED = """\
fuelbed: 1
title: two layers on one dependency
failure: through
factors:
  attack: {{kind: exploit, rate: 0.69314718055994530942 per year, in_incident: yes}}
  shared: {{kind: exposure, present: {q}, today: {q}}}
  first: {{kind: control, state: failed, broken: {p}, fails: 0, today: {p}, depends_on: [appliance], in_incident: unknown}}
  second: {{kind: control, state: failed, broken: {p}, fails: 0, today: {p}, depends_on: [appliance], in_incident: unknown}}
structure:
  through: attack and (shared or fails(first) and fails(second))
"""


@pytest.mark.parametrize(
    ("q", "p", "published"), [(0.01, 0.05, 0.012475), (0.0, 0.05, 0.0025), (0.01, (0.05 - 0.01) / 0.99, 0.0116162)]
)
def test_a_shared_dependency(q: float, p: float, published: float) -> None:
    """The attack comes with probability one half, so half of the published chance that the layers let it through. First 0.05 is each
    layer's own failure, beside the shared part; then there is no shared part; then 0.05 is each layer's total, the shared part included."""
    found = chances(SHARED.format(q=q, p=p))
    assert 2 * found["nothing done"] == pytest.approx(published, abs=5e-8)


def test_the_two_layers_on_one_dependency_are_one() -> None:
    answer = answered(SHARED.format(q=0.0, p=0.05))
    assert "Depth: 2 controls as drawn, 1 in truth." in answer.claim
    assert {f.code for f in answer.findings} == {"FB241", "FB242"}


@pytest.mark.parametrize(("toy", "cut", "cost"), [("equifax", "creds_in_clear", "4"), ("log4shell", "lookup", "3")])
def test_the_cheapest_cuts(toy: str, cut: str, cost: str) -> None:
    """Equifax: costs 1, 1, 50 of the patches and 12, 8, 4, 5 of the closings; all three exploits cost 52, `creds_in_clear` 4."""
    line, exploits, exposures = TOYS[toy]
    costs = {
        "equifax": [1, 1, 50, 12, 8, 4, 5],
        "log4shell": [1, 1, 9, 9, 3, 20, 6, 5],
    }[toy]
    case = text(line, exploits, exposures)
    for n, c in zip([*exploits, *exposures], costs, strict=True):
        case = case.replace(f"  {n}: {{kind", f"  {n}: {{cost: {c}, kind")
    claim = answered(case).claim
    assert f"The cheapest cut is to close `{cut}`, at a cost of {cost}." in claim
