"""Directions of a space in which nothing is seen, made sparse and put into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Group", "groups_of", "sparse_rows", "weighted"]

Array = NDArray[np.float64]
_NOTHING = 1e-6


@dataclass(frozen=True, eq=False)
class Group:
    """Names that hang together: `members` (columns), `hidden` (k, m) directions among them in which nothing is seen, `seen` (m - k, m) a basis
    of what is seen of them."""

    members: tuple[int, ...]
    hidden: Array
    seen: Array


def sparse_rows(rows: Array, nothing: float = _NOTHING) -> Array:
    """The same space by rows with as many zeros as elimination gives: reduced echelon form, the greatest entry of each row as its pivot.

    rows (k, n), independent. Each row of the result has 1 at its pivot and 0 at the pivots of the others. An entry below `nothing` times the
    greatest of its row is 0.
    """
    a = np.array(np.atleast_2d(rows), dtype=float)
    for i in range(len(a)):
        j = int(np.argmax(np.abs(a[i])))
        if a[i, j] == 0.0:
            continue
        a[i] /= a[i, j]
        for other in range(len(a)):
            if other != i:
                a[other] -= a[other, j] * a[i]
                a[other][np.abs(a[other]) < nothing * np.abs(a[other]).max(initial=0.0)] = 0.0
    a[np.abs(a) < nothing * np.abs(a).max(axis=1, initial=0.0, keepdims=True)] = 0.0
    return a


def groups_of(hidden: Array) -> list[Group]:
    """The rows of `sparse_rows`, taken apart into sets of names that share no row, in the order of their first name."""
    left, out = list(range(len(hidden))), []
    while left:
        rows = [left.pop(0)]
        names = set(np.flatnonzero(hidden[rows[0]]).tolist())
        while more := [r for r in left if names & set(np.flatnonzero(hidden[r]).tolist())]:
            rows += more
            left = [r for r in left if r not in more]
            names |= {int(n) for r in more for n in np.flatnonzero(hidden[r])}
        members = tuple(sorted(names))
        part = hidden[np.ix_(rows, members)]
        out.append(Group(members, part, _complement(part)))
    return sorted(out, key=lambda g: g.members)


def _complement(rows: Array) -> Array:
    """(m - k, m): what is orthogonal to all rows, made sparse."""
    _, s, v = np.linalg.svd(rows)
    rank = int((s > 1e-9 * s.max(initial=0.0)).sum())
    rest = v[rank:]
    return sparse_rows(rest) if len(rest) else rest


def weighted(names: Sequence[str], weights: Sequence[float]) -> str:
    """`a + 2 × b − c`, the first weight made 1; weights to three digits."""
    pairs = [(n, w) for n, w in zip(names, weights, strict=True) if w != 0.0]
    first = pairs[0][1]
    out = ""
    for i, (name, weight) in enumerate(pairs):
        w = float(f"{weight / first:.3g}")
        sign = "" if i == 0 else (" + " if w > 0 else " − ")
        size = f"{abs(w):g} × " if abs(w) != 1.0 else ""
        out += f"{sign}{size}`{name}`"
    return out
