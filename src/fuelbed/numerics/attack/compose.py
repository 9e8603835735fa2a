"""The lines of a case as an AND/OR graph: for cuts and depth, where no list of cut sets is needed.

Every factor is a source: an exploit arrives, an exposure is there, a control falls. A line is the node of its expression. `atleast` and
`threshold` are written out by counting (for `atleast(k, n arguments)`, k x n nodes). What is surely absent today is never reached.
`not x` is read as true: the attacker is granted what a line says must not be so. A cut found here therefore cuts, and a depth is no
deeper than it is said to be. A control that needs a signal also falls while the signal is blind (`blind_when`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fuelbed.core.case import Case
from fuelbed.core.errors import BudgetError
from fuelbed.core.expressions import And, AtLeast, Const, Expr, Fails, Not, Or, Ref, Threshold, Tips
from fuelbed.numerics.attack.graph import AndOr

__all__ = ["Composed", "Event", "absent", "compose"]

Event = tuple[str, str]  # ("trigger" | "condition" | "control" | "tips", name)
_TERMS = 300  # of one `atleast` or `threshold`
_COUNTED = 20_000  # nodes that `atleast` and `threshold` may take, all together


@dataclass(frozen=True, eq=False)
class Composed:
    """nodes    event -> its source node; lines -> the node of each.
    granted  whether some line says `not`, which is read in the attacker's favour.
    """

    graph: AndOr
    nodes: Mapping[Event, int]
    lines: Mapping[str, int]
    goal: int
    granted: bool

    def events(self, kind: str) -> list[str]:
        return [n for k, n in self.nodes if k == kind]


def absent(case: Case, name: str) -> bool:
    """Whether a condition is surely not there: said of today, or never believed and without an onset."""
    f = case.factors[name]
    if f.today is not None:
        return f.today.given and f.today.high <= 0
    return f.present is not None and f.present.given and f.present.high <= 0 and f.onset is None and f.duty is None


@dataclass(slots=True)
class _Build:
    case: Case
    inputs: list[list[int]] = field(default_factory=list)
    ands: list[int] = field(default_factory=list)
    nodes: dict[Event, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    granted: bool = False
    counted: int = 0
    blinded: dict[str, int] = field(default_factory=dict)
    constants: dict[bool, int] = field(default_factory=dict)

    def node(self, inputs: list[int], both: bool = False) -> int:
        self.inputs.append(inputs)
        if both:
            self.ands.append(len(self.inputs) - 1)
        return len(self.inputs) - 1

    def constant(self, value: bool) -> int:
        """True is a source; false an OR node that only feeds itself, which the least fixpoint never reaches."""
        if value not in self.constants:
            me = self.constants[value] = self.node([])
            if not value:
                self.inputs[me] = [me]
        return self.constants[value]

    def event(self, e: Event) -> int:
        if e not in self.nodes:
            if e[0] == "condition" and absent(self.case, e[1]):
                return self.constant(False)
            self.nodes[e] = self.node([])
        return self.nodes[e]

    def expr(self, e: Expr) -> int:
        """The node of an expression; depth is that of the grammar."""
        if isinstance(e, Ref):
            return self.lines[e.name] if e.name in self.lines else self.event((self.case.factors[e.name].kind, e.name))
        if isinstance(e, Fails):
            return self._control(e.name)
        if isinstance(e, Tips):
            return self.node([self.event(("trigger", e.name)), self.event(("tips", e.name))], both=True)
        if isinstance(e, Const):
            return self.constant(e.value)
        if isinstance(e, Not):
            self.granted = True
            return self.constant(True)
        if isinstance(e, And | Or):
            parts = [self.expr(x) for x in e.args]
            return self.node(parts, isinstance(e, And)) if parts else self.constant(isinstance(e, And))
        if isinstance(e, AtLeast):
            return self._reaching(e.k, [(1.0, x) for x in e.args])
        assert isinstance(e, Threshold)
        self.granted = self.granted or any(w < 0 for w, _ in e.terms)
        return self._reaching(e.tau, [(w, x) for w, x in e.terms if w > 0])

    def _control(self, name: str) -> int:
        falls = self.event(("control", name))
        f = self.case.factors.get(name)
        signal = self.case.signals.get(f.needs) if f is not None and f.needs else None
        if signal is None or signal.blind_when is None:
            return falls
        if name not in self.blinded:
            self.blinded[name] = self.node([falls])
            self.inputs[self.blinded[name]].append(self.expr(signal.blind_when))
        return self.blinded[name]

    def _reaching(self, goal: float, terms: list[tuple[float, Expr]]) -> int:
        """Whether the weights of what is true reach `goal`: node (i, still needed), by the terms left over."""
        if len(terms) > _TERMS:
            raise BudgetError("`atleast` and `threshold` are too long for a graph of ways")
        parts = [(w, self.expr(x)) for w, x in terms]
        rest = [0.0]
        for w, _ in reversed(parts):
            rest.append(rest[-1] + w)
        rest.reverse()
        known: dict[tuple[int, float], int] = {}

        def go(i: int, need: float) -> int:
            if need <= 1e-12:
                return self.constant(True)
            if rest[i] < need - 1e-12:
                return self.constant(False)
            key = (i, round(need, 9))
            if key not in known:
                self.counted += 1
                if self.counted > _COUNTED:
                    raise BudgetError("`atleast` and `threshold` are too long for a graph of ways")
                w, x = parts[i]
                with_it = self.node([x, go(i + 1, need - w)], both=True)
                known[key] = self.node([with_it, go(i + 1, need)])
            return known[key]

        return go(0, goal)


def compose(case: Case, added: Mapping[str, str] | None = None) -> Composed:
    """The graph of all lines; `added` are controls that stand before a line: the line and their falling.

    Raises `BudgetError` where counting takes too many nodes.
    """
    b = _Build(case)
    for name in case.lines:
        b.lines[name] = b.node([])
    guards: dict[str, list[str]] = {}
    for control, guarded in (added or {}).items():
        guards.setdefault(guarded, []).append(control)
    for name, line in case.lines.items():
        mine = b.expr(line.expr)
        for control in guards.get(name, ()):
            mine = b.node([mine, b.event(("control", control))], both=True)
        b.inputs[b.lines[name]] = [mine]
    return Composed(AndOr.of(b.inputs, b.ands), b.nodes, b.lines, b.lines[case.failure], b.granted)
