"""Common-cause groups of a fault tree, put into its gates: a member becomes the `or` of the shared events that hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fuelbed.core.faulttrees import FaultTree, Group
from fuelbed.core.networks import Gate, Network

__all__ = ["levels", "split", "with_groups"]


def levels(g: Group, q: float, factors: Sequence[float]) -> tuple[float, ...]:
    """Q_1..Q_m of a group whose members fail with `q` in total; see `boolean/common_causes.py`. Raises `CommonCauseError`."""
    from fuelbed.numerics.boolean.common_causes import alpha, beta, mgl, phi

    m = len(g.members)
    if g.model == "beta":
        return beta(q, m, factors[0])
    if g.model == "mgl":
        return mgl(q, m, factors)
    return alpha(q, m, factors, staggered=g.staggered) if g.model == "alpha" else phi(q, m, factors)


def with_groups(
    tree: FaultTree, shares: Mapping[str, Mapping[tuple[int, ...], float]]
) -> tuple[Network, dict[str, str], dict[str, float]]:
    """The network with every group's shared events, what each new event stands for (`[a b]`), and its probability.

    shares  by group, the probability of each subset of its members (`subsets(levels(...))`).
    """
    gates = dict(tree.network.gates)
    words: dict[str, str] = {}
    chance: dict[str, float] = {}
    for g in tree.groups:
        holding: dict[str, list[str]] = {m: [] for m in g.members}
        for which, q in shares[g.name].items():
            members = [g.members[i] for i in which]
            name = f"[{' '.join(members)}]"
            words[name] = f"{'together' if len(members) > 1 else 'alone'}: {', '.join(members)}"
            chance[name] = q
            for m in members:
                holding[m].append(name)
        gates.update({m: Gate("or", tuple(events)) for m, events in holding.items()})
    return Network(gates, tree.network.top), words, chance


def split(g: Group, q: float, factors: Sequence[float]) -> dict[tuple[int, ...], float]:
    """The probability of each subset of the members. Raises `CommonCauseError`, with the group's name."""
    from fuelbed.numerics.boolean.common_causes import CommonCauseError, subsets

    try:
        return subsets(levels(g, q, factors))
    except CommonCauseError as e:
        raise CommonCauseError(f"the group `{g.name}`: {e}") from None
