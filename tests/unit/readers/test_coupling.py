"""The section `coupling`: what is read, and every fault with its place, code and cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuelbed.core.coupling import Coupling
from fuelbed.core.errors import InputError
from fuelbed.readers.case import parse_case, read_case
from fuelbed.readers.shapes import CaseFile
from fuelbed.readers.yaml import load_yaml, plain

CASE = """\
fuelbed: 1
title: t
failure: out
factors:
  push: {kind: trigger, rate: monthly}
  database: {kind: control, fails: 0.1}
structure: {out: push and fails(database)}
evidence:
  history: {outages: {file: outages.csv, observed: {start: 2025-01-01, end: 2026-01-01}}}
  metrics: {api: {file: api.csv, columns: {load: requests}}}
  events: {releases: {rows: [{at: 2025-03-01T10:00:00Z, name: deploy}]}}
coupling:
  history: [outages]
  window: 2 min
  load: api.load
  strata: 5
  cycles: [1 h, 1 day]
  deploys: [releases, releases.deploy]
  discovery: 0.1
  components: {pg-main: database}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outages.csv").write_text("component,start,end\npg-main,2025-03-01T10:00:00Z,2025-03-01T11:00:00Z\n")
    (tmp_path / "api.csv").write_text("time,requests\n2025-03-01T10:00:00Z,5\n2025-03-01T10:01:00Z,6\n")
    return tmp_path


def read(folder: Path, old: str = "", new: str = "") -> Coupling:
    assert old in CASE
    (folder / "case.yaml").write_text(CASE.replace(old, new, 1) if old else CASE)
    return read_case(folder, built=("coupling",)).coupling


def faults(folder: Path, old: str, new: str) -> list[str]:
    with pytest.raises(InputError) as e:
        read(folder, old, new)
    assert all(f.span is not None and f.cure for f in e.value.findings)
    return [f"{f.span.line}: {f.code}" for f in e.value.findings if f.span]


def test_everything_is_read(folder: Path) -> None:
    c = read(folder)
    assert (c.history, c.window, c.load, c.strata, c.cycles) == (("outages",), 120.0, ("api", "load"), 5, (3600.0, 86400.0))
    assert (c.deploys, c.discovery, c.components) == ((("releases", ""), ("releases", "deploy")), 0.1, {"pg-main": "database"})


def test_left_out_is_the_default() -> None:
    text = CASE[: CASE.index("evidence:")]
    assert parse_case(text).coupling == Coupling()
    assert parse_case(text + "coupling: {cycles: []}\n").coupling.cycles == ()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("[outages]", "[outage]", ["13: FB170"]),
        ("load: api.load", "load: apl.load", ["15: FB170"]),
        ("releases.deploy]", "release.deploy]", ["18: FB170"]),
        ("load: api.load", "load: api.laod", ["15: FB171"]),
        ("releases.deploy]", "releases.deplyo]", ["18: FB171"]),
        ("window: 2 min", "window: 1..5 min", ["14: FB172"]),
        ("window: 2 min", "window: 0 s", ["14: FB172"]),
        ("cycles: [1 h, 1 day]", "cycles: [1 h, 0 s]", ["17: FB172"]),
        ("cycles: [1 h, 1 day]", "cycles: 1 h", ["17: FB013"]),
        ("strata: 5", "strata: 1", ["16: FB173"]),
        ("strata: 5", "strata: 2.5", ["16: FB173"]),
        ("discovery: 0.1", "discovery: 0", ["19: FB173"]),
        ("discovery: 0.1", "discovery: 0.9", ["19: FB173"]),
        ("{pg-main: database}", "{pg-mian: database}", ["20: FB174"]),
        ("{pg-main: database}", "{pg-main: databse}", ["20: FB174"]),
        ("strata: 5", "strat: 5", ["16: FB014"]),
    ],
)
def test_a_fault_has_its_place_and_code(folder: Path, old: str, new: str, found: list[str]) -> None:
    assert faults(folder, old, new) == found


def test_all_faults_at_once(folder: Path) -> None:
    tail = CASE[CASE.index("coupling:") :]
    bad = "coupling:\n  history: [no]\n  window: x\n  load: api\n  strata: 0\n  odd: 1\n"
    assert faults(folder, tail, bad) == ["13: FB170", "14: FB041", "16: FB173", "17: FB014"]


def test_a_history_at_the_top_is_told_where_it_belongs() -> None:
    with pytest.raises(InputError) as e:
        parse_case(CASE[: CASE.index("evidence:")] + "history: {}\n")
    assert [(f.code, "evidence" in f.cure) for f in e.value.findings] == [("FB014", True)]


def test_reader_and_schema_agree() -> None:
    CaseFile.model_validate(plain(load_yaml(CASE, "f")[0]))
