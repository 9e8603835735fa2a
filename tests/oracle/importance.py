"""The importance of every variable of one diagram, from its cofactors: `static` has it module by module."""

from __future__ import annotations

from collections.abc import Sequence

from fuelbed.numerics.boolean.bdd import Bdd
from fuelbed.numerics.boolean.importance import Importance, cofactors, fussell_vesely, measures

__all__ = ["of_events", "with_fussell_vesely"]


def of_events(b: Bdd, f: int, p: Sequence[float]) -> tuple[float, list[Importance]]:
    """P(f) and the importance of every variable, without Fussell-Vesely."""
    total, if1, if0 = cofactors(b, f, p)
    return total, [measures(q, p1, p0, p1 - p0, total) for q, p1, p0 in zip(p, if1, if0, strict=True)]


def with_fussell_vesely(b: Bdd, f: int, p: Sequence[float], rows: Sequence[Importance]) -> list[Importance]:
    """`rows` of `of_events` with Fussell-Vesely filled in."""
    z, root = b.minimal_solutions(f)
    return [row.with_fussell_vesely(x) for row, x in zip(rows, fussell_vesely(b, f, z, root, p), strict=True)]
