"""The `factors` section: triggers, conditions, controls, with the defaults of docs/formats/case.md resolved."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fuelbed.core.case import Factor, FactorKind
from fuelbed.core.findings import Severity
from fuelbed.core.quantities import Dimension, Quantity
from fuelbed.core.scanner import did_you_mean
from fuelbed.readers.exposure import read_traits
from fuelbed.readers.fields import Fields, Reading, cut_by_a_comma
from fuelbed.readers.yaml import Entry, Map, Scalar, plain

__all__ = ["CARRIED", "COMMON", "KINDS", "OWN", "STATES", "TRAITS", "read_factors"]

KINDS: Mapping[str, FactorKind] = {
    "trigger": "trigger", "condition": "condition", "control": "control", "exploit": "trigger", "exposure": "condition",
}  # fmt: skip
STATES = ("effective", "failed", "missing", "bypassed")
CARRIED = ("because", "source", "note", "zone")
TRAITS = ("class", "boundary", "vector", "cost")
_NOTED = 20  # notes of one kind that a case is given: who writes thousands of controls knows after that many
COMMON = ("kind", "what", "owner", "scope", "layer", "in_incident", "today", *CARRIED, *TRAITS)
OWN: Mapping[FactorKind, tuple[str, ...]] = {
    "trigger": ("rate", "lasts", "human", "shaped_by", "cve"),
    "condition": ("present", "since", "onset", "duty"),
    "control": ("state", "broken", "fails", "needs", "depends_on"),
}
_MEASURES: Mapping[str, Dimension] = {
    "rate": "rate", "onset": "rate", "lasts": "duration", "fails": "probability", "duty": "probability",
}  # fmt: skip
_SINCE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?\Z", re.ASCII)


def read_factors(
    r: Reading, node: Map, date: dt.date | None, date_said: bool
) -> tuple[dict[str, Factor], dict[str, FactorKind | None]]:
    """The factors that could be read, and the kind of every *name* (None: its entry is at fault, say nothing more about it)."""
    factors: dict[str, Factor] = {}
    kinds: dict[str, FactorKind | None] = {}
    for name, entry in node.entries.items():
        r.identifier(entry.key, "factor")
        kinds[name] = None
        factor = _factor(r, name, entry, date, date_said)
        if factor is not None:
            factors[name] = factor
            kinds[name] = factor.kind
    return factors, kinds


def _factor(r: Reading, name: str, entry: Entry, date: dt.date | None, date_said: bool) -> Factor | None:
    node = r.mapping(entry.value, f"the factor `{name[:60]}`", f"Write `{name[:60]}: {{kind: condition, present: yes}}`.")
    if node is None:
        return None
    f = Fields(r, node)
    if "kind" not in f:
        cure = f"Add `kind:` with one of: {', '.join(KINDS)}."
        r.error("FB017", entry.key.span, f"the factor `{name[:60]}` has no `kind`.", cure)
    role = f.choice("kind", KINDS, "")
    if not role:
        _of_no_kind(r, f)
        return None
    kind = KINDS[role]
    _check_keys(r, node, kind, role)
    factor = Factor(
        name,
        kind,
        role=role if role != kind else "",
        what=f.text("what"),
        owner=f.text("owner"),
        scope=f.text("scope"),
        layer=f.text("layer"),
        today=f.belief("today"),
        traits=read_traits(f),
        extra=_extra(f),
        span=entry.key.span,
    )
    if kind == "trigger":
        return _trigger(f, factor)
    if kind == "condition":
        return _condition(r, f, factor, date, date_said)
    return _control(r, f, factor)


def _of_no_kind(r: Reading, f: Fields) -> None:
    """A factor whose kind is not known: what can be said of its other fields is said all the same."""
    r.check_keys(f.node, (*COMMON, *(key for own in OWN.values() for key in own)), "a factor")
    for key in ("what", "owner", "scope", "layer", "needs"):
        f.text(key)
    for key, dimension in _MEASURES.items():
        f.quantity(key, dimension)
    for key in ("today", "present", "broken"):
        f.belief(key)
    if "state" in f:
        f.choice("state", STATES, "")
    f.yes_no("human")
    f.names("shaped_by")
    _since(r, f, f.text("since"))
    read_traits(f)
    _extra(f)


def _check_keys(r: Reading, node: Map, kind: FactorKind, role: str) -> None:
    allowed = (*OWN[kind], *COMMON)
    for key, entry in node.entries.items():
        if key in allowed:
            continue
        other = [k for k, own in OWN.items() if key in own]
        may = f"may have: {', '.join(allowed)}."
        cure = (
            f"`{key}` belongs to a {other[0]}. A {role} {may}"
            if other
            else did_you_mean(key, allowed) or cut_by_a_comma(key) or f"It {may}"
        )
        if isinstance(entry.value, Map) and "kind" in entry.value.entries:  # a whole factor that slipped to the right
            cure = "It is a factor of its own? Then indent it as far as the factor above it."
        r.error("FB014", entry.key.span, f"a {role} has no `{key[:60]}`.", cure)


def _extra(f: Fields) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key in CARRIED:
        node = f.node_of(key)
        if node is None:
            continue
        if key == "source":
            out[key] = f.r.source(node)
        else:
            out[key] = f.r.text(node, key) if not isinstance(node, Map) else plain(node)
    return out


def _trigger(f: Fields, base: Factor) -> Factor:
    occurred = {"yes": True, "true": True, "no": False, "false": False}.get(
        _in_incident(f, ("yes", "no", "unknown", "true", "false"))
    )
    return replace(
        base,
        rate=f.quantity("rate", "rate") or Quantity.unknown("rate"),
        lasts=_lasts(f),
        human=f.yes_no("human"),
        shaped_by=tuple(s.text for s in f.names("shaped_by")),
        occurred=occurred,
    )


def _lasts(f: Fields) -> Quantity:
    """Nothing said is a momentary trigger. One at fault, or a number at fault, is taken as lasting: it says nothing more later."""
    said = f.quantity("lasts", "duration")
    if "lasts" not in f or (said is not None and said.given):
        return said or Quantity.unknown("duration")
    return Quantity("interval", 0.0, math.inf, "duration", given=False)


def _in_incident(f: Fields, words: tuple[str, ...]) -> str:
    return f.choice("in_incident", words, "") if "in_incident" in f else ""


def _condition(r: Reading, f: Fields, base: Factor, date: dt.date | None, date_said: bool) -> Factor:
    present = f.belief("present") or Quantity.unknown()
    word = _in_incident(f, ("yes", "no", "unknown", "true", "false"))
    occurred = {"yes": True, "true": True, "no": False, "false": False}.get(word)
    if not word and present.given and present.is_point and present.low == 1.0:
        occurred = True
    onset = f.quantity("onset", "rate")
    if occurred and onset is None and present.given and present.is_point and present.low == 0.0:
        message = f"`{base.name}` was never there (`present: no`), and was there in this incident (`in_incident: yes`)."
        r.error(
            "FB065",
            f.span_of("in_incident"),
            message,
            "Say how likely it was before, or leave `present` out; what is so now is `today`.",
        )
    since = f.text("since")
    started = _since(r, f, since)
    age = None
    if started is not None and date is not None:
        age = (date - started).days / 365.25
        if age < 0:
            r.error("FB033", f.span_of("since"), f"`since: {since}` is after the incident.", f"The case's date is {date}.")
    if "onset" in f and "since" not in f:
        r.error(
            "FB032",
            f.span_of("onset"),
            "`onset` needs `since`: the day from which the condition could set in.",
            "Add `since: 2024-03`.",
        )
    elif "onset" in f and not date_said:
        r.error(
            "FB032",
            f.span_of("onset"),
            "`onset` needs the day of the incident.",
            "Add `date: YYYY-MM-DD` at the top of the case.",
        )
    return replace(
        base, present=present, occurred=occurred, onset=onset, since=since, age=age, duty=f.quantity("duty", "probability")
    )


def _since(r: Reading, f: Fields, text: str) -> dt.date | None:
    """The first day that `since` can mean, None when it is absent or at fault."""
    m = _SINCE.match(text)
    if m:
        try:
            return dt.date(int(m[1]), int(m[2] or 1), int(m[3] or 1))
        except ValueError:
            m = None
    if text and m is None:
        r.error("FB033", f.span_of("since"), f"`{text[:60]}` is not a date.", "Write `2024`, `2024-03` or `2024-03-05`.")
    return None


def _control(r: Reading, f: Fields, base: Factor) -> Factor:
    state = f.choice("state", STATES, "effective")
    broken = f.belief("broken")
    if "broken" in f and "state" in f and state != "failed":
        cure = "Write `state: failed` (broken with that probability), or leave `broken` out."
        node = f.node_of("state")
        if isinstance(node, Scalar) and node.text in STATES:
            r.error("FB034", f.span_of("broken"), f"`state: {state}` already says whether it is broken.", cure)
    fails = f.quantity("fails", "probability")
    unsaid = state == "failed" and "broken" not in f and fails is not None and fails.given and fails.basis != "assumed"
    if unsaid and sum(x.code == "FB063" for x in r.findings) < _NOTED:
        message = f"`{base.name}` did not hold, and nothing says whether it is down for good: anything from never to always is taken, beside `fails`."
        cure = "Write `broken: no` where it only lost this time, else how likely it is down, such as `broken: 0..0.5`."
        r.warn("FB063", f.span_of("fails"), message, cure, Severity.NOTE)
    if state in ("missing", "bypassed"):
        broken = Quantity.point(1.0, basis="assumed")
    elif state == "effective" and broken is None:
        broken = Quantity.point(0.0, basis="assumed")
    occurred: bool | None = True if state != "effective" else None
    word = _in_incident(f, ("held", "not_held", "unknown"))
    if word:
        occurred = {"held": False, "not_held": True}.get(word)
    return replace(
        base,
        state=state,  # type: ignore[arg-type]  # `choice` gave one of STATES
        broken=broken or Quantity.unknown(),
        fails=fails or Quantity.unknown(),
        needs=f.text("needs"),
        occurred=occurred,
    )
