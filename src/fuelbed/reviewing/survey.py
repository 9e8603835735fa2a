"""Many accounts together: what share of them goes to which scope and role, in all, by team and by year; and the gap where there are cases.

Shares are of passages over all documents of a group. Documents tell of one incident each, by one hand, so the interval draws whole
documents anew (from three on; of fewer, paragraphs). The gap of a group is the mean over its cases of each case's own gap: it lies
between the means of their ends. Nothing here is of a person, and no group is ranked.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fuelbed.core.attribution import BASES, SCOPES, Attribution, Basis, Passage
from fuelbed.core.case import Case
from fuelbed.core.document import Document
from fuelbed.core.estimates import Estimate
from fuelbed.core.reading import Reading
from fuelbed.engines.attribution import By, Gap, Gaps, Spread, Story, spread
from fuelbed.text.attribution import attribute
from fuelbed.text.scopes import is_generic, team_keys

__all__ = ["UNSAID", "Account", "Group", "MeanGap", "Survey", "account", "case_account", "survey", "team_of"]

UNSAID = "not said"
_SEVERAL = 3  # documents that can be drawn anew
_NO_ACCOUNT = ("template", "empty", "advisory")
_GAP = "mean over cases of each case's own gap: between the means of their ends"


@dataclass(frozen=True, eq=False, slots=True)
class Account:
    """One document with its passages; `gaps` where a case stands around it, whose risk was computed. `key` is the same for the same text."""

    told: Attribution
    team: str = UNSAID
    year: str = UNSAID
    gaps: Gaps | None = None
    in_case: bool = False

    @property
    def key(self) -> str:
        return hashlib.sha256(self.told.document.source.text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def is_account(self) -> bool:
        """A notice is none; but whoever made a case of it takes it for one."""
        kind = self.told.document.kind
        return kind not in _NO_ACCOUNT or (self.in_case and kind == "advisory")


@dataclass(frozen=True, slots=True)
class MeanGap:
    """The gap of one scope (or of what the authors' teams control), over `n` cases."""

    name: str
    n: int
    story: Estimate
    risk: Estimate
    gap: Estimate


@dataclass(frozen=True, slots=True)
class Group:
    """Accounts of one team, one year, or both; `spreads` by (basis, by)."""

    name: str
    documents: int
    spreads: Mapping[tuple[Basis, By], Spread]
    gaps: tuple[MeanGap, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """`left_out`: documents without an account, by kind; `teams_and_years` only where there are several of both."""

    all: Group
    teams: tuple[Group, ...]
    years: tuple[Group, ...]
    teams_and_years: tuple[Group, ...]
    left_out: Mapping[str, int]


def account(reading: Reading, folder: str = "") -> Account:
    """A document as an account; its team is that of its front matter, else the folder's."""
    document = reading.document
    team = team_of(document)
    told = attribute(reading, team)
    return Account(told, team or (folder if folder and not is_generic(folder) else UNSAID), _year(document.date))


def case_account(case: Case, story: Story, gaps: Gaps | None) -> Account:
    """The account of a case; its team and date are those of the case."""
    team = " ".join(case.author_team.split())[:60] or team_of(story.document) or UNSAID
    return Account(story.told, team, _year(case.date or story.document.date), gaps, True)


def _year(day: dt.date | None) -> str:
    return str(day.year) if day is not None else UNSAID


def team_of(document: Document) -> str:
    """The team that the front matter names, or ""."""
    front = {k.lower().replace("-", "_").replace(" ", "_"): v for k, v in document.front.items()}
    return next((" ".join(front[k].split())[:60] for k in team_keys() if front.get(k, "").strip()), "")


def survey(accounts: Iterable[Account], seed: int) -> Survey:
    """All groups; the order of the accounts moves nothing."""
    every = sorted(accounts, key=lambda a: (a.key, a.team, a.year))
    told = [a for a in every if a.is_account]
    left: dict[str, int] = {}
    for a in every:
        if not a.is_account:
            left[a.told.document.kind] = left.get(a.told.document.kind, 0) + 1
    teams, years = _groups(told, lambda a: a.team, seed), _groups(told, lambda a: a.year, seed)
    both = _groups(told, lambda a: f"{a.team}, {a.year}", seed) if len(teams) > 1 and len(years) > 1 else ()
    return Survey(_group("all", told, seed), teams, years, both, left)


def _groups(accounts: Sequence[Account], of: Callable[[Account], str], seed: int) -> tuple[Group, ...]:
    """In the order of their names, what has none last: no group is ranked."""
    names = sorted({of(a) for a in accounts}, key=lambda n: (n == UNSAID, n))
    return tuple(_group(n, [a for a in accounts if of(a) == n], seed) for n in names)


def _group(name: str, accounts: Sequence[Account], seed: int) -> Group:
    whole = len(accounts) >= _SEVERAL
    of = "documents" if whole else "paragraphs"
    bys: tuple[By, By] = ("scope", "role")
    spreads = {(b, by): spread(_passages(accounts, b, whole), by, of, seed) for b in BASES for by in bys}
    return Group(name, len(accounts), spreads, tuple(_mean_gaps([a.gaps for a in accounts if a.gaps is not None])))


def _passages(accounts: Sequence[Account], basis: str, whole: bool) -> Iterator[tuple[Hashable, Passage]]:
    for i, a in enumerate(accounts):
        for p in a.told.passages:
            if p.basis == basis:
                yield (i if whole else (i, p.block)), p


def _mean_gaps(found: Sequence[Gaps]) -> Iterator[MeanGap]:
    """By scope over all cases that have a story and a risk; a scope that a case does not have is 0 on both sides there."""
    known = [g for g in found if g.of and g.matched]
    if not known:
        return
    for scope in (*SCOPES, UNSAID):
        rows = [next((r for r in g.scopes if r.name == scope), None) for g in known]
        if any(r is not None and r.risk is not None for r in rows):
            yield _mean(scope, rows)
    ours = [g.ours for g in known if g.ours is not None]
    if ours:
        yield _mean("what the author's team can change", ours)


def _mean(name: str, rows: Sequence[Gap | None]) -> MeanGap:
    n = len(rows)
    nothing = Estimate(0.0, 0.0, 0.0, "share", method="not in the case")

    def mean(ends: Sequence[Estimate], kind: str) -> Estimate:
        value, low, high = (sum(x) / n for x in ([e.value or 0.0 for e in ends], [e.low for e in ends], [e.high for e in ends]))
        return Estimate(
            value, low, high, "change" if kind == "gap" else "share", method=_GAP if kind == "gap" else f"mean over {n} cases"
        )

    story = mean([r.story if r is not None else nothing for r in rows], "story")
    risk = mean([r.risk if r is not None and r.risk is not None else nothing for r in rows], "risk")
    gap = mean([r.gap if r is not None and r.gap is not None else nothing for r in rows], "gap")
    return MeanGap(name, n, story, risk, gap)
