"""Tables of action items: which column says what, by its header words, else by its longest text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from fuelbed.core.document import Block, Sentence
from fuelbed.text.details import Details, details
from fuelbed.text.lexicon import lexicon

__all__ = ["columns", "is_of_actions", "table_item"]

_KINDS = ("action", "owner", "due", "status", "priority", "ticket", "type")


@lru_cache(maxsize=512)
def columns(heads: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """For each kind of column the index of the first header that names it; the whole header before a word in it."""
    words = lexicon("items").words
    found: dict[str, int] = {}
    taken: set[int] = set()
    for whole in (True, False):
        for kind in _KINDS:
            named = words[f"column_{kind}"]
            for n, head in enumerate(heads):
                said = head.strip(" :.*#") or head.strip()
                fits = said in named if whole else bool(set(said.replace("/", " ").split()) & set(named))
                if kind not in found and n not in taken and fits:
                    found[kind] = n
                    taken.add(n)
    return tuple(found.items())


def is_of_actions(heads: tuple[str, ...]) -> bool:
    """Whether a table says by its head that it holds actions, wherever it stands: what is done, and its state, owner or date."""
    named = dict(columns(heads))
    at = named.get("action", -1)
    sure = lexicon("items").words["column_sure"]
    return at >= 0 and heads[at].strip(" :.*#") in sure and any(k in named for k in ("owner", "due", "status"))


def _cells(b: Block, spoken: Sequence[Sentence]) -> list[list[Sentence]]:
    return [[s for s in spoken if c.start <= s.at[0] < c.end] for c in b.cells]


def _longest(blocks: Sequence[Block], i: int) -> int:
    """The column with the longest text in the rows around this one."""
    rows = [b for b in blocks[max(i - 20, 0) : i + 20] if b.kind == "row" and b.section == blocks[i].section]
    width = max((len(b.cells) for b in rows), default=0)
    total = [sum(b.cells[n].end - b.cells[n].start for b in rows if n < len(b.cells)) for n in range(width)]
    return max(range(width), key=lambda n: total[n], default=0)


def table_item(blocks: Sequence[Block], i: int, spoken: Sequence[Sentence]) -> tuple[list[Sentence], Details, str] | None:
    """The sentences of the row's action, what its other columns say, and its type where a column names one; None where it has no action."""
    b = blocks[i]
    named = dict(columns(b.heads))
    cells = _cells(b, spoken)
    at = named.get("action", -1)
    if at < 0:
        at = _longest(blocks, i)
        if at in (named.get("owner"), named.get("due"), named.get("status")):
            return None
    if at >= len(cells) or not cells[at]:
        return None

    def said(kind: str) -> str:
        n = named.get(kind, -1)
        return " ".join(s.words for s in cells[n]).strip() if 0 <= n < len(cells) and n != at else ""

    ticket = said("ticket")
    done = _done(said("status"))
    if done is None and "status" not in named and ticket:  # "Bug 5554823 TODO", as in the book
        done = _done(ticket.rsplit(" ", 1)[-1])
    ticket = details(ticket).ticket or (_filled(ticket) if done is None else "")
    return cells[at], Details(_filled(said("owner")), _filled(said("due")), ticket, said("priority"), done), _filled(said("type"))


def _done(state: str) -> bool | None:
    lex = lexicon("items")
    return True if lex.first(state, "done_state") is not None else False if lex.first(state, "open_state") is not None else None


def _filled(text: str) -> str:
    return "" if lexicon("items").first(text, "placeholder") is not None else text.strip(" -–—")
