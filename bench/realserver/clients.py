"""Real clients: `python -m bench.realserver.clients '{"port": ..., ...}'` sends, times out, retries, and prints what it saw as JSON.

Open loop: first attempts leave at times fixed beforehand, whatever the server does. An attempt is one HTTP request on a connection of its
own. Its time counts from the moment of sending, connecting included; at the timeout the client hangs up, and sends again if it may. At
its times the trigger changes the load (in the schedule of first attempts) or the server's capacity (by a request to the server).
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from bench.realserver.server import Bins, ask_for_priority

__all__ = ["Plan", "departures"]

_ASK = b"GET /work HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
_START = 0.3  # seconds from the start of this process to the first attempt


@dataclass(frozen=True, slots=True)
class Plan:
    """What these clients do. Times in seconds from their start; the trigger acts from `warm` to `warm + lasts`."""

    port: int
    load: float
    timeout: float
    retries: int
    backoff: float
    retries_after: str
    arrivals: str
    on: str
    times: float
    lasts: float
    warm: float
    watched: float
    seed: int = 0

    @property
    def ends(self) -> float:
        return self.warm + self.lasts + self.watched


def departures(plan: Plan) -> Iterator[float]:
    """When first attempts leave: a unit-rate process (even or Poisson) in stretched time, so that the load is exact in every part."""
    draw, surge = random.Random(plan.seed), plan.times if plan.on == "load" else 1.0
    before, during = plan.load * plan.warm, plan.load * surge * plan.lasts
    n = 0.0
    while True:
        n += 1.0 if plan.arrivals == "even" else draw.expovariate(1.0)
        if n < before:
            at = n / plan.load
        elif n < before + during:
            at = plan.warm + (n - before) / (plan.load * surge)
        else:
            at = plan.warm + plan.lasts + (n - before - during) / plan.load
        if at >= plan.ends:
            return
        yield at


class Clients:
    """All clients of one run, and what they saw."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.loop = plan, asyncio.get_running_loop()
        self.start = self.loop.time() + _START
        self.bins = Bins(self.start)
        self.late: list[float] = []
        self.tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> dict[str, object]:
        jobs = [asyncio.create_task(self.push())] if self.plan.on == "capacity" else []
        planned = list(departures(self.plan))
        for at in planned:
            wait = self.start + at - self.loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            self.late.append(self.loop.time() - self.start - at)
            task = asyncio.create_task(self.request())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        await asyncio.sleep(max(self.start + self.plan.ends - self.loop.time(), 0))
        seen = {k: list(v) for k, v in self.bins.counts.items()}
        stats = json.loads(await _ask(self.plan.port, "GET", "/stats"))
        for task in [*jobs, *self.tasks]:
            task.cancel()
        await asyncio.gather(*jobs, *self.tasks, return_exceptions=True)
        late = sorted(self.late) or [0.0]
        return {
            "bins": seen, "planned": len(planned), "late_p99": late[int(0.99 * (len(late) - 1))], "late_most": late[-1],
            "server": stats,
        }  # fmt: skip

    async def push(self) -> None:
        """The trigger on the capacity, by request."""
        for at, share in ((self.plan.warm, self.plan.times), (self.plan.warm + self.plan.lasts, 1.0)):
            await asyncio.sleep(max(self.start + at - self.loop.time(), 0))
            await _ask(self.plan.port, "POST", f"/capacity?share={share}")

    async def request(self) -> None:
        """One request of a user: a first attempt, and resends as long as they are allowed."""
        p = self.plan
        self.bins.add("first", self.loop.time())
        for left in range(p.retries, -1, -1):
            what = await self.attempt()
            self.bins.add(what, self.loop.time())
            if what == "good":
                return
            again = p.retries_after == "timeouts_and_rejections" or p.retries_after == what
            if not again or left == 0:
                break
            if p.backoff:
                await asyncio.sleep(p.backoff)
        self.bins.add("gave_up", self.loop.time())

    async def attempt(self) -> str:
        """`good`, `timeouts`, `rejections`, or `errors` (a fault of the test bed: the run is void)."""
        sent, writer = self.loop.time(), None
        self.bins.add("attempts", sent)
        try:
            async with asyncio.timeout_at(sent + self.plan.timeout):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.plan.port)
                writer.write(_ASK)
                answer = await reader.read()
        except TimeoutError:
            return "timeouts"
        except OSError:
            return "errors"
        finally:
            if writer is not None:
                writer.close()
        if answer.startswith(b"HTTP/1.1 200 "):
            return "good"
        return "rejections" if answer.startswith(b"HTTP/1.1 503 ") else "errors"


async def _ask(port: int, method: str, target: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode("ascii"))
    answer = await reader.read()
    writer.close()
    return answer.partition(b"\r\n\r\n")[2].decode("ascii")


async def _main(plan: Plan) -> None:
    print(json.dumps(await Clients(plan).run()))


if __name__ == "__main__":
    ask_for_priority()
    asyncio.run(_main(Plan(**json.loads(sys.argv[1]))))
