"""The invariants engine (§8): what must always hold and did not, which controls failed or were absent, and when."""

from __future__ import annotations

from fuelbed.engines.invariants.cast import COLUMNS, cast_rows
from fuelbed.engines.invariants.examine import controls_answer, examine, look

__all__ = ["COLUMNS", "cast_rows", "controls_answer", "examine", "look"]
