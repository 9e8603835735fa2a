"""What a case carries beside its model: the narrative, evidence files, the system, sources, and the sections of other engines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fuelbed.core.errors import InputError
from fuelbed.core.evidence import EventsTable, MetricsTable
from fuelbed.core.findings import Severity
from fuelbed.readers.asked import asked_columns
from fuelbed.readers.entries import called_file
from fuelbed.readers.events import events_entries, read_events
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.files import FileFault, Progress, check_file, check_relative, digest, resolve_inside
from fuelbed.readers.metrics import metrics_entries, read_metrics
from fuelbed.readers.postmortem import read_text
from fuelbed.readers.yaml import Map, Node, Seq, plain

__all__ = ["ENGINE_SECTIONS", "EVIDENCE_ROLES", "SYSTEM_KEYS", "Attachments"]

ENGINE_SECTIONS = (
    "dynamics", "signals", "seen", "hypotheses", "invariants", "control_structure", "coupling", "history", "threshold", "lint",
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
)  # read into types of core, whichever engine uses them
SYSTEM_KEYS = ("components", "layers", "zones", "owners", "depends_on")
_TABLES = ("metrics", "events")  # read, and not only named
EVIDENCE_ROLES = ("metrics", "history", "events", "traces", "kev", "epss")


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
                if role == "events" and (isinstance(item, Seq) or (isinstance(item, Map) and "rows" in item.entries)):
                    continue  # written in the case itself
                if isinstance(item, Map):
                    if (key := called_file(item)) is not None:
                        cure = f"Give it another name: `{role[:60]}: {{record: {{file: ...}}}}`."
                        self.r.error("FB018", key.span, "an entry cannot be called `file`, which is a key of entries.", cure)
                    elif "file" in item.entries:
                        file = item.entries["file"].value
                        for one in file.items if role == "metrics" and isinstance(file, Seq) else [file]:
                            self._file(one, "file", role in _TABLES)
                    else:
                        self.r.error(
                            "FB017", item.span, f"this `{role[:60]}` evidence has no `file`.", "Add `file: metrics.csv`."
                        )
                else:
                    self._file(item, role, role in _TABLES)
        return {k: plain(e.value) for k, e in section.entries.items()}

    def _entries(self, role: str, node: Node) -> list[Node]:
        if role == "metrics":
            return [item for _, _, item in metrics_entries(node)]
        if role == "events":
            return [item for _, _, item in events_entries(node)]
        return list(node.items) if isinstance(node, Seq) else [node]

    def metrics(self, f: Fields) -> dict[str, MetricsTable]:
        """The tables of `evidence.metrics`; call it after `evidence`, which says which files can be opened."""
        section = f.node_of("evidence")
        entry = section.entries.get("metrics") if isinstance(section, Map) else None
        node = entry.value if entry else None
        asked = asked_columns(f.node_of("invariants"), node)
        return read_metrics(self.r, node, self.root, self.inputs, self.progress, asked)

    def events(self, f: Fields) -> dict[str, EventsTable]:
        """The tables of `evidence.events`; call it after `evidence`."""
        section = f.node_of("evidence")
        entry = section.entries.get("events") if isinstance(section, Map) else None
        return read_events(self.r, entry.value if entry else None, self.root, self.inputs, self.progress)

    def event_labels(self, f: Fields, read: Mapping[str, EventsTable]) -> set[str] | None:
        """What `event(...)` of a formula may name; None where an entry of `evidence.events` could not be read."""
        section = f.node_of("evidence")
        entry = section.entries.get("events") if isinstance(section, Map) else None
        complete = len(events_entries(entry.value if entry else None)) == len(read)
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
