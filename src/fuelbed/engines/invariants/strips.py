"""Robustness over time for a picture: at most so many stretches with their least and greatest value, violations, what is not decided."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.engines.invariants.checks import Checked, worst_of
from fuelbed.engines.invariants.words import brief

__all__ = ["BUCKETS", "strip"]

Array = NDArray[np.float64]
BUCKETS = 400
_MARKED = 400  # violations, and stretches that are not decided


def strip(c: Checked, shift: float = 0.0, label: str = "") -> dict[str, Any]:
    """shift: seconds from the start of the axis to that of the trace."""
    t, size = c.trace.times + shift, c.trace.robustness
    worst = worst_of(c)
    return {
        "id": f"{c.invariant.name} {label}".strip(),
        "label": label or brief(c.invariant.what, 60) or c.invariant.name,
        "formula": brief(c.invariant.text, 200),
        "unit": c.unit,
        "points": _points(t, size),
        "violations": [[v.start + shift, v.end + shift] for v in c.broken[:_MARKED]],
        "undecided": _undecided(c, shift),
        "worst": [worst.at + shift, worst.worst] if worst is not None else None,
    }


def _points(t: Array, size: Array) -> list[list[float | None]]:
    """[time, least, greatest] of each stretch; [time, null, null] where nothing in it is decided. Infinite sizes count as not there."""
    if not len(t):
        return []
    edges = np.unique(np.linspace(0, len(t), min(len(t), BUCKETS) + 1).astype(int))
    out: list[list[float | None]] = []
    for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        part = size[a:b][np.isfinite(size[a:b])]
        out.append([float(t[a]), float(part.min()), float(part.max())] if len(part) else [float(t[a]), None, None])
    return out


def _undecided(c: Checked, shift: float) -> list[list[float]]:
    """Stretches of samples in a row that are not decided."""
    open_ = ~c.trace.decided
    if not open_.any():
        return []
    t = c.trace.times
    first = np.flatnonzero(open_ & ~np.concatenate([[False], open_[:-1]]))
    last = np.flatnonzero(open_ & ~np.concatenate([open_[1:], [False]]))
    spans = [
        [float(t[a]) + shift, float(t[min(b + 1, len(t) - 1)]) + shift]
        for a, b in zip(first.tolist(), last.tolist(), strict=True)
    ]
    return [s for s in spans if math.isfinite(s[0])][:_MARKED]
