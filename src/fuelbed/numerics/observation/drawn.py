"""Worlds drawn where they are too many to be weighed, event by event: for cases in which no two open events share a draw.

P(world | the failure came about) is drawn along the decision diagrams of the *events*: which trigger arrived, by
`lambda_t P(its arrival fails it)`; then, from the top, every event that the diagram asks for, by its chance given that the failure follows; then
what was not asked for, by its own chance. Along the diagrams of what is really drawn (`worlds.draw_worlds`) the same is done where
events share draws; those diagrams can be exponentially larger (controls that are broken or fail, one after the other).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fuelbed.numerics.boolean.bdd import FALSE, TRUE
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.diagrams import Diagrams
from fuelbed.numerics.process.interventions import batch, middles
from fuelbed.numerics.process.variants import with_tape
from fuelbed.numerics.process.weighing import chance
from fuelbed.numerics.process.worlds import Worlds

__all__ = ["draw_events"]


def draw_events(
    model: Compiled,
    d: Diagrams,
    known: Mapping[int, bool],
    came: Mapping[str, int],
    unknown: Sequence[int],
    rng: np.random.Generator,
    n: int,
) -> Worlds | None:
    """`n` worlds, with every number at its middle; None where open events share a draw, so that this would not be right."""
    found = _chances(model, d, came, unknown)
    if found is None:
        return None
    p, readily, guessed = found
    b, s = model.structure.bdd, model.structure
    own = {t: s.index.get(("trigger", t), -1) for t in came}
    value = {t: b.values(p, f) for t, f in came.items()}
    weights = np.array([readily[t] * value[t][f] for t, f in came.items()])
    if weights.sum() <= 0:
        return Worlds(np.zeros((0, len(s.events)), dtype=bool), np.zeros((0, 1)), tuple(unknown), False, n)
    names = list(came)
    truth = np.zeros((n, len(s.events)), dtype=bool)
    truth[:, list(unknown)] = rng.random((n, len(unknown))) < np.array([p[v] for v in unknown])
    for v, on in known.items():
        truth[:, v] = on
    for i, k in enumerate(rng.choice(len(names), size=n, p=weights / weights.sum())):
        t = names[int(k)]
        u = came[t]
        while u > TRUE:
            v = b.var[u]
            on = bool(rng.random() * value[t][u] < p[v] * value[t][b.high[u]])
            truth[i, v] = on
            u = b.high[u] if on else b.low[u]
        if own[t] >= 0:
            truth[i, own[t]] = True
    rows, count = np.unique(truth, axis=0, return_counts=True)
    return Worlds(rows, (count / n)[:, None], tuple(unknown), False, n, False, np.zeros(1, dtype=bool), guessed)


def _chances(
    model: Compiled, d: Diagrams, came: Mapping[str, int], unknown: Sequence[int]
) -> tuple[dict[int, float], dict[str, float], bool] | None:
    """P(each open event), how readily each trigger came, and whether numbers that nobody gave have a part in it."""
    b, t = d.bdd, d.inputs.tape
    whole = {v: d.pin(d.event(model.structure.events[v])) for v in unknown}
    taken: set[int] = set()
    for f in whole.values():
        reads = b.support(f)
        if reads & taken:
            return None
        taken |= reads
    memo = {FALSE: t.const(0.0), TRUE: t.const(1.0)}
    for f in whole.values():
        for u in b.reachable(f):
            if u not in memo:
                memo[u] = t.choose(chance(d, b.var[u]), memo[b.high[u]], memo[b.low[u]])
    readily = d.came() if d.triggers else {"": t.const(1.0)}
    tape = with_tape(model, d, {f"{v}": memo[f] for v, f in whole.items()} | {f"came:{n}": readily[n] for n in came})
    reg = tape.tape.run(batch(tape, middles(tape), [{}]))[:, 0]
    at = tape.tape.outputs
    guessed = any(k.uncertain and not k.quantity.given for k in tape.knobs.values())
    return {v: float(reg[at[f"{v}"]]) for v in unknown}, {n: float(reg[at[f"came:{n}"]]) for n in came}, guessed
