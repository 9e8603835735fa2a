"""One small case through all nine engines; every number at which two of them meet is worked out here a second time, by hand."""

from __future__ import annotations

import csv
import json
import math
import re
from itertools import permutations
from pathlib import Path

import jsonschema
import pytest
from scipy.stats import beta as beta_law
from scipy.stats import kendalltau

from fuelbed.analysis import analyze
from fuelbed.core.agreement import Disagreement, Meeting
from fuelbed.core.blocks import Answer, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.reporting import Report
from fuelbed.readers.case import read_case
from fuelbed.report import render_html, render_json, render_markdown, render_text, report_json_schema
from fuelbed.report._arrange import standing

NINE = Path(__file__).parent / "nine"
SURGES, FLOODS, BREAKER, FALLBACK, DECLARED = 4.0, 1.0, 0.1, 0.2, 0.05
TIPS = math.log(0.8 / 0.4) / math.log(
    0.8 / 0.2
)  # the push of 0.6 is beyond the edge, 1 - load, where the load (log-uniform) is above 0.4
A_LOAD = 1 / 16  # the grid of loads


@pytest.fixture(scope="module")
def report() -> Report:
    return analyze(read_case(NINE))


def meeting(report: Report, name: str) -> tuple[Meeting, dict[str, Estimate]]:
    found = next(m for m in report.agreement.meetings if m.id == name)
    return found, {n.id: n.estimate for n in found.numbers}


def differs(report: Report, name: str, about: str) -> Disagreement:
    return next(d for d in report.agreement.disagreements if (d.id, d.about) == (name, about))


def both_fail(beta: float, breaker: float = BREAKER) -> float:
    """All four outcomes of (common cause or not) x (the rest on its own), added up where both fail."""
    common = beta * min(breaker, FALLBACK)
    return sum(
        (common if struck else 1 - common) * (1.0 if struck else (breaker - common) * (FALLBACK - common))
        for struck in (True, False)
    )


def failures(tips: float = TIPS, beta: float = DECLARED, breaker: float = BREAKER, floods: float = FLOODS) -> float:
    return (SURGES * tips + floods) * both_fail(beta, breaker)


def test_all_nine_answer(report: Report) -> None:
    assert [s.engine for s in report.sections if standing(s) != "answered"] == []
    assert len({s.section for s in report.sections if s.section}) == 9
    assert all(isinstance(s.answer, Answer) for s in report.sections)
    assert [m.id for m in report.agreement.meetings if m.missing is None] == ["tipping", "joint", "ranks", "attribution", "lint"]


def test_the_chance_to_tip_is_that_of_an_event_of_the_structure(report: Report) -> None:
    m, numbers = meeting(report, "tipping")
    p = numbers["surge.tips"]
    assert p.value is not None
    assert abs(p.value - TIPS) <= A_LOAD
    without = failures(tips=0.0)
    assert numbers["surge.through"].value == pytest.approx(1 - without / failures(tips=p.value), abs=1e-12)
    assert "`surge`" in m.says


def test_history_in_the_place_of_the_declared_common_cause(report: Report) -> None:
    """Counted from the file: 10 of 15 failures of either took both, independence explains next to none; Jeffreys' posterior is the beta."""
    rows = list(csv.DictReader((NINE / "outages.csv").read_text().splitlines()))
    days = {name: {r["start"][:10] for r in rows if r["component"] == name} for name in ("breaker", "fallback")}
    both, either = len(days["breaker"] & days["fallback"]), min(map(len, days.values()))
    assert (both, either) == (10, 15)
    _, numbers = meeting(report, "joint")
    law = beta_law(both + 0.5, either - both + 0.5)
    beta = numbers["beta.breaker.fallback"]
    assert beta.value == pytest.approx(law.mean(), abs=0.01)
    assert (beta.low, beta.high) == pytest.approx((law.ppf(0.05), law.ppf(0.95)), abs=0.01)
    assert beta.value is not None
    times = numbers["times"]
    for got, share in ((times.value, beta.value), (times.low, beta.low), (times.high, beta.high)):
        assert got == pytest.approx(both_fail(share) / both_fail(DECLARED), rel=1e-9)
    p = meeting(report, "tipping")[1]["surge.tips"].value or 0.0
    for key, share in (("given", DECLARED), ("counted", beta.value)):
        assert numbers[key].value == pytest.approx(1 - math.exp(-failures(p, share)), rel=1e-9)
    d = differs(report, "history", "")
    assert (d.first.estimate, d.second.estimate) == (numbers["given"], numbers["counted"])


def test_threshold_and_structure_rank_the_same_factors(report: Report) -> None:
    """Of 60 + 45 + 5 + 10 = 120 of 100, each factor's absence wins its own amount; without the pool or the surge only floods are left."""
    r = report.agreement.ranks
    assert r is not None
    p = meeting(report, "tipping")[1]["surge.tips"].value or 0.0
    pulls = {"small_pool": 60.0, "surge": 45.0, "open_port": 5.0}
    shares = {n: 1 - failures(0.0) / failures(p) for n in ("small_pool", "surge")} | {
        "open_port": 1 - failures(p, floods=0.0) / failures(p)
    }
    assert [x.factor for x in r.factors] == sorted(pulls, key=lambda n: -pulls[n])
    for x in r.factors:
        assert x.pull.value == pytest.approx(pulls[x.factor])
        assert x.share.value == pytest.approx(shares[x.factor])
    names, order = list(pulls), {n: round(s, 9) for n, s in shares.items()}

    def net(of: list[float]) -> int:
        return sum((of[i] > of[j]) - (of[i] < of[j]) for i in range(3) for j in range(i + 1, 3))  # `pulls` falls along the list

    values = [order[n] for n in names]
    assert (r.same, r.opposite, r.tied) == (2, 0, 1)
    assert r.tau.value == pytest.approx(net(values) / 3)
    assert r.luck == pytest.approx(sum(net(list(q)) >= net(values) for q in permutations(values)) / 6)
    assert kendalltau([60, 45, 5], values, variant="b").statistic == pytest.approx(
        2 / math.sqrt(3 * 2)
    )  # the same pairs, ties left out of the scale


def test_the_story_is_set_against_the_risk(report: Report) -> None:
    """Sentences are counted by the words that the case gives; the risk is one removal's part of all six."""
    text = (NINE / "postmortem.md").read_text().split("## Action items")[0]
    said = re.findall(r"surge of visitors|circuit breaker|page without the shop", text)
    _, numbers = meeting(report, "attribution")
    assert numbers["surge.story"].value == pytest.approx(said.count("surge of visitors") / len(said))
    p = meeting(report, "tipping")[1]["surge.tips"].value or 0.0
    pool, port = 1 - failures(0.0) / failures(p), 1 - failures(p, floods=0.0) / failures(p)
    assert numbers["surge.risk"].value == pytest.approx(pool / (2 * pool + 2 * port + 2))
    d = differs(report, "story", "surge")
    assert (d.first.estimate, d.second.estimate) == (numbers["surge.story"], numbers["surge.risk"])
    told = next(s.answer for s in report.sections if s.engine == "attribution")
    assert isinstance(told, Answer)
    assert any("No sentence speaks of `breaker` and `fallback` together" in getattr(b, "text", "") for b in told.blocks)


def test_lint_knows_the_model(report: Report) -> None:
    m, numbers = meeting(report, "lint")
    lint = next(s.answer for s in report.sections if s.engine == "lint")
    assert isinstance(lint, Answer)
    resting = [f for f in lint.findings if f.code in ("PM106", "PM107", "PM205", "PM709")]
    assert numbers["beside"].value == len(resting) > 0
    told = next(f.message for f in resting if f.code == "PM107")
    p = meeting(report, "tipping")[1]["surge.tips"].value or 0.0
    assert "The pool of connections is small" in told
    assert f"{100 * (1 - failures(0.0) / failures(p)):.0f}% of the failures" in told
    assert "5 verdicts, 1 loop" in m.says


@pytest.mark.parametrize(
    ("name", "about", "first", "second"),
    [
        ("most_but_boundary", "larger_pool", failures(tips=0.0) / failures(tips=0.5) - 1, 1.0),
        ("most_but_boundary", "better_breaker", both_fail(DECLARED, 0.01) / both_fail(DECLARED) - 1, 1.0),
        ("room_alone", "higher_limit", 0.0, 50.0),
    ],
)
def test_where_two_engines_differ_over_an_item(report: Report, name: str, about: str, first: float, second: float) -> None:
    d = differs(report, name, about)
    assert d.first.estimate.value == pytest.approx(first, abs=1e-9)
    assert d.second.estimate.value == pytest.approx(second, abs=0.01)
    assert f"`{about}`" in d.says


def test_one_row_an_item_over_all_engines(report: Report) -> None:
    """Propensity: failures a year over all that arrives today. The margin is where 0.6 of the push meets the edge at the middle load."""
    a = next(s.answer for s in report.sections if s.engine == "actions")
    assert isinstance(a, Answer)
    t = next(b for b in a.blocks if isinstance(b, Table) and b.id == "actions")
    row = {r[0].text: dict(zip((c.id for c in t.columns), r, strict=True)) for r in t.rows}
    assert {"propensity", "margin", "room", "ambiguity", "variants"} <= set(row["larger_pool"])
    p = meeting(report, "tipping")[1]["surge.tips"].value or 0.0
    left = {
        "larger_pool": failures(0.0),
        "better_breaker": failures(p, breaker=0.01),
        "higher_limit": failures(p),
        "count_retries": failures(p),
    }
    for name, rate in left.items():
        e = row[name]["propensity"].estimate
        assert e is not None
        assert e.value == pytest.approx(rate / (SURGES + FLOODS))
    edge = 1 - math.sqrt(0.2 * 0.8)  # the load in the middle, on the scale of its logarithm
    today, after = (float(x) for x in re.findall(r"[\d.]+", row["ask_less"]["margin"].text))
    assert today == pytest.approx(edge / 0.6, abs=0.1)
    assert after == pytest.approx((edge + 0.3) / 0.6, abs=0.1)
    assert row["larger_pool"]["room"].text == "−20 → 40"
    assert row["higher_limit"]["room"].text == "−20 → 30"


def test_over_the_limit_and_yet_rare(report: Report) -> None:
    d = differs(report, "over_but_rare", "")
    p = meeting(report, "tipping")[1]["surge.tips"].value or 0.0
    assert d.first.estimate.value == pytest.approx(100 - (60 + 45 + 5 + 10))
    assert d.second.estimate.value == pytest.approx(failures(p) / (SURGES + FLOODS))


def test_no_more_than_that_differs(report: Report) -> None:
    assert sorted((d.id, d.about) for d in report.agreement.disagreements) == [
        ("history", ""),
        ("most_but_boundary", "better_breaker"),
        ("most_but_boundary", "larger_pool"),
        ("over_but_rare", ""),
        ("room_alone", "higher_limit"),
        ("story", "surge"),
    ]


def test_every_format_tells_it(report: Report) -> None:
    data = json.loads(render_json(report))
    jsonschema.Draft202012Validator(report_json_schema()).validate(data)
    assert [d["id"] for d in data["agreement"]["disagreements"]] == [d.id for d in report.agreement.disagreements]
    plain = {"text": render_text(report, 80, full=True), "markdown": render_markdown(report), "html": render_html(report)}
    for text in plain.values():
        assert "Where the answers meet" in text
    joined = " ".join(plain["text"].split())
    for d in report.agreement.disagreements:
        assert d.says.replace("`", "") in joined
    summary = render_text(report, 80)
    assert len(summary.splitlines()) <= 45
    flat = " ".join(summary.split())
    assert (
        "Answers differ: §5 and §1, §1 and §2 (larger_pool, better_breaker)" in flat
    )  # a warning with its cure takes the lines of the sentences
    assert "FB230 answers broke on web at 10:03 UTC" in flat
    assert "state the invariant less strictly." in flat
