"""What is shown while a large file is read: how far, on one line that is wiped; and nothing where nobody looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuelbed.cli import _progress, common
from fuelbed.cli._progress import Progress
from fuelbed.readers import stream

HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n  metrics: db.csv\n"


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stream, "_TOLD", 1)
    monkeypatch.setattr(stream, "BLOCK", 2_000_000)
    (tmp_path / "case.yaml").write_text(HEAD)
    (tmp_path / "db.csv").write_text("time,load\n" + "".join(f"{i},1\n" for i in range(600_000)))
    return tmp_path


def test_reading_is_told_at_a_terminal(case: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(_progress, "is_terminal", lambda err=False: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(_progress, "_PATIENCE", 0.0)
    common.load(case)
    shown = capsys.readouterr().err
    assert "reading db.csv: 4 of 5 MB" in shown or "reading db.csv: 5 of 5 MB" in shown
    assert shown.endswith("\r\x1b[2K")


def test_nothing_is_told_elsewhere(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common.load(case)
    assert capsys.readouterr().err == ""


def test_the_name_of_a_file_steers_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress._late = True
    progress.read("a\x1b[31m\u202e\n" + "b" * 500, 3_000_000, 1_500_000_000)
    shown = capsys.readouterr().err
    assert shown.startswith("\r\x1b[2K... reading a\\x1b[31m")
    assert shown.endswith("3 of 1,500 MB")
    assert "\u202e" not in shown
    assert "\n" not in shown
