"""A document understood: everything that it says, as one `Reading`."""

from __future__ import annotations

from fuelbed.core.document import Document
from fuelbed.core.reading import Reading
from fuelbed.text.actions import classify
from fuelbed.text.amplification import amplification
from fuelbed.text.claims import claims
from fuelbed.text.factors import conditions, controls, triggers

__all__ = ["understand"]


def understand(document: Document) -> Reading:
    """Read triggers, conditions, controls, amplification, claims and actions.

    A template and an empty document say nothing. A notice of a weakness names its conditions and, at most, the one thing that
    sets it off; it tells no story, so what grew is not asked of it.
    """
    if document.kind in ("template", "empty"):
        return Reading(document)
    if document.kind == "advisory":
        return Reading(
            document,
            triggers=triggers(document),
            conditions=conditions(document),
            controls=controls(document),
            actions=classify(document),
        )
    return Reading(
        document,
        triggers(document),
        conditions(document),
        controls(document),
        amplification(document),
        claims(document),
        classify(document),
    )
