"""What the metrics of a case say: whether it stayed down, how much resends added, and how near the fitted model is to the boundary.

Nothing here needs a model, except the fit of one. What a file cannot answer is asked for, with the one thing to give.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fuelbed.core.blocks import Ask, Block
from fuelbed.core.case import Case
from fuelbed.core.dynamics import Model
from fuelbed.core.evidence import ROLES, MetricsTable
from fuelbed.core.facts import NotFound
from fuelbed.engines.dynamics.measured_fit import Fitted, fit_map, fit_service
from fuelbed.engines.dynamics.measured_words import Seen, blocks_of, said_of
from fuelbed.numerics.series import Amplification, Recovery, Warnings, amplification, early_warning, hysteresis, return_rate
from fuelbed.numerics.series.record import Record, record_of

__all__ = ["Measured", "measured", "seen_in"]

_LEAST_BEFORE, _PATIENCE = 8, 3  # rows, and lengths of the trigger, that the hysteresis test asks for
_WANTED = {
    "load": "first attempts",
    "goodput": "answers in time",
    "attempts": "all attempts, resends among them",
}
_UNLOCKS = {
    "load": "whether it stayed down by itself once load was back",
    "goodput": "whether it stayed down by itself once load was back",
    "attempts": "how much resends added to the load, and the capacity",
}


@dataclass(frozen=True, eq=False)
class Measured:
    """blocks: of every metrics table, in order. said: the sentences that decide something, for the claim."""

    blocks: tuple[Block, ...] = ()
    said: tuple[str, ...] = ()


def measured(case: Case, models: Mapping[str, Model], rng: np.random.Generator) -> Measured:
    """Everything that the metrics of the case say. models: as the case declares them, not with a load from these same metrics."""
    blocks: list[Block] = []
    said: list[str] = []
    for name, table in case.metrics.items():
        seen = seen_in(table, [m for m in models.values() if m.metrics == name], rng)
        blocks += [*blocks_of(seen), *(Ask(q) for q in _questions(seen))]
        said += said_of(seen)
    return Measured(tuple(blocks), tuple(said))


def seen_in(table: MetricsTable, models: list[Model], rng: np.random.Generator) -> Seen:
    """One table, asked everything that its columns allow."""
    r = record_of(table)
    test = None
    if r.trigger is not None and r.has("load", "goodput"):
        test = hysteresis(r.times, r.columns["load"], r.columns["goodput"], r.trigger, rng)
    fits = [f for m in models if (f := _fit(m, r, rng)) is not None]
    return Seen(r, test, _amplified(r, rng), _returns(r, test is not None and test.verdict, rng), *_warned(r, rng), tuple(fits))


def _amplified(r: Record, rng: np.random.Generator) -> Amplification | None:
    if r.trigger is None or not r.has("load", "attempts"):
        return None
    return amplification(r.times, r.columns["load"], r.columns["attempts"], r.trigger, rng)


def _returns(r: Record, verdict: str | bool, rng: np.random.Generator) -> Recovery | None:
    """From dips of the served share (of goodput, where there is no load); the incident itself is no routine perturbation."""
    if not r.has("goodput"):
        return None
    y = r.columns["goodput"]
    if r.has("load"):
        with np.errstate(divide="ignore", invalid="ignore"):
            y = np.where(r.columns["load"] > 0, y / r.columns["load"], np.nan)
    exclude = None
    if r.trigger is not None:
        start, end = r.trigger
        known = verdict == "came back"
        exclude = (start, end + 3 * (end - start) if known else float("inf"))
    return return_rate(r.times, y, rng, exclude)


def _warned(r: Record, rng: np.random.Generator) -> tuple[Warnings | None, str]:
    """Early-warning indicators over the rows before the trigger, and the column they were taken from."""
    role = next((x for x in ("latency", "queue", "goodput") if r.has(x)), "")
    if r.trigger is None or not role:
        return None, ""
    return early_warning(r.times[r.before], r.columns[role][r.before], rng, r.lasts), role


def _fit(m: Model, r: Record, rng: np.random.Generator) -> Fitted | None:
    if m.kernel != "retry":
        return fit_map(m, record_of(r.table, average=False), rng)
    return fit_service(m, r, rng) if r.has("load", "attempts", "goodput") else None


def _questions(seen: Seen) -> list[NotFound]:
    """The one thing to give, of each kind: a column, the trigger's times, rows, a column or a step of a model. Nothing is asked of a
    table without a role that no model reads: it is there for other questions."""
    r, out = seen.record, []
    if not seen.fits and not any(r.has(role) for role in ROLES):
        return []
    lacking = [role for role in _WANTED if not r.has(role)]
    if lacking:
        named = " and ".join(f"`{x}` ({_WANTED[x]}, {ROLES[x]})" for x in lacking)
        out.append(
            NotFound(f"Which column of `{r.table.file}` holds {named}?", "; ".join(dict.fromkeys(_UNLOCKS[x] for x in lacking)))
        )
    out += _about_times(seen)
    for f in seen.fits:
        if f.ask == "columns":
            out.append(NotFound(f"Which columns show the states of `{f.model.name}`? {f.why}", "a fit of its numbers"))
        elif f.ask == "step":
            out.append(NotFound(f"Is there a record at the steps of `{f.model.name}`? {f.why}", "a fit of its numbers"))
        elif f.ask == "longer":
            out.append(NotFound(f"Is there a longer record of `{f.model.name}`? {f.why}", "a fit of its numbers"))
    return out


def _about_times(seen: Seen) -> list[NotFound]:
    """When the trigger was, and rows on both sides of it."""
    r, test = seen.record, seen.test
    unlocks = "whether it stayed down by itself, and how much resends added"
    if r.trigger is None:
        return [NotFound(f"When did the trigger begin and end, in the times of `{r.table.file}`?", unlocks)]
    if r.lasts is None:
        return [NotFound(f"When did the trigger in `{r.table.file}` end (`trigger: {{start: ..., end: ...}}`)?", unlocks)]
    side = _short_side(seen)
    if test is None or not side:
        return []
    return [NotFound(f"Are there rows of `{r.table.name}` from longer {side} the trigger? As it is: {test.reason}", unlocks)]


def _short_side(seen: Seen) -> str:
    """On which side of the trigger the record is too short to be told anything; "" where that is not what stands in the way."""
    r, test = seen.record, seen.test
    if test is None or test.verdict != "cannot tell" or r.lasts is None:
        return ""
    both = ~np.isnan(r.columns["load"]) & ~np.isnan(r.columns["goodput"])
    if (both & r.before).sum() < _LEAST_BEFORE:
        return "before"
    if test.effect is None:
        return "after" if np.nansum(r.columns["goodput"][r.before]) > 0 else ""
    return "after" if test.watched < _PATIENCE * r.lasts else ""
