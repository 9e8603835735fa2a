"""Unlike triggers that met the same latent conditions: what set each account off, what stood there each time, and what each became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from fuelbed.core.shown import counted
from fuelbed.report._svg import ALONE, block, px, text, words, wrapped

__all__ = ["Account", "Shared", "shared", "shared_drawing", "shared_svg"]

_MOST, _TOLD = 8, 60  # accounts that are drawn, and that are told in words
_WIDE, _MARGIN, _TOP, _FOOT = 1000.0, 8.0, 34.0, 34.0
_BOX, _STEP, _GAP, _LETTERS, _LINES = 294.0, 17.0, 14.0, 35, 4
_MIDDLE, _MIDDLE_LETTERS, _MIDDLE_STEP = 252.0, 22, 20.0


@dataclass(frozen=True, slots=True)
class Account:
    """One account: its date, what set it off, what it became, and what it says of each condition."""

    date: str
    trigger: str
    label: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """`drawn`: the first accounts; `left`: those that are not told either; `said`: how often the conditions stand together, against chance."""

    conditions: tuple[str, ...]
    accounts: tuple[Account, ...]
    left: int
    said: str

    @property
    def drawn(self) -> tuple[Account, ...]:
        return self.accounts[:_MOST]

    @property
    def more(self) -> int:
        """Accounts that are not drawn."""
        return len(self.accounts) - len(self.drawn) + self.left


def shared(data: Mapping[str, Any]) -> Shared:
    """The accounts of a `shared` picture, in the order given."""
    given = data.get("accounts", ())
    accounts = tuple(
        Account(
            str(a.get("date") or ""), str(a.get("trigger") or ""), str(a.get("label") or ""), tuple(map(str, a.get("told", ())))
        )
        for a in given[:_TOLD]
    )
    return Shared(tuple(map(str, data.get("conditions", ()))), accounts, max(len(given) - _TOLD, 0), str(data.get("said") or ""))


def _box(x: float, y: float, high: float, lines: Sequence[str], kind: str, full: str) -> str:
    rect = f'<rect class="box" x="{px(x)}" y="{px(y - high / 2)}" width="{px(_BOX)}" height="{px(high)}" rx="3"/>'
    return f'<g class="{kind}"><title>{words(full)}</title>{rect}{block(x + 12, y, lines, "", _STEP, "start")}</g>'


def _line(x0: float, y0: float, x1: float, y1: float, kind: str) -> str:
    mid = (x0 + x1) / 2
    return f'<path class="{kind}" d="M{px(x0)} {px(y0)}C{px(mid)} {px(y0)} {px(mid)} {px(y1)} {px(x1)} {px(y1)}"/>'


def _middle(x: float, y: float, conditions: Sequence[str]) -> tuple[float, str]:
    """The box of what stood there each time, and how high it is."""
    lines: list[tuple[str, str]] = []
    for i, c in enumerate(conditions):
        lines += [("and", "and")] if i else []
        lines += [(line, "") for line in wrapped(c, _MIDDLE_LETTERS, 4)]
    high = 30 + _MIDDLE_STEP * len(lines)
    top = y - (len(lines) - 1) * _MIDDLE_STEP / 2 + 5
    said = "".join(text(x + _MIDDLE / 2, top + i * _MIDDLE_STEP, line, kind) for i, (line, kind) in enumerate(lines))
    rect = f'<rect class="box" x="{px(x)}" y="{px(y - high / 2)}" width="{px(_MIDDLE)}" height="{px(high)}" rx="10"/>'
    return high, f'<g class="stood">{rect}{said}</g>'


def shared_drawing(data: Mapping[str, Any]) -> tuple[float, float, str]:
    """Width, height and the inside of the drawing, every word escaped; its looks are in `shared.css`."""
    v = shared(data)
    left, right = _MARGIN, _WIDE - _MARGIN - _BOX
    at = (_WIDE - _MIDDLE) / 2
    rows = [(wrapped(f"{a.date} {a.trigger}".strip(), _LETTERS, _LINES), wrapped(a.label, _LETTERS, _LINES)) for a in v.drawn]
    tall = [18 + _STEP * max(len(a), len(b)) for a, b in rows]
    high, _ = _middle(at, 0, v.conditions)
    inside = max(sum(tall) + _GAP * max(len(tall) - 1, 0), high)
    middle = _TOP + inside / 2
    y = middle - (sum(tall) + _GAP * max(len(tall) - 1, 0)) / 2
    spread = min(high - 30, 22.0 * max(len(tall) - 1, 0))  # where the lines meet the box
    lines = boxes = ""
    for i, ((first, second), h, a) in enumerate(zip(rows, tall, v.drawn, strict=True)):
        row, y = y + h / 2, y + h + _GAP
        meets = middle + (spread * (i / (len(tall) - 1) - 0.5) if len(tall) > 1 else 0)
        lines += _line(left + _BOX, row, at, meets, "in") + _line(at + _MIDDLE, meets, right, row, "out")
        lines += f'<path class="tip" d="M{px(right)} {px(row)}l-8 -4v8z"/>'
        boxes += _box(left, row, h, first, "trigger", a.trigger) + _box(right, row, h, second, "became", a.label)
    heads = text(left, 20, "What set it off", "head", "start") + text(_WIDE / 2, 20, "What stood there each time", "head")
    heads += text(right, 20, "What it became", "head", "start")
    foot = _TOP + inside + 24
    below = [v.said, *([f"Not drawn: {counted(v.more, 'account')} more."] if v.more else [])]
    notes = text(_WIDE / 2, foot, " ".join(x for x in below if x), "key")
    return _WIDE, foot + _FOOT - 24, heads + lines + boxes + _middle(at, middle, v.conditions)[1] + notes


def shared_svg(data: Mapping[str, Any], title: str) -> str:
    """A picture that stands alone: one SVG file with its own style, light and dark, and what it shows in words; no script, no address but the namespace."""
    wide, high, body = shared_drawing(data)
    v = shared(data)
    css = (files("fuelbed.report") / "templates" / "shared.css").read_text(encoding="utf-8")
    each = "; ".join(f"{a.date} {a.trigger}: {a.label}".strip() for a in v.accounts)
    said = f"What stood there each time: {', and '.join(v.conditions)}. {each}. {v.said}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="shared alone" role="img" width="{px(wide)}" height="{px(high)}" viewBox="0 0 {px(wide)} {px(high)}">'
        f"<title>{words(title)}</title><desc>{words(said)}</desc>"
        f'<style>{ALONE}{css}</style><rect class="paper" width="100%" height="100%"/>{body}</svg>\n'
    )
