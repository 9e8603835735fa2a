"""The minimal sets that meet every set of a family, one by one: what `numerics/boolean/overturning.py` finds without listing them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fuelbed.numerics.boolean.bdd import Bdd

__all__ = ["minimal_hitting_sets"]

_BERGE = 2_000  # partial hitting sets kept as plain sets; beyond, a decision diagram does it


def minimal_hitting_sets(families: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """The minimal sets that meet every family: of a monotone structure, the minimal causes of an incident in which exactly
    these cut sets were active (no line can be held true to any use). C. Berge, "Hypergraphs", 1989: one family at a time."""
    rows = sorted(set(families), key=lambda r: (len(r), sorted(r)))
    found: list[frozenset[str]] = [frozenset()]
    for row in rows:
        met = [h for h in found if h & row]
        wider = {h | {x} for h in found if not h & row for x in row}
        if len(met) + len(wider) > _BERGE:
            return _by_diagram(rows)
        found = met + [w for w in wider if not any(h <= w for h in met)]
    return sorted(found, key=lambda s: (len(s), sorted(s)))


def _by_diagram(rows: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    names = sorted({x for r in rows for x in r})
    b = Bdd(len(names))
    place = {x: i for i, x in enumerate(names)}
    z, root = b.minimal_solutions(b.all_(b.any_(b.variable(place[x]) for x in r) for r in rows))
    return sorted((frozenset(names[v] for v in s) for s in z.sets(root, 10_000)), key=lambda s: (len(s), sorted(s)))
