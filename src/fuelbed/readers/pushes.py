"""How the triggers of a case push its models, and what `tips(trigger)` in a structure line needs from them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fuelbed.core.case import Factor
from fuelbed.core.dynamics import Model, Part, Push, State
from fuelbed.core.findings import Severity, Span
from fuelbed.core.numbers import in_seconds, parse_quantity
from fuelbed.core.quantities import Dimension, Quantity
from fuelbed.core.scanner import TextFault, did_you_mean
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.laws import Scope
from fuelbed.readers.parameters import not_negative
from fuelbed.readers.structure import Names
from fuelbed.readers.yaml import Map, Node, Scalar

__all__ = ["check_tips", "read_pushes"]

_HOW = ("times", "plus", "set")
_PART = re.compile(r"\s*(?P<how>times|plus|set)\s{1,9}(?P<value>\S.*?)\s*\Z", re.ASCII | re.DOTALL)
_FORM = "Write `times 1.6`, `plus 20 per second` or `set 300 ms`."
_TIPS = re.compile(r"\btips\s*\(\s*(\w+)\s*\)")


def read_pushes(
    r: Reading, node: Map | None, scope: Scope, states: Mapping[str, State], factors: Mapping[str, Factor], names: Names
) -> dict[str, Push]:
    """By trigger; a push at fault is left out."""
    out: dict[str, Push] = {}
    for trigger, entry in node.entries.items() if node else ():
        kind = names.kinds.get(trigger)
        if trigger not in names.kinds:
            if names.factors_given:
                cure = did_you_mean(trigger, names.of_kind("trigger")) or "Add the trigger under `factors`."
                r.error("FB022", entry.key.span, f"no trigger is called `{trigger[:60]}`.", cure)
        elif kind not in ("trigger", None):
            r.error("FB093", entry.key.span, f"`{trigger}` is a {kind}, and only a trigger pushes.", "Name a trigger.")
        body = r.mapping(
            entry.value, f"the push of `{trigger[:60]}`", f"Write `{trigger[:60]}: {{load: times 1.6, lasts: 20 s}}`."
        )
        if body is not None:
            push = _push(r, trigger, entry.key.span, body, scope, states, factors.get(trigger))
            if push is not None:
                out[trigger] = push
    return out


def _push(
    r: Reading, trigger: str, at: Span, body: Map, scope: Scope, states: Mapping[str, State], factor: Factor | None
) -> Push | None:
    f = Fields(r, body)
    parts = []
    moved = {n: e for n, e in body.entries.items() if n != "lasts"}
    for target, entry in moved.items():
        if target not in scope.parameters and target not in scope.states:
            known = [*scope.parameters, *scope.states]
            cure = did_you_mean(target, (*known, "lasts")) or f"It has: {', '.join(known)[:400]}."
            r.error("FB022", entry.key.span, f"no parameter or state of this model is called `{target[:60]}`.", cure)
            continue
        known_as = scope.parameters if target in scope.parameters else scope.states
        part = _part(r, target, entry.value, entry.key.span, known_as[target] or "number", states.get(target))
        if part is not None:
            parts.append(part)
    if not moved:
        r.error("FB017", body.span, f"the push of `{trigger[:60]}` moves nothing.", "Add `load: times 1.6`.")
    lasts = f.quantity("lasts", "time")
    if "lasts" not in f:
        lasts = in_seconds(factor.lasts) if factor is not None and factor.lasts is not None else Quantity.point(0.0, "time")
    if lasts is None or not not_negative(r, body.span, "lasts", lasts) or len(parts) < len(moved):
        return None
    if factor is not None and factor.kind == "trigger" and lasts.high <= 0.0 and any(n in scope.parameters for n in moved):
        cure = f"Add `lasts: 20 s`, or give `{trigger[:60]}` its `lasts`."
        r.warn("FB098", at, f"this push moves a parameter, and `{trigger[:60]}` lasts no time.", cure, Severity.WARNING)
    return Push(trigger, tuple(parts), lasts, at)


def _part(r: Reading, target: str, node: Node, at: Span, dimension: Dimension, state: State | None) -> Part | None:
    """`times 1.6`, or its mapping form `{times: 1.6, basis: assumed}`."""
    if isinstance(node, Map):
        heads = [k for k in node.entries if k in _HOW]
        if len(heads) != 1:
            r.error("FB093", node.span, f"this says not how `{target[:60]}` is pushed.", _FORM)
            return None
        how = heads[0]
        entries = {("value" if k == how else k): e for k, e in node.entries.items()}
        q = r.quantity(Map(entries, node.span), how, "number" if how == "times" else dimension)
        spot: Node = node.entries[how].value
    elif isinstance(node, Scalar) and isinstance(node.value, str) and (m := _PART.match(node.text)):
        how, spot, begin = m["how"], node, m.start("value")
        try:
            q = r.meta(
                parse_quantity(
                    m["value"], "number" if how == "times" else dimension, r.numbers, node.place(begin, m.end("value"))
                )
            )
        except TextFault as fault:
            r.findings.append(fault.finding(lambda a, b: node.place(begin + a, begin + b)))
            return None
    else:
        r.wrong(node, f"this says not how `{target[:60]}` is pushed.", _FORM, "FB093")
        return None
    if q is None or not _sensible(r, spot, target, how, q, state):
        return None
    return Part(target, how, q, at)  # type: ignore[arg-type]  # one of the three words


def _sensible(r: Reading, node: Node, target: str, how: str, q: Quantity, state: State | None) -> bool:
    if how == "times" and q.low < 0.0:
        r.error("FB047", q.span or node.span, f"`{target[:60]}` cannot be pushed to {q.low:g} times itself.", "Write 0 or more.")
        return False
    if how != "set":
        return True
    if state is None:
        return not_negative(r, node.span, target, q)
    if q.low < state.low or q.high > state.high:
        cure = f"Stay inside {state.low:g}..{state.high:g}, or widen the range."
        r.error("FB091", q.span or node.span, f"this push takes `{target[:60]}` out of its range.", cure)
        return False
    return True


def check_tips(r: Reading, f: Fields, models: Mapping[str, Model], names: Names) -> None:
    """`tips(trigger)` asks the one model that this trigger pushes."""
    section = f.node_of("structure")
    said = f.node_of("dynamics")
    by: dict[str, list[str]] = {}
    for name, entry in said.entries.items() if isinstance(said, Map) else ():
        pushes = entry.value.entries["pushes"].value if isinstance(entry.value, Map) and "pushes" in entry.value.entries else None
        for trigger in pushes.entries if isinstance(pushes, Map) else ():
            by.setdefault(trigger, []).append(name)
    for entry in section.entries.values() if isinstance(section, Map) else ():
        if not isinstance(entry.value, Scalar):
            continue
        for m in _TIPS.finditer(entry.value.text):
            trigger, at = m[1], entry.value.place(m.start(1), m.end(1))
            pushed = by.get(trigger, [])
            if names.kinds.get(trigger) not in ("trigger", None) or trigger not in names.kinds:
                continue  # reported where the line was read
            if len(pushed) > 1:
                shown = ", ".join(f"`{n}`" for n in pushed)[:200]
                cure = "Push one of them, or put both into one model."
                r.error("FB096", at, f"`{trigger}` pushes {len(pushed)} models ({shown}), and `tips` asks one.", cure)
            elif not pushed:
                cure = f"Add `pushes: {{{trigger}: {{load: times 1.6}}}}` to a model; until then its chance is 0..1."
                r.warn("FB097", at, f"no model under `dynamics` says how `{trigger}` pushes.", cure, Severity.WARNING)
