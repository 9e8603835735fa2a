"""One operation of the tape for a whole table of states: exact sums over 2^n persistent states, whatever is intervened on.

The decision diagrams have their state variables first, so what a function is worth in state x is the value of the demand node that
x leads to: a *leaf*, computed once on the tape. A table gathers leaves by state, and with the prior P(x) = prod p_v or (1 - p_v)
forms, for the incident, `G(x) = P(x) g(x)` (the facts) and `W(x) = P(x) sum_s w_s l_s(x)` (facts and failing arrivals). Interventions
then mix the states, one variable at a time (`keep` 1: as drawn; 0: one with probability `force`), and the sums over the mixed states
y of G and W, alone and times hazard, loss, standing failure Q and survival `(1 - Q) exp(-H hazard)`, are the outputs. All of it is
linear work in 2^n, and differentiable: `backward` is its exact adjoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["OUTPUTS", "Table"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
_QUANTITIES = ("one", "hazard", "loss", "standing", "survive")
OUTPUTS = tuple(f"{w}:{q}" for w in ("plain", "likely") for q in _QUANTITIES)


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
        found: list[Index] = []

        def at(ref: int, level: int) -> Index:
            """The leaves of `ref` over variables level..n-1."""
            if ref < 0:
                return np.full(2 ** (self.n - level), -1 - ref, dtype=np.intp)
            return np.tile(found[ref], 2 ** (self.nodes[ref][0] - level))

        for v, lo, hi in self.nodes:
            found.append(np.concatenate([at(lo, v + 1), at(hi, v + 1)]))
        roots = {self.facts, self.standing, *self.arrivals, *self.hazard, *self.loss}
        return {r: at(r, 0) for r in roots}

    def _split(self, args: Array) -> tuple[Array, Array, Array, Array, Array, Array, Array]:
        a, b = 3 * self.n, 3 * self.n + self.n_leaves
        c, d = b + len(self.arrivals), b + len(self.arrivals) + len(self.hazard)
        return args[0:a:3], args[1:a:3], args[2:a:3], args[a:b], args[b:c], args[c:d], args[d:]

    # ---- forward -------------------------------------------------------------------------------------------------------------

    def forward(self, args: Array) -> Array:
        """All outputs, (len(OUTPUTS), batch), for arguments (n_args, batch)."""
        return np.asarray(self._forward(args)["out"])

    def _forward(self, args: Array) -> dict[str, Any]:
        p, keep, force, leaves, weights, rates, losses = self._split(args)
        at = self._where
        prior = [np.ones((1, args.shape[1]))]
        for v in range(self.n):
            prior.append(np.stack([prior[-1] * (1.0 - p[v]), prior[-1] * p[v]], axis=1).reshape(-1, args.shape[1]))
        q = {root: leaves[at[root]] for root in (*self.hazard, *self.loss)}
        facts = leaves[at[self.facts]]
        like = np.zeros_like(prior[-1])
        for w, root in zip(weights, self.arrivals, strict=True):
            like += w * leaves[at[root]]
        before = np.stack([prior[-1] * facts, prior[-1] * like])
        after, stages = self._mix(before, keep, force)
        hazard = self._linear(rates, self.hazard, q, args.shape[1])
        loss = self._linear(losses, self.loss, q, args.shape[1])
        standing = leaves[at[self.standing]]
        alive = np.exp(-self.horizon * hazard)
        values = np.stack([np.ones_like(hazard), hazard, loss, standing, (1.0 - standing) * alive])
        out = np.einsum("wsb,qsb->wqb", after, values).reshape(len(OUTPUTS), -1)
        return {
            "out": out, "prior": prior, "facts": facts, "like": like, "after": after, "stages": stages, "values": values,
            "alive": alive, "q": q,
        }  # fmt: skip  # one record

    def _linear(self, coefficients: Array, roots: tuple[int, ...], q: dict[int, Array], batch: int) -> Array:
        out = np.zeros((2**self.n, batch))
        for c, root in zip(coefficients, roots, strict=True):
            out += c * q[root]
        return out

    def _mix(self, w: Array, keep: Array, force: Array) -> tuple[Array, list[Array | None]]:
        """Interventions, one variable at a time; what went into each stage is kept for the adjoint (None: nothing was moved)."""
        stages: list[Array | None] = []
        for v in range(self.n):
            if (keep[v] == 1.0).all():
                stages.append(None)
                continue
            pair = w.reshape(2, 2**v, 2, -1, w.shape[-1])
            stages.append(pair)
            both = pair.sum(axis=2)
            drop = 1.0 - keep[v]
            w = np.stack(
                [keep[v] * pair[:, :, 0] + drop * (1.0 - force[v]) * both, keep[v] * pair[:, :, 1] + drop * force[v] * both],
                axis=2,
            ).reshape(w.shape)
        return w, stages

    # ---- backward ------------------------------------------------------------------------------------------------------------

    def backward(self, args: Array, bar: Array) -> Array:
        """d (bar . outputs) / d arguments, (n_args, batch). `keep` is a switch: its derivative is left at 0."""
        f = self._forward(args)
        p, keep, force, leaves, weights, rates, losses = self._split(args)
        g = np.zeros_like(args)
        gp, _, gforce, gleaves, gweights, grates, glosses = self._split(g)
        batch = args.shape[1]
        bars = bar.reshape(2, len(_QUANTITIES), batch)
        after_bar = np.einsum("wqb,qsb->wsb", bars, f["values"])
        value_bar = np.einsum("wqb,wsb->qsb", bars, f["after"])
        _, hazard_bar, loss_bar, standing_bar, survive_bar = value_bar
        hazard_bar = hazard_bar - self.horizon * survive_bar * f["values"][4]
        standing_bar = standing_bar - survive_bar * f["alive"]
        self._to_leaves(gleaves, self.standing, standing_bar)
        for i, root in enumerate(self.hazard):
            grates[i] = (hazard_bar * f["q"][root]).sum(axis=0)
            self._to_leaves(gleaves, root, rates[i] * hazard_bar)
        for i, root in enumerate(self.loss):
            glosses[i] = (loss_bar * f["q"][root]).sum(axis=0)
            self._to_leaves(gleaves, root, losses[i] * loss_bar)
        facts_bar, like_bar = self._unmix(after_bar, keep, force, f["stages"], gforce)
        prior = f["prior"][-1]
        self._to_leaves(gleaves, self.facts, facts_bar * prior)
        for i, root in enumerate(self.arrivals):
            gweights[i] = (like_bar * prior * leaves[self._where[root]]).sum(axis=0)
            self._to_leaves(gleaves, root, weights[i] * like_bar * prior)
        prior_bar = facts_bar * f["facts"] + like_bar * f["like"]
        for v in reversed(range(self.n)):
            pair = prior_bar.reshape(-1, 2, batch)
            gp[v] = ((pair[:, 1] - pair[:, 0]) * f["prior"][v]).sum(axis=0)
            prior_bar = (1.0 - p[v]) * pair[:, 0] + p[v] * pair[:, 1]
        return g

    def _unmix(self, bar: Array, keep: Array, force: Array, stages: list[Array | None], gforce: Array) -> Array:
        for v in reversed(range(self.n)):
            into = stages[v]
            if into is None:
                continue
            pair = bar.reshape(into.shape)
            drop = 1.0 - keep[v]
            gforce[v] = (drop * into.sum(axis=2) * (pair[:, :, 1] - pair[:, :, 0])).sum(axis=(0, 1, 2))
            mixed = drop * ((1.0 - force[v]) * pair[:, :, 0] + force[v] * pair[:, :, 1])
            bar = np.stack([keep[v] * pair[:, :, 0] + mixed, keep[v] * pair[:, :, 1] + mixed], axis=2).reshape(bar.shape)
        return bar

    @cached_property
    def _runs(self) -> dict[int, tuple[Index, Index, Index]]:
        """Root -> (states sorted by leaf, the leaves met, where the run of each starts): far faster than `np.add.at`."""
        out = {}
        for root, at in self._where.items():
            order = np.argsort(at, kind="stable")
            unique, starts = np.unique(at[order], return_index=True)
            out[root] = (order, unique, starts)
        return out

    def _to_leaves(self, gleaves: Array, root: int, bar: Array) -> None:
        order, unique, starts = self._runs[root]
        gleaves[unique] += np.add.reduceat(bar[order], starts, axis=0)

    def as_json(self) -> dict[str, Any]:
        """What the page's interpreter reads."""
        return {
            "n": self.n, "leaves": self.n_leaves, "nodes": [list(x) for x in self.nodes], "facts": self.facts,
            "arrivals": list(self.arrivals), "hazard": list(self.hazard), "loss": list(self.loss), "standing": self.standing,
            "horizon": self.horizon,
        }  # fmt: skip  # one record
