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
    """Read triggers, conditions, controls, amplification, claims and actions; a template and an empty document say nothing."""
    if document.kind in ("template", "empty"):
        return Reading(document)
    return Reading(
        document,
        triggers(document),
        conditions(document),
        controls(document),
        amplification(document),
        claims(document),
        classify(document),
    )
