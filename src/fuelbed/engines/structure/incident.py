"""This incident, as the engine tells it: what caused it, and how overdetermined it was."""

from __future__ import annotations

import math

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.shown import listed
from fuelbed.engines.structure.cutsets import count, plural
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.incident import Incident, Part

__all__ = ["incident_sentence", "incident_table"]

_NAMED = 8


def incident_table(model: Compiled, incident: Incident) -> Table:
    """Every factor that is part of a minimal cause in some world that the facts leave open."""
    rows = []
    place = {n: i for i, n in enumerate(model.case.factors)}
    for name in sorted(incident.parts, key=lambda n: (*_rank(incident.parts[n]), place[n])):
        part = incident.parts[name]
        value, low, high = part.responsibility
        how = incident.method if part.share is not None else "least and greatest over the worlds"
        middle = None if math.isnan(value) else value
        responsibility = Estimate(middle, _round(low), _round(high), "plain", method=how)
        rows.append((Cell(name), Cell(model.case.factors[name].kind), _share(incident, part), Cell(estimate=responsibility)))
    return Table(
        "incident",
        "What caused this incident",
        (
            Column("factor", "factor", "code"),
            Column("kind", "kind"),
            Column("cause", "part of a minimal cause", "estimate"),
            Column("responsibility", "responsibility", "estimate"),
        ),
        tuple(rows),
        note=_note(incident),
        empty=_empty(incident),
        detail=True,
    )


def _rank(p: Part) -> tuple[float, float]:
    share = 1.0 if p.always else p.share[0] if p.share is not None else 0.5
    value, low, high = p.responsibility
    return -share, -((low + high) / 2 if math.isnan(value) else value)


def _round(x: float) -> float:
    return min(1.0, max(0.0, round(x, 12)))


def _share(incident: Incident, part: Part) -> Cell:
    """Yes, a share of the worlds, or only "in some": never a percentage that rests on numbers nobody gave."""
    if part.always and (incident.exact or part.share == (1.0, 1.0, 1.0)):
        return Cell("yes" if incident.worlds == 1 else "yes, in every world")
    if part.share is None:
        seen = " drawn" if not incident.exact else ""
        return Cell(f"in every{seen} world" if part.always else f"in some{seen} worlds")
    value, low, high = part.share
    return Cell("of worlds", Estimate(value, low, high, "share", method=incident.method))


def _note(incident: Incident) -> str:
    note = "Modified Halpern-Pearl (2015); structure lines may be held fixed but are not reported as causes."
    if incident.unknown:
        names = [f"`{u}`" for u in incident.unknown[:_NAMED]]
        more = len(incident.unknown) - len(names)
        names += [f"{more} more"] if more else []
        note += f" Not known of this incident: {listed(names)}. A world settles them, weighed by what the incident says of them"
        note += ", common causes among it" if incident.grouped else ""
        note += f"; {incident.method}."
    if any(p.share is None for p in incident.parts.values()):
        note += " No share is given where it would rest on numbers that the case does not give."
    if incident.at_least:
        note += " Responsibilities were not determined within the budget: they are at least what is shown."
    if not incident.complete:
        note += " The search for causes was cut short by its budget, so causes may be missing."
    return note


def _empty(incident: Incident) -> str:
    if incident.worlds:
        return "Which factors caused it was not determined within the budget."
    return "The facts, the structure and the numbers exclude this incident, so it has no causes in the model."


def incident_sentence(i: Incident) -> str:
    """How many cut sets were complete, and how few factors had to be absent to prevent it."""
    if not i.worlds:
        return "How overdetermined the incident was cannot be said: facts, structure and numbers exclude it."
    among = "" if i.exact else f" (over the {i.drawn} worlds drawn)"
    if i.active is None:
        first = "How many minimal cut sets were complete in this incident was not determined within the budget"
    else:
        low, high = i.active
        what = plural(high) if low == high else f"{count(low)} to {plural(high)}"
        first = f"{what} {'was' if high == 1 else 'were'} complete in this incident{among}"
    if i.least is None:
        return f"{first}; how few factors had to be absent to prevent it was not determined within the budget."
    low, high = i.least
    fewest = f"{high} factor{'' if high == 1 else 's'}" if low == high else f"{low} to {high} factors"
    return f"{first}; the absence of {fewest}, and of no fewer, would have prevented it."
