"""How deep the defence of a case is: controls as they are drawn, and what is left of them where they fall together or are blind.

As drawn, every control counts for itself and every signal that it needs can be seen. In truth a control falls while its signal is blind.

Two controls fall together where they share a `depends_on`, a common-cause group, or the signal that both need (or two signals that make
their errors together). A control that is missing or bypassed is no layer: it has fallen already.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fuelbed.core.case import Case
from fuelbed.numerics.attack.compose import Composed, compose
from fuelbed.numerics.attack.depth import Depth, depth, merged
from fuelbed.numerics.attack.graph import AndOr

__all__ = ["Layers", "as_drawn", "layers", "standing_controls", "stands_on"]


@dataclass(frozen=True, slots=True)
class Layers:
    """nominal, effective  see `Depth` (the first as drawn); `groups` the controls that fall together, by name, and `shared` what each group shares.
    `down` are controls that are missing or bypassed and so count as no layer.
    """

    nominal: Depth
    effective: Depth
    controls: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    shared: tuple[tuple[str, ...], ...]
    down: tuple[str, ...]


def stands_on(case: Case, control: str, shares: str = "") -> dict[str, None]:
    """What a control cannot do without, as words: `depends_on`, common-cause groups, the signal that it needs."""
    f = case.factors.get(control)
    out: dict[str, None] = {}
    if f is not None:
        out.update(dict.fromkeys(f.traits.depends_on))
        if f.needs:
            signal = case.signals.get(f.needs)
            out[f"{signal.shares} (signals)" if signal is not None and signal.shares else f.needs] = None
    for g in case.common_causes:
        if control in g.of or (shares and (shares == g.name or shares in g.of)):
            out[g.name] = None
    return out


def standing_controls(case: Case, composed: Composed) -> tuple[list[str], list[str]]:
    """Controls that can stand in the way, and those that are down for good."""
    names = composed.events("control")
    down = [n for n in names if (f := case.factors.get(n)) is not None and f.state in ("missing", "bypassed")]
    return [n for n in names if n not in down], down


def layers(
    case: Case,
    composed: Composed,
    most: int = 3,
    closed: Sequence[int] = (),
    standing: Sequence[str] | None = None,
    shares: Mapping[str, str] | None = None,
    drawn: Composed | None = None,
) -> Layers:
    """The depth today; or with the nodes `closed` out of reach, the controls of `standing` in place (added ones with what they share).
    `drawn` is the graph of `as_drawn`, whose nodes are looked up by their events; left out, nominal depth is taken of `composed`."""
    today, down = standing_controls(case, composed)
    controls = list(today if standing is None else standing)
    down = [n for n in composed.events("control") if n not in controls] if standing is not None else down
    depends = [list(stands_on(case, n, (shares or {}).get(n, ""))) for n in controls]
    groups = merged(depends)
    graph = _without(composed.graph, closed)
    nodes = [composed.nodes[("control", n)] for n in controls]
    nominal = _nominal(composed, drawn, closed, controls, most)
    same = len(groups) == len(controls) and drawn in (None, composed)
    effective = nominal if same else depth(graph, composed.goal, [[nodes[i] for i in g] for g in groups], most)
    return Layers(
        nominal,
        effective,
        tuple(controls),
        tuple(tuple(controls[i] for i in g) for g in groups),
        tuple(tuple(dict.fromkeys(x for i in g for x in depends[i] if sum(x in depends[j] for j in g) > 1)) for g in groups),
        tuple(down),
    )


def as_drawn(case: Case, composed: Composed, added: Mapping[str, str] | None = None) -> Composed:
    """The graph in which no control is blind; `composed` itself where none can be."""
    blind = [
        n
        for n, f in case.factors.items()
        if f.needs and (s := case.signals.get(f.needs)) is not None and s.blind_when is not None
    ]
    if not any(("control", n) in composed.nodes for n in blind):
        return composed
    seeing = {n: dataclasses.replace(f, needs="") if n in blind else f for n, f in case.factors.items()}
    return compose(dataclasses.replace(case, factors=seeing), added)


def _nominal(composed: Composed, drawn: Composed | None, closed: Sequence[int], controls: Sequence[str], most: int) -> Depth:
    """Each control a group of its own, on the graph as drawn."""
    if drawn is None:
        drawn = composed
    shut = set(closed)
    also = [drawn.nodes[e] for e, i in composed.nodes.items() if i in shut and e in drawn.nodes]
    nodes = [[drawn.nodes[("control", n)]] for n in controls if ("control", n) in drawn.nodes]
    return depth(_without(drawn.graph, also), drawn.goal, nodes, most)


def _without(graph: AndOr, closed: Sequence[int]) -> AndOr:
    """The graph with nodes that can never be reached: sources that only feed themselves, as OR nodes."""
    if not closed:
        return graph
    nodes = np.array(sorted(set(closed)), dtype=np.intp)
    return AndOr(graph.ands, np.concatenate([graph.heads, nodes]), np.concatenate([graph.tails, nodes]))
