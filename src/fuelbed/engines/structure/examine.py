"""The structure engine: removal test, cut sets, importance, this incident; the order of its blocks is the order of the argument."""

from __future__ import annotations

import numpy as np

from fuelbed.core.blocks import Answer, Ask, Block, Sentence
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Facts, JointFailures, NotFound, RiskShares, Tipping
from fuelbed.core.options import Options
from fuelbed.engines.structure import importance, tables
from fuelbed.engines.structure.claim import NOTHING, Removed, claim, may_stand, standing_sentence
from fuelbed.engines.structure.cutsets import cut_set_table, cut_sets
from fuelbed.engines.structure.findings import findings
from fuelbed.engines.structure.history import offered
from fuelbed.engines.structure.incident import incident_sentence, incident_table
from fuelbed.engines.structure.picture import graph, removal_picture
from fuelbed.numerics.attack.derived import with_declared
from fuelbed.numerics.process.bounds import Comparison, bounds
from fuelbed.numerics.process.compile import Compiled, compile_case
from fuelbed.numerics.process.incident import examine_incident
from fuelbed.numerics.process.interventions import removal
from fuelbed.numerics.process.propensity import propensity
from fuelbed.numerics.process.values import estimate, has_unknown_rates, not_given

__all__ = ["examine"]

_OUTPUTS = ("hazard", "probability", "loss", "propensity", "standing")
_PAIRED = 1_000_000  # operations up to which changes of the horizon probability are paired too


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """Answer §1 for `case`; deterministic for a seed."""
    case = with_declared(case)
    model = compile_case(case, facts.get(Tipping))
    rng = np.random.default_rng(options.seed)
    factors = [f for f in case.factors.values() if _used(model, f.name)]
    today = bounds(model, [{}], _OUTPUTS, rng)[0]
    paired = model.tape.work * len(factors) <= _PAIRED
    rows = bounds(model, [removal(model, f) for f in factors], ("hazard", "probability", "loss"), rng, chance=paired)
    removed = {f.name: row for f, row in zip(factors, rows, strict=True)}
    cuts = cut_sets(model)
    incident = examine_incident(model, rng)
    known = not has_unknown_rates(model)
    next_fails = propensity(model, today["propensity"].after, rng)
    blocks: list[Block] = [
        tables.headline(model, today, next_fails, known),
        removal_picture(model, today, removed, cuts, known),
        *([Sentence(standing_sentence(model, today, cuts), tone="bad")] if may_stand(today) else []),
        *(offered(model, cuts, j) if (j := facts.get(JointFailures)) is not None else []),
        cut_set_table(model, cuts),
        graph(model, cuts),
        incident_table(model, incident),
        Sentence(incident_sentence(incident), detail=True),
        importance.belief_table(model, rng),
        tables.removal_table(model, removed, known, paired and not model.bounded),
        importance.importance_table(model, factors, removed, known, rng),
        importance.line_table(model, known, rng),
        tables.numbers_table(model, importance.elasticities(model, known)),
        *([Ask(_ask_numbers(model))] if not known else []),
    ]
    said = claim(model, today, removed, cuts, known)
    shares = RiskShares(
        _shares(removed, "hazard", known),
        _shares(removed, "loss", known),
        _through(model, options.seed, known),
        estimate(next_fails, "probability", "", known),
    )
    return Answer(said, tuple(blocks), tuple(findings(model, incident, cuts)), (shares,))


def _used(model: Compiled, name: str) -> bool:
    return any(n == name for _, n in model.structure.events)


def _shares(removed: Removed, output: str, known: bool) -> dict[str, Estimate]:
    """What goes with each factor."""
    return {name: _gone(row[output], known) for name, row in removed.items()}


def _gone(c: Comparison, known: bool) -> Estimate:
    """Where rates are not known there is no middle to go by, only what is so whatever they are."""
    r = c.ratio
    value = 1 - r.value if known or r.high - r.low < NOTHING else None
    return Estimate(value, 1 - r.high, 1 - r.low, "share", method=r.method)


def _through(model: Compiled, seed: int, known: bool) -> dict[str, Estimate]:
    """By trigger, what part of the failures a year needs its push to land beyond the stability boundary."""
    pushes = [t for t in model.tips.triggers if ("tips", t) in model.structure.index]
    rows = bounds(model, [{f"{t}.tips": 0.0} for t in pushes], ("hazard",), np.random.default_rng(seed), wanted=("ratio",))
    return {t: _gone(row["hazard"], known) for t, row in zip(pushes, rows, strict=True)}


def _ask_numbers(model: Compiled) -> NotFound:
    missing = not_given(model)
    rates = [m for m in missing if m.endswith(".rate")]
    first = rates[0] if rates else missing[0]
    owner, _, parameter = first.rpartition(".")
    ask = f"How often does `{owner}` happen (a word such as `monthly` is enough)?" if parameter == "rate" else (
        f"What is `{parameter}` of `{owner}` (an interval such as 0.05..0.4 is enough)?"
    )  # fmt: skip  # one expression
    return NotFound(ask, f"failures a year and the size of every effect ({len(missing)} numbers are not given)")
