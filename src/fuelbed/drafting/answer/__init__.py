"""Drafting with a model of the user's choice: the prompt, the check of its answer against the text, the draft of what was accepted."""

from fuelbed.drafting.answer.accepted import Accepted, Item
from fuelbed.drafting.answer.build import answered_draft
from fuelbed.drafting.answer.check import check_answer
from fuelbed.drafting.answer.faults import Fault
from fuelbed.drafting.answer.prompt import prepared, prompt_parts, prompt_text, reask
from fuelbed.drafting.answer.reading import answered_reading
from fuelbed.drafting.answer.shape import MAX_BYTES, answer_schema

__all__ = [
    "MAX_BYTES",
    "Accepted",
    "Fault",
    "Item",
    "answer_schema",
    "answered_draft",
    "answered_reading",
    "check_answer",
    "prepared",
    "prompt_parts",
    "prompt_text",
    "reask",
]
