"""Review: what a postmortem says, what follows from it without any number, what it leaves open."""

from fuelbed.reviewing.review import Review, review

__all__ = ["Review", "review"]
