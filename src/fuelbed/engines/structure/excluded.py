"""FB201, an incident that its own model excludes: where the fact stands that excludes it, and the same without an analysis, for `fuelbed check`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fuelbed.core.case import Case, Factor
from fuelbed.core.errors import BudgetError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.numerics.attack.derived import with_declared
from fuelbed.numerics.boolean.bdd import FALSE
from fuelbed.numerics.process.diagrams import Diagrams
from fuelbed.numerics.process.structure import Structure

__all__ = ["contradiction", "excluded"]

_MOST = 60  # factors and added controls that are looked at
_NODES = 50_000  # of a diagram: a few tenths of a second
_FEW = 5_000  # up to which it is drawn anew for every fact
_NAMED = 4  # of the facts


def excluded(case: Case) -> Finding | None:
    """The finding on `case`; None where the facts agree with the structure, and where it would take long to see whether they do."""
    if not _small(case):
        return None
    case = with_declared(case)
    try:
        d = Diagrams(case, budget=_NODES)
        if d.structure.lines[case.failure] == FALSE or d.incidence().arrivals:
            return None
        return contradiction(case, d.structure)
    except BudgetError:
        return None


def contradiction(case: Case, structure: Structure) -> Finding:
    """The finding, of a case whose facts are known to exclude the incident; it stands at the fact that does, where one alone is enough."""
    alone = _alone(case, structure) if _small(case) and len(structure.bdd.var) <= _FEW else []
    message = "By its structure and the `in_incident` facts, this incident could not have happened"
    first = "Check which trigger was on and which controls did not hold (`in_incident`)"
    if alone:
        names = " or ".join(f"`{f.name}`" for f in alone[:_NAMED])
        message += f": without the fact given for {names} it could"
        first = f"Correct what is said of {names}"
    cure = f"{first}, or add to `structure` how it came about; until then each fact is taken as it is given, and nothing is drawn from the failure."
    return Finding("FB201", Severity.WARNING, f"{message}.", cure, _place(case, alone))


def _small(case: Case) -> bool:
    return len(case.factors) + sum(c.verb == "add" for a in case.actions.values() for c in a.does) <= _MOST


def _alone(case: Case, structure: Structure) -> list[Factor]:
    """The facts without any one of which the incident would be possible."""
    return [f for f in case.factors.values() if f.occurred is not None and _possible_without(case, f, structure)]


def _possible_without(case: Case, f: Factor, structure: Structure) -> bool:
    """The structure is the same whatever happened, so its diagrams are drawn once."""
    open_ = replace(case, factors={**case.factors, f.name: replace(f, occurred=None)})
    try:
        return bool(Diagrams(open_, structure, budget=_FEW).incidence().arrivals)
    except BudgetError:
        return False


def _place(case: Case, alone: Sequence[Factor]) -> Span | None:
    """The fact, else the first that says that something was not so, else the failure's line."""
    denied = (f for f in case.factors.values() if f.occurred is False)
    f = next(iter(alone), None) or next(denied, None)
    return f.span if f is not None else case.lines[case.failure].span
