"""The matrix of variants against measures: an arrow where a way to the goal goes on past a measure, a bar where it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fuelbed.core.shown import counted, listed

__all__ = ["ENDED", "SURVIVES", "Measure", "Row", "Surviving", "surviving"]

SURVIVES, ENDED = "→", "|"
_HEADS = {"patch": "Patch", "close": "Close", "mend": "Mend"}


@dataclass(frozen=True, slots=True)
class Measure:
    """A column. `left`: `4 of 9`; `first` where a kind begins."""

    kind: str
    label: str
    left: str
    none: bool
    first: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A variant in words, and of every measure whether it ends there."""

    words: str
    cells: tuple[bool, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surviving:
    """of      how many variants there are today.
    heads   a kind of measures and how many columns it spans; groups  an exploit, whether it is in no list yet, its variants.
    left    what is not drawn, in words.
    """

    goal: str
    of: int
    heads: tuple[tuple[str, str, int], ...]
    measures: tuple[Measure, ...]
    groups: tuple[tuple[str, bool, tuple[Row, ...]], ...]
    left: str


def surviving(data: Mapping[str, Any]) -> Surviving:
    """Rows of a `surviving` picture, in the order given."""
    kinds = [str(m["kind"]) for m in data["measures"]]
    measures = tuple(
        Measure(
            kinds[i],
            str(m["label"]),
            f"{int(m['left'])} of {int(m['of'])}",
            int(m["left"]) == 0,
            i == 0 or kinds[i] != kinds[i - 1],
        )
        for i, m in enumerate(data["measures"])
    )
    heads = tuple((k, _HEADS.get(k, k), len(list(g))) for k, g in groupby(kinds))
    groups = tuple(
        (exploit, new, tuple(_row(v, measures) for v in rows))
        for (exploit, new), rows in groupby(data["variants"], key=lambda v: (str(v["exploit"]), bool(v["new"])))
    )
    of = int(data["measures"][0]["of"]) if data["measures"] else 0
    return Surviving(str(data["goal"]), of, heads, measures, groups, _left(data["left"]))


def _row(v: Mapping[str, Any], measures: tuple[Measure, ...]) -> Row:
    parts = [("through", v["through"]), ("past", v["past"]), ("tipping", v.get("tips", ()))]
    said = [f"{word} " + listed([f"`{n}`" for n in names]) for word, names in parts if names]
    cells = tuple(bool(x) for x in v["ended"])
    words = tuple(f"{'ends with' if c else 'survives'} {m.kind} {m.label}" for c, m in zip(cells, measures, strict=True))
    return Row(", ".join(said) or "with nothing else", cells, words)


def _left(left: Mapping[str, Any]) -> str:
    """`3 variants, 2 measures`; empty where all is drawn."""
    some = [(int(left["variants"]), "variant"), (int(left["measures"]), "measure")]
    return listed([counted(n, word) for n, word in some if n > 0])
