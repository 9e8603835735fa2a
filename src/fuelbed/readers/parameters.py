"""Parameters and options of a dynamic model: as a case declares them, and as an archetype asks for them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fuelbed.core.arithmetic import Arith, names_in
from fuelbed.core.dynamics import Option, Parameter
from fuelbed.core.evaluation import evaluate
from fuelbed.core.findings import Severity, Span
from fuelbed.core.quantities import Dimension, Quantity
from fuelbed.core.scanner import did_you_mean
from fuelbed.readers.fields import BASES, Fields, Reading
from fuelbed.readers.laws import named, written
from fuelbed.readers.yaml import Entry, Map, Node, Scalar

__all__ = [
    "UNITS",
    "Choice",
    "Wanted",
    "choose_options",
    "declare_parameters",
    "defaults",
    "fill_parameters",
    "not_negative",
    "values",
]

UNITS: Mapping[str, Dimension] = {"per second": "flow", "seconds": "time", "plain": "number"}
"""What `unit` of a parameter may say."""
_UNIT = {"flow": "per second", "time": "seconds"}
_VALUE_KEYS = ("value", "varies", "source", "basis")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A parameter that an archetype asks for. `default` is a formula over other parameters; `only_with` are option words."""

    name: str
    dimension: Dimension
    what: str = ""
    question: str = ""
    default: Arith | None = None
    only_with: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of an archetype: its words with what each means."""

    name: str
    choices: Mapping[str, str]
    default: str
    what: str = ""


def declare_parameters(r: Reading, node: Map | None) -> dict[str, Parameter | None]:
    """The parameters of a model whose laws the case declares; None for one at fault."""
    out: dict[str, Parameter | None] = {}
    for name, entry in node.entries.items() if node else ():
        named(r, entry.key, "parameter", ())
        body = entry.value
        f = Fields(r, body) if isinstance(body, Map) else None
        if isinstance(body, Map):
            r.check_keys(body, (*_VALUE_KEYS, "unit", "what", "question"), f"the parameter `{name[:60]}`")
        unit = f.choice("unit", UNITS, "") if f else ""
        dimension = UNITS[unit] if unit else written(r, body)
        q, varies = _value(r, name, body, dimension)
        what, question = (f.text("what"), f.text("question")) if f else ("", "")
        if q is not None:
            out[name] = Parameter(name, q, _UNIT.get(dimension, q.unit), what, varies, question, span=entry.key.span)
        else:
            out[name] = None
    return out


def fill_parameters(
    r: Reading, node: Map | None, wanted: Mapping[str, Wanted], options: Mapping[str, Option], archetype: str
) -> dict[str, Parameter]:
    """The parameters of an archetype: what the case gives, else the default, else a question."""
    given: dict[str, Parameter] = {}
    for name, entry in node.entries.items() if node else ():
        w = wanted.get(name)
        if w is None:
            cure = did_you_mean(name, wanted) or f"It has: {', '.join(wanted)}."
            r.error("FB022", entry.key.span, f"`{archetype}` has no parameter `{name[:60]}`.", cure)
            continue
        if isinstance(entry.value, Map):
            r.check_keys(entry.value, _VALUE_KEYS, f"the parameter `{name[:60]}`")
        q, varies = _value(r, name, entry.value, w.dimension)
        q = q or Quantity.unknown(w.dimension)
        given[name] = Parameter(name, q, _UNIT.get(w.dimension, q.unit), w.what, varies, w.question, span=entry.key.span)
        idle = [(o, word) for o, word in w.only_with if o in options and options[o].word != word]
        if idle and q.given:
            o, word = idle[0]
            message = f"`{name}` has no effect while `{o}` is `{options[o].word}`."
            r.warn("FB098", entry.key.span, message, f"Write `options: {{{o}: {word}}}`, or leave it out.", Severity.WARNING)
    return defaults(wanted, given, options)


def defaults(wanted: Mapping[str, Wanted], given: Mapping[str, Parameter], options: Mapping[str, Option]) -> dict[str, Parameter]:
    """All parameters, in the archetype's order. A default is worked out at the middles of those it is made of, once those are known;
    where one of them is not given, it is not given either."""
    out = {n: p for n, p in given.items() if p.quantity.given}
    waiting = {n: w.default for n, w in wanted.items() if n not in out and w.default is not None}
    moved = True
    while moved:
        moved = False
        for n, expr in list(waiting.items()):
            have = values(out, options)
            if all(x in have for x in names_in(expr)):
                moved = True
                del waiting[n]
                w = wanted[n]
                value = evaluate(expr, have)
                q = Quantity.point(value, w.dimension, unit=_UNIT.get(w.dimension, ""), basis="assumed")
                if math.isfinite(value):
                    out[n] = Parameter(n, q, q.unit, w.what, question=w.question, default=True)
    for n, w in wanted.items():
        if n not in out:
            empty = Parameter(n, Quantity.unknown(w.dimension), _UNIT.get(w.dimension, ""), w.what, question=w.question)
            out[n] = replace(given[n], quantity=Quantity.unknown(w.dimension)) if n in given else empty
    return {n: out[n] for n in wanted}


def values(parameters: Mapping[str, Parameter], options: Mapping[str, Option]) -> dict[str, float]:
    """What the names of a formula over parameters stand for: the middle of each that is given, and 1 or 0 for option words."""
    words = {f"{o.name}_{w}": float(w == o.word) for o in options.values() for w in o.choices}
    return {**words, **{n: _middle(p.quantity) for n, p in parameters.items() if p.quantity.given}}


def _middle(q: Quantity) -> float:
    return q.low if q.is_point else q.middle  # the geometric middle of one number may miss its last digit


def _value(r: Reading, name: str, node: Node, dimension: Dimension) -> tuple[Quantity | None, bool]:
    """The number and whether it varies; nothing written is a number that is not given, None is a fault."""
    varies = False
    if isinstance(node, Scalar) and node.value is None:
        return Quantity.unknown(dimension), False
    if isinstance(node, Map):
        entries = {k: e for k, e in node.entries.items() if k in ("value", "source", "basis")}
        if "varies" in node.entries:
            if "value" in node.entries:
                cure = "Keep `varies` for the spread of the real system, `value` for what is not known."
                r.error("FB094", node.entries["varies"].key.span, f"`{name[:60]}` has both `value` and `varies`.", cure)
            varies = True
            entries["value"] = node.entries["varies"]
        if "value" not in entries or _empty(entries["value"]):
            _about(r, entries)
            return Quantity.unknown(dimension), False
        node = Map(entries, node.span)
    q = r.quantity(node, name, dimension)
    return (None if q is None or not not_negative(r, node.span, name, q) else q), varies


def _about(r: Reading, entries: Mapping[str, Entry]) -> None:
    """Source and basis of a number that is not given are still read, for their faults."""
    if "source" in entries:
        r.source(entries["source"].value)
    if "basis" in entries:
        r.choice(entries["basis"].value, "basis", BASES)


def _empty(entry: Entry) -> bool:
    return isinstance(entry.value, Scalar) and entry.value.value is None


def not_negative(r: Reading, place: Span, name: str, q: Quantity) -> bool:
    """A flow or a time of the system is not negative (what a push adds may be)."""
    if q.dimension == "number" or q.low >= 0.0:
        return True
    what = "flow" if q.dimension == "flow" else "time"
    r.error("FB047", q.span or place, f"a {what} is not negative: `{name[:60]}` is `{q.text[:60]}`.", "Write 0 or more.")
    return False


def choose_options(r: Reading, node: Map | None, choices: Mapping[str, Choice], archetype: str) -> dict[str, Option]:
    """Every option of the archetype with the word that the case chooses, or its default."""
    chosen: dict[str, tuple[str, Scalar]] = {}
    for name, entry in node.entries.items() if node else ():
        choice = choices.get(name)
        if choice is None:
            cure = did_you_mean(name, choices) or (f"It has: {', '.join(choices)}." if choices else "It has none: leave it out.")
            r.error("FB022", entry.key.span, f"`{archetype}` has no option `{name[:60]}`.", cure)
            continue
        word = r.choice(entry.value, name, choice.choices)
        if word:
            chosen[name] = (word, entry.key)
    return {
        n: Option(n, chosen[n][0], c.choices, c.what, span=chosen[n][1].span)
        if n in chosen
        else Option(n, c.default, c.choices, c.what, default=True)
        for n, c in choices.items()
    }
