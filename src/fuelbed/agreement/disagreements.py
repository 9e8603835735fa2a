"""Where two engines do not say the same of one thing: an ordered list of comparisons, each with both numbers and the reason.

Nothing here is decided by a middle alone where an interval could decide it: what is said holds at every value of the numbers given,
unless the sentence says otherwise. That two answers differ is no fault of either; the sentence says what each of them is about.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from fuelbed.agreement.words import amount, fallen, share, times
from fuelbed.core.actions import Action
from fuelbed.core.agreement import Disagreement, Ranks
from fuelbed.core.blocks import Named
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import (
    ENOUGH_SENTENCES,
    Board,
    JointFailures,
    Margins,
    RiskShares,
    StoryShares,
    ThresholdMargins,
    Tipping,
    Verdicts,
)
from fuelbed.core.shown import named

__all__ = ["disagreements"]

_MOST = 0.5  # of the failures a year: an item that takes away more than that takes most of them
_FLAT = 0.01
_HIGH, _LOW = 0.5, 0.1  # chances that the next trigger becomes the failure
_TIMES = 1.05


def disagreements(case: Case, board: Board, ranked: Ranks | None) -> tuple[Disagreement, ...]:
    """All of them: what is near the failure first, then item by item, then history, ranks and the story."""
    return (
        *_distance(board),
        *_let_through(board),
        *_items(case, board),
        *_history(board),
        *_first_factor(ranked),
        *_story(board),
    )


# ---- how near it is ---------------------------------------------------------------------------------------------------------------


def _distance(board: Board) -> Iterator[Disagreement]:
    """A threshold that is far from its edge beside a structure that fails with the next trigger, and the other way round."""
    threshold, risk = board.get(ThresholdMargins), board.get(RiskShares)
    if threshold is None or risk is None or risk.propensity is None:
        return
    chance = risk.propensity
    second = Named("propensity", "chance that the next trigger fails it", chance)
    if threshold.now is not None and threshold.now.low > 0 and chance.low >= _HIGH:
        says = (
            f"By what stands now {threshold.of} is surely below its limit, by {amount(threshold.now)}, and yet the next trigger becomes the failure "
            f"with chance {amount(chance)}: the margin is that of the system at rest, the chance that of one which has just been pushed."
        )
        yield Disagreement(
            "far_but_likely", "threshold", "structure", "", says, Named("now", "margin by what stands now", threshold.now), second
        )
    again = threshold.margin[""]
    if again.high < 0 and chance.high <= _LOW:
        says = (
            f"If the same came again {threshold.of} would surely be over its limit, by {amount(_turned(again))}, and yet the next trigger becomes the "
            f"failure with chance {amount(chance)} only: the margin takes the incident's factors as they were, the chance counts how seldom they meet and what still holds."
        )
        yield Disagreement(
            "over_but_rare", "threshold", "structure", "", says, Named("again", "margin if the same came again", again), second
        )


def _let_through(board: Board) -> Iterator[Disagreement]:
    """A push that seldom tips the model, and that the structure lets through every time; the one that carries most."""
    tipping, risk = board.get(Tipping), board.get(RiskShares)
    if tipping is None or risk is None:
        return
    rare = [
        t
        for t, p in tipping.probability.items()
        if p.high <= _HIGH and t not in risk.tips and t in risk.share and risk.share[t].low > 0
    ]
    if not rare:
        return
    t = max(rare, key=lambda n: risk.share[n].value or 0.0)
    p, gone = tipping.probability[t], risk.share[t]
    says = (
        f"By the dynamics `{t}` lands beyond the stability boundary with chance {amount(p)}, and the structure lets every one through, for "
        f"{share(gone)} of the failures a year: no line says `tips({t})`."
    )
    yield Disagreement("let_through", "dynamics", "structure", t, says, Named("tips", f"chance that {t} tips it", p), Named("share", f"failures a year that go with {t}", gone))  # fmt: skip  # one record


def _turned(e: Estimate) -> Estimate:
    return Estimate(None if e.value is None else -e.value, -e.high, -e.low, e.kind, e.unit)


# ---- action items -----------------------------------------------------------------------------------------------------------------


def _items(case: Case, board: Board) -> Iterator[Disagreement]:
    verdicts = board.get(Verdicts)
    for v in verdicts.verdicts if verdicts is not None else ():
        change = v.changes.get("hazard")
        if change is not None:
            yield from _boundary(case, board, case.actions[v.action], change)
            yield from _room(board, v.action, change)


def _boundary(case: Case, board: Board, a: Action, change: Estimate) -> Iterator[Disagreement]:
    """Failures a year beside the margin to the stability boundary."""
    margins = board.get(Margins)
    today = margins.margin.get("") if margins is not None else None
    if margins is None or today is None:
        return
    after = margins.margin.get(a.name)
    first = Named("hazard", "change of failures a year", change)
    moved = after is not None and (after.low > today.high or after.high < today.low)
    if moved and after is not None:
        down, up = change.high < -_FLAT and after.high < today.low, change.low > _FLAT and after.low > today.high
        if max(abs(change.low), abs(change.high)) <= _FLAT or down or up:
            says = (
                f"`{a.name}` moves the margin to the stability boundary from {_margin(today)} to {_margin(after)} and the failures a year by "
                f"{share(change)}: {_why_apart(board, down or up)}."
            )
            yield Disagreement("boundary_alone" if not (down or up) else "boundary_against", "structure", "dynamics", a.name, says, first, Named("margin", "margin with it done", after))  # fmt: skip  # one record
    elif change.value is not None and change.high < 0 and change.value <= -_MOST and _still(today, after):
        says = (
            f"`{a.name}` takes {fallen(change)} of the failures a year away, and the stability boundary stays where it is, with a margin of "
            f"{_margin(today)}: {_why_still(case, a, after)}."
        )
        yield Disagreement("most_but_boundary", "structure", "dynamics", a.name, says, first, Named("margin", "margin today and with it done", after or today))  # fmt: skip  # one record


def _still(today: Estimate, after: Estimate | None) -> bool:
    """Whether there is a boundary, and it stays where it is."""
    return math.isfinite(today.low) and (
        after is None or (after.value, after.low, after.high) == (today.value, today.low, today.high)
    )


def _margin(e: Estimate) -> str:
    return "no boundary found" if e.low == e.high == float("inf") else amount(e)


def _why_apart(board: Board, against: bool) -> str:
    tipping, risk = board.get(Tipping), board.get(RiskShares)
    if against:
        return "what it does to the cut sets outweighs what it does to the loop"
    if tipping is not None and risk is not None and not risk.tips:
        return "no line of the structure says `tips` of a push on that model, so what it does to the loop is not counted there"
    return "the ways to the failure that need the loop to tip are too few of all"


def _why_still(case: Case, a: Action, after: Estimate | None) -> str:
    """What an item touches, and that no model reads it."""
    apart = [c.target for c in a.does if c.target not in case.dynamics and c.verb != "observe"]
    if after is None:
        return f"{named(dict.fromkeys(apart))} {'enters' if len(set(apart)) == 1 else 'enter'} no dynamic model, so whatever tips the loop still does"
    return "what it changes in the dynamic model is not what holds the boundary"


def _room(board: Board, name: str, change: Estimate) -> Iterator[Disagreement]:
    """Failures a year down and the room below the limit less, or the other way round."""
    threshold = board.get(ThresholdMargins)
    shift = threshold.shift.get(name) if threshold is not None else None
    if threshold is None or shift is None:
        return
    better, worse = change.high < -_FLAT, change.low > _FLAT
    flat = max(abs(change.low), abs(change.high)) <= _FLAT
    if not ((better and shift.high < 0) or (worse and shift.low > 0) or (flat and (shift.low > 0 or shift.high < 0))):
        return
    way = "widens" if shift.low > 0 else "narrows"
    by = amount(shift if shift.low > 0 else _turned(shift))
    why = (
        "the structure reads no factor that it touches there, only the sum does"
        if flat
        else "it adds to what adds up, and takes away another way to fail"
        if better
        else "it takes from what adds up, and opens another way to fail"
    )
    says = f"`{name}` {way} the room below {threshold.of} by {by} and moves the failures a year by {share(change)}: {why}."
    yield Disagreement("room_alone" if flat else "room_against", "structure", "threshold", name, says, Named("hazard", "change of failures a year", change), Named("room", "change of the room", shift))  # fmt: skip  # one record


def _middle(e: Estimate) -> float:
    """Where there is none, half way: it only says which of several is told."""
    return (e.low + e.high) / 2 if e.value is None else e.value


# ---- history, ranks, story --------------------------------------------------------------------------------------------------------


def _history(board: Board) -> Iterator[Disagreement]:
    """A common cause from history that surely changes the failures a year."""
    joint = board.get(JointFailures)
    if joint is None or joint.times is None or joint.given is None or joint.counted is None:
        return
    if joint.times.low > _TIMES or joint.times.high < 1 / _TIMES:
        members = next(iter(joint.groups))
        which = "more" if joint.times.low > 1 else "less"
        says = (
            f"By the case's own numbers the chance of at least one failure is {amount(joint.given)}, and with what history says of {named(members)} it is "
            f"{amount(joint.counted)}, with {times(joint.times)} the failures a year: they fail together {which} often than the case declares, and the "
            "numbers of the other questions stay the case's own until it says so."
        )
        yield Disagreement("history", "structure", "coupling", "", says, Named("given", "by the case's own common causes", joint.given), Named("counted", "by history's", joint.counted))  # fmt: skip  # one record


def _first_factor(r: Ranks | None) -> Iterator[Disagreement]:
    """What the threshold puts first is surely not what the structure does."""
    if r is None:
        return
    top = r.factors[0]
    if any(x.pull.high >= top.pull.low for x in r.factors[1:]):
        return
    above = [x for x in r.factors[1:] if x.share.low > top.share.high]
    if above:
        other = max(above, key=lambda x: x.share.value or 0.0)
        says = (
            f"{r.of} is pushed most by `{top.factor}` ({amount(top.pull)}), and `{other.factor}` carries more of the failures a year, {share(other.share)} "
            f"against {share(top.share)}: the one weighs this incident, the other every way to the failure."
        )
        yield Disagreement("first_factor", "threshold", "structure", top.factor, says, Named("pull", f"pull of {top.factor}", top.pull), Named("share", f"failures a year that go with {other.factor}", other.share))  # fmt: skip  # one record


def _story(board: Board) -> Iterator[Disagreement]:
    """What the text tells more of than its risk, beside what carries more than is told; the widest gap of each. Where no gap is sure,
    those whose risk has its middle outside the interval of the story. A few sentences are no story to differ from."""
    told = board.get(StoryShares)
    if told is None or told.sentences < ENOUGH_SENTENCES:
        return
    more = [n for n, g in told.gap.items() if g.low > 0]
    less = [n for n, g in told.gap.items() if g.high < 0]
    sure = bool(more or less)
    if not sure:
        more = [n for n, r in told.risk.items() if r.value is not None and r.value < told.story[n].low]
        less = [n for n, r in told.risk.items() if r.value is not None and r.value > told.story[n].high]
    a = max(more, key=lambda n: _middle(told.gap[n]), default="")
    b = min(less, key=lambda n: _middle(told.gap[n]), default="")
    if not a and not b:
        return
    parts = [f"{share(told.story[n])} speak of `{n}`, which has {share(told.risk[n])} of the risk" for n in (a, b) if n]
    lean = "" if sure else " (by the middle of the numbers; within their intervals it may be otherwise)"
    says = (
        f"Of {told.sentences} sentences on factors {', and '.join(parts)}{lean}: the text tells of one day, the risk counts every day on which it "
        f"could fail. A factor's risk is how much of the {told.of} would be gone without it, as a share of the same for all factors."
    )
    about = b or a
    yield Disagreement("story", "attribution", "structure", about, says, Named("story", f"share of the story, {about}", told.story[about]), Named("risk", f"share of the risk, {about}", told.risk[about]))  # fmt: skip  # one record
