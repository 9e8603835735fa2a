"""Which files of a folder are postmortems, and which folders are cases: names only, nothing is read."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.scanner import visible

__all__ = ["MOST", "PACKAGES", "Found", "find_postmortems", "folders", "is_markdown"]

MOST = 20_000
PACKAGES = frozenset({"node_modules", "vendor", "venv", "site-packages", "__pycache__", "dist", "build"})
"""Folders of what others wrote, or of what was built."""
_SUFFIXES = (".md", ".markdown")
_NO_ACCOUNT = (
    "readme",
    "license",
    "licence",
    "contributing",
    "changelog",
    "code_of_conduct",
    "security",
    "index",
    "_index",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A postmortem, or a case (its `case.yaml`). `named`: the user named this very file; `root` is the path that he gave."""

    path: Path
    root: Path
    is_case: bool = False
    named: bool = False

    @property
    def place(self) -> Path:
        """The text, or the folder of the case."""
        return self.path.parent if self.is_case else self.path


def is_markdown(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES)


def folders(root: Path, without: Collection[str] = ()) -> Iterator[tuple[Path, list[str], list[str]]]:
    """As `os.walk`: every folder with the names of those in it (empty the list to go no further down) and of its files, in the order of
    the names. Links to folders are not followed; what begins with a dot is left out, as are the folders that `without` names."""
    for at, inner, files in os.walk(root):
        inner[:] = sorted(d for d in inner if not d.startswith(".") and d not in without)
        yield Path(at), inner, sorted(f for f in files if not f.startswith("."))


def find_postmortems(paths: Iterable[Path]) -> list[Found]:
    """What is under these paths, each once, in the order of the paths and then of the names. Links to folders are not followed, and
    what begins with a dot is left out, as is a file whose name says that it is no account (README). Raises `InputError`."""
    paths = list(paths)
    missing = [
        _finding(p, "no such file or directory.", "Name a postmortem, a case, or a folder of them.")
        for p in paths
        if not p.exists()
    ]
    if missing:
        raise InputError(missing)
    out: dict[Path, Found] = {}
    for root in paths:
        for f in _under(root):
            out.setdefault(_real(f.path), f)
            if len(out) > MOST:
                raise _fault(root, f"more than {MOST:,} postmortems lie under this path.", "Name a folder further down.")
    return list(out.values())


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links: who reads it says so
        return path.absolute()


def _under(root: Path) -> Iterator[Found]:
    if not root.is_dir():
        yield Found(root, root, root.suffix.lower() in (".yaml", ".yml"), True)
        return
    if (root / "case.yaml").is_file():
        yield Found(root / "case.yaml", root, True, True)
        return
    for folder, inner, files in folders(root):
        if "case.yaml" in files:
            inner[:] = []  # what else lies in a case belongs to it
            yield Found(folder / "case.yaml", root, True)
            continue
        for name in files:
            if is_markdown(name) and os.path.splitext(name)[0].lower() not in _NO_ACCOUNT:
                yield Found(folder / name, root)


def _fault(path: Path, message: str, cure: str) -> InputError:
    return InputError([_finding(path, message, cure)])


def _finding(path: Path, message: str, cure: str) -> Finding:
    return Finding("FB081", Severity.ERROR, message, cure, Span(visible(str(path)), 1, 1))
