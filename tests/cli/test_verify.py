"""`fuelbed verify` as a user meets it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from fuelbed.cli.main import main
from fuelbed.verifying.data import verify_schema

CASE = """\
fuelbed: 1
title: Orders lost <b>twice</b> @all
failure: lost
date: 2025-03-20
factors:
  push: {kind: trigger, rate: weekly}
  breaker: {kind: control, fails: 0.4..0.6}
structure:
  lost: push and fails(breaker)
actions:
  drill: {what: Rehearse the breaker, does: [set breaker.fails to 0.02..0.1], done: 2025-04-01}
  talk: {what: Remind everyone, done: 2025-02-01}
evidence:
  history:
    outages:
      file: outages.csv
      observed: {start: 2024-04-01, end: 2026-04-01}
"""


def run(*args: object) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, args)], catch_exceptions=False)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "case.yaml").write_text(CASE)
    days = [dt.date(2024, 4, 10) + dt.timedelta(12 * i) for i in range(28)]
    rows = [f"lost,{d}T10:00:00Z,{d}T11:00:00Z" for d in [*days, dt.date(2025, 3, 20), dt.date(2025, 9, 9), dt.date(2026, 1, 9)]]
    (tmp_path / "outages.csv").write_text("component,start,end\n" + "\n".join(rows) + "\n")
    return tmp_path


def test_text(case: Path) -> None:
    done = run(case)
    assert done.exit_code == 0
    assert max(map(len, done.output.splitlines())) <= 80
    assert "Of 2 action items that were done, 1 did as predicted and 1 lacks" in done.output
    assert "28/365d" in done.output
    assert "What does talk change in the model" in " ".join(done.output.split())


def test_markdown_lets_nothing_out(case: Path) -> None:
    out = run(case, "--format", "markdown").output
    assert out.startswith("**Of 2 action items that were done, ")
    assert "<b>" not in out
    assert "@all" not in out
    assert out.rstrip().endswith("<!-- fuelbed-verify -->")


def test_json_is_as_its_schema_says(case: Path) -> None:
    data = json.loads(run(case, "--format", "json").output)
    jsonschema.Draft202012Validator(verify_schema()).validate(data)
    (drill, talk) = data["items"]
    assert (drill["outcome"], drill["before"]["count"], drill["after"]["count"]) == ("as_predicted", 28, 2)
    assert talk["missing"]["question"].startswith("What does")


def test_the_gate(case: Path) -> None:
    rows = (case / "outages.csv").read_text()
    more = "".join(f"lost,2025-{m:02}-{d:02}T00:00:00Z,\n" for m in range(5, 12) for d in (3, 13, 23))
    (case / "outages.csv").write_text(rows + more)
    done = run(case, "--fail-on", "less")
    assert done.exit_code == 1
    assert "less than predicted" in done.output
    assert run(case).exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("done: 2025-04-01", "done: last week", "FB033"),
        ("done: 2025-04-01", "done: 2025-02-30", "FB033"),
        ("done: 2025-04-01", "done: [2025-04-01]", "FB013"),
        ("done: 2025-04-01", "don: 2025-04-01", "Did you mean `done`"),
    ],
)
def test_a_day_that_is_none(case: Path, old: str, new: str, says: str) -> None:
    (case / "case.yaml").write_text(CASE.replace(old, new))
    done = run(case)
    assert done.exit_code == 2
    assert says in done.output
    assert "case.yaml:" in done.output


def test_a_case_without_items_and_an_item_that_is_not_there(case: Path) -> None:
    assert "Did you mean `drill`?" in run(case, "--action", "dril").output
    assert "There are: drill, talk." in run(case, "--action", "lunch").output
    (case / "case.yaml").write_text(CASE.partition("actions:")[0])
    done = run(case)
    assert done.exit_code == 0
    assert "nothing to verify" in done.output
