"""The attribution gap: the share of the story minus the share of the risk, by factor, scope, owner and kind, with its interval.

Story: of the sentences that speak of some factor, the share that speaks of these (`numerics/shares.py`: the wider of Wilson's interval and
of paragraphs drawn anew, 90 %). Risk: of what the removals of all factors take away together, the share that removing these takes
(`x / sum x`; each anywhere in its interval: an outer enclosure). Gap: every share of the story in its interval against every share of
the risk in its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fuelbed.core.attribution import Passage
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import RiskShares
from fuelbed.engines.attribution.story import Story
from fuelbed.engines.attribution.whose import Whose
from fuelbed.numerics.shares import between, counted_shares

__all__ = ["CAUSES", "RISK", "STORY", "Gap", "Gaps", "Reads", "gaps"]

Reads = Literal[
    "convenient", "told more", "carries the risk", "leans to the story", "leans to the risk", "in proportion", "not decided", "not in the structure"
]  # fmt: skip  # one list
Three = tuple[float, float, float]

STORY = "90 %: the wider of Wilson's interval over sentences and of paragraphs drawn anew"
CAUSES = "90 %: the wider of Wilson's interval over causes and of paragraphs drawn anew"
RISK = "share of what removing each takes away; each anywhere in its interval"
_GAP = "every share of the story in its interval minus every share of the risk in its own"
_CLOSE = 0.1  # a gap that surely lies within it is none


@dataclass(frozen=True, slots=True)
class Gap:
    """One row: a factor, or all factors of a scope, an owner or a kind. `count` sentences, in parts; `risk` and `gap` None without a risk.

    ours   whether the author's team can change it; None where that is not known.
    reads  what the gap says whatever the numbers; it *leans* where only the middle of the risk lies outside the interval of the story
           (never where a rate is not known, since then there is no middle).
    """

    name: str
    count: float
    story: Estimate
    causes: Estimate
    risk: Estimate | None = None
    gap: Estimate | None = None
    ours: bool | None = None
    factors: tuple[str, ...] = ()

    @property
    def reads(self) -> Reads:
        if self.gap is None or self.risk is None:
            return "not decided" if self.risk is not None else "not in the structure"
        if self.gap.low > 0:
            return "convenient" if self.ours else "told more"
        if self.gap.high < 0:
            return "carries the risk"
        if self.gap.low >= -_CLOSE and self.gap.high <= _CLOSE:
            return "in proportion"
        middle = self.risk.value
        if middle is None:
            return "not decided"
        return (
            "leans to the story"
            if middle < self.story.low
            else "leans to the risk"
            if middle > self.story.high
            else "not decided"
        )


@dataclass(frozen=True, slots=True)
class Gaps:
    """All rows, each group by the size of its gap. `of` says what the risk is a share of; "" where no risk is known."""

    factors: tuple[Gap, ...]
    scopes: tuple[Gap, ...]
    owners: tuple[Gap, ...]
    kinds: tuple[Gap, ...]
    ours: Gap | None
    matched: int
    sentences: int
    of: str = ""


def gaps(case: Case, story: Story, risk: RiskShares | None, whose: Whose, seed: int) -> Gaps:
    """Every row of the gap; `seed` of the paragraphs drawn."""
    by, of, known = _risk(case, risk)
    names = list(case.factors)
    groups = _Grouping(story, by, seed, known)
    alone: dict[str, tuple[str, ...]] = {n: (n,) for n in names}
    ours = whose.ours_known

    def rows(members: Mapping[str, tuple[str, ...]], mine: Callable[[str], bool | None]) -> tuple[Gap, ...]:
        found = [groups.row(name, factors, mine(name)) for name, factors in members.items()]
        return tuple(sorted(found, key=lambda g: (-_size(g), g.name)))

    owned = _by(names, whose.owner)
    mine = tuple(n for n in names if whose.is_ours(n))
    return Gaps(
        rows(alone, lambda n: whose.is_ours(n) if ours else None),
        rows(_by(names, lambda n: whose.scope(n)[0] or ""), lambda _: None),
        rows(owned, lambda o: whose.is_our(o) if ours else None),
        rows(_by(names, lambda n: case.factors[n].kind), lambda _: None),
        groups.row("", mine, True) if ours and mine and len(mine) < len(names) else None,
        sum(bool(n) for _, n in story.sentences),
        len(story.sentences),
        of,
    )


def _size(g: Gap) -> float:
    """How large a gap is: at its middle, else what it surely is."""
    if g.gap is None:
        return g.story.low
    return abs(g.gap.value) if g.gap.value is not None else max(g.gap.low, -g.gap.high, 0.0)


def _by(names: Sequence[str], of: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for n in names:
        out[of(n)] = (*out.get(of(n), ()), n)
    return out


def _risk(case: Case, risk: RiskShares | None) -> tuple[dict[str, Three], str, bool]:
    """Each factor's removal, not below 0; what it is a share of (the expected loss where there is more than one outcome); and whether
    all of them have a middle, which they do not where a rate is not known."""
    if risk is None:
        return {}, "", True
    loss = len(case.outcomes) > 1 and bool(risk.loss)
    share = risk.loss if loss else risk.share
    there = {n: e for n, e in share.items() if n in case.factors and math.isfinite(e.high - e.low)}
    by = {n: (max(0.0, _middle(e)), max(0.0, e.low), max(0.0, e.high)) for n, e in there.items() if math.isfinite(_middle(e))}
    if not by or max(v for v, _, _ in by.values()) <= 0:
        return {}, "", True
    return by, "expected loss" if loss else "failures a year", all(e.value is not None for e in there.values())


def _middle(e: Estimate) -> float:
    """Where there is no middle any place in the interval will do: nothing that is told rests on it."""
    return e.high if e.value is None else e.value


class _Grouping:
    """Counts of a story by paragraph, added up for any set of factors."""

    def __init__(self, story: Story, risk: Mapping[str, Three], seed: int, known: bool) -> None:
        self.risk, self.seed, self.known = risk, seed, known
        self.sentences, self.causes = _clusters(story.sentences), _clusters(story.causes)

    def row(self, name: str, factors: tuple[str, ...], ours: bool | None) -> Gap:
        mine = frozenset(factors)
        told, stated = self._share(self.sentences, mine, STORY), self._share(self.causes, mine, CAUSES)
        count = sum(part for cluster in self.sentences for n, part in cluster.items() if n in mine)
        known = [self.risk[n] for n in factors if n in self.risk]
        if not known:
            return Gap(name, count, told, stated, ours=ours, factors=factors)
        v, low, high = between(known, [x for n, x in self.risk.items() if n not in mine])
        middle = v if self.known or low == high else None
        risk = Estimate(middle, low, high, "share", method=RISK)
        return Gap(name, count, told, stated, risk, _gap(told, risk), ours, factors)

    def _share(self, clusters: Sequence[Mapping[str, float]], mine: frozenset[str], method: str) -> Estimate:
        if not clusters:
            return Estimate(None, 0.0, 1.0, "share", how="measured", method="nothing was counted")
        table = [(sum(x for n, x in c.items() if n in mine), sum(x for n, x in c.items() if n not in mine)) for c in clusters]
        value, low, high = counted_shares(table, np.random.default_rng(self.seed))[0]
        return Estimate(value, low, high, "share", how="measured", method=method)


def _gap(told: Estimate, risk: Estimate) -> Estimate | None:
    """Story less risk; None where nothing was matched, without a middle where the risk has none."""
    if told.value is None:
        return None
    value = None if risk.value is None else told.value - risk.value
    return Estimate(value, told.low - risk.high, told.high - risk.low, "change", method=_GAP)


def _clusters(passages: Sequence[tuple[Passage, tuple[str, ...]]]) -> list[dict[str, float]]:
    """Counts of each paragraph, for those that speak of a factor; a passage of several counts in equal parts."""
    out: dict[int, dict[str, float]] = {}
    for p, names in passages:
        for n in names:
            row = out.setdefault(p.block, {})
            row[n] = row.get(n, 0.0) + 1 / len(names)
    return list(out.values())
