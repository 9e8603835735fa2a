"""How deep the defence of a case is: controls as they are drawn, and after merging what falls together.

Two controls fall together where they share a `depends_on`, a common-cause group, or the signal that both need (or two signals that make
their errors together). A control that is missing or bypassed is no layer: it has fallen already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fuelbed.core.case import Case
from fuelbed.numerics.attack.compose import Composed
from fuelbed.numerics.attack.depth import Depth, depth, merged
from fuelbed.numerics.attack.graph import AndOr

__all__ = ["Layers", "layers", "standing_controls", "stands_on"]


@dataclass(frozen=True, slots=True)
class Layers:
    """nominal, effective  see `Depth`; `groups` the controls that fall together, by name, and `shared` what each group shares.
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
) -> Layers:
    """The depth today; or with the nodes `closed` out of reach, the controls of `standing` in place (added ones with what they share)."""
    today, down = standing_controls(case, composed)
    controls = list(today if standing is None else standing)
    down = [n for n in composed.events("control") if n not in controls] if standing is not None else down
    depends = [list(stands_on(case, n, (shares or {}).get(n, ""))) for n in controls]
    groups = merged(depends)
    graph = _without(composed.graph, closed)
    nodes = [composed.nodes[("control", n)] for n in controls]
    nominal = depth(graph, composed.goal, [[i] for i in nodes], most)
    effective = (
        nominal if len(groups) == len(controls) else depth(graph, composed.goal, [[nodes[i] for i in g] for g in groups], most)
    )
    return Layers(
        nominal,
        effective,
        tuple(controls),
        tuple(tuple(controls[i] for i in g) for g in groups),
        tuple(tuple(dict.fromkeys(x for i in g for x in depends[i] if sum(x in depends[j] for j in g) > 1)) for g in groups),
        tuple(down),
    )


def _without(graph: AndOr, closed: Sequence[int]) -> AndOr:
    """The graph with nodes that can never be reached: sources that only feed themselves, as OR nodes."""
    if not closed:
        return graph
    nodes = np.array(sorted(set(closed)), dtype=np.intp)
    return AndOr(graph.ands, np.concatenate([graph.heads, nodes]), np.concatenate([graph.tails, nodes]))
