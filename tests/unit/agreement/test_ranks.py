"""Two orders of the same factors: counts by pairs against every pair tried, tau against scipy's, intervals against sampling."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from fuelbed.agreement.ranks import ranks
from fuelbed.core.agreement import Ranks
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import RiskShares, ThresholdMargins

Three = tuple[float, float, float]
THREE = st.tuples(*(st.integers(0, 6),) * 3).map(lambda x: (float(sorted(x)[1]), float(min(x)), float(max(x))))
ROWS = st.lists(st.tuples(THREE, THREE), min_size=2, max_size=5)


def e(x: Three) -> Estimate:
    return Estimate(*x)


def compared(rows: list[tuple[Three, Three]]) -> Ranks | None:
    pulls, shares = ({f"f{i}": e(r[k]) for i, r in enumerate(rows)} for k in (0, 1))
    return ranks(ThresholdMargins("`s`", {"": e((0.0, 0.0, 0.0))}, pulls=pulls), RiskShares(shares))


def points(x: list[float], y: list[float]) -> Ranks:
    r = compared([((a, a, a), (b, b, b)) for a, b in zip(x, y, strict=True)])
    assert r is not None
    return r


def net(x: list[float], y: list[float]) -> int:
    return sum(((x[i] > x[j]) - (x[i] < x[j])) * ((y[i] > y[j]) - (y[i] < y[j])) for i, j in combinations(range(len(x)), 2))


@settings(max_examples=25)
@given(st.permutations(range(5)))
def test_tau_is_kendalls(y: list[int]) -> None:
    x = [float(i) for i in range(5)]
    r = points(x, [float(i) for i in y])
    assert r.tau.value == pytest.approx(kendalltau(x, y).statistic)
    assert r.luck == pytest.approx(kendalltau(x, y, alternative="greater", method="exact").pvalue)


@settings(max_examples=25)
@given(ROWS)
def test_pairs_add_up_and_the_middle_is_what_it_is(rows: list[tuple[Three, Three]]) -> None:
    r = compared(rows)
    assert r is not None
    x, y = ([row[k][0] for row in rows] for k in (0, 1))
    n = len(rows) * (len(rows) - 1) // 2
    assert r.pairs == n
    assert r.same - r.opposite == net(x, y)
    assert r.tau.value == pytest.approx(net(x, y) / n)
    assert r.luck == pytest.approx(sum(net(x, list(q)) >= net(x, y) for q in permutations(y)) / sum(1 for _ in permutations(y)))
    assert r.tau.low <= r.tau.value <= r.tau.high


@settings(max_examples=25)
@given(ROWS, st.randoms(use_true_random=False))
def test_no_point_within_the_intervals_leaves_the_enclosure(rows: list[tuple[Three, Three]], random: object) -> None:
    r = compared(rows)
    assert r is not None
    for _ in range(5):
        x, y = ([random.choice([*row[k], random.uniform(row[k][1], row[k][2])]) for row in rows] for k in (0, 1))  # type: ignore[attr-defined]
        assert r.tau.low - 1e-12 <= net(x, y) / r.pairs <= r.tau.high + 1e-12


def test_one_factor_in_common_is_no_order() -> None:
    assert compared([((1.0, 1.0, 1.0), (0.5, 0.5, 0.5))]) is None
    assert (
        ranks(
            ThresholdMargins("`s`", {"": e((0.0, 0.0, 0.0))}, pulls={"a": e((1.0, 1.0, 1.0))}),
            RiskShares({"b": e((1.0, 1.0, 1.0))}),
        )
        is None
    )


def test_a_factor_without_a_number_is_left_out() -> None:
    unknown = Estimate(float("nan"), 0.0, 1.0)
    r = ranks(
        ThresholdMargins("`s`", {}, pulls={n: e((k, k, k)) for n, k in (("a", 2.0), ("b", 1.0), ("c", 3.0))}),
        RiskShares({"a": e((0.5, 0.5, 0.5)), "b": e((0.1, 0.1, 0.1)), "c": unknown}),
    )
    assert r is not None
    assert [x.factor for x in r.factors] == ["a", "b"]


def test_more_than_seven_factors_have_no_chance_by_trying_all() -> None:
    assert points([float(i) for i in range(8)], [float(i) for i in range(8)]).luck is None
