"""The table of controls names tests that are there, each behind a link to its own file."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "security.md"
_NAMED = re.compile(r"\[`(?P<file>tests/[\w/]+\.py)::(?P<name>\w+)`\]\((?P<link>[^)]+)\)")
NAMED = sorted({(m["file"], m["name"], m["link"]) for m in _NAMED.finditer(PAGE.read_text(encoding="utf-8"))})


@cache
def _tests(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_"))


@pytest.mark.parametrize(("file", "name", "link"), NAMED, ids=[f"{f}::{n}" for f, n, _ in NAMED])
def test_a_named_test_is_there(file: str, name: str, link: str) -> None:
    assert name in _tests(file)
    assert (PAGE.parent / link).resolve() == (ROOT / file).resolve()


def test_every_control_names_one() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## Controls")[2].partition("## Fuzzing")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    assert [r.split("|")[1] for r in rows if not _NAMED.search(r.split("|")[3])] == []
    assert len(_NAMED.findall(table)) == table.count("::")  # none is written in another form
