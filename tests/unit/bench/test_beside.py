"""The table of all benchmarks with a peer: what stands in a row, what is kept of a run, and that docs/bench.md is made of what is kept."""

from __future__ import annotations

import json
import types
from pathlib import Path

import pytest

from bench import beside
from bench import run as bench
from bench.beside import KEPT, PEERED, Result, Row

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _nothing_told() -> None:
    beside.taken()


def test_ratios_say_how_many_times_better_ours_is() -> None:
    quick = Row("scan", "s", 0.5, "peer", 2.0)
    fast = Row("scan", "pairs a second", 50.0, "peer", 200.0, better="more")
    assert (quick.ratio, fast.ratio) == (4.0, 0.25)
    assert Row("scan", "s", None, "peer", None, times=3.0).ratio == 3.0
    assert Row("scan", "s", 0.0, "peer", 1.0).ratio is None


def test_a_table_names_both_sides_and_marks_the_better() -> None:
    rows = (
        Row("scan", "s", 0.5, "peer", 2.0, sides="the same"),
        Row("walk", "s", 3.0, "peer", 1.5),
        Row("tree", "s", 1.0, "peer", 60.0, at_least=True),
        beside.over("trees", "s", "peer", [(4.0, 2.0), (0.5, 4.0), (3.0, 6.0)], "ours more"),
    )
    lines = beside.table([Result("structure", "2026-01-01", "here", rows)]).splitlines()[2:]
    assert lines[0] == "| structure: scan, s | **0.5** | peer 2 | 4 | the same |"
    assert lines[1].startswith("| structure: walk, s | 3 | peer **1.5** | 0.5 |")
    assert lines[2].startswith("| structure: tree, s | **1** | peer >60 | at least 60 |")
    assert lines[3] == "| structure: trees, s | **3** | peer 4 | 2 (0.5 to 8) | ours more |"
    none = beside.table([Result("structure", "2026-01-01", "here", (Row("trees", "s", None, "peer", None, times=2.0),))])
    assert "| - | peer - | 2 |" in none, "where the seconds were not kept"


def test_a_run_keeps_what_it_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bench, "import_module", lambda name: types.SimpleNamespace(main=lambda: beside.tell(Row("x", "s", 1.0, "p", 2.0)))
    )
    monkeypatch.setattr(beside.write, "__defaults__", (tmp_path / "out",))
    assert bench._run("exposure", []) == 0
    told = beside.read(tmp_path / "out/exposure.json")
    assert told.rows == (Row("x", "s", 1.0, "p", 2.0),)
    assert "Python 3" in told.machine
    assert beside.write("exposure", [], tmp_path / "none") is None, "a run without its peer keeps nothing"
    (tmp_path / "kept").mkdir()
    beside.keep(["exposure", "coupling"], tmp_path / "out", tmp_path / "kept")
    assert beside.latest(tmp_path / "kept") == [told]


def test_without_a_name_all_that_have_a_peer_run_and_one_table_follows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(bench, "_run", lambda name, words: seen.append(name) or 0)
    monkeypatch.setattr(
        beside, "latest", lambda *folders: [Result("exposure", "2026-01-01", "here", (Row("x", "s", 1.0, "p", 2.0),))]
    )
    assert bench.run([]) == 0
    assert tuple(seen) == PEERED
    out = capsys.readouterr().out
    assert "| exposure: x, s | **1** | p 2 | 2 | the same |" in out
    assert "Without their peers here: structure, dynamics, coupling, invariants, text_speed." in out


def test_the_page_is_made_of_what_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.run(["--page"]) == 0
    assert (ROOT / "docs/bench.md").read_text(encoding="utf-8") == capsys.readouterr().out, (
        "run: ./dev bench --page > docs/bench.md"
    )


@pytest.mark.parametrize("file", sorted(KEPT.glob("*.json")), ids=lambda f: f.stem)
def test_what_is_kept_says_when_and_where(file: Path) -> None:
    result = beside.read(file)
    assert result.bench == file.stem in PEERED
    assert result.rows
    assert result.machine
    assert len(result.date) == 10
    assert all(r.ratio is not None and r.ratio > 0 for r in result.rows)
    assert json.loads(file.read_text(encoding="utf-8"))["taken_from"] == result.taken_from
