"""`structure`, `failure`, `outcomes` and `common_causes`: lines parsed, names resolved, defaults written out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from fuelbed.core.case import CommonCause, Factor, FactorKind, Line, Outcome
from fuelbed.core.expressions import And, Expr, Fails, Or, Ref, Tips, walk
from fuelbed.core.findings import Span
from fuelbed.core.grammar import parse_expression
from fuelbed.core.numbers import YEARS, unit_of_time
from fuelbed.core.quantities import Dimension, Quantity
from fuelbed.core.scanner import TextFault, did_you_mean
from fuelbed.readers.checks import check_momentary, check_stratified
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.yaml import Map, Node, Scalar

__all__ = [
    "ModelNames", "Names", "Structure", "check_names", "default_line", "in_unit", "read_common_causes", "read_structure",
]  # fmt: skip  # one list


@dataclass(frozen=True, slots=True)
class ModelNames:
    """What `set MODEL.NAME` may move: parameters with what they measure (None: at fault), options with their words.

    `sure` is False where the model's laws could not be read, and so nobody knows what it has.
    """

    parameters: Mapping[str, Dimension | None]
    options: Mapping[str, tuple[str, ...]]
    sure: bool = True


@dataclass(slots=True)
class Names:
    """Every name that was written, at fault or not, so that one fault never makes a second one elsewhere."""

    kinds: dict[str, FactorKind | None] = field(default_factory=dict)
    lines: dict[str, Span] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)  # of the groups
    signals: list[str] = field(default_factory=list)
    outcomes: dict[str, None] = field(default_factory=dict)
    factors_given: bool = True
    models: dict[str, ModelNames] = field(default_factory=dict)

    def all(self) -> list[str]:
        return [*self.kinds, *self.lines]

    def is_known(self, name: str) -> bool:
        """A factor or a line."""
        return name in self.kinds or name in self.lines

    def of_kind(self, kind: FactorKind) -> list[str]:
        """The factors of that kind, and those whose kind is at fault."""
        return [k for k, v in self.kinds.items() if v in (kind, None)]


@dataclass(frozen=True, slots=True)
class Structure:
    """What `structure`, `failure` and `outcomes` say together."""

    lines: dict[str, Line]
    outcomes: list[Outcome]
    unit: str
    failure: str


def read_structure(r: Reading, f: Fields, factors: Mapping[str, Factor], names: Names) -> Structure:
    """Lines, outcomes and the failure, with the defaults written out where the case leaves one of them out."""
    node = f.section("structure")
    said = "structure" in f
    lines = read_lines(r, node, names) if node else {}
    failure = f.text("failure")
    outs = f.section("outcomes")
    if not said:
        failure = failure or next(iter(outs.entries if outs else ()), "")
        _default_failure(r, f, failure, names)
        if factors and failure:
            lines = {failure: default_line(failure, factors)}
    outcomes, unit = read_outcomes(r, outs, names, not said or node is not None) if outs else ([], "failures")
    failure = _failure(r, f, failure, outs, node is not None, names)
    if not outs:
        names.outcomes = {failure: None}
        outcomes = [Outcome(failure, Quantity.point(1.0, "loss", unit="failures", basis="assumed"))]
    check_stratified(r, lines)
    check_momentary(r, lines, factors)
    return Structure(lines, outcomes, unit, failure)


def _default_failure(r: Reading, f: Fields, failure: str, names: Names) -> None:
    node = f.node_of("failure")
    if not failure:
        return
    if isinstance(node, Scalar) and r.identifier(node, "failure") and failure in names.kinds:
        r.error("FB018", node.span, f"`{failure}` is a factor already.", "Give the failure another name.")
    names.lines[failure] = node.span if node is not None else Span(r.file, 1, 1)


def _failure(r: Reading, f: Fields, failure: str, outs: Map | None, has_structure: bool, names: Names) -> str:
    node = f.node_of("failure")
    if node is None:
        if outs is not None and outs.entries:
            return next(iter(outs.entries))
        if "outcomes" not in f:
            r.error("FB017", f.first, "the case has no `failure`.", "Add `failure:` with the line that is the failure.")
        return ""
    if not failure:
        return ""
    if has_structure and failure not in names.lines:
        cure = did_you_mean(failure, names.lines) or "The failure is a line of `structure`."
        r.error("FB031", node.span, f"no line is called `{failure[:60]}`.", cure)
    elif outs is not None and failure not in outs.entries and all(n in names.lines for n in outs.entries):
        r.error(
            "FB031",
            node.span,
            f"`{failure[:60]}` is not among the outcomes.",
            "Add it to `outcomes`, or leave `failure` out.",
        )
    return failure


def read_lines(r: Reading, node: Map, names: Names) -> dict[str, Line]:
    """The lines whose expression parses; every key is a known line name all the same."""
    for name, entry in node.entries.items():
        if r.identifier(entry.key, "line") and name in names.kinds:
            cure = "Give the line another name, or write the factor into another line."
            r.error("FB018", entry.key.span, f"`{name}` is a factor already.", cure)
        names.lines[name] = entry.key.span
    out: dict[str, Line] = {}
    for name, entry in node.entries.items():
        value = entry.value
        if not isinstance(value, Scalar) or value.value is None:
            r.wrong(value, f"the line `{name[:60]}` is an expression.", f"Write `{name[:60]}: trigger and condition`.")
            continue
        try:
            expr = parse_expression(value.text, value.place)
        except TextFault as fault:
            r.findings.append(fault.finding(value.place))
            continue
        out[name] = Line(name, expr, value.text, value.span)
        check_names(r, expr, names)
    return out


def check_names(r: Reading, expr: Expr, names: Names) -> None:
    """Each name of an expression is known and of the right kind."""
    for e in walk(expr):
        if isinstance(e, Ref):
            kind = names.kinds.get(e.name)
            if kind == "control":
                r.error(
                    "FB023", e.span, f"`{e.name}` is a control, and a control alone is not an event.", f"Write `fails({e.name})`."
                )
            elif e.name not in names.kinds and e.name not in names.lines:
                _unknown(r, e.name, e.span, names.all(), "factor or line", names)
        elif isinstance(e, Fails | Tips):
            wanted: FactorKind = "control" if isinstance(e, Fails) else "trigger"
            word = "fails" if isinstance(e, Fails) else "tips"
            kind = names.kinds.get(e.name)
            if e.name in names.lines and e.name not in names.kinds:
                r.error("FB024", e.span, f"`{word}()` takes a {wanted}, and `{e.name}` is a line.", f"Write `{e.name}` alone.")
            elif e.name not in names.kinds:
                _unknown(r, e.name, e.span, names.of_kind(wanted), wanted, names)
            elif kind is not None and kind != wanted:
                r.error("FB024", e.span, f"`{word}()` takes a {wanted}, and `{e.name}` is a {kind}.", f"Write `{e.name}` alone.")


def _unknown(r: Reading, name: str, span: Span | None, known: Iterable[str], what: str, names: Names) -> None:
    if names.factors_given:
        cure = did_you_mean(name, known) or f"Add it under `factors`, or correct the name of the {what}."
        r.error("FB022", span, f"no {what} is called `{name[:60]}`.", cure)


def default_line(failure: str, factors: Mapping[str, Factor]) -> Line:
    """Any trigger, and all conditions that are not known to be absent, and all controls failing (docs/formats/case.md)."""
    triggers = [Ref(f.name) for f in factors.values() if f.kind == "trigger"]
    parts: list[Expr] = [Or(tuple(triggers)) if len(triggers) > 1 else triggers[0]] if triggers else []
    texts = [f"any({', '.join(t.name for t in triggers)})"] if triggers else []
    for f in factors.values():
        absent = f.kind == "condition" and f.present is not None and f.present.is_point and f.present.low == 0.0
        if f.kind == "condition" and not absent:
            parts.append(Ref(f.name))
            texts.append(f.name)
        elif f.kind == "control":
            parts.append(Fails(f.name))
            texts.append(f"fails({f.name})")
    return Line(failure, parts[0] if len(parts) == 1 else And(tuple(parts)), " and ".join(texts))


def in_unit(q: Quantity, unit: str) -> Quantity | None:
    """A loss in another unit of time; None when the two units do not measure the same."""
    if q.unit == unit:
        return q
    old, new = unit_of_time(q.unit), unit_of_time(unit)
    if not old or not new:
        return None
    k = YEARS[old] / YEARS[new]
    return replace(q, low=q.low * k, high=q.high * k, a=q.a * k, unit=unit)


def read_outcomes(r: Reading, node: Map, names: Names, has_structure: bool) -> tuple[list[Outcome], str]:
    """Outcomes from the mildest to the worst, all in the unit written first."""
    out: list[Outcome] = []
    unit: str | None = None
    for name, entry in node.entries.items():
        names.outcomes[name] = None
        if has_structure and name not in names.lines:
            cure = did_you_mean(name, names.lines) or "An outcome is a line of `structure`."
            r.error("FB030", entry.key.span, f"no line is called `{name[:60]}`.", cure)
        body = r.mapping(entry.value, f"the outcome `{name[:60]}`", f"Write `{name[:60]}: {{loss: 10..30 minutes}}`.")
        if body is None:
            continue
        r.check_keys(body, ("loss",), f"the outcome `{name[:60]}`")
        if "loss" not in body.entries:
            r.error("FB017", entry.key.span, f"the outcome `{name[:60]}` has no `loss`.", "Add `loss: 10..30 minutes`.")
            continue
        loss = r.quantity(body.entries["loss"].value, "loss", "loss")
        if loss is None:
            continue
        unit = loss.unit if unit is None else unit
        same = in_unit(loss, unit)
        if same is None:
            cure = f"Write every loss in `{unit or 'the same unit'}`."
            r.error(
                "FB035",
                body.entries["loss"].value.span,
                f"this loss is in `{loss.unit or 'no unit'}`, the first in `{unit or 'no unit'}`.",
                cure,
            )
            continue
        if out and (same.low < out[-1].loss.low or same.high < out[-1].loss.high):
            cure = "Order outcomes from the mildest to the worst."
            r.error("FB036", body.entries["loss"].value.span, f"`{name}` loses less than `{out[-1].name}` before it.", cure)
        out.append(Outcome(name, same, entry.key.span))
    return out, unit or ""


def read_common_causes(r: Reading, node: Node | None, names: Names) -> tuple[CommonCause, ...]:
    if node is None:
        return ()
    items = getattr(node, "items", None)
    if items is None or isinstance(node, Map):
        r.wrong(node, "`common_causes` is a list.", "Write `- {of: [first, second], beta: 0.1}`.")
        return ()
    out: list[CommonCause] = []
    for i, item in enumerate(items):
        body = r.mapping(item, "a common cause", "Write `{of: [first, second], beta: 0.1}`.")
        group = _common_cause(r, body, f"group_{i + 1}", names) if body is not None else None
        if group is not None:
            out.append(group)
    return tuple(out)


def _common_cause(r: Reading, node: Map, default: str, names: Names) -> CommonCause | None:
    r.check_keys(node, ("of", "beta", "name", "acts_on", "because"), "a common cause")
    f = Fields(r, node)
    name = f.text("name") or default
    spot = f.node_of("name")
    if (
        isinstance(spot, Scalar)
        and spot.value is not None
        and r.identifier(spot, "group")
        and (name in names.groups or names.is_known(name))
    ):
        r.error("FB018", spot.span, f"`{name}` is taken already.", "Give the group another name.")
    names.groups[name] = None
    members = f.names("of")
    for m in members:
        kind = names.kinds.get(m.text)
        if m.text not in names.kinds:
            _unknown(r, m.text, m.span, names.of_kind("control"), "control", names)
        elif kind not in ("control", None):
            r.error("FB037", m.span, f"`{m.text}` is a {kind}, and only controls fail by a common cause.", "Leave it out.")
    of = tuple(dict.fromkeys(m.text for m in members))
    names.members.update(of)
    if "of" not in f:
        r.error("FB017", node.span, "this common cause has no `of`.", "Add `of: [first, second]`.")
    elif len(of) < 2 and len(members) == len(getattr(f.node_of("of"), "items", ())):
        spot = f.node_of("of")
        if not isinstance(spot, Scalar) and hasattr(spot, "items"):
            r.error(
                "FB037",
                spot.span if spot else None,
                "a common cause has at least two members.",
                "Add the control that fails with it.",
            )
    beta = f.quantity("beta", "probability")
    if "beta" not in f:
        r.error("FB017", node.span, "this common cause has no `beta`.", "Add `beta: 0.1`, the share of failures that are common.")
    acts_on = f.choice("acts_on", ("broken", "fails"), "broken")
    if beta is None:
        return None
    return CommonCause(name, of, beta, acts_on, f.text("because"), node.span)  # type: ignore[arg-type]  # `choice` gave one of the two
