"""The next best sensor: what each candidate tells alone, beside the others and for its cost; which few are enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.blocks import Ask, Block, Cell, Column, Sentence, Table
from fuelbed.core.facts import NotFound
from fuelbed.core.shown import listed, number
from fuelbed.engines.observability.posterior import Belief
from fuelbed.engines.observability.signatures import Looks, chances_on
from fuelbed.engines.observability.view import View, as_estimate
from fuelbed.numerics.observation.information import WIDE, joint
from fuelbed.numerics.observation.sensors import NOTHING, Chosen, best_set, gain, greedy, same_as, upper_bound
from fuelbed.numerics.observation.separate import APART, cover

__all__ = ["Next", "next_sensors", "sensor_blocks"]

Array = NDArray[np.float64]
_ALMOST_FREE = 0.1  # what it costs to look at what is there already, against the cheapest candidate
_STATES = 20
_FEW = 1e-3  # share of a state that is left out of the separation


@dataclass(frozen=True, eq=False)
class Next:
    """What each of the pool tells alone (points,), the order in which greedy choice takes them, and what each adds beside those before it."""

    pool: tuple[int, ...]
    alone: Mapping[int, Array]
    taken: tuple[Chosen, ...]
    beside: Mapping[int, Array]
    cost: Mapping[int, float]
    yardstick: bool  # nothing that the case names tells anything: perfect looks stand in


def next_sensors(view: View) -> Next:
    s = view.scene
    assert s is not None
    alone = {i: gain(s, s.mechanism, (i,), view.seen) for i in view.pool}
    yardstick = all(np.nanmax(x) <= NOTHING for x in alone.values())
    pool = view.looks if yardstick else view.pool
    alone = {i: gain(s, s.mechanism, (i,), view.seen) for i in pool} if yardstick else alone
    best = sorted((i for i in pool if alone[i][0] > NOTHING), key=lambda i: -alone[i][0])[: 2 * WIDE]
    cost = _costs(view)
    taken = greedy(s, s.mechanism, best, view.seen, cost, most=4)
    before = [c.sensor for c in taken]
    beside = {i: gain(s, s.mechanism, (i,), view.seen, before[:k]) for k, i in enumerate(before)}
    return Next(pool, alone, tuple(taken), beside, cost, yardstick)


def _costs(view: View) -> dict[int, float]:
    """Costs of candidates and of the items that observe, where the case gives them; what is there already costs next to nothing."""
    out: dict[int, float] = {}
    for i in view.candidates:
        q = view.model.sensors[i].cost
        if q is not None:
            out[i] = q.middle
    for x in view.items:
        q = view.case.actions[x.action].cost
        if q is not None:
            out[x.sensor] = q.middle
    least = min((c for c in out.values() if c > 0), default=1.0)
    return out | dict.fromkeys(view.unread, _ALMOST_FREE * least)


def sensor_blocks(view: View, b: Belief, l: Looks, n: Next) -> list[Block]:  # noqa: E741  # looks
    """Sentences, the table, and what to give where nothing is named."""
    out: list[Block] = [_table(view, n), *_enough(view, b, n)]
    out += _separation(view, l, n)
    if n.yardstick:
        ask = NotFound(
            "Which signals could be added (`installed: no`), how often would each miss or cry wolf, and what would it cost?",
            "which of them to add first, and which would only repeat what is there",
            aside=True,
        )
        out.append(Ask(ask))
    return out


def _table(view: View, n: Next) -> Table:
    order = {c.sensor: k for k, c in enumerate(n.taken)}
    shown = sorted(n.pool, key=lambda i: (order.get(i, 99), -round(float(np.nan_to_num(n.alone[i][0])), 9)))
    if n.yardstick:
        shown = [i for i in shown if np.nanmax(n.alone[i]) > NOTHING][:8]
    title, head = "The next sensor: what each would tell of the mechanism", "sensor"
    if n.yardstick:
        title, head = "What a perfect look at one thing would tell of the mechanism", "looked at"
    left_out = f" {view.more} further candidates were not looked at." if view.more else ""
    return Table(
        "sensors",
        title,
        (
            Column("sensor", head, "code"),
            Column("what", "what it shows", brief=False),
            Column("alone", "tells alone", "estimate"),
            Column("beside", "beside those before it", "estimate", brief=False),
            Column("cost", "cost", brief=not n.yardstick),
            Column("verdict", "and so"),
        ),
        tuple(_row(view, n, i, order) for i in shown),
        note=f"Expected information about which cut sets were complete, given what was seen.{left_out}",
        empty="Nothing that could still be read would tell anything of the mechanism.",
    )


def _row(view: View, n: Next, i: int, order: Mapping[int, int]) -> tuple[Cell, ...]:
    x = view.model.sensors[i]
    item = next((t for t in view.items if t.sensor == i), None)
    price = "there already" if i in view.unread else number(n.cost[i]) if i in n.cost else ""
    beside = Cell("nothing" if n.alone[i][0] > NOTHING else "")
    return (
        Cell(item.action if item is not None else x.name),
        Cell(f"observes {item.target}" if item is not None else x.what or x.text),
        Cell(estimate=as_estimate(view, n.alone[i], "plain", "bits")),
        Cell(estimate=as_estimate(view, n.beside[i], "plain", "bits")) if i in n.beside else beside,
        Cell(price),
        Cell(_verdict(view, n, i, order)),
    )


def _verdict(view: View, n: Next, i: int, order: Mapping[int, int]) -> str:
    s = view.scene
    assert s is not None
    if i in order:
        return "next" if order[i] == 0 else "then"
    if np.nanmax(n.alone[i]) <= NOTHING:
        return "tells nothing here"
    others = [j for j in (*view.installed, *(c.sensor for c in n.taken)) if j != i and j not in view.seen]
    twin = same_as(s, s.mechanism, i, others, view.seen)
    if twin is not None:
        return f"adds nothing beside {view.name(twin).replace('`', '')}"
    if n.alone[i][0] > NOTHING:
        return "adds nothing beside the others"
    return "tells next to nothing" if np.nanmax(n.alone[i]) <= 10 * NOTHING else "depends on the numbers"


def _enough(view: View, b: Belief, n: Next) -> list[Block]:
    """What the greedy order reaches, against the best set of the same size or a bound."""
    s = view.scene
    assert s is not None
    if not n.taken:
        return []
    k, together = len(n.taken), n.taken[-1].together
    left = max(0.0, float(np.nan_to_num(b.bits_after[0])) - together)
    best = best_set(s, s.mechanism, n.pool, view.seen, k, tried=120)
    names = listed(view.name(c.sensor) for c in n.taken)
    look = "Perfect looks at " if n.yardstick and k > 1 else "A perfect look at " if n.yardstick else ""
    text = f"{look}{names} would tell {number(round(together, 2))} of {number(round(float(np.nan_to_num(b.bits_after[0])), 2))} bits and leave {number(round(left, 2))}"
    if best is not None:
        more = best[1] - together
        same = (
            "no set of that size tells more (all were tried)"
            if more < 0.005
            else f"the best set of that size tells {number(round(best[1], 2))} (all were tried)"
        )
        text += f"; {same}"
    else:
        top = upper_bound(s, s.mechanism, n.pool, view.seen, k)
        text += f"; no set of that size can tell more than {number(round(top, 2))}"
    return [Sentence(text + ".")] if k > 1 or not n.yardstick else []


def _separation(view: View, l: Looks, n: Next) -> list[Block]:  # noqa: E741  # looks
    """The fewest sensors that tell the mechanisms apart which the installed ones do not."""
    s = view.scene
    assert s is not None
    after = np.nan_to_num(l.share[:, 0])
    states = [m for m in l.order[:_STATES] if after[m] > _FEW]
    pool = [i for i in n.pool if i not in view.unread] or list(n.pool)
    if len(states) < 3 or not pool:
        return []  # of two the table says it
    on = chances_on(view, pool)[states]
    table = joint(s, s.mechanism, view.installed[:WIDE], {}, slice(0, 1))[0][:, states]
    table = table / table.sum(axis=0)
    done = 0.5 * np.abs(table[:, :, None] - table[:, None, :]).sum(axis=0) >= APART
    alone = chances_on(view, view.installed[WIDE:])[states]
    done |= (np.abs(alone[:, None] - alone[None]) >= APART).any(axis=2)
    priced = all(n.cost.get(i, 0.0) > 0 for i in pool)
    cost = np.array([n.cost[i] if priced else 1.0 for i in pool])
    c = cover(on, cost, done)
    pairs = len(states) * (len(states) - 1) // 2
    open_ = int((~done[np.triu_indices(len(states), 1)]).sum())
    if not open_:
        return [
            Sentence(
                f"The installed signals tell apart each two of the {len(states)} mechanisms that are still likely.", detail=True
            )
        ]
    head = f"Of {pairs} pairs of mechanisms that are still likely, the installed signals leave {open_} together"
    if not c.chosen:
        return [Sentence(f"{head}, and nothing that the case names tells any of them apart.", detail=True)]
    names = listed(view.name(pool[k]) for k in c.chosen)
    unit = "cost" if priced else "sensors"
    bound = (
        f"{unit} {number(c.cost)}, and no set does it for less"
        if c.proven
        else f"{unit} {number(c.cost)}; none does it for less than {number(c.least)}"
    )
    rest = f"; {c.hopeless} stay{'s' if c.hopeless == 1 else ''} together whatever is added" if c.hopeless else ""
    look = "perfect looks at " if n.yardstick else ""
    text = f"{head}; {look}{names} would part {'the others' if c.hopeless else 'them all'} ({bound}){rest}."
    return [Sentence(text, detail=True)]
