"""The coupling engine: a case without history and common causes costs nothing; with a history, all pairs of components are looked at."""

from __future__ import annotations

from fuelbed.core.blocks import Answer, Ask
from fuelbed.core.case import Case
from fuelbed.core.facts import Facts, NotFound, Tipping
from fuelbed.core.options import Options

__all__ = ["NO_HISTORY", "examine"]

NO_HISTORY = NotFound(
    "Is there a log of past failures with component, start and end (a tracker's export, or rules over metrics)? Add `evidence.history`.",
    "which parts fail together though they were thought independent, and common causes to put into the case",
)


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """Answer §3 for `case`; deterministic for a seed."""
    tipping = facts.get(Tipping)
    if not case.history and not case.common_causes:
        return Answer("Nothing says which parts have failed together before.", (Ask(NO_HISTORY),))
    from fuelbed.engines.coupling.answer import answer, without_history

    return answer(case, tipping, options) if case.history else without_history(case, tipping, options, NO_HISTORY)
