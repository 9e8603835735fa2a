"""The bow-tie: threats, the barriers on their way to the event, and the barriers between the event and its consequences.

A control that stands on several ways is one column with one head and a sign on each of its ways. A way runs until it meets a barrier that
was effective; what lies behind is drawn faint. Signs differ in shape as in colour, and the word stands at the head.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from typing import Any

from fuelbed.core.shown import counted, listed
from fuelbed.report._svg import ALONE, LINE, block, px, text, words, wrapped
from fuelbed.report.numbers import quantity

__all__ = ["Barrier", "Bowtie", "Way", "bowtie", "bowtie_drawing", "bowtie_svg"]

_SHARED = 8  # dependencies that are told, and controls of each
_TOLD = 12  # barriers of a way that are told in words
STATES = ("effective", "failed", "missing", "bypassed")
_THREATS, _CONSEQUENCES, _LEFT, _RIGHT = 12, 8, 6, 4  # ways and columns that are drawn; more are counted
_BOX, _EVENT, _COLUMN, _ROW, _GAP, _MARGIN = 156.0, 130.0, 90.0, 56.0, 20.0, 8.0
_LETTERS, _HEAD_LETTERS = 21, 14
_TALL, _THICK = 34.0, 12.0  # of a sign


@dataclass(frozen=True, slots=True)
class Barrier:
    """`keys`: letters of the dependencies that it shares with others."""

    id: str
    label: str
    state: str
    fails: str
    shares: tuple[str, ...]
    keys: str


@dataclass(frozen=True, slots=True)
class Way:
    """One threat or consequence with its barriers in the order of the way; `stopped` where one of them was effective."""

    id: str
    label: str
    barriers: tuple[Barrier, ...]

    @property
    def told(self) -> tuple[Barrier, ...]:
        return self.barriers[:_TOLD]

    @property
    def untold(self) -> str:
        """What a way in words leaves out, or that there is nothing on it; empty where neither."""
        left = len(self.barriers) - _TOLD
        return f"{left} more barriers" if left > 0 else "" if self.barriers else "no barrier"

    @property
    def stopped(self) -> bool:
        return any(b.state == "effective" for b in self.barriers)


@dataclass(frozen=True, slots=True)
class Bowtie:
    """`shared`: (letter, name of the dependency, its controls in words); `more`: what is not drawn, in words."""

    event: str
    threats: tuple[Way, ...]
    consequences: tuple[Way, ...]
    shared: tuple[tuple[str, str, str], ...]
    more: str


def _fails(v: Any, state: str) -> str:
    """Empty where it is not known, and where it goes without saying."""
    if not v or state in ("missing", "bypassed"):
        return ""
    a, low, high = v
    said = quantity(a, low, high, "probability")
    return "" if said == "not known" else said


def _barriers(data: Mapping[str, Any]) -> tuple[dict[str, Barrier], tuple[tuple[str, str, str], ...]]:
    given = data.get("controls", {})
    groups: dict[str, list[str]] = {}
    for c in given.values():
        for g in c.get("shares") or ():
            groups.setdefault(str(g), []).append(str(c.get("label") or ""))
    common = [g for g, members in groups.items() if len(members) > 1]
    keys = {g: chr(ord("A") + i) for i, g in enumerate(common[:_SHARED])}
    out = {}
    for name, c in given.items():
        shares = tuple(str(g) for g in c.get("shares") or ())
        letters = " ".join(keys[g] for g in shares if g in keys)
        state = str(c.get("state", ""))
        out[str(name)] = Barrier(
            str(name),
            str(c.get("label") or name),
            state if state in STATES else "not known",
            _fails(c.get("fails"), state),
            shares,
            letters,
        )
    return out, tuple((k, g, listed(groups[g], most=_SHARED)) for g, k in keys.items())


def _ways(given: Sequence[Mapping[str, Any]], known: Mapping[str, Barrier], most: int) -> tuple[Way, ...]:
    return tuple(
        Way(str(x["id"]), str(x.get("label") or x["id"]), tuple(known[str(b)] for b in x.get("barriers", ()) if str(b) in known))
        for x in given[:most]
    )


def bowtie(data: Mapping[str, Any]) -> Bowtie:
    """The ways of a `bowtie` picture; a barrier that names no control is left out."""
    known, shared = _barriers(data)
    threats, after = data.get("threats", ()), data.get("consequences", ())
    cut = [(len(threats) - _THREATS, "threat"), (len(after) - _CONSEQUENCES, "consequence")]
    more = " and ".join(counted(n, what) for n, what in cut if n > 0)
    return Bowtie(str(data["event"].get("label") or data["event"]["id"]), _ways(threats, known, _THREATS),
                  _ways(after, known, _CONSEQUENCES), shared, more)  # fmt: skip  # one record


def _box(x: float, y: float, label: str, kind: str) -> str:
    """A threat or a consequence, `x` at its middle."""
    lines = wrapped(label, _LETTERS)
    h = 16 + LINE * len(lines)
    rect = f'<rect class="box" x="{px(x - _BOX / 2)}" y="{px(y - h / 2)}" width="{px(_BOX)}" height="{px(h)}" rx="3"/>'
    return f'<g class="{kind}"><title>{words(label)}</title>{rect}{block(x, y, lines)}</g>'


def _sign(x: float, y: float, b: Barrier) -> str:
    """Whole and filled: effective. Broken in the middle with a cross: failed. A dashed outline: missing. A way around it: bypassed."""
    left, top, half = x - _THICK / 2, y - _TALL / 2, _TALL / 2
    kind = b.state.replace(" ", "-")
    whole = f'<rect class="bar" x="{px(left)}" y="{px(top)}" width="{px(_THICK)}" height="{px(_TALL)}"/>'
    if b.state == "failed":
        piece = half - 7
        parts = "".join(
            f'<rect class="bar" x="{px(left)}" y="{px(v)}" width="{px(_THICK)}" height="{px(piece)}"/>' for v in (top, y + 7)
        )
        whole = parts + f'<path class="cross" d="M{px(x - 5)} {px(y - 5)}l10 10m0 -10l-10 10"/>'
    elif b.state == "bypassed":
        whole += f'<path class="around" d="M{px(x - 20)} {px(y)}C{px(x - 16)} {px(top - 12)} {px(x + 16)} {px(top - 12)} {px(x + 20)} {px(y)}"/>'
    return f'<g class="barrier {kind}"><title>{words(f"{b.label}: {b.state}")}</title>{whole}</g>'


def _head(x: float, bottom: float, b: Barrier) -> str:
    """Name, state and chance of failing over a column, the state just above the first way."""
    lines = wrapped(b.label, _HEAD_LETTERS)
    if b.keys:
        lines[-1] += f" ({b.keys})"
    foot = [b.state, *([f"fails {b.fails.partition(' (')[0]}"] if b.fails else [])]
    top = bottom - LINE * (len(lines) + len(foot))
    out = "".join(text(x, top + i * LINE, t, "name") for i, t in enumerate(lines))
    kinds = (f"state {b.state.replace(' ', '-')}", "odds")
    return out + "".join(text(x, top + (len(lines) + i) * LINE, t, k) for i, (t, k) in enumerate(zip(foot, kinds, strict=False)))


def _columns(ways: Sequence[Way], most: int) -> tuple[list[Barrier], int]:
    """Barriers of one side, each after those before it on every way as far as ways agree, and how many are not drawn."""
    todo = {b.id: b for w in ways for b in w.barriers}
    before: dict[str, set[str]] = {i: set() for i in todo}
    for w in ways:
        for a, b in pairwise(w.barriers):
            before[b.id].add(a.id)
    every = []
    while todo:
        ready = next((i for i in todo if not before[i] & todo.keys()), next(iter(todo)))
        every.append(todo.pop(ready))
    return every[:most], max(0, len(every) - most)


@dataclass(frozen=True, slots=True)
class _Side:
    """Where one side of the event is drawn: rows from `top`, columns at `xs`, boxes around `box`, the event's edge at `gate`."""

    ways: tuple[Way, ...]
    columns: tuple[Barrier, ...]
    xs: tuple[float, ...]
    box: float
    gate: float
    top: float
    middle: float
    kind: str

    def y(self, i: int) -> float:
        return self.top + _ROW * (i + 0.5)

    def draw(self) -> str:
        return self._stems() + "".join(self._way(i, w) for i, w in enumerate(self.ways)) + "".join(self._heads())

    def _heads(self) -> list[str]:
        return [_head(x, self.top, b) for x, b in zip(self.xs, self.columns, strict=True)]

    def _stems(self) -> str:
        """A faint line through the signs of one control."""
        out = ""
        for x, b in zip(self.xs, self.columns, strict=True):
            rows = [self.y(i) for i, w in enumerate(self.ways) if b in w.barriers]
            out += f'<path class="stem" d="M{px(x)} {px(min(rows))}V{px(max(rows))}"/>'
        return out

    def _way(self, i: int, way: Way) -> str:
        left = self.kind == "threat"
        y = self.y(i)
        met = [(x, b) for x, b in zip(self.xs, self.columns, strict=True) if b in way.barriers]
        start = self.box + _BOX / 2 if left else self.gate
        end = self.gate if left else self.box - _BOX / 2
        turn = (
            max([x + _THICK for x in self.xs], default=start) + 8 if left else min([x - _THICK for x in self.xs], default=end) - 8
        )
        stop = next((x for x, b in met if b.state == "effective"), None)
        path = self._line(start, end, y, turn)
        out = f'<path class="way{" faint" if stop is not None else ""}" d="{path}"/>'
        if stop is not None and left:
            out += f'<path class="way" d="M{px(start)} {px(y)}H{px(stop)}"/>'
        elif stop is not None:
            out += f'<path class="way" d="{self._bend(self.gate, self.middle, turn, y)}H{px(stop)}"/>'
        if not left:
            out += f'<path class="tip" d="M{px(end)} {px(y)}l-8 -4v8z"/>'
        return out + "".join(_sign(x, y, b) for x, b in met) + _box(self.box, y, way.label, self.kind)

    def _line(self, start: float, end: float, y: float, turn: float) -> str:
        if self.kind == "threat":
            return f"M{px(start)} {px(y)}H{px(turn)}C" + self._bend(turn, y, end, self.middle).partition("C")[2]
        return self._bend(start, self.middle, turn, y) + f"H{px(end)}"

    @staticmethod
    def _bend(x0: float, y0: float, x1: float, y1: float) -> str:
        mid = (x0 + x1) / 2
        return f"M{px(x0)} {px(y0)}C{px(mid)} {px(y0)} {px(mid)} {px(y1)} {px(x1)} {px(y1)}"


def _legend(x: float, y: float) -> str:
    out = ""
    for i, state in enumerate(STATES):
        at = x + 118 * i
        out += _sign(at + 20, y, Barrier("", state, state, "", (), "")) + text(at + 44, y + 4, state, "", "start")
    return out


def bowtie_drawing(data: Mapping[str, Any]) -> tuple[float, float, str]:
    """Width, height and the inside of the drawing, every word escaped; its looks are in `bowtie.css`."""
    v = bowtie(data)
    (left, more_left), (right, more_right) = _columns(v.threats, _LEFT), _columns(v.consequences, _RIGHT)
    heads = [len(wrapped(b.label, _HEAD_LETTERS)) + 1 + bool(b.fails) for b in (*left, *right)]
    top = _MARGIN + LINE * max(heads, default=0) + 6
    rows = max(len(v.threats), len(v.consequences), 1)
    middle = top + _ROW * rows / 2
    start = _MARGIN + _BOX + _GAP / 2
    gate = start + _COLUMN * len(left) + 2 * _GAP
    out = gate + _EVENT
    end = out + 2 * _GAP + _COLUMN * len(right) + _GAP / 2
    threats = _Side(v.threats, tuple(left), tuple(start + _COLUMN * (i + 0.5) for i in range(len(left))), _MARGIN + _BOX / 2, gate,
                    top + _ROW * (rows - len(v.threats)) / 2, middle, "threat")  # fmt: skip  # one record
    after = _Side(v.consequences, tuple(right), tuple(out + 2 * _GAP + _COLUMN * (i + 0.5) for i in range(len(right))), end + _BOX / 2, out,
                  top + _ROW * (rows - len(v.consequences)) / 2, middle, "consequence")  # fmt: skip  # one record
    lines = wrapped(v.event, 15, 4)
    tall = 24 + LINE * len(lines)
    event = (f'<g class="event"><title>{words(v.event)}</title><rect class="box" x="{px(gate)}" y="{px(middle - tall / 2)}" width="{px(_EVENT)}" '
             f'height="{px(tall)}" rx="8"/>{block(gate + _EVENT / 2, middle, lines)}</g>')  # fmt: skip  # one element
    foot = top + _ROW * rows + 22
    notes = [f"{k}: {members} share {name}" for k, name, members in v.shared]
    cut = [w for w in (v.more, counted(more_left + more_right, "barrier") if more_left + more_right else "") if w]
    notes += ["not drawn: " + ", ".join(cut)] if cut else []
    below = "".join(text(_MARGIN, foot + 30 + 16 * i, n, "key", "start") for i, n in enumerate(notes))
    body = threats.draw() + (after.draw() if v.consequences else "") + event + _legend(_MARGIN, foot) + below
    return end + _BOX + _MARGIN, foot + 26 + 16 * len(notes), body


def bowtie_svg(data: Mapping[str, Any]) -> str:
    """A picture that stands alone: one SVG file with its own style, light and dark, and what it shows in words; no script, no address
    but the namespace."""
    wide, high, body = bowtie_drawing(data)
    v = bowtie(data)
    css = (files("fuelbed.report") / "templates" / "bowtie.css").read_text(encoding="utf-8")
    ways = (*v.threats, *v.consequences)
    said = "; ".join(
        f"{w.label}: {', '.join([*(f'{b.label} {b.state}' for b in w.told), *filter(None, [w.untold])])}" for w in ways
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bowtie alone" role="img" width="{px(wide)}" height="{px(high)}" '
        f'viewBox="0 0 {px(wide)} {px(high)}"><title>{words(f"Bow-tie of {v.event}")}</title><desc>{words(said)}</desc>'
        f'<style>{ALONE}{css}</style><rect class="paper" width="100%" height="100%"/>{body}</svg>\n'
    )
