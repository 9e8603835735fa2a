"""What the records of an export become, whatever tool wrote it: rows, and a count of what was left out and why."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fuelbed.core.scanner import did_you_mean
from fuelbed.core.shown import counted
from fuelbed.readers.entries import FileFaults
from fuelbed.readers.history_rows import FailureRow, FailureRows, Names
from fuelbed.readers.json_items import JsonItem
from fuelbed.readers.yaml import Scalar

__all__ = ["Log", "label_components"]

_KNOWN = 1_000  # values of a field that are kept for a hint
_TOLD = 8
_PREFIXES = frozenset(("component", "comp", "area", "service", "system", "subsystem", "app", "module"))


@dataclass(slots=True)
class Log:
    """Gathers the rows of an export.

    one    what a record is called in a message: incident, issue, alert.
    only   of these fields, a record has to have one of these values (letters of either case).
    names  what the file calls a component, a label or a service -> what the case calls it.
    left   why records were left out -> how many. told: what else is said of records, `{}` for their number.
    titles  what the file itself says of identifiers that stand for components.
    """

    one: str
    only: Mapping[str, Sequence[Scalar]] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    rows: FailureRows = field(default_factory=FailureRows)
    records: int = 0
    left: Counter[str] = field(default_factory=Counter)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    titles: dict[str, str] = field(default_factory=dict)
    _ids: set[str] = field(default_factory=set)
    _values: dict[str, dict[str, None]] = field(default_factory=dict)
    _matched: set[str] = field(default_factory=set)
    _nameless: str = ""

    def is_new(self, record: JsonItem, *keys: str) -> bool:
        """Counts a record; False where one of its identifier was there already, as pages that moved while they were fetched repeat some."""
        self.records += 1
        known = record.text(*keys)
        if known and known in self._ids:
            self.left["they stand there twice"] += 1
            return False
        self._ids.add(known)
        return True

    def wants(self, fields: Mapping[str, Iterable[str]]) -> bool:
        """Whether a record with these values is asked for by `only`."""
        for key, wanted in self.only.items():
            have = list(fields.get(key, ()))
            known = self._values.setdefault(key, {})
            if len(known) < _KNOWN:
                known.update(dict.fromkeys(have))
            if not {x.lower() for x in have} & {s.text.lower() for s in wanted}:
                said = " or ".join(f"`{s.text[:40]}`" for s in wanted)
                self.left[f"their {key} is not {said}"] += 1
                return False
            self._matched.add(key)
        return True

    def add(self, record: JsonItem, components: Iterable[str], start: float, end: float, name: str, ended_by: str) -> None:
        """A failure of each component. ended_by: the field that a wrong end stands in."""
        if end < start:
            message = f"this {self.one} ends before it starts."
            record.fault(ended_by, "FB160", message, "Correct its times where they were written, or leave it out.")
            return
        named = dict.fromkeys(components)
        self.rows.rows += [FailureRow(component, start, end, name) for component in named]
        if not named:
            self._nameless = self._nameless or name
            self.left["they name no component"] += 1

    def start_of(self, record: JsonItem, *keys: str) -> float:
        """When it began; nan after a fault: no failure is without a start."""
        before = record.found.count
        start = record.at(*keys)
        if math.isnan(start) and record.found.count == before:
            cure = "Export it with that field, as the documentation of this format shows."
            record.fault(keys[0], "FB055", f"this has no `{keys[-1]}`: nobody knows when it began.", cure)
        return start

    def watch(self, components: Iterable[str]) -> None:
        """Components that the export lists apart: they would have been logged."""
        self.rows.components += components

    def finish(self, hint: str, faults: FileFaults) -> FailureRows:
        """The rows, after a look whether anything is left. hint: how a record names its component."""
        if not self.rows.rows and self.records and not faults.count:
            self._nothing(hint, faults)
        self.rows.notes += [f"{counted(n, self.one)} left out: {why}." for why, n in self.left.items()]
        self.rows.notes += [f"{counted(n, what)} {words}." for (what, words), n in self.told.items()]
        for k, row in enumerate(self.rows.rows):
            called = self.names[self.titles.get(row.component, row.component)]
            if called != row.component:
                self.rows.rows[k] = replace(row, component=called)
        self.rows.components = [self.names[c] for c in self.rows.components]
        return self.rows

    def _nothing(self, hint: str, faults: FileFaults) -> None:
        """Not one failure: what is most likely wrong is told."""
        for key, wanted in self.only.items():
            if key not in self._matched:
                values = list(self._values.get(key, ()))
                said = ", ".join(v[:40] for v in values[:_TOLD]) or f"no {self.one} has one"
                cure = did_you_mean(wanted[0].text, values) if wanted else ""
                message = f"none of {counted(self.records, self.one)} has the {key} that `only` asks for."
                faults.add("FB166", wanted[0].span if wanted else None, message, cure or f"There are: {said}.")
                return
        if self._nameless:
            message = f"none of {counted(self.records, self.one)} names its component, such as `{self._nameless[:60]}`."
            faults.add("FB166", faults.span, message, hint)


def label_components(labels: Iterable[str], names: Names) -> list[str]:
    """The components that labels or tags name: those that the case maps, and what follows `component:`, `area/`, `service=` and the like."""
    out: dict[str, None] = {}
    for label in labels:
        cut = min((k for k in map(label.find, ":/=") if k > 0), default=0)
        if label in names:
            out[label] = None
        elif cut and label[:cut].strip().lower() in _PREFIXES and (rest := label[cut + 1 :].strip()):
            out[rest] = None
    return list(out)
