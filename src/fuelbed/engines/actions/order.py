"""Dominance first: what holds whatever the numbers, between action items and the closing of single conditions."""

from __future__ import annotations

from dataclasses import dataclass

from fuelbed.core.actions import Change
from fuelbed.core.blocks import Picture
from fuelbed.core.shown import named
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.dominance import Order, dominance

__all__ = ["OptionOrder", "option_order"]


@dataclass(frozen=True, slots=True)
class OptionOrder:
    sentence: str
    picture: Picture
    order: Order


def option_order(model: Compiled) -> OptionOrder:
    """The partial order over action items and `close CONDITION` for every condition in a cut set."""
    options: dict[str, tuple[Change, ...]] = {n: a.does for n, a in model.case.actions.items() if a.does}
    for f in model.case.of_kind("condition"):
        if ("condition", f.name) in model.structure.index:
            options[f"close {f.name}"] = (Change("remove", f.name),)
    order = dominance(model, options)
    return OptionOrder(_sentence(model, order, options), _picture(order, options), order)


def _sentence(model: Compiled, order: Order, options: dict[str, tuple[Change, ...]]) -> str:
    actions = [n for n in model.case.actions if n in options]
    if not actions:
        return "No action item says yet what it changes in the model, so none can be set against another."
    nothing = [n for n in actions if order.equal(n, "")]
    closing = [n for n in options if n.startswith("close ")]
    best = max(closing, key=lambda c: len([a for a in actions if a in order.better[c]]), default="")
    above = [a for a in actions if best and a in order.better[best]]
    parts = []
    same = [a for a in above if order.equal(a, best)]
    told: list[str] = []
    trivial = same == above and len(same) == 1 and len(actions) > 1  # it says only that an action does what it says
    if above and len(above) > len(nothing) and not trivial:
        what = best.removeprefix("close ")
        many = "every action item" if len(above) == len(actions) else named(above)
        tail = f" ({named(same)} {_does(same)} exactly that)" if same else ""
        parts.append(f"Whatever the numbers, closing `{what}` does at least as much as {many}{tail}.")
        told = same if len(above) == len(actions) else []  # first among the items, and said to be
    top = [a for a in actions if all(b in order.better[a] for b in actions if b != a)]
    if (
        top and top != told and len(actions) > 1 and len(nothing) < len(actions)
    ):  # where none changes anything, to be first among them says nothing
        parts.append(f"Among the action items, {named(top)} {_does(top)} at least as much as every other.")
    if nothing:
        parts.append(f"{named(nothing)} leave{'s' if len(nothing) == 1 else ''} every cut set as it was.")
    return " ".join(parts) or "No action item does at least as much as another whatever the numbers: the numbers decide."


def _does(names: list[str]) -> str:
    return "does" if len(names) == 1 else "do"


def _picture(order: Order, options: dict[str, tuple[Change, ...]]) -> Picture:
    """Equal options as one class; edges only between neighbours (the transitive reduction)."""
    names = list(options)
    classes: list[list[str]] = []
    for n in names:
        home = next((c for c in classes if order.equal(c[0], n)), None)
        if home is None:
            classes.append([n])
        else:
            home.append(n)
    heads = [c[0] for c in classes]
    over = {a: [b for b in heads if order.strictly(a, b)] for a in heads}  # lists: the order of the file, in every process
    edges = [[a, b] for a in heads for b in over[a] if not any(b in over[c] for c in over[a])]
    data = {"items": [{"id": n, "label": n} for n in names], "edges": edges, "classes": classes}
    alt = "; ".join(f"{a} does at least as much as {', '.join(sorted(over[a]))}" for a in heads if over[a])
    return Picture(
        "order",
        "Whatever the numbers: which does at least as much as which",
        data,
        alt or "No order without numbers.",
        detail=True,
    )
