"""Weighted sums of leaves by state, and their adjoint: what a table of states (`table.py`) does most.

Over 2^n states, `sum_k c_k leaf_k(x)` for K functions is K passes if each is gathered by itself. Functions of a table look at few
states each and share them, so they are put into groups whose values form few combinations; a group is summed over its combinations
and gathered once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Gathered", "Runs"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
_SHARE = 8  # a group may have this part of all states as combinations, beyond `_FEW`
_FEW = 32


class Runs:
    """Sums of rows by a key, by runs over rows sorted once: far faster than `np.add.at`."""

    def __init__(self, at: Index) -> None:
        self.order = np.argsort(at, kind="stable")
        self.unique, self.starts = np.unique(at[self.order], return_index=True)

    def sum(self, rows: Array) -> Array:
        """One row for each of `unique`."""
        return np.asarray(np.add.reduceat(rows[self.order], self.starts, axis=0))


@dataclass(frozen=True, slots=True)
class _Group:
    """Functions (their places), the leaf of each in every combination, and the combination of every state (None: one each)."""

    members: tuple[int, ...]
    leaves: tuple[Index, ...]
    at: Index | None


class Gathered:
    """The functions `where`: for each, the leaf of every state. A sum that is alike in all states is one row."""

    def __init__(self, where: Sequence[Index]) -> None:
        states = len(where[0]) if where else 1
        self.groups = _grouped(where, max(_FEW, states // _SHARE))
        self.constant = all(len(at) == 1 for g in self.groups for at in g.leaves)
        self._runs: list[tuple[Runs | None, list[Runs]]] | None = None

    def sum(self, coefficients: Array | None, leaves: Array) -> Array:
        """(states or 1, batch); coefficients (K, batch) or None for ones, leaves (n_leaves, batch)."""
        total: Array | None = None
        for g in self.groups:
            rows: Array | None = None
            for k, at in zip(g.members, g.leaves, strict=True):
                term = leaves.take(at, axis=0)
                if coefficients is not None:
                    term *= coefficients[k]
                rows = term if rows is None else np.add(rows, term, out=rows)
            assert rows is not None
            full = rows if g.at is None else rows.take(g.at, axis=0)
            total = full if total is None else np.add(total, full, out=total)
        return np.zeros((1, leaves.shape[1])) if total is None else total

    def adjoint(self, bar: Array, coefficients: Array | None, leaves: Array, to: Array | None, to_leaves: Array) -> None:
        """Adds d(bar . sum) to `to` (by coefficient) and `to_leaves`."""
        if self._runs is None:
            self._runs = [(None if g.at is None else Runs(g.at), [Runs(at) for at in g.leaves]) for g in self.groups]
        if self.constant:
            bar = bar.sum(axis=0, keepdims=True)
        for g, (by_state, by_leaf) in zip(self.groups, self._runs, strict=True):
            rows = bar if by_state is None else by_state.sum(bar)
            for k, runs in zip(g.members, by_leaf, strict=True):
                each = runs.sum(rows)
                if coefficients is not None and to is not None:
                    to[k] += (each * leaves[runs.unique]).sum(axis=0)
                    each *= coefficients[k]
                to_leaves[runs.unique] += each


def _grouped(where: Sequence[Index], most: int) -> list[_Group]:
    """Greedily, neighbours first: a function joins the group in which it makes the fewest combinations."""
    open_: list[tuple[list[int], Index, int]] = []
    for k, at in enumerate(where):
        own, count = _ranked(at)
        best: tuple[int, int, Index] | None = None
        for i, (_, code, size) in enumerate(open_):
            if size * count <= most * _FEW and (best is None or best[0] > size):
                joined, number = _ranked(code * count + own)
                if number <= most and (best is None or number < best[0]):
                    best = (number, i, joined)
        if best is None:
            open_.append(([k], own, count))
        else:
            number, i, joined = best
            open_[i] = ([*open_[i][0], k], joined, number)
    out = []
    for members, code, count in open_:
        first = np.empty(count, dtype=np.intp)
        first[code[::-1]] = np.arange(len(code) - 1, -1, -1, dtype=np.intp)
        spread = None if count == 1 or count * 2 > len(code) else code
        pick = [where[k] if spread is None and count > 1 else where[k][first] for k in members]
        out.append(_Group(tuple(members), tuple(pick), spread))
    return out


def _ranked(code: Index) -> tuple[Index, int]:
    """The codes renumbered from 0 without gaps, and how many there are."""
    met = np.zeros(int(code.max()) + 1, dtype=np.intp)
    met[code] = 1
    rank = np.cumsum(met) - 1
    return rank[code], int(rank[-1]) + 1
