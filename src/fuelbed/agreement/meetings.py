"""Where the answer of one engine is a number of another's: tipping in the structure, joint failures in the cut sets, ranks, story, text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fuelbed.agreement.ranks import common
from fuelbed.agreement.words import amount, share, times
from fuelbed.core.agreement import Meeting, Ranks
from fuelbed.core.blocks import Named
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import (
    Board,
    JointFailures,
    Loops,
    Margins,
    NotFound,
    RiskShares,
    StoryShares,
    ThresholdMargins,
    Tipping,
    Verdicts,
)
from fuelbed.core.findings import Finding
from fuelbed.core.registry import rows_by_id
from fuelbed.core.shown import counted, listed, named, per_cent

__all__ = ["meetings"]

_NAMED = 3
_OF = {  # what attribution is told, in the words of the report
    RiskShares: "the share of the risk of each factor (§1)",
    Verdicts: "the verdict on each action item",
    Tipping: "the chance to tip of each push (§2)",
    Loops: "the loops that keep it failing (§2)",
    JointFailures: "what fails together (§3)",
    Margins: "how far each item moves the boundary (§2)",
    ThresholdMargins: "how far each item moves the room (§5)",
}


def meetings(
    case: Case, board: Board, ranked: Ranks | None, beside: Sequence[Finding], unanswered: Mapping[str, NotFound]
) -> tuple[Meeting, ...]:
    """All five, in the order of the questions. `beside` are the lint findings that rest on the model; `unanswered` what an engine asked for."""
    return (
        _tipping(case, board, unanswered),
        _joint(board, unanswered),
        _ranks(board, ranked, unanswered),
        _attribution(board, unanswered),
        _lint(case, board, beside, unanswered),
    )


def _ask(unanswered: Mapping[str, NotFound], engine: str, otherwise: NotFound) -> NotFound:
    return unanswered.get(engine, otherwise)


def _tipping(case: Case, board: Board, unanswered: Mapping[str, NotFound]) -> Meeting:
    """The chance that a push tips the loop is the chance of an event of the structure."""
    tipping, risk = board.get(Tipping), board.get(RiskShares)
    if tipping is None or not tipping.probability:
        return Meeting("tipping", "dynamics", "structure", missing=_ask(unanswered, "dynamics", _NO_MODEL))
    told = [t for t in tipping.probability if risk is not None and t in risk.tips]
    if risk is None or not told:
        t = max(tipping.probability, key=lambda n: _gone(risk, n))
        chance = Named(f"{t}.tips", f"chance that {t} tips it", tipping.probability[t])
        missing = NotFound(
            f"Which line of `structure` means that the loop tips? Say `tips({t})` in it.",
            "failures a year that follow the stability boundary",
        )
        return Meeting("tipping", "dynamics", "structure", "", (chance,), missing)
    told.sort(key=lambda t: -(risk.tips[t].value or 0.0))
    parts = listed((f"`{t}` {amount(tipping.probability[t])}" for t in told), most=_NAMED)
    t = told[0]
    says = (
        f"The chance that a push lands beyond the stability boundary is the chance of an event of the structure: {parts}; "
        f"if `{t}` never tipped, {share(risk.tips[t])} of the failures a year would be gone."
    )
    numbers = [n for t in told for n in (Named(f"{t}.tips", f"chance that {t} tips it", tipping.probability[t]), Named(f"{t}.through", f"failures a year that need {t} to tip it", risk.tips[t]))]  # fmt: skip  # a pair a trigger
    return Meeting("tipping", "dynamics", "structure", says, tuple(numbers))


def _gone(risk: RiskShares | None, trigger: str) -> float:
    """The failures a year that go with a trigger; least where that is not known."""
    e = risk.share.get(trigger) if risk is not None else None
    return -1.0 if e is None or e.value is None or e.value != e.value else e.value


_NO_MODEL = NotFound("Which loop keeps it failing? Add `dynamics`.", "the chance that a push tips it")


def _joint(board: Board, unanswered: Mapping[str, NotFound]) -> Meeting:
    """What history says fails together, in the place of what the case declares."""
    joint = board.get(JointFailures)
    if joint is None:
        return Meeting("joint", "coupling", "structure", missing=_ask(unanswered, "coupling", _NO_HISTORY))
    if not joint.groups:
        return Meeting(
            "joint", "coupling", "structure", "History holds no group of controls that fail together, so no cut set is moved."
        )
    members, beta = next(iter(joint.groups.items()))
    numbers = [
        Named(f"beta.{'.'.join(m)}", f"failures of {', '.join(m)} that take all of them", e) for m, e in joint.groups.items()
    ]
    if joint.given is None or joint.counted is None or joint.times is None:
        return Meeting(
            "joint",
            "coupling",
            "structure",
            f"By history {named(members)} fail together, and no cut set needs two of them, so nothing is moved.",
            tuple(numbers),
        )
    numbers += [
        Named("given", "at least one failure, by the case's own common causes", joint.given),
        Named("counted", "at least one failure, by history's", joint.counted),
        Named("times", "failures a year, how many times as many", joint.times),
    ]
    says = (
        f"History says that {share(beta)} of the failures of {named(members)} take all of them: counted in the cut sets, the failures a year "
        f"become {times(joint.times)} what the case says, and the chance of at least one goes from {amount(joint.given)} to {amount(joint.counted)}."
    )
    return Meeting("joint", "coupling", "structure", says, tuple(numbers))


_NO_HISTORY = NotFound(
    "Is there a log of past failures? Add `evidence.history`.", "a common cause from history beside the declared one"
)


def _ranks(board: Board, ranked: Ranks | None, unanswered: Mapping[str, NotFound]) -> Meeting:
    """Two orders of the same factors, or why they cannot be set beside each other."""
    threshold, risk = board.get(ThresholdMargins), board.get(RiskShares)
    if threshold is None:
        return Meeting("ranks", "threshold", "structure", missing=_ask(unanswered, "threshold", _NO_SUM))
    if ranked is None:
        both = common(threshold, risk) if risk is not None else ()
        of = f"only {named(both)} of them is in a cut set with a number" if both else "none of them is in a cut set with a number"
        if not threshold.pulls:
            of = "nothing that adds up is a factor of the structure"
        why = f"What adds up in {threshold.of} and the cut sets cannot be ranked beside each other: {of}."
        return Meeting("ranks", "threshold", "structure", missing=NotFound("", "", why))
    return Meeting("ranks", "threshold", "structure", _compared(ranked), (Named("tau", "Kendall's tau", ranked.tau),))


_NO_SUM = NotFound(
    "Is there a limit in plain sight? Add `threshold.sums`, or records of near misses.", "two orders of the same factors"
)


def _compared(r: Ranks) -> str:
    top = r.factors[0].factor
    share_top = [x.factor for x in r.factors if (x.share.value or 0.0) >= max(y.share.value or 0.0 for y in r.factors) - 1e-9]
    if len(share_top) == len(r.factors):
        return (
            f"{r.of} puts `{top}` first, and the structure cannot order {named(x.factor for x in r.factors)}: without any one of them "
            f"the same {share(r.factors[0].share)} of the failures a year is gone."
        )
    first = (
        f"{r.of} and the structure both put `{top}` first"
        if top in share_top
        else f"{r.of} puts `{top}` first, the structure {named(share_top)}"
    )
    tied = f", {r.tied} tied" if r.tied else ""
    open_ = r.pairs - r.surely_same - r.surely_opposite - r.surely_tied
    sure = f"; {open_} of them could turn with the numbers" if open_ else "; no number given turns one"
    return f"{first}: of {counted(r.pairs, 'pair')} of factors {r.same} stand in the same order, {r.opposite} in the opposite{tied}{sure}{_chance(r)}."


def _chance(r: Ranks) -> str:
    if r.luck is None or not r.same:
        return ""
    return f"; {per_cent(r.luck)} % of all orders agree as well by chance"


def _attribution(board: Board, unanswered: Mapping[str, NotFound]) -> Meeting:
    """What the story was set against."""
    told = board.get(StoryShares)
    if told is None:
        return Meeting("attribution", "structure", "attribution", missing=_ask(unanswered, "attribution", _NO_STORY))
    takes = rows_by_id()["attribution"].takes
    given = [words for kind, words in _OF.items() if kind in takes and board.get(kind) is not None]
    numbers = [n for x in told.gap for n in (Named(f"{x}.story", f"{x}, share of the story", told.story[x]), Named(f"{x}.risk", f"{x}, share of the risk", told.risk[x]))]  # fmt: skip  # a pair a factor
    return Meeting(
        "attribution", "structure", "attribution", f"The story is set against {listed(given)}: {_decided(told)}.", tuple(numbers)
    )


def _decided(told: StoryShares) -> str:
    more, less = sum(g.low > 0 for g in told.gap.values()), sum(g.high < 0 for g in told.gap.values())
    if not more and not less:
        return f"of {counted(len(told.gap), 'factor')} none has surely more or less of the story than of the risk"
    return f"of {counted(len(told.gap), 'factor')} {more} surely {'has' if more == 1 else 'have'} more of the story than of the risk, {less} less"


_NO_STORY = NotFound("Which words of the text speak of which factor?", "the share of the story against the share of the risk")


def _lint(case: Case, board: Board, beside: Sequence[Finding], unanswered: Mapping[str, NotFound]) -> Meeting:
    """What the rules over the text were told of the model, and what they found by it."""
    if case.narrative_text is None:
        return Meeting("lint", "actions", "lint", missing=_ask(unanswered, "lint", _NO_TEXT))
    verdicts, loops, risk = board.get(Verdicts), board.get(Loops), board.get(RiskShares)
    given = [
        *([f"{counted(len(verdicts.verdicts), 'verdict')}"] if verdicts is not None else []),
        *([f"{counted(len(loops.loops), 'loop')}"] if loops is not None and loops.loops else []),
        *([f"the share of {counted(len(risk.share), 'factor')}"] if risk is not None else []),
    ]
    codes = sorted({f.code for f in beside})
    found = (
        f"{counted(len(beside), 'finding rests', 'findings rest')} on that ({listed(codes)})"
        if beside
        else "no finding rests on that"
    )
    e = Estimate(len(beside), len(beside), len(beside), "count", method="counted")
    return Meeting(
        "lint",
        "actions",
        "lint",
        f"The rules over the text know {listed(given)} of the model: {found}.",
        (Named("beside", "findings that rest on the model", e),),
    )


_NO_TEXT = NotFound("What was written about it? Add `narrative: postmortem.md`.", "the text beside the model")
