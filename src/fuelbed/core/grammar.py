"""Boolean expressions: text -> tree, by a hand-written Pratt parser.

Own language, nothing evaluated: names are looked up by the reader afterwards, constants are finite, length and depth are limited.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from fuelbed.core.expressions import And, AtLeast, Const, Expr, Fails, Not, Or, Ref, Threshold, Tips
from fuelbed.core.findings import Span
from fuelbed.core.scanner import MAX_DEPTH, Cursor, Place, TextFault, Token, did_you_mean, scan

__all__ = ["FUNCTIONS", "RESERVED", "parse_expression"]

FUNCTIONS = ("any", "all", "atleast", "threshold", "fails", "tips")
RESERVED = frozenset((*FUNCTIONS, "and", "or", "not", "true", "false"))
"""Words of the language: no factor or line may be called so."""

_FORMS = "An expression is made of names, `and`, `or`, `not`, parentheses, and `any all atleast threshold fails tips`."
_SYMBOLS = {"&": "and", "|": "or", "!": "not", "~": "not", "^": "or", "+": "or", "*": "and"}
_POWER = {"or": 1, "and": 2}


def parse_expression(text: str, place: Place | None = None) -> Expr:
    """Parse `text`; every name's span is `place(start, end)` of its offsets. Raises `TextFault` at the first fault."""
    parser = _Parser(text, place)
    expr = parser.expression(0, 1)
    parser.expect_end()
    return expr


class _Parser(Cursor):
    def __init__(self, text: str, place: Place | None) -> None:
        super().__init__(text, scan(text, "expression"))
        self.place = place

    def span(self, t: Token) -> Span | None:
        return self.place(t.start, t.end) if self.place else None

    def fault(self, t: Token, message: str, cure: str = "", code: str = "FB020") -> TextFault:
        return TextFault(code, message, cure or _FORMS, t.start, max(t.end, t.start + 1))

    def expect_end(self) -> None:
        t = self.now
        if t.kind == "end":
            return
        if t.kind == ")":
            raise self.fault(t, "this `)` closes nothing.", "Remove it, or add the `(` it belongs to.")
        if t.text in _SYMBOLS:
            raise self.fault(t, f"`{t.text}` is not an operator here.", f"Write `{_SYMBOLS[t.text]}`.")
        if t.text.lower() in ("and", "or"):
            raise self.fault(t, f"`{t.text}` is not an operator.", f"Write `{t.text.lower()}`.")
        if t.kind == "-":
            raise self.fault(t, "`-` has no place in a name.", "Names are snake_case: letters, digits and `_`.")
        raise self.fault(t, f"an operator is expected before `{t.text}`.", "Join two names with `and` or `or`.")

    def expression(self, power: int, depth: int) -> Expr:
        """Pratt loop: `and` binds tighter than `or`; chains of one operator become one node, so they cost no depth."""
        if depth > MAX_DEPTH:
            raise self.fault(
                self.now, f"the expression is nested deeper than {MAX_DEPTH}.", "Give the inner part a line of its own.", "FB026"
            )
        left = self.unary(depth)
        while _POWER.get(self.now.text, 0) > power and self.now.kind == "name":
            word = self.now.text
            args = [left]
            while self.now.text == word:
                self.take()
                args.append(self.expression(_POWER[word], depth + 1))
            left = And(tuple(args)) if word == "and" else Or(tuple(args))
        return left

    def unary(self, depth: int) -> Expr:
        if depth > MAX_DEPTH:
            raise self.fault(
                self.now, f"the expression is nested deeper than {MAX_DEPTH}.", "Give the inner part a line of its own.", "FB026"
            )
        t = self.take()
        if t.kind == "name" and t.text == "not":
            return Not(self.unary(depth + 1))
        if t.kind == "(":
            inner = self.expression(0, depth + 1)
            self.close(t)
            return inner
        if t.kind == "name":
            return self.named(t, depth)
        if t.kind == "end":
            raise self.fault(
                t, "the expression ends where a name is expected.", "Write the missing name, or remove the last operator."
            )
        if t.text in _SYMBOLS:
            raise self.fault(t, f"`{t.text}` is not an operator here.", f"Write `{_SYMBOLS[t.text]}`.")
        if t.kind == "number":
            raise self.fault(t, f"a name is expected here, not the number {t.text}.", "Weights: `threshold(tau, 0.3*a, 0.5*b)`.")
        raise self.fault(t, f"`{t.text}` has no meaning here.")

    def close(self, opened: Token) -> None:
        if self.now.kind == ")":
            self.take()
        elif self.now.kind == "end":
            raise self.fault(opened, "this `(` is never closed.", "Add the `)` it needs.")
        else:
            self.expect_end()  # says what is wrong with the token that stands where `)` should

    def named(self, t: Token, depth: int) -> Expr:
        if t.text in ("true", "false"):
            return Const(t.text == "true")
        if t.text in FUNCTIONS or self.now.kind == "(":
            return self.call(t, depth)
        if t.text in RESERVED:
            raise self.fault(t, f"a name is expected before `{t.text}`.", "Write what stands on its left.")
        if t.text.lower() in ("and", "or", "not"):
            raise self.fault(t, f"`{t.text}` is not an operator.", f"Write `{t.text.lower()}`.")
        return Ref(t.text, self.span(t))

    def call(self, t: Token, depth: int) -> Expr:
        known: dict[str, Callable[[Token, int], Expr]] = {
            "any": self.any, "all": self.all, "atleast": self.atleast, "threshold": self.threshold, "fails": self.fails, "tips": self.fails,
        }  # fmt: skip
        if t.text not in known:
            cure = did_you_mean(t.text, FUNCTIONS) or f"Known are {', '.join(FUNCTIONS)}."
            raise self.fault(t, f"`{t.text}(` is not known.", cure, "FB021")
        if self.now.kind != "(":
            raise self.fault(t, f"`{t.text}` needs its arguments in parentheses.", _EXAMPLES[t.text], "FB021")
        opened = self.take()
        expr = known[t.text](t, depth + 1)
        self.close(opened)
        return expr

    def fails(self, t: Token, depth: int) -> Expr:
        name = self.take()
        if name.kind != "name" or name.text in RESERVED or self.now.kind != ")":
            what = "control" if t.text == "fails" else "trigger"
            raise self.fault(t, f"`{t.text}` takes the name of one {what}.", _EXAMPLES[t.text], "FB021")
        kind = Fails if t.text == "fails" else Tips
        return kind(name.text, self.span(name))

    def arguments(self, depth: int) -> tuple[Expr, ...]:
        args = [self.expression(0, depth)]
        while self.now.kind == ",":
            self.take()
            args.append(self.expression(0, depth))
        return tuple(args)

    def any(self, t: Token, depth: int) -> Expr:
        args = self.arguments(depth)
        return args[0] if len(args) == 1 else Or(args)

    def all(self, t: Token, depth: int) -> Expr:
        args = self.arguments(depth)
        return args[0] if len(args) == 1 else And(args)

    def atleast(self, t: Token, depth: int) -> Expr:
        number = self.take()
        if number.kind != "number" or not number.text.isdigit() or self.now.kind != ",":
            raise self.fault(t, "`atleast` needs a whole number first, then the names.", _EXAMPLES["atleast"], "FB021")
        self.take()
        args = self.arguments(depth)
        k = int(number.text[:6])
        if not 1 <= k <= len(args):
            raise self.fault(
                number, f"at least {number.text} of {len(args)} has no meaning.", f"Write a number in 1..{len(args)}.", "FB021"
            )
        return AtLeast(k, args)

    def constant(self) -> float:
        sign = -1.0 if self.now.kind == "-" else 1.0
        if self.now.kind in ("-", "+"):
            self.take()
        t = self.take()
        if t.kind != "number":
            raise self.fault(t, "a number is expected here.", _EXAMPLES["threshold"], "FB021")
        value = sign * float(t.text)
        if not math.isfinite(value):
            raise self.fault(t, f"`{t.text}` is not a finite number.", "Write a smaller one.", "FB045")
        return value

    def threshold(self, t: Token, depth: int) -> Expr:
        tau = self.constant()
        terms: list[tuple[float, Expr]] = []
        while self.now.kind == ",":
            self.take()
            weight = 1.0
            if self.now.kind in ("number", "-", "+"):
                weight = self.constant()
                if self.now.kind != "*":
                    raise self.fault(self.now, "a weight is followed by `*` and its name.", _EXAMPLES["threshold"], "FB021")
                self.take()
            terms.append((weight, self.unary(depth)))
        if not terms:
            raise self.fault(t, "`threshold` needs tau and at least one weighted name.", _EXAMPLES["threshold"], "FB021")
        return Threshold(tau, tuple(terms))


_EXAMPLES = {
    "any": "Write `any(a, b)`.",
    "all": "Write `all(a, b)`.",
    "atleast": "Write `atleast(2, a, b, c)`.",
    "threshold": "Write `threshold(0.6, 0.3*a, 0.5*b)`.",
    "fails": "Write `fails(circuit_breaker)`.",
    "tips": "Write `tips(ingestion_surge)`.",
}
