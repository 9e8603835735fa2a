"""Times, labels on poles and strips: what an axis reads, that no words meet at any width, and that a path is its numbers."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from evidence_sample import PICTURES, holding, picture  # type: ignore[import-not-found]  # beside this file, see conftest.py
from hypothesis import given
from hypothesis import strategies as st

from fuelbed.report import render_html
from fuelbed.report._clock import Clock, clock, lasting
from fuelbed.report._flags import Flag, flags, shortened, width
from fuelbed.report._strips import BUCKETS, HEIGHT, PAD, Bucket, buckets, scale, steps, strip, strips, thinned
from fuelbed.report._timeline import timeline

NIGHT = {"start": 1540160520.0, "zone": "UTC", "span": [0.0, 86400.0]}  # 21 October 2018, 22:22


# ---- times -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "t", "text"),
    [
        (NIGHT, 1800.0, "22:52"),
        (NIGHT, 45000.0, "22 Oct 10:52"),
        ({**NIGHT, "zone": "-07:00"}, 1800.0, "15:52"),
        ({**NIGHT, "zone": "+0530"}, 1800.0, "04:22"),
        ({**NIGHT, "zone": "Mars/Olympus"}, 1800.0, "22:52"),
        ({**NIGHT, "span": [1740.0, 1860.0]}, 1807.0, "22:52:07"),
        ({**NIGHT, "start": None}, 1800.0, "+30 min"),
        ({**NIGHT, "start": None, "span": [-60.0, 60.0]}, -5.0, "−5 s"),
        ({**NIGHT, "start": 1e300}, 1800.0, "+30 min"),
    ],
)
def test_an_instant_reads_in_its_zone(data: dict[str, Any], t: float, text: str) -> None:
    assert clock(data).at(t) == text


def test_the_axis_says_its_zone_and_day() -> None:
    assert clock(NIGHT).words == "UTC, from 21 Oct 2018"
    assert clock({**NIGHT, "zone": "-07:00"}).words == "-07:00, from 21 Oct 2018"
    assert clock({**NIGHT, "zone": "nowhere"}).words.startswith("UTC")
    assert clock({**NIGHT, "start": None}).words == "time since the start"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.25, "0.25 s"),
        (43, "43 s"),
        (119, "119 s"),
        (120, "2 min"),
        (2400, "40 min"),
        (5700, "1 h 35 min"),
        (86400, "24 h"),
        (86400 * 3.1, "3 days 2 h"),
    ],
)
def test_a_stretch_of_time_reads(seconds: float, text: str) -> None:
    assert lasting(seconds) == text


@given(st.floats(1.0, 3e8), st.one_of(st.none(), st.floats(0, 4e9)), st.integers(2, 9))
def test_ticks_are_few_in_order_and_inside(span: float, start: float | None, about: int) -> None:
    of = clock({"start": start, "zone": "UTC", "span": [0.0, span]})
    ticks = of.ticks(about)
    assert len(ticks) <= about + 1
    assert all(-1e-6 * span <= t <= span * (1 + 1e-6) for t, _ in ticks)
    assert [t for t, _ in ticks] == sorted({t for t, _ in ticks})
    assert all(words for _, words in ticks)


def test_ticks_are_round_in_their_own_zone() -> None:
    assert [w for _, w in clock({**NIGHT, "zone": "+05:30"}).ticks(5)] == ["06:00", "12:00", "18:00", "23 Oct"]
    assert [w for _, w in clock(NIGHT).ticks(5)] == ["22 Oct", "06:00", "12:00", "18:00"]


@pytest.mark.parametrize("span", [[0.0, 0.0], [5.0, 1.0], [0.0, math.inf], [math.nan, 1.0]])
def test_an_axis_of_no_length_is_widened(span: list[float]) -> None:
    of = clock({"start": None, "span": span})
    assert math.isfinite(of.low)
    assert of.span > 0
    assert 0 <= of.share(3.0) <= 100


# ---- labels ----------------------------------------------------------------------------------------------------------------------


def _crossing(placed: tuple[Flag, ...], at: list[float], stretch: float) -> list[tuple[int, int]]:
    """Pairs of labels whose words meet, or whose words a pole runs through, on a page `stretch` times as wide; words are as wide as ever."""
    out = []
    for a in placed:
        left, right = stretch * at[a.index] + a.dx, stretch * at[a.index] + a.dx + a.wide
        for b in placed:
            x = stretch * at[b.index]
            if a is b:
                continue
            if a.row == b.row and left < x + b.dx + b.wide and x + b.dx < right:
                out.append((a.index, b.index))
            if b.row > a.row and left < x < right:
                out.append((a.index, b.index))
    return out


@given(st.lists(st.tuples(st.floats(0, 540), st.floats(20, 320)), max_size=40), st.floats(1, 3))
def test_no_words_meet_and_no_pole_runs_through_words(marks: list[tuple[float, float]], stretch: float) -> None:
    marks.sort()
    at, wides = [x for x, _ in marks], [w for _, w in marks]
    placed = flags(at, wides, 540.0, 14)
    assert _crossing(placed, at, stretch) == []
    assert len({f.index for f in placed}) == len(placed)
    for f in placed:
        left, right = at[f.index] + f.dx, at[f.index] + f.dx + f.wide
        assert left >= -1e-6
        assert right <= 540 + 1e-6
        assert f.wide <= wides[f.index]
        assert 0 <= f.row < 14


def test_a_pole_in_the_gap_before_words_would_run_through_them_on_a_wider_page() -> None:
    at = [0.0, 2.0]
    placed = flags(at, [20.0, 20.0], 540.0, 14)
    assert _crossing(placed, at, 2.5) == []
    assert [f.row for f in placed] == [1, 0]


def test_marks_close_together_are_read_from_above_in_order() -> None:
    at = [10.0, 10.0, 12.0, 15.0, 40.0]
    placed = flags(at, [200.0] * 5, 540.0, 14)
    assert [f.index for f in placed] == [0, 1, 2, 3, 4]
    assert [f.row for f in placed] == [4, 3, 2, 1, 0]


def test_a_lone_mark_at_the_right_edge_has_its_words_on_the_left() -> None:
    (flag,) = flags([535.0], [120.0], 540.0, 14)
    assert flag.dx == -124.0


def test_words_are_cut_with_an_ellipsis() -> None:
    assert shortened("short", 100) == "short"
    assert shortened("rather long words, and more", 100).endswith("…")
    assert width(shortened("rather long words, and more", 100)) <= 100
    assert width(shortened("漢字" * 20, 100)) <= 101


# ---- strips ----------------------------------------------------------------------------------------------------------------------


def _corners(path: str) -> list[list[tuple[float, float]]]:
    """Each closed piece of a path of steps as corners."""
    pieces = []
    for piece in path.split("M")[1:]:
        x, y = map(float, re.match(r"([\d.]+) ([\d.]+)", piece).groups())  # type: ignore[union-attr]  # every piece begins so
        corners = [(x, y)]
        for to, v in re.findall(r"([HV])([\d.]+)", piece):
            x, y = (float(v), y) if to == "H" else (x, float(v))
            corners.append((x, y))
        pieces.append(corners)
    return pieces


def _inside(piece: list[tuple[float, float]], x: float) -> tuple[float, float]:
    """Upper and lower edge of a piece at `x`, by its level lines."""
    heights = [
        y0
        for (x0, y0), (x1, y1) in zip(piece, [*piece[1:], piece[0]], strict=True)
        if y0 == y1 and min(x0, x1) <= x <= max(x0, x1)
    ]
    return min(heights), max(heights)


def test_the_band_is_its_numbers() -> None:
    points = [(0.0, -2.0, 1.0), (10.0, -2.0, 3.0), (20.0, 0.0, 3.0), (30.0, None, None), (40.0, 1.0, 1.0), (50.0, 1.0, 1.0)]
    of, axis = scale(points), Clock(None, "", 0.0, 100.0)
    first, second = _corners(steps(points, axis, of))
    for t, low, high in points[:3]:
        assert _inside(first, 10 * (t + 5)) == pytest.approx((of.y(high), of.y(low)), abs=0.05)
    assert (min(x for x, _ in first), max(x for x, _ in first)) == (0.0, 300.0)
    assert (min(x for x, _ in second), max(x for x, _ in second)) == (400.0, 600.0)
    assert [y for _, y in second] == pytest.approx([of.y(1.0)] * len(second), abs=0.05)


@given(st.lists(st.one_of(st.none(), st.tuples(st.floats(-1e3, 1e3), st.floats(0, 10))), max_size=900))
def test_thinning_keeps_the_least_and_the_greatest(values: list[tuple[float, float] | None]) -> None:
    points: list[Bucket] = [(float(i), None, None) if v is None else (float(i), v[0], v[0] + v[1]) for i, v in enumerate(values)]
    few = thinned(points)
    assert len(few) <= BUCKETS
    known = [p for p in points if p[1] is not None]
    assert min((p[1] for p in few if p[1] is not None), default=None) == min((p[1] for p in known), default=None)  # type: ignore[type-var]  # known
    assert max((p[2] for p in few if p[2] is not None), default=None) == max((p[2] for p in known), default=None)  # type: ignore[type-var]  # known
    of = scale(points)
    assert of.low <= 0 <= of.high
    assert of.low < of.high
    for _, low, high in few:
        if low is not None and high is not None:
            assert PAD - 1e-9 <= of.y(high) <= of.y(low) <= HEIGHT - PAD + 1e-9


def test_a_small_break_is_not_lost_beside_great_room() -> None:
    data = {"id": "a", "label": "a", "formula": "x < 1", "unit": "s", "points": [[0, 500, 500], [50, -1, -1], [60, 400, 400]],
            "violations": [[50, 60]], "undecided": [], "worst": [50, -1]}  # fmt: skip  # one record
    s = strip(data, Clock(None, "", 0.0, 100.0))
    assert s.scale.high == 8.0
    assert s.cut == "drawn up to 8 s; it went to 500 s"
    assert s.scale.y(-1) - s.scale.y(0) > 4
    assert s.said == "broken +50 s to +60 s (10 s); at worst −1 s at +50 s"


@pytest.mark.parametrize(
    "points",
    [
        [],
        [[0, None, None]],
        [[0, 0, 0]],
        [[5, 1, 1]],
        [[0, math.inf, math.inf], [1, -math.inf, 2]],
        [[0, math.nan, 1]],
        [[0, "x", 1]],
        [[3, 1, 2], [1, 0, 1]],
    ],
)
def test_odd_records_are_strips_too(points: list[list[Any]]) -> None:
    data = {"id": "a", "label": "", "formula": "", "unit": "", "points": points, "violations": [], "undecided": [], "worst": None}
    s = strip(data, Clock(None, "", 0.0, 10.0))
    assert "nan" not in s.path + str(s.labels)
    assert "inf" not in s.path
    assert [b[0] for b in buckets(points)] == sorted(b[0] for b in buckets(points))


def test_broken_invariants_come_first_and_what_held_is_folded() -> None:
    data = PICTURES["timeline"]()
    assert [s.id for s in strips(data["strips"], clock(data))] == ["one_writer", "lag_small", "recovers", "calm"]
    v = timeline(data)
    assert [s.id for s in v.shown] == ["one_writer", "lag_small"]
    assert [s.state for s in v.folded] == ["open", "held"]


def test_lanes_and_strips_share_one_axis() -> None:
    data = PICTURES["timeline"]()
    v = timeline(data)
    part = re.search(r'<figure class="timeline">.*?</figure>', render_html(holding()), re.S)[0]  # type: ignore[index]  # there
    assert v.trigger is not None
    assert v.trigger.x == pytest.approx(100 * 720 / 86400)
    assert part.count(f'<line class="trigger" x1="{v.trigger.x:.2f}%"') >= 2 * len(v.lanes) + len(data["strips"])
    broke = v.shown[0].violations[0]
    assert (broke.x, broke.end) == pytest.approx((100 * 780 / 86400, 100 * 3180 / 86400))
    assert f'<rect x="{broke.x:.2f}%" width="{broke.end - broke.x:.2f}%"' in part
    first = v.lanes[0].marks[0]
    assert first[0] == pytest.approx(100 * 720 / 86400)


def test_a_lane_of_very_many_marks_is_a_row_of_ticks() -> None:
    data = PICTURES["timeline"]()
    data["lanes"][1]["marks"] = [
        {"t": 200.0 * i, "end": None, "label": f"e{i}", "tone": "plain", "source": ""} for i in range(400)
    ]
    v = timeline(data)
    assert v.lanes[1].dense.count("M") == 400
    assert v.lanes[1].note == "400 marks"
    assert v.table.title == "The first 100 of 412 marks, in words"


def test_events_that_the_text_tells_have_no_labels_a_second_time() -> None:
    data = PICTURES["timeline"]()
    marks = [*data["lanes"][0]["marks"], {"t": 30000.0, "end": None, "label": "only on record", "tone": "plain", "source": ""}]
    data["lanes"].append({"kind": "events", "label": "ledger", "marks": marks})
    lane = timeline(data).lanes[-1]
    assert [w.text for w in lane.labels] == ["only on record"]
    assert len(lane.marks) == len(marks)
    assert [m.label for m in lane.first] == ["only on record"]
    assert lane.note


def test_rows_that_break_for_no_time_are_ticks() -> None:
    points = [[0, 1, 1], [50, -1, -1], [60, 1, 1]]
    data = {
        "id": "a",
        "label": "a",
        "formula": "",
        "unit": "",
        "points": points,
        "violations": [[50, 50]],
        "undecided": [],
        "worst": [50, -1],
    }
    pieces = _corners(strip(data, Clock(None, "", 0.0, 100.0)).path)
    assert [(min(x for x, _ in p), max(x for x, _ in p)) for p in pieces] == [(0.0, 4.0), (500.0, 504.0), (600.0, 604.0)]


def test_no_color_is_needed_to_read_a_strip() -> None:
    part = re.search(r'<figure class="timeline">.*?</figure>', render_html(holding(picture("timeline"))), re.S)[0]  # type: ignore[index]  # there
    for words in ("broken 23:33 to 22 Oct 00:13 (40 min)", 'class="hatch"', "<title>broken 23:33", "held throughout"):
        assert words in part
