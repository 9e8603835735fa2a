"""The head of a sentence that asks for a change or reports one: its verb, what the verb acts on, and what only explains it.

No parser: openings are peeled off ("We will", "Make sure that"), the next word decides the form, and the first word that opens a purpose
or a condition ends the head.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from fuelbed.text.lexicon import lexicon

__all__ = ["Head", "forms", "head", "plural", "quoted"]

_LEAD = re.compile(r"(?P<lead>[^\s:.,;?!()][^:.,;?!()]{1,44}?)(?:: +| +[-–—] +)(?=\S)")
_TOKEN = re.compile(r"[A-Za-z0-9][\w'’./%&+-]*|[,;:?!()]")
_QUOTED = re.compile(r"\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|(?<!\w)'[^'\n]{3,300}'(?!\w)|‘[^’\n]{3,300}’(?!\w)")
_STOP = re.compile(r";|:(?= )|[.!?](?= )| [-–—]+ |(?<=\w)—|\((?!s\))")
_AUXILIARY = re.compile(
    r" (?:is|are|was|were|has|have|had|will|should|must|can|could|would|may|might|now|no longer|does|did)(?!\w)"
)
_PARTICIPLE = re.compile(r"[A-Za-z-]{3,}")
_VOWELS = "aeiou"
_OPENINGS = 8  # more lead-ins than anyone stacks


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one sentence; all ranges index `text`.

    lead       a label before the sentence ("Monitoring: ...", "Docs - ..."), "" when there is none.
    verb       the lemma, "" for a noun phrase; `form` how it was written. `second` is a verb joined to it ("find and fix").
    object     the noun phrase that the verb acts on (for passives and modals the subject), its last word being what it names;
               `through` is a second phrase where the first only measures it ("the threshold of the alarm").
    tail       where purpose, condition or explanation begin.
    weighed    the sentence only considers the change; `studied` the words say that something is to be found out about it.
    """

    text: str
    lead: str
    start: int
    verb: str
    form: str
    second: str
    object: tuple[int, int]
    through: tuple[int, int]
    tail: int
    weighed: bool
    studied: bool


def forms(verb: str) -> tuple[str, ...]:
    """The regular forms of a verb, its particle kept: roll back, rolls back, rolled back, rolling back."""
    word, _, rest = verb.partition(" ")
    tail = f" {rest}" if rest else ""
    e = word.endswith("e")
    short = len(word) > 2 and word[-1] not in _VOWELS + "wxy" and word[-2] in _VOWELS and word[-3] not in _VOWELS
    out = [
        word,
        word + ("es" if re.search(r"(?:[sxz]|ch|sh)$", word) else "s"),
        word + ("d" if e else "ed"),
        (word[:-1] if e else word) + "ing",
    ]
    if word.endswith("y") and word[-2] not in _VOWELS:
        out += [word[:-1] + "ied", word[:-1] + "ies"]
    if short:
        out += [word + word[-1] + "ed", word + word[-1] + "ing"]
    return tuple(w + tail for w in out)


def plural(noun: str) -> str:
    """A pattern for a noun in singular and plural, hyphens and blanks alike."""
    stem, end = (noun[:-1], "(?:y|ies)") if noun.endswith("y") and noun[-2:-1] not in _VOWELS else (noun, "(?:s|es)?")
    return re.escape(stem).replace(r"\ ", "[ -]?").replace(r"\-", "[ -]?") + end


def quoted(text: str) -> list[tuple[int, int]]:
    """The ranges in quotation marks."""
    return [m.span() for m in _QUOTED.finditer(text)]


@lru_cache(maxsize=8)
def _verb_pattern(verbs: tuple[str, ...]) -> tuple[re.Pattern[str], Mapping[str, str]]:
    lemma = {form: verb for verb in verbs for form in forms(verb)}
    known = set(verbs)
    for pair in lexicon("heads").words["irregular"]:
        for n in range(1, len(pair)):
            form, verb = pair[:n].strip(), pair[n:].strip()
            if verb in known and pair[n] == " ":
                lemma[form] = verb
    flat = {form.replace("-", " "): verb for form, verb in lemma.items()}
    body = "|".join(re.escape(f).replace(r"\ ", "[ -]") for f in sorted(flat, key=len, reverse=True))
    return re.compile(rf"(?:{body})(?![\w-])", re.IGNORECASE), flat


def _verb_at(text: str, at: int, verbs: tuple[str, ...]) -> tuple[str, int]:
    """The lemma and the end of the verb at an offset, ("", at) where there is none."""
    pattern, lemma = _verb_pattern(verbs)
    m = pattern.match(text, at)
    return (lemma[m[0].lower().replace("-", " ")], m.end()) if m else ("", at)


def _peeled(text: str, at: int) -> tuple[int, bool, bool]:
    """Past the words that lead in; whether they weigh the change, and whether they set out to study it."""
    weighed = studied = False
    for _ in range(_OPENINGS):
        m = None
        for entry in lexicon("heads").entries:
            if entry.role not in ("opening", "assure", "weigh", "study"):
                continue
            m = entry.match.match(text, at)
            if m is not None and m.end() < len(text) - 2 and not (entry.unless and entry.unless.search(text[at:])):
                weighed |= entry.role in ("weigh", "study")
                studied |= entry.role == "study"
                break
            m = None
        if m is None:
            m = _adverb().match(text, at)
            if m is None:
                break
        at = m.end()
        while at < len(text) and text[at] in " ,:;-–—":
            at += 1
    return at, weighed, studied


@lru_cache(maxsize=1)
def _adverb() -> re.Pattern[str]:
    return re.compile(rf"{lexicon('heads').any_word('adverbs').pattern}(?= )", re.IGNORECASE)


@lru_cache(maxsize=1)
def _ends() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Prepositions, nouns that only measure, words that open a question."""
    words = lexicon("heads").words
    return frozenset(words["prepositions"]), frozenset(words["light_nouns"]), frozenset(words["asking"])


def _phrase(text: str, start: int, stop: int) -> tuple[int, int]:
    """The noun phrase at `start`: up to the first preposition, comma or bracket."""
    prepositions, _, asking = _ends()
    first = last = -1
    for m in _TOKEN.finditer(text, start, stop):
        word = m[0].lower()
        if word in prepositions or word in ",;:?!()":
            if first >= 0:
                break
            continue
        if word in asking:
            break
        first = m.start() if first < 0 else first
        last = m.start() + len(m[0].rstrip("."))
    return (first, last) if first >= 0 else (start, start)


def _names(text: str, phrase: tuple[int, int], nouns: re.Pattern[str]) -> bool:
    """Whether a phrase ends in a noun that is known."""
    return any(m.end() == phrase[1] for m in nouns.finditer(text, *phrase))


def _through(text: str, phrase: tuple[int, int], stop: int, verb: str = "") -> tuple[int, int]:
    """The phrase behind a noun that only measures, or the place where a verb puts its object."""
    _, light, _ = _ends()
    words = text[phrase[0] : phrase[1]].lower().split()
    last = words[-1] if words else ""
    if last in light or last.removesuffix("s") in light:
        m = re.match(r"\s+(?:of|for|in|on|to|with|from)\s+", text[phrase[1] : stop])
        if m:
            return _phrase(text, phrase[1] + m.end(), stop)
    if verb in lexicon("heads").words["destination_verbs"]:
        m = re.search(r"\s(?:to|in|into|on|onto)\s+", text[phrase[1] : stop])
        if m:
            return _phrase(text, phrase[1] + m.end(), stop)
    return (phrase[1], phrase[1])


def _tail(text: str, start: int) -> int:
    entry = next(e for e in lexicon("heads").entries if e.role == "break")
    at = min(start + 3, len(text))
    found = [m.start() for m in (entry.match.search(text, at), _STOP.search(text, at)) if m]
    return min(found, default=len(text))


def _inner_verb(text: str, start: int, stop: int, role: str, verbs: tuple[str, ...]) -> tuple[str, int, int]:
    """A verb behind its subject: (lemma, end of the subject, end of the verb)."""
    entry = next(e for e in lexicon("heads").entries if e.role == role)
    for m in entry.match.finditer(text, start, stop):
        at = m.end() + 1
        verb, end = _verb_at(text, at, verbs)
        if m.start() > start and (verb or (role == "finite" and text[at:].strip())):
            return verb, m.start(), max(end, at)
    return "", start, start


def _bare_participle(text: str, start: int, stop: int, verbs: tuple[str, ...]) -> tuple[str, int, int]:
    """A participle without its auxiliary, as titles have it ("Backups verified nightly"), at the end or before a preposition."""
    prepositions, _, _ = _ends()
    adverbs = lexicon("heads").words["adverbs"]
    for m in _PARTICIPLE.finditer(text, start, stop):
        verb, end = _verb_at(text, m.start(), verbs) if m.start() > start and m[0].lower().endswith(("ed", "t", "n")) else ("", 0)
        if verb and m[0].lower() != verb and end == m.end():
            after = text[end:stop].strip(" .,").split(" ", 1)[0].lower()
            if not after or after in prepositions or after in adverbs or after.endswith("ly"):
                return verb, m.start(), end
    return "", start, start


def head(text: str, verbs: Iterable[str], titles: re.Pattern[str] | None = None, nouns: re.Pattern[str] | None = None) -> Head:
    """The head of a sentence, given the verbs that matter; a match of `titles` at its start is a noun phrase, not a verb.

    `nouns` are all nouns that matter: where the object is none of them, the place that a verb puts it counts as well.
    """
    known = tuple(verbs)
    m = _LEAD.match(text)
    lead, at = (m["lead"], m.end()) if m and (" " not in m["lead"] or not _verb_at(text, 0, known)[0]) else ("", 0)
    start, weighed, studied = _peeled(text, at)
    weighed |= text.rstrip().endswith("?") or next(lexicon("heads").find(text, "hedge"), None) is not None
    verb, end = _verb_at(text, start, known)
    opener = titles.match(text, start) if titles else None
    if verb and ((opener is not None and opener.end() > end) or _AUXILIARY.match(text, end)):
        verb, end = "", start
    tail = _tail(text, max(end, start))
    if verb:
        second, end = _joined(text, end, known)
        tail = max(tail, end)
        phrase = _phrase(text, end, tail)
        through = _through(text, phrase, tail, verb if nouns and not _names(text, phrase, nouns) else "")
        return Head(text, lead, start, verb, "verb", second, phrase, through, tail, weighed, studied)
    for role in ("passive", "finite"):
        verb, subject, end = _inner_verb(text, start, len(text), role, known)
        if start < subject <= max(tail, start + 3):
            phrase = _phrase(text, start, subject)
            return Head(
                text, lead, start, verb, role, "", phrase, _through(text, phrase, subject), _tail(text, end), weighed, studied
            )
    verb, subject, end = _bare_participle(text, start, tail, known)
    if verb:
        phrase = _phrase(text, start, subject)
        return Head(
            text, lead, start, verb, "passive", "", phrase, _through(text, phrase, subject), _tail(text, end), weighed, studied
        )
    phrase = _phrase(text, start, tail)
    return Head(text, lead, start, "", "noun", "", phrase, _through(text, phrase, tail), tail, weighed, studied)


def _joined(text: str, end: int, verbs: tuple[str, ...]) -> tuple[str, int]:
    """A verb joined to the first ("find and fix") and where it ends."""
    m = re.match(r"(?:,? (?:and|or|&|then|and then|and also)|,|/) ?", text[end:])
    if not m:
        return "", end
    verb, after = _verb_at(text, end + m.end(), verbs)
    return (verb, after) if verb else ("", end)
