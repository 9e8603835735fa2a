"""The structure engine's tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fuelbed.core.blocks import Cell, Column, Estimates, Named, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.process.bounds import Bound, Comparison
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.incident import Incident
from fuelbed.numerics.process.structure import Event
from fuelbed.numerics.process.values import change, estimate, has_unknown_rates

__all__ = [
    "cut_set_table",
    "headline",
    "in_every",
    "incident_sentence",
    "incident_table",
    "numbers_missing",
    "numbers_table",
    "removal_table",
    "spoken",
]

_SHOWN = 12


def numbers_missing(model: Compiled) -> bool:
    """Whether rates are missing, so that no failure rate can be shown."""
    return has_unknown_rates(model)


def in_every(cuts: Sequence[tuple[Event, ...]], kinds: tuple[str, ...]) -> list[Event]:
    """The events that every cut set holds."""
    if not cuts:
        return []
    common = set(cuts[0]).intersection(*map(set, cuts[1:]))
    return [e for e in cuts[0] if e in common and e[0] in kinds]


def spoken(events: Sequence[Event], model: Compiled) -> str:
    """`a`, `b` and the missing `c`."""
    words = []
    for kind, name in events:
        f = model.case.factors.get(name)
        state = {"missing": "the missing ", "failed": "the failed ", "bypassed": "the bypassed "}.get(f.state, "") if f else ""
        words.append(f"{state}`{name}`" if kind == "control" else f"`{name}`")
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def headline(model: Compiled, today: dict[str, Comparison], known: bool) -> Estimates:
    unit = f"{model.case.loss_unit} a year"
    rows = [
        Named("hazard", "failures a year", estimate(today["hazard"].after, "rate", "a year", known)),
        Named("probability", f"at least one within {model.case.horizon_text}", estimate(today["probability"].after, "probability", "", known)),
        Named("propensity", "chance that the next trigger fails it", estimate(_at_most_1(today["propensity"].after), "probability", "", known)),
    ]  # fmt: skip  # one row a line
    if model.case.loss_unit != "failures":
        rows.insert(2, Named("loss", "expected loss", estimate(today["loss"].after, "loss", unit, known)))
    return Estimates("How near it still is, if nothing is done", tuple(rows))


def _at_most_1(b: Bound) -> Bound:
    """The rates below and above the line are varied apart, which may enclose more than a probability can be."""
    return Bound(min(b.value, 1.0), min(b.low, 1.0), min(b.high, 1.0), b.method)


def _label(event: Event) -> str:
    return f"fails({event[1]})" if event[0] == "control" else event[1]


def cut_set_table(model: Compiled, cuts: list[tuple[Event, ...]]) -> Table:
    """The minimal ways to the failure, with the triggers that could stand in for each other."""
    by_rest: dict[tuple[Event, ...], list[str]] = {}
    for cut in cuts:
        rest = tuple(e for e in cut if e[0] != "trigger")
        by_rest.setdefault(rest, []).append(" and ".join(n for k, n in cut if k == "trigger") or "no trigger")
    rows = []
    for cut in cuts[:_SHOWN]:
        rest = tuple(e for e in cut if e[0] != "trigger")
        own = " and ".join(n for k, n in cut if k == "trigger") or "no trigger"
        others = tuple(x for x in by_rest[rest] if x != own)
        layers = sorted({model.case.factors[n].layer for _, n in cut if n in model.case.factors} - {""})
        rows.append(
            (
                Cell(own),
                Cell(", ".join(map(_label, rest)), items=tuple(map(_label, rest))),
                Cell(str(len(cut))),
                Cell(", ".join(others) or "none", items=others),
                Cell(", ".join(layers)),
            )
        )
    s = model.structure
    orders = s.orders(s.lines[model.case.failure])
    profile = ", ".join(f"{n} of {k}" for k, n in orders.items())
    more = f" The first {_SHOWN} of {len(cuts)} are shown." if len(cuts) > _SHOWN else ""
    return Table(
        "cut_sets",
        "Minimal ways to the failure",
        (
            Column("trigger", "trigger"),
            Column("standing", "together with", "list"),
            Column("order", "size"),
            Column("substitutes", "triggers that would do as well", "list"),
            Column("layers", "layers", brief=False),
        ),
        tuple(rows),
        note=f"By size: {profile} factors.{more}",
        empty="No combination of factors reaches the failure.",
    )


def incident_table(model: Compiled, incident: Incident) -> Table:
    rows = []
    names = sorted(incident.share, key=lambda n: (-incident.responsibility[n], n))
    for n in names:
        f = model.case.factors[n]
        share = min(1.0, incident.share[n])
        rows.append(
            (
                Cell(n),
                Cell(f.kind),
                Cell("yes" if share > 0.9999 else f"in {100 * share:.0f} % of worlds"),
                Cell(f"{incident.responsibility[n]:.2g}"),
            )
        )
    note = "Modified Halpern-Pearl (2015); structure lines may be held fixed but are not reported as causes."
    if incident.unknown:
        note += f" Not known of this incident, so drawn: {', '.join(f'`{u}`' for u in incident.unknown)}."
    if not incident.complete:
        note += " The search was cut short, so causes may be missing."
    return Table(
        "incident",
        "What caused this incident",
        (
            Column("factor", "factor", "code"),
            Column("kind", "kind"),
            Column("cause", "part of a minimal cause"),
            Column("responsibility", "responsibility"),
        ),
        tuple(rows),
        note=note,
        empty="The facts and the structure exclude this incident, so it has no causes in the model.",
        detail=True,
    )


def incident_sentence(i: Incident) -> str:
    def span(pair: tuple[int, int]) -> str:
        return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]} to {pair[1]}"

    if not i.worlds:
        return "How overdetermined the incident was cannot be said."
    return (
        f"{span(i.active)} minimal way{'s' if i.active[1] != 1 else ''} to the failure "
        f"{'was' if i.active == (1, 1) else 'were'} complete in this incident; "
        f"the absence of {span(i.least)} factor{'s' if i.least[1] != 1 else ''} would have prevented it."
    )


def removal_table(model: Compiled, removed: dict[str, dict[str, Comparison]], known: bool) -> Table:
    """The removal test in numbers: what is left of each quantity without the factor."""
    rows = []
    unit = f"{model.case.loss_unit} a year"
    for n in sorted(removed, key=lambda x: removed[x]["hazard"].ratio.value):
        r = removed[n]
        after = (
            estimate(r["hazard"].after, "rate", "a year", known),
            estimate(r["probability"].after, "probability", "", known),
            estimate(r["loss"].after, "loss", unit, known),
            change(r["hazard"].ratio, known),
        )
        rows.append((Cell(n), Cell(model.case.factors[n].kind), *(Cell(estimate=e) for e in after)))
    return Table(
        "removal",
        "Removal test: what is left when one factor is taken out",
        (
            Column("factor", "factor", "code"),
            Column("kind", "kind"),
            Column("hazard", "failures a year", "estimate"),
            Column("probability", f"within {model.case.horizon_text}", "estimate"),
            Column("loss", "expected loss", "estimate", brief=False),
            Column("change of failures a year", "estimate"),
        ),
        tuple(rows),
        note="A trigger is prevented, a condition absent, a control perfect. The change is paired: the same numbers on both sides.",
        empty="No factor is in a way to the failure, so taking one out changes nothing.",
        detail=True,
    )


def numbers_table(model: Compiled, elasticity: Mapping[str, Estimate]) -> Table:
    """Every number that the results rest on, with its basis."""
    rows = []
    for k in model.knobs.values():
        q = k.quantity
        if q.is_point and q.dimension == "duration" and not q.given:
            continue
        rows.append(
            (
                Cell(k.label),
                Cell(estimate=given_estimate(q)),
                Cell(q.basis if q.given else "not given"),
                Cell(estimate=elasticity[k.label]) if k.label in elasticity else Cell(""),
                Cell(q.source),
            )
        )
    return Table(
        "numbers",
        "Numbers the results rest on",
        (
            Column("number", "number", "code"),
            Column("value", "value", "estimate"),
            Column("basis", "basis"),
            Column("elasticity", "1 % more moves failures a year by (%)", "estimate"),
            Column("source", "source", brief=False),
        ),
        tuple(rows),
        detail=True,
    )


def given_estimate(q: Quantity) -> Estimate:
    kind = {"probability": "probability", "rate": "rate", "duration": "duration", "loss": "loss"}.get(q.dimension, "plain")
    unit = {"rate": "a year", "duration": "years"}.get(q.dimension, q.unit)
    how = q.basis if q.basis != "unstated" else "assumed"
    return Estimate(q.middle if q.given else None, q.low, q.high, kind, unit, how, q.kind)  # type: ignore[arg-type]  # closed words
