"""Failures in seconds -> which bins of a window each component is down in, or begins to fail in.

The edges, for a window [begin, end) and bins of `width` seconds:
  bins       half-open: bin k is [begin + k width, begin + (k + 1) width), k = 0 .. T - 1; the last one ends with the window and may be shorter.
  failures   half-open: [s, e). Down in every bin that it has a part in, and in the bin of s even where e = s. One that ends where a bin begins is not in it.
  onset      in the bin of s. Failures of one component that overlap or touch are one failure with one onset: what is down does not fail again.
  window     what began before it is down in it and has no onset in it; what begins at its end or later, or ended by its beginning, is not there.
  open ends  (nan): down in the bin of the onset only ("bin"), or until the window ends ("window"; no further onset then).
Times are compared as the quotient (t - begin) / width in double precision: exact for whole seconds and widths, as for any binary fractions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

__all__ = ["Ints", "Occupancy", "Onsets", "bins", "onsets", "pointers"]

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.float64]
OpenEnd = Literal["bin", "window"]
_MOST = 2**31 - 1  # bins and entries are int32


@dataclass(frozen=True, eq=False)
class Occupancy:
    """Bins of each component, by rows: those of component c are `indices[indptr[c]:indptr[c + 1]]`, increasing, each once.

    n        components.
    T        bins of the window.
    width    seconds of a bin.
    indptr   n + 1, int64.
    indices  0 .. T - 1, int32.
    """

    n: int
    T: int
    width: float
    indptr: Ints
    indices: Ints

    def counts(self) -> Ints:
        """How many bins each component is in."""
        return np.diff(self.indptr)

    def of(self, component: int) -> Ints:
        """Bins of one component."""
        return self.indices[self.indptr[component] : self.indptr[component + 1]]


@dataclass(frozen=True, eq=False)
class Onsets:
    """Seconds at which each component began to fail: those of c are `times[indptr[c]:indptr[c + 1]]`, increasing, each once."""

    n: int
    window: tuple[float, float]
    indptr: Ints
    times: Floats

    def counts(self) -> Ints:
        return np.diff(self.indptr)

    def of(self, component: int) -> Floats:
        return self.times[self.indptr[component] : self.indptr[component + 1]]

    def alone(self, component: int) -> Onsets:
        """One component, numbered 0."""
        t = self.of(component)
        return Onsets(1, self.window, np.array([0, len(t)]), t)


def bins(
    which: Any,
    starts: Any,
    ends: Any,
    n_components: int,
    window: tuple[float, float],
    width: float,
    kind: Literal["down", "onset"] = "down",
    open_end: OpenEnd = "bin",
) -> Occupancy:
    """Which bins each component is down in, or begins to fail in (`kind`); edges as the module says. Failures in any order.

    which            component of each failure, 0 .. n_components - 1.
    starts, ends     seconds; `nan` in `ends` where nobody wrote the end.
    ValueError       width or window not positive, more than 2^31 - 1 bins, an end before its start, a start that is not finite, a component out of range.
    """
    begin, end = _checked_window(window)
    total = _bins_of(end - begin, width)
    if kind == "onset":
        o = onsets(which, starts, ends, n_components, window, open_end)
        c = np.repeat(np.arange(n_components), o.counts())
        k = np.minimum(np.floor((o.times - begin) / width).astype(np.int64), total - 1)
        new = np.ones(len(k), bool)
        new[1:] = (c[1:] != c[:-1]) | (k[1:] != k[:-1])
        return _occupancy(c[new], k[new], n_components, total, width)
    if kind != "down":
        raise ValueError(f"kind is down or onset, not {kind!r}")
    w, s, e = _checked(which, starts, ends, n_components, end, open_end)
    here = (s < end) & ((s >= begin) | (e > begin))
    w, s, e = w[here], s[here], e[here]
    low = np.floor((s - begin) / width)
    high = np.maximum(low, np.ceil((e - begin) / width) - 1)
    return _merged(
        w, np.clip(low, 0, total - 1).astype(np.int64), np.clip(high, 0, total - 1).astype(np.int64), n_components, total, width
    )


def onsets(
    which: Any, starts: Any, ends: Any, n_components: int, window: tuple[float, float], open_end: OpenEnd = "bin"
) -> Onsets:
    """When each component began to fail, in seconds: failures that overlap or touch are one. Arguments as of `bins`."""
    begin, end = _checked_window(window)
    w, s, e = _checked(which, starts, ends, n_components, end, open_end)
    order = np.lexsort((s, w))
    w, s, e = w[order], s[order], e[order]
    # ranks instead of seconds: the latest end so far of each component is then one exact running maximum over all of them
    ranks = np.unique(np.concatenate([s, e]))
    latest = np.maximum.accumulate(w * (len(ranks) + 1) + np.searchsorted(ranks, e)) if len(w) else w
    new = np.ones(len(w), bool)
    new[1:] = w[1:] * (len(ranks) + 1) + np.searchsorted(ranks, s[1:]) > latest[:-1]
    new &= (s >= begin) & (s < end)
    return Onsets(n_components, (begin, end), pointers(w[new], n_components), s[new])


def _checked_window(window: tuple[float, float]) -> tuple[float, float]:
    begin, end = map(float, window)
    if not (math.isfinite(begin) and math.isfinite(end) and begin < end):
        raise ValueError(f"the window has to go forward and be finite, not {begin:g} to {end:g}")
    return begin, end


def _bins_of(span: float, width: float) -> int:
    """Bins of a window; a last one of no more than a rounding error is none."""
    if not (math.isfinite(width) and width > 0):
        raise ValueError(f"the width of a bin has to be positive, not {width:g}")
    q = span / width
    total = max(round(q) if abs(q - round(q)) <= 1e-9 * max(q, 1) else math.ceil(q), 1)
    if total > _MOST:
        raise ValueError(f"{q:.3g} bins are too many (at most {_MOST}): take wider ones")
    return total


def _checked(which: Any, starts: Any, ends: Any, n: int, last: float, open_end: str) -> tuple[Ints, Floats, Floats]:
    """Arrays, with open ends filled in."""
    w = np.asarray(which, dtype=np.int64)
    s, e = (np.asarray(x, dtype=np.float64) for x in (starts, ends))
    if not (w.shape == s.shape == e.shape and w.ndim == 1):
        raise ValueError("one component, start and end for each failure")
    if len(w) and not (w.min() >= 0 and w.max() < n):
        raise ValueError(f"components are 0 to {n - 1}")
    if not np.isfinite(s).all():
        raise ValueError("a start is not finite")
    if open_end not in ("bin", "window"):
        raise ValueError(f"open_end is bin or window, not {open_end!r}")
    e = np.where(np.isnan(e), s if open_end == "bin" else np.maximum(s, last), e)
    if (e < s).any():
        raise ValueError("a failure ends before it starts")
    return w, s, e


def _merged(w: Ints, low: Ints, high: Ints, n: int, total: int, width: float) -> Occupancy:
    """Union of the runs low .. high of bins of each component."""
    key = w * (total + 1) + low
    if len(key) and (key[1:] < key[:-1]).any():
        order = np.argsort(key, kind="stable")
        w, low, high = w[order], low[order], high[order]
    base = w * (total + 1)
    if len(w):
        latest = np.maximum.accumulate(base + high)
        low[1:] = np.maximum(low[1:], latest[:-1] + 1 - base[1:])
    length = np.maximum(high - low + 1, 0)
    offset = np.cumsum(length) - length
    k = np.repeat(low - offset, length) + np.arange(int(length.sum()))
    return _occupancy(np.repeat(w, length), k, n, total, width)


def _occupancy(w: Ints, k: Ints, n: int, total: int, width: float) -> Occupancy:
    return Occupancy(n, total, float(width), pointers(w, n), k.astype(np.int32))


def pointers(w: Ints, n: int) -> Ints:
    """Where each component's entries begin, from the components of all entries; the last is where they end."""
    out = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(w, minlength=n), out=out[1:])
    return out
