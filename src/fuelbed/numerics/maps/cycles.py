"""The signed influence graph of a system, its simple cycles, and a copy of a model with one influence held still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.arithmetic import Arith, Call, Name, Num
from fuelbed.core.dynamics import Model, Parameter
from fuelbed.core.quantities import Quantity
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


def held(model: Model, links: Sequence[tuple[str, str, float]]) -> tuple[Model, list[bool]]:
    """A copy in which each link (source, target, value) has a switch, and which links could get one.

    The switches are further parameters, one per link that got one, 0 today; at 1 the target's own formula reads the value in the place
    of the source. A state is never held within its own law: that would take its memory away, not a feedback. What a formula does not
    read by name (the flow of an event in the balance of a state) cannot be held.
    """
    lets, following, events, parameters = dict(model.let), dict(model.next), dict(model.events), dict(model.parameters)
    flows = dict(zip(flow_names(model), model.events, strict=True))
    got = []
    for source, target, value in links:
        switch = Parameter(f"hold {len(parameters)}", Quantity.point(0.0, "plain"))
        read = Call("if", (Name(switch.name), Num(value), Name(source)))
        old = events[flows[target]].rate if target in flows else lets.get(target, following.get(target))
        new = None if old is None or source == target else _replaced(old, source, read)
        got.append(new is not None)
        if new is None:
            continue
        parameters[switch.name] = switch
        if target in flows:
            events[flows[target]] = replace(events[flows[target]], rate=new)
        else:
            (lets if target in lets else following)[target] = new
    return replace(model, let=lets, next=following, events=events, parameters=parameters), got


def _replaced(expr: Arith, source: str, read: Call) -> Arith | None:
    """The expression with `read` in the place of a name; None where the name does not occur. (Trees of the parser are shallow.)"""
    if isinstance(expr, Name):
        return read if expr.name == source else None
    if isinstance(expr, Num):
        return None
    args = [_replaced(a, source, read) for a in expr.args]
    if all(a is None for a in args):
        return None
    return Call(expr.op, tuple(old if new is None else new for old, new in zip(expr.args, args, strict=True)))
