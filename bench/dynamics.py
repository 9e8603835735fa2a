"""Dynamics side by side with its peers: `./dev bench dynamics`. Medians; what each side computes stands beside it.

*Events*: one service (10 servers at 10/s, queue 500, timeout 1 s, 3 retries, stale work served; 600 or 120 s with a surge at the start) by our
kernel and by a simpy model of the same rules, per simulated attempt, in three settings: a surge that passes (no attempt is rejected), a
storm with half a second of backoff, and a storm with resends at once, where three of four attempts are rejected without an event: simpy's
side in a loop over the resends, ours in one step. Both count the same things, ours also by bins of a second, and both times hold the whole
run with its random draws (simpy's side from `random`, ours from numpy). The simpy model is the plain one: a process per request and per
attempt, a Resource of servers, `attempt | timeout`; of two ways to write it, the quicker. Rounds take turns. *Boundary*: critical multiple of a 10 s surge for 100 loads, all searches included. *Chain*: expected
recovery and collapse time and the second eigenvalue, 3 000 states. *Diagram*: 100 x 100 loads and multiples, up or down after 10 s of
surge, by the fluid. "plain" is a process of its own in which numba is never imported.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from bench.beside import Row, tell
from fuelbed.numerics.kernels import VARIABLE, runs_fast
from fuelbed.numerics.retry import Push, Retry, Run, boundary, recovery_and_collapse, retry_chain, simulate, stays_down

SERVICE = Retry(capacity=100, load=80, timeout=1.0, retries=3, servers=10, queue=500)
SURGE = Push({"load": ("times", 2.0)})


def main() -> None:
    rows = [_events, _boundary, _chain, _diagram]
    for row in rows:
        row()
    _start()


def _events() -> None:
    word = "compiled" if runs_fast(None) else "plain (numba is not installed)"
    for name, load, surge, backoff, until in (
        ("a surge that passes", 60.0, 1.5, 0.0, 600.0), ("storm, backoff 0.5 s", 80.0, 2.0, 0.5, 120.0), ("storm, resends at once", 80.0, 2.0, 0.0, 120.0),
    ):  # fmt: skip
        r, push = replace(SERVICE, load=load, backoff=backoff), Push({"load": ("times", surge)})

        def ours(fast: bool | None = None, r: Retry = r, push: Push = push, until: float = until) -> Run:
            return simulate(r, push, 1.0, 20.0, until, start=0.0, fast=fast)

        def peer(counts: list[dict[str, int]], x: tuple[float, ...] = (load, surge, backoff, until)) -> int:
            counts.append(_simpy(len(counts), *x))
            return counts[-1]["sent"]

        run, counts = ours(), []  # type: Run, list[dict[str, int]]
        quick, slow, theirs = _in_turn(
            lambda ours=ours: int(ours().sent.sum()), lambda ours=ours: int(ours(False).sent.sum()), lambda peer=peer, c=counts: peer(c)
        )  # fmt: skip
        speeds = (statistics.median(x) for x in (quick, slow, theirs))
        print("events, {}: {} {:.1f} M attempts/s, plain {:.2f}, simpy {:.3f};".format(name, word, *(v / 1e6 for v in speeds)),
              f"{_ratio(quick, theirs, '.0f')} times simpy's speed, plain {_ratio(slow, theirs, '.1f')} times (target 35)")  # fmt: skip
        for way, ours_ in ((word, quick), ("plain", slow)):
            each = [a / b for a, b in zip(ours_, theirs, strict=True)]
            tell(Row(f"single requests, {name}, {way}", "attempts a second", statistics.median(ours_), "simpy", statistics.median(theirs), "more",
                     statistics.median(each), (min(each), max(each)), sides="the same model, other draws"))  # fmt: skip
        means = {k: statistics.mean(c[k] for c in counts) for k in ("sent", "good", "given_up")}
        print(
            "  same model: "
            + ", ".join(f"{k} {getattr(run, k).sum()} ({v:.0f})" for k, v in means.items())
            + " (simpy; other draws)"
        )


def _boundary() -> None:
    r = replace(SERVICE, load=np.linspace(20, 98, 100))
    here = _median(lambda: boundary(r, SURGE, lasts=10.0, most=3.0), 5)
    plain = _elsewhere("plain", "bench.dynamics.boundary_seconds()")
    print(
        f"boundary, 100 loads to 0.001: {here:.3f} s (target 0.5 with numba: {runs_fast(None)}); plain {plain[0]:.2f} s (target 5)"
    )


def boundary_seconds(runs: int = 3) -> float:
    """Median seconds of the boundary in this process."""
    r = replace(SERVICE, load=np.linspace(20, 98, 100))
    return _median(lambda: boundary(r, SURGE, lasts=10.0, most=3.0), runs)


def _chain() -> None:
    r = Retry(capacity=10, load=7.0, timeout=4.0, retries=3, queue=98)
    seconds = _median(lambda: recovery_and_collapse(retry_chain(r, orbit=29)), 7)
    states = len(retry_chain(r, orbit=29).states)
    print(f"chain of {states} states, two times and the eigenvalue: {seconds:.3f} s (target 0.3)")


def _diagram() -> None:
    loads, multiples = np.meshgrid(np.linspace(20, 98, 100), np.linspace(1, 4, 100))
    r = replace(SERVICE, load=loads.ravel())
    settle = 110.0  # as the earlier grid: 120 s of simulated time at most; rows that are decided end before
    seconds = _median(lambda: stays_down(r, SURGE, multiples.ravel() - 1.0, 10.0, settle), 3)
    share = stays_down(r, SURGE, multiples.ravel() - 1.0, 10.0, settle).mean()
    print(f"phase diagram 100 x 100 by fluid, one core: {seconds:.2f} s (target 4); {share:.3f} of it stays down")


def _start() -> None:
    """What a process pays before its first answer: with an empty cache of machine code, with a filled one, and plain."""
    call = "bench.dynamics.first_answers()"
    with tempfile.TemporaryDirectory() as folder:
        if runs_fast(None):
            cold, warm = (_elsewhere("fast", call, NUMBA_CACHE_DIR=folder) for _ in range(2))
            print(f"first boundary and first simulation of a process: cold (compiling) {cold[0]:.1f} s, warm (cached) {warm[0]:.2f} s,"
                  f" numba imported within", end="; ")  # fmt: skip
        plain = _elsewhere("plain", call)
    print(f"plain {plain[0]:.2f} s (numba imported: {bool(plain[1])})")


def first_answers() -> float:
    """Seconds from here to the first verdict and the first simulation, imports of numba included."""
    start = time.perf_counter()
    stays_down(SERVICE, SURGE, 1.0, 10.0)
    simulate(SERVICE, SURGE, until=10.0)
    return time.perf_counter() - start


def _elsewhere(way: str, call: str, **more: str) -> tuple[float, float]:
    """A number computed in a process of its own, and whether numba was imported there."""
    code = f"import sys, bench.dynamics; print({call}, int('numba' in sys.modules))"
    env = {**os.environ, VARIABLE: way, "PYTHONPATH": os.pathsep.join(sys.path), **more}
    done = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True)
    first, second = done.stdout.split()
    return float(first), float(second)


def _median(work: Callable[[], object], runs: int) -> float:
    """Median seconds of processor time (other work on the machine does not count) of `runs` calls after one that warms up."""
    work()
    seconds = []
    for _ in range(runs):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


def _in_turn(*works: Callable[[], int], rounds: int = 7) -> list[list[float]]:
    """Attempts per second of processor time in rounds in which all take their turn: a slow spell of the machine meets all alike."""
    speeds: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(rounds):
        for work, found in zip(works, speeds, strict=True):
            start = time.process_time()
            attempts = work()
            found.append(attempts / (time.process_time() - start))
    return speeds


def _ratio(ours: list[float], theirs: list[float], form: str) -> str:
    """Median and range of the ratio over the rounds."""
    ratios = sorted(a / b for a, b in zip(ours, theirs, strict=True))
    return f"{statistics.median(ratios):{form}} ({ratios[0]:{form}} to {ratios[-1]:{form}})"


def _simpy(seed: int, load: float, surge: float, backoff: float, until: float) -> dict[str, int]:
    """The same rules with simpy's processes: a process per request, one per attempt at the server, `servers` as a Resource."""
    import simpy

    draw, env = random.Random(seed), simpy.Environment()
    servers = simpy.Resource(env, capacity=10)
    counts = {"first": 0, "sent": 0, "good": 0, "late": 0, "rejected": 0, "timed_out": 0, "given_up": 0}

    def serve() -> Iterator[Any]:
        with servers.request() as turn:
            yield turn
            yield env.timeout(draw.expovariate(10.0))
        counts["late"] += 1  # all that are served, until the end of the run

    def request() -> Iterator[Any]:
        for _ in range(4):
            counts["sent"] += 1
            if servers.count == 10 and len(servers.queue) >= 500:
                counts["rejected"] += 1
            else:
                attempt = env.process(serve())
                yield attempt | env.timeout(1.0)
                if attempt.triggered:
                    counts["good"] += 1
                    return
                counts["timed_out"] += 1
            if backoff:
                yield env.timeout(backoff)
        counts["given_up"] += 1

    def arrivals() -> Iterator[Any]:
        while True:
            yield env.timeout(draw.expovariate(load * surge if env.now < 20.0 else load))
            counts["first"] += 1
            env.process(request())

    env.process(arrivals())
    env.run(until=until)
    counts["late"] -= counts["good"]
    return counts
