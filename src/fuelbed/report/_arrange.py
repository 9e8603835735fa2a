"""What goes where on the page, the same in every format: the blocks that open a report are lifted out of their sections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fuelbed.core.blocks import Answer, Ask, Block, Picture
from fuelbed.core.facts import NotFound
from fuelbed.core.reporting import Report, Section

__all__ = ["Arranged", "arrange", "is_folded", "pieces", "unsaid", "where_next"]

_LIFTED = ("removal", "graph", "whatif")
_PROMOTED = ("cheapest",)  # tables that are detail by size, but that readers come for
_ON_PAGE = (*_PROMOTED, "flips", "verification")  # where there is room: what would change the answer, and what would confirm it


@dataclass(frozen=True, slots=True)
class Arranged:
    """`lifted` by picture kind (the first of each); `crossing` sections without a number; `questions` the numbered ones."""

    lifted: dict[str, Picture]
    crossing: tuple[Section, ...]
    questions: tuple[Section, ...]


def _blocks(report: Report) -> Iterator[Block]:
    for s in report.sections:
        if isinstance(s.answer, Answer):
            yield from s.answer.blocks


def _without(section: Section, lifted: dict[str, Picture]) -> Section:
    if isinstance(section.answer, NotFound):
        return section
    gone = {id(p) for p in lifted.values()}
    a = section.answer
    rest = Answer(a.claim, tuple(b for b in a.blocks if id(b) not in gone), a.findings)
    return Section(section.engine, section.section, section.question, rest)


def arrange(report: Report) -> Arranged:
    """Lift the first removal, graph and what-if picture; sections without a number come before the questions."""
    lifted: dict[str, Picture] = {}
    for b in _blocks(report):
        if isinstance(b, Picture) and b.kind in _LIFTED and not b.detail:
            lifted.setdefault(b.kind, b)
    rest = [_without(s, lifted) for s in report.sections]
    return Arranged(lifted, tuple(s for s in rest if not s.section), tuple(s for s in rest if s.section))


def where_next(report: Report) -> tuple[NotFound, ...]:
    """Every distinct question that would unlock an answer: first the asks inside answers, then the unanswered sections."""
    asks = [b.missing for b in _blocks(report) if isinstance(b, Ask)]
    asks += [s.answer for s in report.sections if isinstance(s.answer, NotFound)]
    return tuple(dict.fromkeys(asks))


def is_folded(block: Block, page: bool = False) -> bool:
    """Whether a block is detail: out of the one-screen summary, folded in the page (which has room for more)."""
    return block.detail and getattr(block, "id", "") not in (_ON_PAGE if page else _PROMOTED)


def unsaid(claim: str, report: Report) -> str:
    """The lines of a claim that the verdict at the top does not hold already."""
    return "\n".join(line for line in claim.split("\n") if line not in report.verdict)


def pieces(text: str) -> list[tuple[bool, str]]:
    """Text split at backticks: (is an identifier, words). An unpaired backtick is text."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    return [(i % 2 == 1, p) for i, p in enumerate(parts) if p]
