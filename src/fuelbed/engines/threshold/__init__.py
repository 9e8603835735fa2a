"""Engine §5: how close to failing it was, and which factors pushed it over."""

from fuelbed.engines.threshold.examine import examine

__all__ = ["examine"]
