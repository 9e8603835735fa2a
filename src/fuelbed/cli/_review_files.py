"""Which files `fuelbed review` reads, and under which settings: the nearest `fuelbed.toml` or `pyproject.toml` of each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fuelbed.cli.common import opened_document, refuse, refuse_all, tell
from fuelbed.core.document import Document
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding
from fuelbed.core.settings import ReviewSettings, matches
from fuelbed.readers.postmortems import PACKAGES, folders, is_markdown

if TYPE_CHECKING:
    from fuelbed.text.redaction import Redactor

__all__ = ["Found", "Settings", "documents", "postmortems"]

_MOST = 20_000  # files of one run


@dataclass(frozen=True, eq=False)
class Found:
    """A document with its settings, and its path as seen from them; its file, and what was named to find it."""

    document: Document
    settings: ReviewSettings
    path: str
    file: Path
    named: Path


@dataclass(eq=False)
class Settings:
    """Settings by folder, each file read once. fixed: the one file that was named; `none`: no settings at all. faults: of files that
    could not be read; they are told, and the others did not wait for them."""

    codes: Sequence[str]
    fixed: Path | None = None
    none: bool = False
    faults: list[Finding] = field(default_factory=list)
    _of: dict[Path, ReviewSettings] = field(default_factory=dict)
    _read: dict[Path | None, ReviewSettings] = field(default_factory=lambda: {None: ReviewSettings()})

    def of(self, path: Path) -> ReviewSettings:
        """Those of a file or folder; leaves with code 2 where they are at fault."""
        if self.none:
            return self._read[None]
        folder = path if path.is_dir() else path.parent
        if folder not in self._of:
            from fuelbed.readers.settings import find_settings

            self._of[folder] = self._load(self.fixed or find_settings(folder))
        return self._of[folder]

    def keeps_answers(self, path: Path) -> bool:
        """Whether the settings of a text name a folder of answers."""
        return str(path) != "-" and bool(self.of(path).answers)

    def _load(self, file: Path | None) -> ReviewSettings:
        if file not in self._read:
            from fuelbed.readers.settings import read_settings

            assert file is not None
            try:
                self._read[file] = read_settings(file, self.codes)
            except InputError as e:
                refuse_all(e)
        return self._read[file]


def seen_from(path: Path, settings: ReviewSettings) -> str:
    """The path with `/`, from the folder of the settings (from here where there are none)."""
    base = settings.folder or os.getcwd()
    return os.path.relpath(os.path.realpath(path), os.path.realpath(base)).replace(os.sep, "/")


def postmortems(named: Sequence[Path], settings: Settings) -> dict[Path, Path]:
    """Files as they were named; of a folder all Markdown below it that is not left out, in the order of their names. Each with what was named."""
    out: dict[Path, Path] = {}
    for path in named:
        found = [path]
        if str(path) != "-" and path.is_dir():
            found = list(_below(path, settings))
            if not found:
                refuse(f"{path}: no Markdown file below it. Name a file, or a folder with .md files that no setting excludes.")
        for file in found:
            out.setdefault(file, path)
    if len(out) > _MOST:
        refuse(f"more than {_MOST:,} files. Name folders below it.")
    return out


def _below(folder: Path, settings: Settings) -> Iterator[Path]:
    for at, _, files in folders(folder, PACKAGES):
        for path in (at / name for name in files if is_markdown(name)):
            s = settings.of(path)
            seen = seen_from(path, s)
            if not any(matches(glob, seen) for glob in s.exclude):
                yield path


def documents(paths: Mapping[Path, Path], settings: Settings, hide: Redactor | None = None) -> Iterator[Found]:
    """Each read, with the kind that its settings give it where its own front matter gives none."""
    for path, named in paths.items():
        try:
            document = opened_document(path, hide)
        except InputError as e:  # told, and the others are reviewed all the same
            tell(e.findings)
            settings.faults += e.findings
            continue
        s = ReviewSettings() if str(path) == "-" else settings.of(path)
        seen = "" if str(path) == "-" else seen_from(path, s)
        kind = s.kind(seen) if seen else None
        if kind is not None and not {"fuelbed-kind", "kind"} & set(document.front):
            from fuelbed.text.read import read

            document = read(document.source.text, document.source.file, kind)
        yield Found(document, s, seen, path, named)
