"""What every part of the action table looks at: the model, the paired results of each item, and what items are ranked by."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fuelbed.core.case import Case
from fuelbed.core.facts import Margins, Signatures, ThresholdMargins, Tipping
from fuelbed.core.options import Options
from fuelbed.numerics.attack.derived import with_declared
from fuelbed.numerics.boolean.bdd import FALSE
from fuelbed.numerics.process.bounds import Bound, Comparison, bounds, sampled
from fuelbed.numerics.process.compile import Compiled, compile_case
from fuelbed.numerics.process.dominance import Order
from fuelbed.numerics.process.interventions import changes_of
from fuelbed.numerics.process.joint import Joint
from fuelbed.numerics.process.values import has_unknown_rates

__all__ = ["Scene", "may_stand", "set_up"]


@dataclass(frozen=True)
class Scene:
    """One case with what each of its action items changes.

    given     the case as it was given; `case` holds the unknown variants whose rate it gives too.
    results   by item and quantity; "" is nothing done.
    standing  whether a cut set without any trigger may be complete today.
    main      what items are ranked by: the horizon probability where `standing`, else the loss where outcomes differ in
              loss, else failures a year.
    judged    what a verdict looks at: failures a year, horizon probability (where it is only enclosed, standing failures) and loss.
    known     False where a rate is not given: then nothing has a middle.
    margins   distances to failure, where an engine gave them.
    signatures  bits of ambiguity about the mechanism, likewise.
    room      how far below a limit it would stay, likewise.
    """

    given: Case
    model: Compiled
    options: Options
    results: Mapping[str, Mapping[str, Comparison]]
    standing: bool
    main: str
    judged: tuple[str, ...]
    known: bool
    margins: Margins | None = None
    signatures: Signatures | None = None
    room: ThresholdMargins | None = None
    tipping: Tipping | None = None

    @property
    def case(self) -> Case:
        return self.model.case

    @property
    def moving(self) -> tuple[str, ...]:
        """The items that carry an intervention."""
        return tuple(n for n, a in self.case.actions.items() if a.does)

    @property
    def ranked(self) -> list[str]:
        """The one that takes most away first, surely takes it where there is no middle to go by; ties keep the order of the file."""
        keys = (self.main, *(o for o in ("hazard", "loss") if o != self.main))

        def key(n: str) -> list[float]:
            ratios = [self.results[n][o].ratio for o in keys]
            return [round(x, 9) for r in ratios for x in ((r.value,) if self.known else (r.high, r.low))]

        return sorted(self.case.actions, key=key)

    @cached_property
    def joint(self) -> Joint:
        return Joint(self.model, self.moving, self.main)

    @property
    def with_loss(self) -> bool:
        return len(self.case.outcomes) > 1 or self.case.loss_unit != "failures"

    def words(self, output: str) -> str:
        """A quantity as a sentence calls it."""
        return {
            "hazard": "failures a year",
            "probability": f"the chance of at least one within {self.case.horizon_text}",
            "standing": "the chance that it has failed already",
            "loss": "the expected loss",
        }[output]


def may_stand(model: Compiled) -> bool:
    """Whether some value of the numbers leaves a cut set without any trigger complete today."""
    if model.standing == FALSE:
        return False
    return sampled(model, ("standing",), np.random.default_rng(7))["standing"].high > 1e-12


def set_up(
    case: Case,
    options: Options,
    order: Order | None = None,
    tipping: Tipping | None = None,
    margins: Margins | None = None,
    signatures: Signatures | None = None,
    room: ThresholdMargins | None = None,
) -> Scene:
    """Compile the case and compare every item with doing nothing, on the same numbers.

    `order` is what holds without numbers: an item that leaves everything as it was changes nothing, one that does at least as much as
    nothing raises nothing, whatever the bounds could show by themselves.
    """
    given, case = case, with_declared(case)
    model = compile_case(case, tipping)
    standing = may_stand(model)
    names = list(case.actions)
    rows = [{}, *(changes_of(model, a) for a in case.actions.values())]
    outputs = ("hazard", "probability", "loss", *(("standing",) if standing else ()))
    found = bounds(model, rows, outputs, np.random.default_rng(options.seed), chance=True, wanted=("after", "ratio"))
    results = dict(zip(["", *names], found, strict=True))
    for n in names:
        if order is not None and "" in order.better.get(n, ()):
            same = order.equal(n, "")
            results[n] = {o: _no_more(c, results[""][o], same) for o, c in results[n].items()}
    open_chance = any(np.isnan(r["probability"].after.value) for r in found)
    main = "loss" if len(case.outcomes) > 1 else "hazard"
    if standing and not open_chance:
        main = "probability"
    judged: tuple[str, ...] = ("hazard", "probability", "loss")
    if open_chance:
        judged = ("hazard", "standing", "loss") if standing else ("hazard", "loss")
    return Scene(
        given, model, options, results, standing, main, judged, not has_unknown_rates(model), margins, signatures, room, tipping
    )


def _no_more(c: Comparison, before: Comparison, same: bool) -> Comparison:
    """A comparison of which it is known that nothing rises, or that all stays the same."""
    if same:
        one = Bound(1.0, 1.0, 1.0, "the same whatever the numbers: no failing arrival is lost or won")
        return Comparison(before.after, Bound(0.0, 0.0, 0.0, one.method), one)
    value = c.ratio.value if np.isnan(c.ratio.value) else min(c.ratio.value, 1.0)
    return dataclasses.replace(c, ratio=Bound(value, min(c.ratio.low, 1.0), min(c.ratio.high, 1.0), c.ratio.method))
