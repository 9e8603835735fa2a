"""A formula evaluated by rtamt (discrete time, one sample a second): the outside oracle, where it can be installed (Python before 3.13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from fuelbed.core.arithmetic import Arith, Call, Name, Num
from fuelbed.core.temporal import And, Compare, Edge, Event, Implies, Not, Or, Over, Temporal, Until, Window, columns_in

__all__ = ["as_rtamt", "rtamt_robustness"]

_OVER = {"always": "always", "eventually": "eventually", "historically": "historically", "once": "once"}
_SIGN = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_ARITH = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


def as_rtamt(f: Temporal) -> str:
    """The formula in rtamt's language, every part in parentheses; windows in whole seconds are whole samples."""
    match f:
        case Compare(op, left, right):
            return f"(({_term(left)}) {_SIGN[op]} ({_term(right)}))"
        case Not(of):
            return f"(not {as_rtamt(of)})"
        case And(args) | Or(args):
            word = " and " if isinstance(f, And) else " or "
            text = as_rtamt(args[0])
            for a in args[1:]:
                text = f"({text}{word}{as_rtamt(a)})"
            return text
        case Implies(left, right):
            return f"({as_rtamt(left)} -> {as_rtamt(right)})"
        case Edge(kind, of):
            return f"({kind.removesuffix('s')}({as_rtamt(of)}))"
        case Over(kind, window, of):
            return f"({_OVER[kind]}{_window(window)}{as_rtamt(of)})"
        case Until(kind, window, left, right):
            return f"({as_rtamt(left)} {kind}{_window(window)} {as_rtamt(right)})"
        case Event():
            raise NotImplementedError("rtamt has no events")


def _window(w: Window) -> str:
    return f"[{w.low:.0f},{w.high:.0f}]" if w.bounded else ""


def _term(e: Arith) -> str:
    if isinstance(e, Num):
        return repr(e.value)
    if isinstance(e, Name):
        return e.name
    assert isinstance(e, Call)
    if e.op == "neg":
        return f"(0.0 - {_term(e.args[0])})"
    return f"({_term(e.args[0])} {_ARITH[e.op]} {_term(e.args[1])})"


def rtamt_robustness(f: Temporal, columns: Mapping[str, Sequence[float]]) -> list[float]:
    """Its robustness at every sample. Skips the test where rtamt is not installed."""
    rtamt = pytest.importorskip("rtamt", reason="rtamt 0.4.10 needs Python before 3.13")
    n = len(next(iter(columns.values())))
    spec = rtamt.StlDiscreteTimeSpecification()
    for name in columns_in(f):
        spec.declare_var(name, "float")
    spec.spec = as_rtamt(f)
    spec.parse()
    data = {"time": list(range(n)), **{name: [float(v) for v in columns[name]] for name in columns_in(f)}}
    return [v for _, v in spec.evaluate(data)]
