"""What the entries of `evidence.metrics` and `evidence.events` have in common: how they are named, their zone, the faults of a file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fuelbed.core.findings import Severity, Span
from fuelbed.core.scanner import did_you_mean, is_identifier, visible
from fuelbed.readers.clock import parse_zone
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.yaml import Map, Node, Scalar, Seq

__all__ = [
    "MAX_FILE_FAULTS",
    "FileFaults",
    "TooManyHere",
    "called_file",
    "entries_of",
    "find_header",
    "is_empty_cell",
    "name_of",
    "short",
    "zone_of",
]

MAX_FILE_FAULTS = 100
_EMPTY = frozenset(("", "nan", "null", "na", "n/a", "none", "-"))


def entries_of(node: Node | None, keys: Collection[str], needs: Collection[str]) -> list[tuple[str, Scalar | None, Node]]:
    """The entries: one, a list of them, or a mapping of named ones; each (name or "", key, node).

    A mapping is one entry where it has a key of `needs`, or no key that is not in `keys`.
    """
    if node is None:
        return []
    if isinstance(node, Seq):
        return [("", None, item) for item in node.items]
    if isinstance(node, Map) and node.entries and not set(node.entries) <= set(keys) and not set(node.entries) & set(needs):
        return [(k, e.key, e.value) for k, e in node.entries.items()]
    return [("", None, node)]


def called_file(node: Node) -> Scalar | None:
    """The key of an entry that is called `file`: a mapping of entries with it reads as one entry. None where there is none."""
    entry = node.entries.get("file") if isinstance(node, Map) else None
    return entry.key if entry is not None and isinstance(entry.value, Map) else None


def name_of(file: str, otherwise: str) -> str:
    """The file without its ending as a snake_case name, `otherwise` where that is none."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in PurePosixPath(file).stem.lower()).split()
    name = "_".join(words)
    return name if is_identifier(name) else otherwise


def zone_of(r: Reading, f: Fields) -> str:
    """`zone` of an entry, "" where it has none or a wrong one."""
    zone = f.text("zone")
    if zone and parse_zone(zone) is None:
        cure = "Write `zone: UTC` or an offset such as `+02:00`."
        r.error("FB055", f.span_of("zone"), f"`{zone[:60]}` is no zone.", cure)
        return ""
    return zone


class TooManyHere(Exception):
    """Enough faults of one file."""


@dataclass(slots=True)
class FileFaults:
    """The faults of one file that an entry at `span` names: counted, so that a file of another kind does not fill a screen."""

    r: Reading
    file: str
    span: Span
    count: int = 0

    def add(self, code: str, span: Span | None, message: str, cure: str) -> None:
        """Raises `TooManyHere` at the last one that is told."""
        self.r.error(code, span, message, cure)
        self.count += 1
        if self.count >= MAX_FILE_FAULTS:
            self.r.error("FB052", span, f"{MAX_FILE_FAULTS} faults in this file: the rest is not read.", "Correct these first.")
            raise TooManyHere

    def note(self, code: str, message: str, cure: str, span: Span | None = None) -> None:
        self.r.warn(code, span or self.span, message, cure, Severity.NOTE)

    @property
    def shown(self) -> str:
        """The file beside the case, so that an editor finds it."""
        return visible(str(PurePosixPath(Path(self.r.file).parent.as_posix()) / self.file))


def find_header(faults: FileFaults, header: list[str], name: str, span: Span | None, head: Span, what: str) -> int:
    """Where a header stands; -1 after a fault. `head` is the place of the header line."""
    found = [i for i, h in enumerate(header) if h == name]
    if len(found) == 1:
        return found[0]
    if found:
        faults.add("FB053", head, f"the header `{name[:60]}` stands there twice.", "Rename one of the two.")
    else:
        cure = did_you_mean(name, header) or f"Headers are: {', '.join(h[:40] for h in header[:20])}."
        faults.add("FB053", span, f"`{faults.file[:80]}` has no column `{name[:60]}` for {what}.", cure)
    return -1


def is_empty_cell(cell: object) -> bool:
    """Whether a cell says that nothing was measured."""
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in _EMPTY)


def short(cell: object) -> str:
    """A cell for a message."""
    text = "" if cell is None else str(cell)
    return text if len(text) <= 40 else text[:40] + "..."
