"""Whatever an evidence file holds, the command ends in bounded time and memory, and a fault has a place and a cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.further import but, kept
from tests.hostile.cases import factors
from tests.hostile.command import fuelbed
from tests.hostile.evidence import BAD, BAD_HISTORY, HEAVY, HEAVY_HISTORY

LONG = (
    "JSON: 16,000,000 empty lists", "JSON: 5,000,000 objects, one with a key twice", "OTLP: 400,000 points at one time",
    "OpenMetrics: 1,000,000 series", "CSV: 20,000,000 empty lines", "Prometheus: 1,000,000 bad values", "Prometheus: 200,000 series",
)  # fmt: skip  # one list
EVIDENCE = "evidence:\n  metrics: {{file: {0}, columns: {{load: load}}}}\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    return folder


def _write(case: Path, file: str, data: bytes) -> None:
    (case / file).write_bytes(data)
    (case / "case.yaml").write_text(factors(2, 1, 1) + EVIDENCE.format(file))


@pytest.mark.parametrize("name", but(BAD, LONG))
def test_it_is_refused_with_a_place_and_a_cure(name: str, case: Path) -> None:
    if name.startswith("Parquet"):
        pytest.importorskip("pyarrow")
    file, make, code = BAD[name]
    _write(case, file, make())
    done = fuelbed("check", case, case=case)
    assert done.is_clean, (done.code, done.err[-1000:], done.seen[:1000])
    assert done.code == 2
    assert code in done.err
    assert f"{file}:" in done.err or "case.yaml:" in done.err
    assert len(done.err) < 100_000
    assert done.seconds < 60


@pytest.mark.parametrize(
    "name", kept(HEAVY, ("OTLP: 300,000 points", "CSV: quotes everywhere", "CSV: nothing was ever measured"))
)
def test_it_is_read(name: str, case: Path) -> None:
    file, make = HEAVY[name]
    _write(case, file, make())
    done = fuelbed("check", case, case=case)
    assert done.is_clean, (done.code, done.err[-1000:], done.seen[:1000])
    assert done.code == 0
    assert "No fault." in done.out


@pytest.mark.parametrize("name", [*BAD_HISTORY, *HEAVY_HISTORY])
def test_histories(name: str, case: Path) -> None:
    if "Parquet" in name:
        pytest.importorskip("pyarrow")
    section, file, make, *code = BAD_HISTORY[name] if name in BAD_HISTORY else HEAVY_HISTORY[name]
    (case / file).write_bytes(make())
    (case / "case.yaml").write_text(factors(2, 1, 1) + f"evidence:\n  {section}\n")
    done = fuelbed("check", case, case=case)
    assert done.is_clean, (done.code, done.err[-1000:], done.seen[:1000])
    assert done.code == (2 if code else 0)
    assert all(c in done.err for c in code)
    assert len(done.err) < 100_000


@pytest.mark.parametrize("file", ["m.csv", "m.json", "m.om", "m.parquet", "e.csv", "h.csv", "i.csv"])
def test_a_file_that_is_no_file(file: str, case: Path) -> None:
    (case / file).mkdir()
    section = {"e.csv": "events: e.csv", "h.csv": "history: h.csv", "i.csv": "incidents: i.csv"}.get(file, f"metrics: {file}")
    (case / "case.yaml").write_text(factors(2, 1, 1) + f"evidence:\n  {section}\n")
    done = fuelbed("check", case, case=case)
    assert done.is_clean, done
    assert done.code == 2
    assert "FB051" in done.err


def test_events_past_the_budget(case: Path) -> None:
    (case / "e.csv").write_text("time,name\n" + "".join(f"{i},x\n" for i in range(100_001)))
    (case / "case.yaml").write_text(factors(2, 1, 1) + "evidence:\n  events: e.csv\n")
    done = fuelbed("check", case, case=case)
    assert done.is_clean, done
    assert "FB056" in done.err
