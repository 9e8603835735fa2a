"""The sentences of attribution: what the story says, never who is to blame, and never a grade."""

from __future__ import annotations

from collections.abc import Sequence

from fuelbed.core.case import Case
from fuelbed.core.document import Document, Place
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import ENOUGH_SENTENCES
from fuelbed.core.shown import counted, named, per_cent
from fuelbed.engines.attribution.gaps import Gap, Gaps

__all__ = ["LIMITS", "NAMES", "ROLE_NAMES", "claim", "over_and_under", "quoted", "whose_words"]

NAMES = {
    "person": "person", "component": "component", "team": "author's team", "other_teams": "other teams", "organization": "organization",
    "architecture": "architecture", "vendor": "vendor", "not said": "not said", "not classified": "not classified",
}  # fmt: skip  # one table
ROLE_NAMES = {
    "trigger": "trigger",
    "condition": "condition",
    "control": "control",
    "feedback": "feedback",
    "not classified": "not classified",
}
LIMITS = (
    "Shares are of what was written and of what the model holds. A passage is placed by its words, a match may be wrong, and telling much of "
    "something is not wrong by itself: it asks a question of the text, not of whoever wrote it or is named in it."
)
_QUOTED = 200
_MOST = 2


def share(x: float | None) -> str:
    return "not known" if x is None else f"{per_cent(x)} %"


def _risk(e: Estimate | None) -> str:
    """As `share`, and the interval where a rate is not known, so that there is no middle."""
    if e is None or e.value is not None:
        return share(e.value if e is not None else None)
    return f"{per_cent(e.low)} to {per_cent(e.high)} %"


def claim(case: Case, g: Gaps) -> str:
    """The gaps, what the author's team has of them, and on how many sentences that rests; with too few, that first: a summary ends there."""
    said = f"{g.matched} of {counted(g.sentences, 'sentence')} of the account speak{'s' if g.matched == 1 else ''} of a factor of the model"
    if not g.of or not g.matched:
        return f"{said}; no share of the risk is known to set beside them." if g.matched else f"{said}."
    gap = [over_and_under(g), *([whose_words(case, g.ours)] if g.ours is not None else [])]
    if g.matched < ENOUGH_SENTENCES:
        return "\n".join([f"{said}: too few to set the story against the risk.", *gap])
    return "\n".join([*gap, f"{said}."])


def over_and_under(g: Gaps) -> str:
    """The factors with the largest gaps: those that no number in its interval turns, else those that lean."""
    for head, over, under in (
        ("Whatever the numbers, ", ("convenient", "told more"), ("carries the risk",)),
        ("At the middle of the numbers ", ("leans to the story",), ("leans to the risk",)),
    ):
        told, risky = ([r for r in g.factors if r.reads in words] for words in (over, under))
        parts = [f"more is told of {_pairs(told)} than the risk holds"] if told else []
        parts += [f"more risk hangs on {_pairs(risky)} than is told"] if risky else []
        if parts:
            return f"{head}{' and '.join(parts)} (share of {g.matched} sentences against the risk)."
    if all(r.risk is None or r.risk.value is None for r in g.factors):
        return "Without a rate for each trigger no factor's risk is known well enough to set it against its share of the story."
    return "No factor's share of the story differs from its share of the risk by more than the numbers leave open."


def _pairs(rows: Sequence[Gap]) -> str:
    told = [f"`{r.name}` ({share(r.story.value)} against {_risk(r.risk)})" for r in rows[:_MOST]]
    more = [f"{len(rows) - _MOST} more"] if len(rows) > _MOST else []
    return " and ".join(told) if not more else ", ".join(told) + f" and {more[0]}"


def whose_words(case: Case, ours: Gap) -> str:
    """What the author's team controls, in one sentence."""
    owners = f"owned by {named(case.attribution.ours)}" if case.attribution.ours else "its own"
    told = f"What the author's team can change ({owners}) has {share(ours.story.value)} of the story"
    if ours.risk is None or ours.gap is None:
        return f"{told}."
    gap = ours.gap
    way = (
        "more of the story than of the risk" if gap.low > 0
        else "more of the risk than of the story" if gap.high < 0
        else "which of the two is larger, the numbers leave open"
    )  # fmt: skip  # one choice
    return f"{told} and {_risk(ours.risk)} of the risk: {way}."


def quoted(document: Document, place: Place) -> str:
    """The source's own words on one line, without marks that the report would read."""
    text = " ".join(document.whole_quote(place).replace("`", "'").split())
    return text if len(text) <= _QUOTED else text[: _QUOTED - 3] + "..."
