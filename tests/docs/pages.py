"""Reads the documentation: its links, and its code blocks in order.

What a block means is said by the words after its fence:

    yaml FOLDER/case.yaml   the file, whole when it starts with `fuelbed:`, else its sections replace those of the file
    yaml                    a case, or sections that make one when a head is put before them
    markdown FILE, csv FILE a text file; so are json, openmetrics, xml and dft FILE
    yaml OTHER              any other YAML file; it must be well formed
    sh                      commands, run one after the other in the folder where the page's files are
    python                  a script, run there; `python FILE` is a file
    text                    part of what the command or script before it printed (blanks and line ends do not count)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PAGES", "ROOT", "Block", "anchors", "blocks", "links", "prose"]

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
_BLOCK = re.compile(r"^```(?P<word>\S*)[ \t]*(?P<name>[^\n]*)\n(?P<text>.*?)^```[ \t]*$", re.S | re.M)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `line` is the one of its first line of text."""

    word: str
    name: str
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for m in _BLOCK.finditer(text):
        yield Block(m["word"], m["name"].strip(), m["text"], text.count("\n", 0, m.start("text")) + 1)


def prose(page: Path) -> str:
    """The page without its code blocks and code spans."""
    return re.sub(r"`[^`\n]*`", "", _BLOCK.sub("", page.read_text(encoding="utf-8")))


def links(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", prose(page))


def anchors(page: Path) -> set[str]:
    """The anchors that a Git host makes of the headings."""
    found = re.findall(r"^#+[ \t]+(.+?)[ \t]*$", _BLOCK.sub("", page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in found}
