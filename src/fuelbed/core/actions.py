"""Interventions: what an action item does to the model."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from fuelbed.core.findings import Span
from fuelbed.core.quantities import Quantity

__all__ = ["Action", "Change", "Verb"]

Verb = Literal["remove", "prevent", "set", "revert", "perfect", "disable", "add", "observe"]


@dataclass(frozen=True, slots=True)
class Change:
    """One intervention, parsed from a short sentence or a mapping.

    remove   `target` condition: absent from now on.
    prevent  `target` trigger: its rate becomes 0.
    set      `target`.`parameter` becomes `value` (rate, lasts, present, duty, fails, broken, beta, loss). Setting a
             control's `fails` makes it effective. Of a dynamic model: its parameter becomes `value`, or its option becomes `word`.
    revert   `target` trigger: ends the state now in force; its future rate stays.
    perfect  `target` control: neither broken nor failing, and out of its common-cause groups.
    disable  `target` control: broken from now on.
    add      a new control `target` that fails with probability `value` per demand, on line `line`; `shares` names a
             common-cause group (or one of its members), "" means assumed independent.
    observe  `target` (a line, factor or signal) is seen from now on, missed with probability `value`.
    """

    verb: Verb
    target: str
    parameter: str = ""
    value: Quantity | None = None
    line: str = ""
    shares: str = ""
    text: str = ""
    span: Span | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """An action item of the postmortem with the interventions it carries (none: nothing that the model could compute)."""

    name: str
    what: str = ""
    does: tuple[Change, ...] = ()
    cost: Quantity | None = None
    owner: str = ""
    status: str = ""
    due: str = ""
    verified_by: str = ""
    done: dt.date | None = None  # the day on which it took effect
    span: Span | None = None
