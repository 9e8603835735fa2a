"""Single words as evidence: how much each speaks for what an action item would change, where no list of the lexicon holds it.

The weights are fitted to items, most of them invented for it (`bench/invented`), and stand in a table beside the lexicon: one line for a word with a
number for each column that its first line names. A word is its stem, so that `retries` and `retrying` are one; words without content do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from fuelbed.text.wording import stems

__all__ = ["Table", "counted", "table_of"]

_MOST = 40  # words that count: what an item asks for stands at its start
_LONGEST = 1_000  # characters that are looked at

Table = Mapping[str, tuple[float, ...]]


def counted(text: str) -> tuple[str, ...]:
    """The words of an item that count, each once, in order."""
    return tuple(s for s in stems(text[:_LONGEST]) if not s.isdigit())[:_MOST]


@lru_cache(maxsize=1)
def table_of(name: str) -> tuple[tuple[str, ...], Table]:
    """The columns of a table of weights, and its rows by feature."""
    text = (files("fuelbed.text") / "lexicon" / f"{name}.tsv").read_text(encoding="utf-8")
    head, *rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#!"))
    return tuple(head[1:]), {name: tuple(map(float, row)) for name, *row in rows}
