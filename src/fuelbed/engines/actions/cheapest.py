"""The cheapest set of action items that reaches a target, at the middle of the numbers and over their whole range.

Up to `_EXACT` items (fewer where one evaluation is long) every set is looked at in order of cost, so that the first that reaches the
target is the cheapest. Beyond, all single items, pairs and as many triples as the same work allows are, and sets built greedily from
all items and improved by exchanges; then the table says that the result is not proven cheapest. That one item does at least as much
as another by itself says nothing about sets (either of two conditions closes nothing that the other keeps open), so dominance prunes
nothing here.

Over the whole range a set is taken only when its paired bounds reach the target. Before that, corners of the numbers are searched for
one at which it does not; each such corner is kept, so that it rules out other sets as well.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.shown import number
from fuelbed.engines.actions.portfolio import enclosed_note, points
from fuelbed.engines.actions.scene import Scene
from fuelbed.engines.actions.words import proven
from fuelbed.numerics.process.bounds import Bound, bounds
from fuelbed.numerics.process.values import change, estimate
from fuelbed.numerics.process.worst import worst_corner

__all__ = ["Found", "Search", "cheapest"]

Array = NDArray[np.float64]
Sets = NDArray[np.bool_]
_EXACT = 16
_WORK = 2e8  # tape operations of one look at all sets
_VERIFIED = 24  # sets whose corners and bounds are looked at
_ROUNDS = 8  # greedy sets built anew from the corners found
_BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Found:
    """A set that reaches the target, with the change or value that it reaches; `items` is None where none was found.

    settled   False where the search was cut short, so that a cheaper set (or any) may have been missed.
    doubt     True where a set was passed over only because its bounds, which may be too wide, do not show that it reaches the target.
    """

    items: tuple[str, ...] | None
    cost: float
    bound: Bound | None
    settled: bool
    doubt: bool = False


class Search:
    """Sets of items as rows of a matrix, and which of them reach the target."""

    def __init__(self, scene: Scene, output: str, limit: float) -> None:
        self.scene, self.output, self.limit = scene, output, limit
        self.items = scene.moving
        self.cost = np.array([_cost(scene, n) for n in self.items])
        self.most = max(1, min(_EXACT, int(np.log2(max(2.0, _WORK / scene.model.tape.work)))))
        self.exact = len(self.items) <= self.most
        self.screen = points(scene.model, 8, drawn=False)
        self._greedy: dict[int, list[NDArray[np.bool_]]] = {}
        self._steps: dict[bytes, Array] = {}  # by set: the excess with each further item, at the first `_seen` points
        self._seen = 0

    @property
    def points(self) -> int:
        return max((len(v) for v in self.screen.values() if isinstance(v, np.ndarray)), default=1)

    def at(self, first: int, end: int) -> dict[str, Array | float]:
        """Some of the points."""
        return {k: v[first:end] if isinstance(v, np.ndarray) else v for k, v in self.screen.items()}

    # ---- what reaches the target -------------------------------------------------------------------------------------------

    def excess(self, sets: Sets, knobs: dict[str, Array | float]) -> Array:
        """How far each set is from the target at every point, in shares of today; reached where it is at most a trifle."""
        v = self.scene.joint.values(np.concatenate([np.zeros((1, sets.shape[1]), dtype=bool), sets]), knobs, (self.output,))
        return self._excess(v[self.output][1:], v[self.output][0])

    def _excess(self, after: Array, before: Array) -> Array:
        goal = before * (1 + self.limit) if self.limit < 0 else np.full_like(before, self.limit)
        scale = np.where(before > 0, before, 1.0) if self.limit < 0 else max(self.limit, 1e-300)
        return np.asarray((after - goal) / scale)

    def reaches(self, excess: Array) -> NDArray[np.bool_]:
        return np.asarray(excess <= 1e-9)

    def reaching(self, sets: Sets, n: int) -> Sets:
        """Those that reach the target at the first `n` points. The newest rules out most, so that few are left for the others."""
        sets = sets[self.reaches(self.excess(sets, self.at(n - 1, n)))[:, 0]]
        return sets[self.reaches(self.excess(sets, self.at(0, n - 1))).all(axis=1)] if n > 1 and len(sets) else sets

    def holds(self, b: Bound) -> bool:
        return b.high <= (1 + self.limit if self.limit < 0 else self.limit) + 1e-9 * max(1.0, abs(self.limit))

    def bound(self, items: Sequence[str]) -> Bound:
        """The paired ratio with doing nothing, or the value itself for an absolute target."""
        outputs = (self.output,) if self.output != "probability" else ("hazard", "probability", "standing")
        rng = np.random.default_rng(self.scene.options.seed)
        found = bounds(self.scene.model, [self.scene.joint.of(items)], outputs, rng, chance=True, wanted=("after", "ratio"))[0][
            self.output
        ]
        return found.ratio if self.limit < 0 else found.after

    # ---- which sets are looked at ------------------------------------------------------------------------------------------

    def in_order(self, sets: Sets) -> Sets:
        """By cost, then size, then place in the file; each once, the empty set first."""
        sets = np.unique(sets, axis=0)
        place = sets @ (2.0 ** -np.arange(sets.shape[1]))
        return sets[np.lexsort((-place, sets.sum(axis=1), np.round(sets @ self.cost, 9)))]

    @cached_property
    def sets(self) -> Sets:
        n = len(self.items)
        if self.exact:
            every = ((np.arange(2**n)[:, None] >> np.arange(n)[None, :]) & 1).astype(bool)
            return self.in_order(every)
        room, rows = 2**self.most, [np.zeros(n, dtype=bool)]
        for size in (1, 2, 3):
            for members in combinations(range(n), size):
                if size == 3 and len(rows) >= room:
                    break
                row = np.zeros(n, dtype=bool)
                row[list(members)] = True
                rows.append(row)
        return self.in_order(np.array([*rows, *self.greedy(1), *self.greedy(self.points)]))

    def greedy(self, n: int) -> list[NDArray[np.bool_]]:
        """Sets that reach the target at the first `n` points: the best item for its cost until it is reached, then exchanges.

        The answer for a number of points is kept, as points are only ever added.
        """
        if n not in self._greedy:
            self._greedy[n] = self._built(n)
        return self._greedy[n]

    def _built(self, n: int) -> list[NDArray[np.bool_]]:
        now = np.zeros(len(self.items), dtype=bool)
        left = float(self.excess(now[None, :], self.at(0, n)).max())
        while left > 1e-9 and not now.all():
            out, after = np.flatnonzero(~now), self._further(now, n).max(axis=1)
            gain = (left - np.maximum(after, 0.0)) / np.maximum(self.cost[out], 1e-9)
            best = int(gain.argmax()) if gain.max() > 0 else int(after.argmin())
            left, now = float(after[best]), _with_each(now)[best]
        return self._exchanged(now, n) if left <= 1e-9 else []

    def _further(self, now: NDArray[np.bool_], n: int) -> Array:
        """The excess with each further item at the first `n` points.

        Sets built anew mostly begin as those before them: what is kept of all of them is brought up to the new points at once.
        """
        if n > self._seen:
            if self._steps:
                rows = [_with_each(np.frombuffer(k, dtype=bool)) for k in self._steps]
                more = np.split(self.excess(np.concatenate(rows), self.at(self._seen, n)), np.cumsum([len(r) for r in rows])[:-1])
                self._steps = {k: np.hstack([v, m]) for (k, v), m in zip(self._steps.items(), more, strict=True)}
            self._seen = n
        key = now.tobytes()
        if key not in self._steps:
            self._steps[key] = self.excess(_with_each(now), self.at(0, self._seen))
        return self._steps[key][:, :n]

    def _exchanged(self, now: NDArray[np.bool_], n: int) -> list[NDArray[np.bool_]]:
        """Leave one out, or take one in for one or two: the cheapest that still reaches, until nothing is gained."""
        found = [now]
        for _ in range(len(self.items)):
            inside, outside = np.flatnonzero(now).tolist(), np.flatnonzero(~now).tolist()
            leave = [(i,) for i in inside] + list(combinations(inside, 2))
            rows = []
            for gone in leave:
                for new in (None, *outside):
                    row = now.copy()
                    row[list(gone)] = False
                    if new is not None:
                        row[new] = True
                    rows.append(row)
            tried = np.array([r for r in rows if r @ self.cost < now @ self.cost - 1e-12])
            if not len(tried):
                break
            good = self.reaching(tried, n)
            if not len(good):
                break
            now = good[int((good @ self.cost).argmin())]
            found.append(now)
        return found

    # ---- the two answers ---------------------------------------------------------------------------------------------------

    @cached_property
    def at_middle(self) -> Sets:
        """The sets that reach the target at the middle of the numbers, the cheapest first."""
        return np.concatenate([self.reaching(self.sets[a : a + _BLOCK], 1) for a in range(0, len(self.sets), _BLOCK)])

    def middle(self) -> Found:
        if not len(self.at_middle):
            return Found(None, 0.0, None, self.exact)
        items = self._named(self.at_middle[0])
        return Found(items, float(self.at_middle[0] @ self.cost), self.bound(items), self.exact)

    def whole(self) -> Found:
        """The cheapest whose bounds reach the target."""
        found = self._first(self.at_middle)
        if self.exact:
            return found
        for attempt in range(_ROUNDS + 1):
            if found.items is not None:
                break
            rows = self.greedy(self.points) if attempt < _ROUNDS else [np.ones(len(self.items), dtype=bool)]
            found = self._first(self.in_order(np.array(rows))) if rows else found
        return dataclasses.replace(found, settled=False)

    def _first(self, todo: Sets) -> Found:
        looked, doubt = 0, False
        while len(todo):
            block, todo = todo[:_BLOCK], todo[_BLOCK:]
            block = self.reaching(block, self.points)
            while len(block):
                if looked == _VERIFIED:
                    return Found(None, 0.0, None, False, doubt)
                looked += 1
                items = self._named(block[0])
                if self._fails_at_a_corner(items):
                    block = self.reaching(block, self.points)
                    continue
                b = self.bound(items)
                if self.holds(b):
                    return Found(items, float(block[0] @ self.cost), b, True, doubt)
                doubt, block = True, block[1:]
        return Found(None, 0.0, None, True, doubt)

    def _fails_at_a_corner(self, items: Sequence[str]) -> bool:
        """Search the corners for one at which the set misses the target, and keep it."""
        rows = [{}, self.scene.joint.of(items)]
        corner = worst_corner(self.scene.model, rows, self.output, lambda v: self._excess(v[1], v[0]))
        at = {k: np.array([v]) for k, v in corner.items()}
        row = np.array([[n in items for n in self.items]])
        if self.reaches(self.excess(row, dict(at))).all():
            return False
        uncertain = [k.label for k in self.scene.model.knobs.values() if k.uncertain and k.quantity.kind == "interval"]
        for k in uncertain:
            self.screen[k] = np.append(self.screen[k], corner[k])
        return True

    def _named(self, row: NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(n for n, there in zip(self.items, row.tolist(), strict=True) if there)


def _with_each(now: NDArray[np.bool_]) -> Sets:
    """The set with each of the other items added, one a row."""
    out = np.flatnonzero(~now)
    rows = np.repeat(now[None, :], len(out), axis=0)
    rows[np.arange(len(out)), out] = True
    return rows


def _cost(scene: Scene, name: str) -> float:
    c = scene.case.actions[name].cost
    return 1.0 if c is None else c.middle


def cheapest(scene: Scene) -> Table:
    """The cheapest set at the middle of the numbers and over their whole range, and what each reaches.

    Detail where nobody asked for a target, unless rates are known and some set reaches the default one.
    """
    output, limit = scene.options.target or (scene.main, -0.8)
    rows: list[tuple[Cell, ...]] = []
    empty = ""
    before = scene.results[""][output].after
    if scene.options.target and output == "loss" and not scene.with_loss:
        empty = "The case does not say what a failure costs: add `outcomes` with a `loss`."
    elif before.high <= 0 or (limit >= 0 and before.high <= limit):
        empty = _idle(scene, output, before)
    elif not scene.moving:
        empty = "No action item carries an intervention: write under `does` what each changes."
    else:
        search = Search(scene, output, limit)
        if scene.known:  # without rates there is no middle
            rows.append(_row(scene, search, "at the middle of the numbers", search.middle()))
        found = search.whole()
        rows.append(_row(scene, search, _range_words(scene, found), found))
    return Table(
        "cheapest",
        f"The cheapest set that {_goal(scene, output, limit)}",
        (
            Column("where", "holds"),
            Column("set", "actions", "list"),
            Column("cost", "cost"),
            Column("reached", "reached", "estimate", brief=False),
        ),
        tuple(rows),
        note=_note(scene, rows),
        empty=empty,
        detail=scene.options.target is None and not (scene.known and any(cells[1].items for cells in rows)),
    )


def _goal(scene: Scene, output: str, limit: float) -> str:
    """`brings failures a year down by 80 %`: in words, since `hazard` is a word of the command line only."""
    words = scene.words(output)
    if limit < 0:
        return f"brings {words} down by {number(-100 * limit)} %"
    unit = f" {scene.case.loss_unit} a year" if output == "loss" and scene.with_loss else ""
    return f"keeps {words} at {number(limit)}{unit} or less"


def _idle(scene: Scene, output: str, before: Bound) -> str:
    where = "0" if before.high <= 0 else "that low already"
    return f"Nothing is to be done: {scene.words(output)} {'are' if output == 'hazard' else 'is'} {where}, as the numbers stand."


def _range_words(scene: Scene, found: Found) -> str:
    words = "over the whole range of the numbers"
    if found.bound is not None and not proven(found.bound):
        words = "in all corners of the numbers that were tried"
    drawn = any(k.uncertain and k.quantity.kind != "interval" for k in scene.model.knobs.values())
    return f"{words} and in 19 of 20 draws of the distributions" if drawn else words


def _row(scene: Scene, search: Search, where: str, found: Found) -> tuple[Cell, ...]:
    if found.items is None:
        none = "no set of these actions is shown to reach it" if found.doubt else "no set of these actions reaches it"
        none = none if found.settled else "no set that reaches it was found: the search was cut short"
        return Cell(where), Cell(none, tone="bad"), Cell(""), Cell("")
    more = ", the cheapest of which the bounds show it" if found.doubt else ""
    more = more if found.settled else ", the best found: not every set was tried"
    assert found.bound is not None
    if search.limit < 0:
        reached = change(found.bound, scene.known)
    else:
        kinds = {"hazard": ("rate", "a year"), "loss": ("loss", f"{scene.case.loss_unit} a year")}
        kind, unit = kinds.get(search.output, ("probability", ""))
        reached = estimate(found.bound, kind, unit, scene.known)  # type: ignore[arg-type]  # closed words
    items = found.items or ("nothing",)
    return Cell(f"{where}{more}"), Cell(", ".join(items), items=items), Cell(f"{found.cost:g}"), Cell(estimate=reached)


def _note(scene: Scene, rows: list[tuple[Cell, ...]]) -> str:
    if not rows:
        return ""
    parts = [] if scene.options.target else ["The default target; choose another with `--target`."]
    if any(scene.case.actions[n].cost is None for n in scene.moving):
        parts.append("An action without a `cost` counts 1.")
    parts.append("Of two actions that set one number, the better value counts.")
    parts += (
        [x] if (x := enclosed_note(scene, "so the better of them counts (no item undoing another), or nothing at all.")) else []
    )
    if scene.options.target is None and scene.standing and scene.main == "probability":
        parts.append("The probability counts here, as it may have failed already.")
    return " ".join(parts)
