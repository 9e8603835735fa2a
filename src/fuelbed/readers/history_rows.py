"""What a reader of one outside format hands over for `evidence.history` and `evidence.traces`: rows and notes, with their places.

`readers/history.py` opens the file, knows its digest and builds the `FailureLog`; `readers/dependencies.py` does so for a
`DependencyGraph`. What stands between gathers the open streams of an entry, and gives the rows below:

    readers/trackers/__init__.py
        FORMATS: tuple[str, ...]  # the words of `format`: pagerduty, opsgenie, statuspage, github
        export = Export(form, only, names); export.add(stream, faults) for each file; export.finish(faults) -> FailureRows
    readers/graphs/__init__.py
        FORMATS: tuple[str, ...]  # otlp, jaeger, backstage, petshop, csv
        graph = Graph(form); graph.add(stream, faults) for each file; graph.finish(faults) -> GraphRows

`form` is "" where the case gives none: then the reader sees it by what the file holds, and says the formats where it cannot.
`only` holds the values that the case writes under each key, with their places; the reader checks its keys, as they are the format's.
`names` is what the file calls a component -> what the case calls it, and notes which of them it met.
A fault of one row goes to `faults.add(code, place, message, cure)` (counted; it raises `TooManyHere`, which the caller catches), a fault
that ends the reading is raised as a `SheetFault` with its line and column. What is left out is told in `notes`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fuelbed.core.findings import Span
from fuelbed.core.scanner import did_you_mean
from fuelbed.readers.fields import Fields, Reading

__all__ = ["FailureRow", "FailureRows", "GraphRows", "Names", "names_of"]


@dataclass(slots=True)
class Names:
    """`components` of an entry: what the file calls a component -> what the case calls it. A name that is not there stays as it is."""

    inside: dict[str, str] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)

    def __contains__(self, outside: str) -> bool:
        return outside in self.inside

    def __getitem__(self, outside: str) -> str:
        if outside in self.inside:
            self.met.add(outside)
            return self.inside[outside]
        return outside

    def tell(self, r: Reading, file: str, known: Iterable[str]) -> None:
        """Warns of names that the file does not have: a misspelt one maps nothing."""
        there = list(known)
        for name in (n for n in self.inside if n not in self.met):
            named = ", ".join(f"`{x[:40]}`" for x in there[:8])
            cure = did_you_mean(name, there) or f"It names {named}{' and others' if len(there) > 8 else ''}."
            message = f"`components` maps `{name[:60]}`, which `{file[:80]}` does not name."
            r.warn("FB168", self.spans[name], message, cure)


def names_of(r: Reading, f: Fields) -> Names:
    """`components` of an entry of `history` or `traces`."""
    out = Names()
    section = f.section("components")
    for key, entry in section.entries.items() if section is not None else ():
        if name := r.text(entry.value, key):
            out.inside[key], out.spans[key] = name, entry.key.span
    return out


@dataclass(frozen=True, slots=True)
class FailureRow:
    """One failure of one component; an incident with three services is three rows.

    start, end  seconds since 1970-01-01 UTC; `end` is `nan` where nobody wrote when it ended (or it is still open).
    name        its identifier or title, "" where it has none.
    """

    component: str
    start: float
    end: float = math.nan
    name: str = ""


@dataclass(slots=True)
class FailureRows:
    """What an export holds, in any order.

    components  known to the export though none of its rows may name them (services that were listed): they were watched.
    notes       sentences on what was left out or taken for something, each with its full stop.
    zoned       whether every time named its zone; one that did not was read as UTC.
    """

    rows: list[FailureRow] = field(default_factory=list)
    components: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    zoned: bool = True


@dataclass(slots=True)
class GraphRows:
    """Nodes in order of first appearance, and (dependant, what it depends on) -> calls seen (1 where none are counted)."""

    nodes: list[str] = field(default_factory=list)
    edges: Mapping[tuple[str, str], int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
