"""§9: was it the exploit, or the exposure that any exploit would have found?"""

from fuelbed.engines.exposure.examine import examine

__all__ = ["examine"]
