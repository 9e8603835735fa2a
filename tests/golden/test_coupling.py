"""The omitted intersection against published and derived numbers (golden.md): SCRAM's two trains, and backups that looked independent."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.stats import beta as beta_law

from fuelbed.core.case import CommonCause
from fuelbed.core.facts import Board, Tipping
from fuelbed.core.options import Options
from fuelbed.core.quantities import Quantity
from fuelbed.engines.coupling import examine
from fuelbed.engines.coupling.answer import Looked, look
from fuelbed.numerics.joint.bins import onsets
from fuelbed.numerics.joint.groups import beta_of
from fuelbed.numerics.joint.shares import shared, taking_all
from fuelbed.numerics.joint.study import clusters
from fuelbed.numerics.process.intersections import intersections, joint_chance
from fuelbed.readers.case import parse_case
from tests.joint_failures import failure_log

DAY = 86_400.0
TRAINS = """\
fuelbed: 1
title: Two trains
failure: out
factors:
  demand: {kind: trigger, rate: 1 per year}
  v1: {kind: control, fails: 0.1}
  p1: {kind: control, fails: 0.1}
  v2: {kind: control, fails: 0.1}
  p2: {kind: control, fails: 0.1}
structure:
  out: demand and (fails(v1) or fails(p1)) and (fails(v2) or fails(p2))
"""
NAMES = ("dump", "snapshots", "disk_snapshots", "replication", "object_store")
FIVE = (
    "fuelbed: 1\ntitle: Five backups\nfailure: lost\nfactors:\n  wipe: {kind: trigger, rate: 1 per year}\n"
    + "".join(f"  {n}: {{kind: control, fails: 0.1}}\n" for n in NAMES)
    + f"structure:\n  lost: wipe and {' and '.join(f'fails({n})' for n in NAMES)}\n"
)


def cause(name: str, of: tuple[str, ...], beta: float) -> CommonCause:
    return CommonCause(name, of, Quantity.point(beta), "fails")


def test_two_trains_are_scrams_numbers() -> None:
    """SCRAM 0.16.2, TwoTrain: 0.0361 without common cause, 0.0622587 with beta 0.2 for valves and for pumps; one demand a year."""
    causes = [cause("valves", ("v1", "v2"), 0.2), cause("pumps", ("p1", "p2"), 0.2)]
    x = intersections(parse_case(TRAINS), causes, None, np.random.default_rng(1))
    assert x.without["hazard"].after.value == pytest.approx(0.0361, abs=1e-9)
    assert x.included["hazard"].after.value == pytest.approx(0.0622587, abs=5e-8)
    assert x.included["hazard"].ratio.value == pytest.approx(0.0622587 / 0.0361, abs=2e-6)
    assert x.given is None


def test_a_declared_common_cause_is_the_third_number() -> None:
    text = TRAINS + "common_causes:\n  - {of: [v1, v2], beta: 0.2, acts_on: fails}\n"
    x = intersections(parse_case(text), [cause("more", ("v1", "v2"), 0.6)], None, np.random.default_rng(1))
    assert x.given is not None
    alone = intersections(parse_case(TRAINS), [cause("v", ("v1", "v2"), 0.2)], None, np.random.default_rng(1))
    assert x.given["hazard"].after.value == pytest.approx(alone.included["hazard"].after.value, rel=1e-12)
    assert x.without["hazard"].after.value == pytest.approx(0.0361, abs=1e-9)


def test_five_backups_are_worth_one() -> None:
    """GitLab, 2017-01-31: five ways back at 0.1 each multiply to 1e-5; where one cause takes all of them, they are worth 0.1."""
    x = intersections(parse_case(FIVE), [cause("all", NAMES, 1.0)], None, np.random.default_rng(1))
    assert x.without["hazard"].after.value == pytest.approx(1e-5, rel=1e-9)
    assert x.included["hazard"].after.value == pytest.approx(0.1, rel=1e-9)
    assert x.included["hazard"].ratio.value == pytest.approx(1e4, rel=1e-9)


def test_a_history_in_which_all_five_fail_together_says_so() -> None:
    rows = [(n, k * 20 * DAY + 10 * j, k * 20 * DAY + 3600) for k in range(18) for j, n in enumerate(NAMES)]
    case = replace(parse_case(FIVE, built=("coupling",)), history={"restores": failure_log(rows, NAMES, name="restores")})
    found = look(case, None, Options())
    assert isinstance(found, Looked)
    (group,) = found.offered
    assert set(group.members) == set(NAMES)
    assert group.all_at_once == 18
    assert found.system is not None
    assert found.system.numbers is not None
    (cut,) = found.system.cuts
    assert cut.product.value == pytest.approx(1e-5, rel=1e-9)
    assert 0.08 < cut.joint.low < cut.joint.value < cut.joint.high < 0.1
    answer = examine(case, Board().for_engine((Tipping,)), Options())
    assert "`lost` comes 9740 times" in answer.claim


@pytest.mark.parametrize(("p", "beta"), [((0.1, 0.1), 0.2), ((0.3, 0.05, 0.2), 0.5), ((0.1,) * 5, 0.9)])
def test_joint_chance_is_the_enumerated_one(p: tuple[float, ...], beta: float) -> None:
    """A common event with beta x min p, and the rest of each by itself: sum over all states in which every member fails."""
    names = tuple(f"m{i}" for i in range(len(p)))
    cut = tuple(("control", n) for n in names)
    found = joint_chance(cut, names, [Quantity.point(x) for x in p], Quantity.point(beta))
    chances = [beta * min(p), *(x - beta * min(p) for x in p)]
    total = 0.0
    for state in product((False, True), repeat=len(chances)):
        if state[0] or all(state[1:]):
            total += float(np.prod([c if s else 1 - c for c, s in zip(chances, state, strict=True)]))
    assert found.joint.value == pytest.approx(total, rel=1e-12)
    assert found.product.value == pytest.approx(float(np.prod(p)), rel=1e-12)
    assert found.times.value == pytest.approx(total / float(np.prod(p)), rel=1e-12)


def test_the_interval_of_how_many_times_holds_every_point_inside() -> None:
    rng = np.random.default_rng(2)
    ends = [Quantity.interval(0.05, 0.2), Quantity.interval(0.1, 0.3), Quantity.interval(0.2, 0.6)]
    cut = (("control", "a"), ("control", "b"))
    found = joint_chance(cut, ("a", "b"), ends[:2], ends[2])
    for _ in range(200):
        q = [Quantity.point(float(rng.uniform(e.low, e.high))) for e in ends]
        one = joint_chance(cut, ("a", "b"), q[:2], q[2])
        assert found.times.low <= one.times.value <= found.times.high
        assert found.joint.low <= one.joint.value <= found.joint.high


def test_the_share_is_jeffreys_posterior_and_the_alpha_factors_beta() -> None:
    """Of 10 failures of the rarer, 4 took both: Beta(4.5, 6.5). Where both fail equally often, beta of the alpha factors is the same share."""
    a = [k * DAY for k in range(10)]
    b = [*(t + 30 for t in a[:4]), *((k + 0.5) * DAY for k in range(20, 26))]
    which = [0] * len(a) + [1] * len(b)
    o = clusters(onsets(which, a + b, a + b, 2, (0.0, 40 * DAY)), 300.0)
    assert taking_all(o, (0, 1), 300.0) == 4
    s = shared(o, (0, 1), 300.0)
    assert s.value == pytest.approx(4.5 / 11)
    assert (s.low, s.high) == pytest.approx(beta_law.ppf([0.05, 0.95], 4.5, 6.5))
    n = np.array([12.0, 4.0])  # events of one and of two: 16 - 4 single ones
    assert beta_of(n / n.sum()) == pytest.approx(4 / 10)


def test_alpha_factors_of_golden_md() -> None:
    """(.95, .03, .015, .005), m = 4, not staggered: alpha_t 1.075, beta .116279."""
    alpha = np.array([0.95, 0.03, 0.015, 0.005])
    assert float((alpha * np.arange(1, 5)).sum()) == pytest.approx(1.075)
    assert beta_of(alpha) == pytest.approx(0.116279, abs=5e-7)
