"""The hidden state of a running system: what its metrics show of each dynamic model, and what they cannot tell."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np

from fuelbed.core.blocks import Ask, Block, Cell, Column, Estimates, Named, Picture, Sentence, Table
from fuelbed.core.case import Case
from fuelbed.core.dynamics import Model
from fuelbed.core.estimates import Estimate
from fuelbed.core.evidence import ROLES, MetricsTable
from fuelbed.core.facts import Facts, NotFound
from fuelbed.core.options import Options
from fuelbed.core.shown import named, number
from fuelbed.engines.observability.continuous_facts import Known, Rebuilt, columns_of, known, whole
from fuelbed.numerics.observation.identify import Identified, identified_words
from fuelbed.numerics.observation.linear import Sight, unseen_words
from fuelbed.numerics.observation.particles import COVER
from fuelbed.numerics.series.loads import models_of

__all__ = ["continuous"]

_PLACES = {"running": "while it runs", "edge": "on the edge", "down": "while it is down"}
_MOST_COLUMNS = 12
_ROUGH = 0.25  # of the rows
_NAMED = 3  # columns that are named one by one
_WEAK = 1e4  # times: a direction that shows so much less than the best is seen in theory only


def continuous(case: Case, facts: Facts, options: Options) -> tuple[Block, ...]:
    """What the metrics of each model of `dynamics` determine, near where it operates and along the record. () without models."""
    del facts
    out: list[Block] = []
    for m, _ in models_of(case).values():
        out += _of_model(case, m, options)
    return tuple(out)


def _of_model(case: Case, m: Model, options: Options) -> list[Block]:
    table = case.metrics.get(m.metrics)
    shows = columns_of(m, table)
    if not whole(m):
        first = m.missing[0].question if m.missing else f"What are the numbers of `{m.name}`?"
        return [Ask(NotFound(first or f"What is `{m.missing[0].name}` of `{m.name}`?", f"what its metrics show of `{m.name}`"))]
    if not shows:
        return [Ask(_no_columns(m, table))]
    looked = dict(sorted(shows.items(), key=lambda e: e[0] not in ROLES)[:_MOST_COLUMNS])  # roles first
    k = known(case, m, looked, options)
    out: list[Block] = [Sentence(s) for s in _states_said(k)]
    if len(looked) < len(shows):
        out.append(Sentence(f"Of {len(shows)} columns of `{m.name}`, {len(looked)} were looked at.", "muted"))
    if k.sights:
        out.append(_table(k))
    out += _numbers_said(k)
    return out + _record(k)


def _no_columns(m: Model, table: MetricsTable | None) -> NotFound:
    unlocks = f"which hidden states of `{m.name}` the metrics determine, and which of its numbers"
    if table is None:
        return NotFound(f"What would metrics show of `{m.name}` (`shows: {{latency: FORMULA}}`)?", unlocks)
    shown = named(list(table.columns)[:6]) if table.columns else "no column"
    return NotFound(f"What does `{table.file}` ({shown}) show of `{m.name}` (`shows: {{COLUMN: FORMULA}}`)?", unlocks)


# ---- states -----------------------------------------------------------------------------------------------------------------


def _states_said(k: Known) -> list[str]:
    """What the columns show of the states, places with the same answer together, the running one first."""
    if not k.sights:
        return [
            f"`{k.model.name}` rests nowhere, or its formulas have no slope where it does: what {named(k.columns)} would show near there cannot be asked."
        ]
    same: dict[str, list[str]] = {}
    for place, (_, s) in k.sights.items():
        same.setdefault("; ".join(_seen_words(k, s)), []).append(_PLACES[place])
    leads = [", ".join(places[:-1]) + " and " + places[-1] if len(places) > 1 else places[0] for places in same.values()]
    return [f"{lead[0].upper()}{lead[1:]}, {words}." for lead, words in zip(leads, same, strict=True)]


def _seen_words(k: Known, s: Sight) -> list[str]:
    whose = f"of `{k.model.name}`"
    by = _called(k) or named(k.columns)
    show = f"{named(k.columns)} {'shows' if len(k.columns) == 1 else 'show'}"
    n = len(k.system.states)
    if s.rank < n:
        return [f"{w} by {by}" for w in unseen_words(k.system.states, s)]
    if s.condition > _WEAK:
        return [f"{show} every state {whose} in theory, but `{_weakest(k, s)}` so weakly that noise hides it"]
    return [f"{show} {'the state' if n == 1 else 'every state'} {whose}"]


def _weakest(k: Known, s: Sight) -> str:
    """The state that the weakest direction is mostly made of."""
    return k.system.states[int(np.argmax(np.abs(s.weakest / k.system.scale)))]


def _table(k: Known) -> Table:
    rows = []
    for place, (q, s) in k.sights.items():
        n = len(k.system.states)
        at = ", ".join(f"`{name}` {number(float(v))}" for name, v in zip(k.system.states, q.x, strict=True))
        apart = "; ".join(unseen_words(k.system.states, s)) or "nothing is left unseen"
        ratio = "∞" if math.isinf(s.condition) else number(s.condition)
        rows.append(
            (
                Cell(_PLACES[place]),
                Cell(at),
                Cell(f"{s.rank} of {n}", tone="good" if s.rank == n else "bad"),
                Cell(apart),
                Cell(ratio),
                Cell("on a kink: one side" if q.kinked else ""),
            )
        )
    return Table(
        f"observability_{k.model.name}",
        f"What {named(k.columns)} {'shows' if len(k.columns) == 1 else 'show'} of `{k.model.name}`",
        (
            Column("place", "near"),
            Column("state", "at"),
            Column("rank", "states seen", "verdict"),
            Column("unseen", "not seen"),
            Column("condition", "best seen over least seen", brief=False),
            Column("note", "note", brief=False),
        ),
        tuple(rows),
        note="Local: small deviations from the place, at the middle of every number. The last ratio compares how strongly a deviation of the whole "
        "box shows in the columns, along the direction that is seen best and the one that is seen least.",
        detail=True,
    )


# ---- numbers ----------------------------------------------------------------------------------------------------------------


def _numbers_said(k: Known) -> list[Block]:
    out: list[Block] = []
    if k.rest is not None:
        out += _said(k, k.rest, "In normal operation")
    if k.pushed is not None and k.push is not None and (k.rest is None or k.pushed.found != k.rest.found):
        out += _said(k, k.pushed, f"Along the course after `{k.push.trigger}`", detail=True)
    if k.alone:
        out += [*_latency_alone(k), _alone(k)]
    if out:
        out.append(
            Sentence(
                f"What is said of the numbers of `{k.model.name}` holds near their middles; at rest it rests on the means only.",
                "muted",
                True,
            )
        )
    return out


def _called(k: Known) -> str:
    return "these columns" if len(k.columns) > _NAMED else ""


def _said(k: Known, found: Identified, lead: str, detail: bool = False) -> list[Block]:
    """One sentence each; what is determined is folded away."""
    words = identified_words(found, k.columns, _called(k))
    return [Sentence(f"{lead} {w}.", detail=detail or (i == len(words) - 1 and bool(found.found))) for i, w in enumerate(words)]


def _latency_alone(k: Known) -> list[Block]:
    """The column that everybody has, by itself."""
    words = identified_words(k.alone["latency"].rest, ["latency"]) if "latency" in k.alone else []
    return [Sentence(f"In normal operation {words[0]}.")] if words else []


def _alone(k: Known) -> Table:
    n = len(k.system.states)
    rows = tuple(
        (
            Cell(column),
            Cell(f"{a.sight.rank} of {n}", tone="good" if a.sight.rank == n else "bad"),
            Cell("; ".join(unseen_words(k.system.states, a.sight)) or "nothing is left unseen"),
            Cell(named(a.rest.found) if a.rest.found else "none"),
            Cell("; ".join(named([k.alone[column].rest.parameters[i] for i in g.members]) for g in a.rest.groups) or "none"),
        )
        for column, a in k.alone.items()
    )
    return Table(
        f"observability_{k.model.name}_alone",
        f"What each column alone shows of `{k.model.name}` while it runs",
        (
            Column("column", "column", "code"),
            Column("rank", "states seen", "verdict"),
            Column("unseen", "not seen"),
            Column("found", "numbers determined", brief=False),
            Column("apart", "numbers not told apart", brief=False),
        ),
        rows,
        detail=True,
    )


# ---- record -----------------------------------------------------------------------------------------------------------------


def _record(k: Known) -> list[Block]:
    if k.rebuilt is None:
        roles = [c for c in k.columns if c in ROLES] or list(k.columns)
        ask = f"Is there a record of {named(roles)} of `{k.model.name}` over the incident (`evidence: metrics`)?"
        return [Ask(NotFound(ask, f"where {named(k.system.states)} of `{k.model.name}` stood, with an interval"))]
    b = k.rebuilt
    if b.found is None:
        return [Sentence(f"The hidden states of `{k.model.name}` were not reconstructed: {b.why}.", "muted", True)]
    if b.found.lost is not None:
        at = _when(b.record.table, float(b.record.times[b.found.lost]))
        return [
            Sentence(
                f"`{k.model.name}` cannot follow {named(b.used)} of `{b.record.table.name}`: from {at} on no course of it shows what was recorded, so "
                "its hidden states are not told. A number of the model is wrong, or something else moved them."
            )
        ]
    out: list[Block] = [Estimates(f"Hidden states of `{k.model.name}`, from {named(b.used)}", tuple(_peaks(k, b)))]
    out += [_picture(k, b, i) for i in b.hidden]
    rough = len(b.found.tempered)
    if rough > _ROUGH * len(b.record.times):
        text = f"In {rough} of {len(b.record.times)} rows `{k.model.name}` comes only roughly near what was recorded, so these intervals are no wider than its laws are right."
        out.append(Sentence(text))
    if b.record.cut:
        out.append(Sentence(b.record.cut, "muted", True))
    return out


def _method(b: Rebuilt) -> str:
    put_in = f", {named(b.inputs)} put in as recorded" if b.inputs else ""
    aside = _rows(b.found.aside, "set aside") + _rows(b.found.tempered, "given less weight") if b.found is not None else ""
    return f"{COVER:.0%} of {b.particles} particles that saw {named(b.used)} up to then{put_in}{aside}; noise from the rows before the trigger"


def _rows(rows: tuple[int, ...], what: str) -> str:
    return f", {len(rows)} {'row' if len(rows) == 1 else 'rows'} {what}" if rows else ""


def _peaks(k: Known, b: Rebuilt) -> list[Named]:
    """Of every hidden state, its usual value and where it went furthest from it."""
    assert b.found is not None
    f, out = b.found, []
    for i in b.hidden:
        name, unit = k.system.states[i], k.model.states[k.system.states[i]].unit
        quiet = b.record.before
        rows = np.flatnonzero(quiet) if quiet.any() else np.arange(len(b.record.times))
        usual = int(rows[np.argsort(f.middle[rows, i], kind="stable")[len(rows) // 2]])
        far = int(np.argmax(np.abs(f.middle[:, i] - f.middle[usual, i])))
        said = k.model.states[name].what or f"`{name}`"
        when = "before the trigger" if b.record.trigger is not None else "usually"
        for key, label, t in (
            ("usual", when, usual),
            ("furthest", f"furthest from that, at {_when(b.record.table, float(b.record.times[far]))}", far),
        ):
            e = Estimate(
                float(f.middle[t, i]), float(f.low[t, i]), float(f.high[t, i]), "plain", _unit(unit), "computed", _method(b)
            )
            out.append(Named(f"{k.model.name}.{name}.{key}", f"{said}, {label}", e))
    return out


def _unit(unit: str) -> str:
    return "s" if unit == "seconds" else unit


def _picture(k: Known, b: Rebuilt, i: int) -> Picture:
    assert b.found is not None
    f, t, name = b.found, b.record.times, k.system.states[i]
    state, trigger = k.model.states[name], b.record.trigger
    points = [[float(x) for x in row] for row in zip(t, f.middle[:, i], f.low[:, i], f.high[:, i], strict=True)]
    columns = b.record.table.columns
    seen = [
        {
            "id": c,
            "label": columns[c].name,
            "unit": columns[c].unit or ROLES.get(c, ""),
            "points": [[float(x), float(y) if np.isfinite(y) else None] for x, y in zip(t, b.record.columns[c], strict=True)],
        }
        for c in b.used
    ]
    data = {
        "model": k.model.name,
        "state": name,
        "label": state.what or name,
        "unit": state.unit,
        "start": b.record.table.start,
        "cover": COVER,
        "points": points,
        "trigger": None if trigger is None else [trigger[0], None if math.isinf(trigger[1]) else trigger[1]],
        "aside": [float(t[r]) for r in f.aside],
        "seen": seen,
    }
    far = int(np.argmax(f.middle[:, i]))
    alt = (
        f"`{name}` of `{k.model.name}` over time, from {named(b.used)}: at its greatest {number(float(f.middle[far, i]))} "
        f"({number(float(f.low[far, i]))} to {number(float(f.high[far, i]))}) at {_when(b.record.table, float(t[far]))}."
    )
    return Picture("series", f"Hidden: {state.what or name}", data, alt)


def _when(table: MetricsTable, t: float) -> str:
    """`17:05:30 UTC`, or seconds since the first row where the file counts from its own start."""
    if table.start is None:
        return f"{number(t)} s"
    at = dt.datetime.fromtimestamp(table.start + t, dt.UTC)
    return at.strftime("%H:%M:%S UTC" if at.second else "%H:%M UTC")
