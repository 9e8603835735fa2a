"""A cache of entries and a full-text index, in one SQLite file: derived, and safe to delete at any time.

An entry is kept under the hash of its content and the version of the rules that read it, so a changed text or a changed rule is read anew. A file that is no
cache of ours, or is broken or locked, is left out with a word; nothing depends on it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from fuelbed import __version__
from fuelbed.core.errors import FuelbedError
from fuelbed.core.hints import visible

__all__ = ["Cache", "Hit", "default_file", "digest", "rules_version"]

_SCHEMA = 1
_READ_BY = (
    "core",
    "text",
    "text/lexicon",
    "engines/lint",
    "engines/lint/rules",
    "drafting",
    "drafting/answer",
    "reviewing",
    "corpus",
)
_MARK = 0x46424C43  # "FBLC", SQLite's application_id


@dataclass(frozen=True, slots=True)
class Hit:
    """A piece of a text that holds the words: the digest of the text, the line where the piece begins, and the words around."""

    digest: str
    line: int
    quote: str


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@lru_cache(maxsize=1)
def rules_version() -> str:
    """A hash of all that decides how a text is read: another lexicon or rule reads the texts anew."""
    h = hashlib.sha256(f"{__version__} {_SCHEMA}".encode())
    root = files("fuelbed")
    for folder in _READ_BY:
        at = root
        for part in folder.split("/"):
            at = at / part
        for f in sorted((f for f in at.iterdir() if f.name.endswith((".py", ".toml"))), key=lambda f: f.name):
            h.update(f.name.encode() + b"\0" + f.read_bytes())
    return h.hexdigest()[:16]


def default_file() -> Path:
    """In the user's folder for caches."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    return Path(base if base.startswith("/") else Path.home() / ".cache") / "fuelbed" / "corpus.sqlite"


class Cache:
    """file None: in memory, for this run. `note` says why a file was not used, "" where it was."""

    def __init__(self, file: Path | None) -> None:
        self.note = ""
        self._db = self._opened(file) or _fresh(sqlite3.connect(":memory:"))

    def _opened(self, file: Path | None) -> sqlite3.Connection | None:
        if file is None:
            return None
        db = None
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(file, timeout=2.0)
            mark = db.execute("PRAGMA application_id").fetchone()[0]
            empty = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
            if not empty and mark != _MARK:
                self.note = f"{file} is a database of something else and was left alone"
                db.close()
                return None
            if not empty and db.execute("PRAGMA user_version").fetchone()[0] != _SCHEMA:
                _dropped(db)
            return _fresh(db)
        except (sqlite3.Error, OSError, ValueError) as e:  # ValueError: names in it that are no UTF-8
            if db is not None:
                with contextlib.suppress(sqlite3.Error):
                    db.close()
            self.note = f"the cache {file} could not be used ({' '.join(str(e).split())}); everything was read anew"
            return None

    def entries(self, digests: Sequence[str]) -> dict[str, str]:
        """Digest -> packed entry, of those that are there for these rules."""
        out: dict[str, str] = {}
        version = rules_version()
        with contextlib.suppress(sqlite3.Error):
            for d in digests:
                row = self._db.execute("SELECT entry FROM entries WHERE digest = ? AND version = ?", (d, version)).fetchone()
                if row is not None and isinstance(row[0], str):
                    out[d] = row[0]
        return out

    def put(self, rows: Iterable[tuple[str, str, Sequence[tuple[int, str]]]]) -> None:
        """(digest, packed entry, its pieces with their lines); what another run writes at the same time is not waited for."""
        try:
            with self._db:
                for d, entry, pieces in rows:
                    self._db.execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", (d, rules_version(), entry))
                    self._db.execute("DELETE FROM pieces WHERE digest = ?", (d,))
                    self._db.executemany("INSERT INTO pieces VALUES (?, ?, ?)", [(d, n, text) for n, text in pieces])
        except sqlite3.Error as e:
            self.note = self.note or f"the cache could not be written ({' '.join(str(e).split())})"

    def search(self, words: str, digests: Iterable[str], most: int) -> list[Hit]:
        """The pieces of these texts that hold every word (or a beginning `wo*`, or a "phrase"), best first by BM25."""
        wanted = frozenset(digests)
        query = _query(words)
        if not query:
            return []
        try:
            rows = self._db.execute(
                "SELECT digest, line, snippet(pieces, 2, '', '', ' ... ', 24) FROM pieces WHERE pieces MATCH ? ORDER BY bm25(pieces)",
                (query,),
            )
            return list(_first(rows, wanted, most))
        except (sqlite3.Error, ValueError, TypeError) as e:  # damage that shows only where it is looked at
            why = " ".join(str(e).split())
            raise FuelbedError(visible(f"the cache cannot be searched ({why}): delete it, or search with --no-cache")) from None

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._db.close()


def _first(rows: Iterable[tuple[str, int, str]], wanted: frozenset[str], most: int) -> Iterator[Hit]:
    n = 0
    for d, line, quote in rows:
        if d in wanted:
            yield Hit(d, int(line), " ".join(quote.split()))
            n += 1
            if n >= most:
                return


def _query(words: str) -> str:
    """Words, phrases in quotes and beginnings with a star, all of them wanted; nothing else of SQLite's query language gets through."""
    parts = []
    for m in re.finditer(r'"([^"]{1,200})"|([\w*\'-]{1,100})', words[:1000]):
        text = m[1] or m[2]
        star = "*" if m[2] and m[2].endswith("*") else ""
        plain = " ".join(re.findall(r"\w+", text))
        if plain:
            parts.append(f'"{plain}"{star}')
    return " ".join(parts)


def _fresh(db: sqlite3.Connection) -> sqlite3.Connection:
    db.execute(f"PRAGMA application_id = {_MARK}")
    db.execute(f"PRAGMA user_version = {_SCHEMA}")
    db.execute(
        "CREATE TABLE IF NOT EXISTS entries (digest TEXT, version TEXT, entry TEXT, PRIMARY KEY (digest, version)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS pieces USING fts5 (digest UNINDEXED, line UNINDEXED, text, tokenize = 'porter unicode61')"
    )
    db.commit()
    return db


def _dropped(db: sqlite3.Connection) -> None:
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('entries', 'pieces')").fetchall():
        db.execute(f"DROP TABLE {name}")
