"""The probability expressions of the Open-PSA Model Exchange Format 2.0d: XML elements -> `core.faulttrees.Chance`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from fuelbed.core.faulttrees import Chance, number
from fuelbed.core.hints import did_you_mean
from fuelbed.readers.faulttrees.faults import Faults
from fuelbed.readers.faulttrees.xml import Element

__all__ = ["EXPRESSIONS", "Expressions"]

_MANY = 1_000
_OPERATIONS: Mapping[str, tuple[str, int, int]] = {
    "neg": ("neg", 1, 1), "add": ("add", 2, _MANY), "sub": ("sub", 2, _MANY), "mul": ("mul", 2, _MANY), "div": ("div", 2, _MANY),
    "pow": ("pow", 2, 2), "min": ("min", 1, _MANY), "max": ("max", 1, _MANY), "mean": ("mean", 1, _MANY), "mod": ("mod", 2, 2),
    "abs": ("abs", 1, 1), "exp": ("exp", 1, 1), "log": ("log", 1, 1), "log10": ("log10", 1, 1), "sqrt": ("sqrt", 1, 1),
    "sin": ("sin", 1, 1), "cos": ("cos", 1, 1), "tan": ("tan", 1, 1), "asin": ("asin", 1, 1), "acos": ("acos", 1, 1),
    "atan": ("atan", 1, 1), "sinh": ("sinh", 1, 1), "cosh": ("cosh", 1, 1), "tanh": ("tanh", 1, 1), "ceil": ("ceil", 1, 1),
    "floor": ("floor", 1, 1), "pi": ("pi", 0, 0), "not": ("not", 1, 1), "and": ("and", 1, _MANY), "or": ("or", 1, _MANY),
    "eq": ("eq", 2, 2), "df": ("df", 2, 2), "lt": ("lt", 2, 2), "gt": ("gt", 2, 2), "leq": ("leq", 2, 2), "geq": ("geq", 2, 2),
    "ite": ("ite", 3, 3), "uniform-deviate": ("uniform", 2, 2), "normal-deviate": ("normal", 2, 2),
    "lognormal-deviate": ("lognormal", 2, 3), "gamma-deviate": ("gamma", 2, 2), "beta-deviate": ("beta", 2, 2),
    "exponential": ("exponential", 2, 2), "GLM": ("glm", 4, 4), "Weibull": ("weibull", 4, 4), "periodic-test": ("periodic_test", 4, 5),
}  # fmt: skip  # element -> (operation, fewest and most arguments)
EXPRESSIONS = frozenset((*_OPERATIONS, "float", "int", "bool", "parameter", "system-mission-time", "histogram-deviate"))
"""The elements that are read as expressions."""


class Expressions:
    """Reads them; `resolve` gives the full name of a parameter, or None after it has said what is wrong."""

    def __init__(self, faults: Faults, resolve: Callable[[Element, tuple[str, ...]], str | None]) -> None:
        self.faults, self.resolve = faults, resolve

    def read(self, e: Element, path: tuple[str, ...]) -> Chance | None:
        """The expression, None after a fault."""
        if e.tag in ("float", "int", "bool"):
            return self._number(e)
        if e.tag == "parameter":
            name = self.resolve(e, path)
            return Chance("parameter", name=name) if name is not None else None
        if e.tag == "system-mission-time":
            return Chance("time")
        if e.tag == "histogram-deviate":
            return self._histogram(e, path)
        row = _OPERATIONS.get(e.tag)
        if row is None:
            cure = (
                did_you_mean(e.tag, EXPRESSIONS) or "Write a number, a parameter or one of the expressions of Open-PSA MEF 2.0d."
            )
            self.faults.error("FB142", e.at, f"`{e.tag[:60]}` is not an expression.", cure)
            return None
        args = [self.read(c, path) for c in e.children]
        op, least, most = row
        if not least <= len(args) <= most:
            wanted = f"{least}" if least == most else f"{least} or more" if most == _MANY else f"{least} to {most}"
            extra = " (the form with eleven arguments is not read)" if op == "periodic_test" and len(args) == 11 else ""
            self.faults.error("FB143", e.at, f"`{e.tag}` has {len(args)} arguments{extra}.", f"Give it {wanted}.")
            return None
        if any(a is None for a in args):
            return None
        if op == "lognormal" and len(args) == 3:
            op = "lognormal_level"
        return Chance(op, tuple(a for a in args if a is not None))

    def _number(self, e: Element) -> Chance | None:
        text = e.get("value")
        try:
            value = {"true": 1.0, "false": 0.0}[text.lower()] if e.tag == "bool" else float(text)
            if not math.isfinite(value):
                raise ValueError
        except (KeyError, ValueError):
            self.faults.error("FB146", e.at, f"`{text[:60]}` is no {e.tag}.", 'Write `value="0.01"`.')
            return None
        return number(value)

    def _histogram(self, e: Element, path: tuple[str, ...]) -> Chance | None:
        """Its first bound, then of each bin its upper bound and its weight."""
        bins = [c for c in e.children if c.tag == "bin"]
        parts = [c for c in e.children if c.tag != "bin"] + [x for b in bins for x in b.children]
        if not bins or len(parts) != 1 + 2 * len(bins) or any(len(b.children) != 2 for b in bins):
            self.faults.error(
                "FB143", e.at, "a histogram has a lower bound and bins.", "Each `bin` holds its upper bound and its weight."
            )
            return None
        args = [self.read(c, path) for c in parts]
        return None if any(a is None for a in args) else Chance("histogram", tuple(a for a in args if a is not None))
