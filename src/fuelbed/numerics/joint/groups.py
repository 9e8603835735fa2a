"""Common-cause groups: which coupled components belong together, and how many of a group fail at once.

Groups are communities of the graph of coupled pairs: merged greedily as long as modularity rises (Clauset, Newman, Moore, Phys. Rev. E 70, 2004).
Joint events of a group: onsets of its members within one window of the first. With n_k events in which k of m members failed, the alpha
factors are alpha_k = n_k / sum_j n_j (NUREG/CR-5485's definition, not staggered); what coincides by chance is taken off in proportion, as an
impact vector that says "that many single failures" with the chance's weight. The posterior is Dirichlet(n_k + 1/2) (Jeffreys), 90 % intervals by
its marginals; beta is the share of a component's failures that it shares: sum over k >= 2 of k alpha_k / alpha_t with alpha_t = sum k alpha_k.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fuelbed.numerics.joint.bins import Onsets

__all__ = ["PRIOR", "Factor", "Group", "beta_of", "communities", "groups", "joint_events"]

PRIOR = 0.5  # Jeffreys
_DRAWS = 4_000
_LARGEST = 40


@dataclass(frozen=True, slots=True)
class Factor:
    """Posterior mean and 90 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of_shape(cls, a: float, b: float) -> Factor:
        """Of a share that is distributed as Beta(a, b)."""
        from scipy.special import betaincinv

        return cls(float(a / (a + b)), float(betaincinv(a, b, 0.05)), float(betaincinv(a, b, 0.95)))


@dataclass(frozen=True, eq=False)
class Group:
    """members, joint events by how many members failed (1 .. m, impact vectors summed), alpha by level, beta."""

    members: tuple[str, ...]
    events: tuple[float, ...]
    alpha: tuple[Factor, ...]
    beta: Factor


def groups(
    names: Sequence[str], o: Onsets, coupled: Sequence[tuple[str, str, int, float]], reach: float, seed: int
) -> tuple[Group, ...]:
    """coupled: (a, b, how often together, how often expected)."""
    index = {n: i for i, n in enumerate(names)}
    edges = {(index[a], index[b]): max(k - e, 1e-9) for a, b, k, e in coupled}
    chance = {(index[a], index[b]): min(e / k, 1.0) for a, b, k, e in coupled if k}
    out = []
    for members in communities(edges):
        if len(members) > _LARGEST:
            continue
        inside = [c for (i, j), c in chance.items() if i in members and j in members]
        counted = joint_events(o, members, reach)
        by_chance = float(np.mean(inside)) if inside else 0.0
        impact = counted.copy()
        impact[0] += by_chance * float((np.arange(2, len(members) + 1) * counted[1:]).sum())
        impact[1:] *= 1 - by_chance
        out.append(_group(tuple(names[i] for i in members), impact, np.random.default_rng(seed)))
    return tuple(sorted(out, key=lambda g: (-sum(g.events[1:]), g.members)))


def _group(members: tuple[str, ...], counts: np.ndarray, rng: np.random.Generator) -> Group:
    shape = counts + PRIOR
    total = float(shape.sum())
    alpha = tuple(Factor.of_shape(float(x), total - float(x)) for x in shape)
    drawn = beta_of(rng.dirichlet(shape, _DRAWS))
    low, high = np.quantile(drawn, (0.05, 0.95))
    return Group(members, tuple(map(float, counts)), alpha, Factor(float(drawn.mean()), float(low), float(high)))


def beta_of(alpha: np.ndarray) -> np.ndarray:
    """The share of a component's failures that it shares with others, from alpha factors along the last axis (not staggered)."""
    k = np.arange(1, alpha.shape[-1] + 1)
    each = alpha * k
    return np.asarray(each[..., 1:].sum(axis=-1) / each.sum(axis=-1))


def joint_events(o: Onsets, members: Sequence[int], reach: float) -> np.ndarray:
    """(m,) how many events 1, 2, .. m distinct members began to fail in; an event holds all onsets within `reach` of its first."""
    times = np.concatenate([o.of(i) for i in members])
    who = np.concatenate([np.full(len(o.of(i)), k) for k, i in enumerate(members)])
    order = np.argsort(times, kind="stable")
    times, who = times[order], who[order]
    out = np.zeros(len(members))
    at = 0
    while at < len(times):
        end = int(np.searchsorted(times, times[at] + reach, side="right"))
        out[len(np.unique(who[at:end])) - 1] += 1
        at = end
    return out


def communities(edges: dict[tuple[int, int], float]) -> list[tuple[int, ...]]:
    """Groups of two or more, greedily by modularity; deterministic: of equal gains the one with the lowest numbers."""
    total = sum(edges.values())
    if total <= 0:
        return []
    nodes = sorted({i for e in edges for i in e})
    members = {i: {i} for i in nodes}
    degree = dict.fromkeys(nodes, 0.0)
    between: dict[int, dict[int, float]] = {i: {} for i in nodes}
    for (i, j), w in edges.items():
        degree[i] += w
        degree[j] += w
        between[i][j] = between[j][i] = between[i].get(j, 0.0) + w
    while True:
        gains = [
            (w / total - degree[i] * degree[j] / (2 * total * total), -i, -j)
            for i, row in between.items()
            for j, w in row.items()
            if i < j
        ]
        if not gains or max(gains)[0] <= 1e-12:
            break
        _, i, j = max(gains)
        _merge(-i, -j, members, degree, between)
    return sorted(tuple(sorted(m)) for m in members.values() if len(m) > 1)


def _merge(i: int, j: int, members: dict[int, set[int]], degree: dict[int, float], between: dict[int, dict[int, float]]) -> None:
    """j becomes part of i."""
    members[i] |= members.pop(j)
    degree[i] += degree.pop(j)
    for k, w in between.pop(j).items():
        between[k].pop(j, None)
        if k != i:
            between[i][k] = between[k][i] = between[i].get(k, 0.0) + w
