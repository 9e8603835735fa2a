"""One small `map` for sweeps: in this process where there is little to do, over processes, or over a Dask cluster. Order is kept.

The first items are run here and timed; what is left is cut into pieces of at least a second, so that starting and sending cost little.
The clock decides only where an item is worked out: what comes out is the same wherever it is.

Processes are children over pipes, without a thread or a socket, and live as long as one call. They leave Ctrl-C to their parent, which
ends them on its way out, and they end by themselves where the parent is no more.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from fuelbed.core.errors import FuelbedError

__all__ = ["PIECE", "processors", "spread"]

T = TypeVar("T")
R = TypeVar("R")
PIECE = 1.0
"""Least seconds of work in one piece."""
_LOOK = 0.2  # seconds of work that are enough to judge the rest by
_STARTING = {"fork": 0.1, "spawn": 2.0}  # seconds until a process works


def spread(
    fn: Callable[[T], R],
    items: Iterable[T],
    sizes: Sequence[float] | None = None,
    *,
    workers: Any = "processes",
    count: int | None = None,
) -> list[R]:
    """`[fn(x) for x in items]`, the same results in the same order.

    sizes    of the items, relative and rough: put a small one first, since it is run here. Left out: all alike.
    workers  "processes", "none" (here, one after the other), or a `distributed.Client`.
    count    processes; default: as many as this process may use. `fn` and the items must be importable and picklable, unless "none".

    An exception of `fn` is raised here. In a process that is itself a worker of this function nothing is spread further.
    """
    todo = list(items)
    if isinstance(workers, str) and workers not in ("processes", "none"):
        raise ValueError(f"workers is processes, none or a Dask client, not {workers!r}")
    if workers == "none" or len(todo) < 2 or multiprocessing.parent_process() is not None:
        return [fn(x) for x in todo]
    own = workers == "processes"
    many = (count or processors()) if own else _cluster_size(workers)
    if many < 2 and own:
        return [fn(x) for x in todo]
    weights = [1.0] * len(todo) if sizes is None else [max(float(s), 1e-9) for s in sizes]
    done, rate = _first(fn, todo, weights, least=2 if sizes is None else 1)
    seconds = [w * rate for w in weights[len(done) :]]
    pieces = _pieces(seconds, many)
    cost = _STARTING[_way()] if own else 0.0
    if len(pieces) < 2 - (not own) or sum(seconds) * (1 - 1 / max(many, 2)) <= max(cost, PIECE / 2):
        return done + [fn(x) for x in todo[len(done) :]]
    rest = todo[len(done) :]
    parts = [[rest[i] for i in piece] for piece in pieces]
    answers = _by_processes(fn, parts, many) if own else workers.gather(workers.map(_run, [fn] * len(parts), parts, pure=False))
    found = {i: r for piece, answer in zip(pieces, answers, strict=True) for i, r in zip(piece, answer, strict=True)}
    return done + [found[i] for i in range(len(rest))]


def _run(fn: Callable[[T], R], part: Sequence[T]) -> list[R]:
    return [fn(x) for x in part]


def _first(fn: Callable[[T], R], todo: Sequence[T], weights: Sequence[float], least: int) -> tuple[list[R], float]:
    """Results of the first items, and the seconds that one of size 1 takes: by the quickest of them, since the first may compile or load."""
    done: list[R] = []
    quickest, start = math.inf, time.perf_counter()
    for x, w in zip(todo, weights, strict=True):
        before = time.perf_counter()
        done.append(fn(x))
        quickest = min(quickest, (time.perf_counter() - before) / w)
        if time.perf_counter() - start > _LOOK and len(done) >= least:
            break
    return done, quickest


def _pieces(seconds: Sequence[float], many: int) -> list[list[int]]:
    """Items by place: at least a second each, and no more than four a worker beyond that (a late piece then costs little), the long first."""
    least = max(PIECE, sum(seconds) / (4 * many)) * (1 - 1e-9)
    out: list[list[int]] = []
    full = math.inf
    for i in sorted(range(len(seconds)), key=lambda i: -seconds[i]):
        if full >= least:
            out.append([])
            full = 0.0
        out[-1].append(i)
        full += seconds[i]
    if (
        len(out) > 1 and full < PIECE * (1 - 1e-9) and full < least / 2
    ):  # a rest that is not worth sending goes with the one before
        last = out.pop()
        out[-1] += last
    return out


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cluster_size(client: Any) -> int:
    """Threads of all workers of a Dask cluster."""
    return max(int(sum(client.nthreads().values())), 1)


def _way() -> str:
    """How processes start. Forking copies what is loaded and costs little, but is not safe beside threads; then they start anew."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


class _Worker:
    """A child that works on one piece after the other; one pipe each way."""

    def __init__(self, context: Any) -> None:
        theirs, self.tasks = context.Pipe(duplex=False)
        self.answers, back = context.Pipe(duplex=False)
        self.process = context.Process(target=_work, args=(theirs, back), daemon=True)
        _start(self.process)
        theirs.close()
        back.close()

    def stop(self) -> None:
        """Now, in the middle of its work if need be."""
        self.process.terminate()
        self.tasks.close()
        self.answers.close()
        self.process.join()


def _start(process: Any) -> None:
    process.start()


def _receive(pipe: Connection) -> Any:
    return pickle.loads(pipe.recv_bytes())  # noqa: S301  # from a child of ours, over a pipe that nobody else has


def _by_processes(fn: Callable[[T], R], parts: Sequence[Sequence[T]], many: int) -> list[list[R]]:
    found: dict[int, list[R]] = {}
    with _crew(min(many, len(parts))) as crew:
        waiting = iter(enumerate(parts))
        busy: dict[Any, tuple[_Worker, int]] = {}
        free = list(crew)
        while True:
            while free and (task := next(waiting, None)) is not None:
                w = free.pop()
                w.tasks.send((fn, task[1]))
                busy[w.answers] = (w, task[0])
            if not busy:
                return [found[i] for i in range(len(parts))]
            for pipe in wait(list(busy)):
                w, i = busy.pop(pipe)
                found[i] = _answer(pipe)
                free.append(w)


def _answer(pipe: Any) -> Any:
    try:
        good, answer = _receive(pipe)
    except EOFError:
        raise FuelbedError("a worker process was ended from outside (out of memory?); --jobs 1 works without any") from None
    if not good:
        raise answer
    return answer


@contextlib.contextmanager
def _crew(many: int) -> Iterator[list[_Worker]]:
    """Workers that are gone when this ends, however it ends."""
    context = multiprocessing.get_context(_way())
    crew: list[_Worker] = []
    try:
        for _ in range(many):
            crew.append(_Worker(context))  # noqa: PERF401  # those that began are ended where the next one fails to
        yield crew
    finally:
        for w in crew:
            w.stop()


def _work(tasks: Any, answers: Any) -> None:
    """What a worker does until it is stopped."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_outlive_nobody, args=(parent.sentinel,), daemon=True).start()
    while True:
        fn, part = _receive(tasks)
        try:
            answer: tuple[bool, Any] = (True, _run(fn, part))
        except Exception as e:
            e.add_note(traceback.format_exc())
            answer = (False, e)
        answers.send(answer)


def _outlive_nobody(sentinel: Any) -> None:
    """A parent that was killed stops nobody: then its workers end by themselves."""
    wait([sentinel])
    os._exit(1)
