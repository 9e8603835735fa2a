"""The structure engine's pictures, as data: the removal test and the mechanism."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from fuelbed.core.blocks import Picture
from fuelbed.core.expressions import Fails, Ref, Tips, walk
from fuelbed.engines.structure.claim import Removed, may_stand, nothing_comes
from fuelbed.engines.structure.cutsets import CutSets
from fuelbed.numerics.process.bounds import Bound, Comparison
from fuelbed.numerics.process.compile import RATE_CAP, Compiled

__all__ = ["graph", "removal_picture"]

Quantities = Literal["hazard", "probability"]
_DRAWN = 40


def _end(x: float, known: bool) -> float:
    return x if known or x <= RATE_CAP / 1e4 else math.inf


def removal_picture(model: Compiled, today: Mapping[str, Comparison], removed: Removed, cuts: CutSets, known: bool) -> Picture:
    """What is left after each factor is taken out, triggers beside conditions and controls: of failures a year, or where a failure
    may stand without any trigger (which failures a year leave out) of the chance to be failed within the horizon."""
    quantity: Quantities = "probability" if may_stand(today) else "hazard"
    base = today[quantity].after
    rows = [_row(model, name, row, quantity, cuts, known) for name, row in removed.items()]
    order = {"trigger": 0, "condition": 1, "control": 2}
    rows.sort(key=lambda x: (order[x["kind"]], x["change"] if x["change"] is not None else -x["breaks"], x["id"]))
    words = "failures a year" if quantity == "hazard" else f"chance to fail within {model.case.horizon_text}"
    data = {
        "quantity": words,
        "baseline": {"value": _middle(base, known), "low": _end(base.low, known), "high": _end(base.high, known)},
        "rows": rows,
    }
    worst = {k: min((x for x in rows if x["kind"] == k), key=lambda x: x["change"] or 0, default=None) for k in order}
    parts = [
        f"without the {k} {x['label']} {100 * (1 + x['change']):.0f} % remain"
        for k, x in worst.items()
        if x is not None and x["change"] is not None
    ]
    what = words.capitalize() if parts else "Cut sets that are left"
    alt = f"{what} with one factor taken out{': ' if parts else ''}{'; '.join(parts)}."
    if nothing_comes(today):
        alt = "With the numbers given no failure can come, so there is nothing to take away."
    return Picture("removal", "Take one thing away: what is left?", data, alt)


def _middle(b: Bound, known: bool) -> float | None:
    return b.value if known and not math.isnan(b.value) else None


def _row(
    model: Compiled, name: str, row: Mapping[str, Comparison], quantity: Quantities, cuts: CutSets, known: bool
) -> dict[str, Any]:
    f = model.case.factors[name]
    left, r = row[quantity].after, row[quantity].ratio
    value = _middle(left, known)
    sure = value is not None and not math.isnan(r.value)
    return {
        "id": name,
        "label": name,
        "what": f.what,
        "kind": f.kind,
        "value": value if sure else None,
        "low": _end(left.low, known),
        "high": _end(left.high, known),
        "change": r.value - 1 if sure else None,
        "change_low": r.low - 1,
        "change_high": r.high - 1,
        "breaks": cuts.with_factor(name),
        "of": cuts.total,
        "note": f.state if f.kind == "control" else "",
        "also": _also(model, row, quantity, known),
    }


def _also(model: Compiled, row: Mapping[str, Comparison], quantity: Quantities, known: bool) -> str:
    """What else moves, in words: a factor that leaves the picture's own quantity as it is may still cost, or stand."""
    names = {"hazard": "failures a year", "probability": f"chance within {model.case.horizon_text}", "loss": "expected loss"}
    if not known or (model.case.loss_unit == "failures" and len(model.case.outcomes) == 1):
        names.pop("loss")
    moves = {q: row[q].ratio for q in names if q != quantity and _moves(row[q])}
    if quantity == "hazard" and _moves(row["hazard"]):
        moves.pop("probability", None)  # it follows
    if not known:
        return ""
    return "; ".join(f"{names[q]} {_per_cent(r.value - 1)}" for q, r in moves.items() if not math.isnan(r.value))


def _moves(c: Comparison) -> bool:
    return abs(c.after.value - (c.after.value - c.difference.value)) > 1e-12 and abs(c.ratio.value - 1) > 1e-9


def _per_cent(x: float) -> str:
    text = f"{100 * x:+.0f}" if abs(x) >= 0.1 else f"{100 * x:+.2g}"
    return text.replace("-", "\N{MINUS SIGN}") + " %"


def graph(model: Compiled, cuts: CutSets) -> Picture:
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
    data = {
        "nodes": nodes,
        "edges": edges,
        "cut_sets": [list(dict.fromkeys(n for _, n in c)) for c in cuts.listed[:_DRAWN]],
        "cut_sets_in_all": cuts.total,
    }
    alt = "; ".join(f"{name}: {line.text}" for name, line in case.lines.items())
    return Picture("graph", "How it holds together", data, alt)
