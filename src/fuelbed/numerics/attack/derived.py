"""Generated variants: beside every known exploit of a class stands one unknown variant of it, as a case that every computation can read.

A class of weakness outlives its known exploits. So for each class c of the exploits of a case there is one trigger more, `unknown_c`, that
arrives at the declared rate (0..infinity where none is), and every mention of an exploit e of that class in a line reads as

    e or unknown_c

The rest is unchanged, so cut sets, hazards and bounds are those of the process (docs/theory/structure.md). Two assumptions favour the attacker: what is
needed together with the known exploit is enough for the unknown one too, and where a line needs two exploits of one class, the one unknown
variant counts as both. The unknown variant lasts as long as the known ones do where they all last, else it is momentary. It did not
bring *this* incident: what did is known now.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from fuelbed.core.case import Case, Factor, Line, Outcome
from fuelbed.core.expressions import Expr, Or, Ref, replaced, walk
from fuelbed.core.quantities import Quantity

__all__ = ["Derived", "classes", "with_declared", "with_unknown"]


@dataclass(frozen=True, eq=False)
class Derived:
    """case     with the generated triggers, and the goal as its failure.
    unknown  class -> its generated trigger.
    members  class -> the known exploits of it, in file order.
    alone    exploits without a class, which have no unknown variant.
    """

    case: Case
    unknown: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]
    alone: tuple[str, ...]

    def is_generated(self, name: str) -> bool:
        return name in self.unknown.values()

    def declared(self, class_: str) -> bool:
        """Whether the case says how often an unknown variant of the class arrives."""
        return class_ in self.case.exposure.unknown


def classes(case: Case) -> dict[str, tuple[str, ...]]:
    """The known exploits by class."""
    out: dict[str, tuple[str, ...]] = {}
    for f in case.of_kind("trigger"):
        if f.role == "exploit" and f.traits.class_:
            out[f.traits.class_] = (*out.get(f.traits.class_, ()), f.name)
    return out


@lru_cache(maxsize=8)
def with_unknown(case: Case) -> Derived:
    """The case with its generated variants; remembered, so that what is derived from it is too."""
    members = classes(case)
    names, factors, lines = _beside(case, members)
    goal = case.exposure.goal or case.failure
    outcomes = case.outcomes
    unit = case.loss_unit
    if goal != case.failure:
        outcomes = (Outcome(goal, Quantity.point(1.0, "loss", unit="failures", basis="assumed")),)
        unit = "failures"
    derived = dataclasses.replace(case, factors=factors, lines=lines, failure=goal, outcomes=outcomes, loss_unit=unit)
    alone = tuple(f.name for f in case.of_kind("trigger") if f.role == "exploit" and not f.traits.class_)
    return Derived(derived, names, members, alone)


@lru_cache(maxsize=8)
def with_declared(case: Case) -> Case:
    """The case with the unknown variants whose rate it gives (`exposure.unknown_variants`): triggers like any other, so that hazards,
    removals and action items are counted with them, and agree with what the question of exposure says. The case itself where it gives none."""
    members = {c: mine for c, mine in classes(case).items() if c in case.exposure.unknown}
    if not members:
        return case
    _, factors, lines = _beside(case, members)
    return dataclasses.replace(case, factors=factors, lines=lines)


def _beside(case: Case, members: Mapping[str, tuple[str, ...]]) -> tuple[dict[str, str], dict[str, Factor], dict[str, Line]]:
    """Class -> its generated trigger, the factors with these, and the lines that read them beside the known exploits. A class has the same
    name whichever others stand beside it."""
    names: dict[str, str] = {}
    taken = {*case.factors, *case.lines, *case.signals}
    for c in classes(case):
        names[c] = _name(c, taken)
        taken.add(names[c])
    names = {c: n for c, n in names.items() if c in members}
    beside = {e: names[c] for c, mine in members.items() for e in mine}
    factors = {**case.factors, **{n: _trigger(case, c, n, members[c]) for c, n in names.items()}}
    return names, factors, {n: _rewritten(line, beside) for n, line in case.lines.items()}


def _name(class_: str, taken: set[str]) -> str:
    """`unknown_cwe_20`; a name that the case has already gets a number."""
    words = "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in class_.lower()).split())[:40] or "class"
    base = name = f"unknown_{words}"
    k = 2
    while name in taken:
        name, k = f"{base}_{k}", k + 1
    return name


def _trigger(case: Case, class_: str, name: str, members: tuple[str, ...]) -> Factor:
    lasts = [q for e in members if (q := case.factors[e].lasts) is not None]
    longest = max(lasts, key=lambda q: q.middle) if lasts and all(q.high > 0 for q in lasts) else Quantity.unknown("duration")
    traits = dataclasses.replace(case.factors[members[0]].traits, class_=class_, cve="", cost=None)
    return Factor(
        name,
        "trigger",
        role="exploit",
        what=f"an exploit of {class_} that is in no list yet",
        occurred=False,
        rate=case.exposure.unknown.get(class_) or Quantity.unknown("rate"),
        lasts=longest,
        traits=traits,
        span=case.factors[members[0]].span,
    )


def _rewritten(line: Line, beside: Mapping[str, str]) -> Line:
    if not any(isinstance(e, Ref) and e.name in beside for e in walk(line.expr)):
        return line
    return dataclasses.replace(line, expr=replaced(line.expr, lambda e: _with(e, beside)))


def _with(e: Expr, beside: Mapping[str, str]) -> Expr:
    return Or((e, Ref(beside[e.name], e.span))) if isinstance(e, Ref) and e.name in beside else e
