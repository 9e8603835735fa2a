"""Fuelbed: the trigger is the spark, Fuelbed maps what was there to burn."""

__version__ = "0.1.0"

__all__ = ["__version__"]
