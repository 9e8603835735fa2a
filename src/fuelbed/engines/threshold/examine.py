"""The threshold engine: limits in plain sight, and the threshold that incidents and near misses teach."""

from __future__ import annotations

import numpy as np

from fuelbed.core.blocks import Answer, Ask, Block
from fuelbed.core.case import Case
from fuelbed.core.facts import Facts, NotFound, ThresholdMargins
from fuelbed.core.findings import Finding
from fuelbed.core.options import Options
from fuelbed.engines.threshold.scene import records, set_up
from fuelbed.engines.threshold.sums import sum_blocks, sum_claim, sum_margins, sum_pulls, views

__all__ = ["examine"]

_NO_RECORDS = NotFound(
    "Is there a table of past incidents and near misses, with the factors of each? Add `evidence.incidents`. Or is there a limit in plain "
    "sight, and what adds up against it? Add `threshold.sums`.",
    "weights, the threshold, and the margin of every recorded day",
)


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """Answer §5 for `case`; deterministic for a seed."""
    found, rows = views(case), records(case)
    if not found and rows is None:
        return Answer("Nothing says how near the system comes to failing.", (Ask(_NO_RECORDS),))
    claims, blocks, facts_, told = [sum_claim(v) for v in found], list[Block](), list[ThresholdMargins](), list[Finding]()
    for v in found:
        blocks += sum_blocks(v)
        facts_.append(ThresholdMargins(f"`{v.of.name}`", *sum_margins(v), *sum_pulls(v)))
    if rows is not None:
        from fuelbed.engines.threshold import learned  # with its sampler, which a case without records need not load
        from fuelbed.engines.threshold.findings import findings

        scene = set_up(case, rows, np.random.default_rng(options.seed))
        claims.insert(0, learned.claim(scene))
        blocks = [*learned.blocks(scene), *blocks]
        facts_.insert(0, ThresholdMargins("the learned threshold", *learned.margins_of_actions(scene), *learned.pulls(scene)))
        told = findings(scene)
    return Answer("\n".join(claims), tuple(blocks), tuple(told), (facts_[0],))
