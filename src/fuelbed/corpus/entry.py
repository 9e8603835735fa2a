"""One document or case as plain data: all that the corpus compares, small enough for thousands to be held and cached."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from fuelbed.core.actions import Action
from fuelbed.core.case import Case
from fuelbed.core.document import Document
from fuelbed.core.reading import ReadAction, Reading
from fuelbed.engines.lint import check
from fuelbed.engines.lint.look import closest, touched
from fuelbed.text.attribution import left_out
from fuelbed.text.mechanism import Weakness, kinds_of, recurrences, weaknesses
from fuelbed.text.read import read
from fuelbed.text.understand import understand

__all__ = ["Entry", "Item", "Told", "of_case", "of_reading", "of_text", "packed", "unpacked"]

_QUOTED = 240  # characters
_ABOUT = 0.34  # likeness of an item to a condition from which it is about it, as in the rules


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a document says: what, in a few words, its quote and line. kind: a mechanism or loop, "" for a trigger.

    file: where that line is, "" in the entry's own file (what a case's narrative tells is in another). touched: of a mechanism, whether some action item is about it, and the words of that item.
    """

    what: str
    quote: str
    line: int
    kind: str = ""
    touched: bool = False
    file: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An action item. due, owner, ticket as written; done None where nothing says; kinds: the mechanisms that it is about."""

    text: str
    cls: str
    line: int
    owner: str = ""
    due: str = ""
    ticket: str = ""
    done: bool | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """file: as it was named. date: ISO, "" where none is said. kind: of the document, or `case`. rules: code -> lines of its findings."""

    file: str
    title: str
    kind: str
    date: str
    team: str
    words: int
    triggers: tuple[Told, ...] = ()
    weak: tuple[Told, ...] = ()
    loops: tuple[Told, ...] = ()
    items: tuple[Item, ...] = ()
    before: tuple[Told, ...] = ()
    rules: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @property
    def year(self) -> str:
        return self.date[:4]


def of_text(text: str, file: str, without: Sequence[str] = ()) -> Entry:
    """What a postmortem says, read as `fuelbed review` reads it. without: headings of sections that are no account (`attribution: without`)."""
    return of_reading(understand(read(text, file)), without)


def of_reading(reading: Reading, without: Sequence[str] = (), shown: Document | None = None) -> Entry:
    """The same of what was read, by words or by the answer of a model. shown: the text as it stands, where a model saw it without its secrets."""
    document = reading.document
    gone = left_out(document, without)
    line, quote = document.line, document.quote
    loop = reading.amplification
    weak = weaknesses(reading, gone)
    kinds = _kinds(reading, weak)

    def told(w: Weakness) -> Told:
        about = any(w.kind in k for k in kinds) or (w.mention is not None and touched(reading, w.mention))
        what = w.mention.what if w.mention is not None else _clip(quote(w.place))
        return Told(what, _clip(quote(w.place)), line(w.place), w.kind, about)

    rules: dict[str, list[int]] = {}
    for f in check(reading, shown=shown):
        rules.setdefault(f.code, []).append(f.span.line if f.span else 1)
    return Entry(
        document.source.file,
        document.title,
        document.kind,
        document.date.isoformat() if document.date else "",
        document.front.get("team", ""),
        len(document.source.text.split()),
        tuple(Told(m.what, _clip(quote(m.place)), line(m.place)) for m in reading.triggers) or _under_its_heading(document),
        tuple(told(w) for w in weak),
        (Told(loop.mention.what, _clip(quote(loop.mention.place)), line(loop.mention.place), loop.kind),) if loop.mention else (),
        tuple(_item(a, line(a.item.place), k) for a, k in zip(reading.actions, kinds, strict=True)),
        tuple(
            Told(_clip(s.words), _clip(quote(s.place())), line(s.place()))
            for s in recurrences(document)
            if document.block_of(s).section not in gone
        ),
        tuple(sorted((code, tuple(lines)) for code, lines in rules.items())),
    )


def _kinds(reading: Reading, weak: Sequence[Weakness]) -> list[set[str]]:
    """For each action item, the weaknesses that it is about: by its words for what is wrong, or by being most like the condition."""
    kinds = [set(kinds_of(f"{a.item.heading} {a.item.text}")) for a in reading.actions]
    for w in weak:
        likest = closest(reading, w.mention.what if w.mention is not None else reading.document.quote(w.place))
        if likest[1] is not None and likest[0] >= _ABOUT:
            kinds[reading.actions.index(likest[1])].add(w.kind)
    return kinds


def _item(a: ReadAction, line: int, kinds: set[str]) -> Item:
    i = a.item
    return Item(i.text[:_QUOTED], a.cls, line, i.owner, i.due, i.ticket, i.done, tuple(sorted(kinds)))


def _under_its_heading(document: Document) -> tuple[Told, ...]:
    """Where no sentence reads as a trigger: the first one under a heading that says that it is."""
    first = next(document.said("trigger"), None)
    if first is None:
        return ()
    place = first.place()
    return (Told(_clip(first.words), _clip(document.quote(place)), document.line(place)),)


def of_case(case: Case, date: str, narrative: Entry | None) -> Entry:
    """What a case's model says; its narrative adds what is only told there."""
    triggers = tuple(Told(f.what or f.name, "", _line(f.span)) for f in case.factors.values() if f.kind == "trigger")
    fired = tuple(
        t for t, f in zip(triggers, (f for f in case.factors.values() if f.kind == "trigger"), strict=True) if f.occurred
    )
    changed = {c.target for a in case.actions.values() for c in a.does if c.verb != "observe"}
    weak: dict[str, Told] = {}
    kinds: dict[str, list[str]] = {}  # of what is wrong with each factor that stood there
    for f in case.factors.values():
        standing = f.kind == "condition" or (f.kind == "control" and f.state != "effective")
        words = f"{f.name.replace('_', ' ')} {f.what}" if f.kind == "condition" else f"no {f.name.replace('_', ' ')}. {f.what}"
        kinds[f.name] = sorted(kinds_of(words)) if standing else []
        for kind in kinds[f.name]:
            weak.setdefault(kind, Told(f.what or f.name, f.what, _line(f.span), kind, f.name in changed))

    def about(a: Action) -> set[str]:
        """By its words, and by what it changes."""
        return {*kinds_of(a.what), *(kind for c in a.does if c.verb != "observe" for kind in kinds.get(c.target, ()))}

    loops = tuple(Told(m.name, m.archetype, 1, m.archetype) for m in case.dynamics.values() if m.archetype)
    items = tuple(
        Item(a.what[:_QUOTED], "", _line(a.span), a.owner, a.due, "", a.status.lower() == "done" if a.status else None, tuple(sorted(about(a))))
        for a in case.actions.values()
    )  # fmt: skip  # one row
    for told in narrative.weak if narrative else ():
        weak.setdefault(told.kind, replace(told, file=narrative.file if narrative else ""))
    return Entry(
        case.file, case.title, "case", date or (narrative.date if narrative else ""), case.author_team, narrative.words if narrative else 0,
        fired or triggers, tuple(weak.values()), loops or _there(narrative, "loops"), items, _there(narrative, "before"),
        narrative.rules if narrative else (),
    )  # fmt: skip  # in the order of the type


def _there(narrative: Entry | None, what: str) -> tuple[Told, ...]:
    """What only the narrative tells, with its file."""
    return tuple(replace(t, file=narrative.file) for t in getattr(narrative, what)) if narrative else ()


def _line(span: Any) -> int:
    return span.line if span is not None else 1


def _clip(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _QUOTED else plain[: _QUOTED - 3] + "..."


def packed(entry: Entry) -> str:
    return json.dumps(asdict(entry), separators=(",", ":"))  # ASCII: the name of a file may hold bytes that are no text


def unpacked(text: str, file: str) -> Entry:
    """The entry again, under the name that it has now. Raises `ValueError`, `TypeError` or `KeyError` where the text is none."""
    raw = json.loads(text)
    for name in ("triggers", "weak", "loops", "before"):
        raw[name] = tuple(Told(**t) for t in raw[name])
    raw["items"] = tuple(Item(**{**i, "kinds": tuple(i["kinds"])}) for i in raw["items"])
    raw["rules"] = tuple((code, tuple(lines)) for code, lines in raw["rules"])
    return replace(Entry(**raw), file=file)
