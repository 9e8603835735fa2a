"""What the entries of `evidence` have in common: how they are named, their zone, the columns and the faults of a file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fuelbed.core.findings import Severity, Span
from fuelbed.core.scanner import did_you_mean, is_identifier, visible
from fuelbed.readers.clock import looks_like_zone, parse_zone, zone_names
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.sheets import Headed
from fuelbed.readers.yaml import Map, Node, Scalar, Seq

__all__ = [
    "ENTRY_KEYS", "MAX_FILE_FAULTS", "Entry", "FileFaults", "TooManyHere", "called_file", "columns_by_role", "declared_names", "entries_of",
    "entry_names", "files_of", "find_header", "is_declared", "is_empty_cell", "name_of", "read_entries", "short", "zone_of",
]  # fmt: skip  # one list

ENTRY_KEYS: Mapping[str, tuple[str, ...]] = {
    "metrics": ("file", "format", "name", "what", "time", "clock", "zone", "columns", "units", "every", "keep", "trigger", "source"),
    "events": ("file", "rows", "name", "what", "time", "columns", "clock", "zone", "source"),
    "history": ("file", "format", "from", "rules", "name", "what", "columns", "clock", "zone", "observed", "watched", "only", "components", "source"),
    "incidents": ("file", "format", "rows", "name", "what", "columns", "clock", "zone", "observed", "factors", "scale", "source"),
    "traces": ("file", "format", "name", "what", "components", "source"),
}  # fmt: skip  # a role a line
"""What an entry may say, by the role of `evidence` that it stands under: the roles whose entries are read, and not only named."""
_SOURCES = ("file", "rows", "from")  # one of them makes a mapping one entry, whatever else it says
MAX_FILE_FAULTS = 100
_EMPTY = frozenset(("", "nan", "null", "na", "n/a", "none", "-"))


def entries_of(role: str, node: Node | None) -> list[tuple[str, Scalar | None, Node]]:
    """The entries: one, a list of them, or a mapping of named ones; each (name or "", key, node).

    A mapping is one entry where it has a key of `_SOURCES`, or no key that an entry cannot have.
    """
    if node is None:
        return []
    if isinstance(node, Seq):
        return [("", None, item) for item in node.items]
    keys = set(ENTRY_KEYS[role])
    if isinstance(node, Map) and node.entries and not set(node.entries) <= keys and not set(node.entries) & keys & set(_SOURCES):
        return [(k, e.key, e.value) for k, e in node.entries.items()]
    return [("", None, node)]


def entry_names(role: str, node: Node | None) -> list[str]:
    """What the entries are called, readable or not: by their key, their `name`, or their file without its ending."""
    out: list[str] = []
    for name, _, item in entries_of(role, node):
        if isinstance(item, Map) and called_file(item) is not None:
            out += item.entries  # a mapping of entries, whose fault is reported with the files
        files = files_of(item)
        given = item.entries["name"].value if isinstance(item, Map) and "name" in item.entries else None
        said = name or (given.text if isinstance(given, Scalar) else "")
        if said or files or (isinstance(item, Map) and set(item.entries) & set(_SOURCES)):
            out.append(said or name_of(files[0].text if files else "", role))
    return out


def declared_names(case: Fields, role: str) -> list[str]:
    """What the entries of `evidence.ROLE` are called: of the fields of a case."""
    evidence = case.node_of("evidence")
    return entry_names(role, evidence.entries[role].value if isinstance(evidence, Map) and role in evidence.entries else None)


def is_declared(r: Reading, code: str, span: Span | None, name: str, known: Collection[str], role: str) -> bool:
    """Whether `evidence.ROLE` declares an entry of that name (`known`); reports the fault where it does not."""
    if name in known:
        return True
    cure = did_you_mean(name, known) or (
        f"Entries are: {', '.join(known)}."[:300] if known else f"Add it under `evidence.{role}`."
    )
    r.error(code, span, f"no entry of `evidence.{role}` is called `{name[:60]}`.", cure)
    return False


def files_of(node: Node) -> list[Scalar]:
    """The files of an entry: itself, its `file`, or a list of them there."""
    file = node.entries.get("file") if isinstance(node, Map) else None
    said = file.value if file is not None else node
    items = said.items if isinstance(said, Seq) and isinstance(node, Map) else [said]
    return [x for x in items if isinstance(x, Scalar) and x.value is not None]


@dataclass(slots=True)
class Entry:
    """One entry: its name and place, the files or rows that it names, and its fields (empty where a text or a list is all of it)."""

    name: str
    span: Span
    f: Fields
    files: list[Scalar] = field(default_factory=list)
    rows: Node | None = None
    source: str = ""

    @property
    def file(self) -> str:
        return self.files[0].text if self.files else ""


def read_entries(r: Reading, role: str, node: Node | None) -> Iterator[Entry]:
    """The entries that name a file, rows or another entry (the others are reported with the files); no two of one name."""
    seen: set[str] = set()
    for name, key, item in entries_of(role, node):
        entry = _entry(r, role, name, key, item)
        if entry is None:
            continue
        if entry.name in seen:
            message = f"two entries of `{role}` are called `{entry.name[:60]}`."
            r.error("FB018", entry.span, message, "Give one another `name`.")
        seen.add(entry.name)
        yield entry


def _entry(r: Reading, role: str, name: str, key: Scalar | None, node: Node) -> Entry | None:
    if key is not None:
        r.identifier(key, "entry")
    files, nothing = files_of(node), Fields(r, Map({}, node.span))
    if isinstance(node, Scalar):
        return Entry(name or name_of(node.text, role), node.span, nothing, files) if files else None
    if isinstance(node, Seq) and key is not None and "rows" in ENTRY_KEYS[role]:
        return Entry(name, key.span, nothing, rows=node)
    if not isinstance(node, Map) or called_file(node) is not None:
        return None
    r.check_keys(node, ENTRY_KEYS[role], f"an entry of `{role}`")
    f = Fields(r, node)
    given = f.node_of("name")
    if isinstance(given, Scalar):
        r.identifier(given, "entry")
    sources = [f.node.entries[k] for k in _SOURCES if k in f and k in ENTRY_KEYS[role]]
    if len(sources) > 1:
        one, other = sources[0].key.text, sources[1].key.text
        message = f"an entry of `{role}` has a `{one}` or `{other}`, not both."
        r.error("FB013", sources[1].value.span, message, "Make two entries of it.")
    if not sources or ("file" in f and not files and len(sources) < 2):
        return None  # reported with the file
    said = name or (given.text if isinstance(given, Scalar) else "") or name_of(files[0].text if files else "", role)
    f.text("what")
    return Entry(said, files[0].span if files else node.span, f, files if "file" in f else [], f.node_of("rows"), f.source())


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
        named = looks_like_zone(zone)  # of what no name looks like nothing is listed
        known = zone_names() if named else frozenset()
        if named and not known:
            message, cure = (
                f"this machine has no table of time zones, so it does not know `{visible(zone[:60])}`.",
                "Install the package tzdata, or write an offset such as `+02:00`.",
            )
        else:
            message = f"`{zone[:60]}` is no zone."
            cure = f"{_like(zone, known)}Write `zone: UTC`, an offset such as `+02:00`, or a name such as `Europe/Berlin`."
        r.error("FB055", f.span_of("zone"), message, cure)
        return ""
    return zone


def _like(zone: str, known: frozenset[str]) -> str:
    from difflib import get_close_matches

    folded = {n.lower(): n for n in known}
    near = get_close_matches(zone.lower()[:60], folded, n=1, cutoff=0.8)
    return f"Did you mean `{folded[near[0]]}`? " if near else ""


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


def columns_by_role(
    faults: FileFaults, sheet: Headed, said: Mapping[str, tuple[str, Span | None]], usual: Mapping[str, tuple[str, ...]]
) -> dict[str, int]:
    """role -> where its column stands (-1 after a fault): the header that the case says, else the first usual one that there is."""
    out: dict[str, int] = {}
    folded = [h.strip().lower().replace(" ", "_").replace("-", "_") for h in sheet.header]
    for role, headers in usual.items():
        name, span = said.get(role, ("", None))
        if name:
            out[role] = find_header(faults, sheet.header, name, span, sheet.head(0), f"`{role}`")
        elif (found := next((h for h in headers if h in folded), None)) is not None:
            out[role] = folded.index(found)
    return out


def is_empty_cell(cell: object) -> bool:
    """Whether a cell says that nothing was measured."""
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in _EMPTY)


def short(cell: object) -> str:
    """A cell for a message."""
    text = "" if cell is None else str(cell)
    return text if len(text) <= 40 else text[:40] + "..."
