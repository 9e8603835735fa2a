"""Whether a text describes feedback or spread: read from mechanisms that are said, and from words for them.

Evidence adds up. A pattern of the lexicon says a kind with a weight; two *pieces* in one sentence or in two that follow each other say
one together (a thing that piles up, and what it slowed). What is only feared, prevented or denied counts little or nothing, and so does
what stands under the actions. A kind is present from `_ENOUGH` on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, get_args

from fuelbed.core.document import Document, SectionRole, Sentence
from fuelbed.core.reading import Amplification, AmplificationKind, Mention
from fuelbed.text.lexicon import Hit, alone, lexicon
from fuelbed.text.phrases import label
from fuelbed.text.wording import stem

__all__ = ["Evidence", "amplification", "evidence", "spread"]

_ENOUGH = 0.8
_CERTAIN = 1.0  # one place says it by itself
_KINDS = tuple(k for k in get_args(AmplificationKind) if k != "none")

_FITS: tuple[tuple[str, tuple[str, ...], float, float], ...] = (
    # kind, pieces that fit together, weight within one sentence, weight over two sentences (the first of them in the first sentence)
    ("accumulation", ("growth", "slows"), 1.0, 1.0),
    ("accumulation", ("growth", "more"), 1.0, 1.0),
    ("accumulation", ("growth", "drain"), 0.9, 0.9),
    ("accumulation", ("growth", "residue"), 0.7, 0.6),
    ("accumulation", ("residue", "slows"), 0.8, 0.8),
    ("accumulation", ("residue", "more"), 1.0, 0.8),
    ("retry_amplification", ("retry", "load"), 1.0, 0.9),
    ("retry_amplification", ("retry", "more"), 1.0, 0.8),
    ("retry_amplification", ("retry", "again"), 0.8, 0.6),
    ("retry_amplification", ("retry", "persists"), 1.0, 0.8),
    ("retry_amplification", ("retry", "shed"), 0.9, 0.9),
    ("retry_amplification", ("herd", "load"), 1.0, 0.8),
    ("retry_amplification", ("herd", "overloaded"), 1.0, 0.8),
    ("retry_amplification", ("herd", "again"), 1.0, 0.8),
    ("crash_loop", ("crash", "start", "again"), 1.0, 0.9),
    ("crash_loop", ("crash", "again"), 0.6, 0.3),
    ("crash_loop", ("start", "again"), 0.5, 0.3),
    ("crash_loop", ("echo", "crash"), 1.0, 0.5),
    ("crash_loop", ("echo", "start"), 0.9, 0.3),
    ("multiplication_loop", ("return", "each"), 1.0, 0.0),
    ("multiplication_loop", ("ring", "each"), 1.0, 0.0),
    ("multiplication_loop", ("ring", "causal"), 1.0, 0.0),
    ("self_sustaining_loop", ("slows", "worse"), 0.6, 0.4),
    ("self_sustaining_loop", ("load", "worse"), 0.6, 0.4),
    ("self_sustaining_loop", ("growth", "worse"), 0.8, 0.6),
    ("self_sustaining_loop", ("more", "worse"), 0.8, 0.6),
    ("self_sustaining_loop", ("more", "persists"), 1.0, 0.7),
    ("self_sustaining_loop", ("cold", "persists"), 1.0, 0.8),
    ("self_sustaining_loop", ("cold", "overloaded"), 0.8, 0.7),
    ("self_sustaining_loop", ("cold", "through"), 0.8, 0.8),
    ("self_sustaining_loop", ("through", "persists"), 0.9, 0.8),
    ("self_sustaining_loop", ("stale", "persists"), 0.8, 0.5),
    ("self_sustaining_loop", ("stays", "retry"), 1.0, 0.8),
    ("self_sustaining_loop", ("stays",), 0.5, 0.5),
    ("self_sustaining_loop", ("stays", "slows"), 0.6, 0.4),
    ("self_sustaining_loop", ("return", "causal"), 0.4, 0.0),
    ("self_sustaining_loop", ("return", "more"), 1.0, 0.0),
    ("self_sustaining_loop", ("return", "slows"), 0.6, 0.0),
    ("self_sustaining_loop", ("echo", "slows"), 0.8, 0.4),
    ("self_sustaining_loop", ("echo", "load"), 0.7, 0.4),
    ("self_sustaining_loop", ("echo", "growth"), 0.7, 0.4),
    ("self_sustaining_loop", ("echo", "spread"), 0.6, 0.3),
    ("self_sustaining_loop", ("echo", "more"), 1.0, 0.5),
    ("self_sustaining_loop", ("growth", "persists"), 0.9, 0.8),
    ("self_sustaining_loop", ("slows", "persists"), 0.6, 0.4),
    ("self_sustaining_loop", ("load", "persists"), 0.8, 0.6),
    ("self_sustaining_loop", ("removed", "persists", "load"), 0.9, 0.6),
    ("self_sustaining_loop", ("removed", "persists", "shed"), 1.0, 0.9),
    ("cascade", ("survivors", "overloaded"), 1.0, 0.8),
    ("cascade", ("moves", "overloaded"), 1.0, 0.8),
    ("cascade", ("survivors", "more"), 1.0, 0.7),
    ("cascade", ("lost", "spread"), 0.5, 0.3),
    ("propagation_slowdown", ("slowdep", "waits"), 1.0, 0.9),
    ("propagation_slowdown", ("waits", "spread"), 1.0, 0.8),
    ("propagation_slowdown", ("slowdep", "waits", "spread"), 1.0, 1.0),
    ("propagation_slowdown", ("slowdep", "spread"), 0.5, 0.3),
    ("recovery_blocked", ("needs", "broken"), 1.0, 0.7),
    ("recovery_blocked", ("blocked", "broken"), 1.0, 0.8),
    ("recovery_blocked", ("blocked", "needs"), 0.6, 0.4),
)
_SHARE: Mapping[SectionRole, float] = {
    "actions": 0.3,
    "questions": 0.3,
    "lessons": 0.7,
    "lucky": 0.5,
    "people": 0.0,
    "stats": 0.0,
    "appendix": 0.0,
}
_GUARD_REACH = 90  # characters in which "could" or "to prevent" rules what follows
_DENIAL_REACH = 2  # words between "no" and what it denies
_ECHO_APART = 4  # words between a word and its return
_ECHO_LETTERS = 4
_TIME = frozenset(map(stem, ("second", "minute", "hour", "day", "week", "month", "year", "time")))  # "2 more hours" is no return
_IF = frozenset(("if", "unless", "would", "could", "might"))  # what would come back, and did not
_CAUSAL = "piece_causal"
_CLAUSES = 12  # clauses of a sentence that are compared
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]+")
_CLAUSE = re.compile(r"[^,;:]+")
_REPEAT = 0.2  # what further places that say as much as `_HEARD` add, in all at most once this
_HEARD = 0.5


class Evidence(NamedTuple):
    """What one sentence, or it and the next, says of a kind; `first` to `last` is the range of the sentence that says it."""

    kind: str
    weight: float
    sentence: int  # position in the passage
    first: int
    last: int
    why: str


def _kept(text: str, hit: Hit) -> float:
    """The share of a match that is left when what stands before it in its clause fears, prevents or denies it."""
    lex, share = alone("amplification"), 1.0
    start = max(text.rfind(mark, 0, hit.start) for mark in (";", ":", ", and ", ", but ", " however ", " because ", " since "))
    before = text[max(start, hit.start - _GUARD_REACH, 0) : hit.start]
    for entry in lex.possible(before, "guard", "denied"):
        if entry.role == "guard":
            share = min(share, entry.weight) if entry.find(before) else share
        else:
            near = " ".join(before.rsplit(",", 1)[-1].split()[-_DENIAL_REACH - 1 :])
            if entry.find(near):
                share = min(share, entry.weight)
    return share


@lru_cache(maxsize=1)
def _roles() -> tuple[str, ...]:
    """What a sentence is asked for at first; words of cause are asked for only where they can matter."""
    roles = dict.fromkeys(e.role for e in lexicon("amplification").entries)
    return tuple(r for r in roles if r in _KINDS or (r.startswith("piece_") and r != _CAUSAL))


def _hits(text: str) -> list[tuple[Hit, float]]:
    kept: list[tuple[Hit, float]] = []
    if _WORD.search(text) is None:  # a bare time or number, of which timelines are full
        return kept
    for hit in lexicon("amplification").find(text, *_roles()):
        share = _kept(text, hit)
        if share > 0:
            kept.append((hit, share))
    return kept


class _Piece(NamedTuple):
    first: int
    last: int
    why: str
    share: float


def _pieces(text: str, hits: Sequence[tuple[Hit, float]]) -> dict[str, _Piece]:
    pieces = {h.entry.role.removeprefix("piece_"): _Piece(h.start, h.end, h.entry.id, share)
              for h, share in hits if h.entry.role.startswith("piece_")}  # fmt: skip  # one loop
    more, worse = pieces.get("more"), pieces.get("worse")
    if more is not None and worse is not None and more.first < worse.last and worse.first < more.last:
        del pieces["more"]  # "made it worse" says one thing, not two
    echo = _echo(text) if pieces else None
    if echo is not None:
        pieces["echo"] = _Piece(*echo, "echo", 1.0)
    drives = lexicon("amplification").first(text, _CAUSAL)
    there_and_back = _return(text) if (drives is not None or not _beside().isdisjoint(pieces)) and _turns(text) else None
    if there_and_back is not None:
        name, start, end = there_and_back
        pieces[name] = _Piece(start, end, name, 1.0)
        if drives is not None:
            pieces["causal"] = _Piece(drives.start, drives.end, drives.entry.id, 1.0)
    return pieces


@lru_cache(maxsize=1)
def _beside() -> frozenset[str]:
    """The pieces beside which it says something that a sentence comes back to a thing."""
    return frozenset(p for _, need, *_ in _FITS if not {"return", "ring"}.isdisjoint(need) for p in need)


def _turns(text: str) -> bool:
    """Whether two words may return in another clause at all: a cheap look at how words begin."""
    if "," not in text and ";" not in text and ":" not in text:
        return False
    begins = [w[:_ECHO_LETTERS] for w in text.lower().split() if len(w) > _ECHO_LETTERS]
    return len(begins) - len(set(begins)) > 1


def _return(text: str) -> tuple[str, int, int] | None:
    """Where a sentence goes from one thing to another and, in its next clause, from that back to the first: a `ring` when both clauses
    are about nothing else."""
    clauses = [m for m in _CLAUSE.finditer(text) if m[0].strip()] if "," in text or ";" in text or ":" in text else []
    found = None
    stemmed = [[stem(w[0]) for w in _WORD.finditer(c[0]) if len(w[0]) > _ECHO_LETTERS] for c in clauses[:_CLAUSES]]
    for n, (one, second) in enumerate(pairwise(stemmed)):
        common = [w for w in dict.fromkeys(one) if w in second]
        if len(common) > 1 and one[0] == second[-1] and one[-1] == second[0]:
            return "ring", clauses[n].start(), clauses[n + 1].end()
        if found is None and any(
            second.index(b) < len(second) - 1 - second[::-1].index(a) for i, a in enumerate(common) for b in common[i + 1 :]
        ):
            found = "return", clauses[n].start(), clauses[n + 1].end()
    return found


@lru_cache(maxsize=1)
def _grammar() -> frozenset[str]:
    """Words without content: that they return says nothing."""
    return frozenset(lexicon("wording").words["stop"])


@lru_cache(maxsize=1)
def _of_watching() -> frozenset[str]:
    """Stems of what is reported and seen: that it is told twice is no feedback."""
    return frozenset(map(stem, lexicon("amplification").words["echo_never"]))


def _telling(word: str, root: str) -> bool:
    """Whether it says something that a word returns: no word of grammar, time or watching, and no code (which is written as `x`)."""
    if len(root) < _ECHO_LETTERS or root in _TIME or set(root) == {"x"}:
        return False
    return root not in _of_watching() and word.lower() not in _grammar()


def _echo(text: str) -> tuple[int, int] | None:
    """Where a word returns beside "again", "more" or "too": what was done, or was there, comes back. People's own repeats do not count."""
    words = lexicon("amplification").words
    found = [(m, stem(m[0])) for m in _WORD.finditer(text)]
    seen: dict[str, int] = {}
    for i, (m, root) in enumerate(found):
        first = seen.setdefault(root, i)
        if i - first < _ECHO_APART or not _telling(m[0], root):
            continue
        if not _IF.isdisjoint(w[0].lower() for w, _ in found[first + 1 : i]):
            continue
        ahead = {w[0].lower() for w, _ in found[max(0, i - 3) : i]}
        behind = {w[0].lower() for w, _ in found[i + 1 : i + 3]}
        before = {w[0].lower() for w, _ in found[max(0, i - 4) : i]} | {w[0].lower() for w, _ in found[max(0, first - 4) : first]}
        if (ahead & set(words["echo_before"]) or behind & set(words["echo_after"])) and not before & set(words["people"]):
            return found[first][0].start(), m.end()
    return None


def evidence(passage: Sequence[str]) -> list[Evidence]:
    """What sentences that follow each other say of amplification, the strongest first."""
    hits = [_hits(text) for text in passage]
    found = [Evidence(h.entry.role, h.entry.weight * share, i, h.start, h.end, h.entry.id)
             for i, row in enumerate(hits) for h, share in row if h.entry.role in _KINDS]  # fmt: skip  # one loop
    pieces = [_pieces(text, row) for text, row in zip(passage, hits, strict=True)]
    for i, here in enumerate(pieces):
        after = pieces[i + 1] if i + 1 < len(pieces) else {}
        for kind, need, within, pair in (fit for piece in here for fit in _fits().get(piece, ())):
            if all(piece in here for piece in need):
                found.append(_fit(kind, need, here, i, within))
            elif pair > 0 and after and all(piece in here or piece in after for piece in need):
                found.append(_fit(kind, [piece for piece in need if piece in here], here, i, pair))
    return sorted(found, key=lambda e: (-e.weight, e.sentence, e.first))


@lru_cache(maxsize=1)
def _fits() -> Mapping[str, list[tuple[str, tuple[str, ...], float, float]]]:
    """The fits by the piece that must stand in the first sentence."""
    table: dict[str, list[tuple[str, tuple[str, ...], float, float]]] = {}
    for fit in _FITS:
        table.setdefault(fit[1][0], []).append(fit)
    return table


def _fit(kind: str, need: Iterable[str], pieces: Mapping[str, _Piece], at: int, weight: float) -> Evidence:
    used = [pieces[name] for name in sorted(need)]
    share = min(p.share for p in used)
    return Evidence(
        kind, weight * share, at, min(p.first for p in used), max(p.last for p in used), "+".join(p.why for p in used)
    )


def _passages(document: Document) -> Iterator[tuple[float, list[Sentence]]]:
    """Runs of sentences that follow each other in one section, with what the section's role makes of them."""
    run: list[Sentence] = []
    section = -1
    for s in document.sentences:
        block = document.block_of(s)
        if block.section != section or block.kind == "heading":
            if run:
                yield _SHARE.get(document.sections[section].role, 1.0), run
            run, section = [], block.section
        run.append(s)
    if run:
        yield _SHARE.get(document.sections[section].role, 1.0), run


def _total(found: Sequence[Evidence]) -> float:
    """The best evidence whole, the rest together at most a fifth of a point; one thing seen twice in a sentence counts once."""
    best: dict[tuple[int, str], float] = {}
    for e in found:
        best[e.sentence, e.why] = max(best.get((e.sentence, e.why), 0.0), e.weight)
    order = sorted(best.values(), reverse=True)
    return order[0] + min(_REPEAT, _REPEAT * sum(w for w in order[1:] if w >= _HEARD)) if order else 0.0


def _told(document: Document) -> Iterator[Evidence]:
    """The evidence of the whole document, weighed by its sections; `sentence` is an index of the document."""
    for share, run in _passages(document):
        for e in evidence([s.plain for s in run]):
            yield Evidence(e.kind, e.weight * share, run[e.sentence].index, e.first, e.last, e.why)


def spread(document: Document) -> Mapping[int, str]:
    """The sentences that tell of feedback or spread by themselves or with their neighbour, each with its strongest evidence's words."""
    best: dict[int, Evidence] = {}
    for e in _told(document):
        if e.weight >= _ENOUGH and (e.sentence not in best or e.weight > best[e.sentence].weight):
            best[e.sentence] = e
    return {i: best[i].why for i in sorted(best)}


def amplification(document: Document) -> Amplification:
    """The kind of feedback or spread that the text describes, `none` where it describes none."""
    found: dict[str, list[Evidence]] = {}
    for e in _told(document):
        found.setdefault(e.kind, []).append(e)
    totals = {kind: _total(rows) for kind, rows in found.items()}
    present = sorted((k for k in totals if totals[k] >= _ENOUGH), key=lambda k: (-totals[k], _KINDS.index(k)))
    if not present:
        return Amplification()
    mentions = [_mention(document, max(found[k], key=lambda e: (e.weight, -e.sentence))) for k in present]
    kind: AmplificationKind = next(k for k in get_args(AmplificationKind) if k == present[0])
    named = any(lexicon("amplification").first(s.plain, "named") for s in document.sentences)
    return Amplification(kind, mentions[0], named, tuple(mentions[1:]))


def _mention(document: Document, e: Evidence) -> Mention:
    s = document.sentences[e.sentence]
    return Mention("amplification", label(s, e.first, e.last), s.place(e.first, e.last), e.sentence, e.weight >= _CERTAIN, e.why)
