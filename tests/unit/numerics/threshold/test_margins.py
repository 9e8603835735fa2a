import math

import numpy as np
import pytest

from fuelbed.core.expressions import Threshold
from fuelbed.core.grammar import parse_expression
from fuelbed.numerics.threshold import (
    NOISE_SD,
    Fit,
    Plan,
    Prior,
    chance,
    failing,
    fit,
    flip,
    gradient,
    line,
    margins,
    needed,
    recorded,
    series_margins,
    skill,
    spread,
)


def made(weights, tau, values=((0.0, 0.0),), failed=(False,), filler=0.5):
    """A fit of given draws."""
    w, t, x = np.array(weights, dtype=float), np.array(tau, dtype=float), np.array(values, dtype=float)
    return Fit(
        weights=w, tau=t, records=t[:, None] - w @ np.where(np.isnan(x), filler, x).T, values=x, failed=np.array(failed), filler=np.full(w.shape, filler),
        prior=Prior(), chains=1, rhat=1.0, ess=1e3, taken=0.8, prior_dominated=False, why="",
    )  # fmt: skip  # one field after the other


TWO = made([[2.0, 1.0], [1.0, 3.0]], [2.0, 2.5])


def test_margins_by_hand():
    assert margins(TWO, np.array([1.0, 0.5])) == pytest.approx([-0.5, 0.0])
    assert margins(TWO, np.array([[1.0, 0.5], [0.0, 0.0]])) == pytest.approx(np.array([[-0.5, 2.0], [0.0, 2.5]]))
    assert margins(TWO, np.array([1.0, math.nan])) == pytest.approx([-0.5, 0.0])  # 0.5 stands for what nobody knows
    assert failing(TWO, np.array([1.0, 0.5])) == pytest.approx((1 / (1 + math.exp(-0.5 * NOISE_SD)) + 0.5) / 2)


def test_spread_of_draws():
    s = spread(np.arange(-10.0, 91.0))  # 101 draws
    assert (s.median, s.low, s.high) == pytest.approx((40.0, -5.0, 85.0))
    assert s.below == pytest.approx(10 / 101)


def test_flips_by_hand():
    f = flip(TWO, np.array([1.0, 1.0]))  # margins -1 and -1.5; without the first 1 and -0.5; without the second 0 and 1.5
    assert f.over == 1.0
    assert f.without == pytest.approx([0.5, 0.0])
    assert f.flips == pytest.approx([0.5, 1.0])
    assert f.risk == pytest.approx([chance(np.array([1.0, -0.5])).mean(), chance(np.array([0.0, 1.5])).mean()])
    assert flip(TWO, np.zeros(2)).flips == pytest.approx([0.0, 0.0])


def test_the_gradient_is_the_derivative_of_the_risk():
    one, c, step = made([[2.0, 1.0]], [2.0]), np.array([0.7, 0.2]), 1e-6
    for i in range(2):
        e = step * (np.arange(2) == i)
        assert gradient(one, c).median[i] == pytest.approx((failing(one, c + e) - failing(one, c - e)) / (2 * step), rel=1e-6)


def test_days_in_blocks_are_days_one_by_one(monkeypatch):
    rng = np.random.default_rng(0)
    f = made(rng.random((200, 3)), rng.random(200), np.zeros((1, 3)))
    days = rng.random((23, 3))
    days[4, 1] = math.nan
    whole = series_margins(f, days)
    monkeypatch.setattr("fuelbed.numerics.threshold.distance._BLOCK", 1000)
    parts = series_margins(f, days)
    for i, day in enumerate(days):
        s = spread(margins(f, day))
        assert (s.median, s.low, s.high, s.below) == pytest.approx((whole.median[i], whole.low[i], whole.high[i], whole.below[i]))
        assert whole.risk[i] == pytest.approx(failing(f, day))
    assert np.array_equal(whole.median, parts.median)
    assert np.array_equal(whole.risk, parts.risk)


def test_when_it_became_close():
    d = series_margins(made([[1.0]], [0.5], [[0.0]]), np.array([[0.1], [0.9], [0.2], [0.7], [0.8]]))
    assert d.first() == 1
    never = series_margins(made([[1.0]], [2.0], [[0.0]]), np.array([[0.1], [0.9]]))
    assert never.first() is None
    always = series_margins(made([[1.0]], [0.05], [[0.0]]), np.array([[0.1], [0.9]]))
    assert always.first() == 0


def test_the_line_says_how_well_it_stands_for_the_draws():
    values, failed = [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]], [False, True, True, False]
    f = made([[1.0, 3.0], [1.2, 1.8], [5.0, 5.0]], [2.0, 2.0, -1.0], values, failed)
    found = line(f)
    assert found.weights == pytest.approx([0.55, 1.2])
    assert found.text(["a", "b"]) == "threshold(1, 0.55*a, 1.2*b)"
    assert (found.right, found.of) == (4, 4)
    assert found.idle == pytest.approx(1 / 3)
    assert found.disagree == pytest.approx((0 + 1 + 2) / 12)  # the second draw does not fail the third record, the last fails all
    assert line(made([[1.0], [1.0]], [-1.0, -2.0], [[0.0]])) is None
    assert line(made([[0.001]], [2.0], [[0.0]])).text(["a"]) == ""


def test_the_line_is_an_expression_of_a_case():
    text = line(made([[1.0, 3.0e6]], [2.0])).text(["a", "b"])
    assert text == "threshold(1, 0.5*a, 1500000*b)"
    assert isinstance(parse_expression(text), Threshold)


@pytest.fixture(scope="module")
def learned():
    rng = np.random.default_rng(1)
    x = rng.random((30, 3))
    x[5, 0] = math.nan
    y = rng.random(30) < chance(1.5 - np.nan_to_num(x, nan=0.5) @ np.array([3.0, 0.0, 1.0]))
    return fit(x, y, np.random.default_rng(2), plan=Plan(16, 150, 150, 6), tries=1)


def test_a_near_miss_is_blind_to_its_own_outcome(learned):
    """By importance it agrees with learning anew from all other records."""
    rows = recorded(learned)
    misses = sorted((r for r in rows if not r.failed), key=lambda r: r.rank)
    assert [r.rank for r in misses] == list(range(1, len(misses) + 1))
    luckiest, others = misses[0], np.arange(30) != misses[0].index
    again = fit(learned.values[others], learned.failed[others], np.random.default_rng(3), plan=Plan(16, 150, 150, 6), tries=1)
    assert luckiest.blind == pytest.approx(failing(again, learned.values[luckiest.index]), abs=0.04)
    assert all(r.blind >= r.risk - 1e-9 for r in misses)
    assert all(r.blind <= r.risk + 1e-9 for r in rows if r.failed)
    over = sorted((r for r in rows if r.failed), key=lambda r: r.rank)
    assert [r.margin.median for r in over] == sorted(r.margin.median for r in over)


def test_more_records_narrow_the_interval(learned):
    n = needed(learned, np.array([0.5, 0.5, 0.5]), np.random.default_rng(4), goal=0.8, worlds=2)
    assert n.goal == 0.8
    assert n.more is None or 0 < n.more <= n.furthest
    assert n.more is None or n.tried[-1][1] <= 0.8
    out_of_reach = needed(
        learned, np.array([0.5, 0.5, 0.5]), np.random.default_rng(4), goal=0.01, worlds=3
    )  # one world alone may be one that teaches little
    assert out_of_reach.more is None
    assert [more for more, _ in out_of_reach.tried] == [30, 90, 270]
    assert out_of_reach.tried[-1][1] < 0.9


def test_skill_sees_factors_that_tell_nothing_or_go_the_wrong_way():
    push = np.linspace(0.02, 0.98, 40)[:, None]
    failed, quick = push[:, 0] > 0.5, Plan(8, 80, 60, 6)
    right, wrong = (fit(x, failed, np.random.default_rng(0), plan=quick, tries=1) for x in (push, 1.0 - push))
    (tells, low, high), (tells_not, _, most) = (skill(x, np.random.default_rng(1)) for x in (right, wrong))
    assert 0.7 < tells < 1.0
    assert 0.5 < low < tells < high < 1.0
    assert tells_not < 0.05
    assert most < 0.1


def test_the_interval_of_skill_reaches_below_nothing_where_outcomes_are_drawn():
    """Outcomes that the factor does not move: of 20 histories hardly one tells a skill that is surely above 0."""
    sure = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        f = fit(rng.random((40, 1)), rng.random(40) < 0.5, rng, plan=Plan(8, 60, 50, 6), tries=1)
        sure += skill(f, rng)[1] > 0
    assert sure <= 2
