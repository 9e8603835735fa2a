"""Every world of what is open in a failing arrival, weighed at any values of the numbers.

The weight of a world is `sum_t came_t P(events = world | t arrives) 1[an arrival of t completes the failure in it]`: the likelihood of
the belief after the incident (docs/theory/structure.md) taken apart by world. P is taken over what is really drawn
(`variables.py`), so common causes and shared signals count: events
that share a draw, be it through a known one, are one *cluster* with a joint chance for each assignment of its members.

Two phases, as everywhere: the incident (`before`: no intervention reaches it) and the future, in which the rows of overrides of
`interventions.py` move the same inputs as they move the hazard; the state is then drawn from the belief before the incident.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.quantities import Quantity
from fuelbed.numerics.boolean.bdd import FALSE, TRUE, Bdd
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.diagrams import Diagrams
from fuelbed.numerics.process.interventions import Overrides, batch
from fuelbed.numerics.process.variants import with_tape

__all__ = ["Weighing", "chance", "read_on"]

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]


def read_on(b: Bdd, f: int, columns: Mapping[int, Bools], n: int) -> Bools:
    """A function on n worlds at once; `columns` gives the value of each variable that it reads, by world."""
    value: dict[int, Bools] = {FALSE: np.zeros(n, dtype=bool), TRUE: np.ones(n, dtype=bool)}
    for u in b.reachable(f):
        if u > TRUE:
            value[u] = np.where(columns[b.var[u]], value[b.high[u]], value[b.low[u]])
    return value[f]


def chance(d: Diagrams, v: int, before: bool = True) -> int:
    """P(a fine variable), on the tape: at the incident, or in the future with the state as it was believed, unless it is forced."""
    name, i = d.space.names[v], d.inputs
    if v >= d.space.n_states:
        return i.prob(name, "pre:" if before else "")
    return i.belief(name) if before else i.tape.choose(i.kept(name), i.belief(name), i.forced(name))


class Weighing:
    """The worlds of one set of known events.

    known    events whose value is given; `open` those that are told apart, in the order of the structure.
    came     by trigger that may have been the one that arrived ("" where no trigger is needed), the worlds that its arrival fails, as a
             function over the open events.
    truth    (worlds, events): every world in which some arrival completes the failure.
    numbers  further quantities to be read at the same points, by name.
    """

    def __init__(
        self,
        model: Compiled,
        d: Diagrams,
        known: Mapping[int, bool],
        came: Mapping[str, int],
        unknown: Sequence[int],
        before: bool = True,
        numbers: Mapping[str, Quantity] | None = None,
    ) -> None:
        self.known, self.open, self.came = known, tuple(unknown), came
        s = model.structure
        self._own = {t: s.index.get(("trigger", t), -1) for t in came}
        places = np.arange(2 ** len(self.open))
        columns = {v: (places >> i & 1).astype(bool) for i, v in enumerate(self.open)}
        done = {t: read_on(s.bdd, f, columns, len(places)) for t, f in came.items()}
        for t, own in self._own.items():
            if own in columns:
                done[t] &= columns[own]  # it arrived
        rows = np.flatnonzero(np.logical_or.reduce(list(done.values()))) if done else np.empty(0, dtype=np.intp)
        self._done = {t: x[rows] for t, x in done.items()}
        self.columns = {v: x[rows] for v, x in columns.items()}
        self.truth = np.zeros((len(rows), len(s.events)), dtype=bool)
        for v, on in known.items():
            self.truth[:, v] = on
        for v, column in self.columns.items():
            self.truth[:, v] = column
        self._clusters: list[tuple[int, ...]] = []
        self.model = self._tape(model, d, before, numbers or {})

    def __len__(self) -> int:
        return len(self.truth)

    # ---- the tape ------------------------------------------------------------------------------------------------------------

    def _tape(self, model: Compiled, d: Diagrams, before: bool, numbers: Mapping[str, Quantity]) -> Compiled:
        """How readily each trigger came (`came:<trigger>`), the joint chances (`<cluster>:<assignment>`), and further numbers.

        An assignment is a number with a bit for each member of its cluster.
        """
        t, b = d.inputs.tape, d.bdd
        readily = _readily(d, before)
        out = {f"came:{n}": readily[n] for n in self.came}
        fixed = d.pin if before else lambda f: f
        whole = {v: fixed(d.event(model.structure.events[v])) for v in self.open}
        told = [d.pin(f) for f in d.facts()] if before else []
        memo: dict[int, int] = {FALSE: t.const(0.0), TRUE: t.const(1.0)}
        for members, facts in _clusters(b, whole, told):
            for k in range(2 ** len(members)):
                f = b.all_([facts, *(whole[v] if k >> i & 1 else b.not_(whole[v]) for i, v in enumerate(members))])
                out[f"{len(self._clusters)}:{k}"] = _on_tape(d, f, memo, before)
            self._clusters.append(members)
        for name, q in numbers.items():
            out[f"number:{name}"] = d.inputs.turned(f"number:{name}", name, q)
        self._numbers = tuple(numbers)
        return with_tape(model, d, out)

    # ---- the weights ---------------------------------------------------------------------------------------------------------

    def weigh(self, knobs: Mapping[str, Array | float], row: Overrides | None = None) -> tuple[Array, dict[str, Array]]:
        """Weights (worlds, points), which need not add up to 1, and the further numbers at the same points."""
        tape = self.model.tape
        reg = tape.run(batch(self.model, knobs, [row or {}]))
        at = {name: reg[r] for name, r in tape.outputs.items()}
        points = reg.shape[1]
        place = [sum(self.columns[v].astype(np.intp) << i for i, v in enumerate(members)) for members in self._clusters]
        factor = [np.stack([at[f"{c}:{k}"] for k in range(2 ** len(m))]) for c, m in enumerate(self._clusters)]
        alone = np.ones((len(self), points))  # of the clusters that hold no trigger which may have arrived
        held = {own: c for own in self._own.values() for c, m in enumerate(self._clusters) if own in m}
        for c in range(len(self._clusters)):
            if c not in held.values():
                alone *= factor[c][place[c]]
        out = np.zeros((len(self), points))
        for t, own in self._own.items():
            weight = alone * at[f"came:{t}"]
            for c in sorted(set(held.values())):
                bit = 1 << self._clusters[c].index(own) if held.get(own) == c else 0
                weight *= factor[c][place[c]] + (factor[c][place[c] ^ bit] if bit else 0.0)  # whether it was on is not asked
            out += np.where(self._done[t][:, None], weight, 0.0)
        return out, {name: at[f"number:{name}"] for name in self._numbers}


def _readily(d: Diagrams, before: bool) -> Mapping[str, int]:
    if not d.triggers:
        return {"": d.inputs.tape.const(1.0)}
    return d.came() if before else {f.name: d.inputs.number(f"{f.name}.rate") for f in d.triggers}


def _clusters(b: Bdd, whole: Mapping[int, int], known: Sequence[int]) -> list[tuple[tuple[int, ...], int]]:
    """Open events that hang together through shared draws, each group with the facts that belong to it."""
    groups: list[tuple[set[int], list[int], list[int]]] = []
    for v, f in [*whole.items(), *((-1, f) for f in known)]:
        reads, members, told = b.support(f), [v] if v >= 0 else [], [f] if v < 0 else []
        for g in [g for g in groups if g[0] & reads]:
            groups.remove(g)
            reads, members, told = reads | g[0], members + g[1], told + g[2]
        groups.append((reads, members, told))
    return [(tuple(sorted(members)), b.all_(told)) for _, members, told in groups if members]


def _on_tape(d: Diagrams, f: int, memo: dict[int, int], before: bool) -> int:
    """P(f) over everything that is drawn: one `choose` per node."""
    b, t = d.bdd, d.inputs.tape
    for u in b.reachable(f):
        if u not in memo:
            memo[u] = t.choose(chance(d, b.var[u], before), memo[b.high[u]], memo[b.low[u]])
    return memo[f]
