"""Formulas of `dynamics`: text -> arithmetic tree and back, by a hand-written Pratt parser.

Own language, nothing evaluated: names are looked up by the reader afterwards, constants are finite, length and depth are limited.
Loosest first: `or`, `and`, `not`, one comparison, `+ -`, `* /`, unary `-`, `^` (from the right: `a^b^c` is `a^(b^c)`, `-a^2` is
`-(a^2)`). A function's name is an ordinary name where no `(` follows it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from fuelbed.core.arithmetic import FUNCTIONS, Arith, Call, Measured, Name, Num, Operation
from fuelbed.core.findings import Span
from fuelbed.core.numbers import SECONDS, unit_of_time
from fuelbed.core.scanner import MAX_DEPTH, Cursor, Place, TextFault, Token, did_you_mean, scan

__all__ = ["COMPARISON", "MAX_HEIGHT", "WORDS", "FormulaParser", "formula_height", "joined", "parse_formula", "print_formula"]

WORDS = frozenset(("and", "or", "not"))
"""Words of the language: no state, parameter or named quantity may be called so."""
MAX_HEIGHT = 120
"""Levels of the tree: a sum of n terms is a tree of height n, and whoever walks it by recursion must be safe."""

_FORMS = "A formula is made of numbers, names, `+ - * / ^`, `< <= > >=`, `and or not`, parentheses and functions."
_INFIX: Mapping[str, tuple[int, int, Operation]] = {
    "or": (1, 1, "or"), "and": (2, 2, "and"), "<": (4, 4, "lt"), "<=": (4, 4, "le"), ">": (4, 4, "gt"), ">=": (4, 4, "ge"),
    "+": (5, 5, "add"), "-": (5, 5, "sub"), "*": (6, 6, "mul"), "/": (6, 6, "div"), "^": (8, 7, "pow"),
}  # fmt: skip
"""Symbol -> how tightly it binds, what its right side must bind tighter than, operation."""
_NOT, _NEG = 3, 6
COMPARISON = 4
"""How tightly a comparison binds: `FormulaParser.formula(COMPARISON, ...)` reads one arithmetic term."""
_MEANT = {"**": "^", "&&": "and", "||": "or", "&": "and", "|": "or", "!": "not", "~": "not", "%": "", "=": "", "==": "", "!=": ""}
_GLUED = re.compile(r"([0-9]+(?:\.[0-9]+)?)([A-Za-z_][A-Za-z0-9_]*)", re.ASCII)
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])([0-9]+(?:\.[0-9]+)?)[ \t]*\Z", re.ASCII)
_PAIRS = ("<=", ">=", "==", "!=", "**", "&&", "||")


def parse_formula(text: str, place: Place | None = None) -> Arith:
    """Parse `text`; every name's span is `place(start, end)` of its offsets. Raises `TextFault` at the first fault."""
    parser = FormulaParser(text, place)
    expr = parser.formula(0, 1)
    parser.expect_end()
    if formula_height(expr) > MAX_HEIGHT:
        raise TextFault("FB026", f"the formula has more than {MAX_HEIGHT} operations in a row.", _SPLIT, 0, len(text))
    return expr


_SPLIT = "Give the inner part a name under `let`."


class FormulaParser(Cursor):
    """Pratt parser of one formula; `core/temporal.py` builds on it for the terms of its predicates."""

    def __init__(self, text: str, place: Place | None) -> None:
        super().__init__(text, joined(scan(text, "formula")))
        self.place = place

    def span(self, t: Token) -> Span | None:
        return self.place(t.start, t.end) if self.place else None

    def fault(self, t: Token, message: str, cure: str = _FORMS, code: str = "FB020") -> TextFault:
        return TextFault(code, message, cure, t.start, max(t.end, t.start + 1))

    def deep(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise self.fault(self.now, f"the formula is nested deeper than {MAX_DEPTH}.", _SPLIT, "FB026")

    def expect_end(self) -> None:
        t = self.now
        if t.kind == "end":
            return
        if t.kind == ")":
            raise self.fault(t, "this `)` closes nothing.", "Remove it, or add the `(` it belongs to.")
        if t.kind == ",":
            raise self.fault(t, "a comma stands only between the arguments of a function.", _FORMS)
        self.meant(t)
        raise self.fault(t, f"an operator is expected before `{t.text}`.", "Write `*`, `+` or another operator between the two.")

    def meant(self, t: Token) -> None:
        """Symbols of other languages, each with what it is here."""
        if t.text == "%":
            raise self.fault(t, "`%` has no meaning in a formula.", "Write the share: 30 % is 0.3.")
        if t.text in _MEANT:
            word = _MEANT[t.text]
            cure = f"Write `{word}`." if word else "Compare with `<`, `<=`, `>` or `>=`."
            raise self.fault(t, f"`{t.text}` is not an operator here.", cure)
        self._united(t)
        if glued := _GLUED.match(self.text, t.start):
            cure = f"Write `{glued[1]} * {glued[2][:40]}`; numbers with a unit are parameters."
            raise self.fault(t, "a name does not start with a digit.", cure)
        if t.text.lower() in WORDS and t.text not in WORDS:
            raise self.fault(t, f"`{t.text}` is not an operator.", f"Write `{t.text.lower()}`.")

    def _united(self, t: Token) -> None:
        """`0.3 s` and `300ms`: numbers of a formula have no unit, and count in seconds where they are times."""
        apart, glued = _NUMBER.search(self.text[: t.start]), _GLUED.match(self.text, t.start)
        digits, word = (glued[1], glued[2]) if glued else (apart[1], t.text) if apart and t.kind == "name" else ("", "")
        if digits and (unit := unit_of_time(word)):
            cure = f"Numbers here have no unit: write `{float(digits) * SECONDS[unit]:g}` for seconds, or make it a parameter."
            raise self.fault(t, f"`{digits} {word}` has a unit.", cure)

    def formula(self, power: int, depth: int) -> Arith:
        """Pratt loop: operators that bind tighter than `power`."""
        self.deep(depth)
        left = self.prefix(depth)
        compared = False
        while (found := _INFIX.get(self.now.text)) and found[0] > power:
            if found[0] == COMPARISON and compared:
                raise self.fault(self.now, "two comparisons in a row.", "Write `a < b and b < c`.")
            compared = found[0] == COMPARISON
            self.take()
            left = Call(found[2], (left, self.formula(found[1], depth + 1)))
        return left

    def prefix(self, depth: int) -> Arith:
        t = self.take()
        if t.kind == "number":
            return self.number(t)
        if t.kind == "(":
            inner = self.formula(0, depth + 1)
            self.close(t)
            return inner
        if t.kind == "name":
            return self.named(t, depth)
        if t.kind == "-":
            return Call("neg", (self.formula(_NEG, depth + 1),))
        if t.kind == "end":
            raise self.fault(t, "the formula ends where a number or a name is expected.", "Write what is missing.")
        self.meant(t)
        raise self.fault(t, f"a number or a name is expected here, not `{t.text}`.")

    def number(self, t: Token) -> Num:
        value = float(t.text)
        if not math.isfinite(value):
            raise self.fault(t, f"`{t.text[:40]}` is not a finite number.", "Write a smaller one.", "FB045")
        return Num(value)

    def named(self, t: Token, depth: int) -> Arith:
        if t.text == "not":
            return Call("not", (self.formula(_NOT, depth + 1),))
        if t.text in WORDS:
            raise self.fault(t, f"a number or a name is expected before `{t.text}`.", "Write what stands on its left.")
        self.meant(t)
        return self.call(t, depth) if self.now.kind == "(" else Name(t.text, self.span(t))

    def call(self, t: Token, depth: int) -> Arith:
        if t.text not in FUNCTIONS:
            cure = did_you_mean(t.text, FUNCTIONS) or f"Functions are: {', '.join(FUNCTIONS)}; a product is written with `*`."
            raise self.fault(t, f"there is no function `{t.text[:40]}`.", cure, "FB021")
        opened = self.take()
        args: list[Arith] = []
        while self.now.kind != ")":
            args.append(self.formula(0, depth + 1))
            if self.now.kind != ",":
                break
            self.take()
        self.close(opened)
        least, most, what = FUNCTIONS[t.text]
        if not least <= len(args) <= most:
            wants = f"{least}" if least == most else f"{least} to {most}"
            message = f"`{t.text}` takes {wants} argument{'s' * (most > 1)}, not {len(args)}."
            raise self.fault(t, message, f"It is {what}.", "FB021")
        return Call(t.text, tuple(args))  # type: ignore[arg-type]  # every function of FUNCTIONS is an operation

    def close(self, opened: Token) -> None:
        if self.now.kind == ")":
            self.take()
        elif self.now.kind == "end":
            raise self.fault(opened, "this `(` is never closed.", "Add the `)` it needs.")
        else:
            self.expect_end()  # says what is wrong with the token that stands where `)` should


def joined(tokens: list[Token], pairs: tuple[str, ...] = _PAIRS) -> list[Token]:
    """Symbols of two characters that stand together, as one token."""
    out: list[Token] = []
    for t in tokens:
        last = out[-1] if out else None
        if last is not None and last.end == t.start and last.text + t.text in pairs:
            out[-1] = Token(last.text + t.text, last.text + t.text, last.start, t.end)
        else:
            out.append(t)
    return out


def formula_height(expr: Arith) -> int:
    """Levels of the tree, by an explicit stack."""
    most, todo = 0, [(expr, 1)]
    while todo:
        e, level = todo.pop()
        most = max(most, level)
        if isinstance(e, Call):
            todo.extend((x, level + 1) for x in e.args)
    return most


_SYMBOL = {op: (symbol, left, right) for symbol, (left, right, op) in _INFIX.items()}
_ATOM = 9


def print_formula(expr: Arith) -> str:
    """The formula as text, with no more parentheses than it needs: `parse_formula` of it gives the same tree."""
    return _print(expr)[0]


def _print(e: Arith) -> tuple[str, int]:
    """Text, and how tightly it binds."""
    if isinstance(e, Measured):
        return f"{_number(e.given)[0]} {e.unit}", _ATOM
    if isinstance(e, Num):
        return _number(e.value)
    if isinstance(e, Name):
        return e.name, _ATOM
    if e.op == "not":
        return f"not {_within(e.args[0], _NOT)}", _NOT
    if e.op == "neg":
        return f"-{_within(e.args[0], _NEG)}", _NEG + 1
    if e.op in _SYMBOL:
        symbol, left, right = _SYMBOL[e.op]
        a, b = _within(e.args[0], left if left == COMPARISON or e.op == "pow" else left - 1), _within(e.args[1], right)
        return f"{a} {symbol} {b}" if e.op != "pow" else f"{a}^{b}", left
    return f"{e.op}({', '.join(_print(x)[0] for x in e.args)})", _ATOM


def _within(e: Arith, power: int) -> str:
    text, binds = _print(e)
    return text if binds > power else f"({text})"


def _number(value: float) -> tuple[str, int]:
    text = repr(value)
    text = text.removesuffix(".0")
    return (text, _ATOM) if not text.startswith("-") else (f"({text})", _ATOM)
