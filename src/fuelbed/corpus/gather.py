"""Folders -> entries: every Markdown text and case below them, read on all cores (by a model's kept answer where there is one), from the cache where nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from fuelbed.core.errors import FuelbedError, InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.options import Spread
from fuelbed.core.scanner import visible
from fuelbed.corpus.cache import Cache, digest
from fuelbed.corpus.entry import Entry, of_case, of_reading, of_text, packed, unpacked
from fuelbed.readers.case import read_case
from fuelbed.readers.files import some_texts
from fuelbed.readers.postmortem import decode_text, read_bytes
from fuelbed.readers.postmortems import PACKAGES, folders, is_markdown
from fuelbed.reviewing.answers import Keeps, document_of, judge, tells_something
from fuelbed.text.read import read
from fuelbed.text.redaction import Redactor

__all__ = ["Gathered", "gather", "paths"]

_MOST = 50_000
_CHUNK = 16  # texts that are read in one go


@dataclass(eq=False)
class Gathered:
    """entries in the order of their names; digests: of each entry's text; faults: files that could not be read, each with its reason; answered: texts
    read by an answer of a model, and not by words."""

    entries: list[Entry] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)  # digest -> the first file with it
    faults: list[Finding] = field(default_factory=list)
    same: list[tuple[str, str]] = field(default_factory=list)  # (copy, first)
    cached: int = 0
    answered: int = 0


class _Text(NamedTuple):
    """A file, the digest of all that decides how it is read, its text, and the answer about it (in the file `by`), None where there is none."""

    file: str
    digest: str
    text: str
    answer: bytes | None = None
    by: str = ""


def paths(named: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Markdown files, and `case.yaml` of case folders (whose narrative is read with it), each with what was named. Links to folders are not followed."""
    for top in named:
        if not top.is_dir():
            yield top, top
            continue
        for at, _, names in folders(top, PACKAGES):
            if "case.yaml" in names:
                yield at / "case.yaml", top
                continue
            yield from ((at / n, top) for n in names if is_markdown(n))


def gather(
    named: Sequence[Path], cache: Cache, spread: Spread | None = None, hide: Redactor | None = None, keeps: Keeps | None = None
) -> Gathered:
    """Every document and case below the paths that are named. One that cannot be read is a fault and stops nothing; neither does an answer with faults, whose
    text is read by words. keeps: of a text and what was named to find it, where the answer about it is kept."""
    out = Gathered()
    texts: list[_Text] = []
    cases: list[tuple[int, Path]] = []
    order: list[Entry | None] = []
    place: dict[int, int] = {}
    seen: dict[str, str] = {}
    for n, (path, top) in enumerate(paths(named)):
        if n >= _MOST:
            raise FuelbedError(f"more than {_MOST:,} files. Name folders below it")
        if path.name in ("case.yaml", "case.yml"):
            cases.append((len(order), path))
            order.append(None)
        elif (text := _text(path, top, seen, out, hide, keeps)) is not None:
            place[len(texts)] = len(order)
            texts.append(text)
            order.append(None)
    for i, entry in enumerate(_read(texts, cache, spread, out)):
        order[place[i]] = entry
    for at, path in cases:
        order[at] = _case(path, out, hide)
    out.entries = [e for e in order if e is not None]
    return out


def _text(path: Path, top: Path, seen: dict[str, str], out: Gathered, hide: Redactor | None, keeps: Keeps | None) -> _Text | None:
    """A file with the answer about it; None where it cannot be read, or is a copy of one of those `seen` (content -> file). Both are told in `out`."""
    try:
        data = read_bytes(path)
        text = decode_text(data, visible(str(path)))
    except InputError as e:
        out.faults += e.findings
        return None
    content = digest(data)
    if content in seen:
        out.same.append((str(path), seen[content]))
        return None
    seen[content] = str(path)
    kept = keeps(path, top) if keeps is not None else None
    answer = kept.read() if kept is not None else None
    if isinstance(answer, Finding):
        out.faults.append(answer)
        answer = None
    also = (answer,) if answer is not None else ()
    # a date may be read from the name of the file; what is hidden in the text is hidden in the cache too
    d = digest(b"\0".join((path.name.encode("utf-8", "replace"), b"hidden" if hide is not None else b"", data, *also)))
    out.digests[d] = str(path)
    return _Text(str(path), d, hide(text) if hide is not None else text, answer, str(kept.file) if kept is not None else "")


def _read(texts: Sequence[_Text], cache: Cache, spread: Spread | None, out: Gathered) -> list[Entry]:
    """From the cache, the rest anew in chunks that may be worked out elsewhere."""
    known = cache.entries([t.digest for t in texts])
    found: dict[str, Entry] = {}
    for t in texts:
        if t.digest in known:
            try:
                found[t.digest] = unpacked(known[t.digest], t.file)
            except (ValueError, TypeError, KeyError):
                continue
            out.answered += t.answer is not None
    out.cached = len(found)
    todo = [t for t in texts if t.digest not in found]
    chunks = [todo[i : i + _CHUNK] for i in range(0, len(todo), _CHUNK)]
    sizes = [float(sum(len(t.text) for t in c) + 1) for c in chunks]
    done = [_chunk(c) for c in chunks] if spread is None else spread(_chunk, chunks, sizes)
    rows = []
    for c, told in zip(chunks, done, strict=True):
        for t, (e, faults) in zip(c, told, strict=True):
            found[t.digest] = e
            if faults:  # not kept, so that they are told the next time, too
                out.faults += faults
            else:
                rows.append((t.digest, packed(e), _pieces(t.text)))
                out.answered += t.answer is not None
    if rows:
        cache.put(rows)
    return [found[t.digest] for t in texts]


def _chunk(texts: Sequence[_Text]) -> list[tuple[Entry, Sequence[Finding]]]:
    return [_entry(t) for t in texts]


def _entry(t: _Text) -> tuple[Entry, Sequence[Finding]]:
    """By the answer where there is one without faults, else by words; and the answer's faults."""
    faults: Sequence[Finding] = ()
    if t.answer is not None:
        seen = document_of(t.text, t.file)
        judged = judge(t.answer, t.by, seen)
        if judged.draft is not None and tells_something(seen):
            return of_reading(judged.draft.reading, shown=read(t.text, t.file)), ()
        faults = judged.findings
    return of_text(t.text, t.file), faults


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
