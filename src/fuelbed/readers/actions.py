"""The `actions` section: action items with their interventions, names and kinds checked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from fuelbed.core.actions import Action, Change
from fuelbed.core.case import FactorKind
from fuelbed.core.findings import Span
from fuelbed.core.numbers import parse_quantity
from fuelbed.core.quantities import Dimension, Quantity
from fuelbed.core.scanner import TextFault, did_you_mean
from fuelbed.core.sentences import FORMS, MAPPING_FORMS, PARAMETER_DIMENSION, parse_sentence
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.parameters import not_negative
from fuelbed.readers.structure import Names, in_unit
from fuelbed.readers.yaml import Broken, Map, Node, Scalar, Seq

__all__ = ["read_actions"]

_KEYS = ("what", "does", "cost", "owner", "status", "due", "done", "verified_by")
_WANTS: dict[str, FactorKind] = {
    "remove": "condition", "prevent": "trigger", "revert": "trigger", "perfect": "control", "disable": "control",
}  # fmt: skip
_WORDS: dict[FactorKind, str] = {
    "condition": "remove {0}`, or `set {0}.present to 0.1",
    "trigger": "prevent {0}`, or `revert {0}",
    "control": "make {0} perfect`, or `disable {0}",
}
_PARAMETERS: dict[FactorKind, tuple[str, ...]] = {
    "trigger": ("rate", "lasts"), "condition": ("present", "duty"), "control": ("fails", "broken"),
}  # fmt: skip
_MOVES = {"remove": "present", "prevent": "rate", "perfect": "fails", "disable": "broken"}  # the number that a verb moves
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_YES_NO = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}


@dataclass(slots=True)
class _Said:
    """One intervention with the place of each part, from a sentence or from a mapping."""

    verb: str
    target: str
    at: Span
    parameter: str = ""
    parameter_at: Span | None = None
    value: Callable[[Dimension], Quantity | None] | None = None
    line: str = ""
    line_at: Span | None = None
    shares: str = ""
    shares_at: Span | None = None
    word: str = ""  # the value as written, and where
    word_at: Span | None = None


@dataclass(slots=True)
class _Actions:
    r: Reading
    names: Names
    loss_unit: str
    added: dict[str, tuple[str, str]] = field(default_factory=dict)  # new control -> (line, shares)
    adds: list[tuple[_Said, str]] = field(default_factory=list)


def read_actions(r: Reading, node: Map | None, names: Names, loss_unit: str) -> dict[str, Action]:
    """Every action; an intervention at fault is left out of it (the case is refused anyway)."""
    ctx = _Actions(r, names, loss_unit)
    bodies: dict[str, tuple[Map, Span]] = {}
    for name, entry in node.entries.items() if node else ():
        r.identifier(entry.key, "action")
        body = r.mapping(entry.value, f"the action `{name[:60]}`", f"Write `{name[:60]}: {{what: ..., does: [remove x]}}`.")
        if body is not None:
            bodies[name] = (body, entry.key.span)
    said = {name: _said(ctx, body) for name, (body, _) in bodies.items()}
    for items in said.values():  # added controls first: another action may set or observe them
        for s, _, _ in items:
            if s.verb == "add":
                _declare(ctx, s)
    return {name: _action(ctx, name, body, at, said[name]) for name, (body, at) in bodies.items()}


def _action(ctx: _Actions, name: str, node: Map, at: Span, said: list[tuple[_Said, str, Span]]) -> Action:
    ctx.r.check_keys(node, _KEYS, "an action")
    f = Fields(ctx.r, node)
    changes = [c for s, text, span in said if (c := _check(ctx, s, text, span)) is not None]
    _once(ctx, changes)
    cost = f.quantity("cost", "plain")
    texts = {k: f.text(k) for k in ("what", "owner", "status", "due", "verified_by")}
    return Action(name, does=tuple(changes), cost=cost, done=_day(f), span=at, **texts)


def _once(ctx: _Actions, changes: Sequence[Change]) -> None:
    """No number of a factor is moved twice by one item."""
    moved: set[str] = set()
    for c in changes:
        number = f"{c.target}.{c.parameter or _MOVES.get(c.verb, '')}"
        if number.endswith("."):
            continue
        if number in moved:
            ctx.r.error("FB064", c.span, f"this action moves `{number}` twice.", "Keep the change that is meant.")
        moved.add(number)


def _day(f: Fields) -> dt.date | None:
    """`done`: the day on which an item took effect; before and after are told apart by it."""
    node = f.node_of("done")
    text = f.text("done")
    if node is None or not text:
        return None
    if _DATE.match(text):
        with suppress(ValueError):
            return dt.date.fromisoformat(text)
    f.r.error(
        "FB033",
        node.span,
        f"`{text[:60]}` is not a date.",
        "Write `done: YYYY-MM-DD`, the day on which it took effect; leave it out until then.",
    )
    return None


def _said(ctx: _Actions, node: Map) -> list[tuple[_Said, str, Span]]:
    does = node.entries.get("does")
    if does is None:
        return []
    if not isinstance(does.value, Seq):
        ctx.r.wrong(does.value, "`does` is a list of interventions.", "Write `does: [remove x]`, or one per line after `- `.")
        return []
    out = []
    for item in does.value.items:
        s = _mapping(ctx, item) if isinstance(item, Map) else _sentence(ctx, item)
        if s is not None:
            out.append((s, _text(item), item.span))
    return out


def _text(node: Node) -> str:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Map):
        return ", ".join(f"{k}: {e.value.text}" for k, e in node.entries.items() if isinstance(e.value, Scalar))
    return ""


def _sentence(ctx: _Actions, node: Node) -> _Said | None:
    if not isinstance(node, Scalar) or node.value is None:
        ctx.r.wrong(node, "an intervention is a short sentence.", f"Write one of: {'; '.join(FORMS)}.")
        return None
    try:
        p = parse_sentence(node.text)
    except TextFault as fault:
        ctx.r.findings.append(fault.finding(node.place))
        return None
    said = _Said(p.verb, p.target.text, node.place(p.target.start, p.target.end))
    if p.parameter:
        said.parameter, said.parameter_at = p.parameter.text, node.place(p.parameter.start, p.parameter.end)
    if p.line:
        said.line, said.line_at = p.line.text, node.place(p.line.start, p.line.end)
    if p.shares:
        said.shares, said.shares_at = p.shares.text, node.place(p.shares.start, p.shares.end)
    if p.value:
        part = p.value
        said.word, said.word_at = part.text, node.place(part.start, part.end)

        def value(dimension: Dimension) -> Quantity | None:
            try:
                span = node.place(part.start, part.end)
                q = parse_quantity(part.text, dimension, ctx.r.numbers, span)
                return ctx.r.meta(q)
            except TextFault as fault:
                ctx.r.findings.append(fault.finding(lambda a, b: node.place(part.start + a, part.start + b)))
                return None

        def value_or_word(dimension: Dimension) -> Quantity | None:
            if p.parameter and p.parameter.text in ("present", "broken") and part.text.lower() in _YES_NO:
                return Quantity.point(_YES_NO[part.text.lower()], text=part.text, span=node.place(part.start, part.end))
            return value(dimension)

        said.value = value_or_word
    return said


def _mapping(ctx: _Actions, node: Map) -> _Said | None:
    r = ctx.r
    heads = [k for k in node.entries if k in MAPPING_FORMS]
    if len(heads) != 1:
        word = next(iter(node.entries), "")
        cure = did_you_mean(word, MAPPING_FORMS) or f"Its first key is one of: {', '.join(MAPPING_FORMS)}."
        r.error("FB060", node.span, "this mapping is not an intervention.", cure)
        return None
    head = heads[0]
    verb, more = MAPPING_FORMS[head]
    r.check_keys(node, (head, *sorted(more)), f"`{head}`")
    target = node.entries[head].value
    if not isinstance(target, Scalar) or target.value is None:
        r.wrong(target, f"`{head}` takes a name.", f"Write `{head}: name`.")
        return None
    said = _Said(verb, target.text, target.span)
    if verb == "set":
        said.target, _, said.parameter = target.text.partition(".")
        said.parameter_at = target.place(len(said.target) + 1, len(target.text)) if said.parameter else target.span
    need = {"set": ("to",), "add": ("fails", "on")}.get(verb, ())
    for key in (k for k in need if k not in node.entries):
        r.error("FB017", node.span, f"`{head}` needs `{key}`.", f"Write `{_EXAMPLE[verb]}`.")
    f = Fields(r, node)
    said.line, said.shares = f.text("on"), f.text("shares")
    said.line_at, said.shares_at = (n.span if (n := f.node_of(k)) is not None else None for k in ("on", "shares"))
    key = {"set": "to", "add": "fails", "observe": "misses"}.get(verb, "")
    if key in f:
        value = node.entries[key].value
        said.word, said.word_at = value.text if isinstance(value, Scalar) else "", value.span

        def read(dimension: Dimension) -> Quantity | None:
            if isinstance(value, Broken):
                return None
            return r.belief(value, key) if said.parameter in ("present", "broken") else r.quantity(value, key, dimension)

        said.value = read
    return said


_EXAMPLE = {"set": "{set: x.fails, to: 0.05}", "add": "{add_control: name, fails: 0.1, on: line}"}


def _declare(ctx: _Actions, s: _Said) -> None:
    """A control that an action adds. Two actions may add the same one, in the same place."""
    from fuelbed.core.grammar import RESERVED
    from fuelbed.core.scanner import is_identifier

    if not is_identifier(s.target) or s.target in RESERVED:
        ctx.r.error("FB016", s.at, f"`{s.target[:60]}` is not a snake_case name.", "Give the new control another name.")
    elif ctx.names.is_known(s.target):
        ctx.r.error(
            "FB018",
            s.at,
            f"`{s.target}` is there already.",
            f"Give the new control another name, or write `set {s.target}.fails to`.",
        )
    elif ctx.added.setdefault(s.target, (s.line, s.shares)) != (s.line, s.shares):
        ctx.r.error("FB018", s.at, f"`{s.target}` is added by another action in another place.", "Give this one another name.")


def _check(ctx: _Actions, s: _Said, text: str, span: Span) -> Change | None:
    before = len(ctx.r.findings)
    if s.verb == "set" and s.target in ctx.names.models:
        return _of_model(ctx, s, text, span)
    dimension: Dimension | None = "probability"
    if s.verb == "set":
        dimension = _check_set(ctx, s)
    elif s.verb == "observe":
        n = ctx.names
        if not n.is_known(s.target):
            _known(ctx, s.target, s.at, (n.signals, ctx.added, n.kinds, n.lines), "line, factor or signal")
    elif s.verb == "add":
        if s.line_at is not None:
            _known(ctx, s.line, s.line_at, (ctx.names.lines,), "line")
        if s.shares:
            _check_shares(ctx, s)
    else:
        _check_kind(ctx, s)
    value = s.value(dimension) if s.value is not None and dimension else None
    if value is not None and dimension == "loss" and s.verb == "set":
        value = _same_unit(ctx, s, value)
    if len(ctx.r.findings) > before:
        return None
    return Change(s.verb, s.target, s.parameter, value, s.line, s.shares, text, span)  # type: ignore[arg-type]  # one of the literal verbs


def _of_model(ctx: _Actions, s: _Said, text: str, span: Span) -> Change | None:
    """`set MODEL.PARAMETER to VALUE` and `set MODEL.OPTION to WORD`."""
    r, m = ctx.r, ctx.names.models[s.target]
    before = len(r.findings)
    words = m.options.get(s.parameter)
    if words is not None:
        if s.word not in words:
            cure = did_you_mean(s.word, words) or f"Write one of: {', '.join(words)}."
            r.error("FB015", s.word_at or s.at, f"`{s.word[:60]}` is not a value of `{s.parameter}`.", cure)
            return None
        return Change("set", s.target, s.parameter, text=text, span=span, word=s.word)
    if s.parameter not in m.parameters:
        if m.sure:
            known = (*m.parameters, *m.options)
            cure = did_you_mean(s.parameter, known) or f"It has: {', '.join(known)[:400]}."
            r.error("FB062", s.parameter_at, f"`{s.target}` has no `{s.parameter[:60]}` to set.", cure)
        return None
    dimension = m.parameters[s.parameter]
    value = s.value(dimension) if s.value is not None and dimension else None
    if value is not None:
        not_negative(r, s.word_at or s.at, s.parameter, value)
    return (
        None if value is None or len(r.findings) > before else Change("set", s.target, s.parameter, value, text=text, span=span)
    )


def _same_unit(ctx: _Actions, s: _Said, value: Quantity) -> Quantity:
    same = in_unit(value, ctx.loss_unit)
    if same is None:
        ctx.r.error(
            "FB035",
            value.span,
            f"this loss is not in `{ctx.loss_unit or 'no unit'}`, as the outcomes are.",
            "Write it in that unit.",
        )
        return value
    return replace(same, span=value.span)


def _known(ctx: _Actions, name: str, at: Span | None, known: Sequence[Collection[str]], what: str) -> None:
    """Looked up in each; put together only for a fault, so that a thousand actions over a thousand names stay cheap."""
    if any(name in k for k in known) or not ctx.names.factors_given:
        return
    cure = did_you_mean(name, [x for k in known for x in k]) or f"Write the name of a {what}."
    ctx.r.error("FB022", at, f"no {what} is called `{name[:60]}`.", cure)


def _check_kind(ctx: _Actions, s: _Said) -> None:
    wants = _WANTS[s.verb]
    if s.target in ctx.added and s.target not in ctx.names.kinds:
        kind: FactorKind | None = "control"
    elif s.target in ctx.names.kinds:
        kind = ctx.names.kinds[s.target]
    else:
        _known(ctx, s.target, s.at, (ctx.names.of_kind(wants),), wants)
        return
    if kind is not None and kind != wants:
        cure = f"Write `{_WORDS[kind].format(s.target)}`."
        word = "make perfect" if s.verb == "perfect" else s.verb
        ctx.r.error("FB061", s.at, f"`{word}` is for a {wants}, and `{s.target}` is a {kind}.", cure)


def _check_shares(ctx: _Actions, s: _Said) -> None:
    """A control outside every group gives no beta to share by: the added control would count as independent without a word."""
    n = ctx.names
    if s.shares in n.groups or s.shares in n.members:
        return
    if s.shares in n.kinds and n.kinds[s.shares] is None:
        return
    if n.kinds.get(s.shares) != "control":
        _known(ctx, s.shares, s.shares_at, (n.groups, n.of_kind("control")), "common-cause group or control")
        return
    cure = "Name a group of `common_causes`, or leave `shares` out: the result at beta 0.1 is then shown beside it."
    ctx.r.error("FB038", s.shares_at, f"`{s.shares}` is in no common-cause group.", cure)


def _check_set(ctx: _Actions, s: _Said) -> Dimension | None:
    """The dimension that the value must have, None where nobody can tell."""
    n = ctx.names
    if s.target in n.kinds or s.target in ctx.added:
        kind = n.kinds.get(s.target, "control")
        allowed = _PARAMETERS[kind] if kind else tuple(PARAMETER_DIMENSION)
    elif s.target in n.groups:
        allowed = ("beta",)
    elif s.target in n.outcomes:
        allowed = ("loss",)
    else:
        known = (n.kinds, ctx.added, n.groups, n.outcomes, n.models)
        _known(ctx, s.target, s.at, known, "factor, common-cause group, outcome or model")
        return PARAMETER_DIMENSION.get(s.parameter)
    if s.parameter == "onset" and n.kinds.get(s.target, "control") in ("condition", None):
        cure = f"Write `remove {s.target}`, or `set {s.target}.present to 0.1`."
        ctx.r.error("FB062", s.parameter_at, "`onset` says how the condition came about, and an action comes after that.", cure)
        return "rate"
    if s.parameter not in allowed:
        cure = did_you_mean(s.parameter, allowed) or f"It has: {', '.join(allowed)}."
        ctx.r.error("FB062", s.parameter_at, f"`{s.target}` has no `{s.parameter[:60]}` to set.", cure)
        return None
    return PARAMETER_DIMENSION[s.parameter]
