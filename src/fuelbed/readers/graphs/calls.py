"""Spans of any tracing system -> who calls whom: an edge where a span's parent is of another service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fuelbed.core.shown import counted
from fuelbed.readers.history_rows import GraphRows
from fuelbed.readers.sheets import SheetFault

__all__ = ["MAX_SPANS", "Calls", "Span", "far_end"]

MAX_SPANS = 3_000_000
_FAR = (
    "peer.service",
    "server.address",
    "net.peer.name",
    "db.system",
    "db.system.name",
    "messaging.destination.name",
    "messaging.system",
)
"""Attributes that name what a call goes to, the best first (OpenTelemetry semantic conventions, and their older names)."""


@dataclass(frozen=True, slots=True)
class Span:
    """far: the name of what a call goes to, "" where it is no call or tells none."""

    trace: str
    parent: str
    service: int
    far: str = ""


def far_end(attributes: Mapping[str, str]) -> str:
    return next((attributes[k] for k in _FAR if attributes.get(k)), "")


@dataclass(slots=True)
class Calls:
    """Gathers the spans of one file; `finish` joins them, in whatever order they came."""

    services: dict[str, int] = field(default_factory=dict)
    spans: dict[tuple[str, str], Span] = field(default_factory=dict)
    left: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen: int = 0

    def service(self, name: str) -> int:
        return self.services.setdefault(name, len(self.services))

    def add(self, trace: str, known: str, span: Span) -> None:
        """A span that stands there twice (an exporter that tried again) counts once."""
        self.seen += 1
        if len(self.spans) >= MAX_SPANS:
            raise SheetFault(f"the file has more than {MAX_SPANS:,} spans.", "Cut it to fewer hours.", "FB056")
        self.spans.setdefault((trace, known), span)

    def finish(self) -> GraphRows:
        names = list(self.services)
        edges: Counter[tuple[str, str]] = Counter()
        answered: set[tuple[str, str]] = set()
        lost = 0
        for span in self.spans.values():
            if not span.parent:
                continue
            above = self.spans.get((span.trace, span.parent))
            if above is None:
                lost += 1
            elif above.service != span.service:
                edges[names[above.service], names[span.service]] += 1
                answered.add((span.trace, span.parent))
        for key, span in self.spans.items():
            if span.far and key not in answered and span.far != names[span.service]:
                edges[names[span.service], span.far] += 1
        nodes = dict.fromkeys([*names, *(far for _, far in edges)])
        notes = [f"{counted(n, what)} {words}." for (what, words), n in self.left.items()]
        if lost:
            notes.insert(0, f"the parents of {lost:,} of {len(self.spans):,} spans are not there: who called them is not known.")
        if self.seen > len(self.spans):
            notes.append(f"{counted(self.seen - len(self.spans), 'span')} stood there twice, and counted once.")
        return GraphRows(list(nodes), dict(edges), notes)
