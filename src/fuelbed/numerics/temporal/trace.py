"""What an evaluation gives: robustness over time, what is decided, and the violations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Trace", "Violation", "violations"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trace:
    """A formula over samples.

    times       (n,) seconds.
    low, high   (n,) the least and the greatest robustness that any completion of what is missing could give; equal where nothing is.
    verdict     (n,) 1 true, -1 false, 0 not decided: true (false) where every completion makes it so. At a robustness of exactly 0 the
                comparison itself decides: `x <= 3` is true at 3, `x < 3` is false.
    breaks      numbers of the samples before which a gap lies.
    """

    times: Array
    low: Array
    high: Array
    verdict: NDArray[np.int8]
    breaks: NDArray[np.intp]

    @property
    def decided(self) -> NDArray[np.bool_]:
        return np.asarray(self.verdict != 0)

    @property
    def robustness(self) -> Array:
        """(n,) the size that is certain: where decided true at least this much, where decided false at least so bad; else `nan`.

        Where nothing is missing this is the robustness itself. `inf`: nothing measured limits it (an event, for example).
        """
        if self.low is self.high:
            return np.where(self.verdict != 0, self.low, np.nan)
        return np.where(self.verdict > 0, self.low, np.where(self.verdict < 0, self.high, np.nan))

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True, slots=True)
class Violation:
    """Samples in a row at which the formula is false.

    start     the first of them.
    end       the next sample, at which it is known to be true again; the last violated one where that is not known (`open`).
    open      it may have lasted longer: the trace ends, a gap follows, or the next sample is not decided.
    worst     the least robustness, at the time `at`: at least so far from true, in the unit of what is compared.
    samples   how many.
    """

    start: float
    end: float
    worst: float
    at: float
    samples: int = 1
    open: bool = False

    @property
    def duration(self) -> float:
        """Seconds; of an open one at least so long."""
        return self.end - self.start


def violations(trace: Trace) -> list[Violation]:
    """All of them, in the order of time. A gap, or a sample that is not decided, ends one and lets the next begin."""
    n = len(trace)
    bad = trace.verdict < 0
    if not bad.any():
        return []
    broken = np.zeros(n + 1, dtype=bool)
    broken[trace.breaks] = True
    before = np.concatenate([[False], bad[:-1]])
    first = np.flatnonzero(bad & (~before | broken[:n]))
    last = np.append(first[1:] - 1, n - 1)
    ends = np.flatnonzero(bad & (np.append(~bad[1:], True) | broken[1:]))
    last = ends[np.searchsorted(ends, first)]
    size, t = trace.robustness, trace.times
    out = []
    for a, b in zip(first.tolist(), last.tolist(), strict=True):
        at = a + int(np.argmin(size[a : b + 1]))
        known = b + 1 < n and not broken[b + 1] and trace.verdict[b + 1] > 0
        out.append(Violation(float(t[a]), float(t[b + 1 if known else b]), float(size[at]), float(t[at]), b - a + 1, not known))
    return out
