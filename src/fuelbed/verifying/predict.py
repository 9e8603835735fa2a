"""What the model predicts of the rate of a line or a trigger once items are done, against a time in which they were not: a paired ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fuelbed.analysis import facts_for
from fuelbed.core.case import Case, Outcome
from fuelbed.core.errors import FuelbedError
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Tipping
from fuelbed.core.options import Options
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.attack.derived import with_declared
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.compile import Compiled, compile_case
from fuelbed.numerics.process.interventions import evaluate, middles
from fuelbed.numerics.process.joint import Joint

__all__ = ["Predictor"]

_NOTHING = 1e-9


class Predictor:
    """Predictions of one case; models are compiled once for each line."""

    def __init__(self, case: Case, options: Options) -> None:
        self.case, self.options = case, options
        facts = facts_for(case, "actions", options, without=("observability", "threshold", "coupling"))
        self.tipping = facts.get(Tipping)
        self._models: dict[str, tuple[Compiled, Joint] | None] = {}
        self._ratios: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Estimate | None] = {}

    def ratio(self, of: str, done: Sequence[str], already: Sequence[str] = ()) -> Estimate | None:
        """After / before of how often `of` comes, with `already` done on both sides and `done` only afterwards; None where nothing comes of it."""
        key = (of, tuple(done), tuple(already))
        if key not in self._ratios:
            self._ratios[key] = self._ratio(of, done, already)
        return self._ratios[key]

    def _ratio(self, of: str, done: Sequence[str], already: Sequence[str]) -> Estimate | None:
        if of in self.case.factors:
            return self._of_trigger(of, done, already)
        found = self._model(of)
        if found is None:
            return None
        model, joint = found
        before, after = joint.of(already), joint.of([*already, *done])
        if float(evaluate(model, middles(model), [before], ("hazard",))["hazard"][0, 0]) <= _NOTHING:
            return None
        rng = np.random.default_rng(self.options.seed)
        r = bounds(model, [after], ("hazard",), rng, before=before, wanted=("after", "ratio"))[0]["hazard"].ratio
        known = all(np.isfinite(k.quantity.high) for k in model.knobs.values()) or r.low == r.high
        return Estimate(r.value if known else None, r.low, r.high, "plain", method=r.method)

    def moves(self, of: str, name: str) -> bool:
        """Whether an item changes how often `of` comes, at some values of the numbers."""
        r = self.ratio(of, [name])
        return r is not None and not (abs(r.low - 1) <= 0.01 and abs(r.high - 1) <= 0.01)

    def _of_trigger(self, of: str, done: Sequence[str], already: Sequence[str]) -> Estimate | None:
        """A trigger comes at the rate that is given: what items set it to, against what it was."""
        before, after = self._rate(of, already), self._rate(of, [*already, *done])
        if before is None or before.high <= 0:
            return None
        if after is before:
            return Estimate(1.0, 1.0, 1.0, "plain", method="the same rate on both sides")
        if after is None:
            return None
        low = after.low / before.high if np.isfinite(before.high) else 0.0
        high = after.high / before.low if before.low > 0 else (0.0 if after.high <= 0 else np.inf)
        value = after.middle / before.middle if before.given and before.middle > 0 else None
        return Estimate(value, low, float(high), "plain", method="from the two rates, each anywhere in its interval")

    def _rate(self, of: str, done: Sequence[str]) -> Quantity | None:
        """The least of what is given and what the items set."""
        rate = self.case.factors[of].rate
        for n in done:
            for c in self.case.actions[n].does:
                if c.target != of:
                    continue
                new = Quantity.point(0.0, "rate") if c.verb == "prevent" else c.value if c.parameter == "rate" else None
                if new is not None and (rate is None or new.middle < rate.middle or len(done) == 1):
                    rate = new
        return rate

    def _model(self, of: str) -> tuple[Compiled, Joint] | None:
        if of not in self._models:
            self._models[of] = self._made(of)
        return self._models[of]

    def _made(self, of: str) -> tuple[Compiled, Joint] | None:
        """The case with this line as its failure. What the incident says is read through the line, too: it was true then."""
        case = with_declared(self.case)
        if of != case.failure:
            case = replace(case, failure=of, outcomes=(Outcome(of, Quantity.point(1.0, "loss")),), loss_unit="failures")
        try:
            model = compile_case(case, self.tipping)
            return model, Joint(model, [n for n, a in case.actions.items() if a.does], "hazard")
        except FuelbedError:
            return None
