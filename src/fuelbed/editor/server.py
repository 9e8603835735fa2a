"""The language server: diagnostics as one types, what a rule means under the cursor, and comments and sections to insert.

Speaks the Language Server Protocol 3.17 over standard input and output (pygls). It opens no file but the settings and the answers that they name,
starts no process and opens no socket; what it shows is computed by `editor/look.py` from the text that the editor sends.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lsprotocol import types as t
from pygls.lsp.server import LanguageServer

from fuelbed import __version__
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.settings import ReviewSettings
from fuelbed.editor.look import UNITS, Looked, Mark, explained, look
from fuelbed.engines.lint import all_rules
from fuelbed.readers.settings import find_settings, read_settings
from fuelbed.reviewing.answers import Kept
from fuelbed.reviewing.stubs import Insertion

__all__ = ["make_server"]

_LEVELS = {
    Severity.NOTE: t.DiagnosticSeverity.Information,
    Severity.WARNING: t.DiagnosticSeverity.Warning,
    Severity.ERROR: t.DiagnosticSeverity.Error,
}
_PAUSE = 0.1  # seconds
_LONGEST = 1_000_000  # characters of a text that is looked at
_TOO_LONG = Finding("FB002", Severity.NOTE, f"more than {_LONGEST:,} characters: not looked at.", "Split the file.")


class _Open:
    """What was found in the texts that are open, each with its version."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._known: dict[str, tuple[int | None, Looked]] = {}

    def text(self, uri: str) -> tuple[int | None, str] | None:
        """Version and text; None where it is not open (the workspace would read it from the disk)."""
        d = self._server.workspace.text_documents.get(unquote(uri))
        return None if d is None else (d.version, d.source)

    def show(self, uri: str) -> None:
        """Looks at a text and tells the editor."""
        now = self.text(uri)
        if now is None:
            return
        version, text = now
        path = _path(uri)
        settings, faults = _settings(path)
        encoding = str(getattr(self._server.workspace.position_encoding, "value", self._server.workspace.position_encoding))
        if len(text) > _LONGEST:
            text, faults = "", (*faults, _TOO_LONG)
        seen = _from(path, settings)
        kept = Kept.by_settings(settings, seen)
        found = look(text, path.name, settings, seen, encoding if encoding in UNITS else "utf-16", kept)
        self._known[uri] = version, found
        marks = [*map(_diagnostic, found.marks), *map(_told, faults)]
        self._server.text_document_publish_diagnostics(t.PublishDiagnosticsParams(uri, marks, version))

    def of(self, uri: str) -> Looked | None:
        """What stands in the text as it is now: places of an older one would put an edit into the middle of a word."""
        now = self.text(uri)
        if now is None:
            return None
        if uri not in self._known or self._known[uri][0] != now[0]:
            self.show(uri)
        return self._known[uri][1]

    def close(self, uri: str) -> None:
        self._known.pop(uri, None)
        self._server.text_document_publish_diagnostics(t.PublishDiagnosticsParams(uri, []))


def make_server() -> LanguageServer:
    """A server with nothing open; `start_io()` runs it until the editor leaves. Texts come whole: pygls counts other line ends than the protocol.

    One list of what is answered: each function is short, and they share the server and its texts.
    """
    server = LanguageServer("fuelbed", __version__, t.TextDocumentSyncKind.Full)
    texts = _Open(server)

    @server.feature(t.TEXT_DOCUMENT_DID_OPEN)
    def opened(_: LanguageServer, p: t.DidOpenTextDocumentParams) -> None:
        texts.show(p.text_document.uri)

    @server.feature(t.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(_: LanguageServer, p: t.DidChangeTextDocumentParams) -> None:
        """Of quick typing only the last state is looked at."""
        await asyncio.sleep(_PAUSE)
        now = texts.text(p.text_document.uri)
        if now is not None and now[0] == p.text_document.version:
            texts.show(p.text_document.uri)

    @server.feature(t.TEXT_DOCUMENT_DID_SAVE)
    def saved(_: LanguageServer, p: t.DidSaveTextDocumentParams) -> None:
        texts.show(p.text_document.uri)  # settings may have changed meanwhile

    @server.feature(t.TEXT_DOCUMENT_DID_CLOSE)
    def closed(_: LanguageServer, p: t.DidCloseTextDocumentParams) -> None:
        texts.close(p.text_document.uri)

    @server.feature(t.TEXT_DOCUMENT_HOVER)
    def hover(_: LanguageServer, p: t.HoverParams) -> t.Hover | None:
        found = texts.of(p.text_document.uri)
        at = p.position.line, p.position.character
        under = [m for m in found.marks if m.start <= at <= m.end] if found else []
        text = "\n\n---\n\n".join(dict.fromkeys(explained(m.finding.code) for m in under[:5]))
        return t.Hover(t.MarkupContent(t.MarkupKind.Markdown, text), _range(under[0])) if text else None

    @server.feature(
        t.TEXT_DOCUMENT_CODE_ACTION, t.CodeActionOptions(code_action_kinds=[t.CodeActionKind.QuickFix, t.CodeActionKind.Source])
    )
    def actions(_: LanguageServer, p: t.CodeActionParams) -> list[t.CodeAction]:
        found = texts.of(p.text_document.uri)
        wanted = p.context.only
        out = _actions(found, p) if found else []
        return out if wanted is None else [a for a in out if any(_within(a.kind, kind) for kind in wanted)]

    return server


def _within(kind: object, wanted: object) -> bool:
    """Kinds are dotted: `source` holds `source.fixAll`; the empty one holds all."""
    a, b = (str(getattr(k, "value", k)) for k in (kind, wanted))
    return not b or a == b or a.startswith(f"{b}.")


def _actions(found: Looked, p: t.CodeActionParams) -> list[t.CodeAction]:
    uri, first, last = p.text_document.uri, p.range.start, p.range.end
    out = []
    for i, m in enumerate(found.marks):
        touches = m.start <= (last.line, last.character) and (first.line, first.character) <= m.end
        if touches and i in found.silence:
            edit = _edit(uri, found, [found.silence[i]])
            title = f"Ignore {m.finding.code} here (asks for a reason)"
            out.append(t.CodeAction(title, t.CodeActionKind.QuickFix, [_diagnostic(m)], edit=edit))
    if found.missing:
        title = "Add a section for every part of the account that the text leaves open"
        out.append(t.CodeAction(title, t.CodeActionKind.Source, edit=_edit(uri, found, found.missing)))
    return out


def _edit(uri: str, found: Looked, new: Any) -> t.WorkspaceEdit:
    return t.WorkspaceEdit({uri: [_insertion(found, i) for i in new]})


def _insertion(found: Looked, i: Insertion) -> t.TextEdit:
    at = t.Position(*found.place(i.at))
    return t.TextEdit(t.Range(at, at), i.text)


def _range(m: Mark) -> t.Range:
    return t.Range(t.Position(*m.start), t.Position(*m.end))


def _diagnostic(m: Mark) -> t.Diagnostic:
    f = m.finding
    return t.Diagnostic(_range(m), f"{f.message} {f.cure}".strip(), _LEVELS[f.severity], f.code, source="fuelbed")


def _told(f: Finding) -> t.Diagnostic:
    """A fault of the settings, or what is told of the text as a whole, on its first line."""
    zero = t.Position(0, 0)
    said = f.line() if f.span is not None else f"{f.message} {f.cure}"
    return t.Diagnostic(t.Range(zero, zero), said, _LEVELS[f.severity], f.code, source="fuelbed")


def _path(uri: str) -> Path:
    """The path of a file address; of others the last part of it, which tells what kind of text it is."""
    parts = urlsplit(uri)
    name = unquote(parts.path) or "untitled.md"
    return Path(name) if parts.scheme == "file" else Path(Path(name).name or "untitled.md")


def _settings(path: Path) -> tuple[ReviewSettings, tuple[Finding, ...]]:
    file = find_settings(path) if path.is_absolute() else None
    if file is None:
        return ReviewSettings(), ()
    try:
        return read_settings(file, [r.code for r in all_rules()]), ()
    except InputError as e:
        return ReviewSettings(), e.findings


def _from(path: Path, settings: ReviewSettings) -> str:
    return os.path.relpath(path, settings.folder).replace(os.sep, "/") if settings.folder else path.name
