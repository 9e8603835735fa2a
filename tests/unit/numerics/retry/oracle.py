"""The slow, obvious simulation of the retry service: objects and one sorted list of events. The kernel must give the same counts.

It takes the same gaps and demands as `events.simulate` does, in the same order, so that runs can be compared number by number.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass

import numpy as np

from fuelbed.numerics.retry import Push, Retry, pushed, resolved


@dataclass(eq=False)
class Attempt:
    stage: int
    at_server: bool = True
    answered: bool = False
    gone: bool = False


class Service:
    def __init__(self, settings: Retry, push: Push, size: float, lasts: float, start: float, until: float, seed: int) -> None:
        self.own = resolved(settings)
        self.there = pushed(self.own, push, size)
        self.lasts, self.now, self.until = lasts, start, until
        gaps, demands = (np.random.Generator(np.random.PCG64([seed, i])) for i in (0, 1))
        self.gaps = iter(gaps.standard_exponential(200_000).tolist())
        fixed = self.own.service == "fixed"
        self.demands = itertools.repeat(1.0) if fixed else iter(demands.standard_exponential(200_000).tolist())
        self.timers: list[tuple[float, int, str, object]] = []
        self.order = itertools.count()
        self.queue: list[Attempt] = []
        self.working: list[list] = []  # [work left, attempt]
        self.to_next = next(self.gaps)
        self.debt, self.tokens = 0.0, float(self.own.bucket)
        self.open_until, self.window_end = start - 1, start + float(self.own.breaker_window)
        self.failures = self.outcomes = 0
        self.counts = dict.fromkeys(("first", "sent", "good", "late", "rejected", "timed_out", "given_up"), 0)

    @property
    def p(self) -> Retry:
        return self.there if 0 <= self.now < self.lasts else self.own

    def run(self) -> dict[str, int]:
        while True:
            speed = float(self.p.capacity) / max(round(float(self.p.servers)), 1)
            load = float(self.p.load)
            waits = {
                "arrival": self.to_next / load if load > 0 else np.inf,
                "service": min((w for w, _ in self.working), default=np.inf) / speed if speed > 0 else np.inf,
                "timer": self.timers[0][0] - self.now if self.timers else np.inf,
                "change": min((x - self.now for x in (0.0, self.lasts, self.until) if x > self.now), default=np.inf),
            }
            what = min(waits, key=waits.__getitem__)
            step = waits[what]
            if self.now + step >= self.until - 1e-12:
                return self.counts
            for job in self.working:
                job[0] -= step * speed
            self.to_next -= step * load
            if what == "change":
                self.now = 0.0 if self.now < 0 else self.lasts
                self.fill()
                continue
            self.now += step
            getattr(self, what)()

    def arrival(self) -> None:
        self.to_next = next(self.gaps)
        self.counts["first"] += 1
        self.send(0)

    def service(self) -> None:
        job = min(self.working, key=lambda j: j[0])
        self.working.remove(job)
        attempt = job[1]
        if attempt.gone:
            self.counts["late"] += 1
        else:
            attempt.answered = True
            self.counts["good"] += 1
            self.learn(failed=False)
        self.fill()

    def timer(self) -> None:
        _, _, what, it = heapq.heappop(self.timers)
        if what == "resend":
            self.send(it)
        elif not it.answered:
            it.gone = True
            self.counts["timed_out"] += 1
            self.fail(it.stage, self.own.retries_after != "rejections")

    def at(self, t: float, what: str, it: object) -> None:
        heapq.heappush(self.timers, (t, next(self.order), what, it))

    def send(self, stage: int) -> None:
        if self.own.breaker == "client" and self.now < self.open_until:
            self.counts["given_up"] += 1
            return
        self.counts["sent"] += 1
        attempt = Attempt(stage)
        if len(self.working) < max(round(float(self.p.servers)), 1) and not self.queue:
            self.at(self.now + float(self.p.timeout), "timeout", attempt)
            self.begin(attempt)
        elif len(self.queue) < round(float(self.p.queue)):
            self.at(self.now + float(self.p.timeout), "timeout", attempt)
            self.queue.append(attempt)
        else:
            self.counts["rejected"] += 1
            self.debt += float(self.p.rejection_cost)
            self.fail(stage, self.own.retries_after != "timeouts")

    def begin(self, attempt: Attempt) -> None:
        if self.own.timeout_counts == "from_start_of_service" and not attempt.gone:
            attempt.answered = True
        self.working.append([next(self.demands) + self.debt, attempt])
        self.debt = 0.0

    def fill(self) -> None:
        while self.queue and len(self.working) < max(round(float(self.p.servers)), 1):
            attempt = self.queue.pop(0)
            if not (attempt.gone and self.own.stale_work == "dropped"):
                self.begin(attempt)

    def fail(self, stage: int, may: bool) -> None:
        self.learn(failed=True)
        again = may and stage < round(float(self.p.retries))
        if again and self.own.retry_budget == "tokens":
            again = self.tokens >= 1
            self.tokens -= again
        if not again:
            self.counts["given_up"] += 1
            return
        wait = float(self.p.backoff) * float(self.p.backoff_growth) ** stage
        if wait > 0:
            self.at(self.now + wait, "resend", stage + 1)
        else:
            self.send(stage + 1)

    def learn(self, failed: bool) -> None:
        if not failed and self.own.retry_budget == "tokens":
            self.tokens = min(float(self.p.bucket), self.tokens + float(self.p.budget))
        if self.own.breaker != "client" or self.now < self.open_until:
            return
        if self.now >= self.window_end:
            if self.failures > float(self.p.breaker_opens) * self.outcomes:
                self.open_until = self.now + float(self.p.breaker_pause)
            self.window_end = max(self.now, self.open_until) + float(self.p.breaker_window)
            self.failures = self.outcomes = 0
        else:
            self.failures += failed
            self.outcomes += 1
