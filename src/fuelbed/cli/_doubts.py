"""What `fuelbed check` and its tool for assistants warn of, beside what the reader of the file says."""

from __future__ import annotations

from fuelbed.core.case import Case
from fuelbed.core.findings import Finding

__all__ = ["doubts"]


def doubts(case: Case) -> list[Finding]:
    """What an analysis would warn of and is seen at once: facts against the structure, the date against the text.

    Each engine is loaded only where there is something to ask it, since it is as long in coming as the rest of the check.
    """
    out: list[Finding | None] = []
    if any(f.occurred is False or (f.kind == "trigger" and f.occurred) for f in case.factors.values()):
        from fuelbed.engines.structure.excluded import excluded

        out.append(excluded(case))
    if case.date is not None and case.narrative_text is not None:
        from fuelbed.engines.invariants.dated import date_against_text

        out.append(date_against_text(case))
    return [f for f in out if f is not None]
