"""The gate of docs/how-to/use-in-ci.md, run in earnest: what a case has not declared known fails, and a case without a baseline is not waved through."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.commands import fuelbed
from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs/how-to/use-in-ci.md"
WARNED = """fuelbed: 1
title: A push that no model knows
failure: down
factors:
  push: {kind: trigger, rate: monthly}
structure:
  down: tips(push)
"""


def _gate() -> str:
    workflow = next(b.text for b in blocks(PAGE) if b.name.endswith("postmortems.yml"))
    return str(yaml.safe_load(workflow)["jobs"]["fuelbed"]["steps"][-1]["run"])


def _run(script: str, folder: Path) -> int:
    """As GitHub's runner does: `bash -e`, with the command on the path."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "fuelbed").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fuelbed "$@"\n', encoding="utf-8")
    (tools / "fuelbed").chmod(0o755)
    env = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), *filter(None, sys.path))),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    return subprocess.run(["bash", "-e", "-c", script], cwd=folder, env=env, capture_output=True, timeout=120).returncode


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_a_case_without_a_baseline_is_held_to_all_its_findings(tmp_path: Path) -> None:
    for name in ("a_new", "b_old"):
        (tmp_path / "postmortems" / name).mkdir(parents=True)
        (tmp_path / "postmortems" / name / "case.yaml").write_text(WARNED, encoding="utf-8")
    new, old = tmp_path / "postmortems/a_new", tmp_path / "postmortems/b_old"
    assert fuelbed("analyze", old, "--fail-on", "warning", "--baseline", old / "known.json").exit_code == 0
    assert (old / "known.json").exists(), "the file that is committed"

    assert _run(_gate(), tmp_path) == 1
    assert not (new / "known.json").exists()
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").count("A push that no model knows") >= 2, (
        "the later case is told too"
    )

    shutil.rmtree(new)
    assert _run(_gate(), tmp_path) == 0


def test_nothing_is_installed_from_an_index_that_does_not_have_it() -> None:
    installed = [
        line.partition("#")[0].partition("pipx install")[2].strip()
        for block in blocks(PAGE)
        for line in block.text.splitlines()
        if "pipx install" in line
    ]
    assert installed
    assert all(what.startswith("git+https://github.com/fuelbed/") for what in installed), (
        "see README.md: it is on no package index yet"
    )
