"""The structure engine's tables of numbers: the headline, the removal test, what the results rest on."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.blocks import Cell, Column, Estimates, Named, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.quantities import Quantity
from fuelbed.engines.structure.claim import Removed, may_stand
from fuelbed.numerics.process.bounds import Bound, Comparison
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.values import change, estimate

__all__ = ["headline", "numbers_table", "removal_table"]


def headline(model: Compiled, today: Mapping[str, Comparison], propensity: Bound, known: bool) -> Estimates:
    """The quantities of docs/theory/structure.md, if nothing is done."""
    unit = f"{model.case.loss_unit} a year"
    rows = [
        Named("hazard", "failures a year", estimate(today["hazard"].after, "rate", "a year", known)),
        Named("probability", f"at least one within {model.case.horizon_text}", estimate(today["probability"].after, "probability", "", known)),
        Named("propensity", "chance that the next trigger fails it", estimate(propensity, "probability", "", True)),
    ]  # fmt: skip  # one row a line
    if may_stand(today):
        standing = estimate(today["standing"].after, "probability", "", True)
        rows.insert(0, Named("standing", "chance that it has failed already, at the start", standing))
    if model.case.loss_unit != "failures":
        rows.insert(-1, Named("loss", "expected loss", estimate(today["loss"].after, "loss", unit, known)))
    return Estimates("How near it still is, if nothing is done", tuple(rows))


def removal_table(model: Compiled, removed: Removed, known: bool, paired: bool) -> Table:
    """The removal test in numbers: what is left of each quantity without the factor, and its change."""
    rows = []
    unit = f"{model.case.loss_unit} a year"
    for n in sorted(removed, key=lambda x: (removed[x]["hazard"].ratio.value, removed[x]["probability"].after.high)):
        r = removed[n]
        cells = (
            estimate(r["hazard"].after, "rate", "a year", known),
            estimate(r["probability"].after, "probability", "", known),
            estimate(r["loss"].after, "loss", unit, known),
            *(change(r[q].ratio, known) for q in ("hazard", "probability", "loss")),
        )
        rows.append((Cell(n), Cell(model.case.factors[n].kind), *(Cell(estimate=e) for e in cells)))
    within = f"within {model.case.horizon_text}"
    return Table(
        "removal",
        "Removal test: what is left when one factor is taken out",
        (
            Column("factor", "factor", "code"),
            Column("kind", "kind"),
            Column("hazard", "failures a year", "estimate"),
            Column("probability", f"at least one {within}", "estimate", brief=False),
            Column("loss", "expected loss", "estimate", brief=False),
            Column("change", "change of failures a year", "estimate"),
            Column("probability_change", f"change of the chance {within}", "estimate"),
            Column("loss_change", "change of expected loss", "estimate", brief=False),
        ),
        tuple(rows),
        note=(
            "A trigger is prevented, a condition absent, a control perfect. Changes are paired: the same numbers on both sides"
            + ("" if paired else " (not that of the chance: its sums are too long here)")
            + ". A failure that stands already counts in the chance, not in failures a year."
        ),
        empty="No factor is in a cut set, so taking one out changes nothing.",
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
                Cell("not given" if not q.given else "computed by dynamics" if q.basis == "computed" else q.basis),
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
