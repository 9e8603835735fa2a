"""Series of an export -> columns: which series each is, counters as rates, units as the format says them, all on one axis of time."""

from __future__ import annotations

import math
import re
from array import array
from dataclasses import dataclass, field

from fuelbed.core.evidence import ROLES
from fuelbed.core.findings import Span
from fuelbed.core.numbers import SECONDS, unit_of_time
from fuelbed.core.scanner import TextFault
from fuelbed.readers.entries import FileFaults
from fuelbed.readers.gathering import Rows
from fuelbed.readers.rates import Counter
from fuelbed.readers.selectors import Selector, differences, nearest, parse_selector
from fuelbed.readers.series import Series, SeriesFile, on_one_axis
from fuelbed.readers.wanted import Unit, Wanted
from fuelbed.readers.yaml import Scalar

__all__ = ["SeriesTable", "unit_in_export"]

_TIMES = {"us": 1e-6, "µs": 1e-6, "ns": 1e-9, "microseconds": 1e-6, "nanoseconds": 1e-9}
_PER = re.compile(r"(?:1|\{[^{}]*\})?/([a-zµ]+)\Z")
_MOST = 1e300
_PLACES = 8  # samples that are looked up in the file: each costs a walk over its text


def unit_in_export(text: str) -> Unit | None:
    """The unit of OpenMetrics (`seconds`) or UCUM (`ms`, `{request}/s`, `Hz`), None where it is no time and no rate."""
    word = text.strip()
    if word in _TIMES:
        return Unit(_TIMES[word], "seconds")
    if unit_of_time(word):
        return Unit(SECONDS[unit_of_time(word)], "seconds")
    if word == "Hz":
        return Unit(1.0, "per second")
    m = _PER.match(word)
    per = unit_of_time(m[1]) if m else ""
    return Unit(1 / SECONDS[per], "per second") if per else None


@dataclass(slots=True)
class SeriesTable:
    """`rows` puts the wanted series on one axis; then `names` says which they were and `units` how they are counted, by role."""

    w: Wanted
    faults: FileFaults
    file: SeriesFile
    names: dict[str, str] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    _told: int = 0

    def rows(self) -> Rows | None:
        """None after a fault, and where the case does not say which series it wants. Raises `TooManyStretches`."""
        for key, span in self.w.of_tables:
            self.faults.add("FB014", span, f"`{key}` is for CSV and Parquet: this format writes its times itself.", "Remove it.")
        for note in self.file.notes:
            self.faults.note("FB058", note, "Export them in another way where they matter.")
        columns: list[list[tuple[array[float], array[float]]]] = []
        joins: list[str] = []
        for role, (series, join) in self._which().items():
            self.names[role] = f"{join}({series[0].name})" if join else series[0].title
            self.units[role] = self._unit(role, series[0])
            columns.append([self._values(role, s) for s in series])
            joins.append(join)
        if self.faults.count or not columns:
            return None
        times, values = on_one_axis(columns, joins)
        if not times:
            self.faults.add(
                "FB052", self.w.span, f"the series of `{self.faults.file[:80]}` have no samples.", "Export a longer range."
            )
            return None
        out = Rows([self.w.keep_of(role) for role in self.names], self.w.every)
        out.add(times, values)
        return out

    def _which(self) -> dict[str, tuple[list[Series], str]]:
        """role -> its series and how they are joined ("" for one). Where the case names none: those that are called like a role."""
        names = {s.name for s in self.file.series}
        if self.w.named:
            found = {role: self._selected(said) for role, said in self.w.columns.items()}
        else:
            found = {role: self._one(Selector(role), role, self.w.span) for role in ROLES if role in names}
        asked = [n for n in self.w.asked if n in names and n not in found]
        found |= {n: self._one(Selector(n), n, self.w.span) for n in asked}
        if not self.w.named and not found and not self.faults.count:
            seen = "; ".join(s.title[:80] for s in self.file.series[:8]) or "none"
            message = f"the case does not say which series of `{self.faults.file[:80]}` are what, so nothing of it is read."
            cure = f"Write `columns: {{load: 'name{{label=\"value\"}}'}}`. Series are: {seen}."
            self.faults.note("FB057", message, cure)
        return {role: x for role, x in found.items() if x is not None}

    def _selected(self, said: Scalar) -> tuple[list[Series], str] | None:
        try:
            return self._one(parse_selector(said.text), said.text, said.span)
        except TextFault as fault:
            self.faults.add(fault.code, said.place(fault.start, fault.end), fault.message, fault.cure)
            return None

    def _one(self, selector: Selector, text: str, span: Span) -> tuple[list[Series], str] | None:
        """The series that fit: one, or several that are joined; else a fault that says what to write."""
        fit = selector.among(self.file.series)
        if not fit:
            message = f"no series of `{self.faults.file[:80]}` fits `{text[:80]}`."
            self.faults.add("FB053", span, message, nearest(selector, self.file.series))
        elif len(fit) > 1 and not selector.join:
            labels = ", ".join(f"`{k}`" for k in differences(fit)[:5])
            message = f"{len(fit)} series of `{self.faults.file[:80]}` fit `{text[:80]}`; they differ in {labels or 'nothing'}."
            cure = f"Write one of them, such as `{fit[0].title[:160]}`, or join them: `sum({text[:80]})`."
            self.faults.add("FB053", span, message, cure)
        else:
            return fit, selector.join
        return None

    def _unit(self, role: str, s: Series) -> Unit:
        """As the case says it; else as the format does; else that of the role."""
        declared, kind = self.w.units.get(role), ROLES.get(role)
        if declared is not None:
            return declared
        if s.kind in ("counter", "delta"):
            if kind == "seconds":
                self._wrong_unit(role, f"`{s.name[:60]}` is a counter, and `{role}` is a time")
            return Unit(1.0, f"{s.unit} per second" if s.unit and not kind else "per second", counter=s.kind == "counter")
        unit = unit_in_export(s.unit)
        if kind and s.unit and (unit is None or unit.name != kind) and not (kind == "per second" and unit is None):
            self._wrong_unit(role, f"`{s.name[:60]}` is counted in `{s.unit[:40]}`, and `{role}` {kind}")
        return unit or Unit(1.0, kind or s.unit)

    def _wrong_unit(self, role: str, message: str) -> None:
        span = self.w.columns[role].span if role in self.w.columns else self.w.span
        cure = "Name another series; or say what the values are, where the export is wrong: `units: {latency: ms}`."
        self.faults.add("FB055", span, f"{message}.", cure)

    def _values(self, role: str, s: Series) -> tuple[array[float], array[float]]:
        """Times and values, a counter as its rate; what is infinite is left empty, what is negative or too large is a fault."""
        values, infinite = s.values, 0
        if not all(-_MOST <= v <= _MOST or v != v for v in values):
            infinite = sum(map(math.isinf, values))
            values = array("d", [math.nan if math.isinf(v) else v for v in values])
        floor = 0.0 if role in ROLES else -_MOST
        bad = [i for i, v in enumerate(values) if v < floor or v > _MOST]
        if bad:
            more = f", and so are {len(bad) - 1} others" if len(bad) > 1 else ""
            what = "below 0" if values[bad[0]] < 0 else "too large"
            message = f"`{values[bad[0]]:g}` is {what}, which `{role}` cannot be{more}."
            self._told += 1
            span = s.locate(bad[0]) if self._told <= _PLACES else self.w.columns[role].span
            self.faults.add("FB054", span, message, "Name another series, or correct the query.")
        if infinite:
            message = f"{infinite} samples of `{role}` are infinite: they are left empty."
            self.faults.note("FB058", message, "A division by 0 in the query does that.")
        if not self.units[role].counter:
            return s.times, values
        counter = Counter()
        rates = counter.rates(s.times, values)
        resets = f"{counter.resets} reset{'' if counter.resets == 1 else 's'} in it"
        message = f"`{role}` is the counter `{s.title[:80]}`, so it became a rate: {resets}."
        self.faults.note("FB058", message, "At a reset the rate is a lower bound. Where it is no counter, say its unit.")
        return s.times, rates
