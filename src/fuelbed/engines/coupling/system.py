"""From components to factors: what the pairs of history mean for the structure, as common causes that are offered and not taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from fuelbed.core.case import Case, CommonCause, Factor
from fuelbed.core.errors import BudgetError
from fuelbed.core.facts import Tipping
from fuelbed.core.quantities import Quantity
from fuelbed.engines.coupling.gather import Gathered
from fuelbed.numerics.attack.derived import with_declared
from fuelbed.numerics.joint.bins import Onsets
from fuelbed.numerics.joint.groups import Factor as Share
from fuelbed.numerics.joint.groups import Group
from fuelbed.numerics.joint.shares import shared, taking_all
from fuelbed.numerics.joint.study import Study
from fuelbed.numerics.process.intersections import (
    Intersections,
    Joint,
    chance_of,
    cut_sets_with,
    declared,
    intersections,
    joint_chance,
)

__all__ = ["Offered", "System", "of_declared", "offered", "system"]

_MOST = 12  # groups that are put into one case


@dataclass(frozen=True, eq=False)
class Offered:
    """A group of the log: the share of failures that takes all of it at once, and the common cause that says so.

    all_at_once  events that took every member, and how many there would be by chance.
    members      the factors that they are; empty where fewer than two of them are factors. `cause` where two or more are controls.
    share        of the members that are factors, else of the group.
    declared     the common cause of the case that holds two or more of them.
    """

    group: Group
    all_at_once: int
    by_chance: float
    members: tuple[str, ...]
    share: Share
    cause: CommonCause | None
    declared: CommonCause | None

    @property
    def agrees(self) -> bool:
        """Whether the declared beta overlaps what history says."""
        return (
            self.declared is not None and self.declared.beta.low <= self.share.high and self.declared.beta.high >= self.share.low
        )


@dataclass(frozen=True, eq=False)
class System:
    """Risk with the intersections and without; `numbers` None past the budget.

    cuts     each set of members that some cut set needs, with how many times its chance is underestimated, most first; `counts` how many cut
             sets need it, `unknown` how many have a member without a number, `others` sets of members that the beta factor does not raise.
    needed   names of the common causes two members of which stand in one cut set.
    """

    numbers: Intersections | None
    cuts: tuple[Joint, ...] = ()
    counts: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    unknown: int = 0
    others: int = 0
    needed: frozenset[str] = frozenset()


def offered(case: Case, g: Gathered, study: Study, o: Onsets) -> tuple[Offered, ...]:
    """What each group of history would be in the case."""
    place = {n: i for i, n in enumerate(g.names)}
    return tuple(_offered(case, g, study, o, group, place, k) for k, group in enumerate(study.groups, 1))


def _offered(case: Case, g: Gathered, study: Study, o: Onsets, group: Group, place: dict[str, int], k: int) -> Offered:
    known = {c: f for c in group.members if (f := case.coupling.components.get(c, c)) in case.factors}
    controls = [c for c in known if case.factors[known[c]].kind == "control"]
    used = controls if len(controls) > 1 else list(known) if len(known) > 1 else list(group.members)
    at = [place[c] for c in used]
    share = shared(o, at, g.reach, _by_chance(study, used))
    cause = None
    if len(controls) > 1:
        beta = Quantity.interval(share.low, share.high, centre=share.value, basis="measured", source="history")
        name = _free(case, f"history_{k}")
        cause = CommonCause(name, tuple(known[c] for c in controls), beta, _acts_on([case.factors[known[c]] for c in controls]))
    members = tuple(known[c] for c in used) if len(known) > 1 else ()
    declared = next((x for x in case.common_causes if len(set(x.of) & set(members)) > 1), None)
    everyone = [place[c] for c in group.members]
    return Offered(group, taking_all(o, everyone, g.reach), _product(o, everyone, g.reach), members, share, cause, declared)


def _free(case: Case, name: str) -> str:
    taken = {*case.factors, *case.lines, *(c.name for c in case.common_causes)}
    while name in taken:
        name += "_too"
    return name


def _by_chance(study: Study, members: Sequence[str]) -> float:
    """How many of the common events of two independence explains, load and clock held equal; of more than two none worth counting."""
    if len(members) != 2:
        return 0.0
    return next((min(p.expected, p.together) for p in study.pairs if {p.a, p.b} == set(members)), 0.0)


def _product(o: Onsets, members: Sequence[int], reach: float) -> float:
    """Events that take all members by chance: windows x prod (onsets / windows)."""
    windows = (o.window[1] - o.window[0]) / reach
    return float(windows * np.prod([len(o.of(c)) / windows for c in members]))


def _acts_on(members: Sequence[Factor]) -> Literal["broken", "fails"]:
    """Per demand where every member has a chance to fail on demand and none to be broken; else on what stays broken."""
    broken = all(
        f.broken is not None and f.broken.given and not (f.broken.is_point and f.broken.low in (0.0, 1.0)) for f in members
    )
    return "broken" if broken or not all(chance_of(f, "fails") is not None for f in members) else "fails"


def system(case: Case, found: Sequence[Offered], g: Gathered, o: Onsets, tipping: Tipping | None, seed: int) -> System | None:
    """The risk of the case with what history says, against independence; None where no group holds two controls of the case."""
    causes = [x.cause for x in found if x.cause is not None][:_MOST]
    if not causes:
        return None
    component = {case.coupling.components.get(c, c): i for i, c in enumerate(g.names)}

    def beta_of(cause: CommonCause, members: tuple[str, ...]) -> Quantity:
        """Of a part of the group, what takes all of that part."""
        if len(members) == len(cause.of):
            return cause.beta
        s = shared(o, [component[n] for n in members], g.reach)
        return Quantity.interval(s.low, s.high, centre=s.value)

    try:
        numbers = intersections(with_declared(case), causes, tipping, np.random.default_rng(seed))
    except BudgetError:
        return System(None)
    return _system(numbers, causes, beta_of)


def of_declared(case: Case, tipping: Tipping | None, seed: int) -> System | None:
    """The same for the common causes that the case declares itself; None where it declares none, or is too large."""
    if not case.common_causes:
        return None
    try:
        numbers = declared(with_declared(case), tipping, np.random.default_rng(seed))
    except BudgetError:
        return None
    return _system(numbers, case.common_causes, lambda cause, _: cause.beta)


def _system(
    numbers: Intersections, causes: Sequence[CommonCause], beta_of: Callable[[CommonCause, tuple[str, ...]], Quantity]
) -> System:
    factors = numbers.model.case.factors
    found: dict[tuple[str, ...], Joint] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    needed, unknown = set(), 0
    for cause in causes:
        for cut in cut_sets_with(numbers.model, cause.of):
            needed.add(cause.name)
            members = tuple(n for _, n in cut if n in cause.of)
            given = [q for n in members if (q := chance_of(factors[n], cause.acts_on)) is not None]
            if len(given) == len(members):
                counts[members] += 1
                found.setdefault(members, joint_chance(cut, members, given, beta_of(cause, members)))
            else:
                unknown += 1
    more = sorted((j for j in found.values() if j.times.value > 1), key=lambda j: -j.times.value)
    return System(numbers, tuple(more), counts, unknown, len(found) - len(more), frozenset(needed))
