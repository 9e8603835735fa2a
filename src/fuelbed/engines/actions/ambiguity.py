"""The ambiguity column of the action table: bits about the mechanism that an item takes away, as observability computed them."""

from __future__ import annotations

import dataclasses

from fuelbed.core.blocks import Cell, Column, Tone
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Signatures
from fuelbed.core.shown import number
from fuelbed.engines.actions.margins import ASKED
from fuelbed.engines.actions.scene import Scene

__all__ = ["NOTHING", "ambiguity_cells", "ambiguity_columns", "bits_between", "sight", "told"]

NOTHING = 0.01  # bits


def ambiguity_columns(scene: Scene) -> list[Column]:
    """Where no item moves the ambiguity and no signal of the case could, the cells say that it was asked for."""
    return [Column("ambiguity", "bits of ambiguity taken away" if told(scene) else "ambiguity", brief=False)]


def told(scene: Scene) -> bool:
    """Whether bits were computed that say something: some item moves them, or the case has signals that could."""
    s = scene.signatures
    if s is None or not s.removed:
        return False
    return bool(scene.case.signals) or any(
        max(abs(e.low), abs(e.high)) > NOTHING for n, e in s.removed.items() if n not in s.said
    )


def ambiguity_cells(scene: Scene, name: str) -> list[Cell]:
    """How many bits about the mechanism of the next failure the item takes away once the signals are read; below 0 it adds some."""
    s: Signatures | None = scene.signatures
    if s is None or not told(scene):
        return [Cell(ASKED, tone="muted")]
    e = s.removed.get(name)
    if e is None:
        return [Cell("not computed" if scene.case.actions[name].does else "", tone="muted")]
    if s.said.get(name):
        return [Cell(s.said[name].replace("`", ""), tone="muted")]
    if max(abs(e.low), abs(e.high)) <= NOTHING:
        return [Cell("unchanged", tone="muted")]
    tone: Tone = "good" if e.low > NOTHING else "bad" if e.high < -NOTHING else "plain"
    return [Cell(estimate=dataclasses.replace(e, unit=""), tone=tone)]


def sight(scene: Scene, name: str) -> str:
    """What an item that only observes does to the ambiguity, as the end of a sentence; "" where nothing was computed."""
    s = scene.signatures
    e = s.removed.get(name) if s is not None else None
    if s is None or e is None:
        return ""
    if s.said.get(name):
        return f" Of the mechanism it tells {s.said[name]}."
    span = bits_between(e)
    middle = f"{number(round(e.value, 2))} bits ({span})" if e.value is not None else f"{span} bits"
    return f" Of the mechanism it tells {middle} more than the signals that are there."


def bits_between(e: Estimate) -> str:
    """`0.02 to 0.89`: the ends of bits as sentences say them."""
    return f"{number(round(e.low, 2))} to {number(round(e.high, 2))}"
