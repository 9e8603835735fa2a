"""Several action items at once: of two that move one number the better value counts, whatever the order in which they are listed.

Better is what lowers the reported quantity. In a coherent case (no NOT) that is the smaller value of every probability, rate,
duration and loss; for the rest (a common-cause share, any number of a case with NOT) the quantity is evaluated at the middle with
the smaller and with the larger value. Where two values are uncertain and overlap, the better one counts at every point of the numbers.
Items that move the chance of tipping of one trigger are no such pair of values: what they do together is for dynamics to say (`tips.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.actions import Action
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.interventions import Alone, Overrides, Pick, batch, changes_of, evaluate, middles, setting, tipping
from fuelbed.numerics.process.tips import Shift

__all__ = ["Joint", "clashes"]

Array = NDArray[np.float64]
_REGISTERS = 2_000_000  # of one run of the tape


class Joint:
    """Sets of action items over one model, judged by one output.

    rows     the overrides of each item alone.
    larger   inputs of which the larger value is the better one.
    """

    def __init__(self, model: Compiled, names: Sequence[str], output: str) -> None:
        self.model, self.names, self.output = model, tuple(names), output
        self.rows: dict[str, Alone] = {n: changes_of(model, model.case.actions[n]) for n in names}
        self.larger = frozenset(n for n in self._disputed() if self._larger_is_better(n))

    def _disputed(self) -> list[str]:
        """Inputs to which two items give different values, where the smaller one need not be the better."""
        given: dict[str, set[float | str]] = {}
        for row in self.rows.values():
            for name, value in row.items():
                given.setdefault(name, set()).add(value)
        s = self.model.structure
        coherent = all(s.is_monotone(f) for f in (s.lines[self.model.case.failure], *s.levels()))
        plain = (".rate", ".lasts", ".force", ".keep", ".fails", ".duty", ".missed", ".loss", ".live")
        sure = [
            n
            for n in given
            if n.endswith((".keep", ".tips_kept", ".tips_raised")) or (coherent and n.endswith(plain) and ".reaches." not in n)
        ]
        return [n for n, values in given.items() if len(values) > 1 and n not in sure]

    def _larger_is_better(self, name: str) -> bool:
        mid = middles(self.model)
        given = [row[name] for row in self.rows.values() if name in row]
        base = next(row for row in self.rows.values() if name in row)
        at = sorted(float(setting(v, mid)) for v in given)
        small, large = evaluate(self.model, mid, [{**base, name: v} for v in (at[0], at[-1])], (self.output,))[self.output][:, 0]
        return bool(large < small * (1 - 1e-12))

    def of(self, names: Iterable[str]) -> Overrides:
        """One row for a set of items."""
        given: dict[str, list[float | str]] = {}
        mine = list(names)
        for n in mine:
            for name, value in self.rows[n].items():
                given.setdefault(name, []).append(value)
        out = {name: self._best(values, name in self.larger) for name, values in given.items()}
        for trigger in self.model.tips.triggers:
            out.update(self._tipping(trigger, mine))
        return out

    def _tipping(self, trigger: str, names: Iterable[str]) -> Overrides:
        """What a set of items does to the chance of tipping of one trigger, in `Tips.parts`' three ways."""
        parts = self.model.tips.parts(trigger, list(names))
        if len(parts) == 1:
            return tipping(trigger, parts[0])
        if all(p.lowers for p in parts):
            return {f"{trigger}.tips_kept": self._best([p.kept for p in parts], False)} if parts else {}
        return tipping(trigger, Shift(1.0, 1.0))

    def _best(self, values: list[float | str], largest: bool) -> float | str | Pick:
        """The best where the intervals are apart; else all that may be, for every point to choose from."""
        distinct = sorted(set(values), key=lambda v: (isinstance(v, str), v))
        ends = [self._ends(v) for v in distinct]
        if largest:
            ends = [(-high, -low) for low, high in ends]
        kept = [
            v
            for i, v in enumerate(distinct)
            if not any(ends[j][1] <= ends[i][0] and (ends[j] != ends[i] or j < i) for j in range(len(distinct)) if j != i)
        ]
        return kept[0] if len(kept) == 1 else Pick(tuple(kept), largest)

    def _ends(self, value: float | str) -> tuple[float, float]:
        if not isinstance(value, str):
            return value, value
        q = self.model.knobs[value].quantity
        if q.kind in ("point", "interval"):
            return min(q.low, RATE_CAP), min(q.high, RATE_CAP)
        return (0.0, 1.0) if q.dimension == "probability" else (0.0, np.inf)

    def values(self, members: NDArray[np.bool_], knobs: Mapping[str, Array | float], outputs: Sequence[str]) -> dict[str, Array]:
        """Each output of shape (sets, points), for sets given as rows of `members` (sets, items)."""
        base = batch(self.model, knobs, [{}])
        n_points = base.shape[1]
        place = {name: i for i, name in enumerate(self.model.tape.inputs)}
        moved: dict[str, list[tuple[int, Array]]] = {}
        for i, n in enumerate(self.names):
            for name, value in self.rows[n].items():
                if name in place:
                    moved.setdefault(name, []).append((i, np.broadcast_to(setting(value, knobs), n_points)))
        tape = self.model.tape.only(outputs)
        step = max(1, _REGISTERS // (tape.size * n_points))
        at = [tape.outputs[o] for o in outputs]
        space = np.empty((tape.size, min(step, max(len(members), 1)) * n_points))
        parts = [np.empty((len(at), 0))]
        for a in range(0, len(members), step):
            inputs = self._inputs(members[a : a + step], base, moved, knobs, place)
            parts.append(tape.run(inputs, space)[at])
        whole = np.concatenate(parts, axis=1).reshape(len(at), len(members), n_points)
        return dict(zip(outputs, whole, strict=True))

    def _inputs(
        self, members: NDArray[np.bool_], base: Array, moved: Mapping[str, list[tuple[int, Array]]],
        knobs: Mapping[str, Array | float], place: Mapping[str, int],
    ) -> Array:  # fmt: skip  # the signature reads better on two lines
        n, points = len(members), base.shape[1]
        out = np.tile(base, (1, n))
        for name, given in moved.items():
            nothing, better = (-np.inf, np.maximum) if name in self.larger else (np.inf, np.minimum)
            now = np.full((n, points), nothing)
            for i, v in given:
                now = np.where(members[:, [i]], better(now, v), now)
            untouched = np.isinf(now)
            out[place[name]] = np.where(untouched, out[place[name]].reshape(n, points), now).ravel()
        for trigger in self.model.tips.triggers:
            self._tip(trigger, members, out, knobs, place)
        return out

    def _tip(
        self, trigger: str, members: NDArray[np.bool_], out: Array, knobs: Mapping[str, Array | float], place: Mapping[str, int]
    ) -> None:
        """The same for sets of items that move one trigger's chance of tipping, once for each combination of those items."""
        movers = [i for i, n in enumerate(self.names) if trigger in self.model.tips.alone(n)]
        combinations, which = np.unique(members[:, movers], axis=0, return_inverse=True)
        for k, combination in enumerate(combinations):
            chosen = [self.names[i] for i, there in zip(movers, combination.tolist(), strict=True) if there]
            for name, value in self._tipping(trigger, chosen).items() if len(chosen) > 1 else ():
                if name in place:
                    rows = out[place[name]].reshape(len(members), -1)  # a view
                    rows[which.ravel() == k] = setting(value, knobs)


def clashes(actions: Sequence[Action]) -> list[tuple[str, str, str]]:
    """Items that contradict each other: one disables a control that the other one mends (first, second, the control)."""
    out = []
    for a in actions:
        for b in actions:
            off = {c.target for c in a.does if c.verb == "disable"}
            on = {c.target for c in b.does if c.verb == "perfect" or (c.verb == "set" and c.parameter in ("fails", "broken"))}
            out += [(a.name, b.name, k) for k in sorted(off & on) if a is not b]
    return out
