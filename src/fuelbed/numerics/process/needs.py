"""A control that needs a signal, written out: what the signal reads becomes a part of the structure.

A control acts at a demand only while the signal that it needs *sees*: what the signal sees is so, the signal is not blind, and it is
not missed in this demand. The last is a draw of its own (`variables.py`). The first two are facts of the same world, so wherever a line
says `fails(c)`, it is read as

    fails(c) or not (sees) or blind_when

before cut sets and arrivals are worked out. Where every way that asks the control makes `sees` true, `not (sees)` drops out and the cut
sets stay as they are; a condition that blinds the signal stands in them as what it is, a part of the way to the failure. A false alarm
arms nothing. A candidate that is not installed sees nothing, until an action item observes it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from fuelbed.core.case import Case
from fuelbed.core.expressions import Expr, Fails, Not, Or, replaced, walk

__all__ = ["seen_through", "unseen"]


def unseen(case: Case) -> dict[str, Expr]:
    """By control that needs a declared signal, when that signal shows nothing though it does not miss: `not (sees) or blind_when`."""
    out: dict[str, Expr] = {}
    for f in case.factors.values():
        signal = case.signals.get(f.needs) if f.kind == "control" and f.needs else None
        if signal is not None:
            silent = Not(signal.sees)
            out[f.name] = silent if signal.blind_when is None else Or((silent, signal.blind_when))
    return out


def seen_through(case: Case) -> Case:
    """The case with every `fails(c)` of such a control written out; the case itself where there is none."""
    extra = unseen(case)
    if not extra:
        return case
    lines = {}
    for name, line in case.lines.items():
        asked = any(isinstance(e, Fails) and e.name in extra for e in walk(line.expr))
        lines[name] = dataclasses.replace(line, expr=replaced(line.expr, lambda e: _written(e, extra))) if asked else line
    return dataclasses.replace(case, lines=lines)


def _written(e: Expr, extra: Mapping[str, Expr]) -> Expr:
    return Or((e, extra[e.name])) if isinstance(e, Fails) and e.name in extra else e
