"""A real HTTP server with bounded capacity: `python -m bench.realserver.server --capacity 100 --servers 2 --queue 200`.

`GET /work` waits in a bounded first-in-first-out queue for one of `servers` slots, and is answered after its service; past the bound it is
answered 503 at once. `POST /capacity?share=0.4` makes every service take 1/0.4 as long, from now on, what is left of those in service
included. `GET /stats` says what happened, in bins of 100 ms. The first line on standard output is the port.

A service is a wait. A slot that is never idle works without gaps: the next service begins where the last one *should* have ended, so that
a timer that fires 1 ms late does not lower the capacity. How late timers were is in the stats; the experiment is void if it was much.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
from collections import deque

__all__ = ["BIN", "Bins", "Server", "ask_for_priority"]

BIN = 0.1  # seconds


def ask_for_priority() -> None:
    """A little before others on a busy machine, where that is allowed: timers are the measurement. It needs little time in all."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(-5)


class Bins:
    """Counts of named things in bins of 100 ms since `start`."""

    def __init__(self, start: float) -> None:
        self.start = start
        self.counts: dict[str, list[float]] = {}

    def add(self, what: str, now: float, n: float = 1) -> None:
        row, i = self.counts.setdefault(what, []), int((now - self.start) / BIN)
        row.extend([0] * (i + 1 - len(row)))
        row[i] += n


class Server:
    """Slots, queue and counts; knows nothing of HTTP."""

    def __init__(self, capacity: float, servers: int, queue: int, drop: bool, spread: bool, seed: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.takes, self.bound, self.drop = servers / capacity, queue, drop
        self.draw = random.Random(seed).expovariate if spread else None
        self.share = 1.0
        self.waiting: deque[Connection] = deque()
        self.slots = [Slot(self) for _ in range(servers)]
        self.bins = Bins(self.loop.time())
        self.late: list[float] = []

    def arrive(self, connection: Connection) -> None:
        now = connection.arrived = self.loop.time()
        idle = [s for s in self.slots if s.serves is None]
        self.bins.add("arrived", now)
        if not idle and len(self.waiting) >= self.bound:
            self.bins.add("rejected", now)
            connection.answer("503 Service Unavailable", "full")
            return
        self.waiting.append(connection)
        if idle:
            min(idle, key=lambda s: s.ends).next()

    def set_share(self, share: float) -> None:
        old, self.share, now = self.share, share, self.loop.time()
        for slot in self.slots:
            if slot.serves is not None and slot.ends > now:
                slot.until(now + (slot.ends - now) * old / share)

    def watch(self) -> None:
        """Queue and busy slots, at the end of every bin."""
        now = self.loop.time()
        self.bins.add("queue", now, len(self.waiting))
        self.bins.add("busy", now, sum(s.serves is not None for s in self.slots))
        self.bins.add("looked", now)
        at = self.bins.start + (int((now - self.bins.start) / BIN) + 1.5) * BIN
        self.loop.call_at(at, self.watch)

    def stats(self) -> dict[str, object]:
        late = sorted(self.late) or [0.0]
        return {
            "bins": self.bins.counts,
            "late_p99": late[int(0.99 * (len(late) - 1))],
            "late_most": late[-1],
            "finished": len(self.late),
        }


class Slot:
    """One worker. `ends`: when the current service should end, or the last one did."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.serves: Connection | None = None
        self.ends = 0.0
        self.timer: asyncio.TimerHandle | None = None

    def next(self) -> None:
        """Begin with the next in the queue, if there is one."""
        s = self.server
        self.serves = None
        while s.waiting:
            c = s.waiting.popleft()
            if s.drop and c.gone:
                s.bins.add("dropped", s.loop.time())
                continue
            self.serves = c
            work = s.takes if s.draw is None else s.draw(1 / s.takes)
            self.until(max(c.arrived, self.ends) + work / s.share)
            return

    def until(self, ends: float) -> None:
        self.ends = ends
        if self.timer:
            self.timer.cancel()
        self.timer = self.server.loop.call_at(ends, self.finish)

    def finish(self) -> None:
        s, c, now = self.server, self.serves, self.server.loop.time()
        assert c is not None
        s.late.append(now - self.ends)
        s.bins.add("finished", now)
        if c.gone:
            s.bins.add("stale", now)
        c.answer("200 OK", "done")
        self.next()


class Connection(asyncio.Protocol):
    """One HTTP request on one connection."""

    def __init__(self, server: Server) -> None:
        self.server, self.seen, self.arrived, self.gone = server, b"", 0.0, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.seen += data
        if b"\r\n\r\n" not in self.seen:
            return
        _, target, *_ = self.seen.split(b"\r\n", 1)[0].decode("ascii").split()
        self.seen = b""
        if target == "/work":
            self.server.arrive(self)
        elif target.startswith("/capacity?share="):
            self.server.set_share(float(target.partition("=")[2]))
            self.answer("200 OK", "set")
        elif target == "/stats":
            self.answer("200 OK", json.dumps(self.server.stats()))
        else:
            self.answer("404 Not Found", "")

    def eof_received(self) -> bool:
        self.gone = True  # the client has hung up; the work stays in the queue all the same
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone = True

    def answer(self, status: str, text: str) -> None:
        if not self.transport.is_closing():
            head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
            self.transport.write((head + text).encode("ascii"))
            self.transport.close()


async def serve(args: argparse.Namespace) -> None:
    s = Server(args.capacity, args.servers, args.queue, args.stale_work == "dropped", args.service == "exponential", args.seed)
    listening = await s.loop.create_server(lambda: Connection(s), "127.0.0.1", 0, backlog=4096)
    print(listening.sockets[0].getsockname()[1], flush=True)
    s.loop.call_later(BIN / 2, s.watch)
    await s.loop.create_future()


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--capacity", type=float, required=True)
    p.add_argument("--servers", type=int, default=1)
    p.add_argument("--queue", type=int, default=1000)
    p.add_argument("--stale-work", choices=("served", "dropped"), default="served")
    p.add_argument("--service", choices=("fixed", "exponential"), default="fixed")
    p.add_argument("--seed", type=int, default=0)
    ask_for_priority()
    asyncio.run(serve(p.parse_args()))


if __name__ == "__main__":
    main()
