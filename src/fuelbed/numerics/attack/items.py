"""What each action item does to the variants and to the depth: how many ways survive it, and how many independent controls must fall then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from fuelbed.core.actions import Action
from fuelbed.core.case import Case
from fuelbed.core.errors import BudgetError
from fuelbed.core.facts import Tipping
from fuelbed.numerics.attack.compose import Composed, Event, absent, compose
from fuelbed.numerics.attack.depth import Depth
from fuelbed.numerics.attack.derived import with_unknown
from fuelbed.numerics.attack.layers import layers, standing_controls
from fuelbed.numerics.process.compile import compile_case

__all__ = ["ItemWays", "item_ways"]


@dataclass(frozen=True, slots=True)
class ItemWays:
    """left  variants that survive the item, of `total`; `depth` is the effective depth then, None where no way is left."""

    left: int
    total: int
    depth: Depth | None


def item_ways(case: Case, tipping: Tipping | None = None) -> dict[str, ItemWays]:
    """By action item, "" is today; empty where the case has no exploit and no exposure, or its structure is too large."""
    if not any(f.role in ("exploit", "exposure") for f in case.factors.values()):
        return {}
    try:
        return _all(case, tipping)
    except BudgetError:
        return {}


def _all(case: Case, tipping: Tipping | None) -> dict[str, ItemWays]:
    derived = with_unknown(case).case
    s = compile_case(derived, tipping).structure
    added = {c.target: c.line for a in case.actions.values() for c in a.does if c.verb == "add"}
    composed = compose(derived, added)
    top = s.lines[derived.failure]
    gone = {e for e in s.events if e[0] == "condition" and absent(derived, e[1])}
    total = s.inside(top, lambda e: e not in gone)
    out = {"": ItemWays(total, total, _depth(derived, composed, added, Action("")))}
    for n, a in case.actions.items():
        closed = gone | _closed(a)
        left = s.inside(top, lambda e, closed=closed: e not in closed)  # type: ignore[misc]  # bound now
        out[n] = ItemWays(left, total, _depth(derived, composed, added, a))
    return out


def _closed(action: Action) -> set[Event]:
    """What can no longer happen with the item done."""
    out: set[Event] = set()
    kinds = {"remove": "condition", "prevent": "trigger", "perfect": "control"}
    parameters = {"present": "condition", "rate": "trigger"}
    for c in action.does:
        if c.verb in kinds:
            out.add((kinds[c.verb], c.target))
        elif c.verb == "set" and c.parameter in parameters:
            event = (parameters[c.parameter], c.target)
            (out.add if c.value is not None and c.value.high <= 0 else out.discard)(event)
    return out


def _depth(case: Case, composed: Composed, added: Mapping[str, str], action: Action) -> Depth | None:
    """The effective depth with the item done: controls that it adds or mends stand, those that it disables do not."""
    today, _ = standing_controls(case, composed)
    standing = dict.fromkeys(n for n in today if n not in added)
    shares: dict[str, str] = {}
    for c in action.does:
        if c.verb == "add":
            standing[c.target] = None
            shares[c.target] = c.shares
        elif c.verb == "disable":
            standing.pop(c.target, None)
        elif c.verb == "perfect" or (c.verb == "set" and c.parameter in ("fails", "broken")):
            standing[c.target] = None
    closed = [composed.nodes[e] for e in _closed(action) if e in composed.nodes]
    names = [n for n in standing if ("control", n) in composed.nodes]
    found = layers(case, composed, closed=closed, standing=names, shares=shares)
    return None if _no_way(composed, closed) else found.effective


def _no_way(composed: Composed, closed: Iterable[int]) -> bool:
    shut = np.zeros(composed.graph.n, dtype=bool)
    shut[list(closed)] = True
    return not composed.graph.reached(shut)[composed.goal]
