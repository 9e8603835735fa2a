"""Where the width of the margins is the prior's and not the records': told by what another prior would have made of the same records.

Three signs, each enough. (1) Some draws put every record on its own side: then weights and tau times ten do so as well, the records say only how sharp
the threshold is at least, and the far ends of the margins are the prior's. (2) More draws put all but two there: then two records at most, which luck or a wrong
entry can make, say how blunt it is. (3) The learned scale follows the prior's: were that four times as great, what is learned would move by
more than `FOLLOWS` of the way. In simulated histories in which none holds, intervals mostly cover as they say; where the truth is ten times as sharp as
the prior takes it to be, one of them holds in nearly all (`./dev bench threshold`).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from fuelbed.numerics.threshold.model import Array, Prior

__all__ = ["follows", "prior_dominates", "separating"]

TIMES = 4.0
FOLLOWS = 0.3
SEPARATING = 0.005
ALL_BUT_TWO = 0.05


def follows(v: Array, weights: Array, prior: Prior) -> float:
    """How far the learned scale follows the prior's: the move of the mean of log |w| where the typical scale is `TIMES` as great, over log `TIMES`. 0 where
    the records decide, 1 where only the prior does. The draws count by the ratio of the two priors of v (importance; v (m,), weights (m, k))."""
    shift = math.log(TIMES) / prior.spread
    count = np.exp(shift * (v - v.max()))
    size = np.log(np.maximum(np.linalg.norm(weights, axis=1), 1e-300))
    return float(((count * size).sum() / count.sum() - size.mean()) / math.log(TIMES))


def separating(records: Array, failed: npt.NDArray[np.bool_], but: int = 0) -> float:
    """The share of draws whose margins (m, n) are negative just where it failed, for all records but `but` or fewer."""
    return float((((records < 0) != failed).sum(1) <= but).mean())


def prior_dominates(v: Array, weights: Array, records: Array, failed: npt.NDArray[np.bool_], prior: Prior) -> str:
    """Why the margins are mostly the prior's, as a clause; empty where they are not."""
    if failed.all() or not failed.any():
        return (
            f"all records {'failed' if failed.all() else 'were near misses'}, so nothing bounds the threshold from the other side"
        )
    if separating(records, failed) > SEPARATING:
        return "a threshold without any noise puts every record on its own side, so the records say only how sharp it is at least"
    if separating(records, failed, but=2) > ALL_BUT_TWO:
        return "a threshold without any noise puts all records but two on their own side, so how blunt it is rests on those two"
    share = follows(v, weights, prior)
    if share > FOLLOWS:
        return f"had it been taken to be {TIMES:g} times as sharp beforehand, it would have come out {TIMES**share:.1f} times as sharp"
    return ""
