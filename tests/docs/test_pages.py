"""The documentation is true: links lead somewhere, cases are read, commands run and print what the page says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from fuelbed.readers.case import parse_case
from tests.docs.pages import PAGES, ROOT, Block, anchors, blocks, links
from tests.further import but

RUN_IN_EARNEST = ("fuelbed", "cat", "ls", "mkdir")
NOT_RUN = ("pipx", "git", "./dev")  # what they do is another test's, or another project's
LONG = [
    ROOT / f"docs/{name}.md"
    for name in (
        "how-to/find-the-stability-boundary", "how-to/find-parts-that-fail-together", "how-to/check-an-invariant",
        "formats/attribution", "formats/coupling", "formats/threshold", "how-to/use-metrics", "how-to/use-in-ci", "how-to/read-a-corpus",
        "how-to/compare-two-versions", "how-to/draft-with-a-model", "how-to/read-the-removal-test", "how-to/import-an-attack-flow",
        "how-to/ask-exploit-or-exposure", "gallery",
    )
]  # fmt: skip  # one list; with `./dev docs --check`
HEAD = "fuelbed: 1\ntitle: a fragment\n"
page_by_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))


@page_by_page
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        to = (page.parent / name).resolve() if name else page
        if not to.exists() or not to.is_relative_to(ROOT) or (anchor and anchor not in anchors(to)):
            broken.append(link)
    assert broken == []


def test_the_index_names_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    named = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    assert [str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md") if p != index and p.resolve() not in named] == []


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [p.name.partition("-")[0] for p in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)], "the next free number is the next decision's"


@pytest.mark.parametrize("page", but(PAGES, LONG), ids=lambda p: str(p.relative_to(ROOT)))
def test_blocks_are_true(page: Path, tmp_path: Path) -> None:
    said = ""
    for block in blocks(page):
        where = f"{page.relative_to(ROOT)}:{block.line}"
        if block.word == "yaml":
            _file(block, tmp_path, where)
        elif block.word in ("markdown", "csv", "json", "openmetrics", "xml", "dft", "toml") and block.name:
            (tmp_path / block.name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / block.name).write_text(block.text, encoding="utf-8")
        elif block.word == "sh":
            said = "".join(_command(line, tmp_path, where) for line in block.text.splitlines() if line.strip())
        elif block.word == "python" and block.name:
            (tmp_path / block.name).write_text(block.text, encoding="utf-8")
        elif block.word == "python":
            said = _run([sys.executable, "-c", block.text], tmp_path, where, 0)
        elif block.word == "text" and said:
            assert _words(block.text) in _words(said), f"{where}: the command prints something else:\n{said}"


def _words(text: str) -> str:
    return " ".join(text.split())


def _file(block: Block, folder: Path, where: str) -> None:
    if not block.name:
        text = block.text if block.text.startswith("fuelbed:") else _with_head(block.text)
        case = parse_case(text, where)
        assert case.factors, where
        return
    path = folder / block.name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name != "case.yaml":
        yaml.safe_load(block.text)
        path.write_text(block.text, encoding="utf-8")
    elif block.text.startswith(("fuelbed:", "# yaml-language-server")):
        path.write_text(block.text, encoding="utf-8")
    else:
        sections = _sections(path.read_text(encoding="utf-8")) | _sections(block.text)
        path.write_text("".join(sections.values()), encoding="utf-8")


def _sections(text: str) -> dict[str, str]:
    """Top-level key -> its lines."""
    out: dict[str, str] = {}
    key = ""
    for line in text.splitlines(keepends=True):
        if re.match(r"[a-z_]+:", line):
            key = line.partition(":")[0]
        out[key] = out.get(key, "") + line
    return out


def _with_head(text: str) -> str:
    """A fragment as a case: what it leaves out is filled in, so that only what it shows is tested."""
    given = _sections(text)
    head = HEAD
    if "structure" in given and not {"failure", "outcomes"} & set(given):
        head += f"failure: {re.findall(r'^  ([a-z_0-9]+):', given['structure'], re.M)[-1]}\n"
    elif not {"failure", "outcomes"} & set(given):
        head += "failure: out\n"
    return head + text + ("" if "factors" in given else "factors:\n  push: {kind: trigger}\n")


def _command(line: str, folder: Path, where: str) -> str:
    """What the command prints; a comment `# exit 1` says which code it ends with."""
    words = shlex.split(line, comments=True)
    if not words or words[0] in NOT_RUN:
        return ""
    assert words[0] in RUN_IN_EARNEST, f"{where}: the test does not know how to run `{words[0]}`"
    code = re.search(r"#.*\bexit (\d)", line)
    command = [sys.executable, "-m", *words] if words[0] == "fuelbed" else words
    return _run(command, folder, f"{where}: `{line}`", int(code[1] if code else 0))


def _run(command: list[str], folder: Path, where: str, code: int) -> str:
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), *filter(None, sys.path))),
        "COLUMNS": "80",
        "NO_COLOR": "1",
    }
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, f"{where} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr
