"""Drafting: a reading of a postmortem -> a first case, with every guess marked and asked about."""

from fuelbed.drafting.build import draft
from fuelbed.drafting.model import Draft, DraftAction, DraftFactor, DraftLine
from fuelbed.drafting.write import write_case

__all__ = ["Draft", "DraftAction", "DraftFactor", "DraftLine", "draft", "write_case"]
