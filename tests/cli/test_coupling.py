"""`fuelbed coupling` as a user meets it: a case and a bare log, its formats, the patch that it prints, and its faults."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fuelbed.cli.main import main
from fuelbed.readers.case import read_case
from fuelbed.readers.yaml import load_yaml, plain
from tests.dask_cluster import dask_cluster
from tests.joint_failures import BACKUPS, year

EVIDENCE = "evidence:\n  history:\n    outages: {file: outages.csv, observed: {start: 2025-01-01, end: 2026-01-01}}\n"


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["coupling", *map(str, args)], catch_exceptions=False)
    return done.exit_code, done.output


def log_text(rename: dict[str, str] | None = None) -> str:
    """The year as a log of whole seconds."""
    zero = dt.datetime(2025, 1, 1)
    lines = ["component,start,end"]
    for c, s, e in sorted(year(), key=lambda r: r[1]):
        times = [f"{(zero + dt.timedelta(seconds=int(t))).isoformat()}Z" for t in (s, e)]
        lines.append(",".join([(rename or {}).get(c, c), *times]))
    return "\n".join(lines) + "\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "outages.csv").write_text(log_text())
    (tmp_path / "case.yaml").write_text(BACKUPS + EVIDENCE)
    return tmp_path


def test_processes_and_a_cluster_say_the_same_to_the_last_byte(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="`distributed` (extra `cluster`) is not installed")
    from fuelbed.numerics import parallel

    went: list[int] = []
    over_processes, over_cluster = parallel._by_processes, distributed.Client.map

    def counted(fn: Any, parts: list[Any], many: int) -> list[Any]:
        went.append(len(parts))
        return over_processes(fn, parts, many)

    def sent(*args: Any, **how: Any) -> Any:
        went.append(-len(args[-1]))
        return over_cluster(*args, **how)

    alone = run(case / "outages.csv", "--format", "json", "--jobs", 1)
    monkeypatch.setattr(parallel, "PIECE", 0.0)
    monkeypatch.setattr(parallel, "_STARTING", {"fork": 0.0, "spawn": 0.0})  # so that even so little goes out
    monkeypatch.setattr(parallel, "_LOOK", 0.0)
    monkeypatch.setattr(parallel, "_by_processes", counted)
    monkeypatch.setattr(distributed.Client, "map", sent)
    assert run(case / "outages.csv", "--format", "json", "--jobs", 2) == alone
    assert went
    assert min(went) > 0
    del went[:]
    with dask_cluster() as cluster:
        assert run(case / "outages.csv", "--format", "json", "--cluster", cluster.scheduler_address) == alone
    assert went
    assert max(went) < 0
    assert run(case / "outages.csv", "--jobs", 2, "--cluster", "tcp://127.0.0.1:1")[0] == 2


def test_text_at_80_columns(case: Path) -> None:
    code, out = run(case)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert re.search(r"^ dump, snapshot +12 of 22 +0\.\d+ +\d+ \(\d+..\d+\) times +hidden dependency$", out, re.M)
    assert "H hidden dependency; C cascade; S shared dependency" in out
    assert "The intersection that independence leaves out" in out
    assert "P(first)" not in out
    assert "P(first)" in run(case, "--full")[1]


def test_a_bare_log_needs_no_case(case: Path) -> None:
    code, out = run(case / "outages.csv", "--observed", "2025-01-01..2026-01-01")
    assert code == 0
    assert "in 365 days, where independence expects" in " ".join(out.split())
    assert "The intersection" not in out
    assert "FB163" not in out
    assert "FB163" in run(case / "outages.csv")[1]


def test_the_patch_is_pasted_and_settles_the_finding(case: Path) -> None:
    code, out = run(case, "--suggest")
    assert code == 0
    assert "FB251" in run(case)[1]
    (case / "case.yaml").write_text(BACKUPS + EVIDENCE + out)
    read = read_case(case)
    (group,) = read.common_causes
    assert set(group.of) == {"dump", "snapshot", "wal"}
    assert (group.acts_on, group.beta.basis) == ("fails", "measured")
    assert group.beta.low < 9 / 22 < group.beta.high
    assert group.beta.source.startswith("outages.csv: of 22 failures of dump in 365 days")
    after = run(case)[1]
    assert "FB251" not in after
    assert "FB255" not in after


def test_the_patch_of_a_bare_log_with_odd_names_is_yaml(tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text(log_text({"dump": 'pg "main": #1', "snapshot": "- disk\\x"}))
    code, out = run(file, "--suggest")
    assert code == 0
    data = plain(load_yaml(out, "patch")[0])
    assert {'pg "main": #1', "- disk\\x", "wal"} in [set(g["of"]) for g in data["common_causes"]]


def test_csv_has_a_row_for_each_pair_and_no_formula(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(log_text({"dump": "=HYPERLINK(1)"}))
    code, out = run(file, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    first = rows[0]
    assert (first["a"], first["b"], first["mechanism"], first["together"]) == (
        "'=HYPERLINK(1)",
        "snapshot",
        "hidden dependency",
        "12",
    )
    assert float(first["lift_low"]) < float(first["lift"]) < float(first["lift_high"])
    assert 0 < float(first["q"]) < 1e-20


def test_json_is_strict_and_whole(case: Path) -> None:
    code, out = run(case, "--format", "json", "--window", "2 min")
    data = json.loads(out, parse_constant=lambda x: pytest.fail(x))
    assert code == 0
    assert (data["window"], data["window_chosen"], data["tests"]) == (120.0, False, 36)
    assert data["system"]["times"]["hazard"]["low"] > 10
    assert [set(c["members"]) for c in data["system"]["cut_sets"]] == [set(data["groups"][0]["factors"])]


def test_markdown_into_a_file(case: Path, tmp_path: Path) -> None:
    code, out = run(case, "-o", tmp_path / "out.md")
    assert code == 0
    assert "Wrote" in out
    assert "**hidden dependency**" in (tmp_path / "out.md").read_text()


def test_fail_on(case: Path) -> None:
    assert run(case, "--fail-on", "warning")[0] == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("none.csv",), "no such file or directory"),
        (("outages.csv", "--window", "5"), "write one time above 0"),
        (("outages.csv", "--window", "1..2 min"), "write one time above 0"),
        (("outages.csv", "--observed", "2025-01-01"), "write 2025-01-01..2026-01-01"),
        (("outages.csv", "--observed", "x..y"), "is not a time"),
        ((".", "--observed", "2025-01-01..2026-01-01"), "--observed is for a bare log"),
        (("broken.csv",), "FB"),
    ],
)
def test_what_cannot_be_used_is_code_2(case: Path, args: tuple[str, ...], said: str) -> None:
    (case / "broken.csv").write_text("component,start,end\ndump,2025-03-01T10:00Z,2025-03-01T09:00Z\n")
    code, out = run(case / args[0], *args[1:])
    assert code == 2
    assert said in out
    assert "Traceback" not in out


@pytest.mark.parametrize("form", ["--suggest", "--format=csv", "--format=json"])
def test_a_case_without_a_history_is_told(tmp_path: Path, form: str) -> None:
    (tmp_path / "case.yaml").write_text(BACKUPS)
    code, out = run(tmp_path, form)
    assert code == 2
    assert "evidence.history" in out
    assert run(tmp_path)[0] == 0
