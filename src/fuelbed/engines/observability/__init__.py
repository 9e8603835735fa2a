"""§6: what the signals cannot tell apart."""

from fuelbed.engines.observability.examine import examine

__all__ = ["examine"]
