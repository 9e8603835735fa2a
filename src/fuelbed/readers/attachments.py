"""What a case carries beside its model: the narrative, evidence files, the system, sources, and the sections of other engines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fuelbed.core.errors import InputError
from fuelbed.core.evidence import EventsTable, MetricsTable
from fuelbed.core.findings import Severity
from fuelbed.core.history import DependencyGraph, FailureLog, IncidentTable
from fuelbed.readers.asked import asked_columns
from fuelbed.readers.entries import ENTRY_KEYS, called_file, declared_names, entries_of
from fuelbed.readers.events import read_events
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.files import FileFault, Progress, check_file, check_relative, digest, resolve_inside
from fuelbed.readers.metrics import read_metrics
from fuelbed.readers.postmortem import read_text
from fuelbed.readers.references import names_in
from fuelbed.readers.yaml import Map, Node, Seq, plain

__all__ = ["ENGINE_SECTIONS", "EVIDENCE_ROLES", "SYSTEM_KEYS", "Attachments"]

ENGINE_SECTIONS = (
    "dynamics", "signals", "seen", "hypotheses", "invariants", "control_structure", "coupling", "threshold", "lint",
    "exposure", "assets", "zones", "attribution",
)  # fmt: skip
"""Top-level sections that engines own."""
_READ = (
    "dynamics",
    "signals",
    "seen",
    "hypotheses",
    "invariants",
    "control_structure",
    "exposure",
    "assets",
    "zones",
    "threshold",
    "coupling",
    "attribution",
)  # read into types of core, whichever engine uses them
SYSTEM_KEYS = ("components", "layers", "zones", "owners", "depends_on")
_SEVERAL = ("metrics", "history", "traces")  # an entry may name several files
_TABLES = ("metrics", "events", "history", "incidents", "traces")  # read, and not only named
_LACKING: Mapping[str, str] = {
    "history": "Add `file: outages.csv`, or `from: an entry of metrics` and `rules`.",
    "incidents": "Add `file: incidents.csv`, or `rows`.",
    "traces": "Add `file: traces.json`.",
}
EVIDENCE_ROLES = ("metrics", "history", "incidents", "events", "traces", "kev", "epss")


@dataclass(slots=True)
class Attachments:
    """Reads them; `inputs` collects the digest of every file, `unread` the sections whose engine is not built yet."""

    r: Reading
    root: Path | None
    inputs: dict[str, str]
    unread: list[str] = field(default_factory=list)
    progress: Progress | None = None

    def narrative(self, f: Fields) -> str:
        return self._file(f.node_of("narrative"), "narrative")

    def narrative_text(self, name: str) -> str | None:
        """The text of the narrative; None without a folder, and for what is no text of at most 1 MB: a case may name a scan."""
        if self.root is None or name not in self.inputs:
            return None
        try:
            return read_text(resolve_inside(self.root, name))
        except (InputError, FileFault):
            return None

    def _file(self, node: Node | None, what: str, later: bool = False) -> str:
        """The file that a text names, with its digest in `inputs`; `later`: who reads the file puts it there."""
        if node is None:
            return ""
        text = self.r.text(node, what)
        if not text:
            return ""
        try:
            check_relative(text)
            if self.root is not None and later:
                check_file(resolve_inside(self.root, text), text)
                self.inputs.setdefault(text, "")
            elif self.root is not None:
                self.inputs[text] = digest(resolve_inside(self.root, text), text)
        except FileFault as e:
            self.r.error(e.code, node.span, e.message, e.cure)
        return text

    def evidence(self, f: Fields) -> dict[str, Any]:
        section = f.section("evidence")
        if section is None:
            return {}
        self.r.check_keys(section, EVIDENCE_ROLES, "`evidence`")
        for role, entry in section.entries.items():
            for item in self._entries(role, entry.value):
                if _is_in_case(role, item):
                    continue
                if isinstance(item, Map):
                    if (key := called_file(item)) is not None:
                        cure = f"Give it another name: `{role[:60]}: {{record: {{file: ...}}}}`."
                        self.r.error("FB018", key.span, "an entry cannot be called `file`, which is a key of entries.", cure)
                    elif "file" in item.entries:
                        file = item.entries["file"].value
                        for one in file.items if role in _SEVERAL and isinstance(file, Seq) else [file]:
                            self._file(one, "file", role in _TABLES)
                    else:
                        cure = _LACKING.get(role, "Add `file: metrics.csv`.")
                        self.r.error("FB017", item.span, f"this `{role[:60]}` evidence has no `file`.", cure)
                else:
                    self._file(item, role, role in _TABLES)
        return {k: plain(e.value) for k, e in section.entries.items()}

    def _entries(self, role: str, node: Node) -> list[Node]:
        if role in ENTRY_KEYS:
            return [item for _, _, item in entries_of(role, node)]
        return list(node.items) if isinstance(node, Seq) else [node]

    def metrics(self, f: Fields) -> dict[str, MetricsTable]:
        """The tables of `evidence.metrics`; call it after `evidence`, which says which files can be opened."""
        node = _role(f, "metrics")
        asked = asked_columns(f.node_of("invariants"), node, _role(f, "history"))
        return read_metrics(self.r, node, self.root, self.inputs, self.progress, asked)

    def events(self, f: Fields) -> dict[str, EventsTable]:
        """The tables of `evidence.events`; call it after `evidence`."""
        return read_events(self.r, _role(f, "events"), self.root, self.inputs, self.progress)

    def history(self, f: Fields, metrics: Mapping[str, MetricsTable]) -> dict[str, FailureLog]:
        """The logs of `evidence.history`; call it after `evidence` and `metrics`."""
        if (node := _role(f, "history")) is None:
            return {}
        from fuelbed.readers.history import About, read_history  # with all its formats a tenth of what reading a small case takes

        known = [*names_in(f, "system.components"), *_mapped(f)] if names_in(f, "system.components") else []
        about = About(metrics, declared_names(f, "metrics"), known)
        return read_history(self.r, node, self.root, self.inputs, about, self.progress)

    def incidents(self, f: Fields) -> dict[str, IncidentTable]:
        """The tables of `evidence.incidents`; call it after `evidence`."""
        if (node := _role(f, "incidents")) is None:
            return {}
        from fuelbed.readers.incidents import read_incidents

        return read_incidents(self.r, node, self.root, self.inputs, self.progress)

    def dependencies(self, f: Fields) -> dict[str, DependencyGraph]:
        """The graphs of `evidence.traces`; call it after `evidence`."""
        if (node := _role(f, "traces")) is None:
            return {}
        from fuelbed.readers.dependencies import read_dependencies

        return read_dependencies(self.r, node, self.root, self.inputs, self.progress)

    def event_labels(self, f: Fields, read: Mapping[str, EventsTable]) -> set[str] | None:
        """What `event(...)` of a formula may name; None where an entry of `evidence.events` could not be read."""
        complete = len(entries_of("events", _role(f, "events"))) == len(read)
        return {label for table in read.values() for label in table.labels} if complete else None

    def system(self, f: Fields) -> dict[str, Any]:
        section = f.section("system")
        if section is None:
            return {}
        self.r.check_keys(section, SYSTEM_KEYS, "`system`")
        return {k: plain(e.value) for k, e in section.entries.items()}

    def _sources(self, node: Node) -> None:
        if not isinstance(node, Seq):
            self.r.wrong(node, "`sources` is a list.", "Write `- {id: s1, address: ..., what: ...}`.")
            return
        ids: set[str] = set()
        for item in node.items:
            body = self.r.mapping(item, "a source", "Write `{id: s1, address: ..., what: ...}`.")
            if body is not None:
                self.r.check_keys(body, ("id", "address", "what"), "a source")
                source = Fields(self.r, body)
                name, _, _ = (source.text(key) for key in ("id", "address", "what"))
                if name and name in ids:
                    self.r.error("FB018", source.span_of("id"), f"two sources are called `{name[:60]}`.", "Rename one.")
                ids.add(name)

    def sections(self, top: Map, built: frozenset[str]) -> dict[str, Any]:
        """Plain data of what core does not read itself; `sources` and `summary` travel with it."""
        out: dict[str, Any] = {}
        for key, entry in top.entries.items():
            if key == "sources":
                self._sources(entry.value)
            elif key == "summary":
                self.r.text(entry.value, "summary")
            elif key not in ENGINE_SECTIONS:
                continue
            elif key not in built and key not in _READ:
                self.unread.append(key)
                message, cure = f"no engine reads `{key}` in this version yet.", "It is kept, and changes no result."
                self.r.warn("FB070", entry.key.span, message, cure, Severity.NOTE)
            out[key] = plain(entry.value)
        return out


def _role(f: Fields, role: str) -> Node | None:
    """What stands under a role of `evidence`."""
    section = f.node_of("evidence")
    entry = section.entries.get(role) if isinstance(section, Map) else None
    return entry.value if entry else None


def _is_in_case(role: str, item: Node) -> bool:
    """Whether an entry is written in the case itself, or made of another entry: it names no file."""
    keys = [k for k in ("rows", "from") if k in ENTRY_KEYS.get(role, ())]
    return (isinstance(item, Seq) and "rows" in keys) or (isinstance(item, Map) and any(k in item.entries for k in keys))


def _mapped(f: Fields) -> list[str]:
    """Components of a log that `coupling.components` says the factor of."""
    section = f.node_of("coupling")
    entry = section.entries.get("components") if isinstance(section, Map) else None
    return list(entry.value.entries) if entry is not None and isinstance(entry.value, Map) else []
