"""The dynamics engine: what state it was in, what push tips it, what keeps it down, what brings it back, and what each item moves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from fuelbed.core.blocks import Answer, Ask, Block
from fuelbed.core.case import Case
from fuelbed.core.dynamics import Model
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Facts, Loops, Margins, NotFound, Tipped, Tipping
from fuelbed.core.options import Options
from fuelbed.engines.dynamics.levels import Checked
from fuelbed.engines.dynamics.measured import measured
from fuelbed.engines.dynamics.part import Part, Question, blocks_of, claim_of, examined, question
from fuelbed.engines.dynamics.pieces import work
from fuelbed.engines.dynamics.tipping import margin_estimate, ratio, tips_estimate
from fuelbed.numerics.series.loads import models_of

__all__ = ["examine"]


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """Answer §2 for `case`; deterministic for a seed."""
    del facts  # takes none
    models = models_of(case)
    metrics = measured(case, case.dynamics, np.random.default_rng(options.seed))
    if not models:
        ask = NotFound(
            "What are the capacity, the load, the timeout and the retry rule of the part that stayed down?",
            "the size and length of a push that tips it, and the margin left today",
        )
        none = "The case has no model of what feeds on what."
        return Answer("\n".join((none, *metrics.said)), (*metrics.blocks, Ask(ask)))
    asked = [question(case, m, options, loads) for m, loads in models.values() if not m.missing and m.pushes]
    parts = _worked_out(asked, options)
    blocks: list[Block] = [b for p in parts for b in blocks_of(p)]
    blocks += metrics.blocks
    blocks += [Ask(_missing(m)) for m, _ in models.values() if m.missing or not m.pushes]
    said = [claim_of(p) for p in parts] or ["The numbers of the model are not given, so nothing of it was computed."]
    said += metrics.said
    found = tuple(loop.nodes for p in parts if p.land.loops for loop in p.land.loops.sustaining)
    given: list[object] = [Loops(found)] if found else []
    if parts:
        given += [_tipping(parts), _margins(parts)]
    return Answer("\n".join(said), tuple(blocks), tuple(f for p in parts for f in p.findings), tuple(given))


def _worked_out(asked: list[Question], options: Options) -> list[Part]:
    """The pieces of all models at once, so that none waits for another."""
    every = [(i, p) for i, q in enumerate(asked) for p in q.pieces]
    order = sorted(range(len(every)), key=lambda k: every[k][1].size)
    answers = options.map(work, [every[k][1] for k in order], [every[k][1].size for k in order])
    by: dict[int, Any] = dict(zip(order, answers, strict=True))
    return [examined(q, [by[k] for k, (j, _) in enumerate(every) if j == i]) for i, q in enumerate(asked)]


def _missing(m: Model) -> NotFound:
    """The first question of a model whose numbers are not all there."""
    if m.missing:
        p = m.missing[0]
        more = f" ({len(m.missing)} numbers of `{m.name}` are not given)" if len(m.missing) > 1 else ""
        return NotFound(
            p.question or f"What is `{p.name}` of `{m.name}`?",
            f"whether `{m.name}` stays down by itself, and the push that tips it{more}",
        )
    return NotFound(
        f"What does a trigger do to `{m.name}` (which number, by how much, for how long)?",
        "the boundary between a push that passes and one that stays",
    )


def _tipping(parts: list[Part]) -> Tipping:
    probability: dict[str, Estimate] = {}
    changed: dict[str, dict[str, Tipped]] = {}
    together: dict[frozenset[str], dict[str, Tipped]] = {}
    for p in parts:
        for trigger, t in p.today.items():
            probability[trigger] = tips_estimate(t)
        for v in p.variants:
            for trigger, t in p.after[v.action].items():
                done = Tipped(tips_estimate(t), ratio(t, p.today[trigger]))
                changed.setdefault(v.action, {})[trigger] = _opened(done, p.doubts.get(v.action))
        for names, by_trigger in p.together.items():
            for trigger, t in by_trigger.items():
                together.setdefault(names, {})[trigger] = Tipped(tips_estimate(t), ratio(t, p.today[trigger]))
    return Tipping(probability, changed, together, " ".join(p.source for p in parts))


def _opened(t: Tipped, doubt: Checked | None) -> Tipped:
    """Open to the side to which the finer level parts from the flow: 0 where it comes back, 1 where it stays down."""
    if doubt is None:
        return t
    parts = [c for c in doubt.cells if c.agree is False]
    lower, higher = any(c.quick for c in parts), any(not c.quick for c in parts)
    after = replace(t.after, low=0.0 if lower else t.after.low, high=1.0 if higher else t.after.high)
    if t.ratio is None or higher:
        return Tipped(after, None)
    return Tipped(after, replace(t.ratio, low=0.0))


def _margins(parts: list[Part]) -> Margins:
    """Of the first model: the size of its main push that stays down, today and after each item."""
    p = parts[0]
    margin = {"": margin_estimate(p.today[p.main])}
    margin.update({v.action: margin_estimate(p.after[v.action][p.main]) for v in p.variants})
    return Margins(margin)
