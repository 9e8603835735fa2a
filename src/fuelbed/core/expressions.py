"""The Boolean expressions of `structure`: the tree. The parser is `core/grammar.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fuelbed.core.findings import Span

__all__ = ["And", "AtLeast", "Const", "Expr", "Fails", "Not", "Or", "Ref", "Threshold", "Tips", "replaced", "walk"]


@dataclass(frozen=True, slots=True)
class Ref:
    """A trigger, a condition or another line, by name."""

    name: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Fails:
    """`fails(control)`: the control does not hold this demand (broken, or fails this time)."""

    name: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Tips:
    """`tips(trigger)`: this trigger lands beyond the stability boundary (a probability from the dynamics engine)."""

    name: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Const:
    value: bool


@dataclass(frozen=True, slots=True)
class Not:
    arg: Expr


@dataclass(frozen=True, slots=True)
class And:
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """True when at least `k` of `args` are."""

    k: int
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """True when the sum of the weights of the true terms reaches `tau`. Weights may be negative (then not monotone)."""

    tau: float
    terms: tuple[tuple[float, Expr], ...]


Expr = Ref | Fails | Tips | Const | Not | And | Or | AtLeast | Threshold


def walk(expr: Expr) -> Iterator[Expr]:
    """Every node of the tree, parents first; iterative, so depth is no danger."""
    todo: list[Expr] = [expr]
    while todo:
        e = todo.pop()
        yield e
        if isinstance(e, Not):
            todo.append(e.arg)
        elif isinstance(e, And | Or | AtLeast):
            todo.extend(reversed(e.args))
        elif isinstance(e, Threshold):
            todo.extend(x for _, x in reversed(e.terms))


def replaced(expr: Expr, leaf: Callable[[Expr], Expr]) -> Expr:
    """The tree with `leaf` of every name, control, tip and constant in its place. Depth is that of the grammar."""
    if isinstance(expr, Not):
        return Not(replaced(expr.arg, leaf))
    if isinstance(expr, And):
        return And(tuple(replaced(x, leaf) for x in expr.args))
    if isinstance(expr, Or):
        return Or(tuple(replaced(x, leaf) for x in expr.args))
    if isinstance(expr, AtLeast):
        return AtLeast(expr.k, tuple(replaced(x, leaf) for x in expr.args))
    if isinstance(expr, Threshold):
        return Threshold(expr.tau, tuple((w, replaced(x, leaf)) for w, x in expr.terms))
    return leaf(expr)
