"""Hostile texts: read without failing, in work that grows with the text and not faster."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from fuelbed.text.markdown import MAX_BLOCKS
from fuelbed.text.read import read
from tests.further import one_in

SHORT, LONG = 10_000, 100_000
FACTOR = 40.0  # 10 would be linear; the rest is noise of a shared machine
QUICK = 0.05

TEXTS: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: "[" * n,
    "images": lambda n: "![[]()" * (n // 6),
    "table": lambda n: "|" + " a |" * 200 + "\n|" + "-|" * 200 + "\n" + ("|" + " a |" * 200 + "\n") * (n // 800 + 1),
    "emphasis": lambda n: "*a " * (n // 3),
    "angles": lambda n: "<" * n,
    "quotes": lambda n: ("> " * 40 + "a\n") * (n // 82),
    "lists": lambda n: "- " * (n // 2),
    "stairs": lambda n: "".join("  " * i + "- a\n" for i in range(int(n**0.5))),
    "line": lambda n: "word " * (n // 5),
    "lines": lambda n: "a\n" * (n // 2),
    "ticks": lambda n: "".join("`" * (i % 60 + 1) + " " for i in range(n // 31)),
    "comments": lambda n: "<!--" * (n // 4),
    "headings": lambda n: "# a\n" * (n // 4),
    "names": lambda n: "Impact:\na\n" * (n // 10),
    "names in a row": lambda n: "**Impact:** a\n" * (n // 14),
    "times": lambda n: "12:03 a\n" * (n // 8),
    "points": lambda n: "." * n,
    "initials": lambda n: "A. " * (n // 3),
    "targets": lambda n: '](a "' * (n // 5),
    "tags": lambda n: "<a " * (n // 3),
    "promises": lambda n: "# Actions\n\n" + "we will " * (n // 8),
    "items": lambda n: "# Actions\n\n" + "- will be @a (issue #1\n" * (n // 22),
    "nested items": lambda n: "# Actions\n\n" + "- a:\n  - b\n    - c\n" * (n // 20),
    "front matter": lambda n: "---\n" + "a: b\n" * (n // 5),
    "returns": lambda n: "a\r" * (n // 2),
    "accents": lambda n: "e\u0301" * (n // 2),
    "blanks": lambda n: " " * n + "a",
}


def _seconds(text: str) -> float:
    start = time.process_time()
    read(text)
    return time.process_time() - start


@pytest.mark.parametrize("name", one_in(2, TEXTS))
def test_work_is_linear(name: str) -> None:
    make = TEXTS[name]
    base, took = _seconds(make(SHORT)), _seconds(make(LONG))
    for _ in range(5):  # a busy machine is slow at any moment, work that grows too fast is slow each time
        if took <= max(QUICK, FACTOR * base):
            break
        took = min(took, _seconds(make(LONG)))
    assert took <= max(QUICK, FACTOR * max(base, QUICK / 10))


def test_blocks_are_capped_with_a_finding() -> None:
    d = read("- a\n" * (MAX_BLOCKS + 10))
    assert len(d.blocks) == MAX_BLOCKS
    assert [f.code for f in d.findings] == ["FB080"]


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "\ud800",
        "\ufeff",
        "\r",
        "---",
        "+++\n+++",
        "```",
        "|",
        "|-|\n|-|",
        "[]: x",
        "[^1]: x",
        "- ",
        ">",
        "#",
        "**",
        "1.",
        "\x1b[0m",
    ],
)
def test_scraps_are_read(text: str) -> None:
    read(text)
