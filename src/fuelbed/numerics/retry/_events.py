"""Kernel of the simulation of single requests. See `events.py` for the meaning; the same code runs on lists (plain) and on arrays (compiled).

Services run on a clock of their own, the *work clock*: it advances at capacity / servers, so a service of demand S (mean 1) ends S later on
it, whatever pushes do to the capacity meanwhile. First attempts arrive where the integral of the load passes a running sum of
exponential gaps. So two runs that differ in a parameter share arrivals and demands (common random numbers).

Attempts that the server takes in are numbered as they come. Who waits is then a range of numbers (first in, first out), and so are the
timers that run, as long as the timeout is the same for all: nothing is sorted but the services under way. The record of an attempt lies
at its number in a ring and ends with its timer; a number below the first running timer has timed out. Resends after a constant backoff
are first in, first out too. What is due earlier than one before it (a timeout that was cut, a backoff that grows) goes to a heap of its own.

`run` is longer than 40 lines on purpose: it is the one event loop, its state are local names, and a call would cost more than its work.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

__all__ = ["COUNTS", "KERNELS", "PHASE", "run"]

# a phase of constant parameters
UNTIL, LOAD, SPEED, SERVERS, QUEUE, TIMEOUT, RETRIES, BACKOFF, GROWTH, EARN, BUCKET, COST, OPENS, PAUSE, WINDOW = range(15)
PHASE = 15
# what the clients share: the bucket of tokens, the breaker
TOKENS, OPEN_UNTIL, WINDOW_END, FAILURES, OUTCOMES = range(5)
# what is counted, since the start
FIRST, SENT, GOOD, LATE, REJECTED, TIMED_OUT, GIVEN_UP = range(7)
COUNTS = 7
# status of an attempt: 4 * how often it was sent before, and these bits
ANSWERED, GONE = 1, 2
_KEPT = -1  # an attempt in service whose client waits to the end
_NEVER = 1e300


def learn(failed: int, now: float, at: int, p: Any, f: Any, flags: Any) -> None:
    """A client learns how an attempt ended: tokens, and the breaker's window."""
    if failed == 0 and flags[3]:
        f[TOKENS] = min(p[at + BUCKET], f[TOKENS] + p[at + EARN])
    if flags[4] and now >= f[OPEN_UNTIL]:
        if now >= f[WINDOW_END]:
            if f[FAILURES] > p[at + OPENS] * f[OUTCOMES]:
                f[OPEN_UNTIL] = now + p[at + PAUSE]
            f[WINDOW_END] = max(now, f[OPEN_UNTIL]) + p[at + WINDOW]
            f[FAILURES] = 0.0
            f[OUTCOMES] = 0.0
        else:
            f[FAILURES] += failed
            f[OUTCOMES] += 1.0


def put(ends: Any, serving: Any, n: int, end: float, number: int) -> None:
    """A service more in the heap of n (two arrays: some times quicker than one of pairs)."""
    i = n
    while i > 0 and ends[(i - 1) >> 1] > end:
        ends[i] = ends[(i - 1) >> 1]
        serving[i] = serving[(i - 1) >> 1]
        i = (i - 1) >> 1
    ends[i] = end
    serving[i] = number


def replace_first(ends: Any, serving: Any, n: int, end: float, number: int) -> None:
    """Another service in place of the first of the heap of n."""
    i, child = 0, 1
    while child < n:
        least = ends[child]
        if child + 1 < n and ends[child + 1] < least:
            child += 1
            least = ends[child]
        if end <= least:
            break
        ends[i] = least
        serving[i] = serving[child]
        i = child
        child = 2 * i + 1
    ends[i] = end
    serving[i] = number


def running(clock: int, tail: int, status: Any, mask: int) -> int:
    """The first number from `clock` on whose timer still has something to do."""
    while clock < tail and status[clock & mask] & (ANSWERED | GONE):
        clock += 1
    return clock


def note(
    counts: Any, place: int, first: int, sent: int, good: int, late: int, rejected: int, timed_out: int, given_up: int
) -> None:
    """Write down all counts at the end of a bin."""
    counts[place + FIRST] = first
    counts[place + SENT] = sent
    counts[place + GOOD] = good
    counts[place + LATE] = late
    counts[place + REJECTED] = rejected
    counts[place + TIMED_OUT] = timed_out
    counts[place + GIVEN_UP] = given_up


def run(start: float, end: float, bin_length: float, p: Any, flags: Any, gaps: Any, draws: Any, deadlines: Any, status: Any, back: Any,
        back_stage: Any, ends: Any, serving: Any, counts: Any, lengths: Any, f: Any) -> int:  # fmt: skip
    """Simulate from `start` (nobody there) to `end`; sums go to `counts`, the queue at each bin's end to `lengths`. 0, or what ran short."""
    later = [(0.0, 0, 0)]
    later.pop()
    mask, n_bins, n_gaps, n_draws = len(status) - 1, len(lengths), len(gaps), len(draws)
    shared, looks = flags[3] + flags[4] > 0, flags[2] + flags[5] > 0
    f[TOKENS] = p[BUCKET]
    f[OPEN_UNTIL] = start - 1.0
    f[WINDOW_END] = start + p[WINDOW]
    first = sent = good = late = rejected = timed_out = given_up = 0
    tail = turn = clock = 0  # numbers: of the next attempt, of the first that waits, of the first whose timer runs
    busy = drawn = arrivals = back_head = back_tail = bin_at = 0
    at, since, work_then, load_then, to_come, debt, latest = -PHASE, start, 0.0, 0.0, gaps[0], 0.0, start
    load = speed = pace = timeout = retries = backoff = growth = cost = 0.0
    servers = most = 0
    at_once = False
    change, next_bin = start, start + bin_length  # the first phase begins as all others do
    arrival = service = timer = resend = odd = _NEVER
    while True:
        now, what = change, 0
        if arrival < now:
            now, what = arrival, 1
        if service < now:
            now, what = service, 2
        if timer < now:
            now, what = timer, 3
        if resend < now:
            now, what = resend, 4
        if odd < now:
            now, what = odd, 5
        if now >= next_bin:
            while now >= next_bin and bin_at < n_bins:
                note(counts, bin_at * COUNTS, first, sent, good, late, rejected, timed_out, given_up)
                lengths[bin_at] = tail - turn
                bin_at += 1
                next_bin = start + bin_length * (bin_at + 1)
            if bin_at >= n_bins:
                break
        if now >= end:
            break
        stage, fails, may, hole = -1, False, 0, False
        if what == 1:
            arrivals += 1
            if arrivals >= n_gaps:
                return 1
            to_come += gaps[arrivals]
            arrival = since + (to_come - load_then) / load
            first += 1
            stage = 0
        elif what == 2:
            number = serving[0]
            in_time = number == _KEPT
            if number >= clock:
                in_time = status[number & mask] & GONE == 0
                if in_time:
                    status[number & mask] |= ANSWERED
                    if number == clock:
                        clock = running(clock + 1, tail, status, mask)
                        timer = deadlines[clock & mask] if clock < tail else _NEVER
            if in_time:
                good += 1
                if shared:
                    learn(0, now, at, p, f, flags)
            else:
                late += 1
            busy -= 1
            hole = True  # at the head of the heap, for the next service or for the last of the heap
        elif what == 3:
            timed_out += 1
            stage, fails, may = status[clock & mask] >> 2, True, flags[0]
            clock = running(clock + 1, tail, status, mask)
            timer = deadlines[clock & mask] if clock < tail else _NEVER
        elif what == 4:
            stage = back_stage[back_head]
            back_head = (back_head + 1) & mask
            resend = back[back_head] if back_head != back_tail else _NEVER
        elif what == 5:
            due = heappop(later)
            odd = later[0][0] if len(later) > 0 else _NEVER
            number = due[2]
            if number < 0:
                stage = due[1]
            elif number >= clock and status[number & mask] & ANSWERED == 0:
                timed_out += 1
                stage, fails, may = status[number & mask] >> 2, True, flags[0]
                status[number & mask] |= GONE
        else:
            load_then += (now - since) * load
            work_then += (now - since) * speed
            since, at = now, at + PHASE
            change, load, speed, timeout, retries = p[at + UNTIL], p[at + LOAD], p[at + SPEED], p[at + TIMEOUT], p[at + RETRIES]
            backoff, growth, cost, servers, most = (
                p[at + BACKOFF],
                p[at + GROWTH],
                p[at + COST],
                int(p[at + SERVERS]),
                int(p[at + QUEUE]),
            )
            pace = 1.0 / speed if speed > 0.0 else _NEVER
            arrival = since + (to_come - load_then) / load if load > 0.0 else _NEVER
            service = since + (ends[0] - work_then) * pace if busy > 0 else _NEVER
            at_once = flags[1] > 0 and not shared and backoff == 0.0
        while stage >= 0:  # a client sends, and again in the same instant as long as it is rejected and may
            if fails:
                if shared:
                    learn(1, now, at, p, f, flags)
                again = may > 0 and stage < retries
                if again and flags[3]:
                    again = f[TOKENS] >= 1.0
                    if again:
                        f[TOKENS] -= 1.0
                if not again:
                    given_up += 1
                    break
                stage += 1
                wait = backoff if growth == 1.0 else backoff * growth ** (stage - 1)
                if wait > 0.0:
                    due_at, place = now + wait, (back_tail + 1) & mask
                    if place == back_head or (back_head != back_tail and back[(back_tail - 1) & mask] > due_at):
                        heappush(later, (due_at, stage, -1))
                        odd = later[0][0]
                    else:
                        back[back_tail] = due_at
                        back_stage[back_tail] = stage
                        if back_head == back_tail:
                            resend = due_at
                        back_tail = place
                    break
            if flags[4] and now < f[OPEN_UNTIL]:
                given_up += 1
                break
            sent += 1
            if busy < servers or tail - turn < most:
                if tail - clock > mask:
                    return 2
                deadline = now + timeout
                deadlines[tail & mask] = deadline
                status[tail & mask] = 4 * stage
                if clock == tail:
                    timer = deadline
                if deadline < latest:
                    heappush(later, (deadline, 0, tail))  # sent later and due earlier: the timeout was cut
                    odd = later[0][0]
                else:
                    latest = deadline
                tail += 1
                break
            rejected += 1
            debt += cost
            if at_once:  # whatever is left of its resends goes the same way
                given_up += 1
                more = int(retries) - stage
                if more > 0:
                    sent += more
                    rejected += more
                    if cost > 0.0:
                        for _ in range(more):
                            debt += cost
                break
            fails, may = True, flags[1]
        if hole or (turn < tail and busy < servers):  # free servers take up those who wait, in order
            while turn < tail and busy < servers:
                number = turn
                turn += 1
                if looks:
                    gone = number < clock or status[number & mask] & GONE > 0
                    if gone and flags[2]:
                        continue
                    if flags[5] and not gone:
                        status[number & mask] |= ANSWERED
                        if number == clock:
                            clock = running(clock + 1, tail, status, mask)
                            timer = deadlines[clock & mask] if clock < tail else _NEVER
                        number = _KEPT
                if drawn >= n_draws:
                    return 1
                finish = work_then + (now - since) * speed + draws[drawn] + debt
                drawn += 1
                debt = 0.0
                if hole:
                    replace_first(ends, serving, busy + 1, finish, number)
                    hole = False
                else:
                    put(ends, serving, busy, finish, number)
                busy += 1
            if hole:
                replace_first(ends, serving, busy, ends[busy], serving[busy])
            service = since + (ends[0] - work_then) * pace if busy > 0 else _NEVER
    for i in range(bin_at, n_bins):
        note(counts, i * COUNTS, first, sent, good, late, rejected, timed_out, given_up)
        lengths[i] = tail - turn
    return 0


KERNELS = ("learn", "put", "replace_first", "running", "note", "run")
