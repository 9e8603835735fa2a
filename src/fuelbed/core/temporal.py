"""Temporal formulas: text -> tree and back, by a hand-written Pratt parser. The tree is `core/temporal_tree.py`.

Loosest first: `->` (from the right: `a -> b -> c` is `a -> (b -> c)`), `or`, `and`, `until` and `since` (two in a row need parentheses),
then the words before a formula (`not`, `always[..]`, `eventually[..]`, `historically[..]`, `once[..]`), then one comparison of two terms.
So `always[0..5 min] x > 3 and y < 2` is `(always[0..5 min] x > 3) and y < 2`. Terms are those of `core/formulas.py`; a number may carry a
unit of time (`300 ms`: seconds) or a rate (`5 per minute`: per second).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from fuelbed.core.arithmetic import Arith, Measured, Num
from fuelbed.core.formulas import COMPARISON, MAX_HEIGHT, FormulaParser, formula_height, joined, print_formula
from fuelbed.core.formulas import WORDS as TERM_WORDS
from fuelbed.core.numbers import SECONDS, unit_of_time
from fuelbed.core.scanner import MAX_DEPTH, Place, TextFault, Token, did_you_mean, scan
from fuelbed.core.temporal_tree import (
    ALL,
    And,
    Compare,
    Comparison,
    Edge,
    Event,
    Implies,
    Not,
    Or,
    Over,
    Quantifier,
    Temporal,
    Until,
    Window,
    columns_in,
    events_in,
    every_sample,
    reach,
    walk_temporal,
    windows_in,
)  # fmt: skip  # one list

__all__ = [
    "ALL", "TEMPORAL_WORDS", "And", "Compare", "Comparison", "Edge", "Event", "Implies", "Not", "Or", "Over", "Quantifier", "Temporal",
    "Until", "Window", "columns_in", "events_in", "every_sample", "parse_temporal", "print_temporal", "reach", "walk_temporal",
    "windows_in",
]  # fmt: skip  # one list

_OVER: Mapping[str, Quantifier] = {
    "always": "always", "eventually": "eventually", "historically": "historically", "once": "once",
}  # fmt: skip
_UNARY = frozenset(("not", "rises", "falls", "event", *_OVER))
TEMPORAL_WORDS = frozenset((*TERM_WORDS, *_UNARY, "until", "since"))
"""Words of the language: no column may be called so."""
_POWER: Mapping[str, int] = {"->": 1, "or": 2, "and": 3, "until": 4, "since": 4}
_PREFIX = 5
_COMPARE: Mapping[str, Comparison] = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_SIGN = {op: sign for sign, op in _COMPARE.items()}
_PAIRS = ("<=", ">=", "==", "!=", "**", "&&", "||", "->", "=>", "<-")
_FORMS = (
    "A formula compares terms with `< <= > >=` and joins them with `and or not ->`, `always[..]`, `eventually[..]`, `historically[..]`, "
    "`once[..]`, `until[..]`, `since[..]`, `rises(..)`, `falls(..)` and `event(..)`."
)
_MEANT = {
    "&&": "and", "&": "and", "||": "or", "|": "or", "!": "not", "~": "not", "=>": "->", "implies": "->", "U": "until", "S": "since",
    "G": "always", "F": "eventually", "H": "historically", "O": "once", "P": "once", "globally": "always", "finally": "eventually",
    "future": "eventually", "never": "not eventually", "rise": "rises", "fall": "falls",
}  # fmt: skip
_PREFIXED = frozenset(("G", "F", "H", "O", "P", "globally", "finally", "future", "never", "rise", "fall"))
_SPLIT = "Write the inner part as an invariant of its own."
_WINDOW = "Write `[0..5 min]`, `[2..10 s]` or `[30 s..]` (no end)."
_SHORT = {"ms": "ms", "second": "s", "minute": "min", "hour": "h"}
_GLUED = re.compile(r"([0-9]*\.?[0-9]+)([A-Za-z]+)", re.ASCII)


def parse_temporal(text: str, place: Place | None = None) -> Temporal:
    """Parse `text`; every name's span is `place(start, end)` of its offsets. Raises `TextFault` at the first fault."""
    parser = _Parser(text, place)
    tree = parser.temporal(0, 1)
    parser.expect_end()
    return tree


class _Parser(FormulaParser):
    def __init__(self, text: str, place: Place | None) -> None:
        super().__init__(text, place)
        self.tokens = joined(scan(text, "formula"), _PAIRS)

    def fault(self, t: Token, message: str, cure: str = _FORMS, code: str = "FB020") -> TextFault:
        return super().fault(t, message, cure, code)

    def deep(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise self.fault(self.now, f"the formula is nested deeper than {MAX_DEPTH}.", _SPLIT, "FB026")

    def meant(self, t: Token) -> None:
        """Symbols and letters of other languages, each with what it is here."""
        called = t.text in _PREFIXED and self.tokens[min(self.at + (t is self.now), len(self.tokens) - 1)].kind in ("(", "[")
        if t.text in _MEANT and (called or t.text not in _PREFIXED):
            raise self.fault(t, f"`{t.text}` is not an operator here.", f"Write `{_MEANT[t.text]}`.")
        if t.text in ("=", "==", "!="):
            raise self.fault(t, f"`{t.text}` is not an operator here.", "Compare with `<`, `<=`, `>` or `>=`.")
        if glued := _GLUED.match(self.text, t.start):
            unit = glued[2] if unit_of_time(glued[2]) else f"* {glued[2][:40]}"
            raise self.fault(t, "a number and a word stand together.", f"Write `{glued[1]} {unit}`.")
        if t.kind == "name" and t.text.lower() in TEMPORAL_WORDS and t.text not in TEMPORAL_WORDS:
            raise self.fault(t, f"`{t.text}` is not an operator.", f"Write `{t.text.lower()}`.")
        super().meant(t)

    def expect_end(self) -> None:
        t = self.now
        if t.kind == "end" or t.kind in (")", ","):
            return super().expect_end()
        self.meant(t)
        if t.text in _COMPARE:
            raise self.fault(t, "a truth value is not a number.", "Join two with `and`, or write `if(a < b, 1, 0)`.")
        if t.kind == "]":
            raise self.fault(t, "this `]` closes nothing.", _WINDOW)
        if t.kind == "[":
            raise self.fault(t, "a window stands only after `always eventually historically once until since`.", _WINDOW)
        cure = did_you_mean(t.text, _POWER) if t.kind == "name" else ""
        raise self.fault(t, f"an operator is expected before `{t.text[:40]}`.", cure or _FORMS)

    def temporal(self, power: int, depth: int) -> Temporal:
        """Pratt loop over `-> or and until since`; chains of `and` or `or` become one node, so they cost no depth."""
        self.deep(depth)
        left = self.before(depth)
        while _POWER.get(self.now.text, 0) > power:
            word = self.now.text
            if word == "->":
                self.take()
                left = Implies(left, self.temporal(0, depth + 1))
            elif word in ("and", "or"):
                args = [left]
                while self.now.text == word:
                    self.take()
                    args.append(self.temporal(_POWER[word], depth + 1))
                left = And(tuple(args)) if word == "and" else Or(tuple(args))
            else:
                left = self.until(left, depth)
        return left

    def until(self, left: Temporal, depth: int) -> Temporal:
        t = self.take()
        window = self.window()
        right = self.before(depth + 1)
        if _POWER.get(self.now.text) == _POWER["until"]:
            raise self.fault(self.now, f"`{t.text}` and `{self.now.text}` in a row.", "Put one of the two in parentheses.")
        return Until("until" if t.text == "until" else "since", window, left, right)

    def before(self, depth: int) -> Temporal:
        """The words that stand before a formula, a group, or a comparison."""
        self.deep(depth)
        t = self.now
        if t.kind == "(" and self.groups():
            self.take()
            inner = self.temporal(0, depth + 1)
            self.close(t)
            return inner
        if t.text not in _UNARY:
            return self.comparison(depth)
        self.take()
        if t.text == "not":
            return Not(self.before(depth + 1))
        if t.text in _OVER:
            return Over(_OVER[t.text], self.window(), self.before(depth + 1))
        if self.now.kind != "(":
            raise self.fault(self.now, f"`(` is expected after `{t.text}`.", f"Write `{t.text}(...)`.")
        opened = self.take()
        if t.text == "event":
            return self.event(opened)
        inner = self.temporal(0, depth + 1)
        self.close(opened)
        return Edge("rises" if t.text == "rises" else "falls", inner)

    def groups(self) -> bool:
        """Whether the `(` here opens a formula and not a term: logic or a comparison stands in it, outside of a function's arguments."""
        level, calls = 0, []
        for i in range(self.at, len(self.tokens)):
            t = self.tokens[i]
            if t.kind == "(":
                level += 1
                if i > self.at and self.tokens[i - 1].kind == "name" and self.tokens[i - 1].text not in TEMPORAL_WORDS:
                    calls.append(level)
            elif t.kind == ")":
                if calls and calls[-1] == level:
                    calls.pop()
                level -= 1
                if level == 0:
                    return False
            elif not calls and (
                t.text in _COMPARE or t.text in _POWER or t.text in _UNARY or t.text in ("=", "==", "!=", "=>", "&&", "||")
            ):
                return True
        return False

    def comparison(self, depth: int) -> Temporal:
        start = self.now
        left = self.term(depth)
        t = self.now
        if t.text not in _COMPARE:
            if t.kind not in ("end", ")", ","):
                self.expect_end()
            text = self.text[start.start : t.start].strip()
            raise self.fault(
                start, f"`{text[:60]}` is a number, and a formula is true or false.", f"Compare it: `{text[:60]} > 0`."
            )
        self.take()
        right = self.term(depth)
        if self.now.text in _COMPARE:
            raise self.fault(self.now, "two comparisons in a row.", "Write `a < b and b < c`.")
        return Compare(_COMPARE[t.text], left, right)

    def term(self, depth: int) -> Arith:
        start = self.now
        expr = self.formula(COMPARISON, depth + 1)
        if formula_height(expr) > MAX_HEIGHT:
            raise self.fault(start, f"the term has more than {MAX_HEIGHT} operations in a row.", _SPLIT, "FB026")
        return expr

    def prefix(self, depth: int) -> Arith:
        t = self.now
        if t.kind != "(":
            return super().prefix(depth)
        self.take()
        inner = self.formula(COMPARISON, depth + 1)
        self.close(t)
        return inner

    def number(self, t: Token) -> Num:
        plain = super().number(t)
        word = self.now
        if word.kind != "name":
            return plain
        if word.text == "per":
            self.take()
            unit = self.unit()
            return Measured(plain.value / SECONDS[unit], plain.value, f"per {unit}")
        if word.text in TEMPORAL_WORDS or not (unit_of_time(word.text) or word.text == "m"):
            return plain
        unit = self.unit()
        return Measured(plain.value * SECONDS[unit], plain.value, _SHORT.get(unit, f"{unit}s"))

    def unit(self) -> str:
        """The unit of time that stands here."""
        t = self.take()
        if t.text == "m":
            raise self.fault(t, "`m` is a minute or a month.", "Write `min` or `months`.", "FB042")
        if unit := unit_of_time(t.text):
            return unit
        cure = did_you_mean(t.text, SECONDS) or f"Units of time: {', '.join(SECONDS)}."
        raise self.fault(t, f"`{t.text[:40] or 'nothing'}` is not a unit of time.", cure, "FB042")

    def named(self, t: Token, depth: int) -> Arith:
        if t.text in TEMPORAL_WORDS:
            raise self.fault(
                t,
                f"a number or a name is expected here, not `{t.text}`.",
                "Write what is missing, or put the formula in parentheses.",
            )
        return super().named(t, depth)

    def event(self, opened: Token) -> Event:
        """A label: a name, or any text in quotation marks."""
        t = self.take()
        if t.kind == "name":
            label, end = t.text, t.end
        elif t.kind in ('"', "'"):
            end = self.text.find(t.kind, t.end) + 1
            if not end:
                raise self.fault(t, "this quotation mark is never closed.", f"Add the `{t.kind}` it needs.")
            label = self.text[t.end : end - 1].strip()
            while self.now.start < end and self.now.kind != "end":
                self.take()
        else:
            label, end = "", t.end
        if not label:
            raise self.fault(
                t, "the name of an event is expected here.", 'Write `event(deploy)` or `event("deploy of checkout")`.'
            )
        self.close(opened)
        return Event(label, self.place(t.start, end) if self.place else None)

    def window(self) -> Window:
        """`[low..high unit]`, `[low unit..high unit]`, `[low unit..]`; nothing: all of the rest."""
        opened = self.now
        if opened.kind != "[":
            return ALL
        self.take()
        low, low_unit = self.end_of_window()
        if self.now.kind != "..":
            cure = (
                f"Write `[0..{self.text[opened.end : self.now.start].strip()[:30]}]`."
                if self.now.kind == "]"
                else "Write `..` between its ends: `[0..5 min]`."
            )
            raise self.fault(self.now, "a window runs from one time `..` to another.", cure)
        self.take()
        if self.now.kind == "name" and self.now.text.lower() in ("inf", "infinity", "oo", "end"):
            raise self.fault(self.now, "a window without end has nothing after `..`.", "Write `[0..]`.")
        high, high_unit = (math.inf, "") if self.now.kind == "]" else self.end_of_window()
        if self.now.kind != "]":
            raise self.fault(self.now, "`]` is expected at the end of the window.", _WINDOW)
        closed = self.take()
        return self.seconds(opened, closed, (low, low_unit or high_unit), (high, high_unit))

    def end_of_window(self) -> tuple[float, str]:
        t = self.take()
        if t.kind == "-":
            raise self.fault(
                t, "a window does not start before its sample.", "For the past use `historically`, `once` or `since`."
            )
        if t.kind != "number":
            self.meant(t)
            raise self.fault(
                t, f"a time is expected here, not `{t.text[:40]}`." if t.text else "the window is never closed.", _WINDOW
            )
        value = float(t.text)
        return value, self.unit() if self.now.kind == "name" else ""

    def seconds(self, opened: Token, closed: Token, *ends: tuple[float, str]) -> Window:
        whole = Token("[", "", opened.start, closed.end)
        for value, unit in ends:
            if not unit and 0 < value < math.inf:
                raise self.fault(whole, "the window has no unit of time.", _WINDOW, "FB042")
        low, high = (value * SECONDS[unit] if unit else value for value, unit in ends)
        if not low <= 1e12 or (high > 1e12 and ends[1][1]):
            raise self.fault(
                whole, "the window is longer than 1e12 seconds.", "Check the unit, or leave out its end: `[0..]`.", "FB045"
            )
        if low > high:
            raise self.fault(whole, "the window ends before it starts.", "Write the lower end first.", "FB044")
        return Window(low, high)


def print_temporal(f: Temporal) -> str:
    """The formula as text, with no more parentheses than it needs: `parse_temporal` of it gives the same tree."""
    return _print(f)[0]


def _print(f: Temporal) -> tuple[str, int]:
    """Text, and how tightly it binds."""
    match f:
        case Compare(op, left, right):
            return f"{print_formula(left)} {_SIGN[op]} {print_formula(right)}", _PREFIX
        case Event(label):
            plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", label, re.ASCII)
            quote = "'" if '"' in label else '"'
            return f"event({label if plain else quote + label + quote})", _PREFIX
        case Not(of):
            return f"not {_within(of, _PREFIX)}", _PREFIX
        case And(args) | Or(args):
            word = "and" if isinstance(f, And) else "or"
            return f" {word} ".join(_within(a, _POWER[word] + 1) for a in args), _POWER[word]
        case Implies(left, right):
            return f"{_within(left, 2)} -> {_within(right, 1)}", 1
        case Edge(kind, of):
            return f"{kind}({_print(of)[0]})", _PREFIX
        case Over(kind, window, of):
            inner = _within(of, _PREFIX)
            return f"{kind}{_window(window)}{'' if inner.startswith('(') else ' '}{inner}", _PREFIX
        case Until(kind, window, left, right):
            return f"{_within(left, _PREFIX)} {kind}{_window(window)} {_within(right, _PREFIX)}", 4


def _within(f: Temporal, power: int) -> str:
    text, binds = _print(f)
    return text if binds >= power else f"({text})"


def _window(w: Window) -> str:
    if w == ALL:
        return ""
    (low, low_unit), (high, high_unit) = _time(w.low), _time(w.high)
    low_unit = "" if w.low == 0 or low_unit == high_unit else f" {low_unit}"
    return f"[{low}{low_unit}..{high}{' ' + high_unit if high_unit else ''}]"


def _time(seconds: float) -> tuple[str, str]:
    """The number and the largest unit in which it is whole; seconds where there is none."""
    if math.isinf(seconds):
        return "", ""
    for unit, short in (("day", "days"), *reversed(_SHORT.items())):
        n = round(seconds / SECONDS[unit])
        if 0 < n < 1e6 and n * SECONDS[unit] == seconds:
            return str(n), short
    return repr(seconds).removesuffix(".0"), "s"
