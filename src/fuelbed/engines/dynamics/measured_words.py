"""What the metrics of a case say, in blocks and sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from fuelbed.core.blocks import Block, Cell, Column, Estimates, Named, Sentence, Table, Tone
from fuelbed.core.dynamics import Model
from fuelbed.core.estimates import Estimate
from fuelbed.core.shown import number, per_cent
from fuelbed.engines.dynamics.asking import MOST
from fuelbed.engines.dynamics.measured_fit import Compared, Fitted
from fuelbed.engines.dynamics.words import near_one, seconds, with_unit
from fuelbed.numerics.series import Amplification, Hysteresis, Recovery, Warnings
from fuelbed.numerics.series.record import Record

__all__ = ["Seen", "blocks_of", "said_of"]

_TONES: dict[str, Tone] = {"inside": "good", "outside": "bad"}
_SURGE = 1.05  # load during over before, from which on the trigger is called a surge of load


@dataclass(frozen=True, eq=False)
class Seen:
    """One metrics table asked everything: None where its columns do not allow the question. role: what the indicators were taken of."""

    record: Record
    test: Hysteresis | None
    amplified: Amplification | None
    returns: Recovery | None
    warned: Warnings | None
    role: str
    fits: tuple[Fitted, ...]

    @property
    def name(self) -> str:
        return self.record.table.name


def blocks_of(seen: Seen) -> list[Block]:
    """The numbers, the verdict in words, the model beside the record, and what the indicators can and cannot say."""
    out: list[Block] = []
    items = [*_numbers(seen), *_surges(seen)]
    if items:
        out.append(Estimates(f"What the metrics of `{seen.name}` say", tuple(items)))
    out += [Sentence(s) for s in (_verdict(seen), *(_against(seen, f) for f in seen.fits)) if s]
    for f in seen.fits:
        if f.rows:
            out.append(_compared(seen.name, f))
        if f.why and not f.ask:
            out.append(Sentence(f.why, tone="muted"))
    out += [Sentence(s, tone="muted") for s in (_warning(seen), seen.record.cut) if s]
    if seen.returns is not None and seen.returns.rate is None:
        out.append(
            Sentence(f"Return rate after routine small perturbations in `{seen.name}`: {seen.returns.reason}", "muted", True)
        )
    if seen.warned is not None and seen.warned.indicators:
        out.append(_indicators(seen.name, seen.role, seen.warned))
    return out


def said_of(seen: Seen) -> list[str]:
    """What decides something: that it stayed down or came back, numbers that the metrics contradict, the surge it would stay down after."""
    out = []
    if seen.test is not None and seen.test.verdict != "cannot tell":
        out.append(_verdict(seen))
    for f in seen.fits:
        wrong = [c for c in f.rows if c.word == "outside" and c.declared is not None]
        if wrong:
            said = " and ".join(f"`{c.parameter}` {_interval(f.model, c)}, not {_declared(f.model, c)}" for c in wrong)
            out.append(f"By the metrics of `{seen.name}`, `{f.model.name}` has {said} as declared.")
        if f.surge is not None:
            out.append(_surge_words(seen.name, f))
    return out


def _numbers(seen: Seen) -> list[Named]:
    out = []
    name, test, a = seen.name, seen.test, seen.amplified
    if test is not None and test.effect is not None:
        out.append(Named(f"{name}.effect", "served share after the trigger, over that before", test.effect))
    if test is not None and test.recovery is not None and test.verdict == "came back":
        out.append(Named(f"{name}.recovery", "back after the trigger's end", replace(test.recovery, unit="s")))
    for word in ("before", "during", "after"):
        e = getattr(a, word) if a is not None else None
        if e is not None:
            when = "during the trigger" if word == "during" else word
            out.append(Named(f"{name}.amplification.{word}", f"attempts per first attempt, {when}", e))
    surge = _observed(seen.record)
    if surge is not None:
        out.append(Named(f"{name}.load", "load during the trigger, over that before", surge))
    if seen.returns is not None and seen.returns.rate is not None:
        said = f"return rate after {seen.returns.number} small perturbations"
        out.append(Named(f"{name}.return_rate", said, seen.returns.rate))
    return out


def _observed(r: Record) -> Estimate | None:
    """Mean load during over mean load before; its interval from the standard errors of the two means, each row by itself."""
    if r.trigger is None or not r.has("load"):
        return None
    x = r.columns["load"]
    a, b = (x[rows & ~np.isnan(x)] for rows in (r.before, r.during))
    if len(a) < 5 or len(b) < 3 or a.mean() <= 0:
        return None
    value = float(b.mean() / a.mean())
    half = 1.645 * math.sqrt(a.var(ddof=1) / len(a) / a.mean() ** 2 + b.var(ddof=1) / len(b) / max(b.mean(), 1e-300) ** 2) * value
    said = f"means over {len(b)} and {len(a)} rows, 90 % from their standard errors"
    return Estimate(value, max(value - half, 0.0), value + half, "plain", "times", "measured", said)


def _surges(seen: Seen) -> list[Named]:
    return [
        Named(f"{seen.name}.{f.model.name}.surge", f"`{f.model.name}` would stay down from ({f.pushed})", f.surge)
        for f in seen.fits
        if f.surge is not None and math.isfinite(f.surge.low)
    ]


def _verdict(seen: Seen) -> str:
    """What the hysteresis test found, one sentence; "" where it was not asked."""
    test = seen.test
    if test is None:
        return ""
    if test.verdict == "cannot tell":
        return f"From `{seen.name}` it cannot be told whether it stayed down: {test.reason}"
    e = test.effect
    assert e is not None  # both verdicts rest on it
    share, low, high = (per_cent(x) for x in (e.value or 0.0, e.low, e.high))
    share = f"{share} %" if low == high else f"{share} % ({low} to {high} %)"
    if test.verdict == "stayed down":
        return (
            f"`{seen.name}` shows that it stayed down: the trigger was gone and load back for {seconds(test.watched)}, "
            f"and the served share was {share} of that before."
        )
    assert test.recovery is not None
    took = f"within {seconds(test.recovery.high)} of the trigger's end"
    return f"`{seen.name}` shows that it came back {took}; whether by itself or by somebody's hand metrics do not say."


def _surge_words(name: str, f: Fitted) -> str:
    """`By the metrics of db it would stay down from a surge to 1.4 times its load (1.3 to 1.5) on.`"""
    e = f.surge
    assert e is not None
    if math.isinf(e.low):
        most = number(1 + MOST) if f.model.kernel == "retry" else number(MOST)
        return f"By the metrics of `{name}`, `{f.model.name}` comes back after up to {most} times its {f.pushed}."
    to = "a surge of {} times its {}" if f.pushed.startswith("load") else "{} times {}"
    if e.value is None:
        size = to.format(number(e.low), f.pushed)
        if math.isinf(e.high) and not f.none:
            return f"By the metrics of `{name}`, `{f.model.name}` would stay down from {size} on at the earliest: its capacity was never seen."
        return f"By the metrics of `{name}`, `{f.model.name}` would stay down from {size} on at the earliest; at {per_cent(f.none)} % of the draws no surge up to {number(1 + MOST)} times does it."
    high = "none" if math.isinf(e.high) else number(e.high)
    size = to.format(f"{near_one(e.value)} ({number(e.low)} to {high})", f.pushed)
    return f"By the metrics of `{name}`, `{f.model.name}` would stay down from {size} on."


def _against(seen: Seen, f: Fitted) -> str:
    """Whether the fitted model says of this very surge what the record shows; "" where there was none or it was not decided."""
    observed, test, e = _observed(seen.record), seen.test, f.surge
    if (
        observed is None
        or observed.value is None
        or observed.low < _SURGE
        or e is None
        or test is None
        or f.model.kernel != "retry"
    ):
        return ""
    was = f"The surge of this record was {number(observed.value)} times"
    if test.verdict == "stayed down":
        if observed.high < e.low:
            return f"{was}, which `{f.model.name}` with these numbers comes back from: the trigger did more than raise the load, or a loop is missing."
        return f"{was}, and it stayed down: `{f.model.name}` with these numbers {'agrees' if observed.low > e.high else 'does not contradict'}."
    if test.verdict == "came back":
        if observed.low > e.high:
            return f"{was}, after which `{f.model.name}` with these numbers stays down, but it came back: somebody helped, or the model is too dark."
        return f"{was}, and it came back: `{f.model.name}` with these numbers {'agrees' if observed.high < e.low else 'does not contradict'}."
    return ""


def _compared(name: str, f: Fitted) -> Table:
    rows = tuple(
        (
            Cell(c.parameter),
            Cell(_declared(f.model, c)),
            Cell(estimate=replace(c.seen, unit="" if c.unit == "" else c.seen.unit)),
            Cell(c.word, tone=_TONES.get(c.word, "plain")),
            Cell(c.seen.method),
        )
        for c in f.rows
    )
    return Table(
        f"dynamics_{f.model.name}_{name}",
        f"`{f.model.name}`: declared, and by `{name}`",
        (
            Column("parameter", "parameter", "code"),
            Column("declared", "declared"),
            Column("seen", "by the metrics", "estimate"),
            Column("word", "declared lies", "verdict"),
            Column("how", "how", brief=False),
        ),
        rows,
        note="Inside: a declared point lies in the interval of the metrics, or that interval in the declared one. Outside: they share no "
        "value. Partly: they overlap. Not excluded: the record shows one side only, and the declared number is on it.",
    )


def _declared(m: Model, c: Compared) -> str:
    q = c.declared
    if q is None:
        return "not given"
    if q.is_point:
        return with_unit(m, c.parameter, q.low)
    return f"{number(q.low)} to {with_unit(m, c.parameter, q.high)}"


def _interval(m: Model, c: Compared) -> str:
    if math.isinf(c.seen.high):
        return f"at least {with_unit(m, c.parameter, c.seen.low)}"
    low, high = number(c.seen.low), with_unit(m, c.parameter, c.seen.high)
    return high if low == number(c.seen.high) else f"{low} to {high}"


def _warning(seen: Seen) -> str:
    w = seen.warned
    if w is None:
        return ""
    return f"Early warning in `{seen.role}` of `{seen.name}`, before the trigger: {w.reason}"


def _indicators(name: str, role: str, w: Warnings) -> Table:
    rows = tuple((Cell(i.name), Cell(number(i.tau)), Cell(number(i.p))) for i in w.indicators)
    return Table(
        f"dynamics_{name}_warning",
        f"Early-warning indicators of `{role}` in `{name}`, before the trigger",
        (Column("name", "indicator"), Column("tau", "trend (Kendall's tau)"), Column("p", "p by surrogates")),
        rows,
        note=f"{w.rows} rows, windows of {seconds(w.window)}, {w.surrogates} surrogates without any trend. The rule asks variance and memory "
        "to rise together, each with p at most 0.05; it seldom fires, and mostly not before an incident.",
        detail=True,
    )
