"""Which number settles an item that may help or harm, against what can be worked out by hand."""

from __future__ import annotations

import math

from fuelbed.core.options import Options
from fuelbed.engines.actions.deciding import what_decides
from fuelbed.engines.actions.scene import Scene, set_up
from fuelbed.readers.case import parse_case

TRADE = """
fuelbed: 1
title: A trade
failure: down
factors:
  deploy: {kind: trigger, rate: 4..20 per year}
  flush: {kind: trigger, rate: 1..30 per year}
  no_limit: {kind: condition, duty: 0.2..0.4}
  gate: {kind: control, fails: 0.1..0.6}
structure:
  down: (deploy and fails(gate)) or (flush and no_limit)
actions:
  trade:
    does: [set deploy.rate to 1..2 per year, set flush.rate to 10..20 per year]
"""


def scene(text: str) -> Scene:
    return set_up(parse_case(text), Options())


def test_the_turn_stands_where_both_sides_are_equal() -> None:
    """deploy x gate + flush x no_limit, before = after: flush = 10..20 + (1..2 - 4..20) x gate / no_limit, all at their middle."""
    gate, no_limit = math.sqrt(0.1 * 0.6), math.sqrt(0.2 * 0.4)
    at = math.sqrt(200) + (math.sqrt(2) - math.sqrt(80)) * gate / no_limit
    said = what_decides(scene(TRADE), "trade", "hazard")
    assert said == f" `flush.rate` decides, with the others at their middle: below about {at:.2g} it harms, above it helps."


def test_where_no_number_turns_it_alone_two_are_asked_for() -> None:
    """At the middle it lowers failures so much that no number alone makes it harm: 0.9 (0.1..2 - 1..30) of no_limit moves most, 16 x gate of deploy next."""
    text = TRADE.replace("10..20", "0.1..2").replace("duty: 0.2..0.4", "duty: 0.001..0.9")
    assert what_decides(scene(text), "trade", "hazard").endswith("it rests most on `no_limit.duty` and `deploy.rate`.")


def test_without_rates_nothing_is_said() -> None:
    assert what_decides(scene(TRADE.replace(", rate: 1..30 per year", "")), "trade", "hazard") == ""
