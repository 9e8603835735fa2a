"""Text, events, signals, controls, beliefs and violations on one axis in UTC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fuelbed.core.blocks import Picture, Tone
from fuelbed.core.case import Case
from fuelbed.core.shown import counted
from fuelbed.engines.invariants.checks import Checked, Pushed
from fuelbed.engines.invariants.controls import Control
from fuelbed.engines.invariants.corpus import names_it
from fuelbed.engines.invariants.moments import Placed, Told
from fuelbed.engines.invariants.scene import Scene
from fuelbed.engines.invariants.strips import strip
from fuelbed.engines.invariants.words import brief, clock, day_of, listed, spell
from fuelbed.text.wording import stems

__all__ = ["timelines"]

_SAID: Mapping[str, tuple[str, str]] = {
    "text": ("entry of the text", "entries of the text"), "signals": ("sighting", "sightings"),
    "hypotheses": ("belief", "beliefs"), "controls": ("mention of a control", "mentions of controls"),
}  # fmt: skip  # one table
_MARKS = 400  # of a lane


@dataclass(frozen=True, slots=True)
class _Mark:
    """`t` and `end` in seconds since 1970 UTC (or of a clock of their own)."""

    t: float
    end: float | None
    label: str
    tone: Tone = "plain"
    source: str = ""


@dataclass(frozen=True, slots=True)
class _Lane:
    kind: str
    label: str
    marks: tuple[_Mark, ...]


def timelines(
    scene: Scene, told: Told, controls: Sequence[Control], checked: Sequence[Checked], pushed: Sequence[Pushed]
) -> Iterator[Picture]:
    """The picture in UTC first, then one of what counts from its own start, then one for each simulated push."""
    case = scene.case
    absolute = [c for c in checked if c.start is not None]
    lanes = _lanes(scene, told, controls, absolute=True)
    if lanes or absolute:
        yield _picture(case, "Timeline", lanes, absolute, told)
    own = [c for c in checked if c.start is None]
    lanes = _lanes(scene, told, controls, absolute=False)
    if lanes or own:
        title = "Timeline, seconds from its own start" if absolute or own or case.events else "Timeline"
        yield _picture(case, title, lanes, own, told)
    yield from _simulated(pushed)


def _lanes(scene: Scene, told: Told, controls: Sequence[Control], absolute: bool) -> list[_Lane]:
    case = scene.case
    found: list[_Lane] = []
    if told.placed and told.dated == absolute:
        found.append(_Lane("text", "Told in the text", tuple(_text(scene, told))))
    tables = [e for e in case.events.values() if (e.start is not None) == absolute]
    for e in tables:
        found = _with_events(found, e.name, tuple(_events(e)))
    if absolute:
        seen = [
            (s.at.seconds, f"{n} {'on' if s.on else 'off'}", s.source)
            for n, s in case.seen.items()
            if s.at is not None and s.on is not None
        ]
        found.append(
            _Lane("signals", "Signals", tuple(_Mark(t, None, label, "plain", brief(source, 60)) for t, label, source in seen))
        )
        held = [(h.at.seconds, brief(h.what or h.name, 80), h.source) for h in case.hypotheses.values() if h.at is not None]
        found.append(
            _Lane("hypotheses", "What was believed", tuple(_Mark(t, None, label, "plain", brief(s, 60)) for t, label, s in held))
        )
    if told.dated == absolute:
        found.append(_Lane("controls", "Controls", tuple(_controls(scene, told, controls))))
    return [_Lane(x.kind, x.label, x.marks[:_MARKS]) for x in found if x.marks]


def _with_events(lanes: Sequence[_Lane], name: str, events: Sequence[_Mark]) -> list[_Lane]:
    """The lanes and one more, of events; what the text tells at the same minute in like words stays with the text, which names both."""
    text = list(lanes[0].marks) if lanes and lanes[0].kind == "text" else []
    minutes: dict[int, list[int]] = {}
    for i, m in enumerate(text):
        minutes.setdefault(int(m.t // 60), []).append(i)
    left = []
    for e in events:
        twin = next((i for i in minutes.get(int(e.t // 60), ()) if e.end is None and _alike(text[i].label, e.label)), None)
        if twin is None:
            left.append(e)
        elif not text[twin].source.endswith(f", {name}"):
            text[twin] = replace(text[twin], source=f"{text[twin].source}, {name}")
    told = [replace(lanes[0], marks=tuple(text)), *lanes[1:]] if text else list(lanes)
    return [*told, _Lane("events", name, tuple(left))]


def _alike(a: str, b: str) -> bool:
    """Whether at least half of the telling words of the shorter one are in the other."""
    one, two = set(stems(a)), set(stems(b))
    return 2 * len(one & two) >= min(len(one), len(two)) > 0


def _text(scene: Scene, told: Told) -> Iterator[_Mark]:
    for p in told.placed:
        tone: Tone = "muted" if p.fuzzy or p.day else "bad" if "began" in p.roles else "good" if "ended" in p.roles else "plain"
        yield _Mark(p.t, p.end if p.end is not None and p.end >= p.t else None, brief(p.text, 120), tone, _where(scene, p))


def _where(scene: Scene, p: Placed) -> str:
    return f"{scene.case.narrative}:{scene.document.line(p.moment.place)}" if scene.document is not None else ""


def _events(e: Any) -> Iterator[_Mark]:
    base = e.start if e.start is not None else 0.0
    details, sources = e.details or ("",) * len(e), e.sources or ("",) * len(e)
    for t, end, label, what, source in zip(e.times, e.ends, e.labels, details, sources, strict=True):
        text = brief(what, 120) if what else label
        yield _Mark(base + t, base + end if end == end and end > t else None, text, "plain", brief(source, 60) or e.file)


def _controls(scene: Scene, told: Told, controls: Sequence[Control]) -> Iterator[_Mark]:
    """Entries of the text that name a control."""
    for p in told.placed:
        for c in controls:
            if names_it(c.factor, p.text):
                tone: Tone = "bad" if c.factor.state != "effective" else "good"
                yield _Mark(p.t, None, f"{c.name} ({c.factor.state})", tone, _where(scene, p))


def _picture(case: Case, title: str, lanes: Sequence[_Lane], checked: Sequence[Checked], told: Told) -> Picture:
    absolute = (
        any(c.start is not None for c in checked)
        or (not checked and told.dated)
        or any(x.kind in ("signals", "hypotheses") for x in lanes)
    )
    absolute = absolute or any(e.start is not None for e in case.events.values() if any(x.label == e.name for x in lanes))
    instants = sorted(t for x in lanes for m in x.marks for t in (m.t, *([m.end] if m.end is not None else [])))
    for c in checked:
        if len(c.trace):
            instants += [float(c.trace.times[0]) + (c.start or 0.0), float(c.trace.times[-1]) + (c.start or 0.0)]
    start, stop = (min(instants), max(instants)) if instants else (0.0, 0.0)
    trigger = next(
        ((c.trigger[0] + (c.start or 0.0) - start, c.trigger[1] + (c.start or 0.0) - start) for c in checked if c.trigger), None
    )
    data = {
        "start": start if absolute else None,
        "zone": "UTC",
        "span": [0.0, stop - start],
        "trigger": [trigger[0], trigger[1] if trigger[1] < float("inf") else None] if trigger else None,
        "lanes": [
            {
                "kind": x.kind,
                "label": x.label,
                "marks": [
                    {
                        "t": m.t - start,
                        "end": None if m.end is None else m.end - start,
                        "label": m.label,
                        "tone": m.tone,
                        "source": m.source,
                    }
                    for m in sorted(x.marks, key=lambda m: m.t)
                ],
            }
            for x in lanes
        ],
        "strips": [strip(c, (c.start or 0.0) - start) for c in checked],
    }
    return Picture("timeline", title, data, _alt(case, lanes, checked, start, stop, absolute))


def _alt(case: Case, lanes: Sequence[_Lane], checked: Sequence[Checked], start: float, stop: float, absolute: bool) -> str:
    head = f"Over {spell(stop - start)}"
    if absolute:
        head = f"From {clock(start)} to {clock(stop, day_of(start))} UTC ({spell(stop - start)})"
    parts = [_counted(x) for x in lanes]
    broken = [f"`{c.invariant.name}` broken {counted(len(c.broken), 'time')}" for c in checked if c.broken]
    held = [f"`{c.invariant.name}` never broken" for c in checked if not c.broken]
    return f"{head}: {listed([*parts, *broken, *held], 8)}."


def _counted(x: _Lane) -> str:
    n = len(x.marks)
    if x.kind == "events":
        return f"{counted(n, 'event')} of `{x.label}`"
    one, many = _SAID[x.kind]
    return f"{n} {one if n == 1 else many}"


def _simulated(pushed: Sequence[Pushed]) -> Iterator[Picture]:
    """For each push that breaks some invariant at some draw, all of them on its middle trace; the table holds the others."""
    groups: dict[tuple[str, str], list[Pushed]] = {}
    for p in pushed:
        groups.setdefault((p.model, p.simulated.push), []).append(p)
    for (model, push), members in groups.items():
        if not any(p.breaks.any() for p in members):
            continue
        s = members[0].simulated
        start, length = float(s.times[0]), float(s.times[-1] - s.times[0])
        data = {
            "start": None,
            "zone": "UTC",
            "span": [0.0, length],
            "trigger": [-start, s.lasts - start],
            "lanes": [],
            "strips": [strip(p.middle, -start) for p in members],
        }
        words = [
            f"`{p.invariant.name}` {'breaks' if p.breaks[0] else 'is not decided' if p.undecided[0] else 'holds'}"
            for p in members
        ]
        alt = f"`{push}` on `{model}`, simulated at the middle of the numbers over {spell(length)}, the push begins {spell(-start)} in: {listed(words)}."
        yield Picture("timeline", f"Simulated: `{push}` on `{model}`", data, alt, detail=True)
