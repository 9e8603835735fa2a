"""What history says of controls that stand together in a cut set: offered beside the case's own numbers, never put into them."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.blocks import Sentence
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import JointFailures
from fuelbed.core.shown import named, per_cent
from fuelbed.engines.structure.cutsets import CutSets
from fuelbed.numerics.process.compile import Compiled

__all__ = ["offered"]

_TOLD = 3


def offered(model: Compiled, cuts: CutSets, joint: JointFailures) -> list[Sentence]:
    """One sentence where a cut set needs two members of a group that fails together, and the case says otherwise."""
    told = list(_told(model, cuts, joint))
    if not told:
        return []
    more = f" So it is with {len(told) - _TOLD} more groups." if len(told) > _TOLD else ""
    text = f"{' '.join(told[:_TOLD])}{more} The numbers here are the case's own; question 3 says what the difference is worth."
    return [Sentence(text, tone="bad")]


def _told(model: Compiled, cuts: CutSets, joint: JointFailures) -> Iterator[str]:
    for members, share in joint.groups.items():
        if not any(sum(n in members for _, n in cut) > 1 for cut in cuts.listed):
            continue
        declared = next((g for g in model.case.common_causes if len(set(g.of) & set(members)) > 1), None)
        if declared is None:
            yield f"The numbers take {named(members)} as independent, and history says that {_share(share)} of their failures take all of them."
        elif declared.beta.high < share.low or declared.beta.low > share.high:
            said = _range(declared.beta.low, declared.beta.high)
            yield f"Of the failures of {named(members)} the case lets {said} take all of them, and history says {_share(share)}."


def _share(e: Estimate) -> str:
    return f"{per_cent(e.value or 0.0)} % ({per_cent(e.low)} to {per_cent(e.high)} %)"


def _range(low: float, high: float) -> str:
    return f"{per_cent(low)} %" if low == high else f"{per_cent(low)} to {per_cent(high)} %"
