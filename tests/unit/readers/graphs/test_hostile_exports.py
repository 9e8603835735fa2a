"""Exports and graphs that lie: every value replaced by what does not belong there, every file cut, and bombs under limits.

Whatever comes, the answer is rows or `SheetFault` or findings with a place; nothing else is raised, and no place lies outside of the file.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import fuelbed
from fuelbed.core.findings import Span
from fuelbed.readers.entries import FileFaults, TooManyHere
from fuelbed.readers.fields import Reading
from fuelbed.readers.graphs import Graph
from fuelbed.readers.history_rows import Names
from fuelbed.readers.sheets import SheetFault
from fuelbed.readers.stream import Stream
from fuelbed.readers.trackers import Export
from tests.unit.readers.graphs.test_graphs import CATALOGUE, SHOP, trace
from tests.unit.readers.trackers.exported import alert, issue, pager, pagers, status, update

_ODD: tuple[Any, ...] = (None, True, -1, 1e300, "", "x\u202e\x00\ud83d", [], {}, [1], [[]], [{}], {"name": {}})
_TRACKERS: dict[str, Any] = {
    "pagerduty": pagers(pager(1), pager(2)),
    "opsgenie": {"data": [alert(1, tags=["service:a"]), alert(2, impactedServices=["s"])], "requestId": "r"},
    "statuspage": status(update("2025-01-01T02:00:00Z", "identified", ("API", "operational", "major_outage"))),
    "github": [issue(1, "area/a"), issue(2, "area/b")],
}
_GRAPHS: dict[str, Any] = {
    "otlp": SHOP, "jaeger": trace(), "dependencies": {"data": [{"parent": "a", "child": "b", "callCount": 3}], "total": 0},
    "backstage": [{"kind": "Component", "metadata": {"name": "a"}, "spec": {"dependsOn": ["b"]}, "relations": [{"type": "dependsOn", "targetRef": "b"}]}],
}  # fmt: skip  # one a line


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _paths(inner, (*path, key))


def _with(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    out = copy.deepcopy(value)
    inner = out
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    return out


def _read(folder: Path, text: str, is_graph: bool, form: str = "", file: str = "x.json") -> str:
    """What came of it, after a look at the places."""
    (folder / file).write_bytes(data := text.encode("utf-8", "surrogatepass"))
    r = Reading("case.yaml")
    faults = FileFaults(r, file, Span("case.yaml", 1, 1))
    lines = data.decode("utf-8", "replace").split("\n")
    ended: SheetFault | None = None
    said = ""
    try:
        with Stream(folder / file, file, 10_000_000) as stream:
            read = Graph(form) if is_graph else Export(form, {}, Names())
            read.add(stream, faults)
            read.finish(faults)
    except TooManyHere:
        pass
    except SheetFault as e:
        ended, said = e, e.message
    assert ended is None or (1 <= ended.line <= len(lines) and ended.message.isprintable() and ended.cure)
    for f in r.findings:
        assert f.span is not None
        assert f.cure
        assert f.message.isprintable()
        assert f.span.file != "x.json" or 1 <= f.span.column <= len(lines[f.span.line - 1]) + 1
    return said


@pytest.mark.parametrize(("name", "is_graph"), [*((n, False) for n in _TRACKERS), *((n, True) for n in _GRAPHS)])
def test_any_value_may_be_anything(name: str, is_graph: bool, tmp_path: Path) -> None:
    example = (_GRAPHS if is_graph else _TRACKERS)[name]
    form = "" if name == "dependencies" else name
    for n, path in enumerate(_paths(example)):  # three odd values a path, others at the next
        for k in range(3):
            odd = _ODD[(5 * n + k) % len(_ODD)]
            _read(tmp_path, json.dumps(_with(example, path, odd)), is_graph, form if (n + k) % 2 else "")


@pytest.mark.parametrize(
    ("name", "is_graph"), [*((n, False) for n in _TRACKERS), *((n, True) for n in _GRAPHS), ("catalogue", True)]
)
def test_a_file_may_end_anywhere(name: str, is_graph: bool, tmp_path: Path) -> None:
    text = CATALOGUE if name == "catalogue" else json.dumps((_GRAPHS if is_graph else _TRACKERS)[name], indent=1)
    file = "x.yaml" if name == "catalogue" else "x.json"
    for end in range(1, len(text), max(len(text) // 40, 1)):
        said = _read(tmp_path, text[:end], is_graph, file=file)
        assert name == "catalogue" or "the file ends in the middle" in said or "this is no JSON" in said


_ALIASES = "kind: Component\na0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))
BOMBS: dict[str, tuple[str, bytes]] = {
    "deep": ("x.json", b"[" * 100_000),
    "deep objects": ("x.json", b'{"data":' * 50_000),
    "aliases": ("x.yaml", _ALIASES.encode() + b"metadata: {name: a}\nspec: {dependsOn: *a39}\n"),
    "alias of itself": ("x.yaml", b"kind: Component\nmetadata: {name: a}\nspec: &s {dependsOn: [*s, *s], x: *s}\n"),
    "tags": ("x.yaml", b"kind: Component\nmetadata: !!python/object/apply:os.system ['true']\n"),
    "brackets": ("x.yaml", b"a: " + b"[" * 100_000),
    "dashes": ("x.yaml", b"- " * 50_000),
    "documents": ("x.json", b"{}" * 200_000),
    "numbers": ("x.json", b"[" + b"9" * 200_000 + b"]"),
    "one long line": ("x.csv", b",a" * 3_000 + b"\n"),
    "nul": ("x.csv", b"from,to\na,\0\n"),
    "many faults": ("x.json", b'{"data":[' + b"1," * 50_000 + b'{"processes":{}}]}'),
}
_RUN = """
import resource, sys, pathlib
resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from fuelbed.readers.case import read_case
from fuelbed.core.errors import InputError
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        read_case(folder)
        print(folder.name, "read")
    except InputError as e:
        print(folder.name, len(e.findings), *{f.code for f in e.findings})
"""


def test_bombs_under_limits(tmp_path: Path) -> None:
    """All in one process with 512 MB and 20 s: each is refused, or read without being unfolded."""
    head = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n"
    for name, (file, data) in BOMBS.items():
        for role in ("traces", "history"):
            folder = tmp_path / f"{name} {role}".replace(" ", "-")
            folder.mkdir()
            (folder / "case.yaml").write_text(head + f"  {role}: {{file: {file}}}\n")
            (folder / file).write_bytes(data)
    env = {**os.environ, "PYTHONPATH": str(Path(fuelbed.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", _RUN, str(tmp_path)], capture_output=True, text=True, timeout=60, env=env)
    assert not done.stderr, done.stderr[-600:]
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert len(said) == 2 * len(BOMBS)
    read = {name for name, what in said.items() if what == "read"}
    assert read <= {"aliases-traces", "alias-of-itself-traces"}
