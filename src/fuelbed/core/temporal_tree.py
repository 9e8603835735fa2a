"""Temporal formulas: the tree (signal temporal logic, Maler and Nickovic, FORMATS 2004). Parser and printer are `core/temporal.py`.

Nothing is evaluated here: names are columns of metrics or states of a model, and `numerics/temporal` gives the robustness.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from fuelbed.core.arithmetic import Arith, names_in
from fuelbed.core.findings import Span

__all__ = [
    "ALL", "And", "Compare", "Comparison", "Edge", "Event", "Implies", "Not", "Or", "Over", "Quantifier", "Temporal", "Until", "Window",
    "columns_in", "events_in", "every_sample", "reach", "walk_temporal", "windows_in",
]  # fmt: skip  # one list

Comparison = Literal["lt", "le", "gt", "ge"]
Quantifier = Literal["always", "eventually", "historically", "once"]


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds from the sample on, forwards or (past operators) backwards: both ends belong to it. `high` is `inf` for "no end"."""

    low: float = 0.0
    high: float = math.inf

    @property
    def bounded(self) -> bool:
        return math.isfinite(self.high)


ALL = Window()
"""The whole rest of the trace (or all of its past)."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A predicate: two arithmetic terms. Robustness: `right - left` for `<` and `<=`, `left - right` for `>` and `>=`."""

    op: Comparison
    left: Arith
    right: Arith


@dataclass(frozen=True, slots=True)
class Event:
    """True at the samples at which an event of this label happens or goes on."""

    label: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    of: Temporal


@dataclass(frozen=True, slots=True)
class And:
    args: tuple[Temporal, ...]


@dataclass(frozen=True, slots=True)
class Or:
    args: tuple[Temporal, ...]


@dataclass(frozen=True, slots=True)
class Implies:
    left: Temporal
    right: Temporal


@dataclass(frozen=True, slots=True)
class Edge:
    """`rises`: true here and not true at the sample before; `falls`: not true here and true at the sample before."""

    kind: Literal["rises", "falls"]
    of: Temporal


@dataclass(frozen=True, slots=True)
class Over:
    """`always` and `eventually` look forwards, `historically` and `once` backwards: at every, or at some, sample of the window."""

    kind: Quantifier
    window: Window
    of: Temporal


@dataclass(frozen=True, slots=True)
class Until:
    """`left until right`: at some sample of the window `right` holds, and `left` at every sample from here to the one *before* it.

    `since` is its mirror in the past: `right` held at some sample of the window, and `left` at every sample *after* it, up to here.
    """

    kind: Literal["until", "since"]
    window: Window
    left: Temporal
    right: Temporal


Temporal = Compare | Event | Not | And | Or | Implies | Edge | Over | Until


def parts(f: Temporal) -> tuple[Temporal, ...]:
    """The formulas directly inside."""
    match f:
        case And(args) | Or(args):
            return args
        case Implies(left, right) | Until(_, _, left, right):
            return (left, right)
        case Not(of) | Edge(_, of) | Over(_, _, of):
            return (of,)
        case _:
            return ()


def walk_temporal(f: Temporal) -> Iterator[Temporal]:
    """Every node, parents first, left to right; iterative, so depth is no danger."""
    todo = [f]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(parts(node)))


def columns_in(f: Temporal) -> tuple[str, ...]:
    """The columns that a formula reads, each once, in order."""
    found = [n for p in walk_temporal(f) if isinstance(p, Compare) for side in (p.left, p.right) for n in names_in(side)]
    return tuple(dict.fromkeys(found))


def events_in(f: Temporal) -> tuple[str, ...]:
    """The labels of events that a formula asks for, each once, in order."""
    return tuple(dict.fromkeys(p.label for p in walk_temporal(f) if isinstance(p, Event)))


def windows_in(f: Temporal) -> tuple[Window, ...]:
    """The windows of a formula."""
    return tuple(p.window for p in walk_temporal(f) if isinstance(p, Over | Until))


def reach(f: Temporal) -> tuple[float, float]:
    """How far a formula looks from a sample: seconds (backwards, forwards), `inf` for no end.

    The one sample before that `rises` and `falls` need is not counted: it has no length in seconds.
    """
    back = ahead = 0.0
    for part in parts(f):
        b, a = reach(part)
        back, ahead = max(back, b), max(ahead, a)
    match f:
        case Over("always" | "eventually", window, _) | Until("until", window, _, _):
            return back, ahead + window.high
        case Over(_, window, _) | Until(_, window, _, _):
            return back + window.high, ahead
        case _:
            return back, ahead


def every_sample(f: Temporal) -> Temporal:
    """What an invariant asks of every single sample: the formula less leading `always` and `historically` that have no window.

    `always (x <= 3)` over a trace is violated at each sample where `x <= 3` is: first violation, duration and size are of the inner
    formula, while the robustness of the outer one is negative from the first row to the last violation.
    """
    while isinstance(f, Over) and f.kind in ("always", "historically") and f.window == ALL:
        f = f.of
    return f
