"""Fluid with a delay: the retry service as flows, for many settings at once.

Requests are a fluid that moves in steps of h seconds (a fraction of the timeout). With a(t) the attempts accepted and b(t) those whose
service has begun by t (both running sums), those accepted at u begin at the first t with b(t) = a(u), having waited w = t - u; with
service times S of mean servers / capacity they fail in the share P(w + S > timeout), and become resends `timeout` after u. Servers in use
follow B' = begun - mu B, exactly within a step. What is left out is chance: queues that form below saturation by bad luck. So near
saturation, where luck alone tips the real system, the fluid is too hopeful; the chain or the simulation answers there.

A course starts in the normal state (nobody waits), the push at time 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.kernels import kernels_of
from fuelbed.numerics.retry import _steps
from fuelbed.numerics.retry.model import PARAMETERS, Array, Number, Push, Retry, pushed, resolved, rows_of

__all__ = ["STEPS", "Flow", "flow", "memory", "settle_time", "stays_down"]

STEPS = 50
"""Steps per timeout."""
_AT_ONCE = 1024  # rows that share one set of arrays in the plain run, so that they stay in the cache
_I = {name: i for i, name in enumerate(PARAMETERS)}


@dataclass(frozen=True, eq=False)
class Flow:
    """One course by time: rates per second, `waiting`, `in_service` and `tokens` as counts. `down` is the verdict at its end."""

    t: Array
    load: Array
    sent: Array
    good: Array
    rejected: Array
    timed_out: Array
    given_up: Array
    waiting: Array
    in_service: Array
    tokens: Array
    down: bool


@dataclass(frozen=True, eq=False)
class _Rows:
    """What `_steps.course` takes, rows last."""

    base: Array
    diff: Array
    delays: NDArray[np.int64]
    ends: NDArray[np.int64]
    late: Array
    k: int
    flags: tuple[int, ...]
    step: Array

    def part(self, rows: slice | NDArray[np.intp]) -> _Rows:
        cut: dict[str, Any] = {
            name: np.ascontiguousarray(getattr(self, name)[..., rows])
            for name in ("base", "diff", "delays", "ends", "late", "step")
        }
        return replace(self, **cut)


def stays_down(settings: Retry, push: Push, sizes: Number = 1.0, lasts: Number = 10.0, settle: Number | None = None,
               fast: bool | None = None, steps: int = STEPS) -> NDArray[np.bool_]:  # fmt: skip
    """Whether each row is down `settle` seconds after a push of that size and duration, shape (n,): all arguments are broadcast.

    Down: in the last quarter of the settling time, fewer good answers than half of the first attempts. `settle` defaults to
    `settle_time`; a row whose flow provably repeats before is decided then.
    """
    r = resolved(settings)
    after = pushed(r, push, sizes)
    wait = settle_time(r) if settle is None else settle
    parts = [getattr(x, name) for x in (r, after) for name in PARAMETERS]
    n = np.broadcast(*[np.atleast_1d(np.asarray(x)) for x in (*parts, sizes, lasts, wait)]).size
    rows = _rows(r, after, np.broadcast_to(lasts, n), np.broadcast_to(wait, n), steps)
    return _verdicts(rows, np.zeros((9, 0, n)), fast) > 0.5


def flow(settings: Retry, push: Push | None = None, size: float = 1.0, lasts: float = 10.0, until: float = 60.0,
         fast: bool | None = None, steps: int = STEPS) -> Flow:  # fmt: skip
    """The course of one setting from the start of the push to `until` seconds."""
    r = resolved(settings)
    lasts = lasts if push is not None else 0.0
    rows = _rows(r, pushed(r, push or Push(), size), np.array([lasts]), np.array([max(until - lasts, 0.0)]), steps)
    h = float(rows.step[0])
    record = np.zeros((9, math.ceil(rows.base[_steps.END, 0]), 1))
    down = bool(_verdicts(rows, record, fast)[0] > 0.5)
    sent, good, rejected, timed_out, given_up, load, waiting, busy, tokens = record[:, :, 0]
    t = h * (1 + np.arange(record.shape[1]))
    return Flow(t, load / h, sent / h, good / h, rejected / h, timed_out / h, given_up / h, waiting, busy, tokens, down)


def memory(r: Retry) -> Array:
    """Seconds from the first attempt of a request until its last one has timed out."""
    k, g = np.asarray(r.retries, dtype=float), np.asarray(r.backoff_growth, dtype=float)
    whole = np.ceil(k)
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = np.where(np.abs(g - 1) < 1e-12, whole, (g**whole - 1) / (g - 1))
    return np.asarray((whole + 1) * r.timeout + r.backoff * waits, dtype=float)


def settle_time(r: Retry) -> Array:
    """Seconds after a push until the verdict: twenty times what is remembered, and twice the drain of a full queue with all requests
    being resent (where that fills the capacity: with none; at a fiftieth of the capacity where less is left). Most rows are decided
    long before."""
    r = resolved(r)
    pause = np.asarray(r.breaker_pause, dtype=float) * (4.0 if r.breaker == "client" else 0.0)
    c = np.maximum(np.asarray(r.capacity, dtype=float), 1e-9)
    load, most = np.asarray(r.load, dtype=float), np.asarray(r.load * (1.0 + np.asarray(r.retries)), dtype=float)
    drain = np.asarray(r.queue, dtype=float) / np.maximum(c - np.where(most < c, most, load), 0.02 * c)
    return np.asarray(20.0 * memory(r) + 2.0 * np.minimum(drain, 1e5) + pause, dtype=float)


def _rows(r: Retry, after: Retry, lasts: Array, settle: Array, steps: int) -> _Rows:
    """Parameters in steps, with and without the push."""
    n = lasts.size
    a, b = rows_of(r, n), rows_of(after, n)
    tau, tau2 = a[_I["timeout"]], b[_I["timeout"]]
    h = np.maximum(np.minimum(tau / steps, tau2 / max(steps // 3, 8)), np.maximum(tau, tau2) / 4000.0)
    own, other = (np.maximum(np.round(x / h), 1).astype(np.int64) for x in (tau, tau2))
    k = max(math.ceil(max(float(np.max(a[_I["retries"]])), float(np.max(b[_I["retries"]])))), 0)
    delays = np.empty((max(k, 1), n), dtype=np.int64)
    for j in range(max(k, 1)):
        wait = a[_I["backoff"]] * a[_I["backoff_growth"]] ** j
        delays[j] = np.where(wait <= 0, -1, np.round(wait / h))
    longest = np.maximum(own, other)
    remembered = (k + 1) * (longest + 1) + np.maximum(delays, 0).sum(axis=0) + 2
    rest = longest + np.maximum(delays, 0).max(axis=0) + 3
    base = _in_steps(a, h)
    diff = _in_steps(b, h) - base
    end = np.zeros((2, n))
    end[0], end[1] = lasts / h, np.ceil(lasts / h + settle / h)
    late = np.stack([_late(r, t, m, x, h, int(longest.max())) for t, m in ((tau, own), (tau2, other)) for x in (a, b)])
    words = (r.retries_after != "rejections", r.retries_after != "timeouts", r.stale_work == "dropped",
             r.retry_budget == "tokens", r.breaker == "client", bool(np.any(own != other)), r.service == "exponential")  # fmt: skip
    return _Rows(
        np.concatenate([base, end]), np.concatenate([diff, np.zeros((2, n))]), delays, np.stack([own, other, longest, remembered, rest]),
        late, k, tuple(int(x) for x in words), h)  # fmt: skip


def _in_steps(p: Array, h: Array) -> Array:
    """The 13 rows that `_steps` names LOAD .. WINDOW."""
    mu = p[_I["capacity"]] / p[_I["servers"]] * h
    stay = np.exp(-mu)
    kappa = np.where(mu > 1e-12, mu / np.maximum(-np.expm1(-mu), 1e-300), 1.0)
    plain = ("servers", "queue", "retries", "budget", "bucket", "rejection_cost", "breaker_opens")
    times = (p[_I["breaker_pause"]] / h, p[_I["breaker_window"]] / h)
    return np.stack([p[_I["load"]] * h, mu, stay, kappa, *(p[_I[x]] for x in plain), *times])


def _late(r: Retry, tau: Array, own: NDArray[np.int64], p: Array, h: Array, longest: int) -> Array:
    """Share that fails of those who begin service after w = 0, 1, .. longest steps, shape (longest + 1, n)."""
    w = np.arange(longest + 1)[:, None]
    if r.timeout_counts == "from_start_of_service":
        # where stale work is dropped, whoever is taken up has not waited too long, also at the very end of its time
        return np.where(w <= own if r.stale_work == "dropped" else w < own, 0.0, 1.0)
    mu, left = p[_I["capacity"]] / p[_I["servers"]], np.maximum(tau - w * h, 0.0)
    if r.service == "fixed":
        share = np.clip(0.5 + (1.0 / np.maximum(mu, 1e-300) - left) / h, 0.0, 1.0)
    else:
        share = np.exp(-mu * left)
    return np.asarray(np.where(w < own, share, 1.0), dtype=float)


def _verdicts(rows: _Rows, record: Array, fast: bool | None) -> Array:
    kernels, quick = kernels_of(_steps, fast)
    n = rows.step.size
    size = 1 << int(rows.ends[2].max() + 2).bit_length()
    due_size = 1 << int(max(rows.delays.max(), 0) + 2).bit_length()
    limit = math.ceil(rows.base[_steps.END].max())
    verdicts = np.empty(n)
    if quick:
        hist, due = np.empty((rows.k + 4, size)), np.zeros((rows.k + 1, due_size))
        kernels.all_rows(
            np.ascontiguousarray(rows.base.T), np.ascontiguousarray(rows.diff.T), np.ascontiguousarray(rows.delays.T),
            np.ascontiguousarray(rows.ends.T), rows.late, hist, due, rows.k, limit, rows.flags, record, verdicts)  # fmt: skip
        return verdicts
    for start in range(0, n, _AT_ONCE):
        cut = slice(start, min(start + _AT_ONCE, n))
        verdicts[cut] = _plain(kernels, rows.part(cut), size, due_size, record[:, :, cut])
    return verdicts


def _plain(kernels: Any, rows: _Rows, size: int, due_size: int, record: Array) -> Array:
    """Most rows are decided early, and the others are begun anew in a smaller batch: cheaper than to carry the decided along."""
    whole = math.ceil(rows.base[_steps.END].max())
    limits = [whole] if record.shape[1] else [whole // 16, whole // 4, whole]
    verdicts, left = np.full(rows.step.size, -1.0), np.arange(rows.step.size)
    for limit in limits:
        r = rows.part(left) if left.size < rows.step.size else rows
        hist, due = np.empty((r.k + 4, size, left.size)), np.zeros((r.k + 1, due_size, left.size))
        verdicts[left] = kernels.course(r.base, r.diff, r.delays, r.ends, r.late, hist, due, r.k, limit, r.flags, record)
        left = np.flatnonzero(verdicts < 0.0)
        if not left.size:
            break
    return verdicts
