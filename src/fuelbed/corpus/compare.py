"""Entries -> what comes back: mechanisms whatever the trigger, loops, misconceptions by year, action items that are late or asked for again, what
came back after it was fixed. Every number is a count of documents; nothing is said of a person, and no document is graded."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fuelbed.corpus.entry import Entry, Item, Told
from fuelbed.corpus.together import Together, together, unlike
from fuelbed.numerics.wilson import wilson
from fuelbed.text.stamps import any_date
from fuelbed.text.wording import likeness, stems

__all__ = ["Again", "Back", "Compared", "Recurring", "Repeated", "Rule", "compare", "interval"]

ACCOUNTS = ("reliability", "security", "timeline", "case")
_SAME_ITEM = 0.75  # likeness from which two action items ask for the same
_COMMON = 3  # telling words that two items have to share
_FREQUENT = 40  # items with a word from which it tells nothing
_Z = 1.645  # the deviate of 90 %


@dataclass(frozen=True, slots=True)
class Recurring:
    """One kind of weakness or loop in several documents. triggers: those that met it, each once, with how often. touched: documents of which some item is about it."""

    kind: str
    found: tuple[tuple[Entry, Told], ...]
    triggers: tuple[tuple[str, int], ...]
    touched: int
    back: int

    @property
    def unlike(self) -> int:
        return len(self.triggers)


@dataclass(frozen=True, slots=True)
class Back:
    """A weakness that was told again after an action item about it: `item` of the earlier document, done or not said."""

    kind: str
    first: Entry
    item: Item
    later: Entry
    told: Told


@dataclass(frozen=True, slots=True)
class Again:
    """A document that says itself that it, or the like, had been there before."""

    entry: Entry
    told: Told


@dataclass(frozen=True, slots=True)
class Repeated:
    """One thing that action items of several documents ask for, in the order of their dates."""

    items: tuple[tuple[Entry, Item], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the review: documents with a finding, of how many, by year ("" without a date); findings and words of all."""

    code: str
    by_year: Mapping[str, tuple[int, int]]
    findings: int
    words: int

    @property
    def documents(self) -> int:
        return sum(n for n, _ in self.by_year.values())


@dataclass(frozen=True, eq=False)
class Compared:
    """today: what `overdue` is told against; `today_said` False where it is the newest document's date."""

    entries: tuple[Entry, ...]
    mechanisms: tuple[Recurring, ...]
    together: tuple[Together, ...]
    loops: tuple[Recurring, ...]
    rules: tuple[Rule, ...]
    overdue: tuple[tuple[Entry, Item, dt.date], ...]
    repeated: tuple[Repeated, ...]
    back: tuple[Back, ...]
    again: tuple[Again, ...]
    today: dt.date | None
    today_said: bool
    undated: int


def compare(entries: Sequence[Entry], today: dt.date | None = None) -> Compared:
    """Accounts only: an advisory or a template tells of no incident. Pure, and the same in whatever order the entries come."""
    used = sorted((e for e in entries if e.kind in ACCOUNTS), key=lambda e: (e.date or "9999", e.file))
    dates = [d for e in used if (d := _date(e.date)) is not None]
    newest = max(dates, default=None)
    back = _back(used)
    returned = Counter(kind for kind, _ in {(b.kind, b.later.file) for b in back})
    at = today or newest
    return Compared(
        tuple(used),
        _recurring(used, lambda e: e.weak, returned),
        together(used),
        _recurring(used, lambda e: e.loops, Counter()),
        _rules(used),
        tuple(_overdue(used, at)) if at is not None else (),
        tuple(_repeated(used)),
        tuple(back),
        tuple(Again(e, t) for e in used for t in e.before[:1]),
        at,
        today is not None,
        sum(not e.date for e in used),
    )


def interval(n: int, of: int) -> tuple[float, float]:
    """The 90 % interval of a share of documents."""
    return wilson(n, of, _Z)


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _recurring(entries: Sequence[Entry], pick: Callable[[Entry], Sequence[Told]], back: Counter[str]) -> tuple[Recurring, ...]:
    """By kind, those in two documents or more; most unlike triggers first."""
    by_kind: dict[str, list[tuple[Entry, Told]]] = defaultdict(list)
    for e in entries:
        for kind, told in {t.kind: t for t in reversed(pick(e))}.items():
            by_kind[kind].append((e, told))
    out = [
        Recurring(kind, tuple(found), unlike(e for e, _ in found), sum(t.touched for _, t in found), back[kind])
        for kind, found in by_kind.items()
        if len(found) > 1
    ]
    return tuple(sorted(out, key=lambda r: (-len(r.found), -r.unlike, r.kind)))


def _back(entries: Sequence[Entry]) -> list[Back]:
    """For each kind and later document, the latest earlier document of the same team or folder with an action item about it."""
    out = []
    seen: dict[tuple[str, str], tuple[Entry, Item]] = {}
    for e in entries:
        if not e.date:
            continue
        for told in e.weak:
            earlier = seen.get((_group(e), told.kind))
            if earlier is not None and earlier[0].date < e.date:
                out.append(Back(told.kind, earlier[0], earlier[1], e, told))
        for item in sorted(e.items, key=_finished):
            for kind in item.kinds:
                if any(t.kind == kind for t in e.weak):
                    seen[_group(e), kind] = e, item
    return sorted(out, key=lambda b: (-_finished(b.item), b.later.date, b.later.file, b.kind))


def _finished(item: Item) -> int:
    """2 of an item that is marked done, 0 of one that is marked open, 1 where nothing says."""
    return 1 if item.done is None else 2 * item.done


def _group(e: Entry) -> str:
    """Whose document it is: of one team, or of one folder."""
    return e.team or e.file.rpartition("/")[0]


def _rules(entries: Sequence[Entry]) -> tuple[Rule, ...]:
    years = Counter(e.year for e in entries)
    words = sum(e.words for e in entries)
    hits: dict[str, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter()
    for e in entries:
        for code, lines in e.rules:
            hits[code][e.year] += 1
            total[code] += len(lines)
    found = [Rule(code, {y: (n[y], years[y]) for y in sorted(years)}, total[code], words) for code, n in hits.items()]
    return tuple(sorted(found, key=lambda r: (-r.documents, r.code)))


def _overdue(entries: Sequence[Entry], today: dt.date) -> Iterable[tuple[Entry, Item, dt.date]]:
    found = []
    for e in entries:
        for item in e.items:
            due = any_date(item.due) if item.due else None
            if due is not None and due < today and item.done is not True:
                found.append((e, item, due))
    return sorted(found, key=lambda x: (x[2], x[0].file, x[1].line))


def _repeated(entries: Sequence[Entry]) -> list[Repeated]:
    """Items of different documents that ask for the same: candidates share telling words, then `likeness` decides."""
    rows = [(e, i, frozenset(stems(i.text))) for e in entries for i in e.items]
    by_word: dict[str, list[int]] = defaultdict(list)
    for n, (_, _, words) in enumerate(rows):
        for w in words:
            by_word[w].append(n)
    shared: Counter[tuple[int, int]] = Counter()
    for at in by_word.values():
        if len(at) <= _FREQUENT:
            shared.update((a, b) for i, a in enumerate(at) for b in at[i + 1 :])
    parent = list(range(len(rows)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for (a, b), n in sorted(shared.items()):
        if n >= _COMMON and rows[a][0].file != rows[b][0].file and likeness(rows[a][1].text, rows[b][1].text, {}) >= _SAME_ITEM:
            parent[root(b)] = root(a)
    groups: dict[int, list[int]] = defaultdict(list)
    for n in range(len(rows)):
        groups[root(n)].append(n)
    found = [Repeated(tuple(rows[n][:2] for n in g)) for g in groups.values() if len({rows[n][0].file for n in g}) > 1]
    return sorted(found, key=lambda r: (-len(r.items), r.items[0][0].file, r.items[0][1].line))
