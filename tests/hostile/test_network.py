"""No command that reads a file reaches for the network: with every way out blocked, and what asks for one written down.

`test_isolation.py` watches whole processes of `analyze` by audit events; here every command of the table runs, with its forms of output.
"""

from __future__ import annotations

import io
import json
import re
import socket
import sys
import urllib.request
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fuelbed.cli.main import _COMMANDS, main
from tests.hostile.cases import MARKER
from tests.shipped import SHIPPED

CASE = next(p for p in SHIPPED if p.name == "kinesis-2020-11-25")  # with a timeline, a history of failures, a narrative
TREE = 'toplevel "S";\n"S" and "a" "b";\n"a" prob=0.1;\n"b" prob=0.2;\n'
LOG = "component,start,end\n" + "".join(
    f"{c},2025-01-{d:02}T0{h}:00:00Z,2025-01-{d:02}T0{h}:30:00Z\n" for d in range(1, 20, 3) for h, c in enumerate("ab")
)
RECORDS = (
    "fuelbed: 1\ntitle: t\nfailure: out\nfactors: {a: {kind: trigger}, b: {kind: condition, present: yes}}\nstructure: {out: a and b}\n"
    "evidence:\n  incidents:\n    rows:\n"
    + "".join(f"      - {{a: {i % 2}, b: {i % 3 % 2}, failed: {'yes' if i % 6 == 1 else 'no'}}}\n" for i in range(24))
)
CALLS: dict[str, list[list[str]]] = {
    "review": [["{pm}", "--all"], ["{pm}", "--format", "sarif"], ["{case}", "--fix"]],
    "draft": [["{pm}"], ["{pm}", "--prompt"], ["{pm}", "--accept", "{answer}"], ["{pm}", "--model", "m"]],
    "analyze": [["{case}", "-o", "{out}/r.html"]],
    "attribution": [["{case}", "--no-risk"]],
    "controls": [["{case}"], ["{case}", "--format", "svg"]],
    "check": [["{case}"]],
    "solve": [["{tree}"], ["{tree}", "--format", "open-psa"]],
    "threshold": [["{records}"]],
    "invariants": [["{case}"]],
    "coupling": [["{log}", "--jobs", "1"]],
    "simulate": [["history", "--help"]],
    "mcp": [["--root", "{case}"]],
    "diff": [["{records}", "{records}"]],
    "verify": [["{records}"]],
    "corpus": [["{case}", "--no-cache", "--jobs", "1", "-o", "{out}/c.html"]],
    "lsp": [["--help"]],
    "explain": [["FB022"]],
    "schema": [["--report"]],
    "cases": [[]],
}
_LEADS = (
    "src",
    "srcset",
    "href",
    "xlink:href",
    "action",
    "formaction",
    "data",
    "poster",
    "background",
    "ping",
    "manifest",
    "cite",
)
_STYLED = re.compile(r"""@import|url\((?!\s*["']?#)""", re.I)


class _Addresses(HTMLParser):
    """Where a page leads, beyond its own marks: attributes that load or link, and styles that load."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._in_style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for key, value in attrs:
            leads = key in _LEADS and not (value or "").startswith("#")
            if (
                leads
                or (key == "style" and _STYLED.search(value or ""))
                or (key == "http-equiv" and (value or "").lower() == "refresh")
            ):
                self.found.append(f"<{tag} {key}={value}>")

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.found += _STYLED.findall(data)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whatever would leave this machine is refused, and its name kept."""
    seen: list[str] = []

    def refuse(name: str) -> Callable[..., object]:
        def no(*args: object, **more: object) -> object:
            seen.append(f"{name} {args!r}")
            raise OSError("blocked by the test")

        return no

    for name in ("connect", "connect_ex", "sendto", "sendmsg", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse(name))
    for name in (
        "create_connection",
        "getaddrinfo",
        "gethostbyname",
        "gethostbyname_ex",
        "gethostbyaddr",
        "getnameinfo",
        "getfqdn",
    ):
        monkeypatch.setattr(socket, name, refuse(name))
    monkeypatch.setattr(urllib.request, "urlopen", refuse("urlopen"))
    monkeypatch.setenv("OPENAI_BASE_URL", "https://model.example/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    return seen


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    data = Path(__file__).parents[1] / "data"
    (tmp_path / "t.dft").write_text(TREE)
    (tmp_path / "log.csv").write_text(LOG)
    (tmp_path / "out").mkdir()
    (tmp_path / "case.yaml").write_text(RECORDS)
    return {
        "pm": str(data / "answered.md"), "answer": str(data / "answer.json"), "case": str(CASE), "tree": str(tmp_path / "t.dft"),
        "log": str(tmp_path / "log.csv"), "records": str(tmp_path), "out": str(tmp_path / "out"),
    }  # fmt: skip  # one table


def run(command: str, args: list[str], stdin: str = "") -> Result:
    sys.argv = ["fuelbed", command, *args]  # the lazy command table reads the process's own arguments
    return CliRunner().invoke(main, [command, *args], input=stdin)


def test_every_command_is_in_the_table() -> None:
    assert set(CALLS) == set(_COMMANDS)


@pytest.mark.parametrize(("command", "args"), [(c, a) for c, all_ in CALLS.items() for a in all_])
def test_nothing_is_asked_of_the_network(command: str, args: list[str], places: dict[str, str], asked: list[str]) -> None:
    done = run(command, [a.format(**places) for a in args])
    assert asked == []
    assert done.exit_code in (0, 1), done.output
    for page in Path(places["out"]).glob("*.html"):
        html = page.read_text(encoding="utf-8").replace("&#39;", "'")
        assert "default-src 'none'" in html
        assert _Addresses(html).found == []


def test_with_send_it_is_seen(places: dict[str, str], asked: list[str]) -> None:
    """The one way out, taken on purpose: else an empty list would prove nothing."""
    done = run("draft", [places["pm"], "--model", "m", "--send"])
    assert done.exit_code == 2
    assert any("model.example" in a for a in asked)


@pytest.mark.parametrize(
    "html",
    [
        "<img src=x>",
        '<a href="https://a.example">',
        "<style>@import 'x'</style>",
        "<p style=\"background: url('//x')\">",
        '<link rel="icon" href="x">',
    ],
)
def test_what_leads_out_of_a_page_is_seen(html: str) -> None:
    assert _Addresses(html).found
    assert not _Addresses('<a href="#top">url(x)</a><p style="mask: url(#m)">@import</p>').found


def test_a_message_of_mcp_asks_nothing_either(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from fuelbed.cli import _mcp
    from fuelbed.cli._mcp_call import _run
    from fuelbed.cli._mcp_tools import Budget

    def here(name: str, given: object, budget: Budget) -> tuple[str, bool]:
        return _run({"tool": name, "given": given, "budget": {"root": "", "seconds": 9, "redact": True}})

    monkeypatch.setattr(_mcp, "call", here)
    text = f"# {MARKER}\n\n![x](https://model.example/x.png) The root cause was http://model.example/a.\n"
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "review", "arguments": {"text": text}}}
    sink = io.BytesIO()
    _mcp.serve(Budget(), io.BytesIO(json.dumps(call).encode() + b"\n"), sink)
    assert json.loads(sink.getvalue())["result"]["isError"] is False
    assert asked == []
