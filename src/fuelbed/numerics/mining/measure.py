"""How often a formula is false where nothing was wrong: false alarms, with intervals that know that neighbouring rows hang together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.temporal import Temporal, reach
from fuelbed.numerics.temporal import evaluate, violations
from fuelbed.numerics.wilson import wilson

__all__ = ["FalseAlarms", "false_alarms"]

Array = NDArray[np.float64]
_DAY = 86_400.0
_ROWS = 12  # at least, in a block


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Of one formula on normal rows.

    episodes   violations (rows in a row count once), in `days` days.
    share      of the decided samples that are violated; `decided` how many those are.
    bad        of the `blocks` blocks, each `block_days` long, in which it is violated at all.
    low, high  95 % Wilson interval of that share of blocks.
    """

    episodes: int
    days: float
    share: float
    decided: int
    bad: int
    blocks: int
    block_days: float
    low: float
    high: float

    @property
    def per_day(self) -> float:
        return self.episodes / self.days if self.days else math.nan

    @property
    def per_day_interval(self) -> tuple[float, float]:
        """Alarms a day that the share of bad blocks allows: a block without one has the chance exp(-rate length)."""
        if not self.block_days:
            return 0.0, math.inf
        low, high = (math.inf if p >= 1 else -math.log1p(-p) / self.block_days for p in (self.low, self.high))
        return low, high


def false_alarms(formula: Temporal, times: Array, columns: Mapping[str, Array]) -> FalseAlarms:
    """Evaluated on the rows as they are. A block has at least 12 rows, and is at least as long as the formula looks.

    Wilson's interval counts blocks as independent draws: a dependence longer than a block makes it too narrow.
    """
    trace = evaluate(formula, times, columns)
    n = len(times)
    step = float(np.median(np.diff(times))) if n > 1 else 0.0
    back, ahead = reach(formula)
    wide = back + ahead
    rows = _ROWS if not step or not math.isfinite(wide) else max(_ROWS, math.ceil(wide / step) + 1)
    decided, bad = trace.decided, trace.verdict < 0
    blocks = hit = 0
    for start in range(0, n - rows + 1, rows):
        part = slice(start, start + rows)
        if decided[part].any():
            blocks += 1
            hit += bool(bad[part].any())
    known = int(decided.sum())
    days = known * step / _DAY
    low, high = wilson(hit, blocks)
    share = float(bad.sum()) / known if known else math.nan
    return FalseAlarms(len(violations(trace)), days, share, known, hit, blocks, rows * step / _DAY, low if hit else 0.0, high)
