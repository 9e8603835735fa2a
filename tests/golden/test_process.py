"""Hand-computed answers for the process of docs/theory/structure.md: what every quantity must be on cases small enough for paper."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fuelbed.core.actions import Action, Change
from fuelbed.core.case import CommonCause, Outcome
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import changes_of, evaluate, failing_arrivals, middles, removal
from tests.cases import P, both, case, condition, control, either, fails, ref, trigger


def run(c, *rows):
    m = compile_case(c)
    v = evaluate(m, middles(m), [{}, *rows])
    return {k: x[:, 0] for k, x in v.items()}


def test_persistent_state_is_not_redrawn() -> None:
    """One broken control (0.2, whatever the incident said), six triggers a year: 0.20 in truth, 0.70 if redrawn."""
    c = case([trigger("t", 6.0), control("c", "failed", 0.0, 0.5, today=P(0.2))], {"F": both(ref("t"), fails("c"))})
    v = run(c)
    assert v["probability"][0] == pytest.approx(0.2 * (1 - math.exp(-6)), abs=1e-12)
    assert v["hazard"][0] == pytest.approx(1.2, abs=1e-12)
    assert 1 - math.exp(-1.2) == pytest.approx(0.70, abs=0.01)


def test_persistence_toy() -> None:
    """notes/golden.md: P(L) = 0.9, triggers 0.3, 0.2, 0.1 over the horizon: 0.4464; first removed 0.252; L to 0.09: 0.04464."""
    ts = [trigger(n, -math.log(1 - p)) for n, p in (("a", 0.3), ("b", 0.2), ("d", 0.1))]
    c = case([*ts, condition("L", 0.9, today=P(0.9))], {"F": both(ref("L"), either(*(ref(t.name) for t in ts)))})
    m = compile_case(c)
    lower = changes_of(m, Action("x", does=(Change("set", "L", "present", P(0.09)),)))
    v = run(c, removal(m, c.factors["a"]), lower)
    assert v["probability"] == pytest.approx([0.4464, 0.252, 0.04464], abs=1e-12)


def test_belief_after_the_incident() -> None:
    """broken 0.2, fails 0.1: given that it did not hold, broken has odds 0.2 : 0.8 x 0.1, so q = 5/7 + 2/7 x 0.1."""
    c = case([trigger("t", 6.0), control("c", "failed", 0.1, 0.2)], {"F": both(ref("t"), fails("c"))})
    v = run(c)
    assert v["propensity"][0] == pytest.approx(5 / 7 + 2 / 7 * 0.1, abs=1e-12)


def test_intervention_acts_after_the_belief() -> None:
    """Closing one of two conditions leaves the belief about the other as the incident made it (do differs from see)."""
    c = case(
        [trigger("t", 1.0), condition("a", 0.5), condition("b", 0.5)],
        {"F": both(ref("t"), either(ref("a"), ref("b")))},
    )
    m = compile_case(c)
    v = run(c, removal(m, c.factors["a"]))
    assert v["hazard"] == pytest.approx([1.0, 2 / 3], abs=1e-12)  # P(b | a or b) = 2/3, not 1/2


def test_two_triggers_that_must_meet() -> None:
    """Arrival of either while the other is on: rate_a (1 - exp(-rate_b d_b)) + rate_b (1 - exp(-rate_a d_a))."""
    c = case([trigger("a", 3.0, 0.01), trigger("b", 5.0, 0.02)], {"F": both(ref("a"), ref("b"))})
    want = 3 * (1 - math.exp(-0.1)) + 5 * (1 - math.exp(-0.03))
    assert run(c)["hazard"][0] == pytest.approx(want, abs=1e-12)


def test_an_unrelated_arrival_tests_nothing() -> None:
    """Two separate ways: an arrival of `b` does not test again the way of `a`."""
    c = case(
        [trigger("a", 2.0, 0.02), trigger("b", 9.0), control("c", "effective", 0.1), control("d", "effective", 0.2)],
        {"F": either(both(ref("a"), fails("c")), both(ref("b"), fails("d")))},
    )
    assert run(c)["hazard"][0] == pytest.approx(2 * 0.1 + 9 * 0.2, abs=1e-12)


def test_a_way_without_trigger_has_failed_already() -> None:
    c = case([trigger("t", 1.0), condition("a", 1.0)], {"F": either(ref("a"), ref("t"))})
    v = run(c)
    assert v["standing"][0] == 1.0
    assert v["probability"][0] == 1.0


def test_loss_is_that_of_the_worst_outcome() -> None:
    """Every failure costs 10; one in two becomes long and costs 100 instead: 4 x (10 + 0.5 x 90)."""
    c = case(
        [trigger("t", 4.0), control("r", "effective", 0.5)],
        {"F": ref("t"), "long": both(ref("F"), fails("r"))},
        outcomes=(Outcome("F", P(10.0, "loss")), Outcome("long", P(100.0, "loss"))),
    )
    v = run(c)
    assert v["loss"][0] == pytest.approx(4 * (10 + 0.5 * 90), abs=1e-12)


@pytest.mark.parametrize("acts_on", ["broken", "fails"])
def test_beta_factor_group(acts_on: str) -> None:
    """Two trains of `valve or pump`, all 0.1, beta 0.2: q = 0.0622587 as SCRAM 0.16.2; today keeps the belief at the prior."""
    names = ["v1", "p1", "v2", "p2"]
    if acts_on == "broken":
        # An alternative sure way to the incident keeps it from telling anything about the trains.
        parts = [control(n, "effective", 0.0, 0.1, occurred=None) for n in names]
    else:
        parts = [control(n, "effective", 0.1) for n in names]
    groups = (
        CommonCause("valves", ("v1", "v2"), P(0.2), acts_on),  # type: ignore[arg-type]
        CommonCause("pumps", ("p1", "p2"), P(0.2), acts_on),  # type: ignore[arg-type]
    )
    trains = both(either(fails("v1"), fails("p1")), either(fails("v2"), fails("p2")))
    c = case(
        [trigger("t", 1.0), trigger("other", 1.0, occurred=True), *parts],
        {"F": either(both(ref("t"), trains), ref("other"))},
        common_causes=groups,
    )
    m = compile_case(c)
    assert failing_arrivals(m, middles(m), [{}])["t"][0, 0] == pytest.approx(0.0622587, abs=1e-7)


def test_missing_control_earns_its_effect_when_set() -> None:
    c = case([trigger("t", 10.0), control("c", "missing", (0.0, 1.0))], {"F": both(ref("t"), fails("c"))})
    m = compile_case(c)
    v = run(c, changes_of(m, Action("x", does=(Change("set", "c", "fails", P(0.05)),))))
    assert v["hazard"] == pytest.approx([10.0, 0.5], abs=1e-12)


def test_an_alert_earns_its_effect_through_the_control_that_needs_it() -> None:
    c = case(
        [trigger("t", 10.0), control("c", "effective", 0.1, needs="F0")],
        {"F0": ref("t"), "F": both(ref("F0"), fails("c"))},
    )
    m = compile_case(c)
    v = run(c, changes_of(m, Action("x", does=(Change("observe", "F0", value=P(0.2)),))))
    assert v["hazard"] == pytest.approx([10.0, 10 * (1 - 0.8 * 0.9)], abs=1e-12)


def test_added_control_multiplies_its_line() -> None:
    a = Action("x", does=(Change("add", "stop", value=P(0.1), line="F"),))
    c = case([trigger("t", 10.0)], {"F": ref("t")}, actions={"x": a})
    m = compile_case(c)
    assert run(c, changes_of(m, a))["hazard"] == pytest.approx([10.0, 1.0], abs=1e-12)


def test_monotone_cycle_is_its_least_fixpoint() -> None:
    """Two lines that hold each other up need the push all the same."""
    c = case(
        [trigger("t", 2.0), condition("a")],
        {"x": either(ref("t"), both(ref("y"), ref("a"))), "y": ref("x"), "F": both(ref("y"), ref("a"))},
    )
    assert run(c)["hazard"][0] == pytest.approx(2.0)


def test_duty_is_redrawn_on_every_demand() -> None:
    c = case([trigger("t", 6.0), condition("peak", 1.0, duty=P(0.25), occurred=None)], {"F": both(ref("t"), ref("peak"))})
    v = run(c)
    assert v["probability"][0] == pytest.approx(1 - math.exp(-1.5), abs=1e-12)


def test_prevented_trigger_stays_in_the_denominator_of_propensity() -> None:
    c = case([trigger("a", 3.0), trigger("b", 1.0)], {"F": either(ref("a"), ref("b"))})
    m = compile_case(c)
    assert run(c, removal(m, c.factors["a"]))["propensity"] == pytest.approx([1.0, 0.25], abs=1e-12)


def test_gradient_is_exact() -> None:
    """The reverse pass against central differences."""
    c = case(
        [trigger("t", (2.0, 8.0)), condition("a", (0.2, 0.9)), control("c", "failed", (0.05, 0.4))],
        {"F": both(ref("t"), ref("a"), fails("c"))},
    )
    m = compile_case(c)
    x = np.array([[m.defaults[n] if not isinstance(m.defaults[n], str) else middles(m)[m.defaults[n]]] for n in m.tape.inputs])
    for o in ("hazard", "probability", "loss"):
        g = m.tape.gradient(m.tape.run(x), o)[:, 0]
        for i in range(len(x)):
            h = 1e-6
            up, down = x.copy(), x.copy()
            up[i] += h
            down[i] -= h
            slope = (m.tape.run(up)[m.tape.outputs[o]] - m.tape.run(down)[m.tape.outputs[o]]) / (2 * h)
            assert g[i] == pytest.approx(slope[0], abs=1e-6)


def test_unknown_numbers_still_run() -> None:
    c = case([trigger("t", 1.0), condition("a", (0.0, 1.0))], {"F": both(ref("t"), ref("a"))})
    assert 0.0 <= run(c)["probability"][0] <= 1.0
    assert Quantity.unknown("rate").middle == 1.0
