"""Answer §4 for a case: the shares of the written story beside the shares of the risk, and the gap between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from fuelbed.core.blocks import Answer, Ask, Block, Sentence
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Facts, JointFailures, Loops, NotFound, RiskShares, StoryShares, Tipping
from fuelbed.core.options import Options
from fuelbed.core.shown import counted, named, per_cent
from fuelbed.engines.attribution.findings import findings
from fuelbed.engines.attribution.gaps import Gaps, gaps
from fuelbed.engines.attribution.items import items
from fuelbed.engines.attribution.story import Story, tell
from fuelbed.engines.attribution.tables import (
    factor_table,
    group_table,
    item_sentence,
    item_table,
    picture,
    quotes,
    shares,
    spread_table,
    unmatched_table,
)
from fuelbed.engines.attribution.whose import Whose, whose
from fuelbed.engines.attribution.words import LIMITS, NAMES, claim
from fuelbed.text.attribution import attribute
from fuelbed.text.read import read
from fuelbed.text.understand import understand

__all__ = ["case_gaps", "examine", "story_of"]

_NO_TEXT = NotFound(
    "What was written about it? Add `narrative: postmortem.md`.", "the share of the story against the share of the risk"
)
_NO_TEAM = NotFound(
    "Which team wrote the text? Add `author_team: its_name`.", "which rows were inside the author's own control", aside=True
)
_NO_MATCH = NotFound(
    "Which words of the text speak of which factor? Add `attribution: {story: {FACTOR: [words]}}`.",
    "the share of the story against the share of the risk, by scope and owner",
)


def story_of(case: Case) -> Story | None:
    """The account of a case with its matches; None where there is none."""
    if case.narrative_text is None:
        return None
    document = read(case.narrative_text, str(PurePath(case.file).parent / case.narrative))
    if document.is_blank:
        return None
    return tell(case, attribute(understand(document), case.author_team, case.attribution.without))


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """Answer §4 for `case`; deterministic for a seed."""
    story = story_of(case)
    if story is None:
        if case.narrative_text is not None:
            return Answer(
                "The narrative holds no account of an incident, so there is no story to set against the risk.", (Ask(_NO_TEXT),)
            )
        said = "The narrative is no text that can be read." if case.narrative else "The case has no narrative."
        return Answer(f"{said} There is no story to set against the risk.", (Ask(_NO_TEXT),))
    of = whose(case)
    g = case_gaps(case, story, facts, options.seed)
    blocks = tuple(_blocks(case, story, g, of, facts, options.seed))
    found = tuple(findings(case, story, g)) if g.matched else ()
    return Answer(claim(case, g), blocks, found, (_told(g),) if g.matched else ())


def _told(g: Gaps) -> StoryShares:
    """Story and risk by factor, for whoever sets more beside them."""
    rows = [r for r in g.factors if r.gap is not None and r.risk is not None]
    return StoryShares(
        g.of,
        {r.name: r.story for r in rows},
        {r.name: r.risk for r in rows if r.risk},
        {r.name: r.gap for r in rows if r.gap},
        g.matched,
    )


def case_gaps(case: Case, story: Story, facts: Facts, seed: int) -> Gaps:
    """The rows of the gap, without a risk where no engine gave one."""
    risk = facts[RiskShares]
    return gaps(case, story, risk if isinstance(risk, RiskShares) else None, whose(case), seed)


def _blocks(case: Case, story: Story, g: Gaps, of: Whose, facts: Facts, seed: int) -> Iterator[Block]:
    if g.matched:
        drawn = picture(g)
        if drawn is not None:
            yield drawn
        yield factor_table(case, g, of, drawn is not None)
    rows = items(case, facts, of)
    scopes, roles = shares(story.told, rows, "scope", seed), shares(story.told, rows, "role", seed)
    yield spread_table("scope", scopes, {r.name: r.risk for r in g.scopes if r.risk is not None}, False)
    said = item_sentence(rows)
    if said:
        yield Sentence(said)
    yield spread_table("role", roles, _role_risk(g), True)
    fed = _fed(facts, roles["text"].shares["feedback"])
    if fed:
        yield Sentence(fed, detail=True)
    shared = _shared(story, facts)
    if shared:
        yield Sentence(shared, detail=True)
    if g.matched:
        yield group_table("attribution_by_scope", "The gap by scope", "Scope", g.scopes, NAMES, True)
        yield group_table("attribution_by_owner", "The gap by owner", "Owner", g.owners, {}, True)
        yield group_table("attribution_by_kind", "The gap by kind of factor", "Kind", g.kinds, {}, True)
        yield unmatched_table(story)
    yield item_table(rows)
    yield from quotes(case.narrative, story.told, "scope")
    yield from quotes(case.narrative, story.told, "role")
    yield Sentence(LIMITS, "muted", detail=True)
    yield from _asks(case, g, of)


def _role_risk(g: Gaps) -> dict[str, Estimate]:
    return {r.name: r.risk for r in g.kinds if r.risk is not None}


def _fed(facts: Facts, told: Estimate) -> str:
    """How much of the failures comes through a push that tips a model, beside what is told of feedback.

    Removing all such triggers takes at least what the largest of them takes, and at most their sum.
    """
    tipping, risk, loops = facts[Tipping], facts[RiskShares], facts[Loops]
    if isinstance(tipping, NotFound) or isinstance(risk, NotFound):
        return ""
    parts = [risk.share[t] for t in tipping.probability if t in risk.share]
    if not parts or told.value is None:
        return ""
    low, high = max(0.0, *(e.low for e in parts)), min(1.0, sum(max(0.0, e.high) for e in parts))
    n = 0 if isinstance(loops, NotFound) else len(loops.loops)
    kept = f", kept up by {counted(n, 'loop')} that the dynamics found" if n else ""
    return (
        f"{per_cent(told.value)} % of the sentences speak of feedback; {per_cent(low)} to {per_cent(max(low, high))} % of the failures a year come "
        f"through a push that tips a model{kept}."
    )


def _shared(story: Story, facts: Facts) -> str:
    """What history says fails together, beside the sentences that speak of all of it at once."""
    joint = facts[JointFailures]
    if isinstance(joint, NotFound) or not joint.groups:
        return ""
    members, beta = max(joint.groups.items(), key=lambda x: x[1].value or 0.0)
    told = sum(set(members) <= set(names) for _, names in story.sentences)
    return (
        f"{counted(told, 'sentence speaks', 'sentences speak') if told else 'No sentence speaks'} of {named(members)} together; by history "
        f"{per_cent(beta.low)} to {per_cent(beta.high)} % of their failures take all of them."
    )


def _asks(case: Case, g: Gaps, of: Whose) -> Iterator[Block]:
    if not g.matched:
        yield Ask(_NO_MATCH)
    if not case.author_team:
        yield Ask(_NO_TEAM)
    elif not of.ours_known:
        team = " ".join(case.author_team.replace("`", "'").split())[:60]
        yield Ask(
            NotFound(
                f"Which owners answer to the author's team (“{team}”)? Add `attribution: {{ours: [OWNER]}}`.",
                "which rows were inside the author's own control",
            )
        )
