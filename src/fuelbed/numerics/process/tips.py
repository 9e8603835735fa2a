"""The chance of tipping as the structure sees it: a given number for each trigger, and what action items do to it.

An item is known by two *paired* numbers (the same parameters of the dynamic model before and after): `kept`, the chance that a push
that tips today still tips, and `raised`, the chance that one that does not tip today does then. With p the chance today

`after = p kept + (1 - p) raised`,

which is linear in each of the three, so that bounds over corners stay exact. A ratio after / before in `low..high` is `kept` itself as
long as p x high <= 1; where it is not, no chance above 1 may come of it, and what rises is taken from the 1 - p that is left:
`raised <= p (high - 1) / (1 - p)`. Where no ratio is known both are the chance after, so that it does not depend on p.

Several items on one trigger: what dynamics computed for the set counts; else the better of the parts it did compute, where each of
them surely does not raise it (an upper bound, if no item undoes another); else nothing is known and the chance is taken to be 1.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from fuelbed.core.actions import Action
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Tipped, Tipping
from fuelbed.core.quantities import Quantity

__all__ = ["Shift", "Tips", "moved_by"]

_SURE = 1e-12  # rounding of a paired ratio


@dataclass(frozen=True, slots=True)
class Shift:
    """What some items together do to the chance of tipping of one trigger.

    kept, raised  a number, or the label of the knob that gives it.
    least, most   bounds of after / before; 0 and inf where nothing is known of it.
    known         False where no engine said anything.
    """

    kept: float | str
    raised: float | str
    least: float = 0.0
    most: float = math.inf
    known: bool = True

    @property
    def lowers(self) -> bool:
        """Surely no more than today, whatever the parameters."""
        return self.known and self.most <= 1 + _SURE

    @property
    def lifts(self) -> bool:
        """Surely no less than today."""
        return self.known and self.least >= 1 - _SURE

    @property
    def gone(self) -> bool:
        """Surely never again."""
        return self.known and self.most <= 0


class Tips:
    """`tips(trigger)` of one case. `triggers` are those of which a line says it; `knobs` the numbers that items bring."""

    def __init__(self, case: Case, tipping: Tipping | None, triggers: Sequence[str]) -> None:
        self.case, self.tipping, self.triggers = case, tipping, tuple(triggers)
        self.knobs: dict[str, Quantity] = {}
        self.source = "computed by dynamics" if tipping is None or not tipping.source else tipping.source
        self._given: dict[str, dict[frozenset[str], Shift]] = {t: {} for t in self.triggers}
        for a in case.actions.values():
            told = tipping.changed.get(a.name, {}) if tipping is not None else {}
            for t in self.triggers:
                if t in told or moved_by(case, a, t):
                    self._given[t][frozenset((a.name,))] = self._shift(a.name, t, told.get(t))
        for names, told in tipping.together.items() if tipping is not None else ():
            for t in self.triggers:
                if t in told and all(frozenset((n,)) in self._given[t] for n in names):
                    self._given[t][names] = self._shift(" + ".join(n for n in case.actions if n in names), t, told[t])

    def number(self, trigger: str) -> Quantity:
        """Its chance today; 0..1, not given, where no engine computed it."""
        e = self.tipping.probability.get(trigger) if self.tipping is not None else None
        return Quantity.unknown() if e is None else self._quantity(e, 0.0, 1.0)

    def alone(self, name: str) -> dict[str, Shift]:
        """What one item does, by trigger; nothing where it moves no chance of tipping."""
        key = frozenset((name,))
        return {t: given[key] for t, given in self._given.items() if key in given}

    def moves(self, trigger: str) -> bool:
        """Whether some item moves its chance of tipping."""
        return bool(self._given.get(trigger))

    def sets(self, trigger: str) -> dict[frozenset[str], Shift]:
        """What is known of single items and of sets of them, the largest sets first."""
        return dict(sorted(self._given[trigger].items(), key=lambda x: -len(x[0])))

    def parts(self, trigger: str, names: Collection[str]) -> list[Shift]:
        """The largest computed sets that `names` is made of; one where all of it was computed, none where none of them moves it."""
        within = [(s, x) for s, x in self.sets(trigger).items() if s <= frozenset(names)]
        return [x for s, x in within if not any(s < other for other, _ in within)]

    def unproven(self, names: Iterable[str]) -> list[str]:
        """The triggers whose chance of tipping under all of `names` was not computed, only enclosed."""
        mine = frozenset(names)
        return [t for t in self.triggers if len(self.parts(t, mine)) > 1]

    # ---- from estimates to numbers -------------------------------------------------------------------------------------------

    def _shift(self, name: str, trigger: str, told: Tipped | None) -> Shift:
        what = f"{name}: tips({trigger})"
        if told is None:
            after = self._feed(f"{what} afterwards", Quantity.unknown())
            return Shift(after, after, known=False)
        if told.after.high <= 0:
            return Shift(0.0, 0.0, 0.0, 0.0)
        r = told.ratio
        if r is None or not math.isfinite(r.high):
            after = self._feed(f"{what} afterwards", self._quantity(told.after, 0.0, 1.0))
            return Shift(after, after)
        today = self.number(trigger)
        if r.high * today.high <= 1 + _SURE:
            return Shift(self._feed(f"{what} times", self._quantity(r, 0.0, math.inf)), 0.0, r.low, r.high)
        ends = [today.low, today.high]
        middle = _raise(today.middle, today.middle if r.value is None else today.middle * r.value)
        low, high = (f(_raise(p, p * k) for p in ends) for f, k in ((min, max(1.0, r.low)), (max, r.high)))
        up = replace(Quantity.interval(low, high, centre=middle), basis="computed", source=self.source)
        kept = replace(r, high=min(1.0, r.high), low=min(1.0, r.low), value=None if r.value is None else min(1.0, r.value))
        return Shift(
            self._feed(f"{what} times", self._quantity(kept, 0.0, 1.0)), self._feed(f"{what} more often", up), r.low, r.high
        )

    def _quantity(self, e: Estimate, low: float, high: float) -> Quantity:
        a, b = max(low, e.low), min(high, e.high)
        dimension = "probability" if high <= 1 else "plain"
        return Quantity.interval(a, max(a, b), dimension, centre=e.value, basis="computed", source=self.source)  # type: ignore[arg-type]  # one of two literals

    def _feed(self, label: str, q: Quantity) -> float | str:
        if q.is_point:
            return q.low
        self.knobs[label] = q
        return label


def _raise(p: float, after: float) -> float:
    """The chance that one of the 1 - p that do not tip today does, where p becomes `after`."""
    return 0.0 if after <= p else 1.0 if p >= 1 or after >= 1 else (after - p) / (1 - p)


def moved_by(case: Case, action: Action, trigger: str) -> bool:
    """Whether an item changes a model that the trigger pushes, or how long the push lasts."""
    pushed = [n for n, m in case.dynamics.items() if trigger in m.pushes]
    return any(
        c.target in pushed or (bool(pushed) and c.verb == "set" and c.target == trigger and c.parameter == "lasts")
        for c in action.does
    )
