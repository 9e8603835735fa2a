"""Kernel of the simulation of single requests. See `events.py` for the meaning; the same code runs on lists (plain) and on arrays (compiled).

Services run on a clock of their own, the *work clock*: it advances at capacity / servers, so a service of demand S (mean 1) ends S later on
it, whatever pushes do to the capacity meanwhile. First attempts arrive where the integral of the load passes a running sum of
exponential gaps. So two runs that differ in a parameter share arrivals and demands (common random numbers).

`run` is longer than 40 lines on purpose: it is the one event loop.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

__all__ = ["COUNTS", "KERNELS", "PHASE", "run"]

# a phase of constant parameters
UNTIL, LOAD, SPEED, SERVERS, QUEUE, TIMEOUT, RETRIES, BACKOFF, GROWTH, EARN, BUCKET, COST, OPENS, PAUSE, WINDOW = range(15)
PHASE = 15
# whole numbers of the state
BUSY, HEAD, WAIT, FREE, RING_HEAD, RING_LENGTH, DRAWN, BIN, AT, SHORT, BACK_HEAD, BACK_LENGTH = range(12)
# real numbers of the state
WORK, DEBT, TOKENS, OPEN_UNTIL, WINDOW_END, FAILURES, OUTCOMES = range(7)
# what is counted
FIRST, SENT, GOOD, LATE, REJECTED, TIMED_OUT, GIVEN_UP = range(7)
COUNTS = 7
# bits of an attempt
AT_SERVER, TIMER, ANSWERED, GONE = 1, 2, 4, 8
_NEVER = 1e300


def outcome(failed: int, now: float, p: Any, k: Any, f: Any, flags: Any) -> None:
    """A client learns how an attempt ended: tokens, and the breaker's window."""
    if failed == 0 and flags[3]:
        f[TOKENS] = min(p[k[AT] + BUCKET], f[TOKENS] + p[k[AT] + EARN])
    if flags[4] and now >= f[OPEN_UNTIL]:
        if now >= f[WINDOW_END]:
            if f[FAILURES] > p[k[AT] + OPENS] * f[OUTCOMES]:
                f[OPEN_UNTIL] = now + p[k[AT] + PAUSE]
            f[WINDOW_END] = max(now, f[OPEN_UNTIL]) + p[k[AT] + WINDOW]
            f[FAILURES] = 0.0
            f[OUTCOMES] = 0.0
        else:
            f[FAILURES] += failed
            f[OUTCOMES] += 1.0


def begin(slot: int, p: Any, k: Any, f: Any, draws: Any, bits: Any, services: Any, serving: Any, flags: Any) -> None:
    """A server takes up an attempt, and first the work that rejections left."""
    if k[DRAWN] >= len(draws):
        k[SHORT] = 1
        k[DRAWN] = 0
    if flags[5] and bits[slot] & GONE == 0:
        bits[slot] |= ANSWERED
    end, i = f[WORK] + draws[k[DRAWN]] + f[DEBT], k[BUSY]
    while i > 0 and services[(i - 1) >> 1] > end:  # a heap on two arrays: some times quicker than one of pairs
        services[i] = services[(i - 1) >> 1]
        serving[i] = serving[(i - 1) >> 1]
        i = (i - 1) >> 1
    services[i] = end
    serving[i] = slot
    k[DRAWN] += 1
    f[DEBT] = 0.0
    k[BUSY] += 1


def finish(k: Any, services: Any, serving: Any) -> Any:
    """The attempt whose service ends first leaves the heap."""
    slot = serving[0]
    k[BUSY] -= 1
    n, i = k[BUSY], 0
    end, last = services[n], serving[n]
    while 2 * i + 1 < n:
        child = 2 * i + 1
        if child + 1 < n and services[child + 1] < services[child]:
            child += 1
        if end <= services[child]:
            break
        services[i] = services[child]
        serving[i] = serving[child]
        i = child
    services[i] = end
    serving[i] = last
    return slot


def fill(p: Any, k: Any, f: Any, draws: Any, bits: Any, queue: Any, free: Any, services: Any, serving: Any, flags: Any) -> None:
    """Free servers take up those who wait, in order; the stale are skipped where they are dropped."""
    while k[WAIT] > 0 and k[BUSY] < p[k[AT] + SERVERS]:
        slot = queue[k[HEAD]]
        k[HEAD] = after(k[HEAD], 1, queue)
        k[WAIT] -= 1
        if flags[2] and bits[slot] & GONE:
            release(slot, AT_SERVER, k, bits, free)
        else:
            begin(slot, p, k, f, draws, bits, services, serving, flags)


def release(slot: int, bit: int, k: Any, bits: Any, free: Any) -> None:
    """The attempt's record is free again once it has left the server and its timer has run."""
    bits[slot] &= ~bit
    if bits[slot] & (AT_SERVER | TIMER) == 0:
        free[k[FREE]] = slot
        k[FREE] += 1


def after(i: int, n: int, ring: Any) -> int:
    """The place n further on in a ring, n at most its length."""
    i += n
    return i - len(ring) if i >= len(ring) else i


def failed(
    stage: int, may: int, now: float, p: Any, k: Any, f: Any, c: Any, later: Any, back: Any, back_stage: Any, flags: Any
) -> int:
    """An attempt failed: the stage that is resent at once, or -1 (resent later, or given up)."""
    outcome(1, now, p, k, f, flags)
    again = may and stage < p[k[AT] + RETRIES]
    if again and flags[3]:
        again = f[TOKENS] >= 1.0
        if again:
            f[TOKENS] -= 1.0
    if not again:
        c[k[BIN] * COUNTS + GIVEN_UP] += 1
        return -1
    wait = p[k[AT] + BACKOFF] * p[k[AT] + GROWTH] ** stage
    if wait > 0.0:
        n = k[BACK_LENGTH]
        if n + 1 >= len(back) or (n > 0 and back[after(k[BACK_HEAD], n - 1, back)] > now + wait):
            heappush(later, (now + wait, stage + 1, -1))
        else:
            last = after(k[BACK_HEAD], n, back)
            back[last] = now + wait
            back_stage[last] = stage + 1
            k[BACK_LENGTH] = n + 1
        return -1
    return stage + 1


def send(stage: int, now: float, p: Any, k: Any, f: Any, c: Any, draws: Any, bits: Any, stages: Any, queue: Any, free: Any,
         ring: Any, ring_slot: Any, services: Any, serving: Any, later: Any, back: Any, back_stage: Any, flags: Any) -> None:  # fmt: skip
    """A client sends, and again in the same instant as long as it is rejected and may."""
    while stage >= 0:
        if flags[4] and now < f[OPEN_UNTIL]:
            c[k[BIN] * COUNTS + GIVEN_UP] += 1
            return
        c[k[BIN] * COUNTS + SENT] += 1
        idle = k[BUSY] < p[k[AT] + SERVERS] and k[WAIT] == 0
        if not idle and k[WAIT] >= p[k[AT] + QUEUE]:
            c[k[BIN] * COUNTS + REJECTED] += 1
            f[DEBT] += p[k[AT] + COST]
            stage = failed(stage, flags[1], now, p, k, f, c, later, back, back_stage, flags)
            continue
        if k[FREE] == 0 or k[WAIT] + 1 >= len(queue) or k[RING_LENGTH] + 1 >= len(ring):
            k[SHORT] = 2
            return
        k[FREE] -= 1
        slot = free[k[FREE]]
        bits[slot] = AT_SERVER | TIMER
        stages[slot] = stage
        deadline = now + p[k[AT] + TIMEOUT]
        if k[RING_LENGTH] > 0 and ring[after(k[RING_HEAD], k[RING_LENGTH] - 1, ring)] > deadline:
            heappush(later, (deadline, 0, slot))  # sent later and due earlier: the timeout was cut
        else:
            last = after(k[RING_HEAD], k[RING_LENGTH], ring)
            ring[last] = deadline
            ring_slot[last] = slot
            k[RING_LENGTH] += 1
        if idle:
            begin(slot, p, k, f, draws, bits, services, serving, flags)
        else:
            queue[after(k[HEAD], k[WAIT], queue)] = slot
            k[WAIT] += 1
        return


def run(start: float, end: float, bin_length: float, p: Any, flags: Any, gaps: Any, draws: Any, bits: Any, stages: Any, queue: Any,
        free: Any, ring: Any, ring_slot: Any, back: Any, back_stage: Any, services: Any, serving: Any, c: Any, lengths: Any, k: Any, f: Any) -> int:  # fmt: skip
    """Simulate from `start` (nobody there) to `end`; counts go to `c`, the queue at each bin's end to `lengths`. 0, or what ran short."""
    later = [(0.0, 0, 0)]
    later.pop()
    n_bins, arrivals = len(lengths), 0
    since, work_then, load_then, to_come = start, 0.0, 0.0, gaps[0]
    f[TOKENS] = p[BUCKET]
    f[OPEN_UNTIL] = start - 1.0
    f[WINDOW_END] = start + p[WINDOW]
    at, next_bin, arrival = 0, start + bin_length, _NEVER
    pace = 1.0 / p[SPEED] if p[SPEED] > 0.0 else _NEVER
    if p[LOAD] > 0.0:
        arrival = since + to_come / p[LOAD]
    while k[SHORT] == 0:
        while k[RING_LENGTH] > 0 and bits[ring_slot[k[RING_HEAD]]] & ANSWERED:  # its timer has nothing left to do
            release(ring_slot[k[RING_HEAD]], TIMER, k, bits, free)
            k[RING_HEAD] = after(k[RING_HEAD], 1, ring)
            k[RING_LENGTH] -= 1
        now, what = p[at + UNTIL], 0
        if arrival < now:
            now, what = arrival, 1
        if k[BUSY] > 0:
            t = since + (services[0] - work_then) * pace
            if t < now:
                now, what = t, 2
        if k[RING_LENGTH] > 0 and ring[k[RING_HEAD]] < now:
            now, what = ring[k[RING_HEAD]], 3
        if k[BACK_LENGTH] > 0 and back[k[BACK_HEAD]] < now:
            now, what = back[k[BACK_HEAD]], 5
        if len(later) > 0 and later[0][0] < now:
            now, what = later[0][0], 4
        while now >= next_bin and k[BIN] < n_bins:
            lengths[k[BIN]] = k[WAIT]
            k[BIN] += 1
            next_bin = start + bin_length * (k[BIN] + 1)
        if now >= end or k[BIN] >= n_bins:
            break
        f[WORK] = work_then + (now - since) * p[at + SPEED]
        again = -1
        if what == 1:
            arrivals += 1
            if arrivals >= len(gaps):
                k[SHORT] = 1
                break
            to_come += gaps[arrivals]
            arrival = since + (to_come - load_then) / p[at + LOAD]
            c[k[BIN] * COUNTS + FIRST] += 1
            again = 0
        elif what == 2:
            slot = finish(k, services, serving)
            if bits[slot] & GONE:
                c[k[BIN] * COUNTS + LATE] += 1
            else:
                bits[slot] |= ANSWERED
                c[k[BIN] * COUNTS + GOOD] += 1
                outcome(0, now, p, k, f, flags)
            release(slot, AT_SERVER, k, bits, free)
            fill(p, k, f, draws, bits, queue, free, services, serving, flags)
        elif what == 0:
            load_then += (now - since) * p[at + LOAD]
            since, work_then = now, f[WORK]
            at += PHASE
            k[AT] = at
            pace = 1.0 / p[at + SPEED] if p[at + SPEED] > 0.0 else _NEVER
            arrival = since + (to_come - load_then) / p[at + LOAD] if p[at + LOAD] > 0.0 else _NEVER
            fill(p, k, f, draws, bits, queue, free, services, serving, flags)
        elif what == 5:
            again = back_stage[k[BACK_HEAD]]
            k[BACK_HEAD] = after(k[BACK_HEAD], 1, back)
            k[BACK_LENGTH] -= 1
        else:
            slot = -1
            if what == 3:
                slot = ring_slot[k[RING_HEAD]]
                k[RING_HEAD] = after(k[RING_HEAD], 1, ring)
                k[RING_LENGTH] -= 1
            else:
                due = heappop(later)
                again, slot = due[1], due[2]
            if slot >= 0:
                again = -1
                if bits[slot] & ANSWERED == 0:
                    bits[slot] |= GONE
                    c[k[BIN] * COUNTS + TIMED_OUT] += 1
                    again = failed(stages[slot], flags[0], now, p, k, f, c, later, back, back_stage, flags)
                release(slot, TIMER, k, bits, free)
        if again >= 0:
            send(
                again,
                now,
                p,
                k,
                f,
                c,
                draws,
                bits,
                stages,
                queue,
                free,
                ring,
                ring_slot,
                services,
                serving,
                later,
                back,
                back_stage,
                flags,
            )
    while k[BIN] < n_bins:
        lengths[k[BIN]] = k[WAIT]
        k[BIN] += 1
    return int(k[SHORT])


KERNELS = ("after", "outcome", "finish", "begin", "release", "fill", "failed", "send", "run")
