"""What the records teach, through the whole engine: claim, series, factors, luck, the line, actions, and what it says where it knows little."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from fuelbed.analysis import analyze
from fuelbed.core.blocks import Answer, Ask, Picture, Sentence, Table
from fuelbed.core.case import Case
from fuelbed.core.reporting import Report
from fuelbed.engines.threshold.scene import records, set_up
from fuelbed.readers.case import read_case
from fuelbed.report import threshold as report

FACTORS = ("peak_load", "retries", "small_pool", "colour")
CASE = """\
fuelbed: 1
title: Checkout fell over
failure: checkout_down
date: 2025-08-28
factors:
  surge: {kind: trigger, rate: monthly, in_incident: yes}
  peak_load: {kind: condition, present: yes, duty: 0.3}
  retries: {kind: condition, present: yes}
  small_pool: {kind: control, state: missing}
structure:
  checkout_down: surge and peak_load and retries and fails(small_pool)
evidence:
  incidents: {past: {file: incidents.csv}}
  metrics: {daily: {file: days.csv, time: date, columns: {peak_load: peak_load, retries: retries, small_pool: small_pool, colour: colour}}}
threshold: {days: daily}
actions:
  budget: {does: [set retries.present to 0.1]}
  pool: {does: [make small_pool perfect]}
  alert: {does: [observe peak_load]}
"""


def write(folder: Path, text: str = CASE, n: int = 60, seed: int = 3) -> Case:
    """Histories by a declared threshold: 4 peak_load + 3 retries + 2 small_pool + noise >= 5; colour does nothing."""
    rng = np.random.default_rng(seed)
    x = np.round(rng.random((n, 4)), 2)
    x[:, 2] = rng.random(n) < 0.4
    failed = x @ [4.0, 3.0, 2.0, 0.0] + 0.6 * rng.logistic(size=n) >= 5.0
    failed[-1], x[-1] = True, [0.95, 0.9, 1.0, 0.5]
    start = dt.date(2025, 8, 28) - dt.timedelta(days=6 * (n - 1))
    rows = [
        f"{start + dt.timedelta(days=6 * i)},{'incident' if y else 'near miss'},{','.join(map(str, r))}"
        for i, (y, r) in enumerate(zip(failed, x, strict=True))
    ]
    (folder / "incidents.csv").write_text("date,failed," + ",".join(FACTORS) + "\n" + "\n".join(rows) + "\n")
    first = dt.date(2025, 8, 28) - dt.timedelta(days=59)
    days = [f"{first + dt.timedelta(days=k)},{0.3 + 0.011 * k:.3f},{0.2 + 0.012 * k:.3f},{int(k > 40)},0.5" for k in range(60)]
    (folder / "days.csv").write_text("date," + ",".join(FACTORS) + "\n" + "\n".join(days) + "\n")
    (folder / "case.yaml").write_text(text)
    return read_case(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("learned")
    write(at)
    return at


@cache
def analyzed(folder: Path) -> Report:
    return analyze(read_case(folder))


def answer(r: Report, engine: str = "threshold") -> Answer:
    found = next(s.answer for s in r.sections if s.engine == engine)
    assert isinstance(found, Answer)
    return found


def table(a: Answer, name: str) -> dict[str, dict[str, object]]:
    t = next(b for b in a.blocks if isinstance(b, Table) and b.id == name)
    return {row[0].text: {c.id: cell for c, cell in zip(t.columns, row, strict=True)} for row in t.rows}


def test_the_incident_is_over_and_what_pushed_is_told(folder: Path) -> None:
    a = answer(analyzed(folder))
    assert a.claim.startswith("Learned from 60 records, ")
    assert "In the incident the margin was −" in a.claim
    rows = table(a, "threshold_factors")
    share = {n: r["shapley"].estimate.value for n, r in rows.items()}  # type: ignore[attr-defined]  # a cell
    assert share["peak_load"] + share["retries"] + share["small_pool"] > 0.85
    assert share["colour"] == min(share.values())
    assert sum(share.values()) == pytest.approx(1.0, abs=1e-6)


def test_every_day_has_its_margin_with_the_incident_marked(folder: Path) -> None:
    picture = next(b for b in answer(analyzed(folder)).blocks if isinstance(b, Picture) and b.kind == "series")
    points = picture.data["points"]
    assert len(points) == 60
    assert points[0][1] > points[-1][1]
    assert all(low <= m <= high for _, m, low, high in points)
    assert picture.data["trigger"][0] == pytest.approx(59 * 86_400)
    assert "it first more likely failed than not on 2025-0" in picture.alt


def test_gradient_bars_fall_and_the_alt_names_the_first(folder: Path) -> None:
    picture = next(b for b in answer(analyzed(folder)).blocks if isinstance(b, Picture) and b.kind == "bars")
    values = [r["value"] for r in picture.data["rows"]]
    assert values == sorted(values, reverse=True)
    assert f"`{picture.data['rows'][0]['id']}`" in picture.alt


def test_actions_have_the_room_that_they_make(folder: Path) -> None:
    rows = table(answer(analyzed(folder), "actions"), "actions")
    assert rows["alert"]["room"].text == "not touched"  # type: ignore[attr-defined]  # a cell
    for name in ("budget", "pool"):
        before, _, after = rows[name]["room"].text.partition(" → ")  # type: ignore[attr-defined]  # a cell
        assert float(after.split()[0].replace("−", "-")) > float(before.split()[0].replace("−", "-"))


def test_luck_is_a_finding_at_its_row(folder: Path) -> None:
    found = [f for f in answer(analyzed(folder)).findings if f.code == "FB261"]
    scene = set_up(read_case(folder), records(read_case(folder)), np.random.default_rng(1))  # type: ignore[arg-type]  # there are records
    assert found
    for f in found:
        assert f.span is not None
        assert f.span.file.endswith("incidents.csv")
        label = f.message.split("`")[1]
        assert not scene.records.failed[scene.records.labels.index(label)]


def test_the_learned_line_is_one_that_can_be_pasted(folder: Path, tmp_path: Path) -> None:
    case = read_case(folder)
    scene = set_up(case, records(case), np.random.default_rng(1))  # type: ignore[arg-type]  # there are records
    patch = report.as_yaml(scene)
    assert "structure:\n  checkout_down: threshold(1, " in patch
    assert "*fails(small_pool)" in patch
    line = (
        next(x for x in patch.splitlines() if x.startswith("  checkout_down:"))
        .replace(", 0.01*colour", "")
        .replace(", 0.02*colour", "")
        .replace(", 0.03*colour", "")
    )
    text = CASE.replace("  checkout_down: surge and peak_load and retries and fails(small_pool)", line)
    text = text.replace("  small_pool: {kind", "  colour: {kind: condition, present: yes}\n  small_pool: {kind")
    assert write(tmp_path, text).lines["checkout_down"].text.startswith("threshold(1")


def test_numbers_of_the_command_agree_with_the_answer(folder: Path) -> None:
    case = read_case(folder)
    scene = set_up(case, records(case), np.random.default_rng(1))  # type: ignore[arg-type]  # there are records
    data = report.as_data(scene)
    assert data["records"] == 60
    assert data["incident"] == "2025-08-28"
    assert len(data["margins"]) == 60
    assert data["rhat"] < 1.05
    assert all(len(x) <= 80 for x in report.as_text(scene).splitlines())


def test_few_records_are_prior_dominated_and_ask_for_more(tmp_path: Path) -> None:
    write(tmp_path, n=8)
    a = answer(analyze(read_case(tmp_path)))
    assert "Prior-dominated" in a.claim
    assert any(isinstance(b, Sentence) and b.tone == "bad" and b.text.startswith("Prior-dominated") for b in a.blocks)
    asks = [b.missing.question for b in a.blocks if isinstance(b, Ask)]
    assert any("more like these 8 would settle" in q for q in asks)
    assert "FB260" in [f.code for f in a.findings]


def test_all_failed_or_none(tmp_path: Path) -> None:
    for word in ("incident", "near miss"):
        (tmp_path / "incidents.csv").write_text(
            "date,failed,peak_load,retries\n" + "".join(f"2025-01-{d:02d},{word},0.{d % 10},1\n" for d in range(1, 15))
        )
        (tmp_path / "case.yaml").write_text(
            CASE.split("  metrics:")[0] + "actions: {budget: {does: [set retries.present to 0.1]}}\n"
        )
        a = answer(analyze(read_case(tmp_path)))
        assert "Prior-dominated" in a.claim
        assert any(isinstance(b, Ask) and "daily series" in b.missing.question for b in a.blocks)


def test_the_same_for_the_same_seed(folder: Path) -> None:
    assert answer(analyze(read_case(folder))).claim == answer(analyzed(folder)).claim
