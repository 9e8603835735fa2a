"""What an entry of `evidence.metrics` asks of its file: columns by role, units, how rows are kept, the times of the trigger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fuelbed.core.evidence import ROLES
from fuelbed.core.findings import Span
from fuelbed.core.numbers import SECONDS, unit_of_time
from fuelbed.core.scanner import did_you_mean
from fuelbed.readers.clock import CLOCKS
from fuelbed.readers.entries import Entry, zone_of
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.gathering import KEEPS
from fuelbed.readers.yaml import Map, Scalar

__all__ = ["FORMATS", "Unit", "Wanted", "read_wanted", "unit_of"]

FORMATS = ("csv", "parquet", "prometheus", "openmetrics", "otlp")


@dataclass(frozen=True, slots=True)
class Unit:
    """factor: to the canonical unit `name`. per_row: cells are counts of one row. counter: they only grow, and start again from 0."""

    factor: float
    name: str
    per_row: bool = False
    counter: bool = False


@dataclass(slots=True)
class Wanted:
    """`columns` is empty where the case does not say which (`named` is then False): those are read whose header is a role.

    asked: columns that invariants name; where a header is called so it is read too, under its own name.
    """

    name: str
    files: list[Scalar]
    form: str = ""
    time: str = ""
    time_span: Span | None = None
    clock: str = ""
    zone: str = ""
    columns: dict[str, Scalar] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    keeps: dict[str, str] = field(default_factory=dict)
    keep: str = "mean"
    every: float = 0.0
    every_span: Span | None = None
    trigger: list[tuple[str, Span]] = field(default_factory=list)
    of_tables: list[tuple[str, Span | None]] = field(default_factory=list)  # keys that only CSV and Parquet have a use for
    named: bool = False
    asked: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The first, which stands for all in messages and in the table."""
        return self.files[0].text

    @property
    def span(self) -> Span:
        return self.files[0].span

    def keep_of(self, role: str) -> str:
        return self.keeps.get(role, self.keep)

    def unit_of(self, role: str) -> Unit:
        return self.units.get(role) or Unit(1.0, ROLES.get(role, ""))


def read_wanted(r: Reading, entry: Entry, asked: Mapping[str, tuple[str, ...]]) -> Wanted:
    """asked: what invariants name, by entry."""
    f = entry.f
    w = Wanted(entry.name, entry.files, f.choice("format", FORMATS, ""), asked=asked.get(entry.name, ()))
    w.time, w.time_span = f.text("time"), f.span_of("time")
    w.clock, w.zone = f.choice("clock", CLOCKS, ""), zone_of(r, f)
    w.of_tables = [(k, f.node.entries[k].key.span) for k in ("time", "clock", "zone") if k in f]
    _columns(r, f, w)
    _units(r, f, w)
    _kept(r, f, w)
    _trigger(r, f, w)
    return w


def _columns(r: Reading, f: Fields, w: Wanted) -> None:
    section = f.section("columns")
    for role, entry in (section.entries if section else {}).items():
        w.named = True
        if r.identifier(entry.key, "column") and r.text(entry.value, role) and isinstance(entry.value, Scalar):
            w.columns[role] = entry.value


def _is_column(r: Reading, w: Wanted, role: str, key: Scalar, what: str) -> bool:
    if not w.named or role in w.columns or role in w.asked:
        return True
    cure = did_you_mean(role, w.columns) or f"Columns are: {', '.join(w.columns)}."
    r.error("FB014", key.span, f"`{what}` names `{role[:60]}`, which is no column here.", cure)
    return False


def _units(r: Reading, f: Fields, w: Wanted) -> None:
    section = f.section("units")
    for role, entry in (section.entries if section else {}).items():
        if not _is_column(r, w, role, entry.key, "units"):
            continue
        unit = unit_of(role, r.text(entry.value, role))
        if unit is None:
            cure = "Write `per second`, `per minute`, `per row` (a count of each row), `counter` or, for a time, `ms` or `s`."
            r.error("FB055", entry.value.span, f"this is no unit for `{role[:60]}`.", cure)
        else:
            w.units[role] = unit


def unit_of(role: str, text: str) -> Unit | None:
    """The unit that a text names, None where it is none for this role."""
    words = text.strip().lower()
    kind = ROLES.get(role)
    if words in ("counter", "per row", "per sample") and kind in (None, "per second"):
        return Unit(1.0, "per second", per_row=words != "counter", counter=words == "counter")
    if words.startswith(("per ", "/")) and kind in (None, "per second"):
        per = unit_of_time(words.removeprefix("per ").removeprefix("/").strip())
        return Unit(1 / SECONDS[per], "per second") if per else None
    time = unit_of_time(words)
    if time and kind in (None, "seconds"):
        return Unit(SECONDS[time], "seconds")
    return Unit(1.0, text.strip()) if kind is None else None


def _kept(r: Reading, f: Fields, w: Wanted) -> None:
    """`keep` and `every`: what a stretch of time keeps of its rows, and how long it is."""
    node = f.node_of("keep")
    if isinstance(node, Map):
        for role, entry in node.entries.items():
            if _is_column(r, w, role, entry.key, "keep") and (word := r.choice(entry.value, "keep", KEEPS)):
                w.keeps[role] = word
    elif node is not None:
        w.keep = r.choice(node, "keep", KEEPS) or "mean"
    q, w.every_span = f.quantity("every", "time"), f.span_of("every")
    if q is not None and (q.kind != "point" or q.low < 1e-6):
        r.error("FB055", w.every_span, "`every` is one length of time above 0.", "Write `every: 1 min`.")
    elif q is not None:
        w.every = q.low


def _trigger(r: Reading, f: Fields, w: Wanted) -> None:
    section = f.section("trigger")
    if section is None:
        return
    r.check_keys(section, ("start", "end"), "`trigger`")
    if "start" not in section.entries:
        r.error("FB017", section.span, "`trigger` has no `start`.", "Write `trigger: {start: 2026-01-31T10:00:00Z, end: ...}`.")
        return
    for key in ("start", "end"):
        if key in section.entries and (text := r.text(section.entries[key].value, key)):
            w.trigger.append((text, section.entries[key].value.span))
