"""`fuelbed controls` as a user meets it: its formats, the guard of its CSV, and a case without a control."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from fuelbed.cli.main import main

SHIPPED = Path(__file__).parents[2] / "src/fuelbed/cases/github-2018-10-21"
CASE = """\
fuelbed: 1
title: Orders lost
failure: lost
factors:
  push: {kind: trigger}
  breaker: {kind: control, state: missing, what: "=HYPERLINK(1)", because: "@now"}
  probe: {kind: control, state: failed}
structure:
  lost: push and fails(breaker) and fails(probe)
actions:
  a1: {does: [make breaker perfect]}
"""


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["controls", *map(str, args)], catch_exceptions=False)
    return done.exit_code, done.output


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "case.yaml").write_text(CASE)
    return tmp_path


def test_text_at_80_columns(case: Path) -> None:
    code, out = run(case)
    assert code == 0
    assert "Of 2 controls, 1 was missing and 1 failed." in out
    assert "Why the controls did not hold (CAST)" in out
    assert max(map(len, out.splitlines())) <= 80


def test_csv_is_the_cast_table_and_no_cell_is_a_formula(case: Path) -> None:
    code, out = run(case, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert [r["who"] for r in rows] == ["breaker", "probe"]
    assert rows[0]["responsibility"] == "'=HYPERLINK(1)"
    assert rows[0]["why it made sense"] == "'@now"
    assert rows[0]["action items"] == "a1"
    assert rows[1]["what happened"] == "It was there and did not hold."


def test_markdown_json_and_svg(case: Path, tmp_path: Path) -> None:
    assert "| `breaker` | × missing |" in run(case, "--format", "md")[1]
    tables = json.loads(run(case, "--format", "json")[1])["sections"][0]["answer"]["blocks"]
    assert {"controls", "cast"} <= {b.get("id") for b in tables}
    out = tmp_path / "out.svg"
    assert run(case, "-o", out)[0] == 0
    root = ElementTree.fromstring(out.read_text(encoding="utf-8"))  # our own drawing
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "breaker" in out.read_text(encoding="utf-8")


def test_the_csv_of_a_shipped_case_has_controls_and_controllers() -> None:
    rows = list(csv.DictReader(io.StringIO(run(SHIPPED, "--format", "csv")[1])))
    assert {r["kind"] for r in rows} == {"control", "controller"}
    assert all(r["what happened"] for r in rows)


def test_a_case_without_a_control(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\n")
    code, out = run(tmp_path)
    assert code == 0
    assert "The case has no control and no controller." in out
    assert run(tmp_path, "--format", "svg")[0] == 2
    assert list(csv.reader(io.StringIO(run(tmp_path, "--format", "csv")[1])))[1:] == []


def test_faults_and_the_exit_code(case: Path, tmp_path: Path) -> None:
    assert run(case, "--fail-on", "note")[0] == 1
    (tmp_path / "case.yaml").write_text(CASE.replace("kind: control", "kind: controll"))
    assert run(tmp_path)[0] == 2
