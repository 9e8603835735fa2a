"""Pieces of GitHub-flavoured Markdown, everything from a case escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fuelbed.report._arrange import pieces
from fuelbed.report._columns import UNPRINTABLE, minus

__all__ = ["caption", "code", "grid", "prose", "words"]

_SPECIAL = re.compile(r"([\\*_{}\[\]|~@$^]|(?<!&)#)")


def words(text: str) -> str:
    """Escaped words on one line: no markup, no HTML, no links, no mentions from a case."""
    line = (
        " ".join(UNPRINTABLE.sub(" ", text).split())
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("`", "&#96;")
    )
    line = _SPECIAL.sub(r"\\\1", line).replace("://", ":&#8203;//").replace("\\@", "@&#8203;")
    return re.sub(r"^(\d+)([.)])|^([-=+])", lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", line)


def code(text: str) -> str:
    """A code span that no backtick can leave and no table cell can split."""
    line = " ".join(UNPRINTABLE.sub(" ", text).replace("`", "'").replace("|", "¦").split())
    return f"`{line}`" if line else ""


def prose(text: str) -> str:
    return "".join(code(t) if is_code else _spaced(t) for is_code, t in pieces(text))


def _spaced(text: str) -> str:
    """`words` that keeps a space at either end, so that code spans do not stick to their neighbours."""
    head, tail = " " * text[:1].isspace(), " " * text[-1:].isspace()
    return f"{head}{words(minus(text))}{tail}" if text.strip() else " "


def grid(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def caption(title: str, body: str) -> str:
    return f"**{prose(title)}**\n\n{body}" if title else body
