"""One pass over the board when every engine has answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fuelbed.agreement.disagreements import disagreements
from fuelbed.agreement.meetings import meetings
from fuelbed.agreement.ranks import ranks
from fuelbed.core.agreement import Agreement
from fuelbed.core.case import Case
from fuelbed.core.facts import Board, NotFound, RiskShares, ThresholdMargins
from fuelbed.core.findings import Finding

__all__ = ["compare"]


def compare(
    case: Case, board: Board, beside: Sequence[Finding] = (), unanswered: Mapping[str, NotFound] | None = None
) -> Agreement:
    """What the facts on the board say of each other; pure, and cheap beside any engine.

    beside      the findings of lint that rest on what the model knows.
    unanswered  by engine, the first thing that it asked for instead of answering.
    """
    threshold, risk = board.get(ThresholdMargins), board.get(RiskShares)
    ranked = ranks(threshold, risk) if threshold is not None and risk is not None else None
    return Agreement(meetings(case, board, ranked, beside, unanswered or {}), ranked, disagreements(case, board, ranked))
