"""Short labels in a text's own words: the clause around a match with its subject, without what merely leads in or hangs on."""

from __future__ import annotations

import re
from functools import lru_cache

from fuelbed.core.document import Sentence
from fuelbed.text.lexicon import alone, lexicon
from fuelbed.text.needles import small

__all__ = ["clause", "label", "opened", "shortened"]

_MOST = 10  # words of a label
_SPARE = 3  # words over that, where a cut would leave a stump
_LEAST = 4  # words that a cut must leave
_WHOLE = 16  # words of a sentence that is taken whole, when its second half only points back to its first
_TWO = 2  # words of a phrase that can stand by itself
_LEAD_IN = re.compile(r"(?:[-*•]\s*)?(?P<lead>[^\s:.,;]+(?: [^\s:.,;]+){0,5}):\s+(?=\S+(?: \S+){2})")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,200}(?:[)\]]|$)")
_WORD = re.compile(r"\S+")
_EDGE = " \t,;:.!?-–—•*\"'“”‘’`|/…~>"  # marks at the ends of a label
_QUOTES = {'"': '"', "“": "”", "‘": "’", "'": "'"}
_TOO_LATE = 7  # words before a match from which a label begins nearer to it
_FAR = 0.35  # what a cut loses for each word that it lies from where it should


@lru_cache(maxsize=32)
def _set(name: str) -> frozenset[str]:
    return frozenset(lexicon("phrases").words[name])


@lru_cache(maxsize=1)
def _breaks() -> re.Pattern[str]:
    """What joins two clauses, in small letters: marks, a comma with a joining word, joining words."""
    lex = lexicon("phrases")
    after, alone = lex.any_word("breaks_after_comma").pattern, lex.any_word("breaks").pattern
    return re.compile(rf"; |: (?=\S+ \S+ \S)|, {after}|\s[-–—]+\s|[.!?](?=\s)|{alone}")


@lru_cache(maxsize=1)
def _breaks_behind() -> re.Pattern[str]:
    return re.compile(lexicon("phrases").any_word("breaks_behind").pattern)


def _enough(text: str) -> bool:
    return len(text.split()) >= _TWO


@lru_cache(maxsize=4096)
def clause(text: str, first: int, last: int, since: int = 0) -> tuple[int, int]:
    """The range of the clause that holds most of `text[first:last]`: between the marks and words that join clauses, on its side of the
    words that tie a cause to an effect, and not before `since`."""
    start, end, low = since, len(text), small(text)
    lead = _LEAD_IN.match(text)
    if (
        lead is not None
        and since < lead.end()
        and (lead.end() <= max(first, 1) or last < lead.end() or last - first >= len(text))
    ):
        start = lead.end()
        first, last = max(first, start), max(last, start + 1)
    for m in _breaks().finditer(low, start):
        if start < m.start() and m.end() <= first:
            start = m.start()
        elif m.start() >= max(last, start + 1) and _enough(text[start : m.start()]):
            end = m.start()
            break
    behind = _breaks_behind().search(low, max(last, start + 1), end)
    end = behind.start() if behind is not None and _enough(text[start : behind.start()]) else end
    start, end = _one_side(text, *_subordinate(text, start, end, first, last), first, last)
    return start, max(end, min(last, len(text)) if end > last else end)


def _subordinate(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Of "because X, Y" the part that the match is in."""
    bare = start + len(text[start:end]) - len(text[start:end].lstrip(_EDGE))
    for e in lexicon("phrases").possible(text, "opening_clause"):
        m = e.match.match(text, bare, end)
        if m is not None and m.end() <= first and _enough(text[m.end() : end]):
            return m.end(), end
        if m is not None and first < m.end() and last <= m.end() and _enough(text[m.end() : end]):
            return start, m.end() - 1
    return start, end


def _one_side(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Of "X caused Y" and "Y due to X" the side that the match is on; where it holds both, the cause."""
    for e in lexicon("phrases").possible(text, "cause_follows"):
        for m in e.match.finditer(text, start, end):
            if m.end() <= first and _enough(text[m.end() : end]):
                start = m.end()
            elif m.start() >= last and _enough(text[start : m.start()]):
                end = m.start()
                break
    for e in lexicon("phrases").possible(text, "effect_follows"):
        for m in e.match.finditer(text, start, end):
            if m.start() > first and _enough(text[max(start, min(first, m.start())) : m.start()]):
                end = m.start()
                break
            if m.end() <= first and _enough(text[m.end() : end]):
                start = m.end()
    return start, end


def opened(text: str, asks: bool = False) -> str:
    """Without list marks, connectives, dates, lead-ins and articles at its start; of what `asks` for a thing, the thing."""
    lex = alone("phrases")
    entries, asking = lex.possible(text, "opening"), lex.possible(text, "asking") if asks else ()
    for _ in range(8):
        text = text.lstrip(_EDGE + ")]")
        m = next((m for e in entries if (m := e.match.match(text)) is not None and len(text) - m.end() > 3), None)
        if m is not None and text[m.end() :].lstrip().startswith("of "):
            break  # what follows hangs on it: "the first of our resolvers", "as of version 2"
        if m is None and asking:
            m = next((m for e in asking if (m := e.match.match(text)) is not None and len(text) - m.end() > 3), None)
        if m is None and (led := _led(text)):
            text = text[led:]
            continue
        word = text.split(" ", 1)[0].lower()
        if m is not None and m.end() > 0:
            text = text[m.end() :]
        elif word in _set("articles") and " " in text and not (word in _set("pronouns") and _finite(text.split()[1:2])):
            text = text.split(" ", 1)[1]
        else:
            break
    return text


def _led(text: str) -> int:
    """Where a subordinate clause or a time at the beginning ends; 0 when there is none, or nothing stands by itself behind it."""
    for e in alone("phrases").possible(text, "opening_clause"):
        m = e.match.match(text)
        if m is not None and len(text[m.end() :].split()) > _TWO:
            return m.end()
    return 0


def _finite(words: list[str]) -> bool:
    return bool(words) and words[0].lower().strip(_EDGE) in _set("finite")


def _cut(words: list[str], most: int, keep: int) -> int:
    """Before which word a label of about `most` words ends best, at least `keep` words; len(words) for not at all."""
    if len(words) <= most + 1:
        return len(words)
    best, at = -9.0, 0
    for i in range(max(_LEAST, keep), min(most + _SPARE, len(words)) + 1):
        if i == len(words):
            score = 1.0
        elif words[i - 1].endswith((",", ";")):
            score = 1.2
        elif words[i].lower().strip(_EDGE) in _set("cuts"):
            score = 0.4 if words[i].lower() in _set("cuts_weak") else 1.0
            score -= 0.8 if words[i - 1].lower().strip(_EDGE) in _set("dangling") else 0.0
        else:
            continue
        score -= _FAR * (abs(most - i) if i > most else (most - i) / 2)
        if score > best:
            best, at = score, i
    if at:
        return at
    at = min(max(most, keep), len(words))
    while at > _LEAST and at < len(words) and words[at][:1].isupper() and words[at - 1][:1].isupper():
        at -= 1
    return at


def shortened(text: str, most: int = _MOST, keep: int = 0) -> str:
    """About `most` words, ended before a word that opens a phrase where one is near, never inside a number, a name or a quotation.

    keep   the words at its start that must stay.
    """
    words = [m[0] for m in _WORD.finditer(text)]
    at = _cut(words, most, keep)
    while at < len(words) and words[at - 1].strip("$€£~<>=").replace(",", "").replace(".", "").isdigit():
        at += 1  # a number keeps its unit
    at = _closed(words, at)
    kept = words[:at]
    while len(kept) > _TWO and at < len(words) and kept[-1].lower().strip(_EDGE) in _set("dangling"):
        kept.pop()
    while len(kept) > _TWO and kept[-1].lower().strip(_EDGE) in _set("articles") | _set("breaks"):
        kept.pop()
    return _bare(" ".join(kept))


def _closed(words: list[str], at: int) -> int:
    """`at`, moved behind the end of a quotation that it would cut, or before its beginning where the end is far."""
    opened = -1
    mark = ""
    for i, w in enumerate(words[:at]):
        if not mark and w.lstrip("([")[:1] in _QUOTES:
            opened, mark = i, _QUOTES[w.lstrip("([")[0]]
            w = w.lstrip("([")[1:]
        if mark and mark in (w[-1:], *(w[-n : -n + 1] for n in (2, 3) if w[-1:] in ",.;:)")):
            mark = ""
    if not mark:
        return at
    end = next((i + 1 for i in range(at, min(at + 6, len(words))) if mark in words[i]), 0)
    return end or (opened if opened >= _TWO else at)


def _bare(text: str) -> str:
    """Without marks at its ends; a quotation mark stays where its partner does."""
    text = text.strip(_EDGE.translate({ord(c): None for c in "\"'“”‘’"}))
    for a, b in _QUOTES.items():
        if text.count(a) + (text.count(b) if b != a else 0) == 1 or (a != "'" and text.count(a) % 2 and a == b):
            text = (
                text.strip(a + b) if text[:1] in (a, b) or text[-1:] in (a, b) else text.replace(a, "", 1) if a == '"' else text
            )
    if len(text) > 1 and text[0] in _QUOTES and text[-1] == _QUOTES[text[0]] and text.count(text[0]) <= _TWO:
        text = text[1:-1]
    return text.strip(_EDGE.translate({ord(c): None for c in "\"'“”‘’"}))


def label(
    sentence: Sentence, first: int = 0, last: int | None = None, most: int = _MOST, since: int = 0, asks: bool = False
) -> str:
    """A few words for what `plain[first:last]` says: its clause with its subject, cut to size around the match.

    since  where the label begins at the earliest.
    asks   the sentence asks for the thing, and the thing alone is wanted.
    """
    plain, text = sentence.plain, sentence.words
    last = len(text) if last is None else last
    start, end = clause(plain, first, last, since)
    if _relative(plain[start:end]) and (comma := plain.find(", ", last, end)) > 0:
        end = comma
    body = _without_brackets(plain, text, start, end)
    said = _with_subject(opened(body, asks), text[since:start], opened(text[since:end]), _relative(body))
    reach = len(_without_brackets(plain, text, max(first, start), end).split())
    ahead = max(len(said.split()) - reach, 0)  # words before the match
    within = len(_without_brackets(plain, text, max(first, start), min(last, end)).split())
    if len(said.split()) > most + _SPARE and ahead + within > most + 1 and ahead > _TOO_LATE - 2:
        return _late(said.split(), ahead, most) or shortened(said, most)
    keep = min(ahead + within, most + 1)
    return shortened(said, most, keep) or shortened(text[start:end], most)


def _without_brackets(plain: str, text: str, start: int, end: int) -> str:
    if "(" not in plain and "[" not in plain:
        return text[start:end]
    out, at = [], start
    for m in _BRACKETS.finditer(plain, start, end):
        if m.start() == start:
            continue
        out.append(text[at : m.start()])
        at = m.end()
    return "".join(out) + text[at:end]


def _with_subject(said: str, before: str, whole: str, relative: bool) -> str:
    """A clause that begins with a relative pronoun, with another pronoun or with its verb gets the subject that stands before it."""
    words = said.split()
    if not words or not before.strip():
        return said
    word = words[0].lower().strip(_EDGE)
    if relative:
        noun = _noun_before(before)
        return f"{noun} {said}" if noun and _finite(words) else said
    if word in _set("pronouns"):
        return whole if len(whole.split()) <= _WHOLE else said
    if _finite(words) and word not in ("only", "not", "never"):
        subject = _subject(opened(before))
        return f"{subject} {said}" if subject else said
    return said


def _relative(body: str) -> bool:
    return body.strip(_EDGE).split(" ", 1)[0].lower() in _set("relatives")


def _noun_before(before: str) -> str:
    """The noun phrase that a text ends with: at most four words, back to an article or a word that opens a phrase."""
    out: list[str] = []
    for w in reversed(before.rstrip(_EDGE).split()):
        low = w.lower().strip(_EDGE)
        if (
            low in _set("articles")
            or low in _set("cuts")
            or low in _set("finite")
            or len(out) == 4
            or w.endswith((",", ";", ":"))
        ):
            break
        out.insert(0, w)
    return " ".join(out)


def _subject(text: str) -> str:
    """What stands before the first verb that is known as one, among the first words."""
    words = text.split()
    at = next((i for i, w in enumerate(words[:7]) if w.lower().strip(_EDGE) in _set("finite")), 0)
    return " ".join(words[:at])


def _late(words: list[str], ahead: int, most: int) -> str:
    """A long clause whose match stands late: its subject and verb, and what the match says; or, where a noun with "that" stands just
    before the match, that noun."""
    for i in range(ahead, max(ahead - 3, 0), -1):
        if i < len(words) and words[i].lower() in ("that", "which", "who"):
            noun = _noun_before(" ".join(words[:i])).split()
            return shortened(" ".join([*noun, *words[i:]]), most, min(len(noun) + ahead - i + 2, most))
    start = next((i for i in range(ahead, max(ahead - 4, 0), -1) if i < len(words) and _opens(words, i)), ahead)
    head = next((i for i in (*range(5, 2, -1), 6) if i < start - 1 and _opens(words, i)), 0)
    if not head:
        return shortened(opened(" ".join(words[start:])), most) if len(words) - start > _TWO else ""
    while head > _TWO and words[head - 1].lower().strip(_EDGE) in _set("dangling"):
        head -= 1
    tail = shortened(" ".join(words[start:]), max(most - head, _LEAST))
    return f"{_bare(' '.join(words[:head]))} ... {tail}"


def _opens(words: list[str], i: int) -> bool:
    return words[i].lower().strip(_EDGE) in _set("cuts") or words[i - 1].endswith(",")
