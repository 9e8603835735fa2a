"""Distributions under moves of one side against loops over every move."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuelbed.numerics.joint.shifts import _around, within
from tests.oracle.joint import on_circle

# quarters of a second on windows of whole seconds: every comparison is exact
ONSETS = st.lists(st.integers(0, 63).map(lambda k: k / 4), max_size=7, unique=True).map(sorted)
LAGS = st.tuples(st.integers(-30, 30), st.integers(0, 90)).map(lambda x: (x[0] / 4, (x[0] + x[1]) / 4))
WINDOW = (0.0, 16.0)


def frequencies(counts) -> dict[int, float]:
    c = Counter(counts)
    return {k: n / sum(c.values()) for k, n in c.items()}


def given_chances(null) -> dict[int, float]:
    return {k: p for k, p in enumerate(null.chance.tolist()) if p}


@given(ONSETS, ONSETS, LAGS, st.sampled_from([1, 2, 8, 16, 64]))
def test_every_shift_around_the_window(a, b, lags, shifts) -> None:
    want = [on_circle(a, b, 16.0, *lags, 16.0 * k / shifts) for k in range(shifts)]
    assert _around(np.array(a), np.array(b), 16.0, *lags, shifts).tolist() == want
    null = within(a, b, WINDOW, *lags, 16.0, shifts)
    assert null.observed == want[0]
    assert given_chances(null) == pytest.approx(frequencies(want))
    assert null.p == pytest.approx(sum(w >= want[0] for w in want) / shifts)


@given(ONSETS, ONSETS, LAGS, st.sampled_from([(8.0, 4), (6.0, 4), (16.0, 8), (4.0, 2), (100.0, 8)]))
def test_every_choice_of_a_shift_for_each_block(a, b, lags, how) -> None:
    block, shifts = how
    starts = np.arange(0, 16, block).tolist()
    each = []
    for s in starts:
        e = min(s + block, 16.0)
        mine, theirs = ([x - s for x in xs if s <= x < e] for xs in (a, b))
        each.append([on_circle(mine, theirs, e - s, *lags, (e - s) * k / shifts) for k in range(shifts)])
    want = [sum(c) for c in product(*each)]
    null = within(a, b, WINDOW, *lags, block, shifts)
    assert null.observed == sum(c[0] for c in each)
    assert given_chances(null) == pytest.approx(frequencies(want))
    assert null.p == pytest.approx(np.mean(np.array(want) >= null.observed))


def test_the_time_of_day_is_not_kept() -> None:
    """Two components that fail at the same hour of most days: a clock explains it, and moves within the day do not see that."""
    rng = np.random.default_rng(1)
    day, days = 86_400.0, 60
    a, b = (np.sort(day * np.flatnonzero(rng.random(days) < 0.5) + 3600 * 3) for _ in range(2))
    assert within(a, b, (0.0, days * day), -60, 60, day, 1440).p < 0.01


def test_p_is_valid_for_bursts() -> None:
    """Independent bursts: P(p <= 0.1) stays near 0.1 (here the seeds are fixed: 25 of 120 would be four standard errors)."""
    rng = np.random.default_rng(2)
    small = 0
    for _ in range(120):
        a, b = (
            np.unique(np.concatenate([(c + rng.exponential(400, 6).cumsum()) % 864_000 for c in rng.uniform(0, 864_000, 5)]))
            for _ in range(2)
        )
        small += within(a, b, (0, 864_000), -300, 300, 86_400, 288).p <= 0.1
    assert small <= 25


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"low": 2.0}, "lags go"),
        ({"shifts": 0}, "one move"),
        ({"a": [3.0, 1.0]}, "in order"),
        ({"b": [16.0]}, "in the window"),
        ({"block": 0.0}, "longer"),
    ],
)
def test_faults(change, word) -> None:
    ok = {"a": [1.0], "b": [2.0], "window": WINDOW, "low": -1.0, "high": 1.0, "block": 4.0, "shifts": 4}
    with pytest.raises(ValueError, match=word):
        within(**{**ok, **change})
