"""What the rules share: which sentences tell of the cause, whether the text answers a field, and findings with place and anchor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate, islice

from fuelbed.core.document import Document, Place, SectionRole, Sentence
from fuelbed.core.findings import Finding
from fuelbed.core.reading import ANSWER, Mention, ReadAction, Reading
from fuelbed.core.shown import clipped
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import Hit, lexicon
from fuelbed.text.wording import likeness, rarity, stems

__all__ = ["CAUSAL", "TOLD", "about", "answered", "at_action", "at_hit", "at_mention", "at_place", "at_section", "attack_told", "causes", "changes", "clip", "closed",
           "closest", "hits", "in_sentence", "listed_only", "long_enough", "named", "near", "plans", "story", "sure_factors", "sure_trigger", "telling", "told_and_untouched",
           "topics", "touched", "unexplained", "untouched", "weaknesses"]  # fmt: skip  # one list

CAUSAL: tuple[SectionRole, ...] = ("trigger", "cause")
TOLD: tuple[SectionRole, ...] = ("cause", "trigger", "summary", "background", "lessons", "went_wrong", "other")
"""Where an account explains; timelines, impact and response report what was seen and done."""
_TOPICS = ("closes_sight", "closes_test", "closes_limit", "closes_access", "closes_writing", "closes_undo")
_ASIDE: frozenset[SectionRole] = frozenset({"actions", "people", "stats", "appendix"})
_QUOTED = 12  # words of the text that a message repeats
_LEAST_WORDS = 60  # of an account that may be asked what it lacks
_TOUCHES = 0.34  # likeness from which an action is about a thing
_ALREADY = 0.5  # likeness from which a repair that the story tells is, which speaks in the same words as the failure
_COMMON = 3  # words with content, shared with a sentence, from which it is, too
_SHARED = 2  # telling words of a sentence that some action has, too, where one alone is chance
_COMPARED = 200  # actions or conditions of one text; no real text has more


@lru_cache(maxsize=2)
def story(document: Document) -> tuple[Sentence, ...]:
    """What the text tells, without what it plans and what it appends."""
    return tuple(s for s in document.said() if document.role_of(s) not in _ASIDE)


def long_enough(document: Document) -> bool:
    """Whether there is enough prose for its silence to mean something."""
    words = accumulate(len(s.plain.split()) for s in story(document))
    return any(n >= _LEAST_WORDS for n in words)


def causes(document: Document) -> list[Sentence]:
    """The sentences that say why: those of cause sections, else sentences of the story with a word for cause."""
    found = list(document.said(*CAUSAL))
    if found:
        return found
    return [s for s in story(document) if lexicon("lint").first(s.plain, "cause_word")]


def hits(sentences: Iterable[Sentence], name: str, *roles: str) -> Iterator[tuple[Sentence, Hit]]:
    """The first entry of these roles found in each sentence."""
    return lexicon(name).within(sentences, *roles)


def about(reading: Reading, name: str, *roles: str) -> tuple[Sentence, Hit] | None:
    """The first sentence of the story in which the lexicon `name` finds one of these roles."""
    return next(hits(story(reading.document), name, *roles), None)


def answered(reading: Reading, role: str, planned: bool = True) -> bool:
    """Whether the text says anything to this field of the framing (a role of the lexicon `framing`), its plans included or not."""
    said = reading.document.said() if planned else story(reading.document)
    return next(hits(said, "framing", role), None) is not None


def near(document: Document, s: Sentence, most: int) -> Iterator[Sentence]:
    """A sentence with up to `most` before and after it in the same section: where what explains it would stand."""
    section = document.block_of(s).section
    around = document.sentences[max(s.index - most, 0) : s.index + most + 1]
    return (x for x in around if document.block_of(x).section == section and document.block_of(x).kind != "heading")


def unexplained(
    rule: Rule, reading: Reading, told: Iterable[tuple[Sentence, Hit]], name: str, role: str, most: int, message: str
) -> Iterator[Finding]:
    """The first of what is told of which nothing near (`near`) says this role of the lexicon `name`."""
    for s, hit in told:
        if not any(lexicon(name).first(x.plain, role) for x in near(reading.document, s, most)):
            yield at_hit(rule, reading, s, hit, message)
            return


def attack_told(reading: Reading) -> bool:
    """Whether the story tells of an attack, and does not say that there was none."""
    return about(reading, "lint", "attack") is not None and about(reading, "lint", "no_attack") is None


def weaknesses(reading: Reading) -> list[Mention]:
    """Standing conditions, and controls that were absent or failed, as the story tells them; what only a plan implies is left out, but where an answer
    says so."""
    d = reading.document
    found = [*reading.conditions, *(c for c in reading.controls if c.status in ("absent", "failed"))]
    return [m for m in found if m.why == ANSWER or d.role_of(d.sentences[m.sentence]) not in _ASIDE]


def listed_only(reading: Reading) -> bool:
    """Whether there are action items and all stand in lists or tables: what prose promises is never sure to be all of it."""
    return bool(reading.actions) and all(a.item.layout != "prose" for a in reading.actions)


def sure_trigger(reading: Reading) -> Mention | None:
    """The first trigger that form and words agree on: fit to be named in a question."""
    return next((m for m in reading.triggers if m.sure), None)


def sure_factors(reading: Reading) -> list[Mention]:
    """Weaknesses that the text lists as such, one a list item: fit to be named in a question."""
    d = reading.document
    listed = [m for m in weaknesses(reading) if m.sure and d.block_of(d.sentences[m.sentence]).kind == "item"]
    return list({d.sentences[m.sentence].block: m for m in reversed(listed)}.values())[::-1]


def changes(reading: Reading) -> Iterator[ReadAction]:
    """The actions that change the system, for a while or for good; their classes are worked out as far as they are asked for."""
    return (a for a in reading.actions if a.cls in ("structural", "trigger_only"))


@lru_cache(maxsize=2)
def _weights(reading: Reading) -> Mapping[str, float]:
    return rarity([m.what for m in weaknesses(reading)[:_COMPARED]] + [a.item.text for a in reading.actions[:_COMPARED]])


def closest(reading: Reading, text: str) -> tuple[float, ReadAction | None]:
    """The action most like a phrase, and how like it is (0..1); of a very long list, the first actions."""
    acts = reading.actions[:_COMPARED]
    if not acts:
        return 0.0, None
    scored = [(likeness(text, f"{a.item.heading} {a.item.text}", _weights(reading)), i) for i, a in enumerate(acts)]
    best, i = max(scored, key=lambda x: (x[0], -x[1]))
    return best, acts[i]


@lru_cache(maxsize=2)
def mended(reading: Reading) -> tuple[Sentence, ...]:
    """What the story tells of repairs and lasting changes, a sentence each: a gap that was closed before the report was written needs no
    action item."""
    d, lex = reading.document, lexicon("items")
    told = (s for s in story(d) if d.role_of(s) == "recovery" or lex.first(s.plain, "report", "new_state") is not None)
    return tuple(islice(told, _COMPARED))


def plans(reading: Reading, headed: bool = False) -> tuple[str, ...]:
    """What is or was done: the action items, with the words that they stand under where `headed`, and the repairs that the story tells."""
    acts = (f"{a.item.heading} {a.item.text}" if headed else a.item.text for a in reading.actions)
    return (*acts, *(s.plain for s in mended(reading)))


@lru_cache(maxsize=2)
def _planned(reading: Reading) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(stems(text)) for text in plans(reading))


def touched(reading: Reading, m: Mention) -> bool:
    """Whether some action, or a repair that the story tells, is about what a mention names."""
    return taken_up(reading, m) > 0


def taken_up(reading: Reading, m: Mention) -> int:
    """The line of the action, or of the repair that the story tells, that is about what a mention names, 0 without one: by its label, or by several words
    of its sentence."""
    d = reading.document
    alike, act = closest(reading, m.what)
    if act is not None and alike >= _TOUCHES:
        return d.line(act.item.place)
    repairs = [s for s in mended(reading) if s.index != m.sentence]
    same = next((s for s in repairs if likeness(m.what, s.plain, _weights(reading)) >= _ALREADY), None)
    if same is not None:
        return d.line(same.place())
    said = frozenset(stems(d.sentences[m.sentence].plain))
    places = (*(a.item.place for a in reading.actions), *(s.place() for s in mended(reading)))
    return next((d.line(p) for p, plan in zip(places, _planned(reading), strict=True) if len(said & plan) >= _COMMON), 0)


def untouched(reading: Reading, s: Sentence) -> bool:
    """Whether there are actions, and none of them and no repair has two telling words of a sentence (or its only one)."""
    said = frozenset(telling(s.plain))
    least = min(_SHARED, len(said))
    return bool(reading.actions) and not any(len(said & plan) >= least for plan in _planned(reading))


def topics(text: str) -> frozenset[str]:
    """Which kinds of gap a text names or closes: sight, tests, limits, access, writing, undoing."""
    return frozenset(r for r in _TOPICS if lexicon("lint").first(text, r))


@lru_cache(maxsize=2)
def closed(reading: Reading) -> frozenset[str]:
    """The kinds of gap that some action closes, or that the story tells to be closed."""
    found = {r for text in plans(reading, headed=True) for r in topics(text)}
    return frozenset(found | ({"closes_sight"} if any(a.cls == "monitoring" for a in reading.actions) else set()))


@lru_cache(maxsize=1)
def _general() -> frozenset[str]:
    return frozenset(stems(" ".join(lexicon("wording").words["general"])))


def telling(text: str) -> tuple[str, ...]:
    """The stems of a text that can show what it is about."""
    return tuple(s for s in stems(text) if s not in _general() and not s.isdigit())


def clip(text: str, most: int = _QUOTED) -> str:
    """At most `most` words, in the marks of a quotation."""
    return f"“{clipped(text.strip().rstrip('.,;:'), most)}”"


def named(reading: Reading, m: Mention) -> str:
    """What a mention names, in marks: its label, which is of the text's words; of one that an answer words itself, the words that it quotes."""
    return clip(
        m.what if m.why != ANSWER else reading.document.sentences[m.sentence].read_at(m.place) or reading.document.quote(m.place)
    )


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()


def _finding(rule: Rule, document: Document, place: Place, section: int, said: str, message: str) -> Finding:
    heading = document.sections[section].heading if 0 <= section < len(document.sections) else ""
    anchor = f"{_folded(heading)}\n{_folded(said)}"
    return Finding(rule.code, rule.severity, message, rule.cure, document.span(place), anchor)


def in_sentence(rule: Rule, reading: Reading, s: Sentence, first: int, last: int, message: str) -> Finding:
    """A finding about `plain[first:last]` of a sentence."""
    d = reading.document
    return _finding(rule, d, s.place(first, last), d.block_of(s).section, s.words, message)


def at_hit(rule: Rule, reading: Reading, s: Sentence, hit: Hit, after: str, before: str = "") -> Finding:
    """A finding about what was found in a sentence; the message quotes it between `before` and `after`."""
    return in_sentence(rule, reading, s, hit.start, hit.end, f"{before}{clip(s.words[hit.start : hit.end])}{after}")


def told_and_untouched(rule: Rule, reading: Reading, role: str, message: str) -> Iterator[Finding]:
    """A finding about the first thing of a role that is told and that no action item is about; the message ends in its words."""
    for s, hit in hits(reading.document.said(*TOLD), "lint", role):
        if untouched(reading, s):
            yield at_hit(rule, reading, s, hit, ".", f"{message}: ")
            return


def at_mention(rule: Rule, reading: Reading, m: Mention, message: str) -> Finding:
    d = reading.document
    s = d.sentences[m.sentence]
    return _finding(rule, d, m.place, d.block_of(s).section, s.words, message)


def at_action(rule: Rule, reading: Reading, a: ReadAction, message: str) -> Finding:
    d, block = reading.document, a.item.block
    section = d.blocks[block].section if 0 <= block < len(d.blocks) else -1
    return _finding(rule, d, a.item.place, section, a.item.text, message)


def at_place(rule: Rule, reading: Reading, place: Place, block: int, said: str, message: str) -> Finding:
    """A finding at a place of a block, such as an entry of the timeline."""
    section = reading.document.blocks[block].section if 0 <= block < len(reading.document.blocks) else -1
    return _finding(rule, reading.document, place, section, said, message)


def at_section(rule: Rule, reading: Reading, roles: tuple[SectionRole, ...], message: str) -> Finding:
    """A finding about what is not there, at the heading of the section that should hold it, else at the first line of text."""
    d = reading.document
    wanted = [i for role in roles for i, section in enumerate(d.sections) if section.role == role]
    heading = next((b for i in wanted for b in d.blocks if b.section == i and b.kind == "heading"), None)
    block = heading or next((b for b in d.blocks if b.kind != "html"), None)
    place = block.place if block is not None else Place(0, 0)
    return _finding(rule, d, place, -1, "", message)
