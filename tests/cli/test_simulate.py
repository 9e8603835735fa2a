"""`fuelbed simulate history`: a folder that every command reads without a fault, and never over what is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fuelbed.cli.simulate import simulate
from fuelbed.core.findings import Severity
from fuelbed.readers.case import read_case


def _run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(simulate, ["history", *words])
    return done.exit_code, done.output


def test_the_folder_is_read_back_without_a_fault(tmp_path: Path) -> None:
    code, said = _run("--out", str(tmp_path / "made"), "--days", "40", "--seed", "7")
    assert code == 0, said
    case = read_case(tmp_path / "made")
    assert [f for f in case.findings if f.severity is not Severity.NOTE] == []
    log = case.history["outages"]
    assert len(log) == len((tmp_path / "made/outages.csv").read_text().splitlines()) - 1
    assert len(log.components) == 24
    assert log.window is not None
    assert log.window[1] - log.window[0] == 40 * 86_400
    assert case.coupling.load == ("traffic", "load")
    assert case.coupling.deploys == (("releases", "deploy"),)
    truth = json.loads((tmp_path / "made/truth.json").read_text())
    assert len(truth["coupled"]) == 5
    assert truth["made"]["seed"] == 7
    assert {c["a"] for c in truth["coupled"]} <= set(log.components)


@pytest.mark.parametrize("mechanisms", ["none", "hidden", "clock, cascade"])
def test_any_choice_of_mechanisms(tmp_path: Path, mechanisms: str) -> None:
    code, said = _run("--out", str(tmp_path / "x"), "--days", "2", "--components", "4", "--mechanisms", mechanisms)
    assert code == 0, said
    assert [f for f in read_case(tmp_path / "x").findings if f.severity is Severity.ERROR] == []


def test_the_same_seed_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert _run("--out", str(tmp_path / name), "--days", "9")[0] == 0
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    code, said = _run("--out", str(tmp_path))
    assert code == 2
    assert "nothing is overwritten" in said
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
    code, said = _run("--out", str(tmp_path / "mine.txt"))
    assert code == 2
    (tmp_path / "empty").mkdir()
    assert _run("--out", str(tmp_path / "empty"), "--days", "2")[0] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--mechanisms", "magic"), "no mechanism is called 'magic'"),
        (("--components", "6"), "5 mechanisms need 10 components"),
        (("--days", "0"), "--days"),
        (("--load-noise", "-1"), "--load-noise"),
    ],
)
def test_what_is_refused(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    code, said = _run("--out", str(tmp_path / "x"), *words)
    assert code == 2
    assert told in said
    assert not (tmp_path / "x").exists()
