"""Cases with exploits against enumeration: generated variants, what survives, the cheapest cut and the depth; 14 events at most."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import chain, combinations
from random import Random

import pytest

from fuelbed.core.case import Case
from fuelbed.core.expressions import And, AtLeast, Expr, Fails, Not, Or, Ref
from fuelbed.numerics.attack.boundaries import implicit
from fuelbed.numerics.attack.breakeven import break_even
from fuelbed.numerics.attack.closing import cheapest, closings
from fuelbed.numerics.attack.compose import compose
from fuelbed.numerics.attack.derived import with_unknown
from fuelbed.numerics.attack.items import item_ways
from fuelbed.numerics.attack.layers import layers
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import evaluate, middles, removal
from fuelbed.readers.case import parse_case
from tests.further import one_in

SEEDS = range(60)


def random_case(seed: int, actions: str = "") -> Case:
    """Three exploits of two classes, four exposures, four controls (of which some share what they stand on), three lines, a cycle."""
    r = Random(seed)
    rows = [
        f"  e{i}: {{kind: exploit, class: C{i % 2}, rate: {r.uniform(0.1, 2):.3f} per year, cost: {r.randint(1, 9)}}}"
        for i in range(3)
    ]
    rows += [f"  x{i}: {{kind: exposure, present: {r.choice(['yes', '0.5', '0.2'])}, cost: {r.randint(1, 9)}}}" for i in range(4)]
    rows += [
        f"  c{i}: {{kind: control, fails: 0.{r.randint(1, 5)}, depends_on: [d{r.randint(0, 2)}], cost: {r.randint(1, 9)}}}"
        for i in range(4)
    ]

    def rest() -> str:
        some = [f"x{r.randint(0, 3)}", f"fails(c{r.randint(0, 3)})", f"(x{r.randint(0, 3)} or fails(c{r.randint(0, 3)}))"]
        return " and ".join(r.sample(some, r.randint(1, 3)))

    lines = [
        f"  first: (e0 or e1) and {rest()} or second and x0",
        f"  second: first and {rest()} or e2 and {rest()}",
        f"  taken: first and {rest()} or second and {rest()} or atleast(2, first, fails(c0), x1)",
    ]
    text = "fuelbed: 1\ntitle: t\nfailure: taken\nexposure: {unknown_variants: {C0: 0.3 per year}}\nfactors:\n"
    return parse_case(text + "\n".join(rows) + "\nstructure:\n" + "\n".join(lines) + "\n" + actions)


def holds(case: Case, on: frozenset[str]) -> bool:
    """The goal in one world, by rounds from nothing: the definition."""
    lines = dict.fromkeys(case.lines, False)

    def value(e: Expr) -> bool:
        if isinstance(e, Ref):
            return lines.get(e.name, e.name in on)
        if isinstance(e, Fails):
            return e.name in on
        if isinstance(e, Not):
            return not value(e.arg)
        if isinstance(e, AtLeast):
            return sum(map(value, e.args)) >= e.k
        assert isinstance(e, And | Or)
        return (all if isinstance(e, And) else any)(map(value, e.args))

    for _ in range(len(lines) + 1):
        lines.update({n: value(x.expr) for n, x in case.lines.items()})
    return lines[case.failure]


def subsets(names: list[str]) -> list[frozenset[str]]:
    return [frozenset(s) for s in chain.from_iterable(combinations(names, k) for k in range(len(names) + 1))]


def minimal(case: Case) -> list[frozenset[str]]:
    out: list[frozenset[str]] = []
    for s in subsets(list(case.factors)):
        if not any(m <= s for m in out) and holds(case, s):
            out.append(s)
    return out


def counted(case: Case) -> Case:
    """With generated variants: 13 events."""
    return with_unknown(case).case


@pytest.mark.parametrize("seed", one_in(3, range(12)))
def test_variants_are_the_minimal_sets_and_survive_by_count(seed: int) -> None:
    case = counted(random_case(seed))
    s = compile_case(case).structure
    top = s.lines["taken"]
    every = minimal(case)
    assert {frozenset(n for _, n in c) for c in s.cut_sets(top)} == set(every)
    for n in case.factors:
        assert s.inside(top, lambda e, n=n: e[1] != n) == sum(n not in c for c in every)  # type: ignore[misc]  # bound now


@pytest.mark.parametrize("seed", one_in(3, range(12)))
def test_every_known_exploit_has_its_unknown_variant_beside_it(seed: int) -> None:
    """Striking a known exploit out of a variant for the unknown one of its class gives a set that is enough too."""
    plain = random_case(seed)
    derived = with_unknown(plain)
    for c in minimal(derived.case):
        for class_, members in derived.members.items():
            if c & set(members):
                assert holds(derived.case, c - set(members) | {derived.unknown[class_]})
    # and without unknown variants it is the case as it was
    known = [c for c in minimal(derived.case) if not c & set(derived.unknown.values())]
    assert set(known) == set(minimal(plain))


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_the_cheapest_cut_against_all_sets(seed: int) -> None:
    derived = with_unknown(random_case(seed))
    composed = compose(derived.case)
    every = closings(derived.case, composed, set(derived.unknown.values()))
    got = cheapest(composed, every)
    best = math.inf
    for s in subsets([c.name for c in every]):
        if not holds(derived.case, frozenset(derived.case.factors) - s):
            best = min(best, math.fsum(c.cost.middle for c in every if c.name in s and c.cost))
    assert got.cost == pytest.approx(best)
    assert got.closings is None or got.proved


@pytest.mark.parametrize("seed", SEEDS)
def test_the_depth_against_all_sets(seed: int) -> None:
    """Nominal: the fewest controls that fall, with all else granted. Effective: the fewest groups; never more."""
    case = counted(random_case(seed))
    d = layers(case, compose(case), most=4)
    rest = frozenset(n for n, f in case.factors.items() if f.kind != "control")
    assert d.nominal.groups == fewest(case, rest, [{n} for n in d.controls])
    assert d.effective.groups == fewest(case, rest, [set(g) for g in d.groups])
    if d.nominal.groups is not None and d.effective.groups is not None:
        assert d.effective.groups <= d.nominal.groups


def fewest(case: Case, rest: frozenset[str], groups: list[set[str]]) -> int | None:
    for k in range(len(groups) + 1):
        if any(holds(case, rest.union(*some)) for some in combinations(groups, k)):
            return k
    return None


def chance(case: Case, changes: Mapping[str, float | str] | None = None) -> tuple[float, float]:
    m = compile_case(case)
    out = evaluate(m, middles(m), [changes or {}], ("hazard", "probability"))
    return float(out["hazard"][0, 0]), float(out["probability"][0, 0])


@pytest.mark.parametrize("seed", range(25))
def test_laws(seed: int) -> None:
    """A patch, a closing or a mended control never raises the chance, and never the number of variants; nor does a control more."""
    case = counted(random_case(seed))
    m = compile_case(case)
    s, top = m.structure, m.structure.lines["taken"]
    total, now = s.inside(top, lambda e: True), chance(case)
    for n, f in case.factors.items():
        after = evaluate(m, middles(m), [removal(m, f)], ("hazard", "probability"))
        assert float(after["hazard"][0, 0]) <= now[0] + 1e-12
        assert float(after["probability"][0, 0]) <= now[1] + 1e-12
        assert s.inside(top, lambda e, n=n: e[1] != n) <= total  # type: ignore[misc]  # bound now
    action = "actions:\n  more: {does: [add control fresh fails 0.3 on second]}\n"
    more = counted(random_case(seed, action))
    model = compile_case(more)
    from fuelbed.numerics.process.interventions import changes_of

    guarded = evaluate(model, middles(model), [{}, changes_of(model, more.actions["more"])], ("hazard", "probability"))
    assert guarded["hazard"][1, 0] <= guarded["hazard"][0, 0] + 1e-12
    assert guarded["probability"][1, 0] <= guarded["probability"][0, 0] + 1e-12


@pytest.mark.parametrize("seed", range(25))
def test_the_break_even_rate_is_where_the_patch_leaves_half(seed: int) -> None:
    import numpy as np

    derived = with_unknown(random_case(seed))
    m = compile_case(derived.case)
    for patch in ({"e0.rate": 0.0}, {"e1.rate": 0.0}, {"e0.rate": 0.0, "e2.rate": 0.0}):
        u = derived.unknown["C1" if "e1.rate" in patch else "C0"]
        fixed = {f"{derived.unknown['C1']}.rate": 0.0} if u.endswith("c0") else {}
        (found,) = break_even(m, u, [patch], fixed, 0.5, np.random.default_rng(1))
        if 0 < found.value < math.inf:
            rows = [{**fixed, f"{u}.rate": found.value}, {**fixed, **patch, f"{u}.rate": found.value}]
            today, after = evaluate(m, middles(m), rows, ("hazard",))["hazard"][:, 0]
            assert after == pytest.approx(0.5 * today)
        assert found.low <= found.value <= found.high


# ---- single pieces -------------------------------------------------------------------------------------------------------------

ZONES = """\
fuelbed: 1
title: t
failure: data_taken
zones: {out: {what: anybody}, web: {}, data: {}}
assets:
  portal: {zone: web, gained: portal_taken}
  data: {zone: data, gained: data_taken}
factors:
  e: {kind: exploit, class: CWE-20, rate: 1 per year}
  open: {kind: exposure, present: yes, boundary: out -> web}
  flat: {kind: exposure, present: yes, boundary: web -> data}
structure:
  portal_taken: e and open
"""


@pytest.mark.parametrize(
    ("lines", "crossings"),
    [
        ("  data_taken: portal_taken and flat\n", 0),
        ("  data_taken: portal_taken\n", 1),
        ("  data_taken: portal_taken and open\n", 1),
        ("  data_taken: portal_taken and flat or portal_taken\n", 1),
        ("  way: portal_taken and open\n  data_taken: way and flat\n", 0),
        ("  needed: flat and open\n  data_taken: portal_taken and needed\n", 0),
        ("  needed: flat or open\n  data_taken: portal_taken and needed\n", 1),
        ("  round: portal_taken or back and flat\n  back: round\n  data_taken: back and flat\n", 0),
        ("  data_taken: atleast(2, portal_taken, flat)\n", 1),
    ],
)
def test_implicit_boundaries(lines: str, crossings: int) -> None:
    """The last is no conjunction as it is written."""
    found = implicit(parse_case(ZONES + lines))
    assert len(found) == crossings
    assert all((c.source, c.target, c.source_zone, c.target_zone) == ("portal", "data", "web", "data") for c in found)


def test_the_wrong_direction_opens_nothing() -> None:
    text = ZONES.replace("web -> data", "data -> web") + "  data_taken: portal_taken and flat\n"
    assert len(implicit(parse_case(text))) == 1


def test_the_generated_trigger_takes_no_name_that_is_there() -> None:
    text = (
        ZONES.replace("factors:\n", "factors:\n  unknown_cwe_20: {kind: condition, present: yes}\n")
        + "  data_taken: portal_taken\n"
    )
    derived = with_unknown(parse_case(text))
    assert derived.unknown == {"CWE-20": "unknown_cwe_20_2"}
    assert derived.case.factors["unknown_cwe_20_2"].rate is not None
    assert derived.case.factors["unknown_cwe_20_2"].occurred is False


def test_the_unknown_variant_lasts_where_the_known_ones_do() -> None:
    for lasts, long in (("lasts: 2 days, ", True), ("", False)):
        text = ZONES.replace("class: CWE-20,", f"class: CWE-20, {lasts}") + "  data_taken: portal_taken\n"
        found = with_unknown(parse_case(text)).case.factors["unknown_cwe_20"].lasts
        assert found is not None
        assert (found.high > 0) is long


def test_what_not_says_is_granted_to_the_attacker() -> None:
    text = ZONES + "  data_taken: portal_taken and not flat\n"
    composed = compose(parse_case(text))
    assert composed.granted
    assert composed.graph.reached()[composed.goal]


def test_an_exposure_that_is_not_there_opens_nothing() -> None:
    text = ZONES.replace("flat: {kind: exposure, present: yes", "flat: {kind: exposure, present: no")
    composed = compose(parse_case(text + "  data_taken: portal_taken and flat\n"))
    assert not composed.graph.reached()[composed.goal]


ITEMS = """\
actions:
  patch: {does: [prevent e]}
  segment: {does: [remove flat]}
  guard: {does: [add control watch fails 0.1 on data_taken]}
  both: {does: [add control watch_too fails 0.1 on data_taken, make old perfect]}
  words: {what: think}
"""


def test_what_items_do_to_variants_and_depth() -> None:
    text = (
        ZONES.replace("structure:", "  old: {kind: control, fails: 0.2}\nstructure:")
        + "  data_taken: portal_taken and flat and fails(old)\n"
    )
    found = item_ways(parse_case(text + ITEMS))
    left = {n: (w.left, w.total, w.depth.groups if w.depth else None) for n, w in found.items()}
    assert left == {
        "": (2, 2, 1),
        "patch": (1, 2, 1),
        "segment": (0, 2, None),
        "guard": (2, 2, 2),
        "both": (0, 2, None),
        "words": (2, 2, 1),
    }


def test_a_case_without_security_has_no_such_columns() -> None:
    text = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger, rate: 1 per year}\nactions: {x: {does: [prevent a]}}\n"
    assert item_ways(parse_case(text)) == {}
