"""The dynamics engine (§2): feedback, the stability boundary, and what moves it."""

from __future__ import annotations

from fuelbed.engines.dynamics.examine import examine

__all__ = ["examine"]
