"""Whose each factor is: its scope, its owner, and whether the author's team can change it."""

from __future__ import annotations

from dataclasses import dataclass

from fuelbed.core.attribution import SCOPES, Scope
from fuelbed.core.case import Case
from fuelbed.text.scopes import case_scope, scopes_of

__all__ = ["UNSAID", "Whose", "whose"]

UNSAID = "not said"


@dataclass(frozen=True, eq=False, slots=True)
class Whose:
    """What the case says of its factors, with what `attribution` adds."""

    case: Case
    ours: frozenset[str]

    @property
    def ours_known(self) -> bool:
        """Whether some factor's owner is known to be the author's team, or to answer to it."""
        return any(self.is_ours(n) for n in self.case.factors)

    def owner(self, name: str) -> str:
        return self.case.attribution.owners.get(name) or self.case.factors[name].owner or UNSAID

    def is_our(self, owner: str) -> bool:
        return _folded(owner) in self.ours

    def is_ours(self, name: str) -> bool:
        return self.is_our(self.owner(name))

    def scope(self, name: str) -> tuple[str, str]:
        """The scope, and where it was read: `said` in the case, `words` of what the factor is, or "" where neither tells it."""
        f = self.case.factors[name]
        given: Scope | None = self.case.attribution.scopes.get(name) or (case_scope(f.scope) if f.scope else None)
        if given is not None:
            return given, "said"
        found, _ = scopes_of(f.what or name.replace("_", " "), self.case.author_team)
        if found:
            return next(s for s in SCOPES if s in found), "words"
        return ("person", "said") if f.human else (UNSAID, "")


def whose(case: Case) -> Whose:
    """`attribution: ours` names the owners that answer to the author's team; without it the team's own name stands for it."""
    ours = case.attribution.ours or ((case.author_team,) if case.author_team else ())
    return Whose(case, frozenset(map(_folded, ours)))


def _folded(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("-", " ").lower().split())
