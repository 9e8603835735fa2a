"""A document understood: everything that it says, as one `Reading`, each part read when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from fuelbed.core.document import Document
from fuelbed.core.reading import Amplification, Claims, Mention, ReadAction, Reading
from fuelbed.text.actions import classify
from fuelbed.text.amplification import amplification
from fuelbed.text.claims import claims
from fuelbed.text.factors import conditions, controls, faint, triggers

__all__ = ["understand"]


def understand(document: Document) -> Reading:
    """Triggers, conditions, controls, amplification, claims and actions; a template and an empty document say nothing."""
    return Reading(document) if document.is_blank else _Asked(document)


class _Asked(Reading):
    """The rules of the review ask most texts for few of the parts, and these cost more than all rules do."""

    def __init__(self, document: Document, **parts: Any) -> None:
        object.__setattr__(self, "document", document)
        vars(self).update(parts)  # of `replace`; a part that is not there is read

    @cached_property
    def triggers(self) -> tuple[Mention, ...]:
        return triggers(self.document)

    @cached_property
    def conditions(self) -> tuple[Mention, ...]:
        return conditions(self.document)

    @cached_property
    def controls(self) -> tuple[Mention, ...]:
        return controls(self.document)

    @cached_property
    def amplification(self) -> Amplification:
        return amplification(self.document)

    @cached_property
    def claims(self) -> Claims:
        return claims(self.document)

    @cached_property
    def actions(self) -> tuple[ReadAction, ...]:
        return classify(self.document)

    @cached_property
    def faint(self) -> tuple[Mention, ...]:
        return faint(self.document, self.triggers, self.conditions)
