"""How long chance alone takes to bring the retry service back, or down: single requests, watched until it happens or for as long as the
budget of attempts holds.

It is down over a window where fewer than half of the first attempts are answered in time (the meaning of `Run.down`); the window is a
quarter of the settling time, and what is told is the beginning of the first window that is so.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np

from fuelbed.numerics.retry.events import Run, simulate
from fuelbed.numerics.retry.fluid import memory, settle_time
from fuelbed.numerics.retry.model import Push, Retry

__all__ = ["passages"]

_BINS, _WINDOW = 64, 16  # of one settling time, and bins of one window
_NOTHING = Push({"capacity": ("times", 0.01)})  # what brings it down first, for one settling time


def passages(
    settings: Retry, down: bool, events: int, in_all: int, first_seed: int = 0, fast: bool | None = None
) -> Iterator[tuple[float, bool]]:
    """Seconds until it is down (from its running state), or up again (from where next to nothing got through), and whether it came so far.

    A run is watched for a settling time, then for twice as long, and so on, until the next doubling would pass `events` attempts. As many
    runs, with seeds of their own, as are asked for and `in_all` attempts hold; none where `events` do not hold a settling time.
    """
    wait = float(settle_time(settings))
    bin_length, lasts = wait / _BINS, 0.0 if down else wait
    start = -bin_length * float(np.ceil(3.0 * float(np.max(memory(settings))) / bin_length))
    spent = 0
    for seed in count(first_seed):
        watched, told = wait, None
        while True:
            busy = float(settings.load) * (1.0 if down else 1.0 + float(settings.retries)) * (watched + lasts)
            if busy > events or spent + busy > in_all:
                break
            run = simulate(settings, _NOTHING, 1.0, lasts, lasts + watched, seed, start, bin_length, fast)
            spent += int(run.sent.sum())
            told = _first(run, lasts, down, bin_length)
            if told[1]:
                break
            watched *= 2
        if told is None:
            return
        yield told


def _first(run: Run, lasts: float, down: bool, bin_length: float) -> tuple[float, bool]:
    after = run.t > lasts + 0.5 * bin_length
    good, first = (np.convolve(x[after], np.ones(_WINDOW, dtype=np.int64), "valid") for x in (run.good, run.first))
    so = (2 * good < first) == down
    at = int(np.argmax(so))
    return ((at + 0.5) * bin_length, True) if so[at] else (len(so) * bin_length, False)
