"""The invariants engine (§8): what must always hold and did not, which controls failed or were absent, and when."""

from __future__ import annotations

from fuelbed.engines.invariants.examine import examine

__all__ = ["examine"]
