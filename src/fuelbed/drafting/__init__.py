"""Drafting: a reading of a postmortem -> a first case, with every guess marked and asked about."""

from fuelbed.drafting.attack_text import write_attack_case
from fuelbed.drafting.build import draft
from fuelbed.drafting.dynamics import Form, Forms
from fuelbed.drafting.model import Draft, DraftAction, DraftFactor, DraftLine, DraftModel, DraftNumber
from fuelbed.drafting.write import write_case

__all__ = [
    "Draft",
    "DraftAction",
    "DraftFactor",
    "DraftLine",
    "DraftModel",
    "DraftNumber",
    "Form",
    "Forms",
    "draft",
    "write_attack_case",
    "write_case",
]
