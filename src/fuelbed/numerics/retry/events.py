"""Simulation of single requests: exact in what `Retry` says, seeded, the same counts compiled or not.

Gaps between arrivals and demands of services are unit exponentials drawn beforehand from two streams of the seed (PCG64), so that the
kernel itself draws nothing. Runs with the same seed and different settings share them: differences between settings are then
less noisy than the settings themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.errors import BudgetError, FuelbedError
from fuelbed.numerics.kernels import kernels_of
from fuelbed.numerics.retry import _events
from fuelbed.numerics.retry.fluid import memory
from fuelbed.numerics.retry.model import PARAMETERS, Array, Push, Retry, pushed, resolved, rows_of

__all__ = ["Run", "simulate"]

Counts = NDArray[np.int64]
_MOST = 400_000_000  # draws, or records of attempts, in one run


@dataclass(frozen=True, eq=False)
class Run:
    """Counts by time bin; `t` is the end of each bin in seconds from the start of the push.

    first      requests that arrived (also those that a breaker held back)
    sent       attempts, resends and rejected ones among them
    good       answers in time
    late       services completed after the client had gone
    rejected   attempts that found the queue full
    timed_out  attempts that a client gave up
    given_up   requests that ended without an answer
    waiting    queue at the end of each bin
    """

    t: Array
    first: Counts
    sent: Counts
    good: Counts
    late: Counts
    rejected: Counts
    timed_out: Counts
    given_up: Counts
    waiting: Counts

    def down(self, last: float) -> bool:
        """Fewer good answers than half of the first attempts in the last `last` seconds: the meaning of `stays_down`."""
        part = self.t > self.t[-1] - last
        return bool(self.good[part].sum() < 0.5 * self.first[part].sum())


def simulate(settings: Retry, push: Push | None = None, size: float = 1.0, lasts: float = 10.0, until: float = 60.0, seed: int = 0,
             start: float | None = None, bin_length: float = 1.0, fast: bool | None = None) -> Run:  # fmt: skip
    """One run of one setting (numbers, no arrays) from `start` (default: three times what is remembered before the push) to `until`."""
    r = resolved(settings)
    begin = -3.0 * float(np.max(memory(r))) if start is None else start
    if not begin < until:
        raise FuelbedError(f"a simulation from {begin:g} s to {until:g} s has no time in it")
    phases = _phases(r, push, size, lasts, begin, until)
    flags = (
        int(r.retries_after != "rejections"), int(r.retries_after != "timeouts"), int(r.stale_work == "dropped"),
        int(r.retry_budget == "tokens"), int(r.breaker == "client"), int(r.timeout_counts == "from_start_of_service"),
    )  # fmt: skip
    kernels, quick = kernels_of(_events, fast)
    starts, stops = np.array([begin, *phases[:-1, 0]]), np.minimum(phases[:, 0], until)
    spans = np.maximum(stops - starts, 0.0)
    expected = float(spans @ phases[:, _events.LOAD])
    works = float(spans @ (phases[:, _events.SPEED] * phases[:, _events.SERVERS]))
    draws = int(max(expected, works) + 6 * np.sqrt(max(expected, works)) + 64)
    records = int(2 * (phases[:, _events.QUEUE].max() + phases[:, _events.SERVERS].max()) + 256)
    records += int(2 * works / max(spans.sum(), 1e-9) * phases[:, _events.TIMEOUT].max())
    while True:
        if max(draws, records) > _MOST:
            raise BudgetError("a simulation of this length holds too many requests: a shorter one, or the fluid")
        room = _Room(
            phases, seed, draws, records, max(int(np.ceil((until - begin) / bin_length)), 1), r.service == "fixed", quick
        )
        short = kernels.run(begin, until, bin_length, room.phases, flags, *room.arrays)
        if not short:
            return room.result(begin, until, bin_length)
        draws, records = (2 * draws, records) if short == 1 else (draws, 2 * records)


def _phases(r: Retry, push: Push | None, size: float, lasts: float, begin: float, until: float) -> Array:
    """One row of constant parameters each: before, during and after the push; those without any time are left out."""
    own = rows_of(r, 1)[:, 0]
    there = rows_of(pushed(r, push, size), 1)[:, 0] if push is not None and lasts > 0 else own
    far = max(until, lasts) + 1.0
    rows = [(0.0, own), (lasts, there), (far, own)] if there is not own else [(far, own)]
    return np.stack([_phase(t, p) for t, p in rows if t > begin])


def _phase(until: float, values: Array) -> Array:
    p = dict(zip(PARAMETERS, values, strict=True))
    servers = max(round(float(p["servers"])), 1)
    retries = min(round(float(p["retries"])), 10**9)  # as good as no end, and the counts stay whole numbers of 64 bits
    return np.array([
        until, p["load"], p["capacity"] / servers, servers, round(float(p["queue"])), p["timeout"], retries, p["backoff"],
        p["backoff_growth"], p["budget"], p["bucket"], p["rejection_cost"], p["breaker_opens"], p["breaker_pause"], p["breaker_window"],
    ])  # fmt: skip


class _Room:
    """The arrays that a run works on: as NumPy arrays for the compiled kernel, as lists (much faster there) for the plain one."""

    def __init__(self, phases: Array, seed: int, draws: int, records: int, bins: int, fixed: bool, quick: bool) -> None:
        gaps, demands = (np.random.Generator(np.random.PCG64([seed, i])) for i in (0, 1))
        whole: dict[str, Any] = {"dtype": np.int64}
        busy = int(phases[:, _events.SERVERS].max()) + 1
        ring = 1 << max(records - 1, 1).bit_length()  # places in a ring are numbers modulo a power of two
        arrays: list[Any] = [
            gaps.standard_exponential(draws), np.ones(draws) if fixed else demands.standard_exponential(draws),
            np.zeros(ring), np.zeros(ring, **whole), np.zeros(ring), np.zeros(ring, **whole), np.zeros(busy), np.zeros(busy, **whole),
            np.zeros(bins * _events.COUNTS, **whole), np.zeros(bins, **whole), np.zeros(5),
        ]  # fmt: skip
        self.arrays = arrays if quick else [a.tolist() for a in arrays]
        self.phases = phases.ravel() if quick else phases.ravel().tolist()

    def result(self, begin: float, until: float, bin_length: float) -> Run:
        sums, waiting = (np.asarray(self.arrays[i], dtype=np.int64) for i in (8, 9))
        counts = np.diff(sums.reshape(waiting.size, _events.COUNTS), axis=0, prepend=0)
        t = np.minimum(begin + bin_length * np.arange(1, waiting.size + 1, dtype=float), until)
        first, sent, good, late, rejected, timed_out, given_up = counts.T  # the order of `_events.FIRST ..`
        return Run(t, first, sent, good, late, rejected, timed_out, given_up, waiting)
