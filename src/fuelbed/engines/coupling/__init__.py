"""§3: which parts fail together though they were thought independent."""

from fuelbed.engines.coupling.examine import examine

__all__ = ["examine"]
