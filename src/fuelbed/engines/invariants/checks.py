"""Each invariant on its evidence: metrics of the case, events alone, or simulated pushes of a model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.arithmetic import Arith, Name, walk_arithmetic
from fuelbed.core.case import Case
from fuelbed.core.errors import FuelbedError
from fuelbed.core.evaluation import evaluate as value_of
from fuelbed.core.evidence import ROLES, EventsTable, MetricsTable
from fuelbed.core.invariants import Invariant
from fuelbed.core.temporal import Compare, Temporal, columns_in, events_in, every_sample, reach, walk_temporal
from fuelbed.engines.invariants.simulated import Simulated, simulate
from fuelbed.numerics.temporal import Trace, Violation, evaluate, violations

__all__ = ["MOST", "Checked", "Pushed", "Unchecked", "check", "events_on", "margin_of", "worst_of"]

Array = NDArray[np.float64]
MOST = 500
"""Invariants that are checked; a case may come from a stranger."""


@dataclass(frozen=True, eq=False)
class Checked:
    """An invariant on one trace.

    start    absolute time of t = 0, seconds since 1970 UTC; None where the trace counts from its own start.
    trigger  begin and end (inf: not said) in seconds of the trace; None where nobody says.
    unit     of the robustness, "" where it is plain or mixed. bound: what is compared with, where that is one number.
    """

    invariant: Invariant
    where: str
    start: float | None
    trigger: tuple[float, float] | None
    trace: Trace
    broken: tuple[Violation, ...]
    unit: str = ""
    bound: float | None = None

    @property
    def undecided(self) -> float:
        """The share of samples that are not decided."""
        return float(np.mean(~self.trace.decided)) if len(self.trace) else 1.0

    @property
    def from_trigger(self) -> float:
        """For how many seconds from the begin of the trigger on nothing is decided (to the next decided sample, or the last one); else 0."""
        if self.trigger is None or not len(self.trace):
            return 0.0
        t, known = self.trace.times, self.trace.decided
        first = int(np.searchsorted(t, self.trigger[0]))
        if first >= len(t) or known[first]:
            return 0.0
        later = np.flatnonzero(known[first:])
        return float(t[first + later[0]] if len(later) else t[-1]) - float(t[first])

    @property
    def in_part(self) -> bool:
        """Whether more is undecided than what the formula looks at beyond both ends of the record: a hole in it, or the trigger itself."""
        inner = np.flatnonzero(self.trace.decided)
        holes = len(inner) > 0 and not self.trace.decided[inner[0] : inner[-1]].all()
        return holes or self.from_trigger > 0

    @property
    def early(self) -> Violation | None:
        """The first violation, where it began before the trigger."""
        if self.trigger is None or not self.broken or self.broken[0].start >= self.trigger[0]:
            return None
        return self.broken[0]


@dataclass(frozen=True, eq=False)
class Pushed:
    """An invariant on the simulated pushes of one model: the middle trace, and what the draws say.

    breaks   per row, whether it was broken after the push began; before: whether it was broken at rest already.
    first    per row, seconds from the begin of the push to the first violation (nan: none); worst: least robustness from there on.
    undecided  per row, whether it was not broken and some sample while the push lasts was not decided.
    """

    invariant: Invariant
    model: str
    simulated: Simulated
    middle: Checked
    breaks: NDArray[np.bool_]
    before: NDArray[np.bool_]
    first: Array
    worst: Array
    undecided: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Unchecked:
    """An invariant without a trace: what to give."""

    invariant: Invariant
    question: str
    unlocks: str


def check(case: Case, seed: int) -> Iterator[Checked | Pushed | Unchecked]:
    """Every invariant, in the order of the file; one on a model once for each push."""
    done: dict[str, list[Simulated]] = {}
    for i, inv in enumerate(case.invariants.values()):
        if i >= MOST:
            yield Unchecked(
                inv,
                f"Which {MOST} of the {len(case.invariants)} invariants matter? Only the first {MOST} are checked.",
                "the rest",
            )
            continue
        try:
            if inv.on in case.metrics:
                yield _on_metrics(case, inv, case.metrics[inv.on])
            elif inv.on in case.dynamics:
                yield from _on_model(case, inv, seed, done)
            else:
                yield _on_events(case, inv)
        except FuelbedError as e:
            yield Unchecked(inv, f"Can `{inv.name}` be checked more coarsely? {e}", "whether it held")


# ---- metrics and events ------------------------------------------------------------------------------------------------------------


def _on_metrics(case: Case, inv: Invariant, table: MetricsTable) -> Checked | Unchecked:
    wanted = events_in(inv.holds)
    events = events_on(case.events.values(), table.start)
    if lost := [w for w in wanted if w not in events]:
        return Unchecked(
            inv,
            f"At what absolute time did the events `{lost[0]}` happen? Events and the metrics `{table.name}` count from different starts.",
            f"whether `{inv.name}` held",
        )
    columns = {n: np.frombuffer(c.values) if len(c.values) else np.zeros(0) for n, c in table.columns.items()}
    trace = evaluate(
        every_sample(inv.holds), np.frombuffer(table.times) if len(table.times) else np.zeros(0), columns,
        between=inv.between, every=inv.every, gap=inv.gap, events=events, merged=table.merged,
    )  # fmt: skip  # one call
    return _checked(inv, table.name, table.start, table.trigger, trace, {n: c.unit for n, c in table.columns.items()})


def _on_events(case: Case, inv: Invariant) -> Checked | Unchecked:
    """A formula over events alone is asked at their begins and ends."""
    unlocks = f"whether `{inv.name}` held, when it broke first, and by how much"
    if columns_in(inv.holds) or not case.events:
        names = ", ".join(f"`{n}`" for n in (*columns_in(inv.holds), *events_in(inv.holds)))
        return Unchecked(inv, f"Is there a record of {names} over the incident? Add it under `evidence: metrics`.", unlocks)
    start = next((t.start for t in case.events.values() if t.start is not None), None)
    events = events_on(case.events.values(), start)
    if lost := [w for w in events_in(inv.holds) if w not in events]:
        return Unchecked(inv, f"At what absolute time did the events `{lost[0]}` happen?", unlocks)
    times = np.array(sorted({t for spans in events.values() for span in spans for t in span if math.isfinite(t)}))
    trace = evaluate(every_sample(inv.holds), times, {}, gap=inv.gap if inv.gap is not None else math.inf, events=events)
    return _checked(inv, "events", start, None, trace, {})


def events_on(tables: Iterable[EventsTable], start: float | None) -> dict[str, list[tuple[float, float]]]:
    """Spans by label, in seconds from `start`; tables that count from another kind of start are left out."""
    out: dict[str, list[tuple[float, float]]] = {}
    for t in tables:
        if (t.start is None) != (start is None):
            continue
        shift = t.start - start if t.start is not None and start is not None else 0.0
        for when, end, label in zip(t.times, t.ends, t.labels, strict=True):
            out.setdefault(label, []).append((when + shift, end + shift))
    return out


def _checked(
    inv: Invariant, where: str, start: float | None, trigger: tuple[float, float] | None, trace: Trace, units: Mapping[str, str]
) -> Checked:
    unit, bound = _measure(every_sample(inv.holds), units)
    return Checked(inv, where, start, trigger, trace, tuple(violations(trace)), unit, bound)


def _measure(f: Temporal, units: Mapping[str, str]) -> tuple[str, float | None]:
    """The unit that all comparisons share ("" where they do not), and the number that a single comparison compares with."""
    compared = [x for x in walk_temporal(f) if isinstance(x, Compare)]
    found = {
        units.get(e.name, "")
        for c in compared
        for side in (c.left, c.right)
        for e in walk_arithmetic(side)
        if isinstance(e, Name)
    }
    products = any(
        getattr(e, "op", "") not in _LINEAR for c in compared for side in (c.left, c.right) for e in walk_arithmetic(side)
    )
    unit = found.pop() if len(found) == 1 and not products else ""
    if len(compared) != 1:
        return unit, None
    bounds = [v for side in (compared[0].left, compared[0].right) if (v := _constant(side)) is not None]
    return unit, abs(bounds[0]) if len(bounds) == 1 and bounds[0] != 0 else None


_LINEAR = ("", "neg", "add", "sub", "min", "max", "clip", "abs")


def _constant(e: Arith) -> float | None:
    try:
        v = value_of(e, {})
    except KeyError:
        return None
    return v if math.isfinite(v) else None


# ---- simulated traces --------------------------------------------------------------------------------------------------------------


def _on_model(case: Case, inv: Invariant, seed: int, done: dict[str, list[Simulated]]) -> Iterator[Pushed | Unchecked]:
    m = case.dynamics[inv.on]
    unlocks = f"whether `{inv.name}` holds when `{m.name}` is pushed"
    if m.missing:
        p = m.missing[0]
        yield Unchecked(inv, p.question or f"What is `{p.name}` of `{m.name}`?", unlocks)
        return
    if not m.pushes:
        yield Unchecked(inv, f"What does a trigger do to `{m.name}` (which number, by how much, for how long)?", unlocks)
        return
    if m.name not in done:
        ahead = [reach(every_sample(i.holds))[1] for i in case.invariants.values() if i.on == m.name]
        done[m.name] = list(simulate(m, seed, max((a for a in ahead if math.isfinite(a)), default=0.0)))
    units = {n: s.unit for n, s in m.states.items()}
    units |= {n: p.unit for n, p in m.parameters.items()} | {n: ROLES.get(n, "") for n in m.shows}
    for s in done[m.name]:
        yield _pushed(inv, m.name, s, units)


def _pushed(inv: Invariant, model: str, s: Simulated, units: Mapping[str, str]) -> Pushed:
    formula = every_sample(inv.holds)
    traces = [
        evaluate(formula, s.times, {n: c[row] for n, c in s.columns.items()}, between=inv.between, every=inv.every, gap=inv.gap)
        for row in range(s.rows)
    ]
    first, worst = np.full(s.rows, np.nan), np.full(s.rows, np.nan)
    breaks, before, undecided = (np.zeros(s.rows, dtype=bool) for _ in range(3))
    for row, trace in enumerate(traces):
        after = trace.times >= 0
        bad = (trace.verdict < 0) & after
        breaks[row], before[row] = bad.any(), bool((trace.verdict[~after] < 0).any())
        undecided[row] = not bad.any() and not trace.decided[after & (trace.times <= s.lasts)].all()
        if breaks[row]:
            first[row] = trace.times[np.argmax(bad)]
        sizes = trace.robustness[after & trace.decided]
        worst[row] = sizes.min() if len(sizes) else np.nan
    middle = _checked(inv, model, None, (0.0, s.lasts), traces[0], units)
    return Pushed(inv, model, s, middle, breaks, before, first, worst, undecided)


# ---- sizes -------------------------------------------------------------------------------------------------------------------------


def worst_of(c: Checked) -> Violation | None:
    """The violation that goes furthest; None where there is none, or nothing measures it (events)."""
    sized = [v for v in c.broken if math.isfinite(v.worst)]
    return min(sized, key=lambda v: v.worst) if sized else None


def margin_of(c: Checked) -> tuple[float, float] | None:
    """The least robustness among the samples at which it is known to hold, with its time; None where there is no such number."""
    good = (c.trace.verdict > 0) & np.isfinite(c.trace.low)
    if not good.any():
        return None
    size = np.where(good, c.trace.low, np.inf)
    at = int(np.argmin(size))
    return float(size[at]), float(c.trace.times[at])
