"""Lead and lag: from each onset of one component to the nearest one of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fuelbed.numerics.joint.exact import at_least, sign_p

__all__ = ["Lag", "lag", "nearest"]


@dataclass(frozen=True, slots=True)
class Lag:
    """Seconds from an onset of `a` to the nearest one of `b` (below 0: b first): median, 90 % interval of the median by order statistics, how many
    came after and before, and the sign test's p."""

    median: float
    low: float
    high: float
    after: int
    before: int
    p: float


def nearest(events: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """From each event to the nearest onset of the other, below 0 where that came before (of two as near, that one); inf where there is none."""
    if not len(cover):
        return np.full(len(events), np.inf)
    i = np.searchsorted(cover, events)
    before, after = cover[np.maximum(i - 1, 0)] - events, cover[np.minimum(i, len(cover) - 1)] - events
    return np.asarray(np.where(np.abs(before) <= np.abs(after), before, after))


def lag(a: np.ndarray, b: np.ndarray, reach: float) -> Lag | None:
    """Lags of the coincidences: to each onset of a the nearest of b within reach."""
    near = nearest(a, b)
    near = np.sort(near[np.abs(near) <= reach])
    if not len(near):
        return None
    m = len(near)
    # order statistics of the median: the widest ranks whose binomial tail stays within 5 % on either side
    k = 0
    while k + 1 <= (m - 1) // 2 and 1 - at_least(k + 2, np.full(m, 0.5)) <= 0.05:
        k += 1
    after, before = int((near > 0).sum()), int((near < 0).sum())
    return Lag(float(np.median(near)), float(near[k]), float(near[m - 1 - k]), after, before, sign_p(after, before))
