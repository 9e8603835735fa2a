"""The cut sets as the engine speaks of them: counts and "in every one" are exact however many there are; only the list is cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.shown import listed
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.structure import Event

__all__ = ["LISTED", "CutSets", "count", "cut_set_table", "cut_sets", "plural", "spoken"]

LISTED = 200
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class CutSets:
    """`listed` are the smallest ones, up to `LISTED`; `total`, `by_size`, `holding` (by event) and `every` speak of all of them.

    standing    how many hold no trigger; `crossing` how many hold factors of several layers.
    """

    listed: tuple[tuple[Event, ...], ...]
    total: int
    by_size: Mapping[int, int]
    holding: Mapping[Event, int]
    every: tuple[Event, ...]
    standing: int
    crossing: int

    def with_factor(self, name: str) -> int:
        """How many hold the factor (a trigger stands in for its `tips` too, which never occurs without it)."""
        return max((n for (_, x), n in self.holding.items() if x == name), default=0)

    def in_every(self, *kinds: str) -> list[Event]:
        return [e for e in self.every if e[0] in kinds]


def cut_sets(model: Compiled) -> CutSets:
    """The minimal cut sets of the failure today."""
    s = model.structure
    top = s.lines[model.case.failure]
    sizes = s.orders(top)
    layer = {n: f.layer for n, f in model.case.factors.items()}
    layers = sorted({x for x in layer.values() if x})
    plain = s.inside(top, lambda e: not layer.get(e[1]))
    within = sum(s.inside(top, lambda e, x=x: layer.get(e[1], "") in ("", x)) - plain for x in layers)  # type: ignore[misc]  # bound now
    total = sum(sizes.values())
    return CutSets(
        tuple(s.cut_sets(top, LISTED)),
        total,
        sizes,
        s.holding(top),
        tuple(s.in_every(top)),
        s.inside(top, lambda e: e[0] != "trigger"),
        total - plain - within,
    )


def count(n: int) -> str:
    """`252`, `137,846,528,820`."""
    return f"{n:,}" if n >= 10_000 else str(n)


def plural(n: int, one: str = "minimal cut set") -> str:
    """`1 minimal cut set`, `252 minimal cut sets`."""
    return f"{count(n)} {one}{'' if n == 1 else 's'}"


def spoken(events: Sequence[Event], model: Compiled) -> str:
    """`a`, `b` and the missing `c`."""
    words = []
    for kind, name in events:
        f = model.case.factors.get(name)
        state = {"missing": "the missing ", "failed": "the failed ", "bypassed": "the bypassed "}.get(f.state, "") if f else ""
        words.append(f"{state}`{name}`" if kind == "control" else f"`{name}`")
    return listed(dict.fromkeys(words))


def _label(event: Event) -> str:
    return {"control": f"fails({event[1]})", "tips": f"tips({event[1]})"}.get(event[0], event[1])


def _triggers(cut: Sequence[Event]) -> str:
    return " and ".join(n for k, n in cut if k == "trigger") or "no trigger"


def cut_set_table(model: Compiled, cuts: CutSets) -> Table:
    """The minimal cut sets, with the triggers that could stand in for each other."""
    by_rest: dict[tuple[Event, ...], list[str]] = {}
    for cut in cuts.listed:
        by_rest.setdefault(tuple(e for e in cut if e[0] != "trigger"), []).append(_triggers(cut))
    rows = []
    for cut in cuts.listed[:_SHOWN]:
        rest = tuple(e for e in cut if e[0] != "trigger")
        others = tuple(x for x in by_rest[rest] if x != _triggers(cut))
        layers = sorted({model.case.factors[n].layer for _, n in cut if n in model.case.factors} - {""})
        rows.append(
            (
                Cell(_triggers(cut)),
                Cell(", ".join(map(_label, rest)), items=tuple(map(_label, rest))),
                Cell(str(len(cut))),
                Cell(", ".join(others) or "none", items=others),
                Cell(", ".join(layers)),
            )
        )
    return Table(
        "cut_sets",
        "Minimal cut sets: each is enough to fail",
        (
            Column("trigger", "trigger"),
            Column("standing", "together with", "list"),
            Column("order", "size"),
            Column("substitutes", "triggers that would do as well", "list"),
            Column("layers", "layers", brief=False),
        ),
        tuple(rows),
        note=_note(cuts),
        empty="No combination of factors reaches the failure.",
    )


def _note(cuts: CutSets) -> str:
    if not cuts.total:
        return ""
    sizes = listed([f"{count(n)} of {k} factor{'' if k == 1 else 's'}" for k, n in cuts.by_size.items()])
    note = (
        f"{plural(cuts.total)}: {sizes}." if len(cuts.by_size) > 1 else f"{plural(cuts.total)} of {sizes.partition(' of ')[2]}."
    )
    if cuts.total > _SHOWN:
        note += f" The {_SHOWN} smallest of {count(cuts.total)} are shown."
    if cuts.total > len(cuts.listed):
        note += f" Triggers that would do as well are looked for among the {len(cuts.listed)} smallest."
    return note
