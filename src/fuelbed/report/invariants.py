"""What `fuelbed invariants` says: violations of the declared ones for people and programs, and mined ones as YAML to paste."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Any

from fuelbed.core.evidence import MetricsTable
from fuelbed.core.facts import NotFound
from fuelbed.core.invariants import Invariant
from fuelbed.core.scanner import is_identifier, visible
from fuelbed.core.shown import counted, number, per_cent
from fuelbed.core.temporal import print_temporal
from fuelbed.engines.invariants.checks import Checked, Pushed, Unchecked
from fuelbed.engines.invariants.words import clock, spell
from fuelbed.numerics.mining import Candidate, FalseAlarms, Mined, offered
from fuelbed.numerics.temporal import Violation

__all__ = ["as_data", "as_text", "suggestions_as_data", "suggestions_as_yaml"]

Row = Checked | Pushed | Unchecked
_SHOWN = 10  # violations of one invariant, in text; JSON has them all


# ---- declared ones ---------------------------------------------------------------------------------------------------------------


def as_text(rows: Iterable[Row]) -> str:
    """Each invariant with its violations; what could not be checked with the question that would help."""
    out: list[str] = []
    for row in rows:
        out += _checked(row) if isinstance(row, Checked) else _pushed(row) if isinstance(row, Pushed) else _unchecked(row)
    return (
        "\n".join(part for line in out for part in _wrapped(line))
        or "No invariant is declared. `--suggest` offers some from the metrics;\ndocs/formats/temporal.md says how to write them."
    )


def _wrapped(line: str) -> list[str]:
    """A line of at most 80 columns, what goes on further in than it began."""
    indent = line[: len(line) - len(line.lstrip())]
    return wrap(line, 80, subsequent_indent=f"{indent}    ", break_on_hyphens=False, break_long_words=False)


def _checked(c: Checked) -> Iterator[str]:
    head = f"{c.invariant.name} on {c.where}: "
    left = f", {per_cent(c.undecided)} % of its samples are not decided" if c.undecided else ""
    if not c.broken:
        yield head + ("not decided anywhere" if c.undecided >= 1 else f"held{left}")
        return
    yield f"{head}violated {counted(len(c.broken), 'time')}{left}"
    for v in c.broken[:_SHOWN]:
        yield f"  {_when(c, v.start)}, {_lasting(v)}{_size(v, c.unit)}{_latent(c, v)}"
    if len(c.broken) > _SHOWN:
        yield f"  and {len(c.broken) - _SHOWN} more"


def _when(c: Checked, t: float) -> str:
    return f"{clock(c.start + t, seconds=True)} UTC" if c.start is not None else f"{spell(t)} from the start"


def _lasting(v: Violation) -> str:
    if v.open:
        return f"for {spell(v.duration)} or longer" if v.duration else "for this sample or longer"
    return f"for {spell(v.duration)}"


def _size(v: Violation, unit: str) -> str:
    if not math.isfinite(v.worst):
        return ""
    size = spell(-v.worst) if unit == "seconds" else f"{number(-v.worst)}{f' {unit}' if unit else ''}"
    return f", by {size}" if v.worst < 0 else ", at its very bound"


def _latent(c: Checked, v: Violation) -> str:
    if c.trigger is None:
        return ""
    before = c.trigger[0] - v.start
    if before == 0:
        return ", with the trigger"
    return f", {spell(before)} before the trigger" if before > 0 else f", {spell(-before)} after the trigger"


def _pushed(p: Pushed) -> Iterator[str]:
    broken, rows = int(p.breaks.sum()), len(p.breaks)
    first = p.first[p.breaks]
    ends = dict.fromkeys(spell(float(t)) for t in (first.min(), first.max())) if broken else ()
    when = f", first after {' to '.join(ends)}" if broken else ""
    yield f"{p.invariant.name} on the model {p.model}, push {p.simulated.push}: violated in {broken} of {rows} draws{when}"


def _unchecked(u: Unchecked) -> Iterator[str]:
    yield f"{u.invariant.name}: not checked. {u.question}"
    yield f"  It would say {u.unlocks}."


def as_data(rows: Iterable[Row]) -> dict[str, Any]:
    """JSON: times in seconds of the trace and, where it has a start, since 1970 UTC; null where there is no number."""
    return {"invariants": [_data(r) for r in rows]}


def _data(r: Row) -> dict[str, Any]:
    out: dict[str, Any] = {"name": r.invariant.name, "holds": r.invariant.text}
    if isinstance(r, Unchecked):
        return out | {"on": r.invariant.on, "state": "not_checked", "question": r.question, "unlocks": r.unlocks}
    if isinstance(r, Pushed):
        first = r.first[r.breaks]
        return out | {
            "on": r.model, "push": r.simulated.push, "state": "simulated", "draws": len(r.breaks), "violated_in": int(r.breaks.sum()),
            "first_s": [float(first.min()), float(first.max())] if len(first) else None,
        }  # fmt: skip
    state = "violated" if r.broken else "not_decided" if r.undecided >= 1 else "held"
    return out | {
        "on": r.where, "state": state, "unit": r.unit, "start": r.start, "trigger": [_finite(t) for t in r.trigger] if r.trigger else None,
        "samples": len(r.trace), "undecided": r.undecided, "violations": [_violation(v) for v in r.broken],
    }  # fmt: skip


def _violation(v: Violation) -> dict[str, Any]:
    return {
        "start_s": v.start, "end_s": v.end, "open": v.open, "samples": v.samples, "robustness": _finite(v.worst), "at_s": v.at,
    }  # fmt: skip


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None


# ---- mined ones ------------------------------------------------------------------------------------------------------------------


def suggestions_as_yaml(
    found: Sequence[tuple[MetricsTable, Mined | NotFound]], declared: Iterable[Invariant], most: int, file: str
) -> str:
    """A section `invariants:` with the false-alarm rate of each as a comment; what is missing is a comment too, so it stays YAML."""
    declared = list(declared)
    taken, out = {i.name for i in declared}, []
    if not found:
        out += [
            "# No metrics to learn from.",
            *_ask(NotFound("Is there a record of normal operation? Add it under `evidence: metrics`.", "invariants to hold")),
        ]
    else:
        place = "your section" if declared else "a section"
        out += [f"# Candidates for {place} `invariants` of {visible(file)}. Nothing was written: take what should hold, and only that.",
                "# Each was true of every row that it was learned from, whether or not it means something."]  # fmt: skip
    entries: list[str] = []
    for table, mined in found:
        out.append("#")
        if isinstance(mined, NotFound):
            out += [f"# {table.name}: too short to learn from.", *_ask(mined)]
            continue
        some = offered(mined.candidates, most)
        out += _about(table, mined, some)
        for c in some:
            entries += _entry(_free(c, taken), c, table)
    head = "# Put these lines under it:" if declared else "invariants:"
    return "\n".join([*out, *([head] if entries else []), *entries]) + "\n"


def _ask(missing: NotFound) -> list[str]:
    return [f"# {missing.question} It would give {missing.unlocks}."]


def _about(table: MetricsTable, mined: Mined, some: Sequence[Candidate]) -> Iterator[str]:
    part = "before the trigger" if table.trigger else "of the whole file, for no trigger is declared"
    yield f"# {table.name}: {mined.learned} rows {part} to learn from, the next {mined.held} ({spell(mined.seconds)}) held back."
    there = len(table) if table.trigger is None else bisect_left(table.times, table.trigger[0])
    if there > mined.learned + mined.held:
        yield f"# These are the latest of {there} rows; the older ones were not looked at."
    yield f"# {len(mined.candidates)} candidates, {len(some)} shown; {mined.dropped} more did not last within the rows learned from."
    if some:
        stretch = spell(some[0].alarms.block_days * 86_400)
        yield f"# False alarms are of the held-back rows; the interval (95 %, Wilson) counts stretches of {stretch} or more as one draw each."


def _entry(name: str, c: Candidate, table: MetricsTable) -> Iterator[str]:
    yield f"  {name}:  # {_alarms(c.alarms)}"
    yield f"    holds: {print_temporal(c.formula)}"
    yield f"    on: {table.name}"
    yield f"    because: Mined from normal rows of {table.name}, {c.what}."


def _alarms(a: FalseAlarms) -> str:
    if not a.blocks:
        return "false alarms not known, nothing was decided on the held-back rows"
    low, high = a.per_day_interval
    return (
        f"false alarms {counted(a.episodes, 'time')} in {number(a.days)} days, {number(a.per_day)} a day "
        f"({number(low)} to {'any number' if math.isinf(high) else number(high)}), {per_cent(a.share)} % of samples"
    )


def _free(c: Candidate, taken: set[str]) -> str:
    """An identifier that the case has not used."""
    base = c.name if is_identifier(c.name) and len(c.name) <= 60 else f"mined_{c.kind}"
    name, n = base, 2
    while name in taken:
        name, n = f"{base}_{n}", n + 1
    taken.add(name)
    return name


def suggestions_as_data(found: Sequence[tuple[MetricsTable, Mined | NotFound]], most: int) -> dict[str, Any]:
    """JSON: the same candidates, with their false alarms in full."""
    return {"suggestions": [_mined(t, m, most) for t, m in found]}


def _mined(table: MetricsTable, m: Mined | NotFound, most: int) -> dict[str, Any]:
    if isinstance(m, NotFound):
        return {"on": table.name, "question": m.question, "unlocks": m.unlocks, "candidates": []}
    rows = [
        {
            "name": c.name, "kind": c.kind, "holds": print_temporal(c.formula), "what": c.what, "false_alarms": c.alarms.episodes,
            "days": c.alarms.days, "per_day": [c.alarms.per_day, *map(_finite, c.alarms.per_day_interval)], "share": _finite(c.alarms.share),
            "blocks": c.alarms.blocks, "bad_blocks": c.alarms.bad,
        }
        for c in offered(m.candidates, most)
    ]  # fmt: skip
    return {"on": table.name, "learned": m.learned, "held_back": m.held, "dropped": m.dropped, "candidates": rows}
