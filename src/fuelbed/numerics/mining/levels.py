"""Where to draw a bound: beyond everything seen, by how far the tail says, at a number that can be read."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["SAFETY", "level", "round_up"]

Array = NDArray[np.float64]
SAFETY = 10.0
"""A bound is drawn where it is expected to be passed once in this many records as long as the one it is learned from."""
_TAIL = 0.9  # of the values lie below the tail that is looked at
_FEWEST = 5  # values in the tail; with fewer the greatest itself is taken


def level(x: Array) -> float:
    """What x should not pass: never less than its greatest value, else its exponential tail carried on.

    Over u (the 90 % quantile) the excesses have the mean e; P(x > u + v) = s exp(-v / e), s the share above u, so the level that is passed
    with the chance 1 / (SAFETY n) is u + e log(s SAFETY n): peaks over a threshold (J. Pickands, Annals of Statistics 3, 1975) with a tail
    of shape 0. Neighbouring rows hang together and tails may be heavier: whether the level holds is measured on held-back data.
    x: (n,) without `nan`, not empty.
    """
    greatest = float(x.max())
    u = float(np.quantile(x, _TAIL))
    excess = x[x > u] - u
    if len(excess) < _FEWEST:
        return greatest
    share = len(excess) / len(x)
    return max(greatest, u + float(excess.mean()) * math.log(share * SAFETY * len(x)))


def round_up(value: float, digits: int = 3) -> float:
    """The least number of so many digits that is not below `value`."""
    if value == 0 or not math.isfinite(value):
        return value
    scale = digits - 1 - math.floor(math.log10(abs(value)))
    near = round(value, scale)
    if near >= value:
        return near
    return round(near + 10.0**-scale, scale)
