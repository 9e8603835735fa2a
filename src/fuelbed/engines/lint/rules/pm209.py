"""PM209: five-whys-single-path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from fuelbed.core.document import Block, Document, Sentence
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import in_sentence, telling
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon
from fuelbed.text.naming import under_whys

__all__ = ["RULE"]

_STEPS = 3
_ASKED = 14  # characters before the "why": a number, a mark, "Question"
_LONGEST = 60  # words of an answer that is still one step


class _Why(NamedTuple):
    """One why with what answers it, up to the next why."""

    asked: Sentence
    block: Block
    answers: list[Sentence]


def _asks(s: Sentence) -> bool:
    hit = lexicon("lint").first(s.plain, "asks_why")
    return hit is not None and hit.start <= _ASKED


def _asked(document: Document) -> list[_Why]:
    """The whys that a section asks one after the other, with their answers."""
    runs: list[list[_Why]] = [[]]
    where = ""
    for s in document.sentences:
        block = document.block_of(s)
        if _asks(s):
            at = f"heading {document.sections[block.section].level}" if block.kind == "heading" else f"section {block.section}"
            if at != where:
                runs.append([])
            runs[-1].append(_Why(s, block, []))
            where = at
        elif block.kind == "heading" and not where.startswith("heading"):
            where = ""
        elif where and runs[-1]:
            runs[-1][-1].answers.append(s)
    return max(runs, key=len)


def _listed(document: Document) -> list[_Why]:
    """The steps of a list under a heading that calls them whys, each its own answer."""
    found: dict[int, _Why] = {}
    for s in document.sentences:
        block = document.block_of(s)
        if block.kind in ("item", "row") and under_whys(document, block):
            found.setdefault(s.block, _Why(s, block, [])).answers.append(s)
    return list(found.values())


def _follows(document: Document, whys: Sequence[_Why]) -> bool:
    """Whether the whys go on from one another: their section says so, or most take up words of the answer before; the questions of an FAQ do not."""
    if under_whys(document, whys[0].block):
        return True
    taken = [bool(set(telling(b.asked.plain)) & {t for s in a.answers for t in telling(s.plain)}) for a, b in pairwise(whys)]
    return 2 * sum(taken) > len(taken)


def _branches(document: Document, whys: Sequence[_Why]) -> bool:
    """Whether some why has several answers: told as such, as several items, or by a list that goes back up to an earlier why."""
    depths = [w.block.depth for w in whys]
    if any(b < a for a, b in pairwise(depths)):
        return True
    for w in whys:
        items = {s.block for s in w.answers if document.block_of(s).kind == "item" and s.block != w.asked.block}
        said = " ".join(s.plain for s in (w.asked, *w.answers))
        if (
            len(items) > 1
            or len(said.split()) > _LONGEST
            or lexicon("lint").first(said, "interaction", "several_answers") is not None
        ):
            return True
    return False


def _check(reading: Reading) -> Iterator[Finding]:
    document = reading.document
    for whys in (_asked(document), _listed(document)):
        if len(whys) < _STEPS or not all(w.answers for w in whys[:-1]):
            continue
        if _follows(document, whys) and not _branches(document, whys):
            first = whys[0].asked
            yield in_sentence(RULE, reading, first, 0, len(first.plain), f"Each of {len(whys)} whys has one answer.")
            return


RULE = Rule(
    code="PM209",
    name="five-whys-single-path",
    severity=Severity.NOTE,
    section="§2",
    stability="preview",
    means="The cause is sought by asking why again and again, and every why has exactly one answer.",
    why="Each single answer drops what else had to be true at that step, and where the chain ends depends on who asks. What was needed beside it stays unnamed.",
    cure="Ask at each why for everything that had to be true, and follow each answer.",
    bad="Why was it down? The disk was full. Why was it full? Logs were not rotated. Why not? Nobody set it up.",
    good="Why was it down? The disk was full, and the standby had the same disk. Why was it full? Logs were not rotated; no alert looks at it.",
    question="Which answer was left out at each why: what else had to be true for it to follow?",
    false_positives="A short chain in which the other answers were ruled out elsewhere in the text.",
    check=_check,
)
