"""The section *Where the answers meet*, as blocks that every format knows: what disagrees first, then what feeds what, then the numbers."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.agreement import Agreement, Disagreement, Meeting, Ranks
from fuelbed.core.blocks import Block, Cell, Column, Sentence, Table
from fuelbed.core.facts import NotFound
from fuelbed.core.reporting import Report
from fuelbed.core.shown import counted, per_cent
from fuelbed.report._arrange import where_next

__all__ = ["TITLE", "agreement_blocks", "agreement_claim", "apart", "parts"]

TITLE = "Where the answers meet"
_SHOWN = 8  # disagreements in full; more of them are told in the JSON form
_ACTIONS = "action table"


def parts(report: Report) -> dict[str, str]:
    """By engine, how the report calls its answer: `§2`, or the action table."""
    return {s.engine: s.section or _ACTIONS for s in report.sections}


def agreement_claim(a: Agreement) -> str:
    """How many of the places where answers could meet are there, and how many answers differ; "" where nothing was compared."""
    if not a.meetings:
        return ""
    met = [m for m in a.meetings if m.missing is None]
    differ = (
        f"{counted(len(a.disagreements), 'pair of answers differs', 'pairs of answers differ')}"
        if a.disagreements
        else "no two answers differ"
    )
    return f"Of {counted(len(a.meetings), 'place')} where one answer feeds another or can be set beside it, {len(met)} {'is' if len(met) == 1 else 'are'} there; {differ}."


def apart(report: Report) -> str:
    """`§1 and §2 (split_paths, probes), §4 and §1 (rollback)`: which answers differ, and over what, in a line."""
    called, over = parts(report), dict[str, list[str]]()
    for d in report.agreement.disagreements:
        over.setdefault(_between(d, called), []).extend([f"`{d.about}`"] if d.about else [])
    return ", ".join(f"{who} ({', '.join(dict.fromkeys(what))})" if what else who for who, what in over.items())


def agreement_blocks(report: Report) -> tuple[Block, ...]:
    """Empty where nothing was compared."""
    a = report.agreement
    asked = frozenset(where_next(report))
    return tuple(_blocks(a, parts(report), asked)) if a.meetings else ()


def _blocks(a: Agreement, called: dict[str, str], asked: frozenset[NotFound]) -> Iterator[Block]:
    for d in a.disagreements[:_SHOWN]:
        yield Sentence(f"{_between(d, called)} differ. {d.says}", "bad")
    if len(a.disagreements) > _SHOWN:
        yield Sentence(
            f"{counted(len(a.disagreements) - _SHOWN, 'more pair differs', 'more pairs differ')}; all of them are in the JSON report.",
            "muted",
        )
    yield _table(a, called, asked)
    if a.ranks is not None:
        yield _ranks(a.ranks)
    numbers = _numbers(a, called)
    if numbers.rows:
        yield numbers


def _between(x: Meeting | Disagreement, called: dict[str, str]) -> str:
    """`§2 and §1`."""
    names = [called.get(e, e) for e in (x.giver, x.taker)]
    return " and ".join(
        f"The {n}" if n == _ACTIONS and not i else f"the {n}" if n == _ACTIONS else n for i, n in enumerate(names)
    )


def _table(a: Agreement, called: dict[str, str], asked: frozenset[NotFound]) -> Table:
    rows = tuple(
        (Cell(f"{called.get(m.giver, m.giver)} → {called.get(m.taker, m.taker)}"), _said(m, called, asked)) for m in a.meetings
    )
    return Table("meetings", "What feeds what", (Column("between", "between"), Column("says", "what meets there")), rows)


def _said(m: Meeting, called: dict[str, str], asked: frozenset[NotFound]) -> Cell:
    """A question that a section asks already is not asked again."""
    if m.missing is None:
        return Cell(m.says)
    if m.missing.reason:
        return Cell(m.missing.reason, tone="muted")
    if m.missing in asked:
        return Cell(f"Asked for, not found: {called.get(m.giver, m.giver)} says what to give.", tone="muted")
    return Cell(f"Asked for, not found. {m.missing.question}", tone="muted")


def _ranks(r: Ranks) -> Table:
    luck = f" {per_cent(r.luck)} % of all orders of these factors agree as well or better." if r.luck is not None else ""
    note = f"Kendall's tau {r.tau.value:.2f} ({r.tau.low:.2f} to {r.tau.high:.2f}: every pair that the intervals leave open counted either way).{luck}"
    return Table(
        "ranks",
        f"The same factors by {r.of} and by the structure",
        (
            Column("factor", "factor", "code"),
            Column("pull", "margin won without it", "estimate"),
            Column("share", "failures a year gone without it", "estimate"),
        ),
        tuple((Cell(x.factor), Cell(estimate=x.pull), Cell(estimate=x.share)) for x in r.factors),
        note=note.replace("-", "−").replace("Kendall's", "Kendall’s"),
        detail=True,
    )


def _numbers(a: Agreement, called: dict[str, str]) -> Table:
    seen: dict[tuple[str, str], tuple[Cell, ...]] = {}
    for m in a.meetings:
        for n in m.numbers if m.id != "attribution" else ():  # these stand in §4, factor by factor
            seen.setdefault((m.id, n.id), (Cell(_between(m, called)), Cell(n.label), Cell(estimate=n.estimate)))
    for i, d in enumerate(a.disagreements):
        for n in (d.first, d.second):
            about = f"{d.about}: " if d.about and d.about not in n.label else ""
            seen.setdefault(
                (f"{d.id}{i}", n.id), (Cell(_between(d, called)), Cell(f"{about}{n.label}"), Cell(estimate=n.estimate))
            )
    columns = (Column("between", "between"), Column("number", "number"), Column("estimate", "estimate", "estimate"))
    return Table("meeting_numbers", "The numbers where they meet", columns, tuple(seen.values()), detail=True)
