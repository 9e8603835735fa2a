"""The interval of a share that was seen in a count (E. Wilson, J. American Statistical Association 22, 1927). It is honest at none and at all."""

from __future__ import annotations

import math

__all__ = ["Z90", "Z95", "Z99", "wilson"]

Z90, Z95, Z99 = 1.6448536269514722, 1.959963984540054, 2.5758293035489004  # the normal deviate of a two-sided interval


def wilson(hits: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Of `hits` among `n`. `hits` may be a sum of parts: their spread is at most that of whole ones, so that the interval errs to the wide
    side. Nothing counted: 0..1."""
    if n <= 0:
        return 0.0, 1.0
    share = min(max(hits / n, 0.0), 1.0)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
