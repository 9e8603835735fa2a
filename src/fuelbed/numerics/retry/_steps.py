"""Kernel of the fluid: the course of one row as numbers (compiled) or of all rows as arrays (plain). See `fluid.py` for the meaning.

`course` is longer than 40 lines on purpose: it is one time loop over some twenty state variables, and a cut would pass all of them on.
No exponential or other library function stands in here, so that both ways of running it do the same IEEE operations in the same order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["KERNELS", "SCALAR", "all_rows", "course"]

# rows of `base` and `diff`: amounts per step, in requests; times in steps
LOAD, MU, STAY, KAPPA, SERVERS, QUEUE, RETRIES, EARN, BUCKET, COST, OPENS, PAUSE, WINDOW, LASTS, END = range(15)
# channels of `record`
SENT, GOOD, REJECTED, TIMED_OUT, GIVEN_UP, FIRST, LENGTH, BUSY, TOKENS = range(9)


def pick(c: Any, a: Any, b: Any) -> Any:
    return np.where(c, a, b)


def most(a: Any, b: Any) -> Any:
    return np.maximum(a, b)


def least(a: Any, b: Any) -> Any:
    return np.minimum(a, b)


def any_of(c: Any) -> Any:
    return bool(np.any(c))


def get(a: Any, channel: Any, i: Any) -> Any:
    """Cell (channel, i) of every row; both may differ from row to row."""
    if isinstance(i, int):
        return a[channel, i]
    return a[channel, i, np.arange(a.shape[2])]


def put(a: Any, channel: Any, i: Any, value: Any) -> None:
    if isinstance(i, int):
        a[channel, i] = value
    else:
        a[channel, i, np.arange(a.shape[2])] = value


def _pick(c: Any, a: Any, b: Any) -> Any:
    return a if c else b


def _most(a: Any, b: Any) -> Any:
    return a if a > b else b


def _least(a: Any, b: Any) -> Any:
    return a if a < b else b


def _any_of(c: Any) -> Any:
    return c


def _get(a: Any, channel: Any, i: Any) -> Any:
    return a[channel, i]


def _put(a: Any, channel: Any, i: Any, value: Any) -> None:
    a[channel, i] = value


SCALAR = {"pick": _pick, "most": _most, "least": _least, "any_of": _any_of, "get": _get, "put": _put}


def course(
    base: Any, diff: Any, delays: Any, ends: Any, late: Any, hist: Any, due: Any, k: int, limit: int, flags: Any, record: Any
) -> Any:  # fmt: skip
    """Verdict of each row: 1 it stays down, 0 it comes back, -1 not decided within `limit` steps.

    base, diff   parameters without the push, and what it adds (15 rows, see above); the push is on from 0 until LASTS (a fraction of a
                 step counts as such), and END is the last step
    delays       steps of backoff before the resend after attempt j; -1: none at all
    ends         in steps: timeout without and with the push, the greater of them, what is remembered at most, calm that decides
    late         share of attempts that begin service after waiting w steps and yet fail; channel 2 (sent in the push) + (now in it)
    hist, due    rings: sent of each stage, running sum of the accepted, failing share of that step's, share accepted; resends that fall due
    flags        resend timeouts, resend rejections, drop stale work, tokens, breaker, both timeouts matter, services are exponential
    """
    after_timeout, after_rejection, drop, tokens_on, breaker_on, two, exponential = flags
    own, other, longest, memory, rest = ends[0], ends[1], ends[2], ends[3], ends[4]
    lasts, end = base[LASTS], base[END]
    mask, due_mask, total_at, fail_at, kept_at = hist.shape[1] - 1, due.shape[1] - 1, k + 1, k + 2, k + 3
    zero = base[LOAD] * 0.0
    none = own * 0
    # the normal state: nobody waits, the history repeats
    stage, sent = base[LOAD] + zero, zero
    for j in range(k + 1):
        for i in range(mask + 1):
            put(hist, j, i, stage)
        sent = sent + stage
        if j < k:
            stage = stage * get(late, 0, none) * after_timeout * least(most(base[RETRIES] - j, 0.0), 1.0)
            for i in range(due_mask + 1):
                put(due, j + 1, i, pick(delays[j] >= i, stage, zero))
    for i in range(mask + 1):
        put(hist, total_at, i, sent * (i - mask - 1))
        put(hist, fail_at, i, get(late, 0, none))
        put(hist, kept_at, i, zero + 1.0)
    total, waiting, debt, p = zero, zero, zero, none
    busy = least(sent / most(base[MU], 1e-300), base[SERVERS])
    tokens, opened, window_end, failures, outcomes = base[BUCKET] + zero, zero - 1.0, base[WINDOW] + zero, zero, zero
    calm, bad, good_sum, first_sum, verdict = zero, zero, zero, zero, zero - 1.0
    share = least(most(lasts, 0.0), 1.0)
    now = base + share * diff
    last_part = end - (end - lasts) * 0.25
    for t in range(limit):
        on = lasts > t + 0.5
        new_share = least(most(lasts - t, 0.0), 1.0)
        if any_of(new_share != share):
            share = new_share
            now = base + share * diff
        # what clients send
        may = zero + 1.0
        if breaker_on:
            may = pick(opened > t, zero, may)
        sent = now[LOAD] * may
        put(hist, 0, t & mask, sent)
        given_up = now[LOAD] - sent
        for j in range(1, k + 1):
            back = get(due, j, t & due_mask) + zero
            put(due, j, t & due_mask, zero)
            put(hist, j, t & mask, back * may)
            sent = sent + back * may
            given_up = given_up + back * (1.0 - may)
        # servers: first the work of rejections, then those who wait
        room = most(now[SERVERS] - busy * now[STAY], 0.0) * now[KAPPA]
        paid = least(debt, room)
        begun = least(waiting + sent, room - paid)
        waiting = waiting + sent - begun
        refused = least(most(waiting - now[QUEUE], 0.0), sent)
        waiting = waiting - refused
        busy = busy * now[STAY] + (begun + paid) / now[KAPPA]
        refusal = refused / most(sent, 1e-300)
        put(hist, kept_at, t & mask, 1.0 - refusal)
        total = total + (sent - refused)
        put(hist, total_at, t & mask, total)
        put(hist, fail_at, t & mask, zero + 1.0)
        front = total - waiting
        # who has begun, and how long that took
        p = most(p, t - longest)
        passing = (p <= t) & (get(hist, total_at, p & mask) <= front)
        while any_of(passing):
            before = pick((p >= 0) & (lasts > p + 0.5), 2, 0) + pick(on, 1, 0)
            fail = get(late, before, least(t - p, longest))
            put(hist, fail_at, p & mask, pick(passing, fail, get(hist, fail_at, p & mask)))
            p = p + pick(passing, 1, 0)
            passing = (p <= t) & (get(hist, total_at, p & mask) <= front)
        before = pick(lasts > p + 0.5, 2, 0) + pick(on, 1, 0)
        wait = least(most(t - p, 0), longest)
        failing = get(late, before, wait)
        brink = zero + 1.0
        if drop:
            # the next that is not stale is taken up where its time runs out: of attempts that come at rate A the one in front has an
            # exponential time of mean 1 / A left, so a service at rate mu is late for it with the chance A / (mu + A)
            flow = get(hist, total_at, p & mask) - get(hist, total_at, (p - 1) & mask)
            brink = pick(exponential > 0, flow / most(now[MU] + flow, 1e-300), zero + 1.0)
            failing = pick((t - p) >= pick(lasts > p + 0.5, other, own), least(failing, brink), failing)
        good = begun * (1.0 - failing)
        # whose time is up now: those sent `own` steps ago, or `other` steps ago where the push was on then
        u = t - own
        ours = pick((own != other) & (u >= 0) & (lasts > u + 0.5), zero, zero + 1.0)
        edge = get(hist, total_at, u & mask)
        left = least(most((edge - front) / most(edge - get(hist, total_at, (u - 1) & mask), 1e-300), 0.0), 1.0)
        left = left + (1.0 - left) * least(get(late, pick(on, 1, 0), own), brink)
        fail = ours * pick(p > u, get(hist, fail_at, u & mask), left) * get(hist, kept_at, u & mask)
        if drop:
            waiting = pick(ours > 0.5, least(waiting, most(total - edge, 0.0)), waiting)
        v, fail2 = u, zero
        if two:
            v = t - other
            theirs = pick((own != other) & (v >= 0) & (lasts > v + 0.5), zero + 1.0, zero)
            edge = get(hist, total_at, v & mask)
            left = least(most((edge - front) / most(edge - get(hist, total_at, (v - 1) & mask), 1e-300), 0.0), 1.0)
            left = left + (1.0 - left) * least(get(late, pick(on, 3, 2), other), brink)
            fail2 = theirs * pick(p > v, get(hist, fail_at, v & mask), left) * get(hist, kept_at, v & mask)
            if drop:
                waiting = pick(theirs > 0.5, least(waiting, most(total - edge, 0.0)), waiting)
        # what they do about it
        tokens = least(now[BUCKET], tokens + now[EARN] * good)
        carry, timed_out, rejected = zero, zero, zero
        for j in range(k + 1):
            gone = get(hist, j, u & mask) * fail
            if two:
                gone = gone + get(hist, j, v & mask) * fail2
            turned = get(hist, j, t & mask) * refusal + carry
            timed_out = timed_out + gone
            rejected = rejected + turned
            if j < k:
                allowed = least(most(now[RETRIES] - j, 0.0), 1.0)
                slow, quick = gone * allowed * after_timeout, turned * allowed * after_rejection
                grant = zero + 1.0
                if tokens_on:
                    grant = least(tokens / most(slow + quick, 1e-300), 1.0)
                    tokens = tokens - grant * (slow + quick)
                carry = pick(delays[j] < 0, quick * grant, zero)
                at = (t + 1 + most(delays[j], 0)) & due_mask
                put(due, j + 1, at, get(due, j + 1, at) + grant * (slow + quick) - carry)
                given_up = given_up + gone + turned - grant * (slow + quick)
                sent = sent + carry
            else:
                given_up = given_up + gone + turned
        debt = debt - paid + now[COST] * rejected
        if breaker_on:
            failures = failures + may * (timed_out + rejected)
            outcomes = outcomes + may * (timed_out + rejected + good)
            closing = (window_end <= t + 1) & (may > 0.5)
            opens = closing & (failures > now[OPENS] * outcomes)
            opened = pick(opens, t + 1 + now[PAUSE], opened)
            window_end = pick(closing, pick(opens, opened, t + 1.0) + now[WINDOW], window_end)
            failures, outcomes = pick(closing, zero, failures), pick(closing, zero, outcomes)
        if record.shape[1] > 0:
            put(record, SENT, t, sent)
            put(record, GOOD, t, good)
            put(record, REJECTED, t, rejected)
            put(record, TIMED_OUT, t, timed_out)
            put(record, GIVEN_UP, t, given_up)
            put(record, FIRST, t, now[LOAD])
            put(record, LENGTH, t, waiting)
            put(record, BUSY, t, busy)
            put(record, TOKENS, t, tokens)
        # decided? up once nobody waited and none was refused for as long as anything is pending; down once every attempt failed for as
        # long as anything is remembered, more being sent than served (then the flow repeats); else by the answers of the last quarter
        late_part = (t >= last_part) & (t < end)
        good_sum = good_sum + pick(late_part, good, zero)
        first_sum = first_sum + pick(late_part, now[LOAD], zero)
        after = t > lasts
        calm = pick(after & (waiting <= 1e-9) & (rejected <= 1e-12) & (debt <= 1e-9) & (may > 0.5), calm + 1.0, zero)
        bad = pick(after & (good <= 0.0) & (sent >= now[MU] * now[SERVERS]), bad + 1.0, zero)
        verdict = pick((verdict < 0.0) & (calm > rest), zero, verdict)
        if not (tokens_on or breaker_on):
            verdict = pick((verdict < 0.0) & (bad > memory), zero + 1.0, verdict)
        verdict = pick((verdict < 0.0) & (t >= end - 1), pick(good_sum < 0.5 * first_sum, zero + 1.0, zero), verdict)
        if record.shape[1] == 0 and not any_of(verdict < 0.0):
            break
    return verdict


def all_rows(
    base: Any, diff: Any, delays: Any, ends: Any, late: Any, hist: Any, due: Any, k: int, limit: int, flags: Any, record: Any, verdicts: Any
) -> None:  # fmt: skip
    """`course` of one row after the other; the rings are used again. Used compiled only."""
    for i in range(base.shape[0]):
        verdicts[i] = course(base[i], diff[i], delays[i], ends[i], late[:, :, i], hist, due, k, limit, flags, record[:, :, i])


KERNELS = ("course", "all_rows")
