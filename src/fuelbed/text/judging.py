"""What one sentence names: a trigger, a standing condition, or a defence that was absent, failed or worked.

A sentence is judged for each kind: the weight of its best pattern, a little for each further one, and what its section says; from
`ENOUGH` on it is a mention. What only tells of harm or of repair counts less, whatever its words. A list item under a heading of causes
is a mention whatever its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from fuelbed.core.document import SectionRole
from fuelbed.text.leading import leading
from fuelbed.text.lexicon import Hit, alone, lexicon
from fuelbed.text.phrases import clause

__all__ = ["ENOUGH", "NEARLY", "Found", "Kind", "defaults", "judge", "names_nothing"]

Kind = Literal["trigger", "condition", "absent", "failed", "worked"]

ENOUGH = 1.0
NEARLY = 0.7  # where nothing reaches `ENOUGH`, the best from here on is taken as a guess
_FURTHER = 0.2  # for each further pattern of the kind
_WISH = -0.5  # for what is said to be wanted
_EARLY = 0.6  # for a change among the first rows of a timeline
_EFFECT = 0.2  # for a change that is said to have done harm
_LACK_IN_ACTIONS = 2.1  # an action item that says what was missing tells of a lack, against what its section says
_AMONG_CAUSES = -0.3  # for an event in a list of causes: most of what stands there stood before
_HARM = -0.6  # for a clause that only tells of harm
_REPAIR = -1.0  # for a clause that tells of a repair

_BACKGROUND = {"actions": -2.0, "people": -2.0, "stats": -2.0, "appendix": -2.0, "questions": -1.0}  # the same for all kinds
_ASIDE = frozenset(role for role, share in _BACKGROUND.items() if share <= -2)  # only what is asked for is looked for there
_SHARE: Mapping[Kind, Mapping[str, float]] = {
    "trigger": {"trigger": 0.6, "cause": 0.3, "summary": 0.2, "title": -0.3, "other": 0.1, "background": -0.2, "impact": -0.3,
                "detection": -0.5, "response": -0.6, "recovery": -0.6, "lessons": -0.5, "went_well": -1, "went_wrong": -0.1,
                "lucky": -1, "controls": -0.5, "timeline": -0.2},
    "condition": {"cause": 0.4, "went_wrong": 0.3, "summary": 0.3, "lessons": 0.4, "other": 0.2, "background": 0.2, "controls": 0.2,
                  "trigger": 0.1, "detection": -0.1, "title": -0.4, "lucky": -0.2, "timeline": -0.4, "impact": -0.3,
                  "response": -0.3, "recovery": -0.3, "went_well": -1},
    "absent": {"went_wrong": 0.4, "controls": 0.4, "cause": 0.3, "lessons": 0.3, "detection": 0.3, "summary": 0.2, "other": 0.2,
               "background": 0.1, "response": 0.1, "lucky": 0.1, "timeline": -0.1, "impact": -0.2, "went_well": -1},
    "failed": {"went_wrong": 0.3, "detection": 0.3, "controls": 0.3, "cause": 0.2, "response": 0.2, "recovery": 0.1, "timeline": 0.1,
               "summary": 0.1, "lessons": 0.1, "other": 0.1, "impact": -0.2, "went_well": -1},
    "worked": {"went_well": 0.6, "detection": 0.4, "controls": 0.4, "lucky": 0.3, "timeline": 0.2, "response": 0.2, "recovery": 0.1,
               "summary": 0.2, "cause": -0.3, "lessons": -0.3, "went_wrong": -0.6},
}  # fmt: skip  # a table
_ACCOUNT: frozenset[str] = frozenset(("cause", "summary", "trigger", "title", "background", "other", "went_wrong", "lessons"))
_LISTED: Mapping[str, Kind] = {"cause": "condition", "trigger": "trigger", "went_wrong": "condition"}
_GIVES_WAY: tuple[tuple[Kind, Kind], ...] = (
    # of two kinds on the same words, the second gives way
    ("failed", "worked"), ("absent", "worked"), ("failed", "absent"), ("failed", "condition"), ("absent", "condition"),
    ("absent", "trigger"), ("failed", "trigger"),
)  # fmt: skip  # pairs


class Found(NamedTuple):
    """One kind that a sentence is judged to name, with the range that says it; `sure` where words and section agree. `since` is where
    its label begins at the earliest; `asked` says that it is read from what is asked for."""

    kind: Kind
    score: float
    first: int
    last: int
    why: str
    sure: bool
    since: int = 0
    asked: bool = False
    sentence: int = -1


def judge(text: str, role: SectionRole, *, early: bool = False, listed: bool = False, led: bool = False) -> list[Found]:
    """What one sentence in a section of this role names, from the surest on; also what falls short of `ENOUGH`.

    early   it stands among the first rows of a timeline, before anything was noticed.
    listed  it is an item of a list.
    led     the next sentence says what it led to ("This caused ...").
    """
    lex = lexicon("factors")
    if names_nothing(text):
        return []
    kinds: Sequence[Kind] = ("absent",) if role in _ASIDE else tuple(_SHARE)
    hits: dict[str, list[Hit]] = {}
    for h in lex.find(text, *_asked_roles(len(kinds) > 1, listed or role in _LISTED)):
        hits.setdefault(h.entry.role, []).append(h)
    if not hits and not early and not listed and not led and role not in ("actions", "recovery", "lessons", *_ACCOUNT):
        return []
    wish = _WISH if "desired" in hits else 0.0
    if "reports" in hits:
        for gone in ("trigger", "trigger_default"):
            hits.pop(gone, None)
    told = [kind for kind in kinds if kind in hits or f"{kind}_default" in hits]
    found = [_kind(hits, role, kind, wish if kind != "absent" else 0.0, listed) for kind in told]
    found += _following(text, [*hits.get("trigger_after", ()), *hits.get("cause_after", ())], role, wish)
    if role in _ACCOUNT:
        found += _leading(text, role, wish, led)
    found = [_weighed(f, text, listed) for f in found]
    if role in ("actions", "recovery", "lessons"):
        found += [
            Found("absent", ENOUGH, h.start, h.end, h.entry.id, False, asked=True) for h in lex.find(text, "absent_action")
        ][:1]
    if early:
        rows = [Found("trigger", ENOUGH / 2 + _EARLY, h.start, h.end, h.entry.id, False) for h in lex.find(text, "change_row")]
        found = [f._replace(score=f.score + _EARLY) if f.kind == "trigger" else f for f in found] + rows[:1]
    found = _coinciding(_settled(found, text), text)
    if listed and role in _LISTED and not any(f.score >= ENOUGH for f in found) and len(text.split()) > 1:
        last = len(text)
        if lex.first(text, "harm", "repair", "effect_first") is None or role == "trigger":
            found.append(Found(_LISTED[role], ENOUGH, 0, last, f"section {role}", False))
    return sorted(found, key=lambda f: (-f.score, f.first))


def names_nothing(text: str) -> bool:
    """Whether a sentence names no factor whatever its words: a question, a denial, or what an account says of itself."""
    return text.rstrip().endswith("?") or lexicon("factors").first(text, "never", "of_the_account") is not None


def _weighed(f: Found, text: str, listed: bool) -> Found:
    """Less for a clause that tells of harm or of a repair, more for a change that is said to have done harm."""
    if f.kind not in ("trigger", "condition") or f.score < NEARLY - _EFFECT:
        return f
    start, end = clause(text, f.first, f.last, f.since)
    said = text[start:end]
    lex = alone("factors") if said != text else lexicon("factors")
    score = f.score
    if any(start + h.start < f.last and f.first < start + h.end for h in lex.find(said, "harm")) and (
        f.kind == "trigger" or f.why in defaults() or f.score < ENOUGH + _EFFECT
    ):
        score += _HARM
    if f.kind == "condition" and lex.first(said, "effect_first") is not None:
        score += _HARM
    if lex.first(said, "repair") is not None or (start > 0 and lexicon("factors").first(text, "repair_first") is not None):
        score += _REPAIR
    if f.kind == "trigger" and lex.first(text[f.first :], "effect") is not None:
        score += _EFFECT
    return f._replace(score=score, sure=f.sure and score >= ENOUGH) if score != f.score else f


def _share(kind: Kind, role: SectionRole, why: str, listed: bool) -> float:
    if why in defaults() and (not listed or (role not in _LISTED and role != "lessons")):
        return -1.0 if role not in ("cause", "trigger") else 0.1
    return _BACKGROUND.get(role, _SHARE[kind].get(role, 0.0))


@lru_cache(maxsize=4)
def _asked_roles(every: bool, defaults: bool) -> tuple[str, ...]:
    """The roles of the lexicon's entries that one sentence is searched for at once."""
    there = {e.role for e in lexicon("factors").entries}
    kinds = tuple(_SHARE) if every else ("absent",)
    after = ("trigger_after", "cause_after") if every else ()
    return ("desired", "reports", *kinds, *after, *(role for k in kinds if defaults and (role := f"{k}_default") in there))


def _kind(said: Mapping[str, Sequence[Hit]], role: SectionRole, kind: Kind, wish: float, listed: bool) -> Found:
    """How a kind is told that some pattern was found for."""
    hits = sorted((*said.get(kind, ()), *said.get(f"{kind}_default", ())), key=lambda h: -h.entry.weight)
    best = hits[0]
    score = best.entry.weight + _FURTHER * (len(hits) - 1) + _share(kind, role, best.entry.id, listed) + wish
    if kind == "trigger" and listed and role == "cause":
        score += _AMONG_CAUSES
    sure = score >= ENOUGH and _share(kind, role, "", listed) > 0.1 and best.entry.id not in defaults()
    asked = kind == "absent" and (role == "actions" or best.entry.id == "need_defence")
    if asked and role == "actions":
        score += 0.0 if best.entry.id == "need_defence" else _LACK_IN_ACTIONS
    return Found(kind, score, best.start, best.end, best.entry.id, sure and not asked, asked=asked)


def _following(text: str, hits: Iterable[Hit], role: SectionRole, wish: float) -> Iterator[Found]:
    """What stands after "caused by" or "triggered by": its own words decide what it is."""
    lex = alone("factors")
    for hit in hits:
        start = hit.end
        end = clause(text, start, start + 1, start)[1]
        rest = text[start:end]
        if len(rest.split()) < 2:
            continue
        kind: Kind = "trigger"
        weight = 1.0 if hit.entry.role == "trigger_after" else 0.6
        if hit.entry.role == "cause_after":
            kinds: tuple[Kind, ...] = ("trigger", "condition", "absent", "failed")
            inner = [(h.entry.weight, k) for k in kinds for h in lex.find(rest, k)]
            if inner:
                kind, weight = max(inner, key=lambda pair: pair[0])[1], 0.9
            elif lex.first(rest, "harm", "denial") is not None:
                continue
        score = weight + _share(kind, role, "", True) + wish
        yield Found(kind, score, start, end, hit.entry.id, score >= ENOUGH and role in ("cause", "summary", "trigger"), start)


def _leading(text: str, role: SectionRole, wish: float, led: bool) -> Iterator[Found]:
    """What the sentence, or the next one, says led to something."""
    for kind, weight, start, end in leading(text, led):
        yield Found(kind, weight + _share(kind, role, "", True) + wish, start, end, "led_to", False)


def _coinciding(found: list[Found], text: str) -> list[Found]:
    """Of two things that came together each is a trigger, when one is."""
    one = next((f for f in found if f.kind == "trigger" and f.score >= ENOUGH), None)
    both = lexicon("factors").first(text, "coincided") if one is not None else None
    if one is None or both is None:
        return found
    end = clause(text, both.end, both.end + 1, both.end)[1]
    other = (
        one._replace(first=both.end, last=end, since=both.end)
        if one.first < both.start
        else one._replace(first=0, last=both.start)
    )
    said = text[other.first : other.last]
    return [*found, other] if lexicon("factors").first(said, "trigger", "change_row") is not None else found


def _settled(found: Sequence[Found], text: str) -> list[Found]:
    """One judgement of each kind; where two kinds rest on the same words, the one that they do not fit gives way.

    A missing limit is both: a weakness that stands, and a defence that was not there.
    """
    if len(found) < 2:
        return list(found)
    best: dict[Kind, Found] = {}
    for f in found:
        if f.kind not in best or f.score > best[f.kind].score:
            best[f.kind] = f
    named = any(f.score >= ENOUGH and f.why not in defaults() for f in best.values())
    for kind in [k for k, f in best.items() if named and f.why in defaults()]:
        del best[kind]
    limit = lexicon("factors").any_word("limit_stems").search(text) is not None
    for strong, weak in _GIVES_WAY:
        a, b = best.get(strong), best.get(weak)
        both = weak == "condition" and b is not None and (b.why == "lacking_design" or (limit and b.why == "not_set"))
        if a is not None and b is not None and a.score >= min(ENOUGH, b.score) and not both and _touch(a, b):
            del best[weak]
    a, b = best.get("trigger"), best.get("condition")
    if a is not None and b is not None and _touch(a, b):
        del best["condition" if a.score >= b.score else "trigger"]
    return list(best.values())


@lru_cache(maxsize=1)
def defaults() -> frozenset[str]:
    """The entries that say what kind of thing a sentence tells when nothing else does."""
    return frozenset(e.id for e in lexicon("factors").entries if e.role.endswith("_default"))


def _touch(a: Found, b: Found) -> bool:
    return a.first < b.last and b.first < a.last
