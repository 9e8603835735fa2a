"""How long something takes, in words: an expected time beyond a human scale is no number to print."""

from __future__ import annotations

import math

__all__ = ["NEVER", "duration_words"]

NEVER = 1e9
"""Seconds (some thirty years) from which on a time reads "practically never"."""

_UNITS = ((86400.0 * 365.25, "years"), (86400.0, "days"), (3600.0, "hours"), (60.0, "minutes"), (1.0, "seconds"))


def duration_words(seconds: float) -> str:
    """Two significant digits in the unit that fits, "less than a second", or "practically never"."""
    if math.isnan(seconds):
        return "not known"
    if seconds >= NEVER:
        return "practically never"
    if seconds < 1.0:
        return "less than a second"
    for size, unit in _UNITS:
        value = float(f"{seconds / size:.2g}")
        if value >= 1.0:
            return f"{value:g} {unit if value != 1.0 else unit[:-1]}"
    raise AssertionError  # a second is at least one second
