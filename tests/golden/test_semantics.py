"""Hand-computed answers where the semantics has corners: added controls, what is in force now, budgets, long triggers."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from fuelbed.core.actions import Action, Change
from fuelbed.core.case import Case
from fuelbed.core.expressions import And, Or, Ref, Threshold
from fuelbed.numerics.process import expectation
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import Overrides, changes_of, evaluate, middles
from fuelbed.numerics.process.transient import transient
from tests.cases import P, both, case, condition, control, either, fails, ref, trigger


def values(c: Case, *rows: Overrides) -> dict[str, list[float]]:
    m = compile_case(c)
    return {k: list(v[:, 0]) for k, v in evaluate(m, middles(m), [{}, *rows]).items()}


def adding(name: str, line: str, p: float = 0.1) -> Action:
    return Action(f"add {name}", does=(Change("add", name, value=P(p), line=line),))


def test_an_added_control_makes_no_cut_set_of_the_baseline() -> None:
    """F = a or (t and a): a alone is the minimal way, so no arrival matters today. Guarded at `a`'s own line by k, {a, k fails} and
    {t, a} are both minimal, and an arrival of t fails it where a holds."""
    lines = {"own": ref("a"), "F": either(ref("own"), both(ref("t"), ref("a")))}
    plain = case([trigger("t", 2.0), condition("a", 0.5, today=P(0.5), occurred=None)], lines)
    act = adding("k", "own")
    with_action = dataclasses.replace(plain, actions={act.name: act})
    m = compile_case(with_action)
    today, after = (values(with_action, changes_of(m, act))[o] for o in ("hazard", "standing"))
    assert values(plain)["hazard"][0] == 0.0
    assert today == pytest.approx([0.0, 2.0 * 0.5])
    assert after == pytest.approx([0.5, 0.5 * 0.1])


@pytest.mark.parametrize("count", [2, 7])
def test_controls_that_several_actions_add_do_not_see_each_other(count: int) -> None:
    """With many added controls on many lines, today is today, and each alone acts as if the others had never been proposed."""
    lines = {f"l{i}": ref("a") for i in range(count)}
    lines["F"] = either(both(ref("t"), *(ref(n) for n in lines)), both(ref("u"), ref("a")))
    base = case([trigger("t", 2.0), trigger("u", 1.0), condition("a", 0.5, today=P(0.5), occurred=None)], lines)
    acts = {f"x{i}": dataclasses.replace(adding(f"k{i}", f"l{i}"), name=f"x{i}") for i in range(count)}
    every = dataclasses.replace(base, actions=acts)
    m = compile_case(every)
    got = values(every, *(changes_of(m, a) for a in acts.values()))
    assert got["hazard"][0] == pytest.approx(values(base)["hazard"][0])
    for i, a in enumerate(acts.values()):
        alone = dataclasses.replace(base, actions={a.name: a})
        assert got["hazard"][i + 1] == pytest.approx(values(alone, changes_of(compile_case(alone), a))["hazard"][1])


def test_a_trigger_in_force_now_stays_for_its_duration() -> None:
    """b lasts 0.02 of the year and is in force with probability 0.5: a meets it in that share of the year, else by chance."""
    c = case([trigger("a", 3.0), trigger("b", 2.0, 0.02, today=P(0.5))], {"F": both(ref("a"), ref("b"))})
    by_chance = 1 - math.exp(-2.0 * 0.02)
    on_now = 0.02 + 0.98 * by_chance
    v = values(c, {"b.now.keep": 0.0, "b.now.force": 0.0})
    assert v["hazard"] == pytest.approx([3.0 * 0.5 * (on_now + by_chance), 3.0 * by_chance], abs=1e-12)
    alive = 0.5 * math.exp(-3.0 * on_now) + 0.5 * math.exp(-3.0 * by_chance)
    assert v["probability"][0] == pytest.approx(1 - alive, abs=1e-12)


def test_two_in_force_now_overlap_for_the_shorter_duration() -> None:
    """Both on from the start: a third trigger meets both for the shorter of the two, in whatever order they end."""
    for first, second in ((0.01, 0.04), (0.04, 0.01)):
        b, d = trigger("b", 0.0, first, today=P(1.0)), trigger("d", 0.0, second, today=P(1.0))
        c = case([trigger("a", 5.0), b, d], {"F": both(ref("a"), ref("b"), ref("d"))})
        assert values(c)["hazard"][0] == pytest.approx(5.0 * 0.01, abs=1e-12)
        assert values(c, {"b.lasts": 0.002})["hazard"][1] == pytest.approx(5.0 * min(0.002, second), abs=1e-12)


def chained() -> Case:
    """Nine uncertain conditions; each of three triggers reads six of them through a threshold, so that all nine hang together.
    The known trigger says nothing of them."""
    rng = np.random.default_rng(9)
    lines = {}
    for j in range(3):
        mine = [(3 * j + i) % 9 for i in range(6)]
        w = rng.uniform(0.2, 1.0, 6)
        terms = tuple((float(x), Ref(f"c{i}")) for x, i in zip(w, mine, strict=True))
        lines[f"l{j}"] = And((Ref(f"t{j}"), Threshold(0.5 * float(w.sum()), terms)))
    lines["F"] = Or((*(Ref(n) for n in lines), Ref("seen")))
    triggers = [trigger("seen", 0.1, occurred=True), *(trigger(f"t{j}", 0.4) for j in range(3))]
    return case([*triggers, *(condition(f"c{i}", 0.45) for i in range(9))], lines)


def test_past_the_budget_of_states_the_answer_is_an_enclosure(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = values(chained())
    monkeypatch.setattr(expectation, "STATES", 8)
    monkeypatch.setattr(expectation, "_CLASSES", 20)
    m = compile_case(chained())
    assert m.bounded
    v = evaluate(m, middles(m), [{}])
    assert float(v["hazard"][0, 0]) == pytest.approx(exact["hazard"][0], rel=1e-12)
    low, high = (float(v[k][0, 0]) for k in ("probability_low", "probability"))
    assert low < exact["probability"][0] < high
    found = bounds(m, [{}], ("hazard", "probability", "loss"), np.random.default_rng(0))[0]["probability"].after
    assert math.isnan(found.value)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert "bounds" in found.method


def test_a_short_trigger_calls_for_no_simulation_and_a_long_one_does() -> None:
    def meeting(lasts: float) -> Case:
        return case([trigger("a", 1.0), trigger("b", 1.0, lasts), control("k", "effective", 0.2)], {
            "F": both(ref("a"), ref("b"), fails("k")),
        })  # fmt: skip  # one case

    assert transient(compile_case(meeting(0.001))) is None
    found = transient(compile_case(meeting(0.3)))
    assert found is not None
    assert found.long == ("b",)


def test_a_trigger_that_is_always_on_makes_the_other_poisson() -> None:
    """b is on at the start and stays beyond the horizon: arrivals of a then fail at their rate, and the simulation must say so."""
    c = case([trigger("a", 1.3), trigger("b", 0.0, 2.0, today=P(1.0))], {"F": both(ref("a"), ref("b"))})
    m = compile_case(c)
    found = transient(m)
    assert found is not None
    got = found.probability(middles(m), {})
    assert got.value == pytest.approx(1 - math.exp(-1.3), abs=1e-9)
    assert got.error == pytest.approx(0.0, abs=1e-12)


def test_clusters_make_at_least_one_failure_rarer_than_poisson() -> None:
    """b comes rarely (0.1 a year) and stays half a year, a comes 40 times a year: failures come in one cluster or not at all."""
    c = case([trigger("a", 40.0), trigger("b", 0.1, 0.5)], {"F": both(ref("a"), ref("b"))})
    m = compile_case(c)
    found = transient(m)
    assert found is not None
    got = found.probability(middles(m), {})
    ever_on = 1 - math.exp(-0.1 * 1.5)  # b arrives within the year, or half a year before it
    assert got.value < ever_on
    assert got.value == pytest.approx(ever_on, abs=0.02)
    assert values(c)["probability"][0] > 0.8  # what the closed form would have said
