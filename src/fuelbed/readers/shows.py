"""`shows` of a dynamic model: what a column of its metrics would show, as formulas. Read alike from a case and from an archetype.

Units are checked where they are certain. A formula has a power of seconds: -1 for what is per second, 1 for seconds, 0 for what counts. A
number stands for anything (`5 * x` may be five seconds times x), and so does a name whose unit nobody said; what such a thing enters
by multiplication is not checked.
"""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.arithmetic import Arith, Call, Name, Num
from fuelbed.core.evidence import ROLES
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.laws import Scope, StateLaw, formula

__all__ = ["power_of", "read_shows"]

_POWER = {"flow": -1, "time": 1}
_OF_STATE = {"seconds": 1, "s": 1, "per second": -1}
_OF_ROLE = {"per second": -1, "seconds": 1, "": 0}
_SAID = {-1: "is per second", 0: "is a plain number", 1: "is in seconds"}
_WANTED = {-1: "per second", 0: "a plain number", 1: "in seconds"}
_CURE = {
    -1: "Multiply by a rate, or divide a count by a time.",
    0: "Multiply a flow by a time, or give the column another name than a role.",
    1: "Divide a count by a flow: `waiting / capacity`.",
}


def read_shows(r: Reading, f: Fields, scope: Scope, let: Mapping[str, Arith], plain: bool = False) -> dict[str, Arith]:
    """Column -> formula over states, parameters and named quantities; what is at fault is left out (the case is refused anyway).

    plain: a parameter without a unit is known to be a plain number (an archetype says the unit of each).
    """
    node = f.section("shows")
    out: dict[str, Arith] = {}
    if node is None:
        return out
    if not node.entries:
        r.error("FB017", node.span, "`shows` is empty.", "Write `latency: waiting / capacity`, or leave it out.")
    powers = _powers(scope, let, plain)
    for name, entry in node.entries.items():
        r.identifier(entry.key, "column")
        expr = formula(r, entry.value, name, scope.all())
        if expr is None:
            continue
        out[name] = expr
        wanted, got = _OF_ROLE[ROLES[name]] if name in ROLES else None, power_of(expr, powers)
        if wanted is not None and got is not None and wanted != got:
            said = _SAID.get(got, f"is in seconds to the power of {got}")
            r.error("FB099", entry.value.span, f"`{name}` is {_WANTED[wanted]}, and this formula {said}.", _CURE[wanted])
    return out


def _powers(scope: Scope, let: Mapping[str, Arith], plain: bool) -> dict[str, int | None]:
    """By name, the power of seconds; None where it is not certain."""
    out: dict[str, int | None] = dict.fromkeys(scope.words, 0)
    for name, dimension in scope.parameters.items():
        out[name] = _POWER.get(dimension or "", 0 if plain and dimension == "number" else None)
    for name in scope.states:
        law, dimension = scope.found.get(name), scope.states[name]
        out[name] = _POWER[dimension] if dimension in _POWER else _of_state(law)
    for name, expr in let.items():  # each after those it reads
        out[name] = power_of(expr, out)
    return out


def _of_state(law: StateLaw | None) -> int | None:
    if law is None:
        return None
    return _OF_STATE.get(law.unit, 0 if law.whole and not law.unit else None)


def power_of(expr: Arith, powers: Mapping[str, int | None]) -> int | None:
    """The power of seconds of a formula, None where it is not certain. Each node is looked at once, so depth is no danger."""
    done: dict[int, int | None] = {}
    todo: list[tuple[Arith, bool]] = [(expr, False)]
    while todo:
        e, ready = todo.pop()
        if isinstance(e, Num):
            done[id(e)] = None
        elif isinstance(e, Name):
            done[id(e)] = powers.get(e.name)
        elif ready:
            done[id(e)] = _of_call(e, [done[id(a)] for a in e.args])
        else:
            todo.append((e, True))
            todo.extend((a, False) for a in e.args)
    return done[id(expr)]


def _of_call(e: Call, args: list[int | None]) -> int | None:
    if e.op in ("lt", "le", "gt", "ge", "and", "or", "not", "exp", "log", "tanh", "hill", "late"):
        return 0
    if e.op in ("mul", "div"):
        a, b = args
        return None if a is None or b is None else (a + b if e.op == "mul" else a - b)
    if e.op == "pow":
        base, by = args[0], e.args[1]
        return base * int(by.value) if base is not None and isinstance(by, Num) and by.value == int(by.value) else None
    if e.op == "sqrt":
        return args[0] // 2 if args[0] is not None and args[0] % 2 == 0 else None
    same = {a for a in (args[1:] if e.op == "if" else args) if a is not None}  # a sum of seconds and a number is seconds
    return same.pop() if len(same) == 1 else None
