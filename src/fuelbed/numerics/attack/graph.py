"""An AND/OR graph over numbered nodes, and the least fixpoint of what an attacker can reach in it.

A node with no inputs is a *source*: given from the start. An OR node is reached when some input is, an AND node when all are. Cycles
mean nothing by themselves: only what follows from sources in finitely many steps is reached (the least fixpoint), so two nodes that
feed each other do not lift themselves. (X. Ou, W. Boyer, M. McQueen, "A scalable approach to attack graph generation", CCS 2006, use
the same reading.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["AndOr"]

Index = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class AndOr:
    """ands    (n,) bool: which nodes need all of their inputs.
    heads   (e,) the node that an edge leads to; `tails` (e,) the input it comes from.
    Parallel edges count once for an OR node and must all hold for an AND node, which is the same.
    """

    ands: Bools
    heads: Index
    tails: Index

    @classmethod
    def of(cls, inputs: Sequence[Sequence[int]], ands: Iterable[int]) -> AndOr:
        """From the inputs of every node and the numbers of the AND nodes."""
        kinds = np.zeros(len(inputs), dtype=bool)
        kinds[list(ands)] = True
        counts = [len(x) for x in inputs]
        heads = np.repeat(np.arange(len(inputs)), counts)
        return cls(kinds, heads, np.array([t for x in inputs for t in x], dtype=np.intp))

    @property
    def n(self) -> int:
        return len(self.ands)

    @cached_property
    def counts(self) -> Index:
        """How many inputs every node has."""
        return np.bincount(self.heads, minlength=self.n)

    @cached_property
    def sources(self) -> Bools:
        return np.asarray(self.counts == 0)

    @cached_property
    def by_head(self) -> tuple[Index, Index]:
        """Tails sorted by head, and where each node's begin (n + 1 places)."""
        order = np.argsort(self.heads, kind="stable")
        return self.tails[order], np.concatenate([[0], np.cumsum(self.counts)])

    @cached_property
    def by_tail(self) -> tuple[Index, Index]:
        """Heads sorted by tail, and where each node's begin."""
        order = np.argsort(self.tails, kind="stable")
        return self.heads[order], np.concatenate([[0], np.cumsum(np.bincount(self.tails, minlength=self.n))])

    def reached(self, closed: Bools | None = None) -> Bools:
        """Which nodes are reached when the `closed` ones cannot be; each edge is looked at once."""
        heads, start = self.by_tail
        first, follow, ands = start.tolist(), heads.tolist(), self.ands.tolist()
        shut = [False] * self.n if closed is None else closed.tolist()
        waiting = np.where(self.ands, self.counts, 1).tolist()
        out = [False] * self.n
        todo = [i for i in np.flatnonzero(self.sources).tolist() if not shut[i]]
        for i in todo:
            out[i] = True
        while todo:
            i = todo.pop()
            for j in follow[first[i] : first[i + 1]]:
                if out[j] or shut[j]:
                    continue
                if ands[j]:
                    waiting[j] -= 1
                    if waiting[j]:
                        continue
                out[j] = True
                todo.append(j)
        return np.array(out, dtype=bool)

    def towards(self, goal: int) -> Bools:
        """The nodes from which the goal can be reached at all, by edges alone."""
        tails, start = self.by_head
        first, back = start.tolist(), tails.tolist()
        out = [False] * self.n
        out[goal] = True
        todo = [goal]
        while todo:
            i = todo.pop()
            for j in back[first[i] : first[i + 1]]:
                if not out[j]:
                    out[j] = True
                    todo.append(j)
        return np.array(out, dtype=bool)

    def near(self, goal: int) -> tuple[AndOr, Index]:
        """The graph of the nodes that are reached and lead to the goal, and the number in it of every node, -1 for the others; of no
        nodes where nothing reaches the goal. Nodes that are reached keep an input that is, and AND nodes all of theirs."""
        keep = self.reached()
        if not keep[goal]:
            return AndOr.of([], []), np.full(self.n, -1, dtype=np.intp)
        keep &= self.towards(goal)
        number = np.where(keep, np.cumsum(keep) - 1, -1)
        on = keep[self.heads] & keep[self.tails]
        return AndOr(self.ands[keep], number[self.heads[on]], number[self.tails[on]]), number
