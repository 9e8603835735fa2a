"""One operation of the tape for a whole table of states: exact sums over 2^n persistent states, whatever is intervened on.

The decision diagrams have their state variables first, so what a function is worth in state x is the value of the demand node that
x leads to: a *leaf*, computed once on the tape. A table gathers leaves by state, and with the prior P(x) = prod p_v or (1 - p_v)
forms, for the incident, `G(x) = P(x) g(x)` (the facts) and `W(x) = P(x) sum_s w_s l_s(x)` (facts and failing arrivals). Interventions
then mix the states, one variable at a time (`keep` 1: as drawn; 0: one with probability `force`), and the sums over the mixed states
y of G and W, alone and times hazard, loss, standing failure Q and survival `(1 - Q) exp(-H hazard)`, are the outputs. All of it is
linear work in 2^n, and differentiable: `adjoints` is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.boolean.gathered import Gathered

__all__ = ["OUTPUTS", "Table"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
_QUANTITIES = ("one", "hazard", "loss", "standing", "survive")
_ONE, _HAZARD, _LOSS, _STANDING, _SURVIVE = range(len(_QUANTITIES))
OUTPUTS = tuple(f"{w}:{q}" for w in ("plain", "likely") for q in _QUANTITIES)


class _Args(NamedTuple):
    """Arguments by meaning, or their derivatives: (rows, batch) each."""

    p: Array
    keep: Array
    force: Array
    leaves: Array
    weights: Array
    rates: Array
    losses: Array


class _Stage(NamedTuple):
    """One variable that is intervened on: in which columns, how, and what both of its values weighed together."""

    v: int
    at: slice | Index
    keep: Array
    up: Array
    down: Array
    both: list[Array]


class _State(NamedTuple):
    """All states at some arguments. Of the facts alone and of facts with failing arrivals, in this order:

    told      their chance in every state; `before` times the prior, mixed by the interventions where `read` says so.
    values    by quantity what a state is worth; one row where all states are alike. `alive` is survival of what does not stand.
    """

    halves: tuple[list[Array], list[Array]]
    prior: Array
    told: tuple[Array, Array]
    before: list[Array]
    total: list[Array]
    read: list[bool]
    stages: list[_Stage]
    values: dict[int, Array]
    alive: Array | None

    def mean(self, w: int, q: int) -> Array:
        if q == _ONE:
            return self.total[w]
        mass, value = self.before[w], self.values[q]
        # the very sum of `total`, so that survival of all leaves exactly nothing
        return self.total[w] * value[0] if len(value) == 1 else _over_states(mass * value)


def _over_states(x: Array) -> Array:
    """The sum over 2^n rows, by halves: as exact as it gets, and few calls on long rows."""
    while len(x) > 1:
        half = len(x) // 2
        x = x[:half] + x[half:]
    return np.asarray(x[0])


def _prior(p: Array, batch: int) -> list[Array]:
    """Products over the first 0, 1, 2 ... of independent variables, each twice as long."""
    out = [np.ones((1, batch))]
    for q in p:
        both = np.empty((len(out[-1]), 2, batch))
        np.multiply(out[-1], 1.0 - q, out=both[:, 0])
        np.multiply(out[-1], q, out=both[:, 1])
        out.append(both.reshape(-1, batch))
    return out


def _prior_adjoint(halves: tuple[list[Array], list[Array]], p: Array, bar: Array, to: Array) -> None:
    first, last = halves
    whole = bar.reshape(len(first[-1]), len(last[-1]), -1)
    parts = (
        (first, 0, np.einsum("ijb,jb->ib", whole, last[-1])),
        (last, len(first) - 1, np.einsum("ijb,ib->jb", whole, first[-1])),
    )
    for stages, start, part in parts:
        rest = part
        for v in reversed(range(len(stages) - 1)):
            pair = rest.reshape(-1, 2, rest.shape[-1])
            to[start + v] = ((pair[:, 1] - pair[:, 0]) * stages[v]).sum(axis=0)
            rest = (1.0 - p[start + v]) * pair[:, 0] + p[start + v] * pair[:, 1]


def _dot(weights: Sequence[Array], rows: Sequence[Array]) -> Array | None:
    """sum_i weights_i * rows_i, None where every weight is 0."""
    out: Array | None = None
    for w, row in zip(weights, rows, strict=True):
        if w.any():
            out = w * row if out is None else np.add(out, w * row, out=out) if len(out) >= len(row) else out + w * row
    return out


@dataclass(frozen=True)
class Table:
    """The fixed part of one table. Roots are nodes >= 0 or leaves as -1 - leaf.

    nodes      (variable, low, high) of the state-level diagram, children before parents; variables 0..n-1, in order.
    Arguments of the operation, in this order: p, keep and force of every variable; the leaves; the weight of every arrival root;
    the coefficient of every hazard root; the coefficient of every loss root.
    """

    n: int
    n_leaves: int
    nodes: tuple[tuple[int, int, int], ...]
    facts: int
    arrivals: tuple[int, ...]
    hazard: tuple[int, ...]
    loss: tuple[int, ...]
    standing: int
    horizon: float

    @property
    def n_args(self) -> int:
        return 3 * self.n + self.n_leaves + len(self.arrivals) + len(self.hazard) + len(self.loss)

    @property
    def columns(self) -> int:
        """Doubles that one evaluation needs, roughly."""
        return int(2**self.n) * (len(self.arrivals) + len(self.hazard) + len(self.loss) + 12)

    @cached_property
    def _where(self) -> dict[int, Index]:
        """Root -> leaf of every state; variable 0 is the slowest bit of a state's number."""
        roots = list(dict.fromkeys((self.facts, self.standing, *self.arrivals, *self.hazard, *self.loss)))
        at = np.array(roots, dtype=np.intp)[:, None]
        nodes = np.array([*self.nodes, *[(-1, 0, 0)] * self.n_leaves], dtype=np.intp)  # leaf -1 is the last row, and so on
        for v in range(self.n):
            here = nodes[at, 0] == v
            at = np.stack([np.where(here, nodes[at, side], at) for side in (1, 2)], axis=2).reshape(len(roots), -1)
        return dict(zip(roots, -1 - at, strict=True))

    @cached_property
    def _sums(self) -> dict[str, Gathered]:
        roots = {"facts": (self.facts,), "arrivals": self.arrivals, "standing": (self.standing,)}
        roots |= {"hazard": self.hazard, "loss": self.loss}
        made = {rs: Gathered([self._where[r] for r in rs]) for rs in set(roots.values())}
        return {k: made[rs] for k, rs in roots.items()}

    def _split(self, args: Array) -> _Args:
        a, b = 3 * self.n, 3 * self.n + self.n_leaves
        c, d = b + len(self.arrivals), b + len(self.arrivals) + len(self.hazard)
        return _Args(args[0:a:3], args[1:a:3], args[2:a:3], args[a:b], args[b:c], args[c:d], args[d:])

    # ---- forward -------------------------------------------------------------------------------------------------------------

    def forward(self, args: Array, which: Sequence[int] = range(len(OUTPUTS))) -> Array:
        """The outputs asked for, (len(which), batch), for arguments (n_args, batch)."""
        f = self._state(self._split(args), which)
        return np.stack([f.mean(*divmod(k, len(_QUANTITIES))) for k in which])

    def _state(self, a: _Args, which: Sequence[int]) -> _State:
        """How likely every state is, and what it is worth, as far as `which` outputs need it."""
        sums, batch = self._sums, a.p.shape[1]
        halves = _prior(a.p[: self.n // 2], batch), _prior(a.p[self.n // 2 :], batch)
        prior = (halves[0][-1][:, None] * halves[1][-1]).reshape(-1, batch)
        told = sums["facts"].sum(None, a.leaves), sums["arrivals"].sum(a.weights, a.leaves)
        before = [prior * x for x in told]
        read = [any(0 < k - w * len(_QUANTITIES) < len(_QUANTITIES) for k in which) for w in (0, 1)]
        stages = self._mix([m for m, needed in zip(before, read, strict=True) if needed], a)
        total = [_over_states(x) for x in before]
        return _State(halves, prior, told, before, total, read, stages, *self._worth(a, {k % len(_QUANTITIES) for k in which}))

    def _worth(self, a: _Args, wanted: set[int]) -> tuple[dict[int, Array], Array | None]:
        """The quantities `wanted` in every state (one row where all states are alike), and the survival of what does not stand."""
        sums, out = self._sums, dict[int, Array]()
        if wanted & {_HAZARD, _SURVIVE}:
            out[_HAZARD] = sums["hazard"].sum(a.rates, a.leaves)
        if _LOSS in wanted:
            # where every failure costs one, loss is hazard: nothing to add up twice
            same = _HAZARD in out and self.loss == self.hazard and np.array_equal(a.rates, a.losses)
            out[_LOSS] = out[_HAZARD] if same else sums["loss"].sum(a.losses, a.leaves)
        if wanted & {_STANDING, _SURVIVE}:
            out[_STANDING] = sums["standing"].sum(None, a.leaves)
        if _SURVIVE not in wanted:
            return out, None
        alive = -self.horizon * out[_HAZARD]
        np.exp(alive, out=alive)
        out[_SURVIVE] = (1.0 - out[_STANDING]) * alive if out[_STANDING].any() else alive
        return out, alive

    def _mix(self, masses: list[Array], a: _Args) -> list[_Stage]:
        """Interventions, in place, one variable at a time and only in the columns that it moves; what the adjoint needs of each."""
        stages = []
        for v in range(self.n):
            moved = np.flatnonzero(a.keep[v] != 1.0)
            if not len(moved):
                continue
            at = slice(moved[0], moved[-1] + 1) if moved[-1] - moved[0] + 1 == len(moved) else moved
            keep, force = a.keep[v, at], a.force[v, at]
            up, down = (1.0 - keep) * force, (1.0 - keep) * (1.0 - force)
            both = []
            for m in masses:
                pair = m.reshape(2**v, 2, -1, m.shape[1])
                off, on = pair[:, 0][..., at], pair[:, 1][..., at]
                both.append(off + on)
                pair[:, 0][..., at] = keep * off + down * both[-1]
                pair[:, 1][..., at] = keep * on + up * both[-1]
            stages.append(_Stage(v, at, keep, up, down, both))
        return stages

    # ---- backward ------------------------------------------------------------------------------------------------------------

    def adjoints(self, args: Array, bars: Array) -> Array:
        """d (bar . outputs) / d arguments for K weightings of the outputs: (n_args, K, batch) for `bars` of shape (len(OUTPUTS), K, batch).
        `keep` is a switch: its derivative is left at 0."""
        a, g = self._split(args), np.zeros((args.shape[0], *bars.shape[1:]))
        f = self._state(a, np.flatnonzero(bars.any(axis=(1, 2))).tolist())
        for k in range(bars.shape[1]):
            self._adjoint(a, f, bars[:, k].reshape(2, len(_QUANTITIES), -1), self._split(g[:, k]))
        return g

    def _adjoint(self, a: _Args, f: _State, bar: Array, g: _Args) -> None:
        worth = {q: v for q in f.values if (v := _dot([bar[w, q] for w in (0, 1)], f.before)) is not None}
        alive = worth.pop(_SURVIVE, None)
        if alive is not None:
            assert f.alive is not None
            hazard = -self.horizon * alive * f.values[_SURVIVE]
            worth[_HAZARD] = worth[_HAZARD] + hazard if _HAZARD in worth else hazard
            standing = -alive * f.alive
            worth[_STANDING] = worth[_STANDING] + standing if _STANDING in worth else standing
        rows = {_HAZARD: ("hazard", a.rates, g.rates), _LOSS: ("loss", a.losses, g.losses), _STANDING: ("standing", None, None)}
        for q, (name, coefficients, to) in rows.items():
            if q in worth:
                self._sums[name].adjoint(worth[q], coefficients, a.leaves, to, g.leaves)
        mixed = [_dot([bar[w, q] for q in f.values], list(f.values.values())) if f.read[w] else None for w in (0, 1)]
        self._unmix(f, mixed, g.force)
        told = [bar[w, _ONE] if m is None else m + bar[w, _ONE] for w, m in enumerate(mixed)]
        prior: Array | None = None
        for w, name, coefficients, to in ((0, "facts", None, None), (1, "arrivals", a.weights, g.weights)):
            if mixed[w] is None and not bar[w, _ONE].any():
                continue
            self._sums[name].adjoint(told[w] * f.prior, coefficients, a.leaves, to, g.leaves)
            part = told[w] * f.told[w]
            prior = part if prior is None else prior + part
        if prior is not None:
            _prior_adjoint(f.halves, a.p, np.broadcast_to(prior, f.prior.shape), g.p)

    def _unmix(self, f: _State, bars: list[Array | None], gforce: Array) -> None:
        """Through the interventions, last first, in place."""
        places = [w for w in (0, 1) if f.read[w]]
        for s in reversed(f.stages):
            for w, both in zip(places, s.both, strict=True):
                bar = bars[w]
                if bar is None or len(bar) == 1:  # what is alike in all states is not changed by mixing them
                    continue
                pair = bar.reshape(2**s.v, 2, -1, bar.shape[1])
                off, on = pair[:, 0][..., s.at], pair[:, 1][..., s.at]
                gforce[s.v, s.at] += (s.up + s.down) * np.einsum("ijb,ijb->b", both, on - off)
                mixed = s.down * off + s.up * on
                pair[:, 0][..., s.at] = s.keep * off + mixed
                pair[:, 1][..., s.at] = s.keep * on + mixed

    def as_json(self) -> dict[str, Any]:
        """What the page's interpreter reads."""
        return {
            "n": self.n, "leaves": self.n_leaves, "nodes": [list(x) for x in self.nodes], "facts": self.facts,
            "arrivals": list(self.arrivals), "hazard": list(self.hazard), "loss": list(self.loss), "standing": self.standing,
            "horizon": self.horizon,
        }  # fmt: skip  # one record
