"""What-if: the tape with its sliders and switches, so that the page re-evaluates exactly what Python does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fuelbed.core.blocks import Picture
from fuelbed.core.errors import BudgetError
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.interventions import Alone, changes_of, middles, removal
from fuelbed.numerics.process.joint import Joint
from fuelbed.numerics.process.transient import transient
from fuelbed.numerics.process.values import has_unknown_rates

__all__ = ["whatif"]


def whatif(model: Compiled, joint: Joint | None = None) -> Picture:
    """One slider per given number, one switch per action item and per factor (its removal).

    Of two switches that set one input the better value counts: the smaller one, but for the inputs listed under `larger`. Items that
    move the chance of tipping of one trigger are listed under `together`, with what is known of sets of them.
    What lies outside the tape (a simulated or bounded probability) travels as a fixed number.
    """
    if has_unknown_rates(model):
        reason = "The case does not say how often its triggers come; with rates (a word such as `monthly` is enough) sliders appear here."
        data: dict[str, Any] = {"tape": None, "outputs": [], "sliders": [], "switches": [], "reason": reason}
        return Picture("whatif", "What if", data, reason)
    t = model.tape
    place = {name: i for i, name in enumerate(t.inputs)}
    mid = middles(model)
    sliders = [s for k in model.knobs if (s := _slider(model, k, place, mid)) is not None]
    switches = _switches(model, place, mid, {s["id"]: i for i, s in enumerate(sliders)})
    start = {n: mid[d] if isinstance(d, str) else d for n, d in model.defaults.items()}
    tape = {**t.as_json(), "inputs": [{"name": n, "value": start[n]} for n in t.inputs]}
    larger = sorted(place[n] for n in (joint.larger if joint is not None else ()) if n in place)
    data = {
        "tape": tape, "outputs": _outputs(model), "sliders": sliders, "switches": switches, "larger": larger,
        "together": _together(model, place, mid, {s["id"]: i for i, s in enumerate(switches)}), "reason": "",
    }  # fmt: skip  # one record
    alt = "Sliders for every number and a switch for every action; they recompute the same formulas inside the page."
    return Picture("whatif", "What if", data, alt)


def _switches(model: Compiled, place: dict[str, int], mid: dict[str, float], at_slider: dict[str, int]) -> list[dict[str, Any]]:
    """Action items, then factors; a setting is [input, value], or [input, value, slider] where a slider moves the same number."""

    def settings(changes: Alone) -> list[list[float]]:
        out = []
        for n, v in changes.items():
            if n in place:
                more = [at_slider[v]] if isinstance(v, str) and v in at_slider else []
                out.append([place[n], mid[v] if isinstance(v, str) else v, *more])
        return out

    used = {n for _, n in model.structure.events}
    actions = [(n, a) for n, a in model.case.actions.items() if a.does]
    factors = [f for f in model.case.factors.values() if f.name in used]
    return [{"id": n, "label": a.what or n, "kind": "action", "set": settings(changes_of(model, a))} for n, a in actions] + [
        {"id": f"without:{f.name}", "label": f.name, "kind": "factor", "set": settings(removal(model, f)), "what": f.what}
        for f in factors
    ]


def _together(model: Compiled, place: dict[str, int], mid: dict[str, float], at: dict[str, int]) -> list[dict[str, Any]]:
    """By trigger whose chance of tipping several items move: its two inputs, and what is known of each set of switches, as
    `Tips.parts` reads it (`set` are the values of the two inputs, `lowers` whether the set surely raises nothing)."""
    out = []
    for t in model.tips.triggers:
        inputs = [place[n] for n in (f"{t}.tips_kept", f"{t}.tips_raised") if n in place]
        parts = [
            {"of": sorted(at[n] for n in names), "set": [mid[v] if isinstance(v, str) else v for v in (s.kept, s.raised)],
             "lowers": s.lowers}
            for names, s in model.tips.sets(t).items()
        ]  # fmt: skip  # one record
        if len(inputs) == 2 and len(parts) > 1:
            out.append({"at": inputs, "parts": parts})
    return out


def _outputs(model: Compiled) -> list[dict[str, Any]]:
    at, unit = model.tape.outputs, f"{model.case.loss_unit} a year"
    chance: dict[str, Any] = {"id": "probability", "label": f"at least one in {model.case.horizon_text}", "kind": "probability"}
    if model.bounded or _simulated(model):
        p = bounds(model, [{}], ("hazard", "probability", "standing"), np.random.default_rng(0))[0]["probability"].after
        value = None if math.isnan(p.value) else p.value
        chance |= {"fixed": True, "value": value, "low": p.low, "high": p.high, "method": p.method}
    return [
        {"id": "hazard", "label": "failures a year", "register": at["hazard"], "kind": "rate"},
        {**chance, "register": at["probability"]},
        {"id": "loss", "label": "expected loss", "register": at["loss"], "kind": "loss", "unit": unit},
    ]


def _simulated(model: Compiled) -> bool:
    try:
        return transient(model) is not None
    except BudgetError:
        return True


def _slider(model: Compiled, label: str, place: dict[str, int], mid: dict[str, float]) -> dict[str, Any] | None:
    k = model.knobs[label]
    inputs = [place[n] for n in k.inputs if n in place]
    q = k.quantity
    if not inputs or (q.dimension == "duration" and not q.given):
        return None
    low, high = q.low, q.high
    if q.is_point:
        low, high = (0.0, 1.0) if q.dimension == "probability" else (q.low / 4, q.low * 4)
    low, high = min(low, RATE_CAP), min(high, RATE_CAP)
    if low == high:
        return None
    value = min(max(mid[label], low), high)
    owner = label.rpartition(".")[0]
    factor = model.case.factors.get(owner)
    unit = {"rate": "a year", "duration": "years"}.get(q.dimension, q.unit)
    scale = "log" if low > 0 and high / low > 5 else "linear"
    return {
        "id": label, "label": label, "group": factor.kind if factor is not None else "shared",
        "low": low, "high": high, "value": value, "scale": scale, "unit": unit, "inputs": inputs,
        "what": factor.what if factor is not None else "", "from": "dynamics" if q.basis == "computed" else "",
    }  # fmt: skip  # one record
