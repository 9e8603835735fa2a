"""Today's values of a what-if, for readers without JavaScript: the same as `templates/tape.js` and `table.js`, in Python."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

__all__ = ["registers"]

_OPS: dict[str, Callable[..., float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else 0.0,
    "~": lambda a: 1.0 - a,
    "?": lambda c, a, b: c * a + (1.0 - c) * b,
    "exp": lambda a: math.exp(a) if a < 709.0 else math.inf,
    "min": min,
    "max": max,
}


def registers(tape: Mapping[str, Any], inputs: Sequence[float]) -> list[float]:
    """All registers: inputs, constants, one per operation."""
    reg = [*map(float, inputs), *map(float, tape["consts"])]
    done: dict[int, list[float]] = {}
    for code, *args in tape["ops"]:
        if code == "T":
            if args[0] not in done:
                table = tape["tables"][args[0]]
                done[args[0]] = _table(table, [reg[a] for a in table["args"]])
            reg.append(done[args[0]][args[1]])
        else:
            reg.append(_OPS[code](*(reg[a] for a in args)))
    return reg


def _leaf_of_every_state(table: Mapping[str, Any]) -> Callable[[int], list[int]]:
    """Root -> leaf in every state; variable 0 is the slowest bit of a state's number. Nodes come children first."""
    n, found = table["n"], list[list[int]]()

    def over(ref: int, level: int) -> list[int]:
        return [-1 - ref] * 2 ** (n - level) if ref < 0 else found[ref] * 2 ** (table["nodes"][ref][0] - level)

    for v, low, high in table["nodes"]:
        found.append(over(low, v + 1) + over(high, v + 1))
    return lambda root: over(root, 0)


def _mix(w: list[float], n: int, keep: Sequence[float], force: Sequence[float]) -> None:
    """Interventions on the states, one variable at a time: as drawn where `keep` is 1, else one with probability `force`."""
    for v in range(n):
        if keep[v] == 1.0:
            continue
        bit, drop = 1 << (n - 1 - v), 1.0 - keep[v]
        for s in range(2**n):
            if not s & bit:
                both = w[s] + w[s | bit]
                w[s] = keep[v] * w[s] + drop * (1.0 - force[v]) * both
                w[s | bit] = keep[v] * w[s | bit] + drop * force[v] * both


def _table(table: Mapping[str, Any], args: Sequence[float]) -> list[float]:
    """Ten sums over all states: with the facts, then with the facts and failing arrivals: one, hazard, loss, standing, survive."""
    n = table["n"]
    p, keep, force = (args[i : 3 * n : 3] for i in range(3))
    cuts = [3 * n]
    for many in (table["leaves"], *(len(table[k]) for k in ("arrivals", "hazard", "loss"))):
        cuts.append(cuts[-1] + many)
    leaves, weights, rates, losses = (args[a:b] for a, b in pairwise(cuts))
    where = _leaf_of_every_state(table)

    def linear(factors: Sequence[float], roots: Sequence[int]) -> list[float]:
        out = [0.0] * 2**n
        for factor, root in zip(factors, roots, strict=True):
            out = [x + factor * leaves[leaf] for x, leaf in zip(out, where(root), strict=True)]
        return out

    prior = [1.0]
    for x in p:
        prior = [w * side for w in prior for side in (1.0 - x, x)]
    hazard, loss, standing = linear(rates, table["hazard"]), linear(losses, table["loss"]), linear([1.0], [table["standing"]])
    survive = [(1.0 - q) * math.exp(-table["horizon"] * h) for q, h in zip(standing, hazard, strict=True)]
    sums: list[float] = []
    for value in (linear([1.0], [table["facts"]]), linear(weights, table["arrivals"])):
        w = [a * b for a, b in zip(prior, value, strict=True)]
        _mix(w, n, keep, force)
        sums += [math.fsum(w)] + [math.fsum(map(float.__mul__, w, q)) for q in (hazard, loss, standing, survive)]
    return sums
