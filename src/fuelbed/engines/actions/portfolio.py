"""The action items together: which factors none touches, and which pairs add nothing to each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.actions import Change
from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.case import Case
from fuelbed.core.shown import count, named
from fuelbed.engines.actions.scene import Scene
from fuelbed.engines.actions.words import proven
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.interventions import middles
from fuelbed.numerics.process.joint import clashes
from fuelbed.numerics.process.reach import cut_set_count, held_by
from fuelbed.numerics.sampling import box_points, quantile

__all__ = ["enclosed_note", "pairs", "points", "untouched"]

Array = NDArray[np.float64]
_POINTS = 24
_BOUNDED = 16  # pairs whose claim is taken from bounds; the rest say at how many points they were looked at
_ADDS = 0.01


def points(model: Compiled, n: int, seed: int = 7, drawn: bool = True) -> dict[str, Array | float]:
    """Knob values: the middle first, then corners and inner points of the box. Not `drawn`: distributions stay at their middle."""
    rng = np.random.default_rng(seed)
    out: dict[str, Array | float] = dict(middles(model))
    uncertain = [k for k in model.knobs.values() if k.uncertain and (drawn or k.quantity.kind == "interval")]
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


def enclosed_note(scene: Scene, so: str) -> str:
    """That the chance of tipping under several items was not computed, where that is so; `so` says what follows."""
    tips = scene.model.tips
    open_ = [t for t in tips.triggers if any(t in tips.unproven(pair) for pair in combinations(scene.moving, 2))]
    if not open_:
        return ""
    return f"What several items that move the stability boundary of {named(open_)} do to it together was not computed, {so}"


def untouched(scene: Scene) -> Table:
    """Factors in some cut set that no action item touches."""
    case, model = scene.case, scene.model
    touched = {n for a in case.actions.values() for c in a.does if c.verb != "observe" for n in (c.target, _amount(case, c))}
    total = cut_set_count(model)
    order = {"condition": 0, "control": 1, "trigger": 2}
    held = [(name, n) for (_, name), n in held_by(model).items() if name in case.factors and name not in touched]
    held = list(dict.fromkeys(held))
    held.sort(key=lambda x: (order[case.factors[x[0]].kind], -x[1]))
    rows = []
    for name, n in held:
        f = case.factors[name]
        known = name in scene.given.factors
        rows.append(
            (
                Cell(name),
                Cell(f.kind if known else f"{f.kind}, in no list yet"),
                Cell(f"{count(n)} of {count(total)}"),
                Cell(f.owner or f.layer),
            )
        )
    return Table(
        "untouched",
        "What no action item touches",
        (
            Column("factor", "factor", "code"),
            Column("kind", "kind"),
            Column("ways", "in cut sets"),
            Column("owner", "owner or layer", brief=False),
        ),
        tuple(rows),
        empty="Every factor of every cut set is touched by some action item." if total else "There is no cut set.",
    )


def _amount(case: Case, c: Change) -> str:
    """The factor whose amount in a sum is set; "" where it is none."""
    s = case.threshold.sums.get(c.target)
    return c.parameter if s is not None and c.parameter in s.terms else ""


def pairs(scene: Scene) -> Table:
    """Pairs of helping items of which one adds less than 1 % to the other in every quantity that a verdict looks at."""
    rows = [
        (Cell(a), Cell(b), Cell(f"`{a}` disables `{k}`, `{b}` mends it: they contradict each other, and the better one counts"))
        for a, b, k in clashes([scene.case.actions[n] for n in scene.moving])
    ]
    found, looked = _candidates(scene)
    for keep in dict.fromkeys(k for k, _ in found):
        drops = [d for k, d in found if k == keep]
        sure = _surely_nothing(scene, keep, drops) if len(rows) < _BOUNDED else None
        for d in drops:
            if sure is not None and d not in sure:
                continue
            how = "over the whole range of the numbers" if sure and sure[d] else "in all corners that were tried"
            if sure is None:
                how = f"at {looked} values of the numbers, half of them corners"
            rows.append((Cell(d), Cell(keep), Cell(f"with `{keep}` done, `{d}` changes less than 1 % {how}")))
    return Table(
        "pairs",
        "Pairs that add nothing to each other",
        (Column("drop", "adds nothing", "code"), Column("keep", "once there is", "code"), Column("why", "why", brief=False)),
        tuple(rows),
        note=enclosed_note(scene, "so of such a pair nothing is said here."),
        empty="Every action item that helps still adds something when another one is done.",
        detail=True,
    )


def _candidates(scene: Scene) -> tuple[list[tuple[str, str]], int]:
    """(keep, drop) where nothing was added at any of a few points, and how many points those were."""
    items, outputs = scene.moving, tuple(o for o in scene.judged if not (o == "probability" and scene.model.bounded))
    knobs = points(scene.model, _POINTS)
    each = np.eye(len(items), dtype=bool)
    nothing = np.zeros((1, len(items)), dtype=bool)
    alone = scene.joint.values(np.concatenate([nothing, each]), knobs, outputs)
    at = next(iter(alone.values())).shape[1]
    helping = [i for i in range(len(items)) if any((v[1 + i] < (1 - _ADDS) * v[0]).any() for v in alone.values())]
    both = list(combinations(helping, 2))
    if not both:
        return [], at
    members = np.zeros((len(both), len(items)), dtype=bool)
    for row, (a, b) in enumerate(both):
        members[row, [a, b]] = True
    joint = scene.joint.values(members, knobs, outputs)
    flat = {
        (keep, drop)
        for row, pair in enumerate(both)
        for keep, drop in permutations(pair)
        if not scene.model.tips.unproven(items[i] for i in pair)
        if all((joint[o][row] >= (1 - _ADDS) * alone[o][1 + keep] - 1e-15).all() for o in outputs)
    }
    return [(items[k], items[d]) for pair in both for k, d in permutations(pair) if (k, d) in flat], at


def _surely_nothing(scene: Scene, keep: str, drops: Sequence[str]) -> dict[str, bool]:
    """The items of which the bounds bear the claim out, and whether for the whole range."""
    before = scene.joint.of([keep])
    rows = {d: scene.joint.of([keep, d]) for d in drops}
    out = {d: True for d, row in rows.items() if row == before}
    rows = {d: row for d, row in rows.items() if d not in out}
    if not rows:
        return out
    outputs = ("hazard", "probability", "loss", *(("standing",) if scene.standing else ()))
    rng = np.random.default_rng(scene.options.seed)
    found = bounds(scene.model, [*rows.values()], outputs, rng, effort=0.1, before=before, chance=True, wanted=("ratio",))
    for d, comparison in zip(rows, found, strict=True):
        ratios = [comparison[o].ratio for o in scene.judged]
        if all(r.low >= 1 - _ADDS - 1e-9 for r in ratios):
            out[d] = proven(*ratios)
    return out
