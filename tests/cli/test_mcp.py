"""`fuelbed mcp`, driven over its standard input and output by raw messages."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fuelbed.cli import _mcp
from fuelbed.cli._mcp_call import _run
from fuelbed.cli._mcp_tools import Budget, call

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests/data"
TEXT = (DATA / "answered.md").read_text(encoding="utf-8")
ANSWER = (DATA / "answer.json").read_text(encoding="utf-8")
CASE = "fuelbed: 1\ntitle: Orders lost\nfailure: out\nfactors:\n  push: {kind: trigger}\n  weak: {kind: condition, present: yes}\nstructure:\n  out: push and weak\nactions:\n  a1: {what: Close it, does: [remove weak]}\n"


class Client:
    """One server process; a message is a line."""

    def __init__(self, *args: str) -> None:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), *filter(None, sys.path)))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fuelbed", "mcp", *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
        )
        self.n = 0

    def send(self, raw: bytes) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(raw + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert answer["jsonrpc"] == "2.0"
        return dict(answer)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self.n += 1
        answer = self.send(json.dumps({"jsonrpc": "2.0", "id": self.n, "method": method, "params": params}).encode())
        assert answer["id"] == self.n
        return answer

    def tool(self, name: str, **arguments: Any) -> tuple[str, bool]:
        result = self.ask("tools/call", name=name, arguments=arguments)["result"]
        (content,) = result["content"]
        assert content["type"] == "text"
        return content["text"], result["isError"]


def here(name: str, root: Path | str = "", **given: Any) -> tuple[str, bool]:
    """What the process of a call says, in this process."""
    return _run({"tool": name, "given": given, "budget": {"root": str(root), "seconds": 60, "redact": False}})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    (root / "pm.md").write_text(TEXT, encoding="utf-8")
    (root / "case").mkdir()
    (root / "case/case.yaml").write_text(CASE, encoding="utf-8")
    (root.parent / "outside.md").write_text("# Secret\n\nNobody reads this line outside.\n", encoding="utf-8")
    (root / "link.md").symlink_to(root.parent / "outside.md")
    (root / "up").symlink_to(root.parent)
    os.mkfifo(root / "pipe.md")
    return root


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    made = Client("--root", str(folder))
    yield made
    assert made.process.stdin is not None
    made.process.stdin.close()
    assert made.process.wait(10) == 0
    assert made.process.stderr is not None
    assert made.process.stderr.read() == b""


def test_the_usual_way(client: Client) -> None:
    begun = client.ask("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "t", "version": "1"})
    assert begun["result"]["protocolVersion"] == "2025-06-18"
    assert begun["result"]["serverInfo"]["name"] == "fuelbed"
    assert client.ask("initialize", protocolVersion="1999-01-01")["result"]["protocolVersion"] == _mcp.VERSIONS[0]
    assert client.process.stdin is not None
    client.process.stdin.write(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n\n')  # neither is answered
    assert client.ask("ping")["result"] == {}
    tools = {t["name"]: t for t in client.ask("tools/list")["result"]["tools"]}
    assert set(tools) == {"review", "explain", "check", "analyze", "draft_prompt", "validate_draft", "review_answer"}
    assert all(t["annotations"]["readOnlyHint"] for t in tools.values())
    assert tools["review"]["inputSchema"]["required"] == []
    assert tools["validate_draft"]["inputSchema"]["required"] == ["text", "answer"]


def test_every_tool(client: Client) -> None:
    said, failed = client.tool("review", text=TEXT)
    assert not failed
    assert "worker queue had no limit" in said
    assert here("explain", code="PM501")[0].startswith("PM501")
    assert here("check", case=CASE) == ("2 factors, 1 line, 1 action. No fault.", False)
    said, failed = here("check", case=CASE.replace("kind: trigger", "kind: trigger, in_incident: no", 1))
    assert (failed, "warning FB201" in said, said.endswith("No fault.")) == (False, True, True)
    said, failed = here("check", case=CASE.replace("weak}", "weak").replace("kind: condition", "kind: conditon"))
    assert failed
    assert "case.yaml:6:16: error" in said
    said, failed = here("analyze", case=CASE)
    assert (failed, "Without the standing condition weak" in said or "weak" in said) == (False, True)
    prompt, failed = here("draft_prompt", text=TEXT)
    assert prompt == (DATA / "prompt.txt").read_text(encoding="utf-8")
    said, failed = client.tool("validate_draft", text=TEXT, answer=ANSWER)
    assert not failed
    assert said.startswith("# yaml-language-server")
    said, failed = client.tool("review_answer", text=TEXT, answer=ANSWER)
    assert not failed
    assert "As the answer reads it" in said
    assert here("review_answer", text=TEXT, answer=ANSWER.replace("No alert watched", "No alarm watched"))[1]
    said, failed = here("validate_draft", text=TEXT, answer=ANSWER.replace("No alert watched", "No alarm watched"))
    assert failed
    assert "FB192: /controls/0/evidence/0/quote" in said


def test_files_below_the_root_and_no_others(client: Client, folder: Path) -> None:
    assert "worker queue had no limit" in client.tool("review", path="pm.md")[0]
    assert client.tool("review", path="../outside.md")[1]
    assert here("check", folder, path="case/case.yaml")[1] is False
    paths = (
        "../outside.md",
        "link.md",
        "up/outside.md",
        "/etc/passwd",
        "pipe.md",
        "/dev/zero",
        "",
        "a\0b",
        "nowhere.md",
        "case",
        "C:\\x",
        "pm.md/../../outside.md",
    )
    for path in paths:
        said, failed = here("review", folder, path=path)
        assert failed, path
        assert "Nobody reads" not in said
        assert "root:" not in said


@pytest.mark.parametrize(
    "arguments",
    [
        {}, {"text": 1}, {"text": None}, {"text": ["a"]}, {"texts": "a"}, {"text": "a", "path": "pm.md"}, {"text": "a", "command": "rm"},
        {"text": "x" * 2_000_001},
    ],
)  # fmt: skip  # one list
def test_hostile_arguments(client: Client, arguments: dict[str, Any]) -> None:
    said, failed = client.tool("review", **arguments)
    assert failed
    assert len(said) < 300


def test_hostile_texts(client: Client) -> None:
    assert "fault in Fuelbed" not in client.tool("review", text="\ud800\0")[0]
    for text in ("", "\0", "\ud800", "x" * 1_500_000, "\x1b[2J", "[" * 20_000):
        here("review", text=text)
    for case in ("", "a: &a [*a]", "!!python/object/apply:os.system [id]", "narrative: /etc/passwd\n" + CASE, "[" * 100_000):
        said, failed = here("check", case=case)
        assert failed
        assert "root:" not in said
    for answer in ("", "[" * 100_000, '{"__proto__": 1}', "NaN"):
        assert here("validate_draft", text=TEXT, answer=answer)[1]
        assert here("review_answer", text=TEXT, answer=answer)[1]
    assert here("explain", code="--help\n")[1]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"no json", -32700), (b"\xff\xfe", -32700), (b"[" * 200_000, -32700), (b"[]", -32600), (b"1", -32600), (b'{"id": 1, "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', -32600), (b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "resources/list"}', -32601), (b'{"jsonrpc": "2.0", "id": 1, "method": 7}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": []}', -32602),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "shell"}}', -32602),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": ["review"]}}', -32602),
    ],
)  # fmt: skip  # one table
def test_what_is_no_request(client: Client, raw: bytes, code: int) -> None:
    assert client.send(raw)["error"]["code"] == code
    assert client.ask("ping")["result"] == {}


def test_a_line_that_is_too_long_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_mcp, "MAX_LINE", 1_000)
    sink = io.BytesIO()
    ping = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'
    _mcp.serve(Budget(), io.BytesIO(b"x" * 5_000 + b"\n" + ping + b"y" * 3_000), sink)
    assert [("error" in m, m["id"]) for m in map(json.loads, sink.getvalue().splitlines())] == [
        (True, None),
        (False, 1),
        (True, None),
    ]


@pytest.fixture
def _sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """For processes that are started from here."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT / "src"), *filter(None, sys.path))))


@pytest.mark.usefixtures("_sources")
def test_without_a_root_no_path_and_with_redact_no_secret() -> None:
    said, failed = call("review", {"path": "pm.md"}, Budget())
    assert failed
    assert "no argument `path`" in said
    secret = CASE.replace("Close it", "Write to jane.roe@corp.net")
    assert "jane.roe" not in call("analyze", {"case": secret, "full": True}, Budget(redact=True))[0]
    assert (
        "jane.roe"
        not in call("check", {"case": secret.replace("remove weak", "remove jane.roe@corp.net")}, Budget(redact=True))[0]
    )


@pytest.mark.usefixtures("_sources")
def test_a_call_that_takes_too_long_is_stopped() -> None:
    said, failed = call("analyze", {"case": CASE}, Budget(seconds=0))
    assert failed
    assert "was stopped" in said
