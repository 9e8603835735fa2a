"""What the records teach: the margin of each, how close the days before came, which factors push how much, and which near misses were luck."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fuelbed.core.blocks import Ask, Block, Cell, Column, Estimates, Named, Picture, Sentence, Table, Tone
from fuelbed.core.estimates import Estimate, EstimateKind
from fuelbed.core.facts import NotFound
from fuelbed.core.shown import count, counted, listed, named, number, per_cent
from fuelbed.engines.threshold.scene import Scene
from fuelbed.numerics.threshold import (
    Line,
    Recorded,
    Spread,
    failing,
    flip,
    gradient,
    margins,
    minimal_sufficient,
    overdetermined,
    spread,
)

__all__ = ["blocks", "claim", "luck", "margins_of_actions", "pulls"]

_UNIT = "noise sd"
_SHOWN = 12  # records in the table
_SETS = 8  # minimal sufficient sets
_LUCK = 0.5  # chance to fail from which a near miss is called luck
_METHOD = "90 % of the posterior draws"


def _margin(s: Spread) -> Estimate:
    return Estimate(s.median, s.low, s.high, "plain", _UNIT, "computed", _METHOD)


def _number(value: float, low: float, high: float, kind: EstimateKind = "share") -> Estimate:
    return Estimate(float(value), float(low), float(high), kind, "", "computed", _METHOD)


# ---- the claim --------------------------------------------------------------------------------------------------------------------


def claim(s: Scene) -> str:
    r = s.records
    out = [f"Learned from {counted(len(r), 'record')}, {int(r.failed.sum())} of them incidents."]
    if s.fit.prior_dominated:
        out[0] += " Prior-dominated: the records alone do not settle the margins."
    if s.skill[1] <= 0:
        out[0] += (
            f" Whether the factors tell more than how often it failed is open (skill {number(s.skill[0])}, {number(s.skill[1])} to {number(s.skill[2])})."
        )
    if s.incident is not None:
        m = spread(margins(s.fit, r.values[s.incident]))
        f = flip(s.fit, r.values[s.incident])
        out.append(f"In the incident the margin was {_words(m)}; {_pushed(s, f.flips, f.over)}.")
    if s.today is not None:
        m = spread(margins(s.fit, s.today))
        out.append(
            f"Today it is {_words(m)}, with a chance of {_per_cent(failing(s.fit, s.today))} to fail if such a day is tried."
        )
    return "\n".join(out)


def _words(m: Spread) -> str:
    return f"{number(m.median)} ({number(m.low)} to {number(m.high)}) noise widths"


def _per_cent(p: float) -> str:
    return f"{per_cent(p)} %"


def _pushed(s: Scene, flips: np.ndarray, over: float) -> str:
    """Which factors, each alone taken out, would have kept it below."""
    if over < 0.5:
        return f"its factors put it over the threshold in {_per_cent(over)} of the draws only, so the noise decided as much as they did"
    share = flips / over
    most = [i for i in np.argsort(-share) if share[i] >= 0.5][:3]
    if most:
        return f"without {named([s.names[i] for i in most], 'or')} it would have stayed below the threshold, in {_per_cent(float(share[most[0]]))} of the draws"
    best = int(np.argmax(share))
    return f"no factor alone decided it: without `{s.names[best]}` it would have stayed below in {_per_cent(float(share[best]))} of the draws"


# ---- blocks ------------------------------------------------------------------------------------------------------------------------


def blocks(s: Scene) -> list[Block]:
    out: list[Block] = []
    if s.fit.prior_dominated:
        out.append(
            Sentence(
                f"Prior-dominated: {s.fit.why}. Read the intervals as what was assumed beforehand more than as what was seen.",
                "bad",
            )
        )
    out.append(_headline(s))
    if (picture := _days(s)) is not None:
        out.append(picture)
    out += [_bars(s), _factors(s), *_enough(s), _records(s), *_line(s), _method(s)]
    if (ask := _more(s)) is not None:
        out.append(ask)
    if s.series is None:
        unlocks = "the margin of every day before the incident: how close it was, and when it became close"
        out.append(
            Ask(NotFound("Is there a daily series of the factors? `threshold: {days: an entry of evidence.metrics}`.", unlocks))
        )
    return out


def _headline(s: Scene) -> Estimates:
    rows = []
    if s.incident is not None:
        c = s.records.values[s.incident]
        rows.append(
            Named("incident", f"margin of the incident, {s.records.labels[s.incident]}", _margin(spread(margins(s.fit, c))))
        )
    if s.today is not None:
        rows.append(Named("today", "margin today", _margin(spread(margins(s.fit, s.today)))))
    if s.days is not None:
        k = int(np.argmin(s.days.median))
        rows.append(
            Named(
                "closest",
                f"closest day, {_date(s, k)}",
                Estimate(
                    float(s.days.median[k]), float(s.days.low[k]), float(s.days.high[k]), "plain", _UNIT, "computed", _METHOD
                ),
            )
        )
    value, low, high = s.skill
    how = Estimate(
        value, low, high, "plain", "", "computed", "logarithmic score, each record by the others; 90 % by drawing records anew"
    )
    rows.append(Named("skill", "how much better it tells a record than how often it failed: 0 no better, 1 for sure", how))
    return Estimates("How close to failing: below 0 it more likely fails", tuple(rows))


def _date(s: Scene, k: int) -> str:
    import datetime as dt

    t = s.series
    assert t is not None
    if t.start is None:
        return f"row {k + 1}"
    return dt.datetime.fromtimestamp(t.start + t.times[k], dt.UTC).date().isoformat()


def _days(s: Scene) -> Picture | None:
    """The margin over time, the incident marked; the factors under it."""
    d, t, rows = s.days, s.series, s.rows
    if d is None or t is None or rows is None:
        return None
    at = _when(s)
    points = [
        [float(x), float(m), float(low), float(high)]
        for x, m, low, high in zip(t.times, d.median, d.low, d.high, strict=True)
        if math.isfinite(m)
    ]
    seen = [
        {
            "id": n,
            "label": n,
            "unit": "",
            "points": [[float(x), float(y) if math.isfinite(y) else None] for x, y in zip(t.times, rows[:, i], strict=True)],
        }
        for i, n in enumerate(s.names)
    ]
    data: dict[str, Any] = {
        "model": "threshold", "state": "margin", "label": "margin", "unit": _UNIT, "start": t.start, "cover": 0.9, "points": points,
        "trigger": None if at is None else [at, None], "aside": [], "seen": seen,
    }  # fmt: skip  # one record
    low = int(np.nanargmin(d.median))
    first = d.first()
    words = (
        f"it first more likely failed than not on {_date(s, first)}"
        if first is not None
        else "on no day was it more likely over than not"
    )
    alt = f"The margin of every day: at its least {number(float(d.median[low]))} ({number(float(d.low[low]))} to {number(float(d.high[low]))}) on {_date(s, low)}; {words}."
    return Picture("series", "How close every day came", data, alt)


def _when(s: Scene) -> float | None:
    """The incident in the series' seconds."""
    t = s.series
    if t is None or t.start is None or s.incident is None:
        return None
    at = s.records.dates[s.incident] - t.start
    return float(at) if math.isfinite(at) and t.times[0] <= at <= t.times[-1] + t.step else None


def _bars(s: Scene) -> Picture:
    """The risk gradient: by how much the chance to fail rises with each factor, where the incident was."""
    g = gradient(s.fit, s.at)
    order = np.argsort(-g.median, kind="stable")
    rows = [{"id": s.names[i], "value": float(g.median[i]), "low": float(g.low[i]), "high": float(g.high[i])} for i in order]
    where = "at the incident" if s.incident is not None else "today" if s.today is not None else "at the mean record"
    top = s.names[int(order[0])]
    alt = f"How steeply the chance to fail rises with each factor {where}: most with `{top}`, {number(float(g.median[order[0]]))} for the whole of it."
    data = {"rows": rows, "kind": "plain", "unit": "", "axis": "rise of the chance to fail, for a factor from nothing to all"}
    return Picture("bars", f"What a little more of each factor does, {where}", data, alt)


def _factors(s: Scene) -> Table:
    c = s.at
    f, g, shares = flip(s.fit, c), gradient(s.fit, c), s.shares
    columns = [
        Column("factor", "factor", "code"),
        Column("there", "there in the incident" if s.incident is not None else "there"),
    ]
    if s.today is not None:
        columns.append(Column("today", "today", brief=False))
    columns += [Column("flips", "decided it alone", "estimate"), Column("gradient", "risk gradient", "estimate", brief=False)]
    if shares is not None:
        columns += [
            Column("shapley", "share of the push (Shapley-Shubik)", "estimate"),
            Column("banzhaf", "Banzhaf", "estimate", brief=False),
        ]
    rows = []
    order = np.argsort(-(shares.shapley if shares is not None else f.flips), kind="stable")
    for i in order.tolist():
        cells = [Cell(s.names[i]), Cell(_there(c[i]))]
        if s.today is not None:
            cells.append(Cell(_there(s.today[i])))
        flips = float(f.flips[i])
        cells.append(Cell(estimate=Estimate(flips, flips, flips, "probability", "", "computed", "share of the posterior draws")))
        cells.append(Cell(estimate=_number(g.median[i], g.low[i], g.high[i], "plain")))
        if shares is not None:
            cells.append(Cell(estimate=_number(shares.shapley[i], shares.shapley_low[i], shares.shapley_high[i])))
            cells.append(Cell(estimate=_number(shares.banzhaf[i], shares.banzhaf_low[i], shares.banzhaf_high[i])))
        rows.append(tuple(cells))
    note = "Decided it alone: in that share of the draws it was over the threshold, and would not have been without the factor."
    if s.line is not None and not minimal_sufficient(_weights(s.line), 1, 1).sets:
        note += " By the medians no set of factors reaches the threshold without the noise."
    return Table("threshold_factors", "Which factors pushed it over", tuple(columns), tuple(rows), note=note)


def _weights(found: Line) -> list[float]:
    """The medians, to the two decimals that the line shows."""
    return [round(float(w), 2) for w in found.weights]


def _there(x: float) -> str:
    return "not known" if math.isnan(x) else number(float(x))


def _enough(s: Scene) -> list[Block]:
    """Minimal sufficient sets of the line of medians, and overdetermination of the incident."""
    if s.line is None or not (s.line.weights > 0).any():
        return []
    weights = _weights(s.line)
    sets = minimal_sufficient(weights, 1, _SETS)
    rows = [
        (
            Cell(listed([s.names[i] for i in x]), items=tuple(s.names[i] for i in x)),
            Cell(number(sum(weights[i] for i in x))),
        )
        for x in sets.sets
    ]
    note = "Full strength each, by the medians of the weights; the threshold is 1."
    if sets.count is not None and sets.count > len(rows):
        note += f" {count(sets.count)} in all; the smallest are shown."
    out: list[Block] = [
        Table("sufficient", "Smallest sets of factors that are enough", (Column("set", "together", "list"), Column("sum", "they push")), tuple(rows),
              note=note if rows else "", empty="By the medians no set of factors is enough without the noise.", detail=True)
    ]  # fmt: skip  # one table
    if s.incident is not None and not np.isnan(s.records.values[s.incident]).any():
        o = overdetermined(weights, 1, [float(x) for x in s.records.values[s.incident]])
        if o is not None and o.fewest:
            which = named([s.names[i] for i in o.which])
            active = "" if not o.active else f" {counted(o.active, 'minimal set')} stood there in full."
            over = "overdetermined" if o.fewest > 1 else "not overdetermined"
            out.append(
                Sentence(
                    f"The incident was {over}: the fewest factors whose absence would have prevented it are {o.fewest} ({which}).{active}"
                )
            )
    return out


def luck(s: Scene) -> list[Recorded]:
    """Near misses that would more likely have failed than not, the luckiest first."""
    return sorted((x for x in s.told if not x.failed and x.blind >= _LUCK), key=lambda x: x.rank)


def _records(s: Scene) -> Table:
    r = s.records
    order = sorted(s.told, key=lambda x: (x.margin.median, x.index))
    rows = []
    for x in order[:_SHOWN]:
        tone: Tone = "bad" if x.failed else "plain"
        note = "luck" if not x.failed and x.blind >= _LUCK else "by bad luck" if x.failed and x.blind < 0.1 else ""
        rows.append((Cell(r.labels[x.index]), Cell("incident" if x.failed else "near miss", tone=tone), Cell(estimate=_margin(x.margin)),
                     Cell(estimate=Estimate(x.blind, x.blind, x.blind, "probability", "", "computed", "leave-one-out over the posterior draws")), Cell(note, tone="bad" if note == "luck" else "plain")))  # fmt: skip  # one row
    lucky = luck(s)
    note = (
        f"{counted(len(lucky), 'near miss', 'near misses')} would more likely have failed than not."
        if lucky
        else "No near miss was more likely to fail than not."
    )
    if len(order) > len(rows):
        note = f"The {len(rows)} with the least margin of {len(order)}. {note}"
    columns = (
        Column("record", "record"),
        Column("was", "was"),
        Column("margin", "margin", "estimate"),
        Column("chance", "chance to fail, its own outcome left out", "estimate"),
        Column("note", "", brief=True),
    )
    return Table("records", "The margin of every record", columns, tuple(rows), note=note)


def _line(s: Scene) -> list[Block]:
    found = s.line
    text = found.text(s.names) if found is not None else ""
    if found is None or not text:
        return [
            Sentence(
                "The learned threshold makes no line: in most draws it fails without any factor, or no factor pushes.",
                "muted",
                detail=True,
            )
        ]
    words = f"As a line of the structure: `{text}`. It says of {found.right} of {found.of} records what came of them; over the draws {_per_cent(found.disagree)} of the records lie on the other side."
    return [Sentence(words + " `fuelbed threshold CASE --suggest` prints it as a patch.", detail=True)]


def _method(s: Scene) -> Sentence:
    f = s.fit
    return Sentence(
        f"Weights are at least 0, the link is logistic, and their scale is learned too; margins are in standard deviations of the noise, since weights and threshold are known up to one scale only. "
        f"{len(f.tau)} draws of {f.chains} chains, R-hat {f.rhat:.3f}, effective size {f.ess:.0f} at the worst.",
        "muted", detail=True,
    )  # fmt: skip  # one sentence a line


def _more(s: Scene) -> Ask | None:
    """How many more records would settle on which side the incident (or today) lies, by the square root of their number."""
    c = s.today if s.today is not None else s.at
    m = spread(margins(s.fit, c))
    if not s.fit.prior_dominated and not m.low < 0 < m.high:
        return None
    half, n = (m.high - m.low) / 2, len(s.records)
    times = (half / max(abs(m.median), 0.25 * half)) ** 2
    more = max(1, math.ceil((max(times, 2.0) - 1) * n))
    side = "today's margin" if s.today is not None else "the margin of the incident"
    question = f"Are there more records, near misses above all? About {more} more like these {n} would settle on which side of the threshold {side} lies, if widths fall with the square root of their number."
    return Ask(NotFound(question, f"{side} without the prior in it"))


# ---- actions -----------------------------------------------------------------------------------------------------------------------


def margins_of_actions(s: Scene) -> tuple[dict[str, Estimate], dict[str, Estimate]]:
    """The margin if the incident's factors came again, by action item, and after minus before in the same draws."""
    before = margins(s.fit, s.at)
    found, shifts = {"": _margin(spread(before))}, {}
    for name, a in s.case.actions.items():
        c = s.after(a)
        if c is not None:
            after = margins(s.fit, c)
            found[name], shifts[name] = _margin(spread(after)), _margin(spread(after - before))
    return found, shifts


def pulls(s: Scene) -> tuple[Estimate | None, dict[str, Estimate]]:
    """The margin today, and by factor of the case how much wider that of the incident would have been without it, in the same draws."""
    now = None if s.today is None else _margin(spread(margins(s.fit, s.today)))
    before, found = margins(s.fit, s.at), dict[str, Estimate]()
    for i, name in enumerate(s.names):
        if name in s.case.factors:
            c = s.at.copy()
            c[i] = 0.0
            found[name] = _margin(spread(margins(s.fit, c) - before))
    return now, found
