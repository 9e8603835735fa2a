"""The test bed: the search and the schedule by themselves, and one tiny real experiment over loopback sockets."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.realserver import main as command
from bench.realserver.clients import Plan, departures
from bench.realserver.experiment import Run, run
from bench.realserver.predict import retry_of
from bench.realserver.search import search
from bench.realserver.settings import SETTINGS, Setting
from fuelbed.numerics.retry import Push, stays_down

STORM = Setting(
    "storm", "stale work is served", load=50, low=0.5, high=3, fixed=1.5, capacity=80, timeout=0.3, warm=0.6, watched=4
)
REJECT = dataclasses.replace(STORM, name="reject", queue=12, retries_after="rejections", backoff=0.05)


def _refused() -> str:
    """Why sockets on loopback cannot be used, "" where they can."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as s, socket.create_connection(s.getsockname(), timeout=2):
            return ""
    except OSError as e:
        return str(e)


def _valid(s: Setting) -> Run:
    """A run with a great surge in which the machine kept up; where it never did, the test says nothing."""
    for seed in range(3):
        r = run(s, 2.5, seed)
        if not r.void:
            return r
    pytest.skip(f"the machine is too busy for real time: {r.void}")


@pytest.mark.skipif(bool(_refused()), reason=f"sockets on loopback are refused: {_refused()}")
def test_a_real_server_stays_down_with_stale_work_and_comes_back_with_fast_rejection() -> None:
    with ThreadPoolExecutor(2) as pool:
        storm, reject = pool.map(_valid, (STORM, REJECT))
    assert storm.down, storm
    assert storm.goodput < 0.1
    assert not reject.down, reject
    assert reject.goodput > 0.9
    for s, seen in ((STORM, storm), (REJECT, reject)):
        assert bool(stays_down(retry_of(s), Push({"load": ("times", 3.5)}), 1.0, s.fixed, s.watched)[0]) == seen.down


@pytest.mark.parametrize(("on", "during"), [("load", 3.0), ("capacity", 1.0)])
@pytest.mark.parametrize("arrivals", ["even", "poisson"])
def test_first_attempts_leave_at_the_load_that_was_set(on: str, during: float, arrivals: str) -> None:
    plan = Plan(1, 200.0, 0.5, 3, 0.0, "timeouts", arrivals, on, during, 20.0, 10.0, 20.0, seed=4)
    times = list(departures(plan))
    assert times == sorted(times)
    for start, end, factor in ((0, 10, 1.0), (10, 30, during), (30, 50, 1.0)):
        expected = 200 * (end - start) * factor
        n = sum(start <= t < end for t in times)
        assert abs(n - expected) <= (1 if arrivals == "even" else 4 * math.sqrt(expected))
    if arrivals == "even":
        gaps = [b - a for a, b in itertools.pairwise(t for t in times if t < 9.9)]
        assert max(gaps) - min(gaps) < 1e-9


@pytest.mark.parametrize("width", [0.01, 0.1])
def test_the_search_finds_a_boundary_known_beforehand(width: float) -> None:
    inside = 0
    for seed in range(8):
        draw = random.Random(seed)
        b = math.exp(draw.uniform(math.log(0.4), math.log(2.5)))

        def ask(sizes: Sequence[float], b: float = b, draw: random.Random = draw) -> list[bool]:
            return [draw.gauss(math.log(b), width) < math.log(x) for x in sizes]

        m = search(0.3, 3.0, ask, 14)
        assert abs(m.middle / b - 1) < 0.15
        assert m.runs <= 14
        inside += m.low <= b <= m.high
    assert inside >= 5


def test_the_search_says_none_undecided_and_passes_over_void_runs() -> None:
    assert search(0.3, 3.0, lambda x: [False] * len(x), 14).middle == math.inf
    assert math.isnan(search(0.3, 3.0, lambda x: [y < 1 for y in x], 14).middle)  # only small ones tip
    assert math.isnan(search(0.3, 3.0, lambda x: [None] * len(x), 14).middle)
    calls = itertools.count()
    m = search(0.3, 3.0, lambda x: [None if next(calls) % 3 == 0 else y > 1.1 for y in x], 24)
    assert m.middle == pytest.approx(1.1, rel=0.08)


def test_settings_have_names_of_their_own_and_triggers_that_grow() -> None:
    assert len({s.name for s in SETTINGS}) == len({s.key() for s in SETTINGS}) == len(SETTINGS)
    for s in SETTINGS:
        small, great = s.trigger(s.low), s.trigger(s.high)
        assert small != great
        assert (great.times > small.times) if s.on == "load" and s.varies == "size" else (great.times <= small.times)
        assert great.times > 0
        assert s.load < s.capacity
        retry_of(s)


def test_what_was_measured_is_kept_and_void_runs_are_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def fake(s: Setting, x: float, seed: int) -> Run:
        asked.append(x)
        void = "timers 99 ms late" if len(asked) % 4 == 0 else ""
        return Run(
            s.name, s.key(), x, seed, x > 1, float(x <= 1), 1.0, 1.0, 0.0, 0.0, 0.0, void, f"2026-11-25T00:00:{len(asked):02}"
        )

    monkeypatch.setattr(command, "run", fake)
    first = command.measure(command.Store(tmp_path), STORM, 5, 1)
    assert len(asked) > first.runs == 5
    before = len(asked)
    again = command.measure(command.Store(tmp_path), STORM, 12, 1)
    assert again.runs > first.runs
    assert len(asked) - before < again.runs  # the first five were there
    assert again.middle == pytest.approx(1.0, rel=0.08)
    store = command.Store(tmp_path)
    assert [r.seed for r in store.runs] == sorted({r.seed for r in store.runs})
    changed = dataclasses.replace(STORM, load=51)
    assert store.of(changed) == []
