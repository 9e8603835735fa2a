"""What is not known of a fault tree's numbers: P(top) over draws of its deviates, and which of them its spread comes from.

Draws are Monte Carlo, seeded; the diagrams are evaluated over all draws at once. The share of a number in the spread is the squared
rank correlation (Spearman) between it and P(top): scale-free and robust to long tails, a share of variance only as far as ranks are
linear, so the shares need not add up to 1 (R. Iman, S. Hora, "A robust measure of uncertainty importance", Risk Analysis 10(3), 1990,
argue for ranks and logarithms for the same reason).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.faulttrees import FaultTree
from fuelbed.numerics.boolean.bdd import TRUE, Bdd
from fuelbed.numerics.static.chances import ChanceError, Draws, is_uncertain
from fuelbed.numerics.static.groups import split, with_groups
from fuelbed.numerics.static.parts import Parts

__all__ = ["Spread", "spread"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """P(top) over `draws`: mean with its standard error, 5th, 50th and 95th percentile; by number, its share in the spread."""

    draws: int
    mean: float
    error: float
    quantiles: tuple[float, float, float]
    shares: Mapping[str, float]


def spread(tree: FaultTree, parts: Parts, time: float, draws: int, rng: np.random.Generator) -> Spread | None:
    """None where no number of the tree has a distribution. Raises `ChanceError` for a draw that is no probability."""
    d = Draws(tree.parameters, time, rng, draws)
    grouped = {m for g in tree.groups for m in g.members}
    chance: dict[str, Array] = {}
    drawn: dict[str, Array] = {}
    for name, c in tree.events.items():
        if c is not None and name not in grouped:
            chance[name] = _probability(name, d.of(c))
            if is_uncertain(c, tree.parameters):
                drawn[name] = chance[name]
    chance.update(_groups(tree, d, drawn))
    drawn.update({n: d.of(c) for n, c in tree.parameters.items() if is_uncertain(c, tree.parameters)})
    if not drawn:
        return None
    for p in parts.parts:
        chance[p.gate] = _over(p.bdd, p.root, [chance[e] for e in p.order], draws)
    total = chance[parts.network.top]
    low, middle, high = np.quantile(total, (0.05, 0.5, 0.95))
    ranks = _ranks(total)
    shares = {n: float(_correlation(_ranks(x), ranks) ** 2) for n, x in drawn.items()}
    ranked = dict(sorted(shares.items(), key=lambda x: -x[1]))
    return Spread(
        draws, float(total.mean()), float(total.std(ddof=1) / np.sqrt(draws)), (float(low), float(middle), float(high)), ranked
    )


def _groups(tree: FaultTree, d: Draws, drawn: dict[str, Array]) -> dict[str, Array]:
    """The shared events of every group, draw by draw."""
    rows: list[dict[str, dict[tuple[int, ...], float]]] = [{} for _ in range(d.n)]
    for g in tree.groups:
        q = _probability(g.name, d.of(g.chance))
        factors = [d.of(f) for f in g.factors]
        if is_uncertain(g.chance, tree.parameters):
            drawn[g.name] = q
        for i in range(d.n):
            rows[i][g.name] = split(g, float(q[i]), [float(f[i]) for f in factors])
    if not tree.groups:
        return {}
    each = [with_groups(tree, row)[2] for row in rows]
    return {name: np.array([row.get(name, 0.0) for row in each]) for name in each[0]}


def _probability(name: str, x: Array) -> Array:
    if not np.all(np.isfinite(x)) or np.any(x < 0):
        raise ChanceError(f"a draw of `{name}` is below 0")
    return np.minimum(x, 1.0)  # a long tail beyond 1 is certainty


def _over(b: Bdd, root: int, p: list[Array], draws: int) -> Array:
    value: dict[int, Array] = {0: np.zeros(draws), 1: np.ones(draws)}
    for u in b.reachable(root):
        if u > TRUE:
            q = p[b.var[u]]
            low = value[b.low[u]]
            value[u] = low + q * (value[b.high[u]] - low)
    return value[root]


def _ranks(x: Array) -> Array:
    """Ranks, equal values their mean rank."""
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[inverse])


def _correlation(a: Array, b: Array) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0
