"""Chances with everything held equal against a slow reading of their definition; bad days and bursts make no coupling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.numerics.joint.bins import Onsets
from fuelbed.numerics.joint.cover import Strata, phases
from fuelbed.numerics.joint.exact import at_least
from fuelbed.numerics.joint.held import DAY, Held, bursts
from fuelbed.numerics.joint.study import Study, study

HOUR = 3_600.0


def _slow(o: Onsets, s: Strata, half: float, zero: float) -> list[float]:
    """For each event of component 0: share of its stratum covered by component 1, times what its day has of what the strata give it. By half minutes."""
    minutes = np.arange(o.window[0] + 15, s.begin + len(s.slots) * s.width, 30.0)
    covered = np.array([bool((np.abs(o.of(1) - m) <= half).any()) for m in minutes])
    stratum, day = s.at(minutes), np.floor((minutes - zero) / DAY)
    share = {k: covered[stratum == k].mean() for k in set(stratum.tolist()) if k >= 0}
    out = []
    for t in o.of(0):
        k = int(s.at(t))
        if k < 0:
            continue
        today = (day == np.floor((t - zero) / DAY)) & (stratum >= 0)
        usual = np.mean([share[int(x)] for x in stratum[today]])
        out.append(min(1.0, share[k] * covered[today].mean() / usual) if usual > 0 else 0.0)
    return out


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(0, 4 * 24 * 12 - 1), min_size=1, max_size=6, unique=True),
    st.lists(st.integers(0, 4 * 24 * 12 - 1), min_size=1, max_size=12, unique=True),
    st.sampled_from([0.0, 7 * HOUR]),
    st.booleans(),
)
def test_chances_are_those_of_the_definition(a: list[int], b: list[int], zero: float, holes: bool) -> None:
    window = (0.0, 4 * DAY)
    s = phases("the time of day", window, 300.0, DAY, 6, zero)
    if holes:
        s = Strata(s.name, s.begin, s.width, np.where(np.arange(len(s.slots)) % 7 == 0, -1, s.slots), s.n)
    times = np.concatenate([np.sort(a), np.sort(b)]) * 300.0 + 150.0
    o = Onsets(2, window, np.array([0, len(a), len(a) + len(b)]), times)
    found = Held(o, s, 600.0, zero).chances(0, 1).by_day
    assert found.tolist() == pytest.approx(_slow(o, s, 600.0, zero), abs=1e-9)


def test_bursts() -> None:
    t = np.array([0.0, 100.0, 200.0, 9_000.0, 9_100.0, 90_000.0])
    assert bursts(t, DAY).tolist() == [0, 0, 0, 1, 1, 2]
    assert bursts(t, 900.0).tolist() == [0, 1, 2, 3, 4, 5]  # 100 s are no less than a tenth of what is usual
    assert bursts(np.zeros(0), DAY).tolist() == []


def _two(rng: np.random.Generator, times: list[np.ndarray], days: int) -> Study:
    starts = np.floor(np.concatenate(times))
    which = np.repeat([0, 1], [len(x) for x in times])
    return study(["a", "b"], which, starts, starts + 30.0, (0.0, days * DAY), 300.0)


def _false(make: str, runs: int) -> float:
    """Share of independent pairs with p <= 0.05."""
    hits = 0
    for seed in range(runs):
        rng, days = np.random.default_rng([seed, 3]), 90
        if make == "bad days":  # one busy day in ten, for both, ten times as many failures
            a_day = np.where(rng.random(days) < 0.1, 10.0, 1.0)
            times = [
                np.concatenate([d * DAY + rng.uniform(0, DAY, rng.poisson(x)) for d, x in enumerate(a_day)]) for _ in range(2)
            ]
        else:  # flapping: a burst is ten failures within half an hour
            times = [np.concatenate([t + rng.uniform(0, 1_800, 10) for t in rng.uniform(0, days * DAY, 60)]) for _ in range(2)]
        s = _two(rng, [x[x < days * DAY] for x in times], days)
        hits += any(p.p <= 0.05 for p in s.pairs)
    return hits / runs


@pytest.mark.parametrize("make", ["bad days", "flapping"])
def test_bad_days_and_flapping_are_not_taken_for_coupling(make: str) -> None:
    assert _false(make, 80) <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / 80)


def test_a_true_coupling_is_still_seen() -> None:
    rng, days = np.random.default_rng(5), 90
    common = rng.uniform(0, days * DAY, 8)
    s = _two(rng, [np.r_[common + rng.uniform(0, 60, 8), rng.uniform(0, days * DAY, 20)] for _ in range(2)], days)
    assert s.pairs[0].p < 1e-6
    assert s.pairs[0].mechanism == "hidden dependency"


def test_two_coincidences_are_too_few_for_a_word() -> None:
    one = np.arange(1, 40) * DAY + 5_000.0
    for k in (1, 2, 3):
        other = np.r_[one[:k] + 20, np.arange(41, 60) * DAY + 40_000.0]
        s = _two(np.random.default_rng(0), [one, other], 700)
        assert [p.together for p in s.pairs] == [k]
        words = {p.mechanism for p in s.surprising}
        assert words <= ({"undecided"} if k < 3 else {"undecided", "hidden dependency", "synchronized trigger", "contention"})
        assert at_least(k, [0.01] * 20) < 0.2
