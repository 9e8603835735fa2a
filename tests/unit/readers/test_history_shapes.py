"""The shapes of histories and incidents agree with their readers."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from fuelbed.core.errors import InputError
from fuelbed.readers.case import parse_case, read_case
from fuelbed.readers.entries import ENTRY_KEYS
from fuelbed.readers.evidence_shapes import EventsFile, MetricsFile
from fuelbed.readers.history_shapes import HistoryEntry, IncidentsEntry, TracesEntry
from fuelbed.readers.shapes import CaseFile
from fuelbed.readers.trackers import FORMATS
from fuelbed.readers.yaml import load_yaml, plain
from tests.unit.readers.test_history import LOG
from tests.unit.readers.test_incidents import PAST

CASE = """fuelbed: 1
title: t
failure: out
factors:
  a: {kind: trigger}
structure:
  out: a
evidence:
  metrics:
    api: {file: m.csv, columns: {load: asked}}
  history:
    outages:
      file: log.csv
      format: csv
      columns: {component: component, start: start, end: end, name: name}
      clock: iso
      zone: UTC
      observed: {start: 2025-01-01, end: 2026-01-01}
      watched: [queue, 7]
      source: the tracker
    simple: log.csv
    auto:
      from: api
      rules: {api: load < 5 for 2 min}
  incidents:
    past:
      file: past.csv
      columns: {date: day, failed: outcome, name: title}
      factors: [peak_load, retries]
      scale: {peak_load: 0..1}
    more:
      - {failed: near miss, peak_load: 0.4}
    also:
      rows: [{failed: yes, date: 2025-03-01, retries: no}]
"""
FAULTS = [
    ("file: log.csv", "fiel: log.csv"), ("format: csv", "format: xlsx"), ("clock: iso", "clock: sundial"), ("end: 2026-01-01}", "until: 2026-01-01}"),
    ("watched: [queue, 7]", "watched: {queue: 7}"), ("{api: load < 5 for 2 min}", "[api]"), ("{component: component", "{komponent: component"),
    ("factors: [peak_load, retries]", "factors: peak_load"), ("scale: {peak_load: 0..1}", "scale: [peak_load]"), ("{date: day", "{day: day"),
    ("- {failed: near miss, peak_load: 0.4}", "- near miss"), ("start: 2025-01-01, ", ""),
]  # fmt: skip


def write(folder: Path, text: str) -> Path:
    (folder / "log.csv").write_text(LOG)
    (folder / "past.csv").write_text(PAST)
    (folder / "m.csv").write_text("time,asked\n1,4\n2,9\n")
    (folder / "case.yaml").write_text(text)
    return folder


def test_a_good_case_passes_both(tmp_path: Path) -> None:
    c = read_case(write(tmp_path, CASE))
    assert (list(c.history), list(c.incidents)) == (["outages", "simple", "auto"], ["past", "more", "also"])
    CaseFile.model_validate(plain(load_yaml(CASE, "f")[0]))


@pytest.mark.parametrize(("old", "new"), FAULTS)
def test_faults_of_shape_fail_both(old: str, new: str) -> None:
    assert old in CASE
    text = CASE.replace(old, new, 1)
    with pytest.raises(InputError):
        parse_case(text)
    with pytest.raises(ValidationError):
        CaseFile.model_validate(plain(load_yaml(text, "f")[0]))


@pytest.mark.parametrize(
    ("role", "shape"),
    [
        ("metrics", MetricsFile),
        ("events", EventsFile),
        ("history", HistoryEntry),
        ("incidents", IncidentsEntry),
        ("traces", TracesEntry),
    ],
)
def test_the_same_keys(role: str, shape: type[BaseModel]) -> None:
    assert {f.alias or name for name, f in shape.model_fields.items()} == set(ENTRY_KEYS[role])


def test_the_same_formats() -> None:
    formats = HistoryEntry.model_json_schema()["properties"]["format"]["anyOf"][0]["enum"]
    assert set(formats) == {"csv", "parquet", *FORMATS}
