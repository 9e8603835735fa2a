"""The tables of pairs, groups and cut sets, and the matrix of joint failures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fuelbed.core.blocks import Cell, Column, Estimates, Named, Picture, Table, Tone
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate, EstimateKind
from fuelbed.core.shown import counted, listed, number
from fuelbed.engines.coupling.gather import Gathered, span_words
from fuelbed.engines.coupling.system import Offered, System
from fuelbed.engines.coupling.words import HIDDEN, ORDER, lag_words, lift, lift_words, times
from fuelbed.numerics.joint.exact import poisson_interval
from fuelbed.numerics.joint.study import PairResult, Study
from fuelbed.numerics.process.comparison import Bound
from fuelbed.numerics.process.values import estimate, has_unknown_rates

__all__ = ["chances_table", "cut_table", "groups_table", "matrix", "pairs_table", "ranked", "system_estimates"]

_SHOWN = 40
_DRAWN = 24
_CUTS = 12
_TONES: Mapping[str, Tone] = {HIDDEN: "bad", "undecided": "muted", "contention": "plain"}
_EXACT = "90 %: exact for a Poisson count"


def ranked(s: Study) -> list[PairResult]:
    """The surprising pairs, hidden dependencies first, each kind by q and lift."""
    return [p for m in ORDER for p in s.of(m)]


def pairs_table(s: Study, g: Gathered) -> Table:
    rows = ranked(s)
    shown = rows[:_SHOWN]
    note = f"Together: begun within {span_words(g.reach)} of each other. Expected and lift hold {s.strata} equal."
    if len(rows) > len(shown):
        note += f" The first {len(shown)} of {len(rows):,}; all of them are in `fuelbed coupling --format csv`."
    return Table(
        "pairs",
        "Pairs that fail together more often than independence allows",
        (
            Column("pair", "pair", "list"),
            Column("together", "together"),
            Column("expected", "expected"),
            Column("lift", "lift", "estimate"),
            Column("mechanism", "why", "verdict"),
            Column("q", "q", brief=False),
            Column("lag", "who is first", brief=False),
            Column("because", "because", brief=False),
        ),
        tuple(
            (
                Cell(f"{p.a}, {p.b}", items=(p.a, p.b)),
                Cell(f"{p.together} of {min(p.onsets_a, p.onsets_b)}"),
                Cell(number(p.expected)),
                Cell(estimate=lift(p.lift)),
                Cell(p.mechanism, tone=_TONES.get(p.mechanism, "plain")),
                Cell(number(p.q)),
                Cell(lag_words(p.a, p.b, p.lag)),
                Cell(p.why),
            )
            for p in shown
        ),
        note=note,
        empty="No pair of components fails together more often than independence allows.",
    )


def chances_table(s: Study, g: Gathered) -> Table:
    """P(A), P(B), P(A)P(B) and P(A and B) in one window's time, raw lift beside the adjusted one. One table."""
    windows = g.days * 86_400 / g.reach

    def chance(n: int) -> Cell:
        low, high = poisson_interval(n)
        return Cell(
            estimate=Estimate(n / windows, low / windows, min(high / windows, 1.0), "probability", "", "measured", _EXACT)
        )

    rows = [
        (
            Cell(f"{p.a}, {p.b}", items=(p.a, p.b)),
            chance(p.onsets_a),
            chance(p.onsets_b),
            Cell(number(p.expected_both)),
            chance(p.together),
            Cell(estimate=lift(p.raw)),
            Cell(estimate=lift(p.lift)),
            Cell(number(p.p)),
            Cell("" if p.p_whole is None else number(p.p_whole)),
            Cell("" if p.spread is None else number(p.spread)),
        )
        for p in ranked(s)[:_SHOWN]
    ]
    return Table(
        "pair_chances",
        f"Chances to begin to fail within {span_words(g.reach)}",
        (
            Column("pair", "pair", "list"),
            Column("a", "P(first)", "estimate"),
            Column("b", "P(second)", "estimate"),
            Column("independent", "P(both) if independent"),
            Column("both", "P(both)", "estimate"),
            Column("raw", "lift, raw", "estimate"),
            Column("lift", "lift, adjusted", "estimate"),
            Column("p", "p"),
            Column("p_whole", "p, days moved whole"),
            Column("spread", "events a burst"),
        ),
        tuple(rows),
        note="Raw lift holds nothing equal. p holds the day equal too, and failures that come in one burst count once in it. With days moved whole every day "
        "of the one is moved around the clock as it is, so bursts and bad days stay and the time of day does not.",
        empty="No pair was surprising.",
        detail=True,
    )


def groups_table(found: Sequence[Offered]) -> Table:
    """What takes several at once, and what the case declares of it. One table."""
    rows = []
    for x in found:
        counts = listed(f"{number(n)} of {k}" for k, n in enumerate(x.group.events, 1) if n >= 0.5)
        share = Estimate(x.share.value, x.share.low, x.share.high, "share", "", "measured", "90 % of the posterior (Jeffreys)")
        beta = Estimate(
            x.group.beta.value, x.group.beta.low, x.group.beta.high, "share", "", "measured", "90 % of the Dirichlet posterior"
        )
        alpha = listed(f"{number(a.value)} ({number(a.low)} to {number(a.high)})" for a in x.group.alpha)
        rows.append(
            (
                Cell(", ".join(x.group.members), items=x.group.members),
                Cell(times(x.all_at_once)),
                Cell(number(x.by_chance)),
                Cell(estimate=share),
                Cell(", ".join(x.members), items=x.members),
                Cell(_declared(x), tone="plain" if x.agrees or not x.members else "bad"),
                Cell(counts),
                Cell(alpha),
                Cell(estimate=beta),
            )
        )
    return Table(
        "groups",
        "Groups that fail together",
        (
            Column("components", "components", "list"),
            Column("all", "all at once"),
            Column("chance", "by chance"),
            Column("share", "share that takes all", "estimate"),
            Column("factors", "factors", "list", brief=False),
            Column("declared", "declared", brief=False),
            Column("events", "events by how many failed", brief=False),
            Column("alpha", "alpha factors", brief=False),
            Column("beta", "shared with any", "estimate", brief=False),
        ),
        tuple(rows),
        note="Share that takes all: of the failures of the member that fails least; it is the beta of a common cause over all of them. "
        "`fuelbed coupling CASE --suggest` prints it to paste.",
        empty="No pairs hang together as a group.",
    )


def _declared(x: Offered) -> str:
    if not x.members:
        return ""
    if x.declared is None:
        return "independent"
    return (
        f"beta {number(x.declared.beta.low)} to {number(x.declared.beta.high)}"
        if not x.declared.beta.is_point
        else f"beta {number(x.declared.beta.low)}"
    )


def system_estimates(case: Case, w: System, by: str = "with what history says they share") -> Estimates:
    """Risk without the intersection, with it, and as the case declares it; one row where the three say the same."""
    n = w.numbers
    assert n is not None
    known = not has_unknown_rates(n.model)
    rows = [("independent", "if they were independent", n.without), *([("given", "as the case has it", n.given)] if n.given else []),
            ("history", by, n.included)]  # fmt: skip  # one list
    wanted: list[tuple[str, str, EstimateKind, str]] = [
        ("hazard", "failures a year", "rate", "a year"),
        ("probability", f"at least one within {case.horizon_text}", "probability", ""),
    ]
    if len(case.outcomes) > 1:
        wanted.append(("loss", "expected loss", "loss", f"{case.loss_unit} per year"))
    items = []
    for quantity, words, kind, unit in wanted:
        found = [(key, f"{words}, {said}", x[quantity].after) for key, said, x in rows]
        if _is_one(n.included[quantity].ratio) and all(_same(x, found[0][2]) for _, _, x in found):
            found = [("either", f"{words}, independent or not", found[0][2])]
        items += [Named(f"{quantity}_{key}", said, estimate(x, kind, unit, known)) for key, said, x in found]
    for key, name, words in (("hazard", "times", "how many times as often"), ("loss", "times_loss", "how many times the loss")):
        ratio = n.included[key].ratio
        if (key == "hazard" or len(case.outcomes) > 1) and math.isfinite(ratio.low) and not _is_one(ratio):
            items.append(Named(name, f"{words}, the same numbers on both sides", _times(ratio)))
    return Estimates("The intersection that independence leaves out", tuple(items))


def _is_one(ratio: Bound) -> bool:
    return max(abs(ratio.low - 1), abs(ratio.high - 1)) < 1e-9


def _same(a: Bound, b: Bound) -> bool:
    pairs = ((a.value, b.value), (a.low, b.low), (a.high, b.high))
    return all(x == y or math.isclose(x, y, rel_tol=1e-9) for x, y in pairs)


def _times(b: Bound) -> Estimate:
    value = b.value if math.isfinite(b.value) else None
    return Estimate(value, b.low, b.high, "plain", "times", "computed", b.method)


def cut_table(w: System) -> Table:
    rows = [
        (
            Cell(", ".join(j.members), items=j.members),
            Cell(str(w.counts[j.members])),
            Cell(estimate=_probability(j.product)),
            Cell(estimate=_probability(j.joint)),
            Cell(estimate=_times(j.times)),
        )
        for j in w.cuts[:_CUTS]
    ]
    note = "Product: their chances multiplied, as if independent. Joint: with the share of failures that takes all of them."
    if w.unknown:
        note += f" {counted(w.unknown, 'cut set')} more {'has' if w.unknown == 1 else 'have'} a control without a number."
    if w.others:
        note += f" {w.others} more {'is' if w.others == 1 else 'are'} not: chances near 1 leave little to share."
    if len(w.cuts) > len(rows):
        note += f" The {len(rows)} most underestimated of {len(w.cuts)}."
    return Table(
        "underestimated",
        "Cut sets that independence underestimates",
        (
            Column("members", "fail together", "list"),
            Column("cuts", "cut sets", brief=False),
            Column("product", "product", "estimate"),
            Column("joint", "joint", "estimate"),
            Column("times", "underestimated", "estimate"),
        ),
        tuple(rows),
        note=note,
        empty="No cut set with numbers is underestimated.",
    )


def _probability(b: Bound) -> Estimate:
    return Estimate(b.value, b.low, b.high, "probability", "", "computed", b.method)


def matrix(s: Study) -> Picture:
    """Components that are in some surprising pair, those of a group side by side; the strongest groups first."""
    rows = ranked(s)
    order: dict[str, None] = {}
    for group in s.groups:
        order.update(dict.fromkeys(group.members))
    for p in rows:
        order.update({p.a: None, p.b: None})
    drawn = list(order)[:_DRAWN]
    place = {n: i for i, n in enumerate(drawn)}
    pairs = [_pair(p, place) for p in rows if p.a in place and p.b in place]
    weak = [_pair(p, place) for p in s.pairs if not p.mechanism and p.a in place and p.b in place and p.together]
    data = {
        "components": [{"id": n, "onsets": s.components[n]} for n in drawn],
        "groups": [[n for n in group.members if n in place] for group in s.groups if any(n in place for n in group.members)],
        "pairs": [*pairs, *weak],
        "left": {"components": len(order) - len(drawn), "quiet": len(s.components) - len(order), "pairs": len(rows) - len(pairs)},
    }
    return Picture("joint", "Who fails together with whom", data, _alt(rows))


def _pair(p: PairResult, place: Mapping[str, int]) -> dict[str, Any]:
    i, j = sorted((place[p.a], place[p.b]))
    lifts = [p.lift.value, p.lift.low, p.lift.high]
    return {
        "i": i, "j": j, "together": p.together, "of": min(p.onsets_a, p.onsets_b), "expected": p.expected,
        "lift": [x if math.isfinite(x) else None for x in lifts], "mechanism": p.mechanism,
    }  # fmt: skip  # one record


def _alt(rows: Sequence[PairResult]) -> str:
    if not rows:
        return "No pair of components is surprising."
    first = "; ".join(
        f"`{p.a}` and `{p.b}`: {p.together} together, {number(p.expected)} expected, {lift_words(p.lift)}, {p.mechanism}"
        for p in rows[:3]
    )
    return f"{counted(len(rows), 'surprising pair')}. {first}."
