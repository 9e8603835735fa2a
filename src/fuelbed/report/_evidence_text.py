"""Pictures of evidence in a terminal: beliefs, signatures, the timeline with its strips, the bow-tie. A summary has their words only."""

from __future__ import annotations

import math
from collections.abc import Callable

from fuelbed.core.blocks import Picture
from fuelbed.report._bars import bars
from fuelbed.report._bowtie import Way, bowtie
from fuelbed.report._clock import Clock, clock
from fuelbed.report._columns import clean, columns, grid, pad, wrap
from fuelbed.report._dumbbell import End, dumbbell
from fuelbed.report._joint import joint
from fuelbed.report._page import Page
from fuelbed.report._posterior import Belief, Posterior, Span, posterior
from fuelbed.report._series import Curve, Series, series
from fuelbed.report._shared import shared
from fuelbed.report._signatures import Sign, Signal, Signatures, signatures
from fuelbed.report._strips import Stretch, Strip
from fuelbed.report._surviving import ENDED, SURVIVES, surviving
from fuelbed.report._timeline import Lane, timeline

__all__ = ["WRITERS"]

_NAMES = 15  # columns of a lane's name
_BAR = 25
_EIGHTHS = "▁▂▃▄▅▆▇█"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LISTED = 60  # marks that are listed
_WORDS = 170  # letters of a picture's own words that are told before it
_LEAST = 16  # columns of a state's name beside its signs
_STATE = {"effective": "|", "failed": "×", "missing": "○", "bypassed": "↷"}


def _place(share: float, wide: int) -> int:
    return round((wide - 1) * min(100.0, max(0.0, share)) / 100)


def _range(cells: list[str], s: Span, sign: str) -> None:
    if s.known:
        a, b = _place(s.low, len(cells)), _place(s.high, len(cells))
        cells[a : b + 1] = [sign] * (b + 1 - a)


def _belief(r: Belief) -> str:
    """`────●──` after, `○` before; where both are in one place, after."""
    cells = [" "] * _BAR
    _range(cells, r.after, "─")
    for s, sign in ((r.prior, "○"), (r.after, "●")):
        if s.at is not None:
            cells[_place(s.at, _BAR)] = sign
    return "".join(cells)


def _posterior(b: Picture, page: Page) -> None:
    p: Posterior = posterior(b.data)
    every = [r for _, _, rows, _ in p.groups for r in rows]
    texts = {id(r): f"{r.prior_text} → {r.after_text}" + (f" ({r.interval})" if r.interval else "") for r in every}
    numbers = min(max(map(columns, texts.values()), default=0), max(12, (page.width - 4) // 3))
    bars = page.width - numbers - 20 >= _BAR
    names = page.width - 2 - numbers - (_BAR + 3 if bars else 1)
    for _, heading, rows, more in p.groups:
        axis = f"0{p.ticks[-1][1]:>{_BAR - 1}}" if bars else ""
        page.lines.append(page.paint(f" {pad(heading, names)} {axis}".rstrip(), "muted"))
        for r in rows:
            note = f" ({r.note})" if r.note else ""
            cells = grid([clean(r.label + note), clean(texts[id(r)])], [names, numbers])
            for i, (name, text) in enumerate(cells):
                bar = (_belief(r) if i == 0 else " " * _BAR) + "  " if bars else ""
                page.lines.append(f" {name} {bar}{text}".rstrip())
        if more:
            page.wrap(f"and {more} more", " ", tone="muted")
    page.wrap("○ before anything was seen, ● after what was seen, ─ over what is not known", " ", "   ", "muted")


def _sign(s: Sign) -> str:
    """■ on, □ off, else tenths; `!` against what was seen."""
    text = "-" if s.p is None else "■" if s.text == "on" else "□" if s.text == "off" else f".{min(9, max(1, round(10 * s.p)))}"
    return pad(text + ("!" if s.against else ""), 3)


def _seen(s: Signal) -> str:
    return pad("+" if not s.installed else {"yes": "■", "no": "□"}.get(s.seen, "?"), 3)


def _map(v: Signatures, page: Page) -> None:
    """A row a state; where names have no room beside the signs, above them."""
    right = max((columns(f"{s.before} → {s.after}") for g in v.groups for s in g), default=0)
    names = page.width - 4 - 3 * len(v.signals) - right
    beside = names >= _LEAST
    left = " " * (names + 3 if beside else 2)
    page.lines.append(page.paint((left + "".join(pad(_LETTERS[i], 3) for i in range(len(v.signals)))).rstrip(), "muted"))
    seen = "".join(map(_seen, v.signals))
    page.lines.append((f"  {pad('seen', names)} {seen}" if beside else f"  {seen}").rstrip())
    for group in v.groups:
        edge = "│" if len(group) > 1 else " "
        for s in group:
            signs, belief = "".join(map(_sign, s.signs)), f"{s.before} → {s.after}"
            if not beside:
                page.wrap(f"{s.label}: {belief}", f" {edge}", f" {edge}")
                page.lines.append(f" {edge}{signs}".rstrip())
                continue
            for i, name in enumerate(wrap(clean(s.label), names)):
                page.lines.append(f" {edge}{pad(name, names)} {signs + belief if i == 0 else ''}".rstrip())


def _signatures(b: Picture, page: Page) -> None:
    v = signatures(b.data)
    _map(v, page)
    for letter, x in zip(_LETTERS, v.signals, strict=False):
        page.wrap(f"{x.id}: {x.label} ({x.said})" if x.label != x.id else f"{x.id} ({x.said})", f"  {letter} ", "      ")
    said = ["■ on", "□ off", ".6 on with 0.6", "! against what was seen", "? not looked at", "+ not installed"]
    page.wrap("; ".join([*said, "│ one signature, with what is installed"]), " ", "   ", "muted")
    page.wrap(f"Not in the map: {v.left}" if v.left else "", " ", "   ", "muted")


def _row(name: str, row: str, page: Page) -> None:
    for i, line in enumerate(wrap(clean(name), _NAMES) if name else [""]):
        page.lines.append(f" {pad(line, _NAMES)} {row if i == 0 else ''}".rstrip())


def _trigger(t: Stretch | None, wide: int, page: Page) -> None:
    if t:
        a, end = _place(t.x, wide), _place(t.end, wide)
        _row("Trigger", " " * a + "▼" * (end + 1 - a), page)


def _axis(of: Clock, wide: int) -> str:
    """Times over the plot; one that would touch its neighbour is left out."""
    line, free = [" "] * wide, 0
    for t, words in of.ticks(max(2, wide // 14)):
        start = max(0, min(_place(of.share(t), wide) - len(words) // 2, wide - len(words)))
        if start >= free and len(words) <= wide:
            line[start : start + len(words)] = words
            free = start + len(words) + 2
    return "".join(line)


def _lane(x: Lane, wide: int) -> str:
    cells = ["·"] * wide
    for start, end, _, _ in x.marks:
        at = _place(start, wide)
        if end is not None:
            cells[at : _place(end, wide) + 1] = ["─"] * (_place(end, wide) + 1 - at)
    for tick in x.dense.split("M")[1:]:
        cells[_place(float(tick.split()[0]) / 10, wide)] = "|"
    for start, _, tone, _ in x.marks:
        cells[_place(start, wide)] = "×" if tone == "bad" else "○" if tone == "muted" else "●"
    return "".join(cells)


def _strip(s: Strip, of: Clock, wide: int) -> str:
    """One character a column: held, broken or not decided. What is broken for less than a column shows."""
    cells = ["?"] * wide
    ends = [t for t, *_ in s.points[1:]] + [of.high]
    for (t, low, _), end in zip(s.points, ends, strict=True):
        a, b = _place(of.share(t), wide), _place(of.share(end), wide)
        if low is not None:
            cells[a : b + 1] = ["─"] * (b + 1 - a)
    for spans, sign in ((s.undecided, "?"), (s.violations, "X")):
        for u in spans:
            a, b = _place(u.x, wide), _place(u.end, wide)
            cells[a : b + 1] = [sign] * (b + 1 - a)
    return "".join(cells)


def _timeline(b: Picture, page: Page) -> None:
    v, of = timeline(b.data), clock(b.data)
    wide = page.width - _NAMES - 3
    _row(v.words, _axis(of, wide), page)
    _trigger(v.trigger, wide, page)
    for x in v.lanes:
        _row(x.label, _lane(x, wide), page)
    for s in (*v.shown, *v.folded):
        page.wrap(f"{s.label}: {s.formula}" if s.formula else s.label, " ", "   ")
        page.lines.append(" " * (_NAMES + 2) + _strip(s, of, wide))
        page.wrap(s.said, "   ", "   ", "bad" if s.state == "broken" else "muted")
    if v.shown:
        page.wrap("─ held, X broken, ? not decided", " ", tone="muted")
    whens = max((columns(m.brief) for _, m in v.marks[:_LISTED]), default=0)
    for name, m in v.marks[:_LISTED]:
        until = f", until {of.at(m.end)}" if m.end is not None and m.end > m.t else ""
        page.wrap(
            f"{m.label}{until} ({', '.join(x for x in (name, m.source) if x)})", f" {pad(m.brief, whens)}  ", " " * (whens + 3)
        )
    if len(v.marks) > _LISTED:
        page.wrap(f"and {len(v.marks) - _LISTED} more marks", " ", tone="muted")
    page.wrap(f"Not drawn: {v.more} more" if v.more else "", " ", tone="muted")


def _spark(x: Curve, of: Series, wide: int) -> str:
    """The curve in eighths of a line, the greatest value of each column; a gap where nothing was measured."""
    cells: list[float | None] = [None] * wide
    top = max((v for _, v in x.points if v is not None), default=0.0)
    first, last = of.span
    for t, v in x.points:
        at = _place(100 * (t - first) / ((last - first) or 1.0), wide)
        if v is not None and v >= (cells[at] or -math.inf):
            cells[at] = v
    for i in range(1, wide):
        near = cells[i - 1]
        if cells[i] is None and near is not None and len(x.points) < wide:
            cells[i] = near  # fewer rows than columns: each lasts until the next
    return "".join(" " if v is None else _EIGHTHS[min(7, max(0, int(8 * v / top)))] if top > 0 else _EIGHTHS[0] for v in cells)


def _series(b: Picture, page: Page) -> None:
    v = series(b.data)
    wide = page.width - _NAMES - 3
    _row(v.words, _axis(v.clock, wide), page)
    _trigger(v.trigger, wide, page)
    for x in (v.main, *v.seen):
        _row(f"{x.label}, {x.unit}" if x.unit else x.label, _spark(x, v, wide), page)
    page.wrap(v.main.said, " ", "   ")
    page.wrap(f"Intervals: {v.cover}. Each line goes up to its own greatest value.", " ", "   ", "muted")
    for row in v.table.rows:
        page.wrap(f"{row[0].text}: {row[1].text}", "  ", "     ")
    page.wrap(f"Not drawn: {v.more} more" if v.more else "", " ", tone="muted")


def _way(w: Way, event: str, threat: bool) -> str:
    odds = [f", fails {b.fails}" if b.fails else "" for b in w.told]
    steps = [f"[{_STATE.get(b.state, '')} {b.label}: {b.state}{fails}]" for b, fails in zip(w.told, odds, strict=True)]
    ends = (w.label, event) if threat else (event, w.label)
    return " → ".join([ends[0], *steps, *filter(None, [w.untold]), ends[1]])


def _bowtie(b: Picture, page: Page) -> None:
    v = bowtie(b.data)
    for ways, heading, threat in ((v.threats, "To the event", True), (v.consequences, "From the event", False)):
        page.wrap(heading if ways else "", " ", tone="muted")
        for w in ways:
            page.wrap(_way(w, v.event, threat), "  ", "     ")
    for _, name, members in v.shared:
        page.wrap(f"{members} share {name}", " ", "   ")
    page.wrap(f"and {v.more} more" if v.more else "", " ", tone="muted")


def _bars(b: Picture, page: Page) -> None:
    """`peak_load ██████──  0.21 (0.08..0.4)`."""
    v = bars(b.data)
    if not v.rows:
        return
    numbers = min(max(columns(r.text) for r in v.rows), max(12, (page.width - 4) // 2))
    names = min(max(columns(r.id) for r in v.rows), 28)
    room = max(page.width - names - numbers - 4, 6)
    for r in v.rows:
        full, low, high = (round(x / 100 * room) for x in (r.value, r.low, r.high))
        bar = "█" * max(min(full, low), 0) + "▓" * max(full - low, 0) + "─" * max(high - full, 0) + ("›" if r.clipped else "")
        page.lines.append(f" {pad(clean(r.id), names)} {pad(bar, room)}  {r.text}".rstrip())
    page.wrap(f"{v.axis}: █ surely, ▓ to the middle, ─ to the upper end" if v.axis else "", " ", "   ", "muted")


def _joint(b: Picture, page: Page) -> None:
    """Letters for the mechanisms, a column for each component; where names have no room beside them, above."""
    v = joint(b.data)
    names = page.width - 6 - 2 * len(v.rows)
    beside = names >= _LEAST
    left = " " * (min(names, 2 * _LEAST) + 5 if beside else 2)
    page.lines.append(page.paint((left + " ".join(_LETTERS[i] for i in range(len(v.rows)))).rstrip(), "muted"))
    for letter, r in zip(_LETTERS, v.rows, strict=False):
        cells = " ".join(" " if c is None else c.letter for c in r.cells)
        if beside:
            for i, name in enumerate(wrap(clean(r.label), min(names, 2 * _LEAST))):
                page.lines.append(
                    f"  {letter if i == 0 else ' '} {pad(name, min(names, 2 * _LEAST))} {cells if i == 0 else ''}".rstrip()
                )
        else:
            page.wrap(f"{letter} {r.label}", " ", "   ")
            page.lines.append(f"  {cells}".rstrip())
    page.wrap("; ".join(f"{sign} {kind or 'not surprising'}" for kind, _, sign in v.kinds), " ", "   ", "muted")
    page.wrap(f"Not in the matrix: {v.left}" if v.left else "", " ", "   ", "muted")


def _surviving(b: Picture, page: Page) -> None:
    """A letter for each measure, told above; the rows of an exploit under its name, their words below the signs where there is no room."""
    v = surviving(b.data)
    for (letter, m), more in zip(zip(_LETTERS, v.measures, strict=False), [x.first for x in v.measures], strict=True):
        if more:
            page.lines.append(page.paint(f" {next(w for k, w, _ in v.heads if k == m.kind)}", "muted"))
        page.wrap(f"{m.label}: leaves {m.left}", f"  {letter} ", "    ")
    page.lines.append(page.paint("  " + " ".join(_LETTERS[: len(v.measures)]), "muted"))
    wide = 2 * len(v.measures) + 3
    for exploit, new, rows in v.groups:
        page.wrap(f"{exploit}{' (in no list yet)' if new else ''}", " ", "   ")
        for r in rows:
            signs = " ".join(ENDED if c else SURVIVES for c in r.cells)
            page.wrap(r.words, f"  {signs}  ", " " * wide)
    page.wrap(f"{SURVIVES} survives the measure, {ENDED} ends with it", " ", "   ", "muted")
    page.wrap(f"Not drawn: {v.left}" if v.left else "", " ", "   ", "muted")


def _shared(b: Picture, page: Page) -> None:
    """What stood there each time, then a line for each account: what set it off, and what it became."""
    v = shared(b.data)
    page.wrap(f"What stood there each time: {', and '.join(v.conditions)}", " ", "   ")
    for a in v.accounts:
        page.wrap(f"{a.date} {a.trigger} → {a.label}".strip(), "  ", "    ")
    page.wrap(f"and {v.left} more" if v.left else "", " ", tone="muted")
    page.wrap(v.said, " ", "   ", "muted")


def _marks(first: End, second: End, wide: int) -> str:
    """`──●──◆`: the first mark with its interval, the second as it lies; where both are in one place, the first."""
    cells = [" "] * wide
    a, b = _place(first.low, wide), _place(first.high, wide)
    cells[a : b + 1] = ["─"] * (b + 1 - a)
    cells[_place(second.at, wide)] = "◆"
    cells[_place(first.at, wide)] = "●"
    return "".join(cells)


def _dumbbell(b: Picture, page: Page) -> None:
    v = dumbbell(b.data)
    if not v.rows:
        return
    texts = [f"● {r.first.interval}  ◆ {r.second.interval}" for r in v.rows]
    numbers = min(max(map(columns, texts)), max(12, (page.width - 4) // 2))
    names = min(max(columns(r.label) for r in v.rows), 24)
    room = max(page.width - names - numbers - 4, 8)
    for r, text in zip(v.rows, texts, strict=True):
        for i, (name, said) in enumerate(grid([clean(r.label), text], [names, numbers])):
            page.lines.append(f" {name} {_marks(r.first, r.second, room) if i == 0 else ' ' * room}  {said}".rstrip())
    page.wrap(f"and {v.more} more" if v.more else "", " ", tone="muted")
    page.wrap(f"● {v.names[0]}, ─ its interval, ◆ {v.names[1]}; the axis ends at {v.top}", " ", "   ", "muted")


_DRAW: dict[str, Callable[[Picture, Page], None]] = {
    "joint": _joint,
    "surviving": _surviving,
    "shared": _shared,
    "posterior": _posterior,
    "signatures": _signatures,
    "timeline": _timeline,
    "bowtie": _bowtie,
    "series": _series,
    "bars": _bars,
    "dumbbell": _dumbbell,
}


def _write(b: Picture, page: Page) -> None:
    if not page.full:
        page.wrap(b.alt, " ", "   ")
        return
    page.head(b.title)
    page.wrap(b.alt if len(b.alt) <= _WORDS else "", " ", " ")  # longer words say what the drawing does
    _DRAW[b.kind](b, page)


WRITERS: dict[str, Callable[[Picture, Page], None]] = dict.fromkeys(_DRAW, _write)
