"""The matrix of joint failures: who fails together with whom, by what, the surprising pairs called out by letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fuelbed.core.shown import counted, number

__all__ = ["KINDS", "Called", "Cell", "Joint", "Row", "joint"]

KINDS: Mapping[str, tuple[str, str]] = {
    "hidden dependency": ("hidden", "H"),
    "cascade": ("cascade", "C"),
    "shared dependency": ("shared", "S"),
    "synchronized trigger": ("clock", "T"),
    "contention": ("load", "L"),
    "undecided": ("open", "?"),
    "": ("weak", "·"),
}
"""A mechanism as its class in the page and its letter in text; "" where a pair coincides and is not surprising."""
_SIZES = ((3.0, 0.55), (30.0, 0.75))  # lifts below which a mark is drawn smaller
_CALLED = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair: class and letter of its mechanism, its words, how large it is drawn, and the letter that it is called out by."""

    kind: str
    letter: str
    words: str
    size: float
    called: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A component with its number and its pairs with those before it; None where the two were never together."""

    number: int
    id: str
    label: str
    onsets: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Called:
    letter: str
    a: str
    b: str
    words: str
    mechanism: str


@dataclass(frozen=True, slots=True)
class Joint:
    """`groups`: rows side by side that fail together; the last may hold those that are in no group. `left`: what is not drawn, in words."""

    rows: tuple[Row, ...]
    groups: tuple[tuple[Row, ...], ...]
    called: tuple[Called, ...]
    kinds: tuple[tuple[str, str, str], ...]
    left: str


def joint(data: Mapping[str, Any]) -> Joint:
    """Rows of a `joint` picture, in the order given."""
    ids = [str(c["id"]) for c in data["components"]]
    names = [str(c.get("label") or c["id"]) for c in data["components"]]
    pairs = {(int(p["i"]), int(p["j"])): p for p in data["pairs"]}
    surprising = [(ij, p) for ij, p in pairs.items() if _mechanism(p)][:_CALLED]
    letters = {ij: chr(ord("A") + k) for k, (ij, _) in enumerate(surprising)}
    rows = tuple(
        Row(
            i + 1,
            ids[i],
            names[i],
            counted(int(c["onsets"]), "failure"),
            tuple(_cell(names, pairs.get((j, i)), letters.get((j, i), "")) for j in range(i)),
        )
        for i, c in enumerate(data["components"])
    )
    called = tuple(Called(letters[ij], names[ij[0]], names[ij[1]], _numbers(p), _mechanism(p)) for ij, p in surprising)
    there = {_mechanism(p) for p in pairs.values()}
    kinds = tuple((k, *KINDS[k]) for k in KINDS if k in there)
    return Joint(rows, _grouped(rows, data["groups"]), called, kinds, _left(data["left"]))


def _cell(names: Sequence[str], p: Mapping[str, Any] | None, letter: str) -> Cell | None:
    if p is None:
        return None
    kind, sign = KINDS[_mechanism(p)]
    value = p["lift"][0]
    size = next((s for at, s in _SIZES if value is not None and value < at), 1.0)
    words = f"{names[p['i']]} and {names[p['j']]}: {_numbers(p)}" + (f", {_mechanism(p)}" if _mechanism(p) else "")
    return Cell(kind, sign, words, size, letter)


def _mechanism(p: Mapping[str, Any]) -> str:
    """One of `KINDS`; "" for a word that is none."""
    word = str(p["mechanism"])
    return word if word in KINDS else ""


def _numbers(p: Mapping[str, Any]) -> str:
    """`12 together, 0.015 expected: 795 times as often (459 to 1290)`."""
    value, low, high = p["lift"]
    text = f"{p['together']} together, {number(p['expected'])} expected"
    if value is None:
        return text
    ends = f"({number(low or 0.0)} to {number(high)})" if high is not None else f"(at least {number(low or 0.0)})"
    return f"{text}: {number(value)} times as often {ends}"


def _grouped(rows: Sequence[Row], groups: Sequence[Sequence[str]]) -> tuple[tuple[Row, ...], ...]:
    """Neighbours of one group; every row that is in none by itself with its neighbours that are not either."""
    of = {str(n): k for k, g in enumerate(groups) for n in g}
    out: list[list[Row]] = []
    for row in rows:
        here = of.get(row.id, -1)
        if out and of.get(out[-1][-1].id, -1) == here:
            out[-1].append(row)
        else:
            out.append([row])
    return tuple(tuple(g) for g in out)


def _left(left: Mapping[str, Any]) -> str:
    told = (
        (int(left.get("components", 0)), "more component", "in surprising pairs"),
        (int(left.get("pairs", 0)), "surprising pair", "among them"),
        (int(left.get("quiet", 0)), "component", "in no surprising pair"),
    )
    return "; ".join(f"{counted(n, what)} {where}" for n, what, where in told if n > 0)
