"""Fuelbed: the trigger is the spark, Fuelbed maps what was there to burn."""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, whose import is a tenth of a short command
if TYPE_CHECKING:
    from fuelbed.notebook import Analysis, InputError, Reviewed, analyze, load, review

__version__ = "0.1.0"

__all__ = ["Analysis", "InputError", "Reviewed", "__version__", "analyze", "load", "review"]


def __getattr__(name: str) -> object:
    """The public names, loaded when they are asked for: `fuelbed --help` needs none of what stands behind them."""
    if name in __all__:
        from fuelbed import notebook

        found: object = getattr(notebook, name)
        return found
    raise AttributeError(f"module 'fuelbed' has no attribute {name!r}")
