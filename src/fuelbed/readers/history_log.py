"""Failures as read, from whatever format -> `FailureLog`: in order of time, within the time in which they would have been logged."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from fuelbed.core.findings import Severity, Span
from fuelbed.core.history import FailureLog
from fuelbed.core.scanner import did_you_mean
from fuelbed.core.shown import counted
from fuelbed.readers.clock import Clock
from fuelbed.readers.fields import Reading
from fuelbed.readers.yaml import Scalar

__all__ = ["Failures", "LogWanted", "failure_log", "observed_window"]

_X = TypeVar("_X", int, float)
_TOLD = 20  # components that are named one by one


@dataclass(slots=True)
class LogWanted:
    """What an entry says of its log, whatever the format; `window` is `observed` as the clock of the file reads it.

    known: components that the case lists; empty: it lists none.
    """

    name: str
    file: str
    span: Span
    source: str = ""
    observed: tuple[Scalar, Scalar] | None = None
    window: tuple[float, float] | None = None
    watched: list[str] = field(default_factory=list)
    known: Sequence[str] = ()


@dataclass(slots=True)
class Failures:
    """Rows in any order: an index into `components`, times as `clock` reads them. seen: the time that the source says it covers."""

    clock: Clock
    components: list[str]
    which: array[int]
    starts: array[float]
    ends: array[float]
    names: Sequence[str]
    seen: tuple[float, float] | None = None


def failure_log(r: Reading, w: LogWanted, found: Failures) -> FailureLog:
    """The log, and notes on what was taken for it."""
    window = w.window or found.seen
    components = list(dict.fromkeys([*found.components, *w.watched]))
    _unlisted(r, w, components)
    order = _order(r, w, found, window)
    which, starts, ends = (_taken(x, order) for x in (found.which, found.starts, found.ends))
    _twice(r, w, found, which, starts, ends)
    is_declared = window is not None
    if window is None:
        window = _covered(starts, ends)
        _undeclared(r, w, found.clock, window, len(starts))
    _endless(r, w, ends)
    zero = window[0] if found.clock.absolute else 0.0
    names = tuple(found.names) if isinstance(order, range) else tuple(found.names[i] for i in order)
    return FailureLog(
        w.name, w.file, tuple(components), which, array("d", [t - zero for t in starts]), array("d", [t - zero for t in ends]),
        (window[0] - zero, window[1] - zero), is_declared,
        zero if found.clock.absolute else None, found.clock.zoned, names, w.source, w.span,
    )  # fmt: skip  # in the order of the type


def observed_window(r: Reading, w: LogWanted, clock: Clock) -> tuple[float, float] | None:
    """`observed` on the clock of the file; None where the case does not say it, and after a fault."""
    if w.observed is None:
        return None
    times = [clock.beside(s.text) for s in w.observed]
    for s, t in zip(w.observed, times, strict=True):
        if t is None:
            cure = "Write a date or a time: 2025-01-01." if clock.absolute else "Write seconds, as the file has them."
            r.error("FB055", s.span, f"`{s.text[:60]}` is not a time like those of the file ({clock.kind}).", cure)
    begin, end = times
    if begin is None or end is None:
        return None
    if end <= begin:
        message = "the time in which failures were logged ends before it starts."
        r.error("FB160", w.observed[1].span, message, "Exchange the two times.")
        return None
    return begin, end


def _order(r: Reading, w: LogWanted, found: Failures, window: tuple[float, float] | None) -> Sequence[int]:
    """The rows that are kept, by their starts (those of one start as in the file): a range where nothing is to be moved."""
    starts, ends = found.starts, found.ends
    n = len(starts)
    kept: Sequence[int] = range(n)
    if window is not None:
        low, high = window
        if any(not low <= t < high for t in starts):
            kept = [i for i in range(n) if low <= starts[i] < high or (starts[i] < low < ends[i])]
    if len(kept) < n:
        message = (
            f"{n - len(kept):,} of {n:,} failures of `{w.name}` lie outside of the time that was observed: they are left out."
        )
        cure = "Correct `observed`, where they were seen all the same."
        r.warn("FB163", w.observed[0].span if w.observed else w.span, message, cure, Severity.NOTE)
    if all(map(float.__le__, starts, starts[1:])) and isinstance(kept, range):
        return kept
    return sorted(kept, key=starts.__getitem__)


def _taken(values: array[_X], order: Sequence[int]) -> array[_X]:
    return values if isinstance(order, range) else array(values.typecode, [values[i] for i in order])


def _twice(r: Reading, w: LogWanted, found: Failures, which: array[int], starts: array[float], ends: array[float]) -> None:
    """Rows with the same component, start and end: copies, most likely."""
    copies, first = 0, -1
    here: set[tuple[int, float]] = set()
    before = math.nan
    for i, start in enumerate(starts):
        if start != before:
            before = start
            here.clear()
        what = (which[i], ends[i] if ends[i] == ends[i] else -math.inf)
        if what in here:
            copies, first = copies + 1, first if first >= 0 else i
        here.add(what)
    if copies:
        where = f"`{found.components[which[first]][:60]}` at {found.clock.shown(starts[first])}"
        message = f"{counted(copies, 'row')} of `{w.name}` {'is a copy' if copies == 1 else 'are copies'}, such as {where}."
        r.warn("FB165", w.span, message, "Remove what was exported twice.")


def _covered(starts: array[float], ends: array[float]) -> tuple[float, float]:
    """From the first start to the last end."""
    if not starts:
        return 0.0, 0.0
    return starts[0], max(starts[-1], max((t for t in ends if t == t), default=starts[-1]))


def _undeclared(r: Reading, w: LogWanted, clock: Clock, window: tuple[float, float], n: int) -> None:
    if n:
        message = (
            f"`{w.name}` does not say from when to when failures were logged: its first start to its last end are taken, "
            f"{clock.shown(window[0])} to {clock.shown(window[1])}."
        )
    else:
        message = f"`{w.name}` holds no failure, and does not say from when to when they would have been logged."
    cure = "Write `observed: {start: 2025-01-01, end: 2026-01-01}`: quiet weeks at both ends count too."
    r.warn("FB163", w.span, message, cure, Severity.NOTE)


def _endless(r: Reading, w: LogWanted, ends: array[float]) -> None:
    n = sum(map(math.isnan, ends))
    if n:
        message = f"{n:,} of {len(ends):,} failures of `{w.name}` have no end: of them only the start is known."
        r.warn("FB163", w.span, message, "Write the end where somebody knows it.", Severity.NOTE)


def _unlisted(r: Reading, w: LogWanted, components: Iterable[str]) -> None:
    """Where the case lists its components, a name that is not among them may be misspelt."""
    known = set(w.known)
    strange = [c for c in components if c not in known] if known else []
    for name in strange[:_TOLD]:
        cure = did_you_mean(name, w.known) or "Add it under `system: components`, or map it under `coupling: components`."
        r.warn("FB164", w.span, f"`{w.name}` names the component `{name[:60]}`, which the case does not list.", cure)
    if len(strange) > _TOLD:
        message = f"`{w.name}` names {len(strange) - _TOLD:,} more components that the case does not list."
        r.warn("FB164", w.span, message, "List them, or leave `system: components` out.")
