"""What goes where on the page, the same in every format: the blocks that open a report are lifted out of their sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fuelbed.core.blocks import Answer, Ask, Block, Estimates, Picture, Sentence, Table
from fuelbed.core.facts import NotFound
from fuelbed.core.reporting import Report, Section

__all__ = ["Arranged", "arrange", "is_folded", "pieces", "standing", "unsaid", "where_next"]

_LIFTED = ("removal", "graph", "whatif")
# pictures of evidence: the first there is leads its section
_LEADS = ("posterior", "timeline", "signatures", "bowtie", "series", "joint", "surviving", "shared", "bars", "dumbbell")
_TABLES = ("rivals", "controls", "invariants", "sensors", "pairs")  # the table that follows it; else the first
_SAID = 2  # sentences that are shown beside that table
_ON_PAGE = ("flips", "verification")  # where there is room: what would change the answer, and what would confirm it


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
    drawn = "graph" in lifted and bool(lifted["graph"].data.get("cut_sets"))  # the drawing lists them, so their table is detail
    left = (b for b in a.blocks if id(b) not in gone)
    rest = Answer(a.claim, tuple(replace(b, detail=True) if drawn and _id(b) == "cut_sets" else b for b in left), a.findings)
    return Section(section.engine, section.section, section.question, rest)


def _id(block: Block) -> str:
    return str(getattr(block, "id", ""))


def _groups(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks with a title, each with what is said after it; what follows a detail without being one stands for itself."""
    out: list[list[Block]] = []
    for b in blocks:
        headed = bool(out) and isinstance(out[-1][0], (Picture, Table, Estimates))
        alone = not headed or (not b.detail and out[-1][-1].detail and len(out[-1]) > 1)
        if isinstance(b, (Picture, Table, Estimates, Ask)) or alone:
            out.append([b])
        else:
            out[-1].append(b)
    return out


def _first(groups: Sequence[list[Block]], kind: type, order: Sequence[str]) -> list[Block] | None:
    """The group whose head is not a detail and whose name comes first in `order`; else the first such group."""
    heads = [g for g in groups if isinstance(g[0], kind) and not g[0].detail]
    names = [_id(g[0]) or str(getattr(g[0], "kind", "")) for g in heads]
    found = [(order.index(n) if n in order else len(order), i) for i, n in enumerate(names)]
    return heads[min(found)[1]] if found else None


def _detailed(blocks: Sequence[Block], shown: int = 0) -> list[Block]:
    """As details but for the first `shown` sentences and what is bad news."""
    out: list[Block] = []
    for b in blocks:
        kept = b.detail or (isinstance(b, Sentence) and (shown > 0 or b.tone == "bad"))
        shown -= isinstance(b, Sentence) and not b.detail
        out.append(b if kept else replace(b, detail=True))
    return out


def _led(section: Section) -> Section:
    """A section with pictures of evidence: one picture, one table with a few sentences, what stands for itself; the rest is detail."""
    if isinstance(section.answer, NotFound):
        return section
    a = section.answer
    groups = _groups(a.blocks)
    picture = _first([g for g in groups if getattr(g[0], "kind", "") in _LEADS], Picture, _LEADS)
    if picture is None:
        return section
    table = _first(groups, Table, _TABLES)
    others = [g for g in groups if g is not picture and g is not table]
    first = [b for g in others if g[0] is a.blocks[0] and isinstance(g[0], Sentence) for b in g]
    others = [g for g in others if g[0] is not a.blocks[0] or not first]
    alone = [b for g in others if not isinstance(g[0], (Picture, Table, Estimates)) for b in g]
    folded = [b for g in others if isinstance(g[0], (Picture, Table, Estimates)) for b in _detailed(g)]
    said = [*(_detailed(table[1:], _SAID) if table else []), *alone, *_detailed(picture[1:])]
    lead = [picture[0], *(table[:1] if table else []), *(b for b in said if not b.detail), *(b for b in said if b.detail)]
    return replace(section, answer=replace(a, blocks=(*first, *lead, *folded)))


def arrange(report: Report) -> Arranged:
    """Lift the first removal, graph and what-if picture; sections without a number come before the questions."""
    lifted: dict[str, Picture] = {}
    for b in _blocks(report):
        if isinstance(b, Picture) and b.kind in _LIFTED and not b.detail:
            lifted.setdefault(b.kind, b)
    rest = [_led(_without(s, lifted)) for s in report.sections]
    return Arranged(lifted, tuple(s for s in rest if not s.section), tuple(s for s in rest if s.section))


def where_next(report: Report) -> tuple[NotFound, ...]:
    """Every distinct question that would unlock an answer: first the asks beside what is answered, which are about this case, then those of sections that
    had nothing to go on, which are the same for every case, then the unanswered sections, and last what would only add to an answer."""
    sections = sorted(report.sections, key=lambda s: standing(s) == "asked")
    asks = [b.missing for s in sections if isinstance(s.answer, Answer) for b in s.answer.blocks if isinstance(b, Ask)]
    asks += [s.answer for s in report.sections if isinstance(s.answer, NotFound)]
    return tuple(dict.fromkeys(sorted(asks, key=lambda a: a.aside)))


def standing(section: Section) -> str:
    """`answered`, `asked` (an engine ran, and all it can show openly is what it would need), `not found`, or `no engine yet`."""
    a = section.answer
    if isinstance(a, NotFound):
        return "no engine yet" if a.reason else "not found"
    shown = [b for b in a.blocks if not b.detail]
    return "asked" if shown and all(isinstance(b, Ask) for b in shown) else "answered"


def is_folded(block: Block, page: bool = False) -> bool:
    """Whether a block is detail: out of the one-screen summary, folded in the page (which has room for more)."""
    return block.detail and not (page and _id(block) in _ON_PAGE)


def unsaid(claim: str, report: Report) -> str:
    """The lines of a claim that the verdict at the top does not hold already."""
    return "\n".join(line for line in claim.split("\n") if line not in report.verdict)


def pieces(text: str) -> list[tuple[bool, str]]:
    """Text split at backticks: (is an identifier, words). An unpaired backtick is text."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    return [(i % 2 == 1, p) for i, p in enumerate(parts) if p]
