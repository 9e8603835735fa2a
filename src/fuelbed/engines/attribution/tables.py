"""The blocks of attribution: the gap as a picture and a table, shares by scope and role, action items, what matches nothing, quotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fuelbed.core.attribution import BASES, Attribution, Passage
from fuelbed.core.blocks import Block, Cell, Column, Picture, Quote, Sentence, Table, Tone
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.shown import counted, per_cent
from fuelbed.engines.attribution.gaps import Gap, Gaps, Reads
from fuelbed.engines.attribution.items import ItemRow
from fuelbed.engines.attribution.spread import NOT_CLASSIFIED, By, Spread, spread
from fuelbed.engines.attribution.story import Story
from fuelbed.engines.attribution.whose import UNSAID, Whose
from fuelbed.engines.attribution.words import NAMES, ROLE_NAMES, quoted

__all__ = [
    "BASIS_NAMES",
    "factor_table",
    "group_table",
    "item_sentence",
    "item_table",
    "picture",
    "quotes",
    "shares",
    "spread_table",
    "unmatched_table",
]

BASIS_NAMES = {"text": "sentences", "causes": "stated causes", "actions": "action items"}
_TONES: Mapping[Reads, Tone] = {
    "convenient": "bad", "carries the risk": "bad", "told more": "plain", "leans to the story": "plain", "leans to the risk": "plain",
    "not in the structure": "muted", "in proportion": "good", "not decided": "muted",
}  # fmt: skip  # one table
_TOLD = 2  # rows of the picture in words
_QUOTES = 2  # of each scope and role


def shares(told: Attribution, rows: Sequence[ItemRow], by: By, seed: int) -> dict[str, Spread]:
    """The spread of each basis; clusters are paragraphs. Where the case has action items, these are counted, else those of the text."""
    items = tuple(r.passage for r in rows) or told.of("actions")
    of = {b: items if b == "actions" else told.of(b) for b in BASES}
    return {b: spread(((p.block, p) for p in of[b]), by, "paragraphs", seed) for b in BASES}


def picture(g: Gaps) -> Picture | None:
    """Story and risk of each factor, by the size of the gap."""
    rows = [
        {
            "id": r.name,
            "label": r.name,
            "note": r.reads if r.reads != "not decided" else "",
            "tone": "bad" if r.reads in ("convenient", "carries the risk") else "plain",
            "first": [r.story.value, r.story.low, r.story.high],
            "second": [r.risk.value, r.risk.low, r.risk.high],
        }
        for r in g.factors
        if r.risk is not None and r.risk.value is not None  # a mark needs a place, which it has not where a rate is not known
        if r.story.value is not None and (r.story.value > 0 or r.risk.high > 0)
    ]
    if not rows:
        return None
    data = {"names": ["share of the story", f"share of the risk ({g.of})"], "rows": rows}
    return Picture("dumbbell", "The story and the risk, factor by factor", data, _alt(rows))


def _alt(rows: Sequence[Mapping[str, Any]]) -> str:
    """The first rows in words; the claim has said already what is decided."""
    told = [
        f"`{r['id']}` {per_cent(r['first'][0])} % of the story, {per_cent(r['second'][0])} % of the risk" for r in rows[:_TOLD]
    ]
    return f"Largest differences first: {'; '.join(told)}."


def factor_table(case: Case, g: Gaps, whose: Whose, detail: bool) -> Table:
    """The numbers of the picture in words, with whose each factor is; `detail` where the picture stands before it."""
    columns = (
        Column("factor", "Factor", "code"),
        Column("story", "Story", "estimate"),
        Column("risk", "Risk", "estimate"),
        Column("gap", "Story − risk", "estimate", False),
        Column("reads", "Reads", "verdict"),
        Column("owner", "Owner"),
        Column("scope", "Scope", brief=False),
        Column("sentences", "Sentences", brief=False),
        Column("causes", "Of the stated causes", "estimate", False),
    )
    rows = tuple(
        (
            Cell(r.name), *_numbers(r), Cell(r.reads, tone=_TONES[r.reads]), Cell(whose.owner(r.name)), Cell(_scope_words(whose, r.name)),
            Cell(_parts(r.count)), Cell(estimate=r.causes) if r.causes.value is not None else Cell("none matched"),
        )
        for r in g.factors
    )  # fmt: skip  # in the order of the columns
    note = (
        f"Story: of the {g.matched} sentences that speak of a factor, the share that speaks of this one; {g.sentences - g.matched} more speak of "
        f"none. Risk: share of what the removals take of {g.of or 'the risk'}. Convenient: the author's team can change it, and whatever the "
        "numbers it has more of the story than of the risk. It leans where only the middle of the risk lies outside the interval of the story."
    )
    return Table("attribution_gap", "The attribution gap, by factor", columns, rows, note, detail=detail)


def _numbers(r: Gap) -> tuple[Cell, Cell, Cell]:
    told = Cell(estimate=r.story) if r.story.value is not None else Cell("nothing matched")
    return (
        told,
        Cell(estimate=r.risk) if r.risk is not None else Cell("not in the structure"),
        Cell(estimate=r.gap) if r.gap is not None else Cell(""),
    )


def _scope_words(whose: Whose, name: str) -> str:
    scope, how = whose.scope(name)
    return f"{NAMES[scope]}{' (by its words)' if how == 'words' else ''}"


def _parts(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0")


def group_table(table: str, title: str, head: str, rows: Sequence[Gap], names: Mapping[str, str], detail: bool) -> Table:
    """The gap by scope, by owner or by kind; an owner is an identifier of the case."""
    columns = (
        Column("name", head), Column("story", "Story", "estimate"), Column("risk", "Risk", "estimate"), Column("gap", "Story − risk", "estimate", False),
        Column("reads", "Reads", "verdict"), Column("factors", "Factors", "list", False),
    )  # fmt: skip  # a row of columns
    cells = tuple(
        (Cell(names.get(r.name, r.name)), *_numbers(r), Cell(r.reads, tone=_TONES[r.reads]), Cell(items=r.factors)) for r in rows
    )
    return Table(table, title, columns, cells, empty="The case has no factors.", detail=detail)


def spread_table(by: By, found: Mapping[str, Spread], risk: Mapping[str, Estimate], detail: bool) -> Table:
    """Shares of sentences, stated causes and action items, beside the share of the risk; what is not classified comes last."""
    names = NAMES if by == "scope" else ROLE_NAMES
    columns = (
        Column("name", "Goes to"),
        *(Column(b, f"{BASIS_NAMES[b].capitalize()} ({found[b].n})", "estimate") for b in BASES),
        Column("risk", "Risk", "estimate", bool(risk)),
        Column("counts", "Counted", "text", False),
    )
    rows = []
    for name in found["text"].shares:
        counts = ", ".join(_parts(found[b].counts[name]) for b in BASES)
        shown = [Cell(estimate=e) if (e := found[b].shares[name]).value is not None else Cell("none") for b in BASES]
        beside = Cell(estimate=risk[name]) if name in risk else Cell("")
        rows.append((Cell(names[name], tone="muted" if name == NOT_CLASSIFIED else "plain"), *shown, beside, Cell(counts)))
    title = "What the text speaks of, by scope" if by == "scope" else "What the text speaks of, by role"
    note = "Each passage counts one, in equal parts where it goes to several. The author's team is told by words like “we” and “our”."
    return Table(f"attribution_{by}s", title, columns, tuple(rows), note if by == "scope" else "", detail=detail)


def item_table(rows: Sequence[ItemRow]) -> Table:
    moved = next((r.of for r in rows if r.of), "")
    columns = (
        Column("action", "Action", "code"), Column("scope", "Goes to"), Column("role", "Role"), Column("verdict", "By the action table"),
        Column("touches", "Touches", "list", False), Column("moves", f"Moves ({moved})" if moved else "Moves", "estimate", False),
    )  # fmt: skip  # a row of columns
    cells = tuple(
        (
            Cell(r.name), Cell(", ".join(NAMES[s] for s in r.passage.scopes) or NOT_CLASSIFIED), Cell(", ".join(r.passage.roles) or NOT_CLASSIFIED),
            Cell(r.verdict or "not computed"), Cell(items=r.touches), Cell(estimate=r.moves) if r.moves is not None else Cell(""),
        )
        for r in rows
    )  # fmt: skip  # in the order of the columns
    return Table(
        "attribution_items", "Where the action items go", columns, cells, empty="The case has no action items.", detail=True
    )


def item_sentence(rows: Sequence[ItemRow]) -> str:
    """`Of 10 action items 7 go to component (4 mitigation, 3 control), 1 to person (trigger only)`; one of several scopes counts for each."""
    parts = []
    for scope, label in NAMES.items():
        mine = [r for r in rows if (scope in r.passage.scopes) or (scope == NOT_CLASSIFIED and not r.passage.scopes)]
        if mine and all(r.verdict for r in mine):
            verdicts = Counter(r.verdict for r in mine).most_common()
            parts.append(f"{len(mine)} to {label} ({', '.join(f'{n} {v}' for v, n in verdicts)})")
    return (
        f"Where {counted(len(rows), 'action item')} go{'es' if len(rows) == 1 else ''}, and what the action table computes of them: {'; '.join(parts)}."
        if parts
        else ""
    )


def unmatched_table(story: Story) -> Table:
    """Causes that the text states and the model lacks."""
    d = story.document
    columns = (Column("line", "Line"), Column("words", "Stated in the text"), Column("role", "As"), Column("scope", "Speaks of"))
    rows = tuple(
        (
            Cell(str(d.line(p.place))), Cell(quoted(d, p.place)), Cell(", ".join(p.roles) or "the cause"),
            Cell(", ".join(NAMES[s] for s in p.scopes) or NOT_CLASSIFIED),
        )
        for p in story.unmatched
    )  # fmt: skip  # in the order of the columns
    empty = "Every stated cause matches a factor." if story.causes else "The account states no cause that was recognized."
    return Table("attribution_unmatched", "Stated causes that match no factor", columns, rows, empty=empty, detail=True)


def quotes(file: str, told: Attribution, by: By) -> Iterator[Block]:
    """For each scope or role a few of the passages that go to it, stated causes first."""
    names = NAMES if by == "scope" else ROLE_NAMES
    d = told.document
    for name, label in names.items():
        found = [p for b in ("causes", "text", "actions") for p in told.passages if p.basis == b and name in _of(p, by)]
        if not found or name in (NOT_CLASSIFIED, UNSAID):
            continue
        sentences, causes, actions = (sum(name in _of(p, by) for p in told.of(b)) for b in BASES)
        said = ", ".join((counted(sentences, "sentence"), counted(causes, "stated cause"), counted(actions, "action item")))
        yield Sentence(f"{label[0].upper()}{label[1:]}: {said}, wholly or in part.", detail=True)
        seen: dict[str, Passage] = {}
        for p in found:
            seen.setdefault(quoted(d, p.place), p)
        for words, p in list(seen.items())[:_QUOTES]:
            yield Quote(words, replace(d.span(p.place), file=file), True)


def _of(p: Passage, by: By) -> Sequence[str]:
    return p.scopes if by == "scope" else p.roles
