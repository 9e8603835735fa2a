"""Pictures of evidence as Markdown: tables and lists that say all that the drawings do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fuelbed.core.blocks import Picture
from fuelbed.report._bars import bars
from fuelbed.report._bowtie import Barrier, Way, bowtie
from fuelbed.report._dumbbell import dumbbell
from fuelbed.report._joint import joint
from fuelbed.report._markup import caption, code, grid, prose, words
from fuelbed.report._posterior import posterior
from fuelbed.report._series import series
from fuelbed.report._shared import shared
from fuelbed.report._signatures import Sign, Signal, signatures
from fuelbed.report._surviving import surviving
from fuelbed.report._timeline import timeline

__all__ = ["WRITERS"]

_LISTED = 60  # marks that are listed
_SIGNS = {"effective": "✓", "failed": "×", "missing": "○", "bypassed": "↷"}
_ARROW = " → "
_WORDS = 170  # letters of a picture's own words that are told before it; longer ones say what the table does


def _alt(b: Picture) -> list[str]:
    return [prose(b.alt)] if 0 < len(b.alt) <= _WORDS else []


def _posterior(b: Picture) -> str:
    parts = _alt(b)
    for _, heading, rows, more in posterior(b.data).groups:
        lines = [
            [
                prose(r.label),
                r.prior_text,
                f"**{r.after_text}**" + (f" ({r.interval})" if r.interval else ""),
                prose(r.note),
            ]
            for r in rows
        ]
        parts.append(grid([heading, "Before", "After what was seen", ""], lines))
        parts += [f"and {more} more."] if more else []
    return caption(b.title, "\n\n".join(parts))


def _sign(s: Sign) -> str:
    text = "?" if s.p is None else "■" if s.text == "on" else "□" if s.text == "off" else s.text.removeprefix("on with ")
    return text + (" ×" if s.against else "")


def _seen(s: Signal) -> str:
    return "candidate" if not s.installed else {"yes": "■", "no": "□"}.get(s.seen, "not looked at")


def _signatures(b: Picture) -> str:
    v = signatures(b.data)
    head = ["State", *(prose(s.label) for s in v.signals), "Before", "After", "Looks like"]
    lines = [["**What was seen**", *(f"**{_seen(s)}**" for s in v.signals), "", "", ""]]
    for group in v.groups:
        for s in group:
            alike = ", ".join(prose(o.label) for o in group if o is not s)
            lines.append([prose(s.label), *map(_sign, s.signs), s.before, f"**{s.after}**", alike])
    tail = "■ on, □ off, else the chance to be on; × against what was seen."
    tail += f" Not in the table: {v.left}." if v.left else ""
    return caption(b.title, "\n\n".join([*_alt(b), grid(head, lines), words(tail)]))


def _timeline(b: Picture) -> str:
    v = timeline(b.data)
    parts = [*_alt(b), f"Times: {prose(v.words)}."]
    parts += [f"Trigger: {prose(v.trigger.words)}."] if v.trigger else []
    strips = [
        [prose(s.label), code(s.formula), f"**{s.state}**" if s.state == "broken" else s.state, prose(s.said)]
        for s in (*v.shown, *v.folded)
    ]
    parts += [grid(["Invariant", "Formula", "", "What the record says"], strips)] if strips else []
    rows = [[prose(c.text) for c in row] for row in v.table.rows[:_LISTED]]
    parts += [grid([prose(c.label) for c in v.table.columns], rows)] if rows else []
    left = len(v.marks) - _LISTED
    parts += [f"and {left} more marks."] if left > 0 else []
    parts += [f"Not drawn: {v.more} more."] if v.more else []
    return caption(b.title, "\n\n".join(parts))


def _series(b: Picture) -> str:
    v = series(b.data)
    parts = [*_alt(b), f"Times: {prose(v.words)}; intervals: {words(v.cover)}."]
    parts += [f"Trigger: {prose(v.trigger.words)}."] if v.trigger else []
    rows = [[prose(c.text) for c in row] for row in v.table.rows]
    parts += [grid([prose(c.label) for c in v.table.columns], rows)] if rows else []
    parts += [f"Not shown: {v.more} more."] if v.more else []
    return caption(b.title, "\n\n".join(parts))


def _barrier(b: Barrier) -> str:
    odds = f", fails {b.fails}" if b.fails else ""
    return f"{_SIGNS.get(b.state, '')} {prose(b.label)} (**{b.state}**{odds})".strip()


def _way(w: Way, event: str, threat: bool) -> str:
    ends = (f"**{prose(w.label)}**", prose(event)) if threat else (prose(event), f"**{prose(w.label)}**")
    return "- " + _ARROW.join([ends[0], *map(_barrier, w.told), *filter(None, [w.untold]), ends[1]])


def _ways(ways: Sequence[Way], heading: str, event: str, threat: bool) -> list[str]:
    return [heading, "\n".join(_way(w, event, threat) for w in ways)] if ways else []


def _bowtie(b: Picture) -> str:
    v = bowtie(b.data)
    parts = [
        prose(b.alt),
        *_ways(v.threats, "To the event:", v.event, True),
        *_ways(v.consequences, "From the event:", v.event, False),
    ]
    parts += [f"{prose(members)} share {code(name)}." for _, name, members in v.shared]
    parts += [f"and {v.more} more."] if v.more else []
    return caption(b.title, "\n\n".join(parts))


def _bars(b: Picture) -> str:
    v = bars(b.data)
    return caption(b.title, "\n\n".join([*_alt(b), grid(["", v.axis or "value"], [[code(r.id), r.text] for r in v.rows])]))


def _dumbbell(b: Picture) -> str:
    v = dumbbell(b.data)
    rows = [[code(r.id) if r.label == r.id else prose(r.label), r.first.interval, r.second.interval] for r in v.rows]
    more = [f"and {v.more} more."] if v.more else []
    return caption(b.title, "\n\n".join([*_alt(b), grid(["", *map(prose, v.names)], rows), *more]))


def _joint(b: Picture) -> str:
    v = joint(b.data)
    head = ["", *(str(r.number) for r in v.rows)]
    lines = [[f"{r.number} {code(r.label)}", *("" if c is None else c.letter for c in r.cells)] for r in v.rows]
    called = "\n".join(f"- {code(c.a)} and {code(c.b)}: {words(c.words)}, **{c.mechanism}**" for c in v.called)
    tail = "; ".join(f"{letter} {kind or 'not surprising'}" for kind, _, letter in v.kinds)
    tail += f". Not in the table: {v.left}." if v.left else "."
    return caption(
        b.title,
        "\n\n".join(p for p in (called, grid(head, [[*x, *[""] * (len(head) - len(x))] for x in lines]), words(tail)) if p),
    )


def _surviving(b: Picture) -> str:
    v = surviving(b.data)
    kinds = {k: w for k, w, _ in v.heads}
    head = ["Exploit", "Variant", *(f"{kinds[m.kind]} {prose(m.label)}" for m in v.measures)]
    lines = [
        [
            prose(exploit) + (" (in no list yet)" if new else ""),
            words(r.words),
            *("ends" if c else "**survives**" for c in r.cells),
        ]
        for exploit, new, rows in v.groups
        for r in rows
    ]
    lines.append(["", "variants left", *(m.left for m in v.measures)])
    tail = [words(f"Not in the table: {v.left}.")] if v.left else []
    return caption(b.title, "\n\n".join([*_alt(b), grid(head, lines), *tail]))


def _shared(b: Picture) -> str:
    v = shared(b.data)
    rows = [[prose(a.date), prose(a.trigger), prose(a.label)] for a in v.accounts]
    stood = f"What stood there each time: {', and '.join(prose(c) for c in v.conditions)}."
    more = [f"and {v.left} more."] if v.left else []
    return caption(b.title, "\n\n".join([stood, grid(["date", "what set it off", "what it became"], rows), *more, prose(v.said)]))


WRITERS: dict[str, Callable[[Picture], str]] = {
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
