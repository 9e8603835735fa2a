"""Sets the answers of the engines beside each other: where one feeds another, and where two of them disagree and why."""

from fuelbed.agreement.compare import compare

__all__ = ["compare"]
