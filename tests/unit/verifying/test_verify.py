"""Predicted against observed: verdicts, windows, the incident left out, and how often a known effect is judged wrongly."""

from __future__ import annotations

import datetime as dt
from array import array
from dataclasses import replace

import numpy as np
import pytest

from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.history import FailureLog, IncidentTable
from fuelbed.core.options import Options
from fuelbed.readers.case import parse_case
from fuelbed.verifying.blocks import headline
from fuelbed.verifying.judge import WORDS, judge
from fuelbed.verifying.predict import Predictor
from fuelbed.verifying.series import DAY, Series
from fuelbed.verifying.verify import Verified, _Work, verify

TEXT = """\
fuelbed: 1
title: Orders lost
failure: lost
date: 2024-06-29
factors:
  push: {kind: trigger, rate: 50 per year}
  weak: {kind: condition, present: yes}
  breaker: {kind: control, fails: 0.5}
structure:
  slow: push and weak
  lost: slow and fails(breaker)
actions:
  drill: {does: [set breaker.fails to 0.05..0.15], done: 2024-07-01}
  watch: {does: [observe lost], done: 2024-07-01}
  fewer: {does: [set push.rate to 10 per year], done: 2025-07-01}
  talk: {done: 2024-08-01}
  shut: {does: [remove weak], status: done}
  later: {does: [remove weak], status: open}
"""
DONE = dt.datetime(2024, 7, 1, tzinfo=dt.UTC).timestamp()
YEAR = 365 * DAY


def log(case: Case, times: list[float], window: tuple[float, float], declared: bool = True, component: str = "lost") -> Case:
    zero = window[0]
    starts = array("d", sorted(t - zero for t in times))
    row = FailureLog(
        "l",
        "l.csv",
        (component,),
        array("q", [0] * len(starts)),
        starts,
        array("d", [np.nan] * len(starts)),
        (0.0, window[1] - zero),
        declared,
        zero,
    )
    return replace(case, history={"l": row})


def by_name(case: Case, *only: str) -> dict[str, Verified]:
    return {v.action: v for v in verify(case, Options(), only)}


def evenly(n: int, begin: float, end: float) -> list[float]:
    return [begin + (end - begin) * (i + 0.5) / n for i in range(n)]


@pytest.mark.parametrize(
    ("observed", "predicted", "says"),
    [
        ((0.05, 0.4), (0.1, 0.3), "as_predicted"),
        ((0.35, 0.9), (0.1, 0.3), "less"),
        ((0.35, 2.0), (0.1, 0.3), "less"),
        ((1.2, 3.0), (0.1, 0.3), "less"),
        ((0.01, 0.05), (0.1, 0.3), "more"),
        ((0.2, 1.4), (0.1, 0.3), "too_early"),
        ((0.0, float("inf")), (0.1, 0.3), "too_early"),
        ((0.5, 1.5), (1.0, 1.0), "no_change_predicted"),
        ((0.1, 0.5), (1.0, 1.0), "more"),
        ((0.5, 1.5), (0.1, 1.0), "prediction_open"),
        ((0.2, 0.8), (0.1, 1.0), "as_predicted"),
        ((1.5, 4.0), (1.2, 5.0), "as_predicted"),
        ((0.5, 4.0), (1.2, 5.0), "too_early"),
    ],
)
def test_verdicts(observed: tuple[float, float], predicted: tuple[float, float], says: str) -> None:
    assert judge(Estimate(None, *observed), Estimate(None, *predicted)) == says


def test_counts_windows_and_what_is_left_out() -> None:
    """25 before in a year, one of them the incident; 5 in the year after; the day itself belongs to neither."""
    before, after = evenly(24, DONE - YEAR, DONE - 30 * DAY), evenly(5, DONE + 2 * DAY, DONE + YEAR)
    incident = dt.datetime(2024, 6, 29, 3, tzinfo=dt.UTC).timestamp()
    case = log(parse_case(TEXT), [*before, incident, DONE + DAY / 2, *after], (DONE - YEAR, DONE + YEAR + DAY))
    v = by_name(case)["drill"]
    assert v.before is not None
    assert v.after is not None
    assert v.observed is not None
    assert v.predicted is not None
    assert (v.before.count, v.after.count) == (24, 5)
    assert (v.before.of, v.after.of) == pytest.approx((365, 364))  # until the next item, which moves the same: 2025-07-01
    assert v.observed.value == pytest.approx(5 / 364 / (24 / 365))
    assert (v.predicted.low, v.predicted.high) == pytest.approx((0.1, 0.3))
    assert v.outcome == "as_predicted"
    assert any("regression to the mean" in n for n in v.notes)
    assert any("`talk`" in n for n in v.notes)


def test_an_item_that_only_watches_moves_nothing_and_is_no_confounder() -> None:
    case = log(
        parse_case(TEXT), [*evenly(20, DONE - YEAR, DONE), *evenly(18, DONE + DAY, DONE + YEAR)], (DONE - YEAR, DONE + YEAR)
    )
    found = by_name(case)
    assert found["watch"].outcome == "confounded"  # the drill was on the same day, and moves the same
    assert found["drill"].together == ()
    without = parse_case(TEXT.replace("0.05..0.15], done: 2024-07-01", "0.05..0.15], status: open"))
    assert by_name(replace(without, history=case.history))["watch"].outcome == "no_change_predicted"
    assert found["drill"].outcome == "less"


def test_items_of_one_day_that_move_the_same_are_judged_together() -> None:
    text = TEXT.replace("status: done", "done: 2024-07-01").replace("remove weak], done", "set weak.present to 0.5], done")
    found = by_name(log(parse_case(text), evenly(20, DONE - YEAR, DONE), (DONE - YEAR, DONE + YEAR)))
    assert found["drill"].together == ("shut",)
    predicted = found["drill"].predicted
    assert predicted is not None
    assert (predicted.low, predicted.high) == pytest.approx((0.05, 0.15))


def test_an_earlier_item_ends_the_time_before_and_is_done_on_both_sides() -> None:
    second = DONE + YEAR
    case = log(parse_case(TEXT), evenly(40, DONE - YEAR, second + YEAR), (DONE - YEAR, second + YEAR))
    v = by_name(case)["fewer"]
    assert v.before is not None
    assert v.before.begin == DONE + DAY
    assert v.predicted is not None
    assert v.predicted.value == pytest.approx(0.2)


def test_a_trigger_is_held_against_its_own_rate() -> None:
    second = DONE + YEAR
    case = log(
        parse_case(TEXT),
        [*evenly(50, second - YEAR, second), *evenly(9, second + DAY, second + YEAR)],
        (second - YEAR, second + YEAR),
        component="push",
    )
    v = by_name(case)["fewer"]
    assert (v.of, v.outcome) == ("push", "as_predicted")
    assert v.before is not None
    assert v.before.begin == second - YEAR  # the drill moves failures, not pushes


def test_too_early_says_how_long() -> None:
    case = log(parse_case(TEXT), [*evenly(12, DONE - YEAR, DONE - 40 * DAY), DONE + 9 * DAY], (DONE - YEAR, DONE + 30 * DAY))
    v = by_name(case)["drill"]
    assert v.outcome == "too_early"
    assert v.wait is not None
    assert 60 < v.wait < 600


def test_what_is_missing_is_asked_for() -> None:
    found = by_name(parse_case(TEXT))
    assert found["later"].outcome == "not_done"
    for name, word in (("drill", "evidence.history"), ("talk", "does"), ("shut", "done: YYYY-MM-DD")):
        missing = found[name].missing
        assert missing is not None
        assert word in missing.question
    undeclared = by_name(log(parse_case(TEXT), evenly(9, DONE - YEAR, DONE), (DONE - YEAR, DONE + YEAR), declared=False))["drill"]
    assert undeclared.missing is not None
    assert "observed" in undeclared.missing.question
    ended = by_name(log(parse_case(TEXT), evenly(9, DONE - YEAR, DONE), (DONE - YEAR, DONE)))["drill"]
    assert ended.missing is not None
    assert "since 2024-07-01" in ended.missing.question


def test_bursts_widen_and_a_trend_is_told() -> None:
    bursts = [DONE - YEAR + 20 * DAY * i + j for i in range(18) for j in range(5)]
    v = by_name(log(parse_case(TEXT), [*(t for t in bursts if t % (100 * DAY) < 40 * DAY)], (DONE - YEAR, DONE + YEAR)))["drill"]
    assert any("bursts" in n for n in v.notes)
    falling = [*evenly(30, DONE - YEAR, DONE - YEAR / 2), *evenly(3, DONE - YEAR / 2, DONE)]
    v = by_name(log(parse_case(TEXT), falling, (DONE - YEAR, DONE + YEAR)))["drill"]
    assert any("fallen already" in n for n in v.notes)


def test_a_share_of_near_misses() -> None:
    days = evenly(40, DONE - YEAR, DONE - DAY) + evenly(40, DONE + DAY, DONE + YEAR)
    failed = [i % 2 for i in range(40)] + [int(i % 20 == 0) for i in range(40)]
    table = IncidentTable("past", "", (), array("d"), array("q", failed), array("d", days), tuple(map(str, range(80))))
    text = TEXT.replace("done: 2025-07-01", "status: open")
    rows = [v for v in verify(replace(parse_case(text), incidents={"past": table}), Options(), ["drill"]) if v.kind == "share"]
    (v,) = rows
    assert v.outcome == "as_predicted"
    assert v.observed is not None
    assert v.observed.value == pytest.approx(0.1)


def test_a_table_of_incidents_that_says_which_time_it_covers_is_a_log() -> None:
    days = evenly(24, DONE - YEAR, DONE - 30 * DAY) + evenly(5, DONE + 2 * DAY, DONE + YEAR)
    table = IncidentTable(
        "past",
        "",
        (),
        array("d"),
        array("q", [1] * 29),
        array("d", days),
        tuple(map(str, range(29))),
        observed=(DONE - YEAR, DONE + YEAR),
    )
    found = [v for v in verify(replace(parse_case(TEXT), incidents={"past": table}), Options(), ["drill"]) if v.kind == "rate"]
    assert [v.outcome for v in found] == ["as_predicted"]


@pytest.mark.parametrize(("ratio", "never"), [(0.2, "less"), (0.2, "more"), (1.0, "as_predicted")])
def test_a_known_effect_is_seldom_judged_wrongly(ratio: float, never: str) -> None:
    """600 histories around one incident that is there by selection: an effect within the prediction is called less (or more) in at most 1 of 40, as the
    interval promises on that side, and no effect at all is called as predicted in at most 1 of 40."""
    case = parse_case(TEXT)
    action = case.actions["drill"]
    alone = replace(case, actions={"drill": action})
    work = _Work(alone, Predictor(alone, Options()), [], [])
    rng = np.random.default_rng(11)
    incident = dt.datetime(2024, 6, 29, 12, tzinfo=dt.UTC).timestamp()
    wrong = 0
    for _ in range(600):
        before = rng.uniform(DONE - YEAR, DONE, rng.poisson(15))
        after = rng.uniform(DONE + DAY, DONE + YEAR, rng.poisson(15 * ratio))
        starts = tuple(sorted([*before.tolist(), incident, *after.tolist()]))
        work.series = [Series("lost", "l", starts, (DONE - YEAR, DONE + YEAR + DAY), True)]
        (v,) = work.of(action)
        wrong += v.outcome == never
    assert wrong / 600 <= 0.025 + 3.5 * (0.025 * 0.975 / 600) ** 0.5


def test_the_headline_knows_every_outcome() -> None:
    for outcome in WORDS:
        said = headline([Verified("a", "", None, outcome)])
        assert said[0].endswith(".")
