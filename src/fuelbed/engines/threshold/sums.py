"""Limits in plain sight: what adds up against which limit, how near it was and is, and what each action item does to that.

Every number here is linear in the numbers given, so the ends of each interval are exact, and differences are paired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fuelbed.core.actions import Action
from fuelbed.core.blocks import Block, Cell, Column, Estimates, Named, Sentence, Table, Tone
from fuelbed.core.case import Case, Factor
from fuelbed.core.estimates import Estimate, How
from fuelbed.core.quantities import Quantity
from fuelbed.core.shown import listed, named, number, per_cent
from fuelbed.core.threshold import Sum
from fuelbed.engines.threshold.scene import now_there
from fuelbed.numerics.linear import Known, Linear, Number

__all__ = ["Presence", "SumView", "sum_blocks", "sum_claim", "sum_margins", "sum_pulls", "views"]

_METHOD = "exact at the ends: linear in every number"
Presence = tuple[float, float]  # how strongly a factor is there, lowest and highest


@dataclass(frozen=True)
class SumView:
    """A sum of the case with how strongly each of its terms was there in the incident, and is there now."""

    case: Case
    of: Sum
    incident: Mapping[str, Presence]
    now: Mapping[str, Presence]

    def margin(self, there: Mapping[str, Presence], changed: Sum | None = None) -> Linear:
        """limit - sum amount * presence; a presence that is not known counts as one more number (never with an interval amount at
        once: then the amount runs from 0, which is the same set of products)."""
        s = changed or self.of
        new = {"limit": s.limit is not self.of.limit, **{n: q is not self.of.terms.get(n) for n, q in s.terms.items()}}
        labels = {n: f"{s.name}.{n}{' set' if new[n] else ''}" for n in new}
        terms: list[tuple[float, Number]] = [(1.0, _number(labels["limit"], s.limit))]
        for name, q in s.terms.items():
            low, high = there.get(name, (1.0, 1.0))
            if low == high:
                terms.append((-low, _number(labels[name], q)))
            else:
                label = f"{labels[name]} there {low:g}..{high:g}"
                terms.append((-1.0, Number(label, low * q.low, high * q.high, (low + high) / 2 * q.middle)))
        return Linear.of(terms)


def views(case: Case) -> list[SumView]:
    return [SumView(case, s, *(_presence(case, s, now) for now in (False, True))) for s in case.threshold.sums.values()]


def _presence(case: Case, s: Sum, now: bool) -> dict[str, Presence]:
    return {n: _of_factor(case.factors[n], now) if n in case.factors else (1.0, 1.0) for n in s.terms}


def _of_factor(f: Factor, now: bool) -> Presence:
    """In the incident: as the case says it. Now: a trigger has passed unless it is in force, the rest stands unless the case says otherwise."""
    if now and f.today is not None:
        return f.today.low, f.today.high
    if now and f.kind == "trigger":
        return 0.0, 0.0
    if f.occurred is None:
        return 0.0, 1.0
    return (1.0, 1.0) if f.occurred else (0.0, 0.0)


def _number(label: str, q: Quantity) -> Number:
    return Number(q.name or label, q.low, q.high, q.middle)


def _known(view: SumView) -> Known:
    """What the case says of the incident: that it went over the limit (and what stood without its triggers had not), or stayed below."""
    if view.of.over is None:
        return Known()
    then = view.margin(view.incident)
    if not view.of.over:
        return Known((then,))
    quiet = {
        n: (0.0, 0.0) if n in view.case.factors and view.case.factors[n].kind == "trigger" else p
        for n, p in view.incident.items()
    }
    return Known((-then, view.margin(quiet))) if quiet != view.incident else Known((-then,))


def _estimates(view: SumView, forms: Sequence[Linear]) -> list[Estimate]:
    """Bounds and middles given what the case says of the incident; all that the numbers allow where that cannot be at all."""
    known = _known(view)
    ends = [known.ends(x) for x in forms]
    if None in ends:
        known, ends = Known(), [(x.low, x.high) for x in forms]
    method = _METHOD + ("; what is known of the incident counted" if known.forms else "")
    middles = known.middles(forms)
    out = []
    for m, e in zip(middles, ends, strict=True):
        assert e is not None
        value, low, high = (_snapped(x, view) for x in (min(max(m, e[0]), e[1]), *e))
        out.append(Estimate(value, low, high, "plain", view.of.unit, "computed", method))
    return out


def _snapped(x: float, view: SumView) -> float:
    """What is left of floating point beside the limit is nothing."""
    return 0.0 if abs(x) <= 1e-9 * abs(view.of.limit.middle) else x


# ---- what an action changes ---------------------------------------------------------------------------------------------------


def sum_margins(view: SumView) -> tuple[dict[str, Estimate], dict[str, Estimate]]:
    """The margin if the same came again, by action (""  = nothing done), and after minus before for those that touch the sum."""
    before = view.margin(view.incident)
    after = {n: x for n, a in view.case.actions.items() if (x := _after(view, a)) is not None}
    found = _estimates(view, [before, *after.values(), *(x - before for x in after.values())])
    margins = dict(zip(["", *after], found[: len(after) + 1], strict=True))
    return margins, dict(zip(after, found[len(after) + 1 :], strict=True))


def sum_pulls(view: SumView) -> tuple[Estimate, dict[str, Estimate]]:
    """The margin by what stands now, and by factor how much wider it would have been in the incident without it."""
    before = view.margin(view.incident)
    names = [n for n in view.of.terms if n in view.case.factors]
    without = [view.margin({**view.incident, n: (0.0, 0.0)}) for n in names]
    now, *found = _estimates(view, [view.margin(view.now), *(x - before for x in without)])
    return now, dict(zip(names, found, strict=True))


def _after(view: SumView, action: Action) -> Linear | None:
    """The margin with an item done; None where it touches nothing that adds up."""
    there, changed, touched = dict(view.incident), view.of, False
    for c in action.does:
        if c.target == view.of.name and c.value is not None:
            changed, touched = _set(changed, c.parameter, c.value), True
        elif c.target in view.of.terms and (p := now_there(c)) is not None:
            there[c.target], touched = p, True
    return view.margin(there, changed) if touched else None


def _set(s: Sum, parameter: str, value: Quantity) -> Sum:
    if parameter == "limit":
        return Sum(s.name, value, s.terms, s.unit, s.what, s.source, s.span)
    return Sum(s.name, s.limit, {**s.terms, parameter: value}, s.unit, s.what, s.source, s.span)


# ---- blocks -------------------------------------------------------------------------------------------------------------------


def sum_claim(view: SumView) -> str:
    """`threads` was 1.2 % over its limit in the incident ...; what stands now leaves ... of room."""
    then, now = _estimates(view, [view.margin(view.incident), view.margin(view.now)])
    assert then.value is not None
    assert now.value is not None
    limit, s = view.of.limit.middle, view.of
    share = f"{per_cent(abs(then.value) / limit)} % " if limit and then.value else ""
    where = "over" if then.value < 0 or s.over else "below"
    sure = "" if then.high <= 0 or then.low > 0 else ", though the numbers leave that open"
    text = f"In the incident `{s.name}` was {share}{where} its limit{sure}."
    single = [
        n for n in s.terms if n in view.case.factors and view.case.factors[n].kind == "trigger" and view.incident[n][1] == 1
    ]
    if now.value <= 0:
        return f"{text} It is over the limit by what stands now ({_span(now)})."
    text += f" What stands now takes {per_cent(1 - now.value / limit)} % of it" if limit else " What stands now leaves room for"
    text += f": {number(now.value)} {s.unit}".rstrip() + f" are left ({_span(now)})"
    return text + (f", and {named(single)} took more." if single and where == "over" else ".")


def _span(e: Estimate) -> str:
    return f"{number(e.low)} to {number(e.high)}"


def sum_blocks(view: SumView) -> list[Block]:
    s = view.of
    then, now = _estimates(view, [view.margin(view.incident), view.margin(view.now)])
    rows = [
        Named("incident", "room below the limit in the incident", then),
        Named("now", "room by what stands now", now),
    ]
    out: list[Block] = [Estimates(f"{s.what or s.name}: how near the limit", tuple(rows))]
    out.append(_table(view, then))
    unsaid = [n for n, (low, high) in view.incident.items() if low != high]
    if unsaid:
        out.append(
            Sentence(
                f"Whether {listed(f'`{n}`' for n in unsaid)} was there in the incident is not said; both are counted.", "muted"
            )
        )
    return out


def _enough(view: SumView, then: Estimate, left: Estimate) -> str:
    """Whether it would have held with a term away; "" where it held as it was. then, left: the room with the term and without."""
    if view.of.over is False or then.low > 0:
        return ""
    if left.low > 0 or (view.of.over and left.low == 0):
        return "would have held"
    return "over all the same" if left.high <= 0 else "left open"


def _table(view: SumView, then: Estimate) -> Table:
    """Amounts as they are told, and by what is known of the incident: only the second add up to what is said of the room."""
    s = view.of
    rows = []
    order = sorted(s.terms, key=lambda n: -s.terms[n].middle)
    forms = [Linear.of([(1.0, _number(f"{s.name}.{n}", s.terms[n]))]) for n in order]
    found = _estimates(view, [*forms, *(view.margin({**view.incident, n: (0.0, 0.0)}) for n in order)])
    shares = bool(s.limit.middle) and "%" not in s.unit  # a share of a share says nothing new
    counted = bool(_known(view).forms)
    for n, takes, left in zip(order, found, found[len(order) :], strict=False):
        q, (low, high) = s.terms[n], view.incident[n]
        there, given = _there(low, high), Estimate(q.middle, q.low, q.high, "plain", s.unit, _basis(q), _said(q))
        enough = _enough(view, then, left)
        tone: Tone = "good" if enough == "would have held" else "plain"
        rows.append(
            (
                Cell(n),
                Cell(estimate=takes if counted else given),
                *([Cell(estimate=given)] if counted else []),
                *([Cell(f"{per_cent(takes.value / s.limit.middle)} %")] if shares and takes.value is not None else []),
                Cell(there),
                Cell(estimate=left),
                Cell(enough, tone=tone),
            )
        )
    columns = (
        Column("term", "what adds up", "code"),
        Column("amount", "takes", "estimate"),
        *([Column("given", "as given", "estimate", brief=False)] if counted else []),
        *([Column("share", "of the limit", brief=False)] if shares else []),
        Column("there", "in the incident"),
        Column("without", "room without it", "estimate"),
        Column("enough", "without it"),
    )
    limit = Estimate(s.limit.middle, s.limit.low, s.limit.high, "plain", s.unit, _basis(s.limit), _said(s.limit))
    note = f"The limit is {_words(limit)}{f': {s.limit.source}' if s.limit.source else ''}. {_source(view)}".strip()
    if counted:
        note = f"Takes: as given, and by what is known of the incident, so that it adds up. {note}"
    return Table(f"sum.{s.name}", f"What adds up against the limit of {s.what or s.name}", columns, tuple(rows), note=note)


def _there(low: float, high: float) -> str:
    if low == high:
        return {0.0: "no", 1.0: "yes"}.get(low, number(low))
    return "not said" if (low, high) == (0.0, 1.0) else f"{number(low)} to {number(high)}"


def _source(view: SumView) -> str:
    """Where the sum is told: the first sentence of what an entry of `sources` is, or the quote itself."""
    text = view.of.source
    entries = view.case.sections.get("sources") or ()
    title = next((str(e.get("what") or e.get("address") or text) for e in entries if e.get("id") == text), text)
    return f"Source: {title.split('. ')[0].rstrip('.')}." if title else ""


def _words(e: Estimate) -> str:
    middle = number(e.value) if e.value is not None else ""
    span = "" if e.is_point else f" ({number(e.low)} to {number(e.high)})"
    return f"{middle} {e.unit}{span}".replace("  ", " ")


def _said(q: Quantity) -> str:
    return q.source or "as the case gives it"


def _basis(q: Quantity) -> How:
    return q.basis if q.basis in ("measured", "published", "judged", "assumed") else "computed"
