"""§1: which triggers and which latent conditions together fail, and what is left after each is removed."""

from fuelbed.engines.structure.examine import examine

__all__ = ["examine"]
