"""The signed influence graph of a system, its simple cycles, and a copy of a model with one influence held still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.arithmetic import Arith, Call, Name, Num
from fuelbed.core.dynamics import Model
from fuelbed.numerics.graphs import components
from fuelbed.numerics.maps.laws import flow_names
from fuelbed.numerics.maps.system import System

__all__ = ["held", "influence", "simple_cycles"]

Array = NDArray[np.float64]
_STEPS = 400_000  # edges walked in the search for cycles


def influence(system: System, x: Array, p: Array) -> tuple[Array, Array]:
    """(n, N, N): d target / d source between the nodes, and the values of the nodes (n, N).

    Nodes: the states, then the named quantities. A state's row is its value one step later, over what its law reads directly; a named
    quantity's row is over what its own formula reads directly.
    """
    x = np.atleast_2d(x)
    named = system.let(x, p)
    size, given = len(system.states), len(system.parameters)
    columns = [*x.T, *(np.asarray(p).T), *named.T]
    wrt = [*range(size), *range(size + given, size + given + named.shape[1])]
    _, slopes = system.open_program.derivatives(columns, wrt)
    return slopes, np.concatenate([x, named], axis=1)


def simple_cycles(edges: Mapping[str, Sequence[str]], most: int = 10_000) -> tuple[list[tuple[str, ...]], bool]:
    """Every simple cycle once, from its first node in the order of `edges`, and whether that is all of them.

    Depth first within the strongly connected part of each root among the nodes not done yet; it stops after `most` cycles or a fixed
    number of steps.
    """
    order = list(edges)
    found: list[tuple[str, ...]] = []
    steps = 0
    for i, root in enumerate(order):
        later = set(order[i:])
        rest = {u: [v for v in edges[u] if v in later] for u in order[i:]}
        part = set(next(c for c in components(rest) if root in c))
        path, on_path = [root], {root}
        todo = [iter(rest[root])]
        while todo:
            v = next(todo[-1], None)
            steps += 1
            if steps > _STEPS or len(found) >= most:
                return found, False
            if v is None:
                todo.pop()
                on_path.discard(path.pop())
            elif v == root:
                found.append(tuple(path))
            elif v in part and v not in on_path:
                path.append(v)
                on_path.add(v)
                todo.append(iter(rest[v]))
    return found, True


def held(model: Model, source: str, target: str, value: float) -> Model | None:
    """The model in which `target` reads `value` wherever its own formula read `source`; None where it does not read it by name.

    A state is never held within its own law: that would take its memory away, not a feedback.
    """
    if source == target:
        return None
    flows = dict(zip(flow_names(model), model.events, strict=True))
    if target in model.let:
        new = _replaced(model.let[target], source, value)
        return None if new is None else replace(model, let={**model.let, target: new})
    if target in model.next:
        new = _replaced(model.next[target], source, value)
        return None if new is None else replace(model, next={**model.next, target: new})
    if target in flows:
        event = model.events[flows[target]]
        new = _replaced(event.rate, source, value)
        return None if new is None else replace(model, events={**model.events, event.name: replace(event, rate=new)})
    return None


def _replaced(expr: Arith, source: str, value: float) -> Arith | None:
    """The expression with a number in the place of a name; None where the name does not occur. (Trees of the parser are shallow.)"""
    if isinstance(expr, Name):
        return Num(value) if expr.name == source else None
    if isinstance(expr, Num):
        return None
    args = [_replaced(a, source, value) for a in expr.args]
    if all(a is None for a in args):
        return None
    return Call(expr.op, tuple(old if new is None else new for old, new in zip(expr.args, args, strict=True)))
