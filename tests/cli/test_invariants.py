"""`fuelbed invariants`: violations of the declared ones, suggestions that are YAML, and what is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from fuelbed.cli.main import main
from fuelbed.readers.case import read_case

HEAD = """\
fuelbed: 1
title: A queue
failure: down
factors:
  surge: {kind: trigger, rate: monthly}
structure:
  down: surge
evidence:
  metrics:
    line:
      file: line.csv
      columns: {latency: latency, goodput: good, attempts: sent}
"""
TRIGGER = "      trigger: {start: 30000, end: 31000}\n"
INVARIANTS = """\
invariants:
  quick:
    holds: always(latency <= 300 ms)
    on: line
  recovers:
    holds: latency > 200 ms -> eventually[0..10 min] latency < 150 ms
    on: line
"""


def case(folder: Path, text: str, rows: int = 600) -> Path:
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    lines = ["time,latency,good,sent"]
    for i in range(rows):
        slow = 2.0 if 505 <= i < 510 else 0.16 * (i % 25 == 0)
        good = 100 + 10 * math.sin(i / 20)
        lines.append(f"{60 * i},{0.1 + slow + 0.001 * (i % 7):.4f},{good:.3f},{good + i % 5:.3f}")
    (folder / "line.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["invariants", *words])


def test_violations_as_text(tmp_path: Path) -> None:
    out = run(str(case(tmp_path, HEAD + TRIGGER + INVARIANTS)))
    assert out.exit_code == 0, out.output
    assert "quick on line: violated 1 time" in out.output
    assert "8 h 25 min from the start, for 5 min, by 1.8 s, 5 min after the trigger" in out.output
    assert "recovers on line: held, " in out.output or "recovers on line: held" in out.output


def test_violations_as_json(tmp_path: Path) -> None:
    data = json.loads(run(str(case(tmp_path, HEAD + TRIGGER + INVARIANTS)), "--format", "json").output)
    quick, recovers = data["invariants"]
    assert (quick["name"], quick["state"], quick["samples"], quick["trigger"]) == ("quick", "violated", 600, [30000.0, 31000.0])
    (v,) = quick["violations"]
    assert (v["start_s"], v["end_s"], v["samples"], v["open"]) == (30300.0, 30600.0, 5, False)
    assert v["robustness"] == pytest.approx(-1.805)
    assert recovers["state"] == "held"


def test_suggestions_are_yaml_and_a_case_takes_them(tmp_path: Path) -> None:
    folder = case(tmp_path, HEAD + TRIGGER)
    before = (folder / "case.yaml").read_bytes()
    out = run(str(folder), "--suggest")
    assert out.exit_code == 0, out.output
    assert (folder / "case.yaml").read_bytes() == before
    suggested = yaml.safe_load(out.output)["invariants"]
    assert "goodput <= attempts" in {s["holds"] for s in suggested.values()}
    assert all(s[True] == "line" for s in suggested.values())  # PyYAML is of YAML 1.1, where `on` is true
    for line in out.output.splitlines():
        if line.startswith("  ") and not line.startswith("   "):
            assert "# false alarms" in line
    assert "350 rows before the trigger to learn from, the next 150 (2 h 29 min) held back" in out.output
    (folder / "case.yaml").write_text(HEAD + TRIGGER + out.output, encoding="utf-8")
    loaded = read_case(folder)
    assert set(loaded.invariants) == set(suggested)
    again = run(str(folder))
    assert again.exit_code == 0
    assert "latency_at_most on line: violated" in again.output  # the incident, and not the normal rows


def test_declared_names_are_not_taken_twice(tmp_path: Path) -> None:
    text = HEAD + TRIGGER + "invariants:\n  goodput_within_attempts: {holds: goodput <= attempts, on: line}\n"
    folder = case(tmp_path, text)
    out = run(str(folder), "--suggest").output
    assert "# Put these lines under it:" in out
    entries = "\n".join(line for line in out.splitlines() if not line.startswith("#"))
    assert "goodput_within_attempts_2" in entries
    (folder / "case.yaml").write_text(text + entries + "\n", encoding="utf-8")
    assert len(read_case(folder).invariants) > 1


def test_too_short_asks(tmp_path: Path) -> None:
    out = run(str(case(tmp_path, HEAD + TRIGGER.replace("30000", "6000"))), "--suggest")
    assert out.exit_code == 0
    assert "`line` has 100 rows before the trigger, and 320 are needed" in out.output
    assert yaml.safe_load(out.output) is None
    data = json.loads(run(str(tmp_path), "--suggest", "--format", "json").output)
    assert data["suggestions"][0]["candidates"] == []
    assert "longer record" in data["suggestions"][0]["question"]


def test_without_a_trigger_all_rows_count(tmp_path: Path) -> None:
    out = run(str(case(tmp_path, HEAD)), "--suggest", "--most", "3")
    assert "of the whole file, for no trigger is declared" in out.output
    assert len(yaml.safe_load(out.output)["invariants"]) == 3


def test_no_metrics_and_no_invariants(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(
        "fuelbed: 1\ntitle: a\nfailure: down\nfactors:\n  t: {kind: trigger}\nstructure:\n  down: t\n", encoding="utf-8"
    )
    out = run(str(tmp_path), "--suggest")
    assert (out.exit_code, yaml.safe_load(out.output)) == (0, None)
    assert "Is there a record of normal operation?" in out.output
    assert "No invariant is declared." in run(str(tmp_path)).output


@pytest.mark.parametrize(
    ("words", "says"),
    [((), "has no `holds`"), (("--suggest",), "has no `holds`"), (("--suggest", "--on", "lin"), "has no `holds`")],
)
def test_bad_input(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    out = run(str(case(tmp_path, HEAD + "invariants:\n  quick: {on: line}\n")), *words)
    assert out.exit_code == 2
    assert says in out.output
    assert "case.yaml:" in out.output


def test_an_entry_that_is_not_there(tmp_path: Path) -> None:
    out = run(str(case(tmp_path, HEAD)), "--on", "lines")
    assert out.exit_code == 2
    assert "Did you mean `line`?" in out.output


def test_json_of_suggestions(tmp_path: Path) -> None:
    (row,) = json.loads(run(str(case(tmp_path, HEAD + TRIGGER)), "--suggest", "--format", "json", "--most", "2").output)[
        "suggestions"
    ]
    assert (row["on"], row["learned"], row["held_back"], len(row["candidates"])) == ("line", 350, 150, 2)
    for c in row["candidates"]:
        assert c["per_day"][1] <= c["per_day"][0] <= (c["per_day"][2] if c["per_day"][2] is not None else math.inf)
