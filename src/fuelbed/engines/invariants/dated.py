"""The case's date against its narrative, without an analysis: for `fuelbed check`, which is to be quick."""

from __future__ import annotations

import datetime as dt
import re

from fuelbed.core.case import Case
from fuelbed.core.findings import Finding
from fuelbed.engines.invariants.contradictions import misdated
from fuelbed.engines.invariants.findings import of_flaw
from fuelbed.engines.invariants.moments import told
from fuelbed.engines.invariants.scene import narrative_of

__all__ = ["date_against_text"]

_LONG = 200_000  # characters of a narrative that is not read here


def date_against_text(case: Case) -> Finding | None:
    """FB234 where the date lies days off the narrative's timeline; a text that is long or that names the day is not read for it."""
    text = case.narrative_text
    if case.date is None or text is None or len(text) > _LONG or _names(text, case.date):
        return None
    document = narrative_of(case)
    flaw = next(misdated(case, told(document, case.date)), None)
    return None if flaw is None else of_flaw(flaw, document)


def _names(text: str, day: dt.date) -> bool:
    """Whether the day stands in the text in one of the usual forms: then no reading of it is needed, which takes half a second."""
    months = {f"{day:%B}", f"{day:%b}"}
    forms = [f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", *(f"{m} {day.day}" for m in months), *(f"{day.day} {m}" for m in months)]
    return re.search(rf"(?<!\d)(?:{'|'.join(forms)})(?!\d)", text, re.IGNORECASE) is not None
