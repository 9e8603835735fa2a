"""Pieces of drawings that stand alone: words escaped and wrapped, numbers, and the page's own colours for light and dark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from fuelbed.report._columns import UNPRINTABLE

__all__ = ["ALONE", "LINE", "block", "px", "text", "words", "wrapped"]

LINE = 14.0  # from a line of words to the next
LINES = 3


def px(v: float) -> str:
    return f"{v:.1f}".removesuffix(".0")


def words(raw: str) -> str:
    """Escaped for SVG, as text and in attributes, without characters that XML cannot hold."""
    return escape(
        UNPRINTABLE.sub("\ufffd", " ".join(raw.replace("`", "").split())).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    )


def wrapped(raw: str, letters: int, lines: int = LINES) -> list[str]:
    """At most so many lines, broken at spaces and after underscores; the last with an ellipsis where there is more."""
    out = [""]
    for word in re.findall(r"[^\s_]*(?:_|\s+|$)", raw.replace("`", "")):
        rest = word
        while len(rest.rstrip()) > letters:
            if out[-1].strip():
                out.append("")
            out[-1], rest = rest[:letters], rest[letters:]
            out.append("")
        if out[-1] and len(out[-1]) + len(rest.rstrip()) > letters:
            out.append("")
        out[-1] += rest
    kept = [x.strip() for x in out if x.strip()] or ["?"]
    return kept if len(kept) <= lines else [*kept[: lines - 1], kept[lines - 1][: letters - 1].rstrip() + "…"]


def text(x: float, y: float, said: str, kind: str = "", anchor: str = "middle") -> str:
    look = f' class="{kind}"' if kind else ""
    return f'<text{look} x="{px(x)}" y="{px(y)}" text-anchor="{anchor}">{words(said)}</text>'


def block(x: float, y: float, lines: Sequence[str], kind: str = "", step: float = LINE, anchor: str = "middle") -> str:
    """Lines of text around a centre."""
    top = y - (len(lines) - 1) * step / 2 + 4
    return "".join(text(x, top + i * step, line, kind, anchor) for i, line in enumerate(lines))


ALONE = (
    ".alone { --paper: #fdfdfb; --ink: #1c1f22; --muted: #5a6168; --soft: #f3f3ee; --rule: #dcdcd6; --trigger: #1f6fa8; --trigger-soft: #e8f0f7;"
    " --condition: #b4480a; --condition-soft: #f9ece2; --bad: #a32018; --good: #0b6b4f; --sans: system-ui, sans-serif; }\n"
    "@media (prefers-color-scheme: dark) { .alone { --paper: #15171a; --ink: #e6e6e2; --muted: #a0a7ae; --soft: #1c1f23; --rule: #33383d;"
    " --trigger: #6fb3e6; --trigger-soft: #1a2a38; --condition: #f0954f; --condition-soft: #35241a; --bad: #ff8f80; --good: #6fd3ae; } }\n"
    ".alone .paper { fill: var(--paper); }\n"
)  # the page's own colours
