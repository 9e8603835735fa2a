"""What a text claims: one cause as the cause, a person's error as the cause, and what became of a roll-back.

Each claim is read from a sentence's words and where it stands; quotes, denials, plans and action items do not count. Words are in
`lexicon/claims.toml`. Precision comes first: a claim that is not read can be asked for, one that is read wrongly accuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from fuelbed.core.document import Document, SectionRole, Sentence
from fuelbed.core.reading import Claims, HumanClaim, Mention, MentionKind, RevertClaim
from fuelbed.text.gate import find
from fuelbed.text.heads import quoted
from fuelbed.text.lexicon import Hit, Lexicon, lexicon
from fuelbed.text.phrases import label

__all__ = ["claims"]

_NOT_TOLD: Final[frozenset[SectionRole]] = frozenset({"actions", "questions", "appendix", "people", "stats"})
_LOOKING_BACK: Final[frozenset[SectionRole]] = frozenset({"lessons", "went_well", "went_wrong", "lucky"})
_LONGEST_CHAIN = 15  # sentences of a cause section that may still tell one chain
_SHORT = 30  # sentences of a text whose only reason may stand for its cause
_REASONS = 2  # sentences that may give it
_IN_SHORT: Final[frozenset[SectionRole]] = frozenset({"summary", "title", "background", "trigger", "cause"})
_CAUSE_HEADING = re.compile(r"\b(?:cause|why|reason|the (?:bug|problem|issue|vulnerability))\b", re.IGNORECASE)
_PLURAL_HEADING = re.compile(r"\b(?:causes|factors|reasons|contributing|contributors|triggers)\b", re.IGNORECASE)
_NAME = re.compile(
    r"(?<![\w@./-])(?:@[A-Za-z][\w-]{2,}|[A-Z][a-z]+(?:[ -][A-Z][a-z]+)?|[A-Z][a-z]+[A-Z]\w+)(?= (?P<verb>[a-z]+(?: [a-z]+ [a-z]+)?))"
)
_BY_NAME = re.compile(
    r"(?:reported|reviewed|noticed|discovered|found|raised|identified) (?:\w+ ){0,2}?by [A-Z][a-z]+ [A-Z][a-z]+(?! [A-Z])|(?:reported|noticed|raised|discovered|found|fixed|removed|reverted|merged|opened) (?:\w+ ){0,3}?by @[A-Za-z][\w-]{2,}"
)


class _Found(NamedTuple):
    """A sentence with what was found in it."""

    sentence: Sentence
    hit: Hit


def _lexicon() -> Lexicon:
    return lexicon("claims")


def _said(sentence: Sentence, *roles: str) -> Iterator[Hit]:
    """What a sentence says of these roles in its own voice."""
    ranges: list[tuple[int, int]] | None = None
    for hit in find(_lexicon(), sentence.plain, *roles):
        ranges = quoted(sentence.plain) if ranges is None else ranges
        if not any(first <= hit.start and hit.end <= last for first, last in ranges):
            yield hit


def _has(sentence: Sentence, *roles: str) -> bool:
    return next(find(_lexicon(), sentence.plain, *roles), None) is not None


def _mention(kind: MentionKind, found: _Found, *, sure: bool, why: str = "") -> Mention:
    s, hit = found
    return Mention(kind, label(s, hit.start, hit.end), s.place(hit.start, hit.end), s.index, sure, why or hit.entry.id)


def _story(document: Document, *without: SectionRole) -> list[Sentence]:
    """The sentences that tell what happened."""
    left_out = _NOT_TOLD | set(without)
    return [s for s in document.said() if document.role_of(s) not in left_out]


# --- one cause


def _listed(document: Document) -> int:
    """How many causes the cause sections list."""
    return sum(
        b.kind in ("item", "row") and b.depth <= 1 and document.sections[b.section].role == "cause" for b in document.blocks
    )


def _against(document: Document, told: Iterable[Sentence]) -> bool:
    """Whether the text itself counts more than one cause: any words for it where causes are given, plain counting anywhere."""
    for s in told:
        role = document.role_of(s)
        for hit in _said(s, "several"):
            if role == "cause" or hit.entry.id == "counted" or (hit.entry.id == "combined" and role in _IN_SHORT):
                return True
    return False


def _only(document: Document, told: list[Sentence]) -> bool:
    """Whether nothing speaks for a second cause: no list of causes, no plural heading, no counting words."""
    own = [s for s in document.sections if s.role == "cause" and not s.inherited]
    if any(_PLURAL_HEADING.search(s.heading) for s in own) and _listed(document) != 1:
        return False
    return _listed(document) <= 1 and not _against(document, told)


def _single_cause(document: Document) -> Mention | None:
    """The sentence that presents one cause as the cause; else the only chain of a singular cause section, else of a short text."""
    told = _story(document, *_LOOKING_BACK)
    only = _only(document, told)
    for s in told:
        hit = next(_said(s, "one_cause"), None)
        if hit is None or _has(s, "several") or _has(s, "not_known"):
            continue
        if only or (_has(s, "all_of_it") and _listed(document) <= 1):
            return _mention("single_cause", _Found(s, hit), sure=True)
    if not only:
        return None
    return _cause_section(document) if document.has("cause") else _short_story(document, told)


def _cause_section(document: Document) -> Mention | None:
    """A singular cause section that tells one short chain."""
    own = [n for n, s in enumerate(document.sections) if s.role == "cause" and not s.inherited]
    if len(own) != 1 or not _CAUSE_HEADING.search(document.sections[own[0]].heading):
        return None
    inside = list(document.said("cause"))
    if not 1 <= len(inside) <= _LONGEST_CHAIN or any(_has(s, "several", "not_known") for s in inside):
        return None
    for s in inside:
        hit = next(_said(s, "plain_cause"), None)
        if hit is not None:
            return _mention("single_cause", _Found(s, hit), sure=True, why="section cause")
    first = inside[0]
    if len(first.plain.split()) < 3 or first.plain.endswith("?"):
        return None
    return Mention("single_cause", label(first), first.place(), first.index, False, "section cause")


def _short_story(document: Document, told: list[Sentence]) -> Mention | None:
    """A short text without a cause section that gives one reason, where it says what happened."""
    if len(told) > _SHORT or any(_has(s, "not_known") for s in told):
        return None
    reasons = [(s, hit) for s in told for hit in _said(s, "plain_cause") if document.role_of(s) in _IN_SHORT]
    if not 1 <= len({s.index for s, _ in reasons}) <= _REASONS:
        return None
    return _mention("single_cause", _Found(*reasons[0]), sure=False)


# --- people


def _human(document: Document) -> tuple[HumanClaim, Mention | None]:
    """What is said of people, the strongest first: blame, blame of oneself, an act told, a name."""
    told = _story(document)
    kinds: tuple[tuple[HumanClaim, str], ...] = (("blames", "blames"), ("self_blame", "self_blame"), ("action_described", "act"))
    for claim, role in kinds:
        for s in told:
            if claim == "action_described" and document.role_of(s) in _LOOKING_BACK:
                continue
            hit = next(_said(s, role), None)
            if hit is not None and not _has(s, "innocent") and not s.plain.rstrip().endswith("?"):
                return claim, _mention("human", _Found(s, hit), sure=claim in ("blames", "self_blame"))
    return _named(told)


@lru_cache(maxsize=1)
def _names_and_verbs() -> tuple[frozenset[str], frozenset[str]]:
    words = _lexicon().words
    return frozenset(words["no_names"]), frozenset(words["spoken"])


def _named(told: Iterable[Sentence]) -> tuple[HumanClaim, Mention | None]:
    """A person named in the story, as the one who said or did something."""
    others, spoken = _names_and_verbs()
    for s in told:
        for m in _NAME.finditer(s.plain):
            verb = m["verb"].lower()
            known = verb in spoken or verb.split(" ", 1)[0] in spoken
            known &= m.start() > 0 or not m[0].endswith(("s", "ing"))  # "Prices reverted" begins a sentence like any noun
            if known and not any(part.lower() in others for part in re.split(r"[ -]", m[0])):
                return "names_people_no_blame", Mention("human", m[0], s.place(*m.span()), s.index, False, "name")
        found = _BY_NAME.search(s.plain)
        if found:
            return "names_people_no_blame", Mention(
                "human", label(s, *found.span()), s.place(*found.span()), s.index, False, "name"
            )
    return "none", None


# --- roll-back


def _undone(document: Document) -> Iterator[tuple[Sentence, Hit, bool | None]]:
    """Each roll-back that was tried: its sentence, the words, and whether it helped (None: not said)."""
    told = _story(document, "background", "lessons", "went_well", "lucky")
    for n, s in enumerate(told):
        failed = next(_said(s, "undo_failed"), None)
        if failed is not None:
            yield s, failed, False
            continue
        hit = next(_said(s, "undo"), None)
        if hit is None or _has(s, "undo_planned") or document.role_of(s) in ("cause", "trigger", "controls"):
            continue
        after = told[n + 1] if n + 1 < len(told) else None
        if after is not None and _has(after, "remained"):
            yield s, hit, False
        elif _helped(s, hit) or (after is not None and _next_to(document, s, after) and _has(after, "undo_helped")):
            yield s, hit, True
        else:
            yield s, hit, True if document.role_of(s) == "recovery" else None


def _next_to(document: Document, one: Sentence, other: Sentence) -> bool:
    """Whether two sentences follow each other in one block or as entries of a timeline."""
    return other.block == one.block or document.role_of(one) == document.role_of(other) == "timeline"


def _helped(sentence: Sentence, undo: Hit) -> bool:
    """Whether words of success stand in the sentence, outside the words of the roll-back itself."""
    return any(not (undo.start <= h.start < undo.end) for h in find(_lexicon(), sentence.plain, "undo_helped"))


def _revert(document: Document) -> tuple[RevertClaim, Mention | None]:
    """What became of the roll-backs; a failed one counts where the text says so itself or none helped after it."""
    tried = list(_undone(document))
    if not tried:
        return "none", None
    failures = [n for n, (_, hit, helped) in enumerate(tried) if helped is False]
    successes = [n for n, (_, _, helped) in enumerate(tried) if helped]
    for n in failures:
        s, hit, _ = tried[n]
        if hit.entry.role == "undo_failed" or not any(later > n for later in successes):
            return "attempted_failed", _mention("revert", _Found(s, hit), sure=hit.entry.role == "undo_failed")
    s, hit, _ = tried[successes[-1] if successes else -1]
    otherwise = any(_has(t, "other_fix") for t in _story(document, "background", *_LOOKING_BACK))
    claim: RevertClaim = "only_fix" if successes and not otherwise else "mitigation"
    return claim, _mention("revert", _Found(s, hit), sure=bool(successes))


def claims(document: Document) -> Claims:
    """What a document claims about its cause, about people and about roll-back, each with its place."""
    human, human_mention = _human(document)
    revert, revert_mention = _revert(document)
    return Claims(_single_cause(document), human, human_mention, revert, revert_mention)
