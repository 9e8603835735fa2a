"""The simulation of single requests against the obvious one, and compiled against plain."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fuelbed.core.errors import BudgetError, FuelbedError
from fuelbed.numerics.kernels import VARIABLE, runs_fast
from fuelbed.numerics.retry import Push, Retry, Run, simulate
from fuelbed.numerics.retry import events as events_module
from tests.unit.numerics.retry.oracle import Service
from tests.unit.numerics.retry.settings import random_case

WAYS = [False, pytest.param(True, marks=pytest.mark.skipif(not runs_fast(None), reason="numba (extra `fast`) is not installed"))]
COUNTS = ("first", "sent", "good", "late", "rejected", "timed_out", "given_up")


def test_counts_are_those_of_the_obvious_simulation() -> None:
    for seed in range(150):
        r, push, size, lasts = random_case(seed)
        run = simulate(r, push, size, lasts, until=12.0, seed=seed, start=-4.0, fast=False)
        want = Service(r, push, size, lasts, -4.0, 12.0, seed).run()
        assert {k: int(getattr(run, k).sum()) for k in COUNTS} == want, (seed, r, push, size, lasts)


@pytest.mark.skipif(not runs_fast(None), reason="numba (extra `fast`) is not installed")
def test_compiled_and_plain_give_the_same_counts_in_every_bin() -> None:
    for seed in range(200):
        r, push, size, lasts = random_case(seed)
        a, b = (simulate(r, push, size, lasts, until=15.0, seed=seed, fast=fast) for fast in (True, False))
        for f in dataclasses.fields(Run):
            assert np.array_equal(getattr(a, f.name), getattr(b, f.name)), (seed, f.name)


@pytest.mark.parametrize("fast", WAYS)
def test_nothing_is_lost(fast: bool) -> None:
    """Requests end well, given up, or are still on their way; attempts are answered, late, rejected, dropped or still there."""
    r = Retry(capacity=50, load=30, timeout=0.5, retries=2, queue=100)
    run = simulate(r, Push({"load": ("times", 3.0)}), 1.0, 3.0, 60.0, seed=5, fast=fast)
    on_their_way = run.first.sum() - run.good.sum() - run.given_up.sum()
    assert 0 <= on_their_way <= run.waiting[-1] + 1 + 30 * 0.5 * 6
    left = run.sent.sum() - run.good.sum() - run.late.sum() - run.rejected.sum()
    assert 0 <= left - run.waiting[-1] <= 1  # the one in service


def test_a_stop_of_all_capacity_keeps_what_was_begun() -> None:
    r = Retry(capacity=20, load=10, timeout=100.0, retries=0, queue=1000)
    run = simulate(r, Push({"capacity": ("set", 0.0)}), 1.0, 5.0, 60.0, seed=1)
    during = (run.t > 0.5) & (run.t < 5.5)
    assert run.good[during].sum() == 0
    assert run.timed_out.sum() == run.late.sum() == 0
    assert run.first.sum() - run.good.sum() < 10


def test_common_random_numbers_share_the_arrivals() -> None:
    c, d = (simulate(Retry(capacity=x, load=30, timeout=0.5, retries=1), seed=3, start=-5.0) for x in (50, 35))
    assert np.array_equal(c.first, d.first)
    assert not np.array_equal(c.good, d.good)


def test_room_for_records_grows_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that finds its arrays too small starts again with greater ones, and gives the same."""
    r, whole = Retry(capacity=50, load=45, timeout=2.0, retries=3, queue=500), []
    room = events_module._Room

    def small(phases, seed, draws, records, *more):  # type: ignore[no-untyped-def]
        whole.append((draws, records))
        return room(
            phases, seed, draws if len(whole) > 8 else draws // 64 + 8, records if len(whole) > 8 else records // 64 + 8, *more
        )

    want = simulate(r, seed=4, until=50.0)
    monkeypatch.setattr(events_module, "_Room", small)
    assert np.array_equal(simulate(r, seed=4, until=50.0).good, want.good)
    assert len(whole) > 1


@pytest.mark.parametrize("fast", WAYS)
def test_more_resends_under_way_than_a_ring_holds(monkeypatch: pytest.MonkeyPatch, fast: bool) -> None:
    """Those that find the ring full wait in the heap, and the counts are the same."""
    r = Retry(capacity=50, load=45, timeout=0.2, retries=3, queue=20, backoff=5.0)
    want = Service(r, Push(), 1.0, 1.0, -4.0, 30.0, 2).run()
    room, lengths = events_module._Room, []

    def small(phases, seed, draws, records, *more):  # type: ignore[no-untyped-def]
        made = room(phases, seed, draws, 60, *more)
        lengths.append(len(made.arrays[4]))
        return made

    monkeypatch.setattr(events_module, "_Room", small)
    run = simulate(r, seed=2, until=30.0, start=-4.0, fast=fast)
    assert {k: int(getattr(run, k).sum()) for k in COUNTS} == want
    waiting = run.timed_out + run.rejected - run.given_up  # resends of a bin; five bins of them are on their way
    assert max(np.convolve(waiting, np.ones(4))) > max(lengths)


def test_what_cannot_be_simulated_is_said() -> None:
    r = Retry(capacity=1e6, load=1e6, timeout=1.0)
    with pytest.raises(BudgetError, match="too many requests"):
        simulate(r, until=1e6)
    with pytest.raises(FuelbedError, match="no time in it"):
        simulate(r, until=1.0, start=2.0)


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "plain")
    assert not runs_fast()
    monkeypatch.setattr("fuelbed.numerics.kernels._numba", lambda: None)
    monkeypatch.setenv(VARIABLE, "auto")
    assert not runs_fast()
    with pytest.raises(FuelbedError, match="numba is not installed"):
        runs_fast(True)
