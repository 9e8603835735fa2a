"""Candidate invariants from normal metrics: what held in the earlier part, and how often it fails in the part that was held back."""

from __future__ import annotations

from fuelbed.numerics.mining.measure import FalseAlarms, false_alarms
from fuelbed.numerics.mining.mine import LEAST_ROWS, Candidate, Mined, Record, mine, offered

__all__ = ["LEAST_ROWS", "Candidate", "FalseAlarms", "Mined", "Record", "false_alarms", "mine", "offered"]
