"""The action items together: rank, what none touches, pairs, the cheapest set, what flips the ranking, how to verify."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.options import Options
from fuelbed.numerics.process.bounds import Comparison
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.interventions import Overrides, changes_of, evaluate, failing_arrivals, middles
from fuelbed.numerics.process.structure import Event
from fuelbed.numerics.process.values import has_unknown_rates
from fuelbed.numerics.sampling import box_points, quantile

__all__ = ["cheapest", "flips", "main_output", "pairs", "rank", "untouched", "verification"]

Array = NDArray[np.float64]
_POINTS = 24
_GRID = 17  # places along each number; fewer where one evaluation is long
_WORK = 3e8
_ALL_SUBSETS = 10
_COLUMNS = 4000


def main_output(model: Compiled) -> str:
    """What actions are ranked by: the loss where outcomes differ in loss, else the hazard."""
    return "loss" if len(model.case.outcomes) > 1 else "hazard"


def rank(model: Compiled, results: dict[str, dict[str, Comparison]]) -> list[str]:
    """Action names, the one that takes most away first; ties keep the order of the file."""
    o = main_output(model)
    return sorted(results, key=lambda n: (round(results[n][o].ratio.value, 9), round(results[n]["hazard"].ratio.value, 9)))


def _points(model: Compiled, n: int, seed: int = 7) -> dict[str, Array | float]:
    """Knob values: the middle first, then corners and inner points of the box."""
    rng = np.random.default_rng(seed)
    out: dict[str, Array | float] = dict(middles(model))
    uncertain = [k for k in model.knobs.values() if k.uncertain]
    if not uncertain:
        return out
    shares = box_points(len(uncertain), n, rng)
    for i, k in enumerate(uncertain):
        q = k.quantity
        inner = quantile(q, np.clip(shares[i], 0.001, 0.999), RATE_CAP)
        low, high = min(q.low, RATE_CAP), min(q.high, RATE_CAP)
        v = np.where(shares[i] <= 0, low, np.where(shares[i] >= 1, high, inner))
        out[k.label] = np.concatenate([[min(q.middle, RATE_CAP)], v])
    return out


def _chunked(model: Compiled, knobs: dict[str, Array | float], rows: Sequence[Overrides], output: str) -> Array:
    n = max((len(v) for v in knobs.values() if isinstance(v, np.ndarray)), default=1)
    step = max(1, _COLUMNS // n)
    parts = [evaluate(model, knobs, rows[a : a + step], (output,))[output] for a in range(0, len(rows), step)]
    return np.concatenate(parts, axis=0)


def untouched(model: Compiled, cuts: list[tuple[Event, ...]]) -> Table:
    """Factors of the ways to the failure that no action item changes."""
    touched: set[str] = set()
    for a in model.case.actions.values():
        for c in a.does:
            if c.verb != "observe":
                touched.add(c.target)
    rows = []
    seen = dict.fromkeys(e for cut in cuts for e in cut)
    for kind, name in seen:
        if name in touched or kind == "tips" or name in model.added:
            continue
        n = sum((kind, name) in cut for cut in cuts)
        f = model.case.factors[name]
        rows.append((Cell(name), Cell(f.kind), Cell(f"{n} of {len(cuts)}"), Cell(f.owner or f.layer)))
    order = {"condition": 0, "control": 1, "trigger": 2}
    rows.sort(key=lambda r: (order[r[1].text], -int(r[2].text.split()[0])))
    return Table(
        "untouched",
        "What no action item touches",
        (
            Column("factor", "factor", "code"),
            Column("kind", "kind"),
            Column("ways", "in ways to the failure"),
            Column("owner", "owner or layer", brief=False),
        ),
        tuple(rows),
        empty="Every factor of every way to the failure is touched by some action item.",
    )


def pairs(model: Compiled, names: Sequence[str]) -> Table:
    """Pairs of helping actions of which one adds nothing (under 1 %) to the other, over the whole range of the numbers."""
    o = main_output(model)
    knobs = _points(model, _POINTS)
    single = {n: changes_of(model, model.case.actions[n]) for n in names}
    values = _chunked(model, knobs, [{}, *single.values()], o)
    alone = dict(zip(names, values[1:], strict=True))
    helping = [n for n in names if (alone[n] < 0.99 * values[0]).any()]
    both = list(combinations(helping, 2))
    rows = []
    if both:
        joint = _chunked(model, knobs, [{**single[a], **single[b]} for a, b in both], o)
        for (a, b), v in zip(both, joint, strict=True):
            for keep, drop in ((a, b), (b, a)):
                if (v >= 0.99 * alone[keep] - 1e-15).all():
                    rows.append((Cell(drop), Cell(keep), Cell(f"with `{keep}` done, `{drop}` changes less than 1 %")))
    return Table(
        "pairs",
        "Pairs that add nothing to each other",
        (Column("drop", "adds nothing", "code"), Column("keep", "once there is", "code"), Column("why", "why", brief=False)),
        tuple(rows),
        empty="Every action item that helps still adds something when another one is done.",
        detail=True,
    )


def cheapest(model: Compiled, names: Sequence[str], options: Options) -> Table:
    """The cheapest set of actions that reaches the target, at the middle and over the whole range of the numbers."""
    o, limit = options.target or (main_output(model), -0.8)
    useful = [n for n in names if model.case.actions[n].does][:_ALL_SUBSETS]
    subsets = [s for k in range(1, len(useful) + 1) for s in combinations(useful, k)]
    single = {n: changes_of(model, model.case.actions[n]) for n in useful}
    knobs = _points(model, 8)
    rows: list[Overrides] = [{}]
    for s in subsets:
        joint: dict[str, float | str] = {}
        for n in s:
            joint.update(single[n])
        rows.append(joint)
    v = _chunked(model, knobs, rows, o)
    goal = v[0] * (1 + limit) if limit < 0 else np.full_like(v[0], limit)
    ok = v[1:] <= goal + 1e-12
    cost = [sum(_cost(model, n) for n in s) for s in subsets]
    found = []
    ways = [("at the middle of the numbers", ok[:, 0]), ("over the whole range of the numbers", ok.all(axis=1))]
    for label, good in ways[1:] if has_unknown_rates(model) else ways:  # without rates there is no middle
        best = min((i for i in range(len(subsets)) if good[i]), key=lambda i: (cost[i], len(subsets[i])), default=None)
        if best is None:
            found.append((Cell(label), Cell("no set of these actions reaches it", tone="bad"), Cell("")))
        else:
            found.append((Cell(label), Cell(", ".join(subsets[best]), items=subsets[best]), Cell(f"{cost[best]:g}")))
    goal_text = f"{o} down by {-100 * limit:g} %" if limit < 0 else f"{o} at most {limit:g}"
    note = "" if options.target else "The default target; choose another with `--target`. "
    if any(model.case.actions[n].cost is None for n in useful):
        note += "An action without a `cost` counts 1. "
    if len(names) > _ALL_SUBSETS:
        note += f"Only the first {_ALL_SUBSETS} actions were combined."
    return Table(
        "cheapest",
        f"The cheapest set that reaches: {goal_text}",
        (Column("where", "holds"), Column("set", "actions", "list"), Column("cost", "cost")),
        tuple(found),
        note=note.strip(),
        detail=True,
    )


def _cost(model: Compiled, name: str) -> float:
    c = model.case.actions[name].cost
    return 1.0 if c is None else c.middle


def flips(model: Compiled, names: Sequence[str], rng: np.random.Generator) -> Table:
    """Which disputed number would change which action does most, and at which value."""
    o = main_output(model)
    useful = [n for n in names if model.case.actions[n].does]
    uncertain = [k for k in model.knobs.values() if k.uncertain]
    changes = [changes_of(model, model.case.actions[n]) for n in useful]
    rows = []
    worst = _worst(model, o, rng)
    grid = max(5, min(_GRID, int(_WORK / (1 + 2 * model.tape.work * len(uncertain) * len(useful)))))
    base = middles(model)
    for where, others in (("others at their middle", base), ("others at the worst corner", worst)):
        if len(useful) < 2 or not uncertain:
            break
        u = np.linspace(0.0, 1.0, grid)
        knobs: dict[str, Array | float] = {k: np.full(grid * len(uncertain), v) for k, v in others.items()}
        places = {}
        for i, k in enumerate(uncertain):
            q = k.quantity
            values = quantile(q, np.clip(u, 0.02, 0.98) if q.kind != "interval" else u, RATE_CAP)
            places[k.label] = values
            column = knobs[k.label]
            assert isinstance(column, np.ndarray)
            column[i * grid : (i + 1) * grid] = values
        v = _chunked(model, knobs, changes, o).reshape(len(useful), len(uncertain), grid)
        for i, k in enumerate(uncertain):
            rows += _flip_rows(useful, v[:, i], places[k.label], k.label, where)
    return Table(
        "flips",
        "What would change which action does most",
        (
            Column("number", "number", "code"),
            Column("at", "at about"),
            Column("from", "below it", "code"),
            Column("to", "above it", "code"),
            Column("where", "with", brief=False),
        ),
        tuple(rows[:12]),
        empty="No number, moved alone across its interval, changes which action does most.",
        detail=True,
    )


def _flip_rows(names: list[str], v: Array, grid: Array, label: str, where: str) -> list[tuple[Cell, ...]]:
    """Where along one number the best action changes by more than rounding."""
    out: list[tuple[Cell, ...]] = []
    best = v.argmin(axis=0)
    for j in range(len(grid) - 1):
        a, b = int(best[j]), int(best[j + 1])
        clear = v[b, j] > v[a, j] * (1 + 1e-6) and v[a, j + 1] > v[b, j + 1] * (1 + 1e-6)
        if a != b and clear:
            da, db = v[b, j] - v[a, j], v[a, j + 1] - v[b, j + 1]
            at = grid[j] + (grid[j + 1] - grid[j]) * da / (da + db)
            out.append((Cell(label), Cell(f"{at:.2g}"), Cell(names[a]), Cell(names[b]), Cell(where)))
    return out


def _worst(model: Compiled, o: str, rng: np.random.Generator) -> dict[str, float]:
    """Every number where the baseline is largest among sampled corners."""
    uncertain = [k for k in model.knobs.values() if k.uncertain and math.isfinite(k.quantity.high)]
    out = middles(model)
    if not uncertain:
        return out
    corners = rng.random((len(uncertain), 64)) > 0.5
    knobs: dict[str, Array | float] = dict(out)
    for i, k in enumerate(uncertain):
        knobs[k.label] = np.where(corners[i], k.quantity.high, k.quantity.low)
    at = int(evaluate(model, knobs, [{}], (o,))[o][0].argmax())
    for i, k in enumerate(uncertain):
        out[k.label] = k.quantity.high if corners[i, at] else k.quantity.low
    return out


def verification(model: Compiled, names: Sequence[str]) -> Table:
    """What observation would show that an action worked: enough harmless arrivals of the trigger it blunts most."""
    mid = middles(model)
    rows = []
    for n in names:
        action = model.case.actions[n]
        if action.verified_by:
            rows.append((Cell(n), Cell(f"{action.verified_by} (given by the team)")))
            continue
        if not action.does or not model.per_trigger:
            rows.append((Cell(n), Cell("nothing in the model to watch")))
            continue
        changes = changes_of(model, action)
        v = evaluate(model, mid, [{}, changes], ("hazard", "loss"))
        q = _fails_on_arrival(model, mid, changes)
        drop = {t: before - after for t, (before, after) in q.items()}
        best = max(drop, key=lambda t: drop[t])
        rows.append((Cell(n), Cell(_watch(model, n, best, q[best][0], drop[best], v, mid))))
    return Table(
        "verification",
        "What would show that it worked",
        (Column("action", "action", "code"), Column("watch", "watch for")),
        tuple(rows),
        detail=True,
    )


def _fails_on_arrival(model: Compiled, mid: dict[str, float], changes: Overrides) -> dict[str, tuple[float, float]]:
    """By trigger, the chance that its arrival fails it, before and after some changes."""
    out = {}
    for t, v in failing_arrivals(model, mid, [{}, changes]).items():
        before = mid[str(model.defaults[f"{t}.rate"])]
        to = changes.get(f"{t}.rate", before)
        after = mid[to] if isinstance(to, str) else to
        out[t] = (v[0, 0] / before if before > 0 else 0.0, v[1, 0] / after if after > 0 else 0.0)
    return out


def _watch(
    model: Compiled, name: str, trigger: str, before: float, drop: float, v: dict[str, Array], mid: dict[str, float]
) -> str:
    does = model.case.actions[name].does
    if all(c.verb == "observe" for c in does):
        seen = ", ".join(f"`{c.target}`" for c in does)
        return f"inject {seen} on a quiet day: the signal must show it"
    prevented = [c.target for c in does if c.verb == "prevent"]
    if prevented:
        return f"no further `{prevented[0]}` within {model.case.horizon_text}"
    if drop <= 1e-9:
        if v["loss"][1, 0] < v["loss"][0, 0] * 0.99:
            worst = model.case.outcomes[-1].name
            return f"in the next failure or drill: it does not become `{worst}`"
        worse = v["hazard"][1, 0] > v["hazard"][0, 0] * 1.01
        return "do not try it: the model says it makes things worse" if worse else "nothing would: the model does not move"
    need = 1 if before >= 0.95 else math.ceil(math.log(0.05) / math.log1p(-before))
    rate = mid.get(f"{trigger}.rate", 0.0)
    if rate > 0 and math.isfinite(need):
        years = need / rate
        wait = f"about {_spell(years, 'year')}" if years >= 1 else f"about {_spell(12 * years, 'month')}"
        if years > 2 * model.case.horizon:
            return f"waiting would take {wait} ({need} harmless `{trigger}`): rehearse `{trigger}` instead, {need} times"
        return f"{need} `{trigger}` in a row without failure ({wait}): if nothing had changed, less than 1 chance in 20"
    return f"{need} `{trigger}` in a row without failure"


def _spell(n: float, word: str) -> str:
    whole = max(1, round(n))
    return f"{whole} {word}{'s' if whole != 1 else ''}"
