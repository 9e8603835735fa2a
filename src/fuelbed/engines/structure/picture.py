"""The structure engine's pictures, as data: the removal test and the mechanism."""

from __future__ import annotations

import math
from typing import Any

from fuelbed.core.blocks import Picture
from fuelbed.core.expressions import Fails, Ref, Tips, walk
from fuelbed.numerics.process.bounds import Comparison
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.structure import Event

__all__ = ["graph", "removal_picture"]


def _end(x: float, known: bool) -> float:
    return x if known or x <= RATE_CAP / 1e4 else math.inf


def removal_picture(
    model: Compiled,
    today: dict[str, Comparison],
    removed: dict[str, dict[str, Comparison]],
    cuts: list[tuple[Event, ...]],
    known: bool,
) -> Picture:
    """Failures a year after each factor is taken out, triggers beside conditions and controls."""
    base = today["hazard"].after
    rows = [_row(model, name, row, cuts, known) for name, row in removed.items()]
    order = {"trigger": 0, "condition": 1, "control": 2}
    rows.sort(key=lambda x: (order[x["kind"]], x["change"] if x["change"] is not None else -x["breaks"], x["id"]))
    data = {
        "quantity": "failures a year",
        "baseline": {"value": base.value if known else None, "low": _end(base.low, known), "high": _end(base.high, known)},
        "rows": rows,
    }
    worst = {k: min((x for x in rows if x["kind"] == k), key=lambda x: x["change"] or 0, default=None) for k in order}
    parts = [
        f"without the {k} {x['label']} {100 * (1 + x['change']):.0f} % remain"
        for k, x in worst.items()
        if x is not None and x["change"] is not None
    ]
    alt = "Failures a year with one factor taken out: " + ("; ".join(parts) or "cut sets broken by each factor") + "."
    return Picture("removal", "Take one thing away: what is left?", data, alt)


def _row(model: Compiled, name: str, row: dict[str, Comparison], cuts: list[tuple[Event, ...]], known: bool) -> dict[str, Any]:
    f = model.case.factors[name]
    h, r = row["hazard"].after, row["hazard"].ratio
    return {
        "id": name,
        "label": name,
        "what": f.what,
        "kind": f.kind,
        "value": h.value if known else None,
        "low": _end(h.low, known),
        "high": _end(h.high, known),
        "change": r.value - 1 if known else None,
        "change_low": r.low - 1,
        "change_high": r.high - 1,
        "breaks": sum(any(n == name for _, n in c) for c in cuts),
        "of": len(cuts),
        "note": f.state if f.kind == "control" else "",
    }


def graph(model: Compiled, cuts: list[tuple[Event, ...]]) -> Picture:
    """Triggers, conditions, controls and lines, with an edge from each to the lines that read it."""
    case = model.case
    nodes: list[dict[str, str]] = []
    edges: list[list[str]] = []
    used = {n for _, n in model.structure.events} - set(model.added)
    for n in case.factors:
        if n in used:
            f = case.factors[n]
            nodes.append({"id": n, "label": n, "what": f.what, "kind": f.kind, "state": f.state if f.kind == "control" else ""})
    outcomes = {o.name for o in case.outcomes} | {case.failure}
    for name, line in case.lines.items():
        nodes.append({"id": name, "label": name, "kind": "failure" if name in outcomes else "line", "state": ""})
        below = dict.fromkeys(e.name for e in walk(line.expr) if isinstance(e, Ref | Fails | Tips))
        edges += [[n, name] for n in below]
    data = {"nodes": nodes, "edges": edges, "cut_sets": [[n for _, n in c] for c in cuts[:40]]}
    alt = "; ".join(f"{name}: {line.text}" for name, line in case.lines.items())
    return Picture("graph", "How it holds together", data, alt)
