"""The timeline: lanes of marks with labels where there is room, and under them the strips of invariants on the same axis."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.shown import counted
from fuelbed.report._clock import Clock, clock
from fuelbed.report._flags import flags, shortened, width
from fuelbed.report._strips import Stretch, Strip, finite, stretch, strips

__all__ = ["Label", "Lane", "Mark", "Ticks", "Timeline", "axis_ticks", "marks_of", "timeline"]

_LINE, _TOP, _BOTTOM = 15.0, 4.0, 10.0  # pixels of a row of labels, above them, and from the line of marks to the lower edge
_ROWS = 18  # of labels in a lane
_MARKS, _LANES, _STRIPS = 40, 12, 24  # of a lane that are drawn one by one, lanes and strips; more are ticks, or counted
_TICKS, _TABLE = 2000, 100  # marks of a lane that are drawn as ticks, and of the table
_SHOWN = 5  # strips that are not folded
_LETTERS = 320.0  # pixels of a label at most
_PLOT, _PHONE = 540.0, 284.0  # pixels of the narrowest plot that has labels, and of a phone's
_LISTED = 8  # marks of a lane that a phone lists at once
_NAMES = {"text": "Told in the text", "events": "Events on record", "signals": "Signals", "controls": "Controls",
          "hypotheses": "What was believed"}  # fmt: skip  # one table


Ticks = tuple[
    tuple[str, tuple[tuple[float, str, str], ...], str], ...
]  # kind of page; (per cent, words, anchor); their lines as a path


@dataclass(frozen=True, slots=True)
class Mark:
    t: float
    end: float | None
    label: str
    tone: str
    source: str
    when: str
    brief: str


@dataclass(frozen=True, slots=True)
class Label:
    """`x` in per cent, `dx` pixels from there, `y` of its baseline, `pole` the upper end of its pole, `side` the text's anchor."""

    x: float
    dx: float
    y: float
    pole: float
    when: str
    text: str
    side: str


@dataclass(frozen=True, slots=True)
class Lane:
    """`marks`: (from, to or None in per cent, tone, words) on a line at `line` of `height` pixels; a phone lists `first` and folds `rest`.
    `dense`: a path of ticks instead, 0..1000 across."""

    kind: str
    label: str
    marks: tuple[tuple[float, float | None, str, str], ...]
    height: float
    line: float
    labels: tuple[Label, ...]
    first: tuple[Mark, ...]
    rest: tuple[Mark, ...]
    dense: str
    note: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """`marks`: all of them by time, each with the name of its lane."""

    lanes: tuple[Lane, ...]
    shown: tuple[Strip, ...]
    folded: tuple[Strip, ...]
    more: str
    trigger: Stretch | None
    ticks: Ticks
    words: str
    marks: tuple[tuple[str, Mark], ...]
    table: Table


def marks_of(lane: Mapping[str, Any], of: Clock) -> list[Mark]:
    """In time order; a mark without a time is left out."""
    out = []
    for m in lane.get("marks", ()):
        t, end = finite(m["t"]), finite(m.get("end"))
        if t is not None:
            when = of.between(t, end) if end is not None and end > t else of.at(t)
            out.append(Mark(t, end, str(m["label"]), str(m.get("tone", "plain")), str(m.get("source") or ""), when, of.short(t)))
    return sorted(out, key=lambda m: m.t)


def _labels(marks: Sequence[Mark], of: Clock) -> tuple[float, tuple[Label, ...]]:
    """Where the line of marks is, and the labels above it."""
    at = [_PLOT * of.share(m.t) / 100 for m in marks]
    whens = [of.short(m.t) for m in marks]
    texts = [m.label.replace("`", "") for m in marks]
    found = flags(at, [min(_LETTERS, width(f"{w} {t}")) for w, t in zip(whens, texts, strict=True)], _PLOT, _ROWS)
    line = _TOP + _LINE * max((f.row + 1 for f in found), default=0) + 7
    out = []
    for f in found:
        y, when = line - 9 - _LINE * f.row, whens[f.index]
        text = shortened(texts[f.index], f.wide - width(f"{when} "))
        # the words' right end stands at a pole on their right, whatever their letters measure
        out.append(
            Label(of.share(marks[f.index].t), 4.0 if f.dx > 0 else -4.0, y, y - 9, when, text, "start" if f.dx > 0 else "end")
        )
    return line, tuple(out)


def _name(lane: Mapping[str, Any]) -> str:
    kind = str(lane["kind"])
    return str(lane.get("label") or _NAMES.get(kind, kind))


def _lane(data: Mapping[str, Any], of: Clock, told: Collection[str]) -> Lane:
    """A lane of very many marks is a row of ticks without labels; its list is in the table. Events at times that the text has `told` have
    no labels a second time."""
    every = marks_of(data, of)
    fresh = [m for m in every if data["kind"] != "events" or m.brief not in told]
    if len(every) > _MARKS:
        places = sorted({round(10 * of.share(m.t)) for m in every[:_TICKS]})
        dense = "".join(f"M{x} 0V1" for x in places)
        return Lane(str(data["kind"]), _name(data), (), _TOP + 7 + _BOTTOM, _TOP + 7, (), (), (), dense, f"{len(every)} marks")
    drawn = tuple(
        (of.share(m.t), of.share(m.end) if m.end is not None and m.end > m.t else None, m.tone, f"{m.when} {m.label}")
        for m in every
    )
    line, labels = _labels(fresh, of)
    note = "" if len(fresh) == len(every) else "without labels: times that the text tells"
    return Lane(str(data["kind"]), _name(data), drawn, line + _BOTTOM, line, labels, tuple(fresh[:_LISTED]), tuple(fresh[_LISTED:]), "",
                note)  # fmt: skip  # one record


def _ticks(of: Clock, about: int, room: float) -> tuple[tuple[float, str, str], ...]:
    """Ticks whose words have room; the lines of the others stand without words."""
    out, free = [], 0.0
    for t, words in of.ticks(about):
        x, half = room * of.share(t) / 100, width(words) / 2
        anchor = "start" if x < half else "end" if x > room - half else "middle"
        left = x if anchor == "start" else x - 2 * half if anchor == "end" else x - half
        fits = left >= free
        free = left + 2 * half + 6 if fits else free
        out.append((of.share(t), words if fits else "", anchor))
    return tuple(out)


def axis_ticks(of: Clock) -> Ticks:
    """By kind of page, as many as have room."""
    both = ("wide", _ticks(of, 9, _PLOT)), ("narrow", _ticks(of, 5, _PHONE))
    return tuple((kind, ticks, "".join(f"M{10 * x:.1f} 0V1" for x, _, _ in ticks)) for kind, ticks in both)


def _table(every: Sequence[tuple[str, Mark]]) -> Table:
    """Every mark in words, for readers and for machines."""
    cells = tuple(
        (Cell(m.when.replace(" ", "\u00a0").replace("\u00a0to\u00a0", " to ")), Cell(m.label), Cell(name), Cell(m.source))
        for name, m in every[:_TABLE]
    )
    title = f"The first {_TABLE} of {len(every)} marks, in words" if len(every) > _TABLE else f"Every mark in words: {len(every)}"
    heads = (Column("when", "When"), Column("what", "What"), Column("lane", "From"), Column("source", "Source"))
    return Table("timeline_marks", title, heads, cells)


def timeline(data: Mapping[str, Any]) -> Timeline:
    """Lanes and strips of a `timeline` picture, on one axis."""
    of = clock(data)
    given = [x for x in data.get("lanes", ()) if x.get("marks")]
    told = {m.brief for x in given if x["kind"] == "text" for m in marks_of(x, of)}
    lanes = tuple(_lane(x, of, told) for x in given[:_LANES])
    every = strips(data.get("strips", ()), of)
    kept = every[:_STRIPS]
    shown = tuple(s for s in kept if s.state == "broken")[:_SHOWN] or kept[:1]
    folded = tuple(s for s in kept if s not in shown)
    cut = [counted(n, what) for n, what in ((len(given) - _LANES, "lane"), (len(every) - len(kept), "invariant")) if n > 0]
    trigger = stretch(data.get("trigger"), of)
    marks = [(_name(x), m) for x in given for m in marks_of(x, of)]
    marks.sort(key=lambda pair: pair[1].t)
    return Timeline(lanes, shown, folded, ", ".join(cut), trigger, axis_ticks(of), of.words, tuple(marks), _table(marks))
