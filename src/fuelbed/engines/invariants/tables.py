"""The tables of the answer: invariants on evidence, invariants on simulated pushes, and every control."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from fuelbed.core.blocks import Cell, Column, Table, Tone
from fuelbed.core.estimates import Estimate
from fuelbed.core.shown import counted, number, per_cent
from fuelbed.engines.invariants.checks import Checked, Pushed, margin_of, worst_of
from fuelbed.engines.invariants.controls import Control, Shared
from fuelbed.engines.invariants.scene import Scene
from fuelbed.engines.invariants.words import brief, clock, listed, plain, spell

__all__ = ["ROWS", "controls_table", "invariants_table", "measure", "pushes_table", "shared_words", "when"]

ROWS = 200
"""Of a table; of more the first are shown."""
_STATE_TONE: Mapping[str, Tone] = {"missing": "bad", "bypassed": "bad", "failed": "bad", "effective": "good"}


# ---- invariants ------------------------------------------------------------------------------------------------------------------


def measure(c: Checked, size: float) -> str:
    """A size in its unit, and as a share of the bound where it is compared with one number."""
    size = abs(size)
    text = spell(size) if c.unit == "seconds" else f"{number(size)}{' ' + plain(c.unit) if c.unit else ''}"
    return f"{text} ({per_cent(size / c.bound)} % of the bound)" if c.bound and size > 0 else text


def when(c: Checked, t: float, scene: Scene) -> str:
    """An instant of a trace: the clock where it has one, else the time since its start."""
    return f"{clock(c.start + t, scene.case.date)} UTC" if c.start is not None else f"{spell(t)} in" if t > 0 else "at the start"


def invariants_table(scene: Scene, checked: Sequence[Checked]) -> Table | None:
    """What says the same in every row is left to the note."""
    if not checked:
        return None
    rows = sorted(checked, key=lambda c: (not c.broken, (c.start or 0.0) + c.broken[0].start if c.broken else 0.0))
    columns = {
        "invariant": (Column("invariant", "invariant", "code"), [Cell(c.invariant.name) for c in rows]),
        "verdict": (Column("verdict", "verdict", "verdict"), [_verdict(c) for c in rows]),
        "first": (Column("first", "first broken"), [Cell(_first(c, scene)) for c in rows]),
        "trigger": (Column("trigger", "from the trigger"), [Cell(_away(c)) for c in rows]),
        "size": (Column("size", "by"), [_size(c) for c in rows]),
        "lasted": (Column("lasted", "for"), [_lasted(c) for c in rows]),
    }
    columns = {n: x for n, x in columns.items() if n in ("invariant", "verdict") or any(cell.text for cell in x[1])}
    heads, cells = zip(*columns.values(), strict=True)
    return Table("invariants", "Invariants on the evidence", heads, tuple(zip(*cells, strict=True)), note=_note(rows))


def _note(rows: Sequence[Checked]) -> str:
    """What the columns mean, on what each was checked, and what was not decided."""
    by: dict[str, list[str]] = {}
    for c in rows:
        by.setdefault(c.where, []).append(f"`{c.invariant.name}`")
    on = "; ".join(
        f"{listed(names) if len(by) > 1 else 'all' if len(names) > 1 else names[0]} on `{where}`" for where, names in by.items()
    )
    note = "By: robustness, how far the formula is from true (of what held: from false), in the unit of what it compares."
    note += f" Times are in UTC. Checked: {on}."
    if left := [f"`{c.invariant.name}` at {per_cent(c.undecided)} % of its samples" for c in rows if c.undecided > 0]:
        note += f" Not decided, for a gap, an empty cell or an end of the record lies in what it looks at: {listed(left)}."
    return note


def _first(c: Checked, scene: Scene) -> str:
    return when(c, c.broken[0].start, scene).removesuffix(" UTC") if c.broken else ""


def _away(c: Checked) -> str:
    if not c.broken or c.trigger is None:
        return ""
    away = c.broken[0].start - c.trigger[0]
    return f"{spell(-away)} before" if away < 0 else f"{spell(away)} after" if away > 0 else "with it"


def _verdict(c: Checked) -> Cell:
    if c.early is not None:
        return Cell("latent", tone="bad")
    if c.broken:
        return Cell("broken", tone="bad")
    if c.undecided == 1:
        return Cell("not decided", tone="muted")
    return Cell("held where known", tone="plain") if c.in_part else Cell("held", tone="good")


def _size(c: Checked) -> Cell:
    if c.broken:
        worst = worst_of(c)
        if worst is None:
            return Cell("not measured", tone="muted")
        return Cell(measure(c, worst.worst) if worst.worst else "at the bound")
    margin = margin_of(c)
    return Cell(f"margin {measure(c, margin[0])}" if margin is not None else "")


def _lasted(c: Checked) -> Cell:
    if not c.broken:
        return Cell()
    total, open_ = sum(v.duration for v in c.broken), any(v.open for v in c.broken)
    times = f" in {len(c.broken)} stretches" if len(c.broken) > 1 else ""
    if total <= 0:
        return Cell(counted(sum(v.samples for v in c.broken), "sample"))
    return Cell(f"{'at least ' if open_ else ''}{spell(total)}{times}")


# ---- simulated -------------------------------------------------------------------------------------------------------------------


def pushes_table(pushed: Sequence[Pushed]) -> Table | None:
    if not pushed:
        return None
    rows = tuple(
        (
            Cell(p.invariant.name),
            Cell(p.simulated.push),
            _broke(p),
            Cell(estimate=_after(p)) if p.breaks.any() else Cell(""),
            Cell(estimate=_worst(p)) if np.isfinite(p.worst).any() else Cell(""),
            Cell(p.model),
        )
        for p in pushed
    )
    cut = sorted({f"`{p.simulated.push}` of `{p.model}`" for p in pushed if p.simulated.cut is not None})
    note = "A push as declared, on the model at rest, at the middle of its numbers and at eight draws of what is not known; the interval is over these."
    note += f" Followed in part, because it lasts so long: {listed(cut)}." if cut else ""
    return Table(
        "pushes",
        "Invariants under the pushes of the model",
        (
            Column("invariant", "invariant", "code"),
            Column("push", "push", "code"),
            Column("verdict", "breaks", "verdict"),
            Column("first", "after", "estimate"),
            Column("worst", "least robustness", "estimate"),
            Column("model", "model", "code", brief=False),
        ),
        rows,
        note=note,
    )


def _broke(p: Pushed) -> Cell:
    n, rows, open_ = int(p.breaks.sum()), len(p.breaks), int(p.undecided.sum())
    if p.before.any():
        k = int(p.before.sum())
        return Cell("without a push" if k == rows else f"without a push at {k} of {rows}", tone="bad")
    if n == 0:
        if open_:
            return Cell("not decided" if open_ == rows else f"not decided at {open_} of {rows}", tone="muted")
        return Cell("no", tone="good") if p.simulated.cut is None else Cell("not in the part followed", tone="muted")
    left = f", {open_} not decided" if open_ else ""
    return Cell("yes" if n == rows else f"at {n} of {rows}{left}", tone="bad")


def _after(p: Pushed) -> Estimate:
    found = p.first[p.breaks]
    value = float(p.first[0]) if p.breaks[0] else None
    apart = float(p.simulated.times[1] - p.simulated.times[0])
    return Estimate(
        value,
        float(found.min()),
        float(found.max()),
        "plain",
        "s",
        method=f"simulated, {len(found)} of {len(p.breaks)} rows that break, samples {spell(apart)} apart",
    )


def _worst(p: Pushed) -> Estimate:
    sizes = p.worst[np.isfinite(p.worst)]
    value = float(p.worst[0]) if math.isfinite(float(p.worst[0])) else None
    unit = "s" if p.middle.unit == "seconds" else plain(p.middle.unit)
    return Estimate(value, float(sizes.min()), float(sizes.max()), "plain", unit, method=f"simulated, {len(p.worst)} rows")


# ---- controls --------------------------------------------------------------------------------------------------------------------


def controls_table(scene: Scene, controls: Sequence[Control], shared: Sequence[Shared]) -> Table | None:
    if not controls:
        return None
    left = len(controls) - ROWS
    rows = tuple(
        (
            Cell(c.name),
            Cell(_state(c), tone=_STATE_TONE[c.factor.state] if c.factor.occurred is not True else "bad"),
            Cell(", ".join(c.guards) or "nothing", items=c.guards),
            Cell(estimate=c.fails) if not c.fails.is_unknown else Cell("not given", tone="muted"),
            Cell("; ".join(shared_words(c.name, shared)) or "none known"),
            Cell("; ".join(_grounds(scene, c)) or "the case's word alone", tone="plain" if c.grounds.rests else "muted"),
        )
        for c in controls[:ROWS]
    )
    return Table(
        "controls",
        "Every control",
        (
            Column("control", "control", "code"),
            Column("state", "state", "verdict"),
            Column("guards", "guards", "list"),
            Column("fails", "fails on demand", "estimate"),
            Column("shares", "shares"),
            Column("evidence", "rests on", brief=False),
        ),
        rows,
        note="Guards: the lines that need it to fail. Fails on demand: broken for good or failing this time, 1 - (1 - broken)(1 - fails). "
        "Shares: what it and another control depend on; a common cause that the case declares is counted; what is not counted is said."
        + (
            " Without the signal that it needs a control cannot act, whatever its chance."
            if any(c.unarmed for c in controls)
            else ""
        )
        + (f" {counted(left, 'control')} more {'is' if left == 1 else 'are'} not shown." if left > 0 else ""),
    )


def _state(c: Control) -> str:
    f = c.factor
    state = "effective, did not hold" if f.state == "effective" and f.occurred else f.state
    return f"{state}, needs {f.needs}, {c.unarmed}" if c.unarmed and f.state not in ("missing", "bypassed") else state


def shared_words(name: str, shared: Sequence[Shared]) -> Iterator[str]:
    """`lag with failover, not counted`, one for each thing that it shares."""
    for s in shared:
        if name in s.members:
            what = s.key.removeprefix("on ").removeprefix("shares ").removeprefix("blind ")
            others = [n for n in s.members if n != name]
            yield f"{what} with {listed(others)}" + (", not counted" if name in s.layers else "")


def _grounds(scene: Scene, c: Control) -> Iterator[str]:
    g = c.grounds
    if g.source:
        yield brief(g.source, 50)
    yield from (plain(s) for s in g.seen)
    if g.said and scene.document is not None:
        lines = [str(scene.document.line(s.place())) for s in g.said]
        yield f"text, line{'s' if len(lines) > 1 else ''} {listed(lines)}"
