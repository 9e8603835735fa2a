"""What every part of the answer looks at: the case with its generated variants, and what is left after each patch, closing and mending."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fuelbed.core.case import Case, Factor
from fuelbed.core.errors import BudgetError
from fuelbed.core.facts import Tipping
from fuelbed.core.options import Options
from fuelbed.core.quantities import Quantity
from fuelbed.core.shown import listed
from fuelbed.numerics.attack.breakeven import BreakEven, break_even
from fuelbed.numerics.attack.closing import CheapestCut, Closing, cheapest, closings
from fuelbed.numerics.attack.compose import Composed, absent, compose
from fuelbed.numerics.attack.derived import Derived, with_unknown
from fuelbed.numerics.attack.layers import Layers, as_drawn, layers
from fuelbed.numerics.attack.words import choke_points
from fuelbed.numerics.process.bounds import Comparison, bounds
from fuelbed.numerics.process.compile import Compiled, compile_case
from fuelbed.numerics.process.interventions import removal
from fuelbed.numerics.process.structure import Event

__all__ = ["LISTED", "Measure", "Row", "Scene", "Ways", "set_up"]

LISTED = 200
_MEASURED = 24  # measures whose numbers are worked out; of all others the variants are counted
_WORK = 150_000  # tape operations times measures; fewer measures where one is long
_OUTPUTS = ("hazard", "probability")
Row = Mapping[str, Comparison]


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that can be done: kind "patch", "close" or "mend", of one factor or (all known exploits of a class) of several.

    left      how many variants survive it; `generated_left` of them need an exploit that is in no list yet.
    row       the paired comparison of hazard and horizon probability; None where it was not worked out.
    enough    up to what rate of the unknown variant the patch leaves at most the target share of the hazard.
    """

    kind: str
    names: tuple[str, ...]
    label: str
    left: int
    generated_left: int
    cost: Quantity | None = None
    row: Row | None = None
    enough: BreakEven | None = None
    class_: str = ""


@dataclass(frozen=True, eq=False)
class Ways:
    """What the graph of ways alone says, however many variants there are: the cheapest cut, the depth, what every variant holds."""

    derived: Derived
    composed: Composed

    @property
    def case(self) -> Case:
        return self.derived.case

    @property
    def lead(self) -> bool:
        """Whether some way leads to the goal at all."""
        return bool(self.composed.graph.reached()[self.composed.goal])

    @cached_property
    def closings(self) -> list[Closing]:
        return closings(self.case, self.composed, set(self.derived.unknown.values()))

    @cached_property
    def cut(self) -> CheapestCut:
        return cheapest(self.composed, self.closings)

    @cached_property
    def layers(self) -> Layers:
        return layers(self.case, self.composed, drawn=self.drawn)

    @cached_property
    def drawn(self) -> Composed:
        """The graph in which every signal that a control needs is seen."""
        return as_drawn(self.case, self.composed)

    def layers_of(self, cut: Collection[Event]) -> Layers:
        """The depth of one variant: with no trigger and no condition but its own."""
        closed = [i for e, i in self.composed.nodes.items() if e[0] in ("trigger", "condition") and e not in cut]
        return layers(self.case, self.composed, closed=closed, drawn=self.drawn)

    @cached_property
    def chokes(self) -> list[Event]:
        """Factors that every variant holds."""
        places = {i: e for e, i in self.composed.nodes.items()}
        return [places[i] for i in choke_points(self.composed.graph, self.composed.goal, list(places))]


@dataclass(frozen=True, eq=False)
class Scene(Ways):
    """total  how many variants there are today, `generated` of them with an exploit that is in no list yet.
    fixed  the rates of unknown variants that nobody gave, as 0: the numbers are those of what is listed, and the rest comes on top.
    known  whether every listed rate is given.
    share  of today's hazard that a patch must get below to be "enough".
    """

    model: Compiled
    today: Row
    measures: tuple[Measure, ...]
    total: int
    generated: int
    fixed: Mapping[str, float | str]
    known: bool
    share: float

    def is_new(self, cut: Collection[Event]) -> bool:
        """Whether a variant needs an exploit that is in no list yet."""
        return any(k == "trigger" and self.derived.is_generated(n) for k, n in cut)

    def exploits(self, cut: Collection[Event]) -> str:
        """Which exploits a variant begins with, in words."""
        factors, generated = self.case.factors, self.derived.is_generated
        names = [n for k, n in cut if k == "trigger"]
        return listed(f"any other {factors[n].traits.class_}" if generated(n) else n for n in names) or "no exploit"

    @property
    def open_classes(self) -> list[str]:
        """Classes of which nobody said how often an unknown variant arrives."""
        return [c for c in self.derived.unknown if not self.derived.declared(c)]

    def of(self, *kinds: str) -> list[Measure]:
        return [m for m in self.measures if m.kind in kinds]

    @cached_property
    def variants(self) -> list[tuple[Event, ...]]:
        """The smallest ones, at most `LISTED`."""
        s, gone = self.model.structure, _gone(self.model)
        rows = s.cut_sets(s.lines[self.case.failure], LISTED + 50 * len(gone))
        return [c for c in rows if not gone & set(c)][:LISTED]


def _gone(model: Compiled) -> set[Event]:
    return {e for e in model.structure.events if e[0] == "condition" and absent(model.case, e[1])}


def set_up(case: Case, tipping: Tipping | None, options: Options) -> Scene | Ways:
    """Only `Ways` where the variants are too many to be worked out. Raises `BudgetError` where the graph is too large too."""
    derived = with_unknown(case)
    composed = compose(derived.case)
    try:
        model = compile_case(derived.case, tipping)
        return _numbers(derived, composed, model, options)
    except BudgetError:
        return Ways(derived, composed)


def _numbers(derived: Derived, composed: Composed, model: Compiled, options: Options) -> Scene:
    rng = np.random.default_rng(options.seed)
    fixed = {f"{u}.rate": 0.0 for c, u in derived.unknown.items() if not derived.declared(c)}
    knobs = model.knobs.values()
    known = not any(np.isinf(k.quantity.high) for k in knobs if k.label not in fixed)
    counts = _Counts(derived, model)
    target = options.target
    share = 1 + target[1] if target is not None and target[0] == "hazard" and -1 < target[1] < 0 else 0.5
    measures = counts.measures()
    work = max(1, model.tape.work)
    most = max(4, min(_MEASURED, _WORK // work))
    first = sorted(measures, key=lambda m: (m.left, m.kind != "close"))
    chosen = [m for m in measures if m in first[:most] or m.kind == "patch"][: 2 * most]
    rows = [{**fixed, **_overrides(model, m)} for m in chosen]
    effort = min(1.0, _WORK / (work * (len(rows) + 1)))
    today, *after = bounds(model, [fixed, *rows], _OUTPUTS, rng, before=fixed, wanted=("after", "ratio"), effort=effort)
    done = {m.label: r for m, r in zip(chosen, after, strict=True)}
    enough = _enough(derived, model, chosen, fixed, share, rng)
    full = tuple(_filled(m, done.get(m.label), enough.get(m.label)) for m in measures)
    return Scene(derived, composed, model, today, full, counts.total, counts.generated, fixed, known, share)


def _filled(m: Measure, row: Row | None, enough: BreakEven | None) -> Measure:
    return Measure(m.kind, m.names, m.label, m.left, m.generated_left, m.cost, row, enough, m.class_)


def _overrides(model: Compiled, m: Measure) -> dict[str, float | str]:
    out: dict[str, float | str] = {}
    for n in m.names:
        out.update(removal(model, model.case.factors[n]))
    return out


def _enough(
    derived: Derived,
    model: Compiled,
    measures: Sequence[Measure],
    fixed: Mapping[str, float | str],
    share: float,
    rng: np.random.Generator,
) -> dict[str, BreakEven]:
    """By label of a patch, the break-even rate of the unknown variant of its class; other open classes count as not arriving."""
    out: dict[str, BreakEven] = {}
    for c, unknown in derived.unknown.items():
        mine = [m for m in measures if m.kind == "patch" and m.class_ == c]
        others = {k: v for k, v in fixed.items() if k != f"{unknown}.rate"}
        if mine and ("trigger", unknown) in model.structure.index:
            found = break_even(model, unknown, [_overrides(model, m) for m in mine], others, share, rng)
            out.update({m.label: b for m, b in zip(mine, found, strict=True)})
    return out


def _all(n: int) -> str:
    return "both" if n == 2 else f"all {n}"


class _Counts:
    """Variants counted on their diagram: exact, however many there are."""

    def __init__(self, derived: Derived, model: Compiled) -> None:
        self.derived, self.model = derived, model
        self.gone = _gone(model)
        self.unknown = {("trigger", u) for u in derived.unknown.values()}
        self.total = self.left(())
        self.generated = self.total - self.left((), self.unknown)

    def left(self, names: Sequence[str], also: set[Event] | None = None) -> int:
        s = self.model.structure
        out = self.gone | (also or set())
        return s.inside(s.lines[self.model.case.failure], lambda e: e not in out and e[1] not in names)

    def measures(self) -> list[Measure]:
        case = self.derived.case
        used = {n: case.factors[n] for _, n in self.model.structure.events if n in case.factors}
        exploits = [f for f in used.values() if f.role == "exploit" and not self.derived.is_generated(f.name)]
        out = [self._of("patch", (f.name,), f.name, f.traits.cost, f.traits.class_) for f in exploits]
        for c, members in self.derived.members.items():
            mine = tuple(m for m in members if m in used)
            if len(mine) > 1:
                out.append(self._of("patch", mine, f"{_all(len(mine))} known exploits of {c}", None, c))
        if len(self.derived.members) + len(self.derived.alone) > 1 and len(exploits) > 1:
            names = tuple(f.name for f in exploits)
            if not any(m.names == names for m in out):
                out.append(self._of("patch", names, f"{_all(len(names))} known exploits", None, ""))
        out += [self._of("close", (f.name,), f.name, f.traits.cost) for f in used.values() if self._closable(f)]
        out += [self._of("mend", (f.name,), f.name, f.traits.cost) for f in used.values() if f.kind == "control"]
        return out

    def _closable(self, f: Factor) -> bool:
        return f.kind == "condition" and ("condition", f.name) not in self.gone

    def _of(self, kind: str, names: tuple[str, ...], label: str, cost: Quantity | None, class_: str = "") -> Measure:
        left = self.left(names)
        return Measure(kind, names, label, left, left - self.left(names, self.unknown), cost, class_=class_)
