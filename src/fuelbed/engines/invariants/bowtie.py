"""The bow-tie: threats, the controls on their way to the failure, the controls on the way from there to each consequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fuelbed.core.blocks import Picture
from fuelbed.core.errors import BudgetError
from fuelbed.core.shown import counted
from fuelbed.engines.invariants.controls import Control, Shared
from fuelbed.engines.invariants.scene import Scene
from fuelbed.engines.invariants.words import code, listed

__all__ = ["bowtie_picture"]

_MOST = 24  # triggers that are looked at


def bowtie_picture(scene: Scene, controls: Sequence[Control], shared: Sequence[Shared]) -> Picture | None:
    """None without controls, or where the cut sets are not known."""
    if not controls or scene.cuts is None or scene.structure is None:
        return None
    case = scene.case
    before = {c.name for c in controls if case.failure in c.later}
    threats: list[dict[str, Any]] = []
    for f in case.of_kind("trigger")[:_MOST]:
        way = _on_the_way(scene, f.name)
        if way is not None:
            threats.append({"id": f.name, "label": f.name, "barriers": [c.name for c in controls if c.name in way]})
    after: list[dict[str, Any]] = []
    for o in case.outcomes:
        if o.name != case.failure:
            behind = [c.name for c in controls if o.name in c.later and c.name not in before]
            after.append({"id": o.name, "label": o.name, "barriers": behind})
    after = after or [{"id": case.failure, "label": "the failure itself", "barriers": []}]
    drawn = {b for x in (*threats, *after) for b in x["barriers"]}
    held = {
        c.name: {
            "label": f"{c.name} (needs {c.factor.needs}, {c.unarmed})" if c.unarmed else c.name,
            "state": c.factor.state,
            "fails": [c.fails.value, c.fails.low, c.fails.high] if not c.fails.is_unknown else None,
            "shares": [s.key for s in shared if c.name in s.members],
        }
        for c in controls
        if c.name in drawn
    }
    data = {"event": {"id": case.failure, "label": case.failure}, "threats": threats, "consequences": after, "controls": held}
    return Picture("bowtie", "What stands between the triggers and the harm", data, _alt(scene, controls, threats, after))


def _on_the_way(scene: Scene, trigger: str) -> set[str] | None:
    """The controls that some cut set with the trigger holds; None where no cut set holds it, or that is past the budget."""
    s, cuts = scene.structure, scene.cuts
    assert s is not None
    assert cuts is not None
    if not cuts.of(trigger):
        return None
    try:
        arrival = s.failing_arrival(s.lines[scene.case.failure], trigger)
        return {n for k, n in s.holding(arrival) if k == "control"}
    except BudgetError:
        return None


def _alt(scene: Scene, controls: Sequence[Control], threats: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> str:
    case = scene.case
    before = [c for c in controls if case.failure in c.later]
    head = (
        f"{counted(len(threats), 'trigger')} reach `{case.failure}`"
        if len(threats) != 1
        else f"one trigger reaches `{case.failure}`"
    )
    between = (
        f"past {listed([f'the {c.factor.state} `{c.name}`' for c in before])}" if before else "and no control stands between"
    )
    tails = [f"{code([x['id']])} behind {code(x['barriers'])}" for x in after if x["barriers"]]
    return f"{head} {between}" + (f"; then {listed(tails)}." if tails else ".")
