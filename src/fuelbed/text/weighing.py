"""What speaks for which class of an action item, as named features of its head, and the weights that were fitted to them.

A feature names what was seen and where ("verb process", "object monitoring", "neutral verb, doc object"); beside these each word counts by
itself ("word quota"), so that one which no list holds still says something. The weights stand in
`lexicon/action_weights.toml` and, of the words, in `lexicon/action_words.tsv`, one row for a feature with one number for each class;
`bench/fit_actions.py` fits both. Words and constructions are in `lexicon/actions.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple, get_args

from fuelbed.core.reading import ActionClass
from fuelbed.text.fitted import of_words, weights_of
from fuelbed.text.heads import Head
from fuelbed.text.lexicon import lexicon
from fuelbed.text.nouns import Nouns

__all__ = ["CLASSES", "Words", "considered", "features", "weights", "words"]

CLASSES: Final[tuple[ActionClass, ...]] = get_args(ActionClass)

_STRENGTHS: Final = (("_firm", 1.6), ("", 1.0), ("_weak", 0.4))
_LONGEST = 1_000  # characters of a heading that are read
_AFTER, _TAIL = 0.4, 0.15  # a construction behind the object; in a purpose
_RULE: Final = re.compile(r"(?:if|when|whenever|once)\b[^,]*,", re.IGNORECASE)  # what follows is done each time
_TOLD_PEOPLE: Final = re.compile(
    r"(?:never|always|do not|don['’]t|nobody should|no one should)\b", re.IGNORECASE
)  # how people are told
_TIMED: Final = re.compile(
    r"(?:before|after|prior to|for|during)\b[^,.]{3,80}, ", re.IGNORECASE
)  # "Before merging, ...": what people do then
_NAMED_RULE: Final = re.compile(
    r"\W*(?:\w+ )?(?:rules?|lessons?|polic(?:y|ies)|principles?|discipline|takeaways?)\b[^.:]{0,40}:", re.IGNORECASE
)
_FINDS_OUT: Final = re.compile(
    r"(?:\W*\[[^\]]{0,30}\])?\W*(?:(?:we|i|to|will|are|is|continue|still|continuing|also|further|be|have|need|going|[\w-]+:) ){0,5}"
    r"(?:investigat|find(?:ing)? out|figur(?:e|ing) out (?:why|what|how|whether|if)|determin(?:e|ing)|understand(?:ing)? why|diagnos|reproduc|root[- ]caus)",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"[A-Z](?:\.|[a-z]+)? [A-Z][a-z]+|@[\w-]+")  # "K Sweeney", "@sam"
_COUNTED: Final = 40  # words that count by themselves: what an item asks for stands at its start
_CUES: Final = ("incident", "standing", "people", "care", "concrete", "recurring")


class Words(NamedTuple):
    """The word lists of the lexicon, by word."""

    verbs: Mapping[str, tuple[tuple[ActionClass, float], ...]]
    kinds: Mapping[str, str]
    undo: frozenset[str]
    nouns: Mapping[str, tuple[tuple[ActionClass, float], ...]]
    find: Nouns


@lru_cache(maxsize=1)
def words() -> Words:
    lex = lexicon("actions").words
    verbs: dict[str, list[tuple[ActionClass, float]]] = {v: [] for v in (*lex["neutral_verbs"], *lex["undo_verbs"])}
    kinds: dict[str, list[str]] = {}
    nouns: dict[str, list[tuple[ActionClass, float]]] = {}
    for cls in CLASSES:
        for kind, table in (("verbs", verbs), ("nouns", nouns)):
            for suffix, strength in _STRENGTHS:
                for w in lex.get(f"{cls}_{kind}{suffix}", ()):
                    table.setdefault(w, []).append((cls, strength))
                    if kind == "verbs":
                        kinds.setdefault(w, []).append(cls)
    for w in lex["undo_verbs"]:
        verbs[w].append(("trigger_only", _STRENGTHS[0][1]))
        kinds[w] = ["undo"]
    for w in lex["removing_verbs"]:
        kinds[w] = ["removing"]
    return Words(
        {v: tuple(c) for v, c in verbs.items()},
        {v: kinds[v][0] if v in kinds and len(set(kinds[v])) == 1 else ("neutral" if v not in kinds else "mixed") for v in verbs},
        frozenset(lex["undo_verbs"]),
        {_folded(n): tuple(c) for n, c in nouns.items()},
        Nouns(nouns),
    )


def _folded(noun: str) -> str:
    return re.sub(r"[ -]", "", noun.lower())


def _noun(found: str) -> tuple[tuple[ActionClass, float], ...]:
    """The classes of a noun as written: singular or plural, with a hyphen or without."""
    table, word = words().nouns, _folded(found)
    for form in (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y"):
        if form in table:
            return table[form]
    return ()


def _position(h: Head, first: int, last: int) -> str:
    """Where a word stands."""
    for name, (low, high) in (("object", h.object), ("joined", h.joined), ("through", h.through), ("actor", h.actor)):
        if low <= first and last <= high and low < high:
            return name if last == high or name in ("joined", "actor") else "inner"
    if first < h.start:
        return "lead" if h.lead and last <= len(h.lead) else ""
    return "after" if first < h.tail else "tail"


def features(h: Head, heading: str = "", rest: str = "") -> dict[str, float]:
    """The features of one item: its head, the words above it, and its other sentences."""
    out: dict[str, float] = {"any": 1.0, **_single(h)}
    found = list(_nouns(h))
    objects = _objects(found)
    for name, value in (*_verbs(h, objects, _speaker(found)), *_forms(h), *_patterns(h), *_cues(h)):
        out[name] = out.get(name, 0.0) + value
    for place, cls, value, _ in found:
        out[f"{place} {cls}"] = max(out.get(f"{place} {cls}", 0.0), value)
        if place == "lead" and not h.verb:
            out[f"bare, lead {cls}"] = 1.0
    silent = lexicon("actions").any_word("section_names")
    for place, text in (("heading", silent.sub(" ", heading[:_LONGEST])), ("rest", rest[:_LONGEST])):
        for noun in words().find(text):
            for cls, strength in _noun(noun.text):
                out[f"{place} {cls}"] = max(out.get(f"{place} {cls}", 0.0), strength)
                if place == "heading" and not h.verb and objects == "unknown":
                    out[f"bare, heading {cls}"] = 1.0
    return out


def _single(h: Head) -> dict[str, float]:
    """Each word with content of the sentence, by its stem."""
    return dict.fromkeys(of_words(h.text)[:_COUNTED], 1.0)


def _nouns(h: Head) -> Iterator[tuple[str, ActionClass, float, str]]:
    """Place, class, strength and word of every noun that is known."""
    for noun in words().find(h.text):
        if h.form == "verb" and h.start <= noun.start and noun.end <= h.object[0]:
            continue  # the verb itself
        place = _position(h, noun.start, noun.end)
        if place:
            for cls, strength in _noun(noun.text):
                yield place, cls, strength, noun.text.lower()


def _objects(found: list[tuple[str, ActionClass, float, str]]) -> str:
    """The class of what is acted on: of the phrase behind a measure, else of the object's last word, else of a word in it."""
    for place in ("through", "object", "inner"):
        best = [(value, cls) for p, cls, value, _ in found if p == place]
        if best:
            return max(best)[1]
    return "unknown"


def considered(h: Head) -> bool:
    """Whether the sentence studies a design and not a fault: the change is then what is weighed ("Investigate a shorter retention")."""
    if h.verb not in lexicon("actions").words["studying_verbs"] or h.second:
        return False
    lex = lexicon("actions")
    if lex.any_word("problem_words").search(h.text, h.start):
        return False
    known = lex.any_word("given_words").match(h.text, h.object[0])  # what is there already
    if known and not lex.any_word("concrete_words").search(h.text, h.start):
        return False
    return _objects(list(_nouns(h))) == "structural"


def _speaker(found: list[tuple[str, ActionClass, float, str]]) -> bool:
    """Whether the subject of a modal is a text ("The guide should warn ..."): whatever it says, it is writing that changes."""
    return any(place == "actor" and cls == "doc" and value >= 1.0 for place, cls, value, _ in found)


def _verbs(h: Head, objects: str, speaks: bool) -> Iterator[tuple[str, float]]:
    known = words()
    if speaks:
        yield "a text says", 1.0
        return
    weight = 1.0 if not h.second else 0.15  # the last of joined verbs says what comes of it
    kind = known.kinds.get(h.verb, "unknown" if h.form != "noun" else "no")
    if h.second:
        kind = known.kinds.get(h.second, kind) if known.kinds.get(h.second) not in (None, "neutral") else kind
    again, plain = _again(h.verb)
    kind = "repeating" if again else kind
    studies, machines = considered(h), lexicon("actions").words["machine_verbs"]
    kind = "studying" if studies else kind
    yield f"{kind} verb, {objects} object", 1.0
    if again:
        yield "done again", weight
    for name, verb, w in (("verb", plain, weight), ("second", h.second, 1.0)):
        for cls, strength in known.verbs.get(verb, ()):
            if cls == "process" and (studies or h.studied or (_actor(h) == "system" and verb in machines)):
                continue  # what is studied, or what the system does
            yield f"{name} {cls}", w * strength
            if h.weighed and name == "verb":
                yield f"weighed verb {cls}", strength


def _again(verb: str) -> tuple[bool, str]:
    """Whether a verb is one of the lexicon done again, and the verb that speaks: people who think twice still think, anything else is
    put back as it was."""
    known = words()
    plain = verb.removeprefix("re-")
    if verb in known.verbs or plain == verb:
        return False, verb
    return (False, plain) if known.kinds.get(plain) == "process" else (True, "")


def _actor(h: Head) -> str:
    if h.actor[0] >= h.actor[1]:
        return ""
    if _NAME.fullmatch(h.text, *h.actor):
        return "people"
    return "people" if lexicon("actions").any_word("people_nouns").search(h.text, *h.actor) else "system"


def _forms(h: Head) -> Iterator[tuple[str, float]]:
    yield f"form {h.form}", 1.0
    if h.weighed:
        yield "weighed", 1.0
    if h.studied:
        yield "studied", 1.0
    if _RULE.match(h.text[: h.start]):
        yield "rule", 1.0
    if _TOLD_PEOPLE.match(h.text) and _actor(h) != "system":
        yield "told as a rule", 1.0
    if _TIMED.match(h.text):
        yield "told for a time", 1.0
    if _NAMED_RULE.match(h.text):
        yield "called a rule", 1.0
    if _FINDS_OUT.match(h.text):
        yield "finds out", 1.0
    actor = _actor(h)
    if actor:
        yield f"{actor} act", 1.0


def _patterns(h: Head) -> Iterator[tuple[str, float]]:
    anywhere = lexicon("actions").words["anywhere_patterns"]
    for hit in lexicon("actions").find(h.text[h.start :], *CLASSES):
        at, name = hit.start + h.start, hit.entry.id
        inside = at <= max(h.object[1], h.through[1]) or h.start + 2 >= h.tail or name in anywhere
        yield f"says {name}", 1.0 if inside else (_AFTER if at < h.tail else _TAIL)


def _cues(h: Head) -> Iterator[tuple[str, float]]:
    """Words that say something whatever they stand beside."""
    lex = lexicon("actions")
    if lex.any_word(*(f"{cue}_words" for cue in _CUES)).search(h.text, h.start) is None:
        return
    for cue in _CUES:
        m = lex.any_word(f"{cue}_words").search(h.text, h.start)
        if m:
            place = "object" if m.start() < max(h.object[1], h.through[1]) else ("after" if m.start() < h.tail else "tail")
            yield f"{cue} words in {place}", 1.0
            if cue == "incident" and place == "object":
                yield f"thing of the incident, {words().kinds.get(h.verb, 'neutral')} verb", 1.0


@lru_cache(maxsize=1)
def weights() -> Mapping[str, tuple[float, ...]]:
    """For each feature, one weight for each class."""
    data = tomllib.loads((files("fuelbed.text") / "lexicon" / "action_weights.toml").read_text(encoding="utf-8"))
    return {**weights_of("action_words", CLASSES), **{name: tuple(map(float, row)) for name, row in data["weights"].items()}}
