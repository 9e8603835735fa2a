"""Action items written as paragraphs under a heading of actions: one each, one a line, with a name before it, or sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fuelbed.core.document import Block, Sentence
from fuelbed.text.lexicon import lexicon

__all__ = ["paragraph_items", "states_change"]

Told = tuple[Block, Sequence[Sentence]]
_LEAD = re.compile(r"(\*\*|__|\*|_)(?=\S)(?:(?!\1).){2,120}\1[ \t]*[:.–—-]?[ \t]*(?=\S)")
_NAMED = re.compile(r"[A-Z][\w'’&/-]*(?: [\w'’&/-]+){0,5}(?: ?:|\.? [–—-]) (?=\S)")
_SHORT = 40  # words of a line or paragraph that is one item
_FEW = 4  # words of a sentence that only says whose and when
_MOST_SAID = 10  # sentences of a section whose sentences are items where none has the form of one
_TOGETHER = 2  # paragraphs or lines of a form from which it is one


def states_change(s: Sentence) -> bool:
    """A sentence that promises, reports or tells a change, in the words of those who make it."""
    lex = lexicon("items")
    return (
        lex.first(
            s.plain, "promise", "report", "imperative", "past_form", "report_past", "new_state", "doing", "proposal", "any_change"
        )
        is not None
    )


def paragraph_items(told: Sequence[Told], source: str, listed: bool) -> Iterator[list[Sentence]]:
    """The items of one section's paragraphs, each as its sentences. `listed`: the section has lists, and only a promise counts."""
    told = [(b, spoken) for b, spoken in told if not _empty(spoken)]
    if listed:
        yield from _promised(told)
        return
    named = [_lead(b, spoken, source) for b, spoken in told]
    several = sum(named) >= _TOGETHER
    single = sum(len(spoken) == 1 and not _aside(spoken[0], told=False) for _, spoken in told) >= _TOGETHER
    found: list[list[Sentence]] = []
    for (b, spoken), lead in zip(told, named, strict=True):
        found += _pieces(b, spoken, source, lead=lead and several, single=single)
    if not found and sum(len(spoken) for _, spoken in told) <= _MOST_SAID:
        found = [[s] for _, spoken in told for s in spoken if not _aside(s) and not s.plain.rstrip().endswith(":")]
    yield from found


def _pieces(b: Block, spoken: Sequence[Sentence], source: str, lead: bool, single: bool) -> Iterator[list[Sentence]]:
    if (_run_in(b, source) or lead) and (sum(_strong(s) for s in spoken) < _TOGETHER or lead):
        yield list(spoken)
        return
    lines = _lines(spoken, source)
    if len(lines) >= _TOGETHER:
        yield from (line for line in lines if not _aside(line[0], told=False))
        return
    if single and len(spoken) == 1 and not _aside(spoken[0], told=False):
        yield list(spoken)
        return
    announced = False
    for s in spoken:
        if lexicon("items").first(s.plain, "announces") is not None:
            announced = True
        elif lexicon("items").first(s.plain, "explains", "aside") is not None and not _strong(s):
            continue
        elif states_change(s) or (announced and not _aside(s)):
            yield [s]


def _promised(told: Sequence[Told]) -> Iterator[list[Sentence]]:
    lex = lexicon("items")
    for _, spoken in told:
        for s in spoken:
            if lex.first(s.plain, "promise", "report") is not None and lex.first(s.plain, "announces", "aside") is None:
                yield [s]


def _strong(s: Sentence) -> bool:
    return lexicon("items").first(s.plain, "promise", "report") is not None


def _empty(spoken: Sequence[Sentence]) -> bool:
    lex = lexicon("items")
    if len(spoken) != 1:
        return False
    said = spoken[0].plain
    return lex.first(said, "placeholder") is not None or (lex.first(said, "introduction") is not None and not _strong(spoken[0]))


def _aside(s: Sentence, told: bool = True) -> bool:
    """What no one would take for an action: thanks, explanations, where to read more; `told`: what happened, too."""
    lex = lexicon("items")
    if lex.first(s.plain, "promise", "report") is not None:
        return False
    return (
        lex.first(s.plain, "aside", "explains", "placeholder", "introduction", "announces", "lack", "standing", "during")
        is not None
    )


def _run_in(b: Block, source: str) -> bool:
    """The paragraph stands behind its heading, on the same line ("Next step: ...")."""
    begin = max(source.rfind("\n", 0, b.place.start), source.rfind("\r", 0, b.place.start)) + 1
    return source[begin : b.place.start].rstrip(" \t*_").endswith(":")


def _lead(b: Block, spoken: Sequence[Sentence], source: str) -> bool:
    """The paragraph begins with a bold name, or with a few words and a colon."""
    m = _LEAD.match(source, b.place.start, b.place.end)
    if m is not None and m.end() < b.place.end:
        return True
    m = _NAMED.match(spoken[0].plain)
    return m is not None and lexicon("items").first(spoken[0].plain, "promise", "report") is None


def _lines(spoken: Sequence[Sentence], source: str) -> list[list[Sentence]]:
    """The sentences by lines of the source, where each line is short and is one or two of them; else nothing."""
    lines: list[list[Sentence]] = []
    for s in spoken:
        if not lines or "\n" in source[lines[-1][-1].place().end : s.at[0]]:
            lines.append([])
        elif "\n" in source[lines[-1][-1].at[0] : lines[-1][-1].place().end]:
            return []
        lines[-1].append(s)
    broken = any("\n" in source[s.at[0] : s.place().end] for s in spoken)
    if broken or any(
        sum(len(s.plain.split()) for s in line) > _SHORT or sum(len(s.plain.split()) > _FEW for s in line) > _TOGETHER
        for line in lines
    ):
        return []
    return lines
