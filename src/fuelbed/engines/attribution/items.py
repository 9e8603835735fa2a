"""The action items: what each goes to, beside what the action table computes that it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fuelbed.core.actions import Action
from fuelbed.core.attribution import ROLES, SCOPES, Passage, Role, Scope
from fuelbed.core.case import Case
from fuelbed.core.document import Place
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Facts, Margins, NotFound, ThresholdMargins, Verdicts
from fuelbed.engines.attribution.whose import Whose
from fuelbed.text.lexicon import lexicon
from fuelbed.text.scopes import is_said, scopes_of

__all__ = ["ItemRow", "items"]

_SAID: dict[str, Role] = {"act_feedback": "feedback", "act_control": "control", "act_trigger": "trigger"}
_OF_VERB: dict[str, Role] = {
    "prevent": "trigger",
    "revert": "trigger",
    "add": "control",
    "perfect": "control",
    "disable": "control",
    "observe": "control",
}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item: `touches` the factors that it changes; its scope is what its words say, else that of what it touches; its role that of the change."""

    name: str
    passage: Passage
    touches: tuple[str, ...]
    verdict: str
    moves: Estimate | None
    of: str


def items(case: Case, facts: Facts, whose: Whose) -> list[ItemRow]:
    """A row for each action of the case, in its order."""
    given = facts[Verdicts]
    verdicts = {} if isinstance(given, NotFound) else {v.action: v.verdict for v in given.verdicts}
    return [
        _row(case, a, i, whose, verdicts.get(a.name, ""), *_moves(facts, a.name)) for i, a in enumerate(case.actions.values())
    ]


def _moves(facts: Facts, name: str) -> tuple[Estimate | None, str]:
    """How far an item moves the margin: of what adds up, else of the dynamic model."""
    added = facts[ThresholdMargins]
    if not isinstance(added, NotFound) and name in added.shift:
        return added.shift[name], f"room under {added.of}"
    margins = facts[Margins]
    if not isinstance(margins, NotFound) and name in margins.margin:
        return margins.margin[name], "margin to the stability boundary"
    return None, ""


def _row(case: Case, a: Action, at: int, whose: Whose, verdict: str, moves: Estimate | None, of: str) -> ItemRow:
    touched = tuple(dict.fromkeys(n for c in a.does for n in _factors(case, c.target)))
    roles = {r for c in a.does for r in _roles(case, c.verb, c.target)}
    text = a.what or a.name.replace("_", " ")
    found = _scopes(case, text, touched, whose)
    if not roles:
        roles = {_SAID[h.entry.role] for h in lexicon("attribution").find(text, *_SAID)}
    passage = Passage("actions", Place(0, 0), at, (), found, tuple(r for r in ROLES if r in roles))
    return ItemRow(a.name, passage, touched, verdict, moves, of)


def _scopes(case: Case, text: str, touched: Sequence[str], whose: Whose) -> tuple[Scope, ...]:
    """What its own words say; else the scopes that the case gives to what it touches; else what words only suggest, its own first."""
    own, why = scopes_of(text, case.author_team)
    by = [whose.scope(n) for n in touched]
    given, read = ({s for s, how in by if how == kind} for kind in ("said", "words"))
    for found in (set(own) if is_said(why) else set(), given, set(own), read):
        if found:
            return tuple(s for s in SCOPES if s in found)
    return ()


def _factors(case: Case, target: str) -> Iterator[str]:
    if target in case.factors:
        yield target
    for group in case.common_causes:
        if group.name == target:
            yield from group.of


def _roles(case: Case, verb: str, target: str) -> Iterator[Role]:
    """The part that a change plays: of the factor that it changes, unless it only looks at it; a dynamic model is feedback."""
    if verb in _OF_VERB:
        yield _OF_VERB[verb]
    elif target in case.dynamics:
        yield "feedback"
    elif any(g.name == target for g in case.common_causes):
        yield "control"
    elif target in case.threshold.sums:
        yield "condition"
    elif target in case.factors:
        yield case.factors[target].kind
