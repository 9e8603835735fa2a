"""One run: a server process, a client process, one trigger; did it stay down? And did the machine keep up?

A run is void (done again, never counted) where the machine was not the one of the setting:
- a measured rate (first attempts sent; services finished while there was always work) is off by more than 2 % of the nominal one. For
  Poisson arrivals the nominal number is that of the schedule drawn beforehand;
- one in a hundred timers (of sending, of finishing a service) was later than 5 % of the timeout, or any was later than 20 %;
- a connection failed;
- before the trigger goodput was under 90 % of what was sent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.realserver.server import BIN
from bench.realserver.settings import Setting

__all__ = ["Run", "run"]

ROOT = Path(__file__).resolve().parents[2]
_RATE, _LATE, _WORST, _UP = 0.02, 0.05, 0.2, 0.9


@dataclass(frozen=True, slots=True)
class Run:
    """What one run gave.

    goodput    successes over first attempts, both in the last quarter of the time watched; under 0.5 it stayed down
    capacity   services finished per second of saturated time over the nominal rate; 0 where it was never saturated for 1 s
    rate       first attempts sent over those planned
    late       the 99th percentile of lateness, the worse of clients and server, seconds; worst: the latest timer of all
    busy       load average of the machine at the end (1 minute)
    void       why the run does not count, "" if it does
    """

    setting: str
    key: str
    x: float
    seed: int
    down: bool
    goodput: float
    capacity: float
    rate: float
    late: float
    worst: float
    busy: float
    void: str
    at: str


def run(s: Setting, x: float, seed: int, keep: Path | None = None) -> Run:
    """Run setting `s` with the trigger at `x`; `keep`: a file for the counts in bins of 100 ms. Takes `s.seconds(x)` and half a second."""
    seen = _measure(s, x, seed)
    if keep is not None:
        keep.write_text(json.dumps(seen), encoding="utf-8")
    start = s.warm + s.trigger(x).lasts + 0.75 * s.watched
    goodput = _ratio(_sum(seen, "good", start, s.seconds(x)), _sum(seen, "first", start, s.seconds(x)))
    capacity, rate = _capacity(s, x, seen["server"]), _ratio(_sum(seen, "first", 0, 1e9), seen["planned"])
    late = max(seen["late_p99"], seen["server"]["late_p99"])
    worst = max(seen["late_most"], seen["server"]["late_most"])
    faults = {
        f"capacity {capacity:.3f} of nominal": capacity and abs(capacity - 1) > _RATE,
        f"arrivals {rate:.3f} of planned": abs(rate - 1) > _RATE,
        f"timers {1000 * late:.0f} ms late": late > _LATE * s.timeout,
        f"a timer {1000 * worst:.0f} ms late": worst > _WORST * s.timeout,
        "connections failed": _sum(seen, "errors", 0, 1e9),
        "not up before the trigger": _ratio(_sum(seen, "good", 0.5 * s.warm, s.warm), _sum(seen, "first", 0.5 * s.warm, s.warm))
        < _UP,
    }
    return Run(
        s.name, s.key(), x, seed, goodput < 0.5, goodput, capacity, rate, late, worst, os.getloadavg()[0],
        "; ".join(k for k, v in faults.items() if v), time.strftime("%Y-%m-%dT%H:%M:%S"),
    )  # fmt: skip


def _measure(s: Setting, x: float, seed: int) -> dict[str, Any]:
    t, env = s.trigger(x), {**os.environ, "PYTHONPATH": str(ROOT)}
    options = {"capacity": s.capacity, "servers": s.servers, "queue": s.queue, "stale-work": s.stale_work, "seed": seed}
    command = [sys.executable, "-m", "bench.realserver.server", *(w for k, v in options.items() for w in (f"--{k}", str(v)))]
    server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        plan = {
            "port": int(server.stdout.readline()), "on": t.on, "times": t.times, "lasts": t.lasts, "seed": seed,
            **{k: getattr(s, k) for k in ("load", "timeout", "retries", "backoff", "retries_after", "arrivals", "warm", "watched")},
        }  # fmt: skip
        command = [sys.executable, "-m", "bench.realserver.clients", json.dumps(plan)]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=s.seconds(x) + 60)
        seen: dict[str, Any] = json.loads(done.stdout)
        return seen
    finally:
        server.kill()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()


def _sum(seen: dict[str, Any], what: str, start: float, end: float) -> float:
    """Counts in `[start, end)` seconds."""
    row: list[float] = seen["bins"].get(what, [])
    return sum(row[round(start / BIN) : round(min(end, 1e6) / BIN)])


def _ratio(a: float, b: float) -> float:
    return a / b if b else 0.0


def _capacity(s: Setting, x: float, server: dict[str, Any]) -> float:
    """Finished over possible in stretches of at least 1 s with work always waiting and one share of capacity, as a ratio.

    The clients' clock starts up to a second after the server's, so with a cut only time long after the trigger counts.
    """
    bins, t = server["bins"], s.trigger(x)
    queue, finished = bins.get("queue", []), bins.get("finished", [])
    first = round((s.warm + t.lasts + 2) / BIN) if s.on == "capacity" else 0
    done = time_ = 0.0
    length = 0
    for i in range(first, min(len(queue), len(finished)) + 1):
        if i < min(len(queue), len(finished)) and queue[i] >= 2 * s.servers:
            length += 1
            continue
        if length >= round(1 / BIN) + 2:  # without the bins at both ends
            done, time_ = done + sum(finished[i - length + 1 : i - 1]), time_ + BIN * (length - 2)
        length = 0
    return done / time_ / s.capacity if time_ else 0.0
