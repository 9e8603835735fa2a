"""The head of a sentence that asks for a change or reports one: its verb, what the verb acts on, and what only explains it.

No parser: openings are peeled off ("We will", "Make sure that"), the next word decides the form, and the first word that opens a purpose
or a condition ends the head.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from fuelbed.text.lexicon import Entry, lexicon
from fuelbed.text.needles import small
from fuelbed.text.nouns import Nouns
from fuelbed.text.verbs import Verbs, verb_at

__all__ = ["Head", "head", "quoted"]

_LEAD = re.compile(r"(?P<lead>[^\s:.,;?!()][^:.,;?!()]{1,44}?)(?:: +| +[-–—] +)(?=\S)")
_TOKEN = re.compile(r"[A-Za-z0-9][\w'’./%&+-]*|[,;:?!()]")
_AND = re.compile(r" (?:and|or|&) |, (?:and |or )?|(?<=\w)/(?=\w)")
_RELATIVE = re.compile(
    r"(?:that|which|who) (?:[^\s,;:]+ ){0,12}?(?:is|are|was|were|had|could|\w+ed) "
)  # a clause of its own on the subject
_JOINT = re.compile(r"(?:,? (?:and then|and also|and|or|&|then)|,|/) ?")
_QUOTED = re.compile(r"\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|(?<!\w)'[^'\n]{3,300}'(?!\w)|‘[^’\n]{3,300}’(?!\w)")
_STOP = re.compile(r";|:(?= )|[.!?](?= )| [-–—]+ |(?<=\w)—|\((?!s\))")
_AUXILIARY = re.compile(
    r" (?:is|are|was|were|has|have|had|will|should|must|can|could|would|may|might|now|no longer|does|did)(?!\w)"
)
_PARTICIPLE = re.compile(r"[A-Za-z-]{3,}")
_OPENINGS = 8  # more lead-ins than anyone stacks


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one sentence; all ranges index `text`.

    lead       a label before the sentence ("Monitoring: ...", "Docs - ..."), "" when there is none.
    verb       the lemma, "" for a noun phrase; `form` how it was written. `second` is a verb joined to it ("find and fix").
    object     the noun phrase that the verb acts on (for passives the subject), its last word being what it names; only the first
               of several ("branch protection and required reviews"), the others are `joined`.
               `through` is a second phrase where the first only measures it ("the threshold of the alarm").
    actor      the subject of a modal ("Validators should wait"), empty otherwise.
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
    joined: tuple[int, int]
    through: tuple[int, int]
    actor: tuple[int, int]
    tail: int
    weighed: bool
    studied: bool


def quoted(text: str) -> list[tuple[int, int]]:
    """The ranges in quotation marks."""
    return [m.span() for m in _QUOTED.finditer(text)]


@lru_cache(maxsize=1)
def _openers() -> tuple[Entry, ...]:
    """What leads in, weighs, assures or sets out to study."""
    return tuple(e for e in lexicon("heads").entries if e.role in ("opening", "assure", "weigh", "study"))


def _peeled(text: str, at: int) -> tuple[int, bool, bool]:
    """Past the words that lead in; whether they weigh the change, and whether they set out to study it."""
    weighed = studied = False
    for _ in range(_OPENINGS):
        m = None
        for entry in _openers():
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


def _names(text: str, phrase: tuple[int, int], nouns: Nouns) -> bool:
    """Whether a phrase ends in a noun that is known."""
    return any(n.end == phrase[1] for n in nouns(text, *phrase))


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


def _inner_verb(text: str, start: int, stop: int, role: str, verbs: Verbs) -> tuple[str, int, int]:
    """A verb behind its subject: (lemma, end of the subject, end of the verb)."""
    entry = next(e for e in lexicon("heads").entries if e.role == role)
    for m in entry.match.finditer(text, start, stop):
        at = m.end() + 1
        verb, end = verb_at(text, at, verbs)
        if m.start() > start and (verb or (role == "finite" and text[at:].strip())):
            return verb, m.start(), max(end, at)
    return "", start, start


def _bare_participle(text: str, start: int, stop: int, verbs: Verbs) -> tuple[str, int, int]:
    """A participle without its auxiliary, as titles have it ("Backups verified nightly"), at the end or before a preposition."""
    prepositions, _, _ = _ends()
    adverbs = lexicon("heads").words["adverbs"]
    for m in _PARTICIPLE.finditer(text, start, stop):
        verb, end = verb_at(text, m.start(), verbs) if m.start() > start and m[0].lower().endswith(("ed", "t", "n")) else ("", 0)
        if verb and m[0].lower() != verb and end == m.end():
            after = text[end:stop].strip(" .,").split(" ", 1)[0].lower()
            if not after or after in prepositions or after in adverbs or after.endswith("ly"):
                return verb, m.start(), end
    return "", start, start


def head(text: str, known: Verbs, nouns: Nouns | None = None) -> Head:
    """The head of a sentence, given the verbs and nouns that matter.

    A noun of several words at its start is a noun phrase, not a verb; where the object is no noun that matters, the place that a verb puts it counts as well.
    """
    lead, at = _label(text, known)
    start, weighed, studied = _peeled(text, at)
    weighed |= text.rstrip().endswith("?") or next(lexicon("heads").find(text, "hedge"), None) is not None
    build = _Builder(text, lead, start, weighed, studied, nouns, known)
    verb, end = verb_at(text, start, known)
    opener = nouns.several_at(text, start) if nouns is not None else -1
    if verb and (opener > end or _AUXILIARY.match(text, end) or _compound(text, start, end)):
        verb, end = "", start
    if not verb and opener < 0:
        verb, end = _nominal(text, start, known)
    if verb:
        second, end = _joined(text, end, known)
        return build.acting(verb, second, end, max(_tail(text, end), end))
    tail = _tail(text, start)
    for role in ("passive", "finite"):
        verb, subject, end = _inner_verb(text, start, len(text), role, known)
        if start < subject and (subject <= max(tail, start + 3) or (verb and _RELATIVE.match(text, tail, subject))):
            return build.told(verb, role, subject, end)
    verb, subject, end = _bare_participle(text, start, tail, known)
    if verb:
        return build.told(verb, "passive", subject, end)
    m = _determined().match(text, start)
    if m:
        return build.acting("", "", m.end(), max(_tail(text, m.end()), m.end()))
    return build.named_act(tail) or build.titled(tail)


@dataclass(frozen=True, slots=True)
class _Builder:
    """What is the same for every form of a head."""

    text: str
    lead: str
    start: int
    weighed: bool
    studied: bool
    nouns: Nouns | None
    verbs: Verbs

    def acting(self, verb: str, second: str, end: int, tail: int) -> Head:
        """An order or a report: the verb first, then its object."""
        phrase, joined = self.split(_phrase(self.text, end, tail))
        known = self.nouns is not None and not _names(self.text, phrase, self.nouns)
        through = _through(self.text, phrase, tail, verb if known else "")
        if verb in lexicon("heads").words["light_verbs"] and not second:
            second = self.done(phrase)
        return self.head(verb, "verb", second, phrase, joined, through, (end, end), tail)

    def done(self, phrase: tuple[int, int]) -> str:
        """The verb in the noun of "make improvements to", "perform an audit of"."""
        last = self.text[phrase[0] : phrase[1]].lower().rsplit(" ", 1)[-1].removesuffix("s")
        verb = _nominals().get(last, "")
        return verb if verb in self.verbs.names else ""

    def told(self, verb: str, form: str, subject: int, end: int) -> Head:
        """A statement: the subject first. A passive acts on its subject, a modal on what follows."""
        phrase, joined = self.split(_phrase(self.text, self.start, subject))
        tail = _tail(self.text, end)
        if form == "passive":
            return self.head(
                verb, form, "", phrase, joined, _through(self.text, phrase, subject), (subject, subject), max(tail, end)
            )
        after, joined = self.split(_phrase(self.text, end, max(tail, end)))
        return self.head(verb, form, "", after, joined, _through(self.text, after, max(tail, end)), phrase, max(tail, end))

    def titled(self, tail: int) -> Head:
        """A noun phrase."""
        phrase, joined = self.split(_phrase(self.text, self.start, tail))
        return self.head("", "noun", "", phrase, joined, _through(self.text, phrase, tail), (tail, tail), tail)

    def named_act(self, tail: int) -> Head | None:
        """A noun phrase that ends in the noun of an act ("NPM password rotation"), unless the whole names a thing that is known."""
        phrase = _phrase(self.text, self.start, tail)
        before, _, last = self.text[slice(*phrase)].rpartition(" ")
        verb = _nominals().get(last.lower(), "")
        if not before or verb not in self.verbs.names:
            return None
        if self.nouns is not None and any(n.end == phrase[1] and " " in n.text for n in self.nouns(self.text, *phrase)):
            return None
        thing, joined = self.split((phrase[0], phrase[0] + len(before)))
        return self.head(verb, "noun", "", thing, joined, _through(self.text, phrase, tail), (tail, tail), tail)

    def split(self, phrase: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
        """The first of several things, and the others; one thing where the first is not known ("CPU and memory limits")."""
        if self.nouns is not None:
            for m in _AND.finditer(self.text, *phrase):
                first = (phrase[0], m.start())
                if _names(self.text, first, self.nouns):
                    return first, (m.end(), phrase[1])
        return phrase, (phrase[1], phrase[1])

    def head(
        self,
        verb: str,
        form: str,
        second: str,
        phrase: tuple[int, int],
        joined: tuple[int, int],
        through: tuple[int, int],
        actor: tuple[int, int],
        tail: int,
    ) -> Head:
        return Head(
            self.text, self.lead, self.start, verb, form, second, phrase, joined, through, actor, tail, self.weighed, self.studied
        )


def _label(text: str, verbs: Verbs) -> tuple[str, int]:
    """A label before the sentence, and where the sentence begins."""
    m = _LEAD.match(text)
    if m is None:
        return "", 0
    verb, end = verb_at(text, 0, verbs)
    return ("", 0) if " " in m["lead"] and verb and not _compound(text, 0, end) else (m["lead"], m.end())


def _compound(text: str, start: int, end: int) -> bool:
    """Whether what looks like a verb begins a compound noun: "Contact form", "Page size limit", "Audit trail"."""
    words = lexicon("heads").words
    if text[start:end].lower() in ("version", "release") and re.match(r" v?\d+\.\d", text[end:]):
        return True
    m = re.match(r"[ -]([A-Za-z]+)", text[end : end + 40])
    return bool(m) and text[start:end].lower() in words["noun_verbs"] and m[1].lower().removesuffix("s") in words["compound_ends"]  # type: ignore[index]  # m is a match


@lru_cache(maxsize=1)
def _nominals() -> Mapping[str, str]:
    """Nouns that stand for an act, with its verb: implementation, implement."""
    return dict(pair.split(" ", 1) for pair in lexicon("heads").words["nominals"])


@lru_cache(maxsize=1)
def _nominal_start() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _nominals()), key=len, reverse=True))
    return re.compile(
        rf"(?:(?:the|an?|further|continued|deeper|better|regular) )?(?P<act>{names})s? (?:of|into|for|on|to)(?= )", re.IGNORECASE
    )


def _nominal(text: str, start: int, verbs: Verbs) -> tuple[str, int]:
    """The verb in "Implementation of ...", and where its object begins."""
    m = _nominal_start().match(text, start)
    verb = _nominals()[small(m["act"])] if m else ""
    return (verb, m.end()) if m and verb in verbs.names else ("", start)


@lru_cache(maxsize=1)
def _determined() -> re.Pattern[str]:
    """A verb that is not known, before what can only begin its object."""
    words = lexicon("heads").words
    others = "|".join(map(re.escape, (*words["prepositions"], *words["determiners"], *words["asking"], *words["subjects"])))
    after = "|".join(map(re.escape, words["determiners"]))
    return re.compile(
        rf"(?!(?:{others})[ ])[A-Za-z-]{{3,}}(?: (?:up|out|down|in|on|off|over|back))?(?= (?:{after}) )", re.IGNORECASE
    )


def _joined(text: str, end: int, verbs: Verbs) -> tuple[str, int]:
    """The last of the verbs joined to the first ("find and fix", "scope, plan, and implement") and where it ends."""
    found = ""
    for _ in range(_OPENINGS):
        m = _JOINT.match(text, end)
        verb, after = verb_at(text, m.end(), verbs) if m else ("", end)
        if not verb:
            break
        found, end = verb, after
    return found, end
