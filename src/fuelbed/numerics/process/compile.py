"""The process of docs/theory/structure.md compiled: a case becomes one tape for hazard, horizon probability, loss, propensity and standing failure.

Formulas (x = persistent state after the incident, t = trigger, H = horizon in years):
`q_t(x) = P(some cut set that holds t is complete | x, t arrives)`, `kappa(x) = sum_t rate_t q_t(x)`,
`P(H) = E_x[1 - (1 - Q(x)) exp(-H kappa(x))]`. The belief after the incident is `P(x) L(x) / E[L]`, where `L(x)` is the rate of
failing arrivals that agree with the `in_incident` facts; an intervention then overrides coordinates of x.

The sum over x is exact (`expectation.py`). Where it is too long for a tape, hazard and loss are summed trigger by trigger and the
horizon probability is enclosed: above `1 - exp(-H E kappa) + E Q` (Jensen), below the chord of the exponential.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fuelbed.core.case import Case
from fuelbed.core.errors import BudgetError
from fuelbed.core.facts import Tipping
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.boolean.bdd import FALSE
from fuelbed.numerics.boolean.tape import Tape
from fuelbed.numerics.process.diagrams import Diagrams
from fuelbed.numerics.process.expectation import Demand, Incidence, expectation, on_tape
from fuelbed.numerics.process.parameters import Knob
from fuelbed.numerics.process.structure import Structure
from fuelbed.numerics.process.tips import Tips

__all__ = ["RATE_CAP", "Compiled", "compile_case", "extra_knobs", "told"]

RATE_CAP = 1e9  # stands for "no upper bound" while a rate without one is evaluated


@dataclass(frozen=True, eq=False)
class Compiled:
    """A case on its tape.

    defaults   input name -> value, or the knob that feeds it.
    knobs      every number that may be turned, points included; `uncertain` are those with an interval.
    structure  lines and cut sets over basic events; `arrivals[t]` and `standing` are the failure's failing-arrival functions.
    states     the uncertain persistent variables; `posterior` says whether the incident changed the belief about them.
    impossible True where the facts and the structure exclude the incident (then the belief is the prior).
    bounded    True past the budget: `probability` is an upper bound and `probability_low` a lower one.
    tips       the chances of tipping of its triggers, and what action items do to them.
    """

    case: Case
    tape: Tape
    defaults: Mapping[str, float | str]
    knobs: Mapping[str, Knob]
    structure: Structure
    arrivals: Mapping[str, int]
    standing: int
    states: tuple[str, ...]
    posterior: bool
    impossible: bool
    bounded: bool
    added: Mapping[str, Quantity | None]
    partner_groups: frozenset[str]
    per_trigger: tuple[str, ...]
    tips: Tips


@lru_cache(maxsize=8)
def compile_case(case: Case, tipping: Tipping | None = None) -> Compiled:
    """Compile `case`, with the chances of tipping that dynamics computed; remembered per case and fact.

    Raises `BudgetError` past the node budgets.
    """
    d = Diagrams(case, tipping=tipping)
    demands, standing = d.demands(), d.standing()
    incidence = d.incidence()
    impossible = not incidence.arrivals
    known = told(d, incidence)
    losses = [d.inputs.number(f"{o.name}.loss") for o in case.outcomes]
    bounded = False
    try:
        out = dict(expectation(d.space, demands, standing, known, losses, case.horizon))
    except BudgetError:
        bounded = True
        out = _enclosed(d, demands, standing, known, losses)
    t = d.inputs.tape
    # `base:` is the rate as it is today: no intervention reaches it, and it is the very number that the numerator holds
    out["propensity"] = t.div(out["hazard"], t.sum([d.inputs.number(f"{f.name}.rate", "base:") for f in d.triggers]))
    tape = t.build(out)
    extra_knobs(d)
    s, top = d.structure, d.structure.lines[case.failure]
    return Compiled(
        case, tape, d.inputs.defaults, d.inputs.knobs, s, {f.name: s.failing_arrival(top, f.name) for f in d.triggers},
        s.standing(top), tuple(d.space.names[: d.space.n_states]), bool(known.arrivals), impossible, bounded, d.added,
        frozenset(d.inputs.partners), tuple(f.name for f in d.triggers), d.tips,
    )  # fmt: skip  # one line per few fields reads better here


def told(d: Diagrams, incidence: Incidence) -> Incidence:
    """The incident, or nothing where it says nothing of the uncertain state (or is impossible)."""
    if not incidence.arrivals:
        return Incidence()
    read = d.bdd.support(*incidence.facts, *(f for _, f in incidence.arrivals))
    return incidence if any(v < d.space.n_states for v in read) else Incidence()


def _enclosed(d: Diagrams, demands: Sequence[Demand], standing: int, known: Incidence, losses: Sequence[int]) -> dict[str, int]:
    """Past the budget: hazard and loss trigger by trigger, the horizon probability between two bounds."""
    t, horizon = d.inputs.tape, d.case.horizon
    rows = [expectation(d.space, [x], FALSE, known, losses, horizon, survive=False) for x in demands]
    out = {k: t.sum([r[k] for r in rows]) for k in ("hazard", "loss")}
    stand = out["standing"] = expectation(d.space, [], standing, known, losses, horizon, survive=False)["standing"]
    gone = t.exp(t.mul(t.const(-horizon), out["hazard"]))
    out["probability"] = t.min(t.const(1.0), t.add(stand, t.complement(gone)))
    every = dict.fromkeys(range(d.space.n_states), True)
    monotone = d.future.is_monotone(d.future.lines[d.case.failure])
    worst = [on_tape(d.space, d.bdd.restrict(x.fails, every), "") if monotone else t.const(1.0) for x in demands]
    most = t.sum([t.mul(d.inputs.number(f"{x.trigger}.rate"), q) for x, q in zip(demands, worst, strict=True)])
    chord = t.mul(t.div(out["hazard"], most), t.complement(t.exp(t.mul(t.const(-horizon), most))))
    out["probability_low"] = t.max(stand, chord)
    return out


def extra_knobs(d: Diagrams) -> None:
    """Numbers that actions bring: their own knobs, unless they name an entry of `numbers:` that is there already."""
    for a in d.case.actions.values():
        for c in a.does:
            if c.value is not None and not d.case.is_apart(c.target):
                label = c.value.name or f"{a.name}: {c.text or c.verb + ' ' + c.target}"
                d.inputs.knobs.setdefault(label, Knob(label, c.value))
    for label, q in d.tips.knobs.items():
        d.inputs.knobs.setdefault(label, Knob(label, q))
