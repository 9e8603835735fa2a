"""Classical importance, of factors and of structure lines, for failures a year; and what the incident says of each hidden state."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.case import Factor
from fuelbed.core.estimates import Estimate
from fuelbed.numerics.process.bounds import Bound, Comparison, bounds, sampled
from fuelbed.numerics.process.compile import RATE_CAP, Compiled
from fuelbed.numerics.process.interventions import batch, certain, middles
from fuelbed.numerics.process.values import estimate
from fuelbed.numerics.process.variants import beliefs, lines_held
from fuelbed.numerics.sampling import box_points, quantile

__all__ = ["belief_table", "elasticities", "importance_table", "line_table"]

_LINES = 24
_WORK = 40_000  # operations of one evaluation, all held lines together
_SOLVED = 20_000  # lines solved anew, all held lines together
_POINTS = 32
_SHORT = 400_000  # operations times outputs up to which intervals are taken at corners


def importance_table(
    model: Compiled, factors: Sequence[Factor], removed: Mapping[str, Mapping[str, Comparison]], known: bool,
    rng: np.random.Generator,
) -> Table:  # fmt: skip  # the signature reads better on two lines
    """Birnbaum, Fussell-Vesely, RAW and RRW of every factor, each naming the quantity it differentiates: failures a year."""
    settings = {f.name: row for f in factors if (row := certain(f)) is not None}
    rows = bounds(model, list(settings.values()), ("hazard",), rng)
    sure = {name: row["hazard"] for name, row in zip(settings, rows, strict=True)}
    out = []
    for f in sorted(factors, key=lambda f: removed[f.name]["hazard"].ratio.value):
        gone = removed[f.name]["hazard"]
        cells = [Cell(f.name), Cell(f.kind), Cell(estimate=_share(gone.ratio, known)), Cell(estimate=_inverse(gone.ratio, known))]
        up = sure.get(f.name)
        if up is None:
            out.append((*cells, Cell("an event: no such state"), Cell("")))
        else:
            birnbaum = _less(up.difference, gone.difference, 1e-12 * up.after.high)
            out.append((*cells, Cell(estimate=_factor(up.ratio, known)), Cell(estimate=_slope(birnbaum, known))))
    return Table(
        "importance",
        "Importance of each factor for failures a year",
        (
            Column("factor", "factor", "code"),
            Column("kind", "kind"),
            Column("fussell_vesely", "Fussell-Vesely", "estimate"),
            Column("rrw", "risk reduction worth", "estimate"),
            Column("raw", "risk achievement worth", "estimate"),
            Column("birnbaum", "Birnbaum", "estimate"),
        ),
        tuple(out),
        note=(
            "Fussell-Vesely: the share of failures a year that would be gone without the factor (the criticality too, as failures "
            "a year are linear in each probability). Worths: failures a year today over those without it, and those with it "
            "certain over today's. Birnbaum: certain less gone, in failures a year."
        ),
        empty="No factor is in a cut set.",
        detail=True,
    )


def _less(a: Bound, b: Bound, dust: float) -> Bound:
    """a - b from their intervals, without the dust of rounding."""
    value, low, high = (0.0 if abs(x) < dust else x for x in (a.value - b.value, a.low - b.high, a.high - b.low))
    return Bound(value, low, high, "certain less gone; outer enclosure")


def _slope(b: Bound, known: bool) -> Estimate:
    """Failures a year by which it moves; the cap that stands for a rate nobody gave is no bound."""
    low, high = b.low, b.high
    if not known:
        low = -math.inf if low < -RATE_CAP / 1e4 else low
        high = math.inf if high > RATE_CAP / 1e4 else high
    return Estimate(b.value if known else None, low, high, "plain", "a year", method=b.method)


def _share(r: Bound, known: bool) -> Estimate:
    value = 1 - r.value
    return Estimate(_dustless(value) if known else None, _dustless(1 - r.high), _dustless(1 - r.low), "share", method=r.method)


def _dustless(x: float) -> float:
    return 0.0 if abs(x) < 1e-12 else x


def _inverse(r: Bound, known: bool) -> Estimate:
    value, low, high = (1 / x if x > 0 else math.inf for x in (r.value, r.high, r.low))
    return Estimate(value if known and math.isfinite(value) else None, low, high, "plain", method=r.method)


def _factor(r: Bound, known: bool) -> Estimate:
    return Estimate(r.value if known and math.isfinite(r.value) else None, r.low, r.high, "plain", method=r.method)


def _after(model: Compiled, outputs: Sequence[str], rng: np.random.Generator) -> dict[str, Bound]:
    """Values with their intervals; where the sums are long, the range over sampled points."""
    if not outputs:
        return {}
    if model.tape.work * len(outputs) > _SHORT:
        return sampled(model, outputs, rng)
    return {k: v.after for k, v in bounds(model, [{}], outputs, rng, paired=False, effort=0.5)[0].items()}


def line_table(model: Compiled, known: bool, rng: np.random.Generator) -> Table:
    """Every line as if it were one factor: what is left when it is held false, and when it holds from now on."""
    names = [n for n in model.case.lines if n != model.case.failure]
    shown = names[: min(_LINES, _WORK // max(1, model.tape.work), _SOLVED // max(1, len(names)))]
    tape = lines_held(model, shown)
    asked = [q for n in shown for q in (f"left:{n}", f"probability:{n}")]
    found = _after(tape, asked, rng)
    rows = []
    for n in shown:
        left, sure = found[f"left:{n}"], found[f"probability:{n}"]
        rows.append(
            (
                Cell(n),
                Cell(estimate=_share(left, known)),
                Cell(estimate=_inverse(left, known)),
                Cell(estimate=estimate(sure, "probability", "", known)),
            )
        )
    note = "A line held false from now on is what a perfect barrier there would do."
    if len(shown) < len(names):
        note += f" The first {len(shown)} of {len(names)} lines are shown."
    return Table(
        "lines",
        "Importance of each line of the structure",
        (
            Column("line", "line", "code"),
            Column("fussell_vesely", "Fussell-Vesely", "estimate"),
            Column("rrw", "risk reduction worth", "estimate"),
            Column("sure", f"at least one within {model.case.horizon_text} if it always held", "estimate"),
        ),
        tuple(rows),
        note=note,
        empty="The structure has one line only." if not names else "The structure is too large for holding its lines one by one.",
        detail=True,
    )


def belief_table(model: Compiled, rng: np.random.Generator) -> Table:
    """The uncertain persistent states: believed before this incident, and after it."""
    tape, states = beliefs(model)
    found = _after(tape, tuple(tape.tape.outputs), rng)
    rows = []
    for name in states:
        owner, _, part = name.rpartition(".")
        prior, after = (estimate(found[f"{k}:{name}"], "probability", "", True) for k in ("prior", "posterior"))
        if prior.is_point and prior.value in (0.0, 1.0):
            continue  # certain until an action sets it
        grouped = any(owner in g.of and g.acts_on == "broken" for g in model.case.common_causes)
        words = {"present": "present", "broken": "broken on its own" if grouped else "broken", "common": "struck all members"}[
            part
        ]
        today = model.case.factors[owner].today if owner in model.case.factors else None
        rows.append(
            (Cell(owner), Cell(words), Cell(estimate=prior), Cell(estimate=after), Cell("overridden by `today`" if today else ""))
        )
    return Table(
        "beliefs",
        "What this incident says of what stands there",
        (
            Column("factor", "factor", "code"),
            Column("state", "state"),
            Column("before", "before the incident", "estimate"),
            Column("after", "after it", "estimate"),
            Column("note", "", brief=False),
        ),
        tuple(rows),
        note="By Bayes' rule from the facts of the incident: interventions act on the belief after it."
        if model.posterior
        else "The incident does not tell these states apart, so the belief stays as it was.",
        empty="No persistent state is uncertain.",
        detail=True,
    )


def elasticities(model: Compiled, known: bool) -> dict[str, Estimate]:
    """By number, the per cent by which failures a year move when the number grows by one per cent (exact gradient).

    None for a rate that nobody gave, and no middle where it would rest on one.
    """
    rng = np.random.default_rng(3)
    knobs: dict[str, np.ndarray | float] = dict(middles(model))
    uncertain = [k for k in model.knobs.values() if k.uncertain]
    shares = box_points(len(uncertain), _POINTS, rng)
    for i, k in enumerate(uncertain):
        inner = quantile(k.quantity, np.clip(shares[i], 0.001, 0.999))
        knobs[k.label] = np.concatenate([[min(k.quantity.middle, RATE_CAP)], inner])
    reg = model.tape.run(batch(model, knobs, [{}]))
    g = model.tape.gradient(reg, "hazard")
    hazard = reg[model.tape.outputs["hazard"]]
    place = {name: i for i, name in enumerate(model.tape.inputs)}
    out = {}
    for label, k in model.knobs.items():
        at = [place[n] for n in k.inputs if n in place]
        if at and not math.isinf(k.quantity.high):
            slope = g[at].sum(axis=0) * knobs[label] / np.where(hazard > 0, hazard, 1.0)
            slope = np.where(np.abs(slope) < 1e-12, 0.0, slope)[np.isfinite(slope)]
            if not slope.size:
                continue
            how = "exact gradient" if slope.size == 1 else f"exact gradient, range over {slope.size} points, at least this wide"
            value = float(slope[0]) if known else None
            out[label] = Estimate(value, float(slope.min()), float(slope.max()), "plain", "", "computed", how)
    return out
