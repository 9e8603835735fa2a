"""One small `map` for sweeps: in this process where there is little to do, over processes, or over a Dask cluster. Order is kept.

The first items are run here and timed; what is left is cut into pieces of at least a second, so that starting and sending cost little.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

__all__ = ["PIECE", "spread"]

T = TypeVar("T")
R = TypeVar("R")
PIECE = 1.0
"""Least seconds of work in one piece."""
_LOOK = 0.2  # seconds of work that are enough to judge the rest by


def spread(fn: Callable[[T], R], items: Iterable[T], workers: Any = "processes", count: int | None = None) -> list[R]:
    """`[fn(x) for x in items]`, the same results in the same order.

    workers  "processes", "none" (here, one after the other), or a `distributed.Client`.
    count    processes; default: as many as this process may use. `fn` and the items must be importable and picklable, unless "none".

    An exception of `fn` is raised here. In a process that is itself a worker of this function nothing is spread further.
    """
    todo = list(items)
    if isinstance(workers, str) and workers not in ("processes", "none"):
        raise ValueError(f"workers is processes, none or a Dask client, not {workers!r}")
    if workers == "none" or len(todo) < 2 or multiprocessing.parent_process() is not None:
        return [fn(x) for x in todo]
    done, each = _first(fn, todo)
    rest = todo[len(done) :]
    many = (count or _processors()) if workers == "processes" else _cluster_size(workers)
    if not rest or each * len(rest) <= PIECE or many < 2:
        return done + [fn(x) for x in rest]
    pieces = _pieces(rest, each, many)
    if workers != "processes":
        return done + [r for part in workers.gather(workers.map(_run, [fn] * len(pieces), pieces, pure=False)) for r in part]
    with ProcessPoolExecutor(min(many, len(pieces)), mp_context=multiprocessing.get_context(_way())) as pool:
        return done + [r for part in pool.map(_run, [fn] * len(pieces), pieces) for r in part]


def _run(fn: Callable[[T], R], part: Sequence[T]) -> list[R]:
    return [fn(x) for x in part]


def _first(fn: Callable[[T], R], todo: Sequence[T]) -> tuple[list[R], float]:
    """Results of the first items, and the seconds one takes: the quickest of them, since the first may compile or load something."""
    done: list[R] = []
    quickest, start = math.inf, time.perf_counter()
    for x in todo:
        before = time.perf_counter()
        done.append(fn(x))
        quickest = min(quickest, time.perf_counter() - before)
        if time.perf_counter() - start > _LOOK and len(done) > 1:
            break
    return done, quickest


def _pieces(rest: Sequence[T], each: float, many: int) -> list[Sequence[T]]:
    """At least a second each, and no more than four a worker beyond that (a late piece then costs little)."""
    size = max(math.ceil(PIECE / max(each, 1e-9)), math.ceil(len(rest) / (4 * many)))
    return [rest[i : i + size] for i in range(0, len(rest), size)]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cluster_size(client: Any) -> int:
    """Threads of all workers of a Dask cluster."""
    return max(int(sum(client.nthreads().values())), 1)


def _way() -> str:
    """How processes start. Forking copies what is loaded and costs little, but is not safe beside threads; then they start anew."""
    import threading

    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"
