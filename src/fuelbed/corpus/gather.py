"""Folders -> entries: every Markdown text and case below them, read on all cores, from the cache where nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fuelbed.core.errors import FuelbedError, InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.options import Spread
from fuelbed.core.scanner import visible
from fuelbed.corpus.cache import Cache, digest
from fuelbed.corpus.entry import Entry, of_case, of_text, packed, unpacked
from fuelbed.readers.case import read_case
from fuelbed.readers.files import some_texts
from fuelbed.readers.postmortem import decode_text, read_bytes
from fuelbed.readers.postmortems import PACKAGES, folders, is_markdown
from fuelbed.text.redaction import Redactor

__all__ = ["Gathered", "gather", "paths"]

_MOST = 50_000
_CHUNK = 16  # texts that are read in one go


@dataclass(eq=False)
class Gathered:
    """entries in the order of their names; digests: of each entry's text; faults: files that could not be read, each with its reason."""

    entries: list[Entry] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)  # digest -> the first file with it
    faults: list[Finding] = field(default_factory=list)
    same: list[tuple[str, str]] = field(default_factory=list)  # (copy, first)
    cached: int = 0


def paths(named: Sequence[Path]) -> Iterator[Path]:
    """Markdown files, and `case.yaml` of case folders (whose narrative is read with it). Links to folders are not followed."""
    for top in named:
        if not top.is_dir():
            yield top
            continue
        for at, _, names in folders(top, PACKAGES):
            if "case.yaml" in names:
                yield at / "case.yaml"
                continue
            yield from (at / n for n in names if is_markdown(n))


def gather(named: Sequence[Path], cache: Cache, spread: Spread | None = None, hide: Redactor | None = None) -> Gathered:
    """Every document and case below the paths that are named. One that cannot be read is a fault and stops nothing."""
    out = Gathered()
    texts: list[tuple[str, str, str]] = []  # file, digest, text
    cases: list[tuple[int, Path]] = []
    order: list[Entry | None] = []
    place: dict[int, int] = {}
    seen: dict[str, str] = {}
    for n, path in enumerate(paths(named)):
        if n >= _MOST:
            raise FuelbedError(f"more than {_MOST:,} files. Name folders below it")
        if path.name in ("case.yaml", "case.yml"):
            cases.append((len(order), path))
            order.append(None)
            continue
        try:
            data = read_bytes(path)
            text = decode_text(data, visible(str(path)))
        except InputError as e:
            out.faults += e.findings
            continue
        content = digest(data)
        if content in seen:
            out.same.append((str(path), seen[content]))
            continue
        seen[content] = str(path)
        # a date may be read from the name of the file; what is hidden in the text is hidden in the cache too
        d = digest(b"\0".join((path.name.encode("utf-8", "replace"), b"hidden" if hide is not None else b"", data)))
        out.digests[d] = str(path)
        place[len(texts)] = len(order)
        texts.append((str(path), d, hide(text) if hide is not None else text))
        order.append(None)
    for i, entry in enumerate(_read(texts, cache, spread, out)):
        order[place[i]] = entry
    for at, path in cases:
        order[at] = _case(path, out, hide)
    out.entries = [e for e in order if e is not None]
    return out


def _read(texts: Sequence[tuple[str, str, str]], cache: Cache, spread: Spread | None, out: Gathered) -> list[Entry]:
    """From the cache, the rest anew in chunks that may be worked out elsewhere."""
    known = cache.entries([d for _, d, _ in texts])
    found: dict[str, Entry] = {}
    for file, d, _ in texts:
        if d in known:
            try:
                found[d] = unpacked(known[d], file)
            except (ValueError, TypeError, KeyError):
                continue
    out.cached = len(found)
    todo = [(file, d, text) for file, d, text in texts if d not in found]
    chunks = [todo[i : i + _CHUNK] for i in range(0, len(todo), _CHUNK)]
    sizes = [float(sum(len(text) for _, _, text in c) + 1) for c in chunks]
    done = [_chunk(c) for c in chunks] if spread is None else spread(_chunk, chunks, sizes)
    rows = []
    for c, entries in zip(chunks, done, strict=True):
        for (_, d, text), e in zip(c, entries, strict=True):
            found[d] = e
            rows.append((d, packed(e), _pieces(text)))
    if rows:
        cache.put(rows)
    return [found[d] for _, d, _ in texts]


def _chunk(texts: Sequence[tuple[str, str, str]]) -> list[Entry]:
    return [of_text(text, file) for file, _, text in texts]


def _pieces(text: str) -> list[tuple[int, str]]:
    """Paragraphs with the line where each begins."""
    out: list[tuple[int, str]] = []
    lines: list[str] = []
    start = 1
    for n, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            if not lines:
                start = n
            lines.append(line.strip())
        elif lines:
            out.append((start, " ".join(lines)))
            lines = []
    return out


def _case(path: Path, out: Gathered, hide: Redactor | None) -> Entry | None:
    try:
        case = read_case(path)
    except InputError as e:
        out.faults += _told(e.findings[:1], path, hide)
        return None
    except (FuelbedError, OSError) as e:
        out.faults += _told([Finding("FB001", Severity.ERROR, f"{e}.", "", Span(str(path), 1, 1))], path, hide)
        return None
    if hide is not None:
        case = hide.within(case)
    file = str(path.parent / case.narrative)
    story = of_text(case.narrative_text, file, case.attribution.without) if case.narrative_text else None
    return of_case(case, case.date.isoformat() if case.date else "", story)


def _told(faults: Sequence[Finding], path: Path, hide: Redactor | None) -> Sequence[Finding]:
    """Faults of a case without the secrets of its files, of which a message may show a part."""
    if hide is None:
        return faults
    for text in some_texts(path.parent):
        hide.learn(text)
    return [replace(f, message=hide.message(f.message), cure=hide.message(f.cure)) for f in faults]
