"""Which latent conditions stand together, as blocks: the picture of the first pair, all pairs, and the words that each rests on."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.blocks import Answer, Block, Cell, Column, Picture, Sentence, Table
from fuelbed.core.shown import counted, number
from fuelbed.corpus.compare import Compared
from fuelbed.corpus.together import Together
from fuelbed.corpus.words import mechanism_title, name, quote, short

__all__ = ["meeting", "pair_title", "picture"]

_ROWS = 20
_NOTE = (
    "Expected: accounts with both, if each kind fell on its accounts at random; p: the chance of as many, then (hypergeometric, exact). Shown are pairs in three accounts or more, with at "
    "most a tenth of false ones expected among them (Benjamini and Hochberg, over all pairs of kinds that come back). Accounts of one author or about one incident are not independent, which p does not know."
)


def pair_title(t: Together) -> str:
    return " and ".join(f"“{mechanism_title(k)}”" for k in t.kinds)


def picture(t: Together) -> Picture:
    """What set each account off, what stood there each time, what it became."""
    accounts = [
        {"date": e.date, "trigger": e.triggers[0].what if e.triggers else "not said", "label": e.title or e.file, "told": [a.quote or a.what, b.quote or b.what]}
        for e, a, b in t.found
    ]  # fmt: skip  # one shape
    said = f"Of {counted(t.of, 'account')} these {len(t.found)} tell both; chance alone would make it {number(t.expected)} (p = {number(t.p)})."
    title = f"{counted(len(t.triggers), 'unlike trigger')}, the same latent conditions"
    alt = f"{counted(len(t.found), 'account')}, each set off by something else, in all of which {pair_title(t)} stood there."
    return Picture(
        "shared", title, {"conditions": [mechanism_title(k) for k in t.kinds], "accounts": accounts, "said": said}, alt
    )


def meeting(c: Compared) -> Answer:
    if not c.together:
        return Answer(
            "No two kinds of weakness are told in the same three accounts more often than chance explains.",
            (Sentence(_NOTE, "muted", detail=True),),
        )
    first = c.together[0]
    rows = tuple(
        (
            Cell(mechanism_title(t.kinds[0])),
            Cell(mechanism_title(t.kinds[1])),
            Cell(str(len(t.found))),
            Cell(str(len(t.triggers))),
            Cell(number(t.expected)),
            Cell(number(t.p)),
        )
        for t in c.together[:_ROWS]
    )
    columns = (
        Column("first", "what stood there"), Column("second", "and"), Column("documents", "accounts"), Column("triggers", "unlike triggers"),
        Column("expected", "expected"), Column("p", "p"),
    )  # fmt: skip  # one list
    note = _NOTE + (f" The first {_ROWS} of {len(c.together)}." if len(c.together) > _ROWS else "")
    table = Table(
        "together", f"Kinds that are told together ({counted(first.pairs, 'pair')} looked at)", columns, rows, note=note
    )
    claim = f"{pair_title(first)}: together in {len(first.found)} of {len(c.entries)} accounts, under {counted(len(first.triggers), 'unlike trigger')}."
    return Answer(claim, (picture(first), table, *(b for t in c.together[:_ROWS] for b in _quotes(t))))


def _quotes(t: Together) -> Iterator[Block]:
    yield Sentence(f"{pair_title(t)}:", detail=True)
    for e, a, b in t.found:
        trigger = f" Set off by: {short(e.triggers[0].what)}." if e.triggers else ""
        yield Sentence(f"{name(e)}.{trigger}", "muted", detail=True)
        yield quote(e, a)
        yield quote(e, b)
