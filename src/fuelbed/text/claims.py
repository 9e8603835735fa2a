"""What a text claims: one cause as the cause, a person's error as the cause, and what became of a roll-back.

Each claim is read from a sentence's words and where it stands; quotes, denials, plans and action items do not count. Words are in
`lexicon/claims.toml`. Precision comes first: a claim that is not read can be asked for, one that is read wrongly accuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from fuelbed.core.document import Document, SectionRole, Sentence
from fuelbed.core.reading import Claims, HumanClaim, Mention, MentionKind, RevertClaim
from fuelbed.text.heads import quoted
from fuelbed.text.judging import NEARLY, defaults
from fuelbed.text.lexicon import Hit, Lexicon, lexicon
from fuelbed.text.naming import in_timeline, judged, role_of
from fuelbed.text.phrases import label

__all__ = ["claims"]

_NOT_TOLD: Final[frozenset[SectionRole]] = frozenset({"actions", "questions", "appendix", "people", "stats"})
_LOOKING_BACK: Final[frozenset[SectionRole]] = frozenset({"lessons", "went_well", "went_wrong", "lucky"})
_LONGEST_CHAIN = 15  # sentences of a cause section that may still tell one chain
_SHORT = 60  # sentences of a text whose only reason may stand for its cause
_VERY_SHORT = 15  # the same of one that only tells what was wrong
_BRIEF = 1  # sentences of a cause section that are the claim, whatever their words
_OPENS = 3  # sentences of a cause section that may say that the cause is not known
_FEW = 6  # sentences of a text in which any reason is that of the failure
_REASONS = 1  # sentences that give it: two may tell two causes
_IN_SHORT: Final[frozenset[SectionRole]] = frozenset({"summary", "title", "background", "trigger", "other"})
_CAUSE_HEADING = re.compile(r"\b(?:causes?|why|reasons?|the (?:bug|problem|issue|vulnerability))\b", re.IGNORECASE)
_CAUSES_HEADING = re.compile(r"\b(?:causes?|reasons?)\b", re.IGNORECASE)
_CAUSES_HEADING_PLURAL = re.compile(r"\bcauses\b", re.IGNORECASE)
_INCIDENT_HEADING = re.compile(r"\b(?:outages?|incidents?|disruptions?|downtime|degradations?|degraded|errors)\b", re.IGNORECASE)
_ROUND_UP = 3  # headings of incidents that make a text the account of several
_FACTORS_HEADING = re.compile(r"\b(?:factors|contributing|contributors)\b", re.IGNORECASE)
_BY_NAME_OF_CAUSE: Final = frozenset({"the_cause_was", "as_the_cause", "analysis_showed", "happened_because"})
_OPENING = 12  # characters before the "because" of a step
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
    for hit in _lexicon().find(sentence.plain, *roles):
        ranges = quoted(sentence.plain) if ranges is None else ranges
        if not any(first <= hit.start and hit.end <= last for first, last in ranges):
            yield hit


def _says(sentence: Sentence, *roles: str) -> Hit | None:
    """The first of that; most sentences say nothing of the kind."""
    return next(_said(sentence, *roles), None) if _has(sentence, *roles) else None


def _has(sentence: Sentence, *roles: str) -> bool:
    return _lexicon().first(sentence.plain, *roles) is not None


def _mention(kind: MentionKind, found: _Found, *, sure: bool, why: str = "") -> Mention:
    s, hit = found
    return Mention(kind, label(s, hit.start, hit.end), s.place(hit.start, hit.end), s.index, sure, why or hit.entry.id)


def _story(document: Document, *without: SectionRole) -> list[Sentence]:
    """The sentences that tell what happened."""
    return [s for role, s in _told(document) if role not in without]


@lru_cache(maxsize=2)
def _told(document: Document) -> tuple[tuple[SectionRole, Sentence], ...]:
    """Every sentence with words in it and the role of its section, without the sections that tell nothing."""
    said = ((document.role_of(s), s) for s in document.said())
    return tuple((role, s) for role, s in said if role not in _NOT_TOLD and any(c.isalpha() for c in s.plain))


# --- one cause


def _listed(document: Document) -> int:
    """How many causes the cause sections list: questions and the steps of one chain of whys are no causes of their own."""
    first = {s.block: s for s in reversed(document.sentences)}
    count = 0
    for n, b in enumerate(document.blocks):
        if (
            b.kind not in ("item", "row")
            or b.depth > 1
            or document.sections[b.section].role != "cause"
            or n not in first
            or in_timeline(document, b)
        ):
            continue
        plain = first[n].plain
        step = _lexicon().first(plain, "chain_step")
        count += not plain.rstrip().endswith("?") and (step is None or step.start > _OPENING)
    return count


def _against(document: Document, told: Iterable[Sentence]) -> bool:
    """Whether the text itself counts more than one cause: by name anywhere, by any words for it where causes are given."""
    for s, _ in _lexicon().within(told, "several", "several_here"):
        role = document.role_of(s)
        here = ("several_here",) if role == "cause" or role in _IN_SHORT else ()
        if _says(s, "several", *here) is not None:
            return True
    return False


def _counts(document: Document, told: Iterable[Sentence]) -> bool:
    """Whether it names a number of causes or factors."""
    return any(_says(s, "several") is not None for s, _ in _lexicon().within(told, "several"))


def _single_cause(document: Document) -> Mention | None:
    """The sentence that presents one cause as the cause; else the only chain of a cause section, else the reason that a summary gives."""
    if _parted(document):
        return None
    told = _story(document, *_LOOKING_BACK)
    listed = _listed(document)
    explicit = _explicit(document, told, told, listed) or _beside_actions(document, told, listed)
    if explicit is not None:
        return explicit
    if listed > 1 or _against(document, told):
        return None
    return _cause_section(document, listed) if document.has("cause") else _short_story(document, told)


def _explicit(document: Document, among: Iterable[Sentence], told: Sequence[Sentence], listed: int) -> Mention | None:
    """A sentence that says "the cause was": it outweighs a list of factors where it says so by name, unless the text counts causes."""
    counts: bool | None = None
    for s, _ in _lexicon().within(among, "one_cause"):
        hit = _says(s, "one_cause")
        if hit is None or _has(s, "several", "several_here", "not_known") or _of_the_account(s):
            continue
        if _has(s, "all_of_it") and listed <= 1:
            return _mention("single_cause", _Found(s, hit), sure=True)
        counts = _counts(document, told) if counts is None else counts
        if not counts and (listed <= 1 or (hit.entry.id in _BY_NAME_OF_CAUSE and not _cause_list(document))):
            return _mention("single_cause", _Found(s, hit), sure=True)
    return None


def _beside_actions(document: Document, told: Sequence[Sentence], listed: int) -> Mention | None:
    """The same in a paragraph of a section of actions, which says what they are for, where it calls it the cause."""
    paragraphs = _action_paragraphs(document)
    found = _explicit(document, paragraphs, [*told, *paragraphs], listed) if paragraphs else None
    return found if found is not None and found.why in _BY_NAME_OF_CAUSE else None


def _action_paragraphs(document: Document) -> list[Sentence]:
    """What the paragraphs of sections of actions say: what the actions are for."""
    return [s for s in document.said("actions") if document.block_of(s).kind == "paragraph"]


def _parted(document: Document) -> bool:
    """Whether its headings part it into several causes, or it is an account of several incidents."""
    sections = document.sections
    plural = {n for n, s in enumerate(sections) if s.role == "cause" and _CAUSES_HEADING_PLURAL.search(s.heading)}
    parts = [s for s in sections if s.path and s.path[-1] in plural]
    incidents = [
        s for s in sections if s.level > 1 and (s.inherited or s.role == "other") and _INCIDENT_HEADING.search(s.heading)
    ]
    return len(parts) > 1 or len(incidents) >= _ROUND_UP


def _of_the_account(sentence: Sentence) -> bool:
    """Whether it speaks of the account and its sources, or only says that the cause is known."""
    return lexicon("factors").first(sentence.plain, "of_the_account") is not None


def _cause_list(document: Document) -> bool:
    """Whether a list stands under a heading of causes and not of factors."""
    return any(
        b.kind in ("item", "row") and b.ordinal > 0 and b.depth <= 1
        and document.sections[b.section].role == "cause" and _CAUSES_HEADING.search(document.sections[b.section].heading)
        for b in document.blocks
    )  # fmt: skip  # one condition


def _cause_section(document: Document, listed: int) -> Mention | None:
    """A cause section that tells one short chain: the one that is called the cause, else all of them with a word of cause in them."""
    own = [n for n, s in enumerate(document.sections) if s.role == "cause" and not s.inherited]
    named = [n for n in own if _CAUSE_HEADING.search(document.sections[n].heading)]
    sections = named[-1:] if named else own
    inside = [
        s for s in document.said("cause") if document.block_of(s).section in sections and not s.plain.rstrip().endswith("?")
    ]
    if not inside and named:
        inside = [s for s in document.said("cause") if not s.plain.rstrip().endswith("?")]
    if not 1 <= len(inside) <= _LONGEST_CHAIN or any(_has(s, "not_known") for s in inside[:_OPENS]):
        return None
    for s in inside:
        hit = _says(s, "plain_cause", "one_cause")
        if hit is not None:
            return _mention("single_cause", _Found(s, hit), sure=True, why="section cause")
    first = _first_factor(document, inside) if len(inside) > _BRIEF else inside[0]
    if first is None:
        return None
    if len(inside) > 1 and any(_FACTORS_HEADING.search(document.sections[n].heading) for n in sections):
        return None
    singular = bool(named) and not _PLURAL_HEADING.search(document.sections[named[-1]].heading)
    one = singular or listed == 1 or len(inside) == 1
    if len(first.plain.split()) < 3 or not (one or any(_has(s, "causal") for s in inside)):
        return None
    return Mention("single_cause", label(first), first.place(), first.index, False, "section cause")


def _first_factor(document: Document, inside: Sequence[Sentence]) -> Sentence | None:
    """The first of these sentences that names a factor: one that only points to an analysis, or begins with the repair, claims nothing."""
    named = {
        f.sentence for f in judged(document)
        if f.kind != "worked" and f.score >= NEARLY and f.why not in defaults() and not f.why.startswith("section")
    }  # fmt: skip  # one set
    return next((s for s in inside if s.index in named), None)


def _short_story(document: Document, told: Sequence[Sentence]) -> Mention | None:
    """A text without a cause section that gives one reason, where it says what happened."""
    short = [s for s in told if document.role_of(s) in _IN_SHORT]
    if len(told) > _SHORT or any(_has(s, "not_known") for s in short):
        return None
    reasons = [(s, hit) for s in short for hit in _said(s, "plain_cause") if len(told) <= _FEW or _of_harm(s, hit)]
    if not reasons and len(told) <= _VERY_SHORT:
        reasons = [(s, hit) for s in short for hit in _said(s, "defect")]
    if len({s.index for s, _ in reasons}) != _REASONS:
        return None
    return _mention("single_cause", _Found(*reasons[0]), sure=False)


def _of_harm(sentence: Sentence, reason: Hit) -> bool:
    """Whether what a bare "because" gives a reason for is the failure: what stands before it tells of harm, or names the failure."""
    before = sentence.plain[: reason.start]
    return (
        reason.entry.id != "because_it"
        or not sentence.plain[reason.start :].lower().startswith("because")
        or lexicon("factors").first(before, "harm") is not None
        or not before.strip()
    )


# --- people


def _human(document: Document) -> tuple[HumanClaim, Mention | None]:
    """What is said of people, the strongest first: blame, blame of oneself, an act told, a name."""
    told = _story(document)
    spoken = [*told, *_action_paragraphs(document)]
    kinds: tuple[tuple[HumanClaim, str, Sequence[Sentence]], ...] = (
        ("blames", "blames", spoken), ("self_blame", "self_blame", spoken), ("action_described", "act", told),
    )  # fmt: skip  # one table
    for claim, role, among in kinds:
        for s, _ in _lexicon().within(among, role):
            if claim == "action_described" and document.role_of(s) in _LOOKING_BACK:
                continue
            hit = _says(s, role)
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
        found = _BY_NAME.search(s.plain) if "by " in s.plain else None
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
        failed = _says(s, "undo_failed")
        if failed is not None:
            yield s, failed, False
            continue
        hit = _says(s, "undo")
        if hit is None or _has(s, "undo_planned") or role_of(document, s.index) in ("cause", "trigger", "controls"):
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
    return any(not (undo.start <= h.start < undo.end) for h in _lexicon().find(sentence.plain, "undo_helped"))


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


class _Asked(Claims):
    """Each claim is looked for when it is first asked for: most texts are asked for one of them."""

    _document: Document

    def __init__(self, document: Document | None = None, **claims: Any) -> None:
        vars(self).update(claims, _document=document)  # of `replace` all claims and no document

    @cached_property
    def _people(self) -> tuple[HumanClaim, Mention | None]:
        return _human(self._document)

    @cached_property
    def _undoing(self) -> tuple[RevertClaim, Mention | None]:
        return _revert(self._document)

    @cached_property
    def single_cause(self) -> Mention | None:
        return _single_cause(self._document)

    @cached_property
    def human(self) -> HumanClaim:
        return self._people[0]

    @cached_property
    def human_mention(self) -> Mention | None:
        return self._people[1]

    @cached_property
    def revert(self) -> RevertClaim:
        return self._undoing[0]

    @cached_property
    def revert_mention(self) -> Mention | None:
        return self._undoing[1]


def claims(document: Document) -> Claims:
    """What a document claims about its cause, about people and about roll-back, each with its place; read when it is asked for."""
    return _Asked(document)
