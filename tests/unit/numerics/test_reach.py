"""Counts on the diagram of cut sets against the list of them."""

from __future__ import annotations

import pytest

from fuelbed.core.actions import Change
from fuelbed.core.case import Case
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import evaluate, middles, removal
from fuelbed.numerics.process.reach import cut_set_count, held_by, reach
from tests.cases import P, both, case, condition, control, either, fails, ref, trigger
from tests.properties.test_process import random_case


@pytest.mark.parametrize("seed", range(60))
def test_counts_are_those_of_the_list(seed: int) -> None:
    c = random_case(seed)
    m = compile_case(c)
    cuts = m.structure.cut_sets(m.structure.lines["F"])
    assert cut_set_count(m) == len(cuts)
    assert held_by(m) == {e: n for e in m.structure.events if (n := sum(e in s for s in cuts))}
    verbs = {"trigger": "prevent", "condition": "remove", "control": "perfect"}
    for f in c.factors.values():
        change = Change(verbs[f.kind], f.name)  # type: ignore[arg-type]  # one of three literal verbs
        got = reach(m, (change,))
        assert (got.cut_sets, got.breaks, got.rarer) == (len(cuts), sum((f.kind, f.name) in s for s in cuts), 0)
        every = bool(cuts) and got.breaks == len(cuts)
        assert got.closes == ((f.name,) if every and f.kind == "condition" else ())
        if got.breaks == len(cuts):
            assert evaluate(m, middles(m), [removal(m, f)], ("hazard",))["hazard"][0, 0] == 0.0


@pytest.mark.parametrize("seed", range(60))
def test_an_added_control_makes_rarer_what_needs_it(seed: int) -> None:
    """Against the definition: a cut set that is no longer enough while the added control holds."""
    c = random_case(seed)
    m = compile_case(c)
    s = m.structure
    f = s.lines["F"]
    cuts = s.cut_sets(f)
    got = reach(m, c.actions["add"].does)
    if ("control", "new") not in s.index:
        assert got.rarer == 0
        return
    values = [{s.index[e]: e in cut for e in s.events if e != ("control", "new")} for cut in cuts]
    held = [s.bdd.restrict(f, {**v, s.index[("control", "new")]: False}) for v in values]
    assert (got.breaks, got.rarer) == (0, sum(h == 0 for h in held))


def the_case() -> Case:
    return case(
        [trigger("a", 4.0, 0.01), trigger("b", (1.0, 3.0)), condition("c"), control("k", "failed", (0.2, 0.7), (0.7, 1.0))],
        {"F": either(both(ref("a"), ref("b"), ref("c")), both(ref("b"), fails("k")))},
    )


def value(x: float | tuple[float, float], dimension: str = "probability") -> Quantity:
    return P(x, dimension) if isinstance(x, int | float) else Quantity.interval(*x, dimension)


@pytest.mark.parametrize(
    ("changes", "breaks", "rarer"),
    [
        ([Change("set", "b", "rate", value(0.5, "rate"))], 0, 2),
        ([Change("set", "b", "rate", value(2.0, "rate"))], 0, 0),  # may be more, may be less
        ([Change("set", "b", "rate", value(9.0, "rate"))], 0, 0),
        ([Change("set", "c", "present", value(0.5))], 0, 1),
        ([Change("set", "c", "present", value(0.0))], 1, 0),
        ([Change("set", "a", "lasts", value(0.001, "duration"))], 0, 1),  # met less often by b, comes as often itself
        ([Change("set", "a", "lasts", value(0.1, "duration"))], 0, 0),
        ([Change("revert", "a")], 0, 0),  # nothing is in force
        ([Change("set", "k", "fails", value((0.2, 0.7)))], 0, 1),  # no longer broken: at most 0.7 of 0.76 or more
        ([Change("set", "k", "fails", value((0.2, 0.8)))], 0, 0),
        ([Change("perfect", "k"), Change("disable", "k")], 0, 0),  # the later one counts
        ([Change("disable", "k"), Change("perfect", "k")], 1, 0),
        ([Change("remove", "c"), Change("perfect", "k")], 2, 0),
        ([Change("observe", "F")], 0, 0),
    ],
)
def test_only_what_is_sure_counts(changes: list[Change], breaks: int, rarer: int) -> None:
    got = reach(compile_case(the_case()), tuple(changes))
    assert (got.cut_sets, got.breaks, got.rarer) == (2, breaks, rarer)


def test_what_closes_everything() -> None:
    both_ways = case(
        [trigger("t", 1.0), condition("c"), condition("d"), condition("e")],
        {"F": both(ref("t"), ref("e"), either(ref("c"), ref("d")))},
    )
    m = compile_case(both_ways)
    assert reach(m, (Change("remove", "c"),)).closes == ()
    assert reach(m, (Change("remove", "c"), Change("remove", "d"))).closes == ("c", "d")
    assert reach(m, (Change("remove", "c"), Change("remove", "e"))).closes == ("e",)
    assert reach(m, (Change("prevent", "t"), Change("remove", "c"))).closes == ()
