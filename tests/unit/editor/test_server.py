"""The language server as an editor meets it: raw JSON-RPC over standard input and output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import pytest

pytest.importorskip("pygls", reason="`pygls` (extra `lsp`) is not installed")

from fuelbed.core.settings import ReviewSettings
from fuelbed.editor.look import look

ROOT = Path(__file__).parents[3]
TEXT = (
    "# Database deleted 😀\n\n## Root cause\n\n😀 The root cause was human error: the operator carelessly typed the wrong name.\n"
)


class Editor:
    """A client that writes and reads frames."""

    def __init__(self) -> None:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), *sys.path))}
        command = [sys.executable, "-m", "fuelbed", "lsp"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
        self.said: Queue[dict[str, Any]] = Queue()
        self.number = 0
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        out = self.process.stdout
        assert out is not None
        while head := out.readline():
            size = int(head.split(b":")[1]) if head.lower().startswith(b"content-length") else 0
            while out.readline().strip():
                pass
            self.said.put(json.loads(out.read(size)))

    def raw(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.raw(f"Content-Length: {len(data)}\r\n\r\n".encode() + data)

    def tell(self, method: str, **params: Any) -> None:
        self.send({"method": method, "params": params})

    def ask(self, method: str, **params: Any) -> Any:
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        return self.wait(lambda m: m.get("id") == self.number)["result"]

    def wait(self, fits: Any) -> dict[str, Any]:
        while True:
            try:
                m = self.said.get(timeout=60)
            except Empty:
                raise AssertionError(f"nothing came; exit code {self.process.poll()}") from None
            if fits(m):
                return m

    def published(self, uri: str) -> dict[str, Any]:
        wanted = "textDocument/publishDiagnostics"
        got: dict[str, Any] = self.wait(lambda m: m.get("method") == wanted and m["params"]["uri"] == uri)["params"]
        return got

    def diagnostics(self, uri: str) -> list[dict[str, Any]]:
        got: list[dict[str, Any]] = self.published(uri)["diagnostics"]
        return got

    def show(self, uri: str, text: str, language: str = "markdown") -> list[dict[str, Any]]:
        self.tell("textDocument/didOpen", textDocument={"uri": uri, "languageId": language, "version": 1, "text": text})
        return self.diagnostics(uri)


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    e = Editor()
    got = e.ask("initialize", processId=None, rootUri=None, capabilities={})
    assert got["capabilities"]["hoverProvider"]
    e.tell("initialized")
    yield e
    e.send({"id": "last", "method": "shutdown"})
    assert "error" not in e.wait(lambda m: m.get("id") == "last")
    e.send({"method": "exit"})
    assert e.process.wait(20) == 0


def taken(text: str, r: dict[str, Any]) -> str:
    """The words at a range of UTF-16 columns on one line."""
    row = text.split("\n")[r["start"]["line"]].encode("utf-16-le")
    return row[2 * r["start"]["character"] : 2 * r["end"]["character"]].decode("utf-16-le")


def test_diagnostics_stand_on_the_words_that_they_are_about(editor: Editor) -> None:
    got = {d["code"]: d for d in editor.show("file:///nowhere/pm.md", TEXT)}
    assert taken(TEXT, got["PM401"]["range"]).lower() == "human error"
    assert got["PM401"]["severity"] == 2
    assert got["PM401"]["source"] == "fuelbed"


def test_a_change_is_followed_and_a_closed_text_has_none(editor: Editor) -> None:
    uri = "file:///nowhere/changed.md"
    assert any(d["code"] == "PM401" for d in editor.show(uri, TEXT))
    for version, text in ((2, "# A"), (3, TEXT), (4, TEXT.replace("human error", "a queue without a limit"))):
        editor.tell("textDocument/didChange", textDocument={"uri": uri, "version": version}, contentChanges=[{"text": text}])
    got = editor.published(uri)
    assert got["version"] == 4, "of quick typing only the last state is looked at"
    assert not any(d["code"] == "PM401" for d in got["diagnostics"])
    editor.tell("textDocument/didClose", textDocument={"uri": uri})
    assert editor.diagnostics(uri) == []


def test_an_action_is_about_the_text_as_it_is_now(editor: Editor) -> None:
    uri = "file:///nowhere/typing.md"
    r = next(d for d in editor.show(uri, TEXT) if d["code"] == "PM401")["range"]
    above = "# Line\n\nabove\n\n"
    editor.tell("textDocument/didChange", textDocument={"uri": uri, "version": 2}, contentChanges=[{"text": above + TEXT}])
    for end in r.values():
        end["line"] += 4
    got = editor.ask("textDocument/codeAction", textDocument={"uri": uri}, range=r, context={"diagnostics": []})
    (ignore,) = [a for a in got if "PM401" in a["title"]]
    assert ignore["edit"]["changes"][uri][0]["range"]["start"] == {"line": 8, "character": 0}
    only = {"diagnostics": [], "only": ["refactor"]}
    assert editor.ask("textDocument/codeAction", textDocument={"uri": uri}, range=r, context=only) == []


def test_lines_end_where_the_protocol_says(editor: Editor) -> None:
    text = TEXT.replace("Database", "Data\u2028base\x0c\x85")
    got = next(d for d in editor.show("file:///nowhere/lines.md", text) if d["code"] == "PM401")
    assert got["range"]["start"]["line"] == 4
    assert taken(text, got["range"]).lower() == "human error"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_columns_are_counted_as_agreed(encoding: str) -> None:
    e = Editor()
    try:
        general = {"general": {"positionEncodings": [encoding, "utf-16"]}}
        got = e.ask("initialize", processId=None, rootUri=None, capabilities=general)
        assert got["capabilities"]["positionEncoding"] == encoding
        e.tell("initialized")
        r = next(d for d in e.show("file:///nowhere/pm.md", TEXT) if d["code"] == "PM401")["range"]
        row = TEXT.split("\n")[r["start"]["line"]].encode(f"{encoding}{'' if encoding == 'utf-8' else '-le'}")
        unit = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
        assert row[unit * r["start"]["character"] : unit * r["end"]["character"]].replace(b"\0", b"") == b"human error"
    finally:
        e.process.kill()
        e.process.wait()


def test_hover_explains_the_rule(editor: Editor) -> None:
    uri = "file:///nowhere/hover.md"
    at = next(d for d in editor.show(uri, TEXT) if d["code"] == "PM401")["range"]["start"]
    got = editor.ask("textDocument/hover", textDocument={"uri": uri}, position=at)
    assert "**PM401 human error label**" in got["contents"]["value"]
    assert editor.ask("textDocument/hover", textDocument={"uri": uri}, position={"line": 1, "character": 0}) is None


def test_actions_insert_a_comment_and_the_sections_that_are_missing(editor: Editor) -> None:
    uri = "file:///nowhere/actions.md"
    long = (
        TEXT
        + "\n## What happened\n\n"
        + "The queue grew until the workers ran out of memory and were restarted one by one. " * 8
        + "\n"
    )
    r = next(d for d in editor.show(uri, long) if d["code"] == "PM401")["range"]
    got = editor.ask("textDocument/codeAction", textDocument={"uri": uri}, range=r, context={"diagnostics": []})
    (ignore,) = [a for a in got if "PM401" in a["title"]]
    (edit,) = ignore["edit"]["changes"][uri]
    assert edit["newText"] == "<!-- fuelbed: ignore PM401 -->\n"
    assert edit["range"]["start"] == edit["range"]["end"] == {"line": 4, "character": 0}
    (source,) = [a for a in got if a["kind"] == "source"]
    assert "## What else could have set it off" in source["edit"]["changes"][uri][0]["newText"]


def test_a_case_file_is_checked(editor: Editor) -> None:
    text = "fuelbed: 1\ntitle: x\nfailure: out\nfactors:\n  push: {kind: tigger}\n"
    got = editor.show("file:///nowhere/case.yaml", text, "yaml")
    fault = next(d for d in got if d["severity"] == 1)
    assert fault["range"]["start"]["line"] == 4
    assert taken(text, fault["range"]) == "tigger"


def test_settings_of_the_folder_hold(editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "fuelbed.toml").write_text('[review]\nignore = ["PM4"]\n')
    uri = (tmp_path / "pm.md").as_uri()
    assert not any(d["code"].startswith("PM4") for d in editor.show(uri, TEXT))
    (tmp_path / "fuelbed.toml").write_text("[review\n")
    editor.tell("textDocument/didSave", textDocument={"uri": uri})
    assert any(d["code"] == "FB180" for d in editor.diagnostics(uri))


def test_a_text_is_read_by_its_answer_while_that_fits(editor: Editor, tmp_path: Path) -> None:
    """By its words the item only adds sight; by the answer the item changes the system, so that PM702 has nothing to say."""
    text = "# Down\n\nA deploy filled the disk.\n\n## Action items\n\n- Watch the disk, it alerts us\n"
    answer = {
        "fuelbed_answer": 1, "failure": "down", "title": "Down", "triggers": [{"name": "deploy", "what": "A deploy", "evidence": [{"quote": "A deploy filled the disk"}], "human": None}],
        "conditions": [{"name": "small", "what": "The disk is small", "assumed": True}], "controls": [], "loops": [],
        "lines": [{"name": "down", "expression": "deploy and small", "assumed": True}],
        "actions": [{"name": "watch", "what": "Watch the disk", "does": [{"verb": "remove", "target": "small"}], "class": "structural", "considered": False,
                     "evidence": [{"quote": "Watch the disk, it alerts us"}]}], "claims": [],
    }  # fmt: skip  # one answer
    (tmp_path / "fuelbed.toml").write_text('[review]\nanswers = "answers"\n')
    (tmp_path / "answers").mkdir()
    uri = (tmp_path / "pm.md").as_uri()
    assert "PM702" in {d["code"] for d in editor.show(uri, text)}
    (tmp_path / "answers/pm.json").write_text(json.dumps(answer))
    editor.tell("textDocument/didSave", textDocument={"uri": uri})
    assert not {d["code"] for d in editor.diagnostics(uri)} & {"PM702", "FB190", "FB191"}
    changed = text.replace("filled the disk", "filled all disks")
    editor.tell("textDocument/didChange", textDocument={"uri": uri, "version": 2}, contentChanges=[{"text": changed}])
    found = editor.diagnostics(uri)
    assert "PM702" in {d["code"] for d in found}
    (told,) = [d for d in found if "pm.json" in d["message"]]
    assert told["severity"] == 3
    assert "read by its words" in told["message"]


@pytest.mark.parametrize("text", ["", "\0\1\2" * 50, "x" * 300_000, "\ud83d" * 3, "|" * 5_000, "> " * 2_000, "[" * 5_000])
def test_no_text_stops_it(editor: Editor, text: str) -> None:
    editor.show(f"file:///nowhere/{len(text)}.md", text)
    editor.show(f"file:///nowhere/{len(text)}/case.yaml", text, "yaml")


def test_messages_that_are_none_do_not_stop_it(editor: Editor) -> None:
    editor.raw(b"Content-Length: 5\r\n\r\n{]}{}")
    editor.tell("textDocument/nothing", a=1)
    editor.tell("textDocument/hover", textDocument=5)
    editor.tell(
        "textDocument/didChange", textDocument={"uri": "file:///never/opened.md", "version": 1}, contentChanges=[{"text": "x"}]
    )
    assert editor.show("file:///nowhere/after.md", TEXT)


def test_look_never_raises_and_stays_within_the_text() -> None:
    for text in ("", "\n", "a\r\nb\rc\n", TEXT, "😀" * 50):
        got = look(text, "a.md", ReviewSettings(), "a.md")
        rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for m in got.marks:
            assert m.start <= m.end
            assert m.end[0] < len(rows)
            assert m.end[1] <= len(rows[m.end[0]].encode("utf-16-le")) // 2
