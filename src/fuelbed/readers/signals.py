"""The sections `signals`, `seen` and `hypotheses`: what could be seen, what was seen, what was believed. Every fault at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fuelbed.core.expressions import Expr
from fuelbed.core.findings import Span
from fuelbed.core.grammar import parse_expression
from fuelbed.core.quantities import Quantity
from fuelbed.core.scanner import TextFault, did_you_mean
from fuelbed.core.signals import Hypothesis, Instant, Sighting, Signal
from fuelbed.readers.clock import Clock
from fuelbed.readers.fields import Fields, Reading, named_entries
from fuelbed.readers.structure import Names, check_names
from fuelbed.readers.yaml import Map, Scalar

__all__ = ["ReadSignals", "read_signals"]

_SIGNAL = ("what", "sees", "misses", "false_alarms", "blind_when", "shares", "installed", "cost", "owner", "because", "source")
_SIGHTING = ("state", "at", "because", "source")
_HYPOTHESIS = ("what", "says", "at", "tried", "because", "source")
_STATES: Mapping[str, bool | None] = {"yes": True, "true": True, "no": False, "false": False, "unknown": None}
_FORM = "Write `{0}: {{sees: a_line, misses: 0.1, false_alarms: 0.02}}`."


@dataclass(frozen=True, slots=True)
class ReadSignals:
    """The three sections in file order; `hypotheses` in the order in which they were held, as far as the case says it."""

    signals: dict[str, Signal]
    seen: dict[str, Sighting]
    hypotheses: dict[str, Hypothesis]


def read_signals(r: Reading, f: Fields, names: Names) -> ReadSignals:
    """Every entry that could be read; one at fault is left out (the case is refused anyway)."""
    signals = _signals(r, f.section("signals"), names)
    seen = _seen(r, f.section("seen"), names, signals)
    return ReadSignals(signals, seen, _hypotheses(r, f.section("hypotheses"), names))


# ---- signals -----------------------------------------------------------------------------------------------------------------


def _signals(r: Reading, node: Map | None, names: Names) -> dict[str, Signal]:
    out: dict[str, Signal] = {}
    groups: dict[str, list[Span | None]] = {}
    for name, entry in node.entries.items() if node else ():
        if r.identifier(entry.key, "signal") and names.is_known(name):
            cure = "Give the signal another name: `observe` and `needs` must mean one thing."
            r.error("FB018", entry.key.span, f"`{name}` is a factor or a line already.", cure)
        body = r.mapping(entry.value, f"the signal `{name[:60]}`", _FORM.format(name[:60]))
        if body is None:
            continue
        fields = Fields(r, body)
        signal = _signal(r, name, entry.key.span, fields, names)
        shares = fields.node_of("shares")
        if isinstance(shares, Scalar):
            groups.setdefault(shares.text, []).append(shares.span)
        if signal is not None:
            out[name] = signal
    for group, spans in groups.items():
        if len(spans) == 1:
            others = [g for g in groups if g != group]
            cure = did_you_mean(group, others) or "Let the other signals of the group name it too, or leave it out."
            r.warn("FB110", spans[0], f"no other signal shares `{group[:60]}`, so it changes nothing.", cure)
    return out


def _signal(r: Reading, name: str, at: Span, f: Fields, names: Names) -> Signal | None:
    title = f"the signal `{name[:60]}`"
    r.check_keys(f.node, _SIGNAL, title)
    if "sees" not in f:
        r.error("FB017", at, f"{title} has no `sees`.", "Say what it shows: `sees: a_line`, or factors joined by and, or, not.")
    sees, blind = _expression(r, f, "sees", names), _expression(r, f, "blind_when", names)
    misses, false_alarms = f.quantity("misses", "probability"), f.quantity("false_alarms", "probability")
    cost = f.quantity("cost", "plain")
    words = {k: f.text(k) for k in ("what", "shares", "owner", "because")}
    installed = f.yes_no("installed") if "installed" in f else True
    source = f.source()
    if sees is None:
        return None
    return Signal(
        name, sees, f.text("sees"), misses or Quantity.unknown(), false_alarms or Quantity.unknown(), words["what"], blind,
        f.text("blind_when"), words["shares"], installed, cost, words["owner"], words["because"], source, at,
    )  # fmt: skip  # in the order of the type


def _expression(r: Reading, f: Fields, key: str, names: Names) -> Expr | None:
    """A Boolean expression over factors and lines, its names looked up; None where there is none, or one at fault."""
    node = f.node_of(key)
    if node is None:
        return None
    if not isinstance(node, Scalar) or node.value is None:
        r.wrong(node, f"`{key}` is an expression over factors and lines.", f"Write `{key}: a_line and not a_factor`.")
        return None
    try:
        expr = parse_expression(node.text, node.place)
    except TextFault as fault:
        r.findings.append(fault.finding(node.place))
        return None
    check_names(r, expr, names)
    return expr


# ---- what was seen -------------------------------------------------------------------------------------------------------------


def _seen(r: Reading, node: Map | None, names: Names, signals: Mapping[str, Signal]) -> dict[str, Sighting]:
    out: dict[str, Sighting] = {}
    for name, entry in node.entries.items() if node else ():
        if name not in names.signals:
            cure = did_you_mean(name, names.signals) or "Declare it under `signals`, with what it sees."
            r.error("FB022", entry.key.span, f"no signal is called `{name[:60]}`.", cure)
        value, body = entry.value, None
        if isinstance(value, Map):
            r.check_keys(value, _SIGHTING, f"what was seen of `{name[:60]}`")
            body = Fields(r, value)
            state = value.entries.get("state")
            if state is None:
                r.error(
                    "FB017",
                    entry.key.span,
                    f"what was seen of `{name[:60]}` has no `state`.",
                    "Add `state: yes`, `no` or `unknown`.",
                )
                continue
            value = state.value
        word = r.choice(value, "state" if body else name[:60], _STATES)
        if not word:
            continue
        there = name not in signals or signals[name].installed
        if not there and _STATES[word] is not None:
            cure = "Take `installed: no` off the signal, or leave it out of `seen`."
            r.error(
                "FB111",
                entry.key.span,
                f"`{name[:60]}` is a candidate that was not there, so it cannot have shown anything.",
                cure,
            )
        at, because, source = (_instant(r, body), body.text("because"), body.source()) if body else (None, "", "")
        out[name] = Sighting(name, _STATES[word], at, because, source, entry.key.span)
    return out


def _instant(r: Reading, f: Fields) -> Instant | None:
    """`at`, an ISO 8601 time."""
    node, text = f.node_of("at"), f.text("at")
    if not text or node is None:
        return None
    clock = Clock("iso")
    seconds = clock.read(text)
    if seconds is None:
        cure = "Write `at: 2025-09-29 17:05`, with `Z` or an offset such as `+02:00` where it is not UTC."
        r.error("FB033", node.span, f"`{text[:60]}` is not a time.", cure)
        return None
    return Instant(seconds, text, clock.zoned)


# ---- what was believed -----------------------------------------------------------------------------------------------------------


def _hypotheses(r: Reading, node: Map | None, names: Names) -> dict[str, Hypothesis]:
    out: list[Hypothesis] = []
    for name, span, title, f in named_entries(r, node, "hypothesis", "{says: a_line, what: in words}"):
        r.check_keys(f.node, _HYPOTHESIS, title)
        if "says" not in f:
            r.error("FB017", span, f"{title} has no `says`.", "Say what would be so: `says: a_trigger and a_condition`.")
        says, at, tried = _expression(r, f, "says", names), _instant(r, f), _tried(r, f)
        what, because, source = f.text("what"), f.text("because"), f.source()
        if says is not None:
            out.append(Hypothesis(name, says, f.text("says"), what, at, tried, because, source, span))
    return {h.name: h for h in _in_order(out)}


def _tried(r: Reading, f: Fields) -> int:
    node = f.node_of("tried")
    if node is None:
        return 0
    if isinstance(node, Scalar) and type(node.value) is int and node.value >= 1:
        return node.value
    r.wrong(node, "`tried` is a whole number from 1 on.", "Write `tried: 1` for what was believed first.")
    return 0


def _in_order(found: Sequence[Hypothesis]) -> Iterable[Hypothesis]:
    """By `tried`, else by time; what has neither keeps its place in the file after those that have."""
    if any(h.tried for h in found):
        return sorted(found, key=lambda h: h.tried or len(found) + 10**9)
    return sorted(found, key=lambda h: (h.at is None, h.at.seconds if h.at else 0.0))
