"""Settings: `fuelbed.toml`, or `[tool.fuelbed]` of `pyproject.toml`, looked for from a file upwards. All faults at once, with their places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from fuelbed.core.document import DocumentKind
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.json_schema import titled
from fuelbed.core.scanner import did_you_mean, visible
from fuelbed.core.settings import ReviewSettings
from fuelbed.core.source import Source
from fuelbed.readers.files import FileFault, read_bounded

__all__ = ["NAME", "find_settings", "read_settings", "settings_schema"]

NAME = "fuelbed.toml"
_PYPROJECT = "pyproject.toml"
_MAX_BYTES = 1_000_000
_DIGITS = "it holds a number of more digits than can be read"
_DEEPEST = 100  # folders that are looked in
_FAIL_ON = ("note", "warning", "error", "never")
_KINDS: tuple[str, ...] = get_args(DocumentKind)
_CODES = {"type": "array", "items": {"type": "string", "pattern": "^[A-Za-z]{2}[0-9]{0,3}$"}}
_GLOBS = {"type": "array", "items": {"type": "string", "minLength": 1}}
_REVIEW: Mapping[str, tuple[dict[str, Any], str]] = {
    "select": (_CODES, "Only these rules: codes, or their beginnings."),
    "ignore": (_CODES, "Without these rules."),
    "extend-ignore": (_CODES, "Without these, too."),
    "extend-select": (_CODES, "These too, beside those that are on by themselves."),
    "preview": ({"type": "boolean"}, "Whether rules of stability `preview` run."),
    "fail-on": ({"enum": list(_FAIL_ON)}, "Exit 1 on findings at or above this."),
    "baseline": ({"type": "string"}, "File of known findings, in the folder of the settings or below."),
    "answers": (
        {"type": "string"},
        "Folder of answers of a model, a/b.json about a/b.md, in the folder of the settings or below.",
    ),
    "exclude": (_GLOBS, "Files that are left out where a folder is reviewed."),
    "per-file-ignores": ({"type": "object", "additionalProperties": _CODES}, "Glob -> rules that are left out there."),
    "kinds": ({"type": "object", "additionalProperties": {"enum": list(_KINDS)}}, "Glob -> kind of document."),
}


def settings_schema() -> dict[str, Any]:
    """JSON Schema of `fuelbed.toml` (or of `[tool.fuelbed]`)."""
    review = {k: {**shape, "description": what} for k, (shape, what) in _REVIEW.items()}
    table = {"type": "object", "properties": review, "additionalProperties": False}
    return titled("Fuelbed settings", {"type": "object", "properties": {"review": table}, "additionalProperties": False})


def find_settings(start: Path) -> Path | None:
    """The nearest `fuelbed.toml`, or `pyproject.toml` with a table for Fuelbed, from the folder of `start` upwards to the top of the repository."""
    folder = start if start.is_dir() else start.parent
    try:
        folder = folder.resolve()
    except (OSError, RuntimeError):
        return None
    for _ in range(_DEEPEST):
        if (folder / NAME).is_file():
            return folder / NAME
        if (folder / _PYPROJECT).is_file() and _has_table(folder / _PYPROJECT):
            return folder / _PYPROJECT
        if (folder / ".git").exists() or folder == folder.parent or folder == Path.home():
            return None
        folder = folder.parent
    return None


def _has_table(path: Path) -> bool:
    """By its bytes, so that a fault elsewhere in somebody's `pyproject.toml` is not ours to report."""
    try:
        return re.search(rb"(?m)^\s*\[\s*tool\s*\.\s*fuelbed\b", read_bounded(path, str(path), _MAX_BYTES)) is not None
    except (FileFault, OSError, ValueError):
        return False


def read_settings(path: Path, codes: Collection[str]) -> ReviewSettings:
    """The settings of one file; `codes` are those of all rules. Raises `InputError` with every fault."""
    shown = visible(str(path))
    try:
        text = read_bounded(path.resolve(), shown, _MAX_BYTES).decode("utf-8-sig")
    except FileFault as e:
        raise InputError([_plain(shown, e.message, e.cure)]) from None
    except UnicodeDecodeError:
        raise InputError([_plain(shown, "the file is not UTF-8.", "Save it as UTF-8.")]) from None
    except (OSError, RuntimeError, ValueError):
        raise InputError([_plain(shown, "the file cannot be read.", "Name a TOML file.")]) from None
    try:
        data = tomllib.loads(text)
    except (RecursionError, ValueError) as e:  # a number of thousands of digits is a plain ValueError
        said = str(e) if isinstance(e, tomllib.TOMLDecodeError | RecursionError) else _DIGITS
        raise InputError([_syntax(text, shown, said)]) from None
    return _Reader(text, shown, codes, path).read(data)


def _plain(shown: str, message: str, cure: str) -> Finding:
    return Finding("FB180", Severity.ERROR, message, cure, Span(shown, 1, 1))


def _syntax(text: str, shown: str, said: str) -> Finding:
    at = re.search(r"\(at line (\d+), column (\d+)\)", said)
    lines = Source(text, shown)
    end = lines.span(len(text), len(text))
    long = re.search(r"[0-9_]{4000,}", text) if said == _DIGITS else None
    end = lines.span(long.start(), long.end()) if long else end
    line, column = (int(at[1]), int(at[2])) if at else (end.line, end.column)
    what = re.sub(r"\s*\(at .*\)", "", said).rstrip(".") or "it is nested too deep"
    return Finding(
        "FB180", Severity.ERROR, f"this is no TOML: {what[:1].lower()}{what[1:]}.", "Correct the line.", Span(shown, line, column)
    )


class _Reader:
    """One walk over the settings that notes every fault."""

    def __init__(self, text: str, shown: str, codes: Collection[str], path: Path) -> None:
        self.text, self.codes, self.path, self.file = _masked(text), tuple(codes), path, shown
        self.source = Source(text, shown)
        self.findings: list[Finding] = []
        self.prefix: tuple[str, ...] = ("tool", "fuelbed") if path.name == _PYPROJECT else ()

    def read(self, data: Mapping[str, Any]) -> ReviewSettings:
        for part in self.prefix:
            inner = data.get(part, {})
            data = inner if isinstance(inner, dict) else {}
        for key in data:
            if key != "review":
                self._unknown((), key, ("review",), "table")
        table = data.get("review", {})
        if not isinstance(table, dict):
            self._wrong((), "review", "a table: write `[review]`", table)
            table = {}
        for key in table:
            if key not in _REVIEW:
                self._unknown(("review",), key, _REVIEW, "setting")
        settings = self._settings(table)
        if self.findings:
            raise InputError(self.findings)
        return settings

    def _settings(self, t: Mapping[str, Any]) -> ReviewSettings:
        at = ("review",)
        fail_on, preview = t.get("fail-on", ""), t.get("preview", True)
        if fail_on != "" and fail_on not in _FAIL_ON:
            self._wrong(at, "fail-on", f"one of {', '.join(_FAIL_ON)}", fail_on)
        if not isinstance(preview, bool):
            self._wrong(at, "preview", "true or false", preview)
        return ReviewSettings(
            self._codes(at, "select", t.get("select", [])),
            (*self._codes(at, "ignore", t.get("ignore", [])), *self._codes(at, "extend-ignore", t.get("extend-ignore", []))),
            self._codes(at, "extend-select", t.get("extend-select", [])),
            tuple((g, self._codes((*at, "per-file-ignores"), g, v)) for g, v in self._table(at, "per-file-ignores", t)),
            tuple((g, self._kind((*at, "kinds"), g, v)) for g, v in self._table(at, "kinds", t)),
            self._texts(at, "exclude", t.get("exclude", [])),
            preview is True,
            fail_on if isinstance(fail_on, str) else "",
            self._inside(at, "baseline", "file", t.get("baseline", "")),
            self._inside(at, "answers", "folder", t.get("answers", "")),
            str(self.path.resolve().parent),
            self.file,
        )

    def _table(self, at: tuple[str, ...], key: str, t: Mapping[str, Any]) -> list[tuple[str, Any]]:
        value = t.get(key, {})
        if isinstance(value, dict):
            return list(value.items())
        self._wrong(at, key, f"a table: write `[{'.'.join((*at, key))}]`", value)
        return []

    def _texts(self, at: tuple[str, ...], key: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(v, str) and v for v in value):
            return tuple(value)
        self._wrong(at, key, 'a list of texts: ["a", "b"]', value)
        return ()

    def _codes(self, at: tuple[str, ...], key: str, value: Any) -> tuple[str, ...]:
        found = self._texts(at, key, value)
        for c in found:
            if not any(k.startswith(c.upper()) for k in self.codes):
                cure = did_you_mean(c.upper(), self.codes) or "`fuelbed explain` lists them."
                self._say("FB183", self._value(at, key, c), f"no rule's code begins with `{c[:40]}`.", cure)
        return tuple(c.upper() for c in found)

    def _kind(self, at: tuple[str, ...], key: str, value: Any) -> DocumentKind:
        if value not in _KINDS:
            self._wrong(at, key, f"one of {', '.join(_KINDS)}", value)
            return "reliability"
        kind: DocumentKind = value
        return kind

    def _inside(self, at: tuple[str, ...], key: str, what: str, value: Any) -> str:
        """A path that stays in the folder: settings may come from a stranger's branch, and baseline and answers are written."""
        if value == "":
            return ""
        fine = isinstance(value, str) and not Path(value).is_absolute() and ".." not in Path(value).parts and "\0" not in value
        if fine:
            folder = self.path.resolve().parent
            try:
                fine = (folder / value).resolve().is_relative_to(folder)
            except (OSError, RuntimeError, ValueError):
                fine = False
        if not fine:
            self._wrong(at, key, f"a {what} in the folder of the settings, or below", value)
            return ""
        return str(value)

    # ---- faults and their places ---------------------------------------------------------------------------------------------

    def _say(self, code: str, span: Span, message: str, cure: str) -> None:
        self.findings.append(Finding(code, Severity.ERROR, visible(message), visible(cure), span))

    def _unknown(self, at: tuple[str, ...], key: str, known: Collection[str], what: str) -> None:
        cure = did_you_mean(key, known) or f"There are: {', '.join(known)}."
        self._say("FB181", self._key(at, key), f"there is no {what} `{key[:60]}`.", cure)

    def _wrong(self, at: tuple[str, ...], key: str, wants: str, value: Any) -> None:
        self._say("FB182", self._key(at, key), f"`{key[:60]}` is {wants}, not {_shown(value)}.", f"Write {wants}.")

    def _key(self, at: tuple[str, ...], key: str) -> Span:
        return self._span(self._place((*self.prefix, *at), key))

    def _value(self, at: tuple[str, ...], key: str, value: str) -> Span:
        """The text `value` behind its key."""
        start, end = self._place((*self.prefix, *at), key)
        m = re.compile(rf"[\"']{re.escape(value.translate(_MARKS))}[\"']").search(self.text, end)
        return self._span((m.start(), m.end()) if m else (start, end))

    def _span(self, place: tuple[int, int]) -> Span:
        return self.source.span(*place)

    def _place(self, table: Sequence[str], key: str) -> tuple[int, int]:
        """Where a key stands under its table: `tomllib` tells no places. The table's header where the key is not found (inline tables)."""
        best = (0, 0)
        for header, begin, end in _tables(self.text):
            if header == (*table, key):
                return begin, end
            if header != tuple(table) and header != tuple(table[: len(header)]):
                continue
            inside = [*table[len(header) :], key]
            last = _next_header(self.text, end)
            m = _key_pattern(inside).search(self.text, end, last)
            outer = _key_pattern(inside[:-1]).search(self.text, end, last) if m is None and len(inside) > 1 else None
            if outer is not None:  # an inline table: the key stands behind the brace
                m = _key_pattern([key]).search(self.text, outer.end(), last)
                best = outer.span(1)
            if m:
                return m.span(1)
            best = best if outer is not None else (begin, end)
        return best


_TOKEN = re.compile(r"\"\"\"(?:\\.|[^\\])*?\"{3,5}|'''.*?'{3,5}|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|#[^\n]*", re.DOTALL)
_MARKS = str.maketrans(dict.fromkeys("=,.{}[]#", "\1"))


def _masked(text: str) -> str:
    """As long as the text, which is TOML: without comments and texts of several lines, and in other texts no mark that means something outside."""

    def hide(m: re.Match[str]) -> str:
        said = m[0]
        return " " * len(said) if said[0] == "#" else "\1" * len(said) if said[:3] in ('"""', "'''") else said.translate(_MARKS)

    return _TOKEN.sub(hide, text)


_HEADER = re.compile(r"(?m)^[ \t]*\[{1,2}[ \t]*([^\]\r\n#]{1,300}?)[ \t]*\]")


def _tables(text: str) -> list[tuple[tuple[str, ...], int, int]]:
    """Each header's name in parts with its place; the text before the first is the table without a name."""
    out: list[tuple[tuple[str, ...], int, int]] = [((), 0, 0)]
    for m in _HEADER.finditer(text):
        parts = tuple(p.strip().strip("\"'") for p in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\"']+", m[1]))
        out.append((parts, m.start(), m.end()))
    return out


def _next_header(text: str, at: int) -> int:
    m = _HEADER.search(text, at)
    return m.start() if m else len(text)


def _key_pattern(parts: Sequence[str]) -> re.Pattern[str]:
    """A key, dotted where it is told so, at the beginning of a line or of an inline table's entry."""
    hidden = [re.escape(p.translate(_MARKS)) for p in parts]
    dotted = r"[ \t]{0,9}\.[ \t]{0,9}".join(rf"(?:{re.escape(p)}|\"{h}\"|'{h}')" for p, h in zip(parts, hidden, strict=True))
    return re.compile(rf"(?m)(?:^|[{{,])[ \t]{{0,99}}({dotted})[ \t]{{0,9}}=")


def _plain_text(value: Any) -> str:
    """A list or a table may hold what cannot be written out."""
    try:
        return str(value)
    except (ValueError, RecursionError):
        return "what cannot be written out"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, int) and abs(value) >= 10**60:
        text = "a number of many digits"  # Python refuses to write out thousands of them
    else:
        text = str(value).lower() if isinstance(value, bool) else _plain_text(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
