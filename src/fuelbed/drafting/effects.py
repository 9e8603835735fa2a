"""What an action item would do to the drafted model: from its class and from what it speaks of to interventions.

An item whose target the text does not show gets no intervention and a question: the action table then says *not modelled*, which is true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fuelbed.core.reading import ReadAction
from fuelbed.drafting.model import DraftAction, DraftFactor
from fuelbed.text.wording import identifier, likeness, rarity

__all__ = ["CLOSED", "WORKS", "effects"]

_LIKE = 0.34  # share of the shorter phrase's telling words
WORKS = "{value: 0.05..0.3, basis: assumed}"  # how often a control that was asked for still fails
CLOSED = "{value: 0..0.5, basis: assumed}"  # how far a condition is there still when an item about it is done

_WHOLLY = "does it close this condition wholly? Then write `remove`; else say how far it is there still"


def effects(
    actions: Sequence[ReadAction], factors: Sequence[DraftFactor], failure: str, taken: set[str]
) -> tuple[DraftAction, ...]:
    """One draft action per item, in order."""
    weight = rarity([*(f.what for f in factors), *(a.item.text for a in actions)])
    out: list[DraftAction] = []
    for a in actions:
        name = identifier(a.item.text, taken, f"action_{len(out) + 1}", most=3)
        taken.add(name)
        does, asks = _does(a, factors, failure, weight)
        out.append(DraftAction(name, a, does, asks))
    return tuple(out)


def _does(
    a: ReadAction, factors: Sequence[DraftFactor], failure: str, weight: Mapping[str, float]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    text = f"{a.item.heading} {a.item.text}" if len(a.item.text.split()) < 4 else a.item.text
    near = {f.name: likeness(text, f.what, weight) for f in factors}
    ranked = sorted((f for f in factors if near[f.name] >= _LIKE), key=lambda f: -near[f.name])

    def best(*kinds: str) -> DraftFactor | None:
        return next((f for f in ranked if f.kind in kinds), None)

    nearest = ranked[0].name if ranked else ""
    ask = (
        f"what in this model does it change? {f'Its words come nearest to `{nearest}`' if nearest else 'No factor was found in its words'}",
    )
    if a.cls == "trigger_only":
        target = best("trigger") or next((f for f in factors if f.kind == "trigger"), None)
        if target is None:
            return (), ask
        verb = "revert" if a.undoes else "prevent"
        return (f"{verb} {target.name}",), () if target.name in {f.name for f in ranked} else (
            "is this the trigger that it takes away?",
        )
    if a.cls == "monitoring":
        control = best("control")
        if control is not None:
            return (f"{{set: {control.name}.fails, to: {WORKS}}}",), ("how often would it still be missed?",)
        seen = best("condition", "trigger")
        return (f"observe {seen.name if seen else failure}",), (
            "which control acts on what it shows? An alert that arms none changes no risk",
        )
    if a.cls in ("structural", "process", "doc"):
        target = best("condition", "control") if a.cls == "structural" else best("control")
        if target is not None and target.kind == "condition":
            return (f"{{set: {target.name}.present, to: {CLOSED}}}",), (_WHOLLY,)
        if target is not None:
            return (f"{{set: {target.name}.fails, to: {WORKS}}}",), ("how often would it still fail?",)
        if a.undoes and (trigger := best("trigger")) is not None:
            return (f"revert {trigger.name}",), ()
    return (), ask
