"""Markov chains in continuous time on a box of whole numbers, sparse: hitting times, second eigenvalue.

A chain is given by the shape of its box, the rate of every event in every state, and what each event changes. An event that would
leave the box does not happen. Rates are per second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.errors import BudgetError, FuelbedError

__all__ = ["MOST_STATES", "Chain", "lattice_chain"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
MOST_STATES = 200_000
_ORDER: dict[str, Any] = {"permc_spec": "MMD_AT_PLUS_A", "diag_pivot_thresh": 0.0, "options": {"SymmetricMode": True}}


def lattice_chain(shape: tuple[int, ...], rates: Callable[[NDArray[np.int64]], Array], changes: NDArray[np.int64]) -> Chain:
    """The chain on 0..shape-1 in every direction. rates: states (N, S) -> (N, E), none negative; changes: (E, S) whole numbers."""
    from scipy.sparse import coo_array, csr_array

    size = int(np.prod(shape, dtype=object))
    if size > MOST_STATES:
        raise BudgetError(f"a chain of {size} states is more than {MOST_STATES}: a smaller queue, or the simulation")
    states = np.stack(np.unravel_index(np.arange(size), shape), axis=1)
    r = np.asarray(rates(states), dtype=float)
    jumps = np.asarray(changes, dtype=np.int64)
    if r.shape != (size, len(jumps)) or not np.all(np.isfinite(r)) or np.any(r < 0):
        raise FuelbedError("the rate of an event is a number of at least 0 in every state")
    rows, columns, values = [], [], []
    for e, jump in enumerate(jumps):
        to = states + jump
        ok = np.all((to >= 0) & (to < np.asarray(shape)), axis=1) & (r[:, e] > 0) & bool(np.any(jump))
        rows.append(np.flatnonzero(ok))
        columns.append(np.ravel_multi_index(tuple(to[ok].T), shape))
        values.append(r[ok, e])
    i, j, v = np.concatenate(rows), np.concatenate(columns), np.concatenate(values)
    off = coo_array((v, (i, j)), shape=(size, size)).tocsr()
    out = np.asarray(off.sum(axis=1)).ravel()
    diagonal = coo_array((-out, (np.arange(size), np.arange(size))), shape=(size, size))
    return Chain(shape, states, csr_array(off + diagonal.tocsr()))


@dataclass(frozen=True, eq=False)
class Chain:
    """A chain: `states` (N, S), and `generator` (N, N) sparse, rows summing to 0."""

    shape: tuple[int, ...]
    states: NDArray[np.int64]
    generator: Any

    def hitting_times(self, target: Mask) -> Array:
        """Expected seconds until the first state of `target`, from every state (0 inside): Q h = -1 outside it.

        Relative error is about 1e-16 times the answer times the greatest rate: beyond 1e9 s read the order of magnitude only.
        inf where the target cannot be reached for certain, or so seldom that doubles do not tell it from never.
        """
        from scipy.sparse.linalg import splu

        keep = np.flatnonzero(~target)
        times = np.zeros(len(self.states))
        reach = self._reaches(target)
        if not reach[keep].all():
            # whoever may wander to where there is no way back waits for ever in expectation
            lost = self._reaches(~reach, ~target)
            times[lost & ~target] = np.inf
            keep = np.flatnonzero(~target & ~lost)
        if keep.size:
            try:
                times[keep] = splu(self.generator[keep][:, keep].tocsc(), **_ORDER).solve(-np.ones(keep.size))
            except RuntimeError:  # singular to the last digit: what leads there is lost beside what leads back
                times[keep] = np.inf
        return times

    def _reaches(self, target: Mask, through: Mask | None = None) -> Mask:
        """States from which some path (through states of `through` only) leads into `target`."""
        steps, seen, new = (self.generator > 0).astype(np.int32), target.copy(), target.copy()
        while new.any():
            new = (np.asarray(steps @ new.astype(np.int32)) > 0) & ~seen
            new = new if through is None else new & through
            seen |= new
        return np.asarray(seen, dtype=bool)

    def second_eigenvalue(self) -> float:
        """The greatest real part of an eigenvalue but 0 (negative): 1 / |it| is how long the chain takes to forget.

        Shift-invert just above 0 (Arnoldi): of the six eigenvalues nearest to the shift the first is 0 itself.
        """
        if len(self.states) < 32:
            return float(np.sort(np.linalg.eigvals(self.generator.toarray()).real)[-2])
        shift = 1e-6 * float(-self.generator.diagonal().min())
        value = self._second(shift)
        # a much smaller one is blurred by a shift that far away: look again from nearer
        return self._second(max(-value, 1e-6 * shift)) if -value < 1e-2 * shift else value

    def _second(self, shift: float) -> float:
        from scipy.sparse.linalg import eigs

        start = np.ones(len(self.states))
        found = eigs(self.generator.tocsc(), k=6, sigma=shift, v0=start, tol=1e-12, return_eigenvectors=False)
        return float(np.sort(found.real)[-2])
