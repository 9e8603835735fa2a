"""`fuelbed solve` as a user runs it: text at 80 columns, JSON, lists, limits, formats, distributions, bad files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fuelbed.cli.main import main
from fuelbed.readers.faulttrees.openpsa import parse_openpsa

TRAINS = """<?xml version="1.0"?>
<opsa-mef><define-fault-tree name="Trains">
  <define-gate name="top"><and><gate name="t1"/><gate name="t2"/></and></define-gate>
  <define-gate name="t1"><or><event name="v1"/><event name="p1"/></or></define-gate>
  <define-gate name="t2"><or><event name="v2"/><event name="p2"/></or></define-gate>
  EVENTS
</define-fault-tree>GROUPS</opsa-mef>
"""
EVENTS = "".join(f'<define-basic-event name="{e}"><float value="0.1"/></define-basic-event>' for e in ("v1", "v2", "p1", "p2"))
GROUP = """<define-CCF-group name="{0}s" model="beta-factor"><members><basic-event name="{0}1"/><basic-event name="{0}2"/></members>
<distribution><float value="0.1"/></distribution><factor level="2"><float value="0.2"/></factor></define-CCF-group>"""
UNSURE = EVENTS.replace(
    '<float value="0.1"/>',
    '<lognormal-deviate><float value="0.1"/><float value="3"/><float value="0.95"/></lognormal-deviate>',
    1,
)


def write(tmp_path: Path, events: str = EVENTS, groups: str = "", name: str = "t.xml") -> str:
    path = tmp_path / name
    path.write_text(TRAINS.replace("EVENTS", events).replace("GROUPS", groups), encoding="utf-8")
    return str(path)


def run(*words: str) -> Result:
    result = CliRunner().invoke(main, ["solve", *words], standalone_mode=False, catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def data(*words: str) -> dict:
    return json.loads(run(*words, "--format", "json").stdout)


def test_text_fits_80_columns_and_says_what_is_exact(tmp_path: Path) -> None:
    out = run(write(tmp_path)).stdout
    assert "0.0361 (exact for the numbers given)" in out
    assert "Minimal cut sets: 4" in out
    assert max(map(len, out.splitlines())) <= 80


def test_fussell_vesely_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    """By hand: a cut set with v1 is complete where v1 and one of v2, p2 are: 0.1 * 0.19, of 0.0361."""
    tree = write(tmp_path)
    assert data(tree, "--fussell-vesely")["importance"]["v1"]["fussell_vesely"] == pytest.approx(0.019 / 0.0361, rel=1e-12)
    assert "fussell_vesely" not in data(tree)["importance"]["v1"]
    out = run(tree, "--fussell-vesely").stdout
    assert "Fuss-Ves" in out
    assert "0.526" in out
    assert max(map(len, out.splitlines())) <= 80
    assert "is not given" in run(tree, "--fussell-vesely", "--no-cut-sets").stdout.replace("\n", " ")


def test_published_importance(tmp_path: Path) -> None:
    """SCRAM 0.16.2 on its TwoTrain example with every probability 0.1: without common causes, and with beta 0.2."""
    got = data(write(tmp_path))
    row = got["importance"]["v1"]
    assert got["probability"] == pytest.approx(0.0361, rel=1e-12)
    want = {"birnbaum": 0.171, "criticality": 0.473684, "diagnostic": 0.526316, "raw": 5.26316, "rrw": 1.9}
    assert {k: row[k] for k in want} == pytest.approx(want, rel=1e-5)
    got = data(write(tmp_path, groups=GROUP.format("v") + GROUP.format("p"), events=""))
    assert got["probability"] == pytest.approx(0.0622587, rel=1e-5)
    assert got["cut_sets"]["by_order"] == {"1": 2, "2": 4}
    own, both = got["importance"]["[v1]"], got["importance"]["[v1 v2]"]
    assert (own["birnbaum"], own["raw"]) == pytest.approx((0.135716, 3.00548), rel=1e-5)
    assert (both["birnbaum"], both["raw"], both["rrw"]) == pytest.approx((0.956879, 16.062, 1.44381), rel=1e-5)


def test_json_has_what_a_program_needs(tmp_path: Path) -> None:
    got = data(write(tmp_path), "--top", "2")
    assert set(got) >= {"probability", "cut_sets", "importance", "seconds"}
    assert set(got["cut_sets"]) >= {"count", "complete", "by_order", "top"}
    assert (got["cut_sets"]["count"], got["cut_sets"]["complete"], len(got["cut_sets"]["top"])) == (4, True, 2)
    assert got["seconds"] >= 0
    listed = data(write(tmp_path), "--list")["cut_sets"]["all"]
    assert sorted(map(tuple, listed)) == [("p1", "p2"), ("p1", "v2"), ("p2", "v1"), ("v1", "v2")]


def test_lists_and_limits(tmp_path: Path) -> None:
    lines = run(write(tmp_path), "--list").stdout.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("0.01\t") for line in lines)
    assert data(write(tmp_path), "--order-limit", "1")["cut_sets"]["count"] == 0
    got = data(write(tmp_path), "--order-limit", "2")["cut_sets"]
    assert (got["count"], got["order_limit"]) == (4, 2)


def test_without_cut_sets_the_rest_is_the_same(tmp_path: Path) -> None:
    whole, less = data(write(tmp_path)), data(write(tmp_path), "--no-cut-sets")
    assert less["cut_sets"] is None
    assert (less["probability"], less["importance"]) == (whole["probability"], whole["importance"])
    assert "not asked for" in run(write(tmp_path), "--no-cut-sets").stdout


def test_past_the_budget_nothing_is_complete(tmp_path: Path) -> None:
    events = [f"e{i}" for i in range(30)]
    inner = "".join(f'<event name="{e}"/>' for e in events)
    vote = f'<define-gate name="top"><atleast min="12">{inner}</atleast></define-gate>'
    defined = "".join(f'<define-basic-event name="{e}"><float value="0.2"/></define-basic-event>' for e in events)
    path = tmp_path / "vote.xml"
    path.write_text(f'<opsa-mef><define-fault-tree name="V">{vote}{defined}</define-fault-tree></opsa-mef>')
    exact, short = data(str(path)), data(str(path), "--budget", "100")
    assert exact["cut_sets"]["complete"]
    assert short["probability"] is None
    assert short["bounds"]["low"] <= exact["probability"] <= short["bounds"]["high"]
    assert short["cut_sets"] is None or not short["cut_sets"]["complete"]
    assert short["notes"]
    text = run(str(path), "--budget", "100").stdout
    assert max(map(len, run(str(path), "--budget", "100", "--order-limit", "11").stdout.splitlines())) <= 80
    assert "not exact" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("form", ["open-psa", "dot", "mermaid"])
def test_the_tree_itself_in_other_formats(tmp_path: Path, form: str) -> None:
    path = write(tmp_path, groups=GROUP.format("v"), events=EVENTS[EVENTS.index('<define-basic-event name="p1"') :])
    out = run(path, "--format", form).stdout
    if form == "open-psa":
        again = tmp_path / "again.xml"
        again.write_text(out)
        assert data(str(again))["probability"] == pytest.approx(data(path)["probability"], rel=1e-14)
        assert parse_openpsa([("a", out.encode())]).groups == parse_openpsa([("a", Path(path).read_bytes())]).groups
    else:
        assert out.startswith("digraph" if form == "dot" else "flowchart")
        for name in ("top", "t1", "v1", "p2"):
            assert name in out


def test_distributions_give_an_interval_and_its_source(tmp_path: Path) -> None:
    path = write(tmp_path, events=UNSURE)
    got = data(path)
    spread = got["uncertainty"]
    assert spread["draws"] == 1000
    assert spread["p05"] < got["probability"] < spread["p95"]
    assert abs(spread["mean"] - got["probability"]) < 5 * spread["standard_error"]  # P is linear in each event
    assert list(spread["share_of_spread"]) == ["v1"]
    assert spread["share_of_spread"]["v1"] == pytest.approx(1.0)
    assert data(path) | {"seconds": 0} == got | {"seconds": 0}  # seeded
    assert "uncertainty" not in data(path, "--samples", "0")
    assert "90 % of 1000 draws" in run(path).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.xml"], "there is no file"),
        (["."], "not a regular file"),
    ],
)
def test_files_that_are_none(words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_every_fault_once_and_code_2(tmp_path: Path) -> None:
    result = run(write(tmp_path, events=EVENTS.replace("0.1", "x")))
    assert result.exit_code == 2
    assert result.stderr.count("FB146") == 4


def test_a_probability_that_is_none(tmp_path: Path) -> None:
    result = run(write(tmp_path, events=EVENTS.replace("0.1", "1.5", 1)))
    assert result.exit_code == 2
    assert "`v1`" in result.stderr
