"""The declared rules: rows, hold, linear, gaps, events, and what is not decided."""

from __future__ import annotations

import math
import time
from array import array

import numpy as np
import pytest

from fuelbed.core.errors import FuelbedError
from fuelbed.core.temporal import parse_temporal
from fuelbed.numerics.temporal import Trace, evaluate, samples_of, violations
from fuelbed.numerics.temporal.windows import ranges, rest, slide, until_rest

NAN = math.nan


def verdicts(text: str, times: list[float], **more: object) -> list[int]:
    columns = {k: v for k, v in more.items() if len(k) == 1}
    rest = {k: v for k, v in more.items() if len(k) > 1}
    trace: Trace = evaluate(parse_temporal(text), times, columns, **rest)  # type: ignore[arg-type]  # columns and options of each test
    return trace.verdict.tolist()


def test_the_tail_is_not_decided_and_a_violation_seen_in_it_is() -> None:
    t = [0.0, 1.0, 2.0, 3.0, 4.0]
    assert verdicts("always[0..2 s] x > 0", t, x=[1, 1, 1, 1, 1]) == [1, 1, 1, 0, 0]
    assert verdicts("always[0..2 s] x > 0", t, x=[1, 1, 1, 1, -1]) == [1, 1, -1, -1, -1]
    assert verdicts("eventually[0..2 s] x > 0", t, x=[-1, -1, -1, -1, 1]) == [-1, -1, 1, 1, 1]
    assert verdicts("eventually[0..2 s] x > 0", t, x=[1, -1, -1, -1, -1]) == [1, -1, -1, 0, 0]
    assert verdicts("historically[0..2 s] x > 0", t, x=[1, 1, 1, 1, 1]) == [0, 0, 1, 1, 1]
    assert verdicts("x > 0 until[0..2 s] y > 0", t, x=[1, 1, 1, 1, 1], y=[-1, -1, -1, -1, 1]) == [-1, -1, 1, 1, 1]
    assert verdicts("x > 0 until[0..2 s] y > 0", t, x=[1, 1, 1, 1, -1], y=[-1] * 5) == [-1, -1, -1, -1, -1]


def test_without_end_means_the_trace_as_it_is() -> None:
    t = [0.0, 1.0, 2.0]
    assert verdicts("always x > 0", t, x=[1, 1, 1]) == [1, 1, 1]
    assert verdicts("eventually x > 0", t, x=[-1, 1, -1]) == [1, 1, -1]
    assert verdicts("always[1 s..] x > 0", t, x=[-1, 1, 1]) == [1, 1, 0]
    assert verdicts("always(x > 0 -> eventually[0..1 s] y > 0)", t, x=[1, -1, -1], y=[-1, 1, -1]) == [1, 1, 1]
    assert verdicts("always(x > 0 -> eventually[0..1 s] y > 0)", t, x=[1, -1, 1], y=[-1, 1, -1]) == [0, 0, 0]


def test_an_empty_cell_is_not_known() -> None:
    t = [0.0, 1.0, 2.0, 3.0]
    assert verdicts("x > 0", t, x=[1, NAN, -1, 1]) == [1, 0, -1, 1]
    assert verdicts("x > 0 or y > 0", t, x=[1, NAN, NAN, NAN], y=[-1, 1, -1, NAN]) == [1, 1, 0, 0]
    assert verdicts("always[0..1 s] x > 0", t, x=[1, NAN, -1, 1]) == [0, -1, -1, 0]
    assert verdicts("x / y > 0", t, x=[0, 1, 1, 1], y=[0, 1, 0, -1]) == [0, 1, 1, -1]


def test_a_gap_is_not_known_and_its_length_is_declared() -> None:
    t = [0.0, 60.0, 120.0, 600.0, 660.0, 720.0]
    ones = [1.0] * 6
    assert verdicts("always[0..60 s] x > 0", t, x=ones) == [1, 1, 0, 1, 1, 0]
    assert verdicts("always[0..60 s] x > 0", t, x=ones, gap=600.0) == [1, 1, 1, 1, 1, 0]
    assert verdicts("rises(x > 0)", t, x=[-1, 1, 1, 1, -1, 1]) == [-1, 1, -1, 0, -1, 1]
    # at 60 the window 160..260 holds no row, and decides nothing; at 600 it ends after the last row
    assert verdicts("always[100..200 s] x > 0", t, x=ones, gap=600.0) == [1, 0, 0, 0, 0, 0]
    assert verdicts("always x > 0", t, x=ones) == [0, 0, 0, 1, 1, 1]
    assert verdicts("always x > 0", t, x=[1, 1, 1, 1, 1, -1]) == [-1] * 6


def test_a_value_lasts_until_the_next() -> None:
    t = [0.0, 10.0, 25.0]
    trace = evaluate(parse_temporal("x > 2"), t, {"x": [1.0, 3.0, 5.0]}, between="hold", every=5.0)
    assert trace.times.tolist() == [0, 5, 10, 15, 20, 25]
    assert trace.low.tolist() == [-1, -1, 1, 1, 1, 3]
    assert trace.decided.all()
    short = evaluate(parse_temporal("x > 2"), t, {"x": [1.0, 3.0, 5.0]}, between="hold", every=5.0, gap=12.0)
    assert short.verdict.tolist() == [-1, -1, 1, 0, 0, 1]
    kept = evaluate(parse_temporal("x > 2"), t, {"x": [3.0, NAN, NAN]}, between="hold", every=5.0)
    assert kept.verdict.tolist() == [1, 1, 0, 0, 0, 0]  # an empty cell of a row that is there ends the value
    again = evaluate(parse_temporal("x > 2"), t, {"x": [3.0, NAN, 1.0]}, between="hold", every=5.0)
    assert again.verdict.tolist() == [1, 1, 0, 0, 0, -1]
    series = evaluate(parse_temporal("x > 2"), t, {"x": [3.0, NAN, NAN]}, between="hold", every=5.0, merged=True)
    assert series.verdict.tolist() == [1] * 6
    late = evaluate(parse_temporal("x > 2"), t, {"x": [NAN, 3.0, NAN]}, between="hold", every=5.0, gap=10.0)
    assert late.verdict.tolist() == [0, 0, 1, 0, 0, 0]


def test_straight_lines_between_rows() -> None:
    t = [0.0, 10.0, 30.0]
    trace = evaluate(parse_temporal("x > 2"), t, {"x": [0.0, 4.0, 0.0]}, between="linear", every=5.0, gap=100.0)
    assert trace.low.tolist() == [-2, 0, 2, 1, 0, -1, -2]
    assert trace.verdict.tolist() == [-1, -1, 1, 1, -1, -1, -1]  # at 2 itself `x > 2` is false
    holes = evaluate(parse_temporal("x > 2"), t, {"x": [0.0, 4.0, 0.0]}, between="linear", every=5.0, gap=15.0)
    assert holes.verdict.tolist() == [-1, -1, 1, 0, 0, 0, -1]
    ends = evaluate(parse_temporal("x > 2"), t, {"x": [NAN, 4.0, NAN]}, between="linear", every=5.0, gap=100.0)
    assert ends.verdict.tolist() == [0, 0, 1, 0, 0, 0, 0]


def test_the_step_of_a_grid_is_the_usual_one_and_bounded() -> None:
    assert samples_of([0, 1, 2, 3, 10], {}, "hold").step == 1.0
    with pytest.raises(FuelbedError, match="longer `every`"):
        samples_of([0.0, 1e9], {}, "hold", every=1e-3)


def test_at_the_bound_the_comparison_decides() -> None:
    t = [0.0, 1.0]
    assert verdicts("x <= 3", t, x=[3, 4]) == [1, -1]
    assert verdicts("x < 3", t, x=[3, 2]) == [-1, 1]
    assert verdicts("not x < 3", t, x=[3, 2]) == [1, -1]
    assert verdicts("historically x <= 3", t, x=[3, 3]) == [1, 1]


def test_events() -> None:
    t = [0.0, 10.0, 20.0, 30.0]
    happened = {"deploy": [(12.0, NAN)], "freeze": [(5.0, 21.0)]}
    assert verdicts("event(deploy)", t, events=happened) == [-1, -1, 1, -1]
    assert verdicts("event(freeze)", t, events=happened) == [-1, 1, 1, -1]
    assert verdicts("event(nothing)", t, events=happened) == [-1] * 4
    assert verdicts("event(early)", t, events={"early": [(-3.0, NAN)]}) == [0, -1, -1, -1]
    assert verdicts("event(late)", t, events={"late": [(31.0, NAN)]}) == [-1] * 4
    assert verdicts("event(deploy) -> eventually[0..10 s] x > 0", t, x=[-1, -1, -1, 1], events=happened) == [1] * 4
    gap = [0.0, 10.0, 50.0, 60.0]
    assert verdicts("event(deploy)", gap, events=happened) == [-1, -1, 0, -1]
    trace = evaluate(parse_temporal("not event(deploy)"), t, {}, events=happened)
    assert violations(trace)[0].worst == -math.inf


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(FuelbedError, match="`y`"):
        evaluate(parse_temporal("y > 1"), [0.0], {"x": [1.0]})


def test_uneven_steps_in_seconds() -> None:
    t = [0.0, 0.4, 1.0, 1.1, 2.0]
    assert verdicts("always[0..1 s] x > 0", t, x=[1, 1, -1, 1, 1], gap=10.0) == [-1, -1, -1, 0, 0]
    assert verdicts("eventually[500..700 ms] x > 0", t, x=[1, -1, -1, 1, 1], gap=10.0) == [0, 1, 0, 0, 0]
    thirds = [i / 3 for i in range(10)]
    assert verdicts("always[1..1 s] x > 0", thirds, x=[1, 1, 1, -1, 1, 1, 1, 1, 1, 1]) == [-1, 1, 1, 1, 1, 1, 1, 0, 0, 0]


def test_violations() -> None:
    t = array("d", [0, 1, 2, 3, 4, 5, 6])
    trace = evaluate(parse_temporal("x <= 3"), t, {"x": array("d", [1, 5, 4, 2, NAN, 7, 9])})
    first, second = violations(trace)
    assert (first.start, first.end, first.worst, first.at, first.samples, first.open) == (1, 3, -2, 1, 2, False)
    assert (second.start, second.end, second.worst, second.at, second.samples, second.open) == (5, 6, -6, 6, 2, True)
    assert first.duration == 2
    gap = evaluate(parse_temporal("x <= 3"), [0, 1, 2, 9, 10], {"x": [5, 5, 5, 5, 1]})
    assert [(v.start, v.end, v.open) for v in violations(gap)] == [(0, 2, True), (9, 10, False)]


def test_windows_against_loops() -> None:
    rng = np.random.default_rng(3)
    for n in (1, 2, 7, 40, 3000):
        x, y = rng.integers(0, 9, size=n).astype(float), rng.integers(0, 9, size=n).astype(float)
        for low, high in [(0, 0), (0, 1), (2, 9), (5, 5), (0, 5000), (6000, 7000)]:
            for greatest, beyond in ((True, -1.0), (False, 99.0), (False, -7.0)):
                best = max if greatest else min
                wide = np.concatenate([x, np.full(7001, beyond)])
                expected = [best(wide[i + low : i + high + 1]) for i in range(n)] if n < 100 else None
                assert expected is None or slide(x, low, high, greatest, beyond).tolist() == expected
        u, expected = -math.inf, []
        for i in range(n - 1, -1, -1):
            u = max(y[i], min(x[i], u))
            expected.append(u)
        assert until_rest(x, y, -math.inf).tolist() == expected[::-1]
        assert rest(x, 1, True, -5.0).tolist() == [max(x[i + 1 :], default=-5.0) for i in range(n)]
        left = rng.integers(0, n, size=n)
        right = np.minimum(left + rng.integers(-1, 6, size=n), n - 1)
        assert ranges(x, left, right, False, 77.0).tolist() == [
            min(x[a : b + 1], default=77.0) for a, b in zip(left.tolist(), right.tolist(), strict=True)
        ]


@pytest.mark.parametrize("text", ["x <= 9 until[0..{w} s] y >= 9", "x <= 9 since[3..{w} s] y >= 9", "always[0..{w} s] x <= 9"])
@pytest.mark.parametrize("step", [1.0, 0.0])
def test_time_hardly_depends_on_the_window(text: str, step: float) -> None:
    """No early exit is possible; a window ten thousand times as long would cost ten thousand times as much, were it searched."""
    n = 200_000
    rng = np.random.default_rng(4)
    times = np.arange(n) * step if step else np.cumsum(rng.uniform(0.5, 1.5, size=n))
    columns = {"x": rng.random(n), "y": rng.random(n)}

    def seconds(w: int) -> float:
        best = math.inf
        for _ in range(3):
            start = time.process_time()
            evaluate(parse_temporal(text.format(w=w)), times, columns, gap=10.0)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(100_000) < 30 * seconds(10)
