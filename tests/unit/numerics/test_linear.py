"""Linear forms over intervals: ends against the corners, with what is known against a fine grid."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.numerics.linear import Known, Linear, Number

_FINITE = st.integers(-5, 5).map(float)


def _numbers(draw_lows: list[float], widths: list[float]) -> list[Number]:
    return [Number(f"x{i}", a, a + w, a + w / 3) for i, (a, w) in enumerate(zip(draw_lows, widths, strict=True))]


def _value(x: Linear, at: dict[str, float]) -> float:
    return x.constant + sum(c * at[k] for k, (c, _) in x.parts.items())


@given(st.lists(st.tuples(_FINITE, _FINITE, st.integers(0, 4).map(float)), min_size=1, max_size=4), _FINITE)
def test_ends_are_those_of_the_corners(rows: list[tuple[float, float, float]], constant: float) -> None:
    numbers = _numbers([a for _, a, _ in rows], [w for *_, w in rows])
    form = Linear.of([(c, n) for (c, _, _), n in zip(rows, numbers, strict=True)], constant)
    corners = [
        _value(form, dict(zip((n.label for n in numbers), at, strict=True)))
        for at in itertools.product(*((n.low, n.high) for n in numbers))
    ]
    assert form.low == pytest.approx(min(corners))
    assert form.high == pytest.approx(max(corners))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(_FINITE, _FINITE, st.integers(1, 4).map(float)), min_size=2, max_size=2),
    st.lists(st.tuples(_FINITE, _FINITE, _FINITE), min_size=1, max_size=2),
)
def test_known_forms_cut_the_box(rows: list[tuple[float, float, float]], known: list[tuple[float, float, float]]) -> None:
    """A grid with whole and third steps holds the vertices of none but simple cuts, so its ends lie inside ours, and near them."""
    numbers = _numbers([a for _, a, _ in rows], [w for *_, w in rows])
    form = Linear.of([(c, n) for (c, _, _), n in zip(rows, numbers, strict=True)])
    forms = tuple(Linear.of([(a, numbers[0]), (b, numbers[1])], c) for a, b, c in known)
    steps = [[n.low + (n.high - n.low) * i / 60 for i in range(61)] for n in numbers]
    grid = [{"x0": x, "x1": y} for x in steps[0] for y in steps[1]]
    allowed = [at for at in grid if all(_value(f, at) >= -1e-9 for f in forms)]
    ends = Known(forms).ends(form)
    if not allowed:
        return  # empty, or thinner than the grid
    assert ends is not None
    values = [_value(form, at) for at in allowed]
    assert ends[0] <= min(values) + 1e-6
    assert ends[1] >= max(values) - 1e-6
    (middle,) = Known(forms).middles([form])
    assert ends[0] - 1e-6 <= middle <= ends[1] + 1e-6


def test_what_is_subtracted_from_itself_is_gone() -> None:
    x, y = Number("x", 1.0, 9.0, 3.0), Number("y", 0.0, 1.0, 0.5)
    a, b = Linear.of([(1.0, x), (1.0, y)]), Linear.of([(1.0, x)], 2.0)
    assert ((a - b).low, (a - b).high, (a - b).middle) == (-2.0, -1.0, -1.5)


def test_contradictions_have_no_ends_and_the_middle_stays() -> None:
    x = Number("x", 0.0, 1.0, 0.25)
    form, never = Linear.of([(1.0, x)]), Linear.of([(1.0, x)], -2.0)
    assert Known((never,)).ends(form) is None
    assert Known((never,)).middles([form]) == [0.25]


def test_the_middle_moves_as_little_as_it_must() -> None:
    """x + y >= 1.5 in the unit square from (0.5, 0.5): both move by a quarter, not one of them by a half."""
    x, y = Number("x", 0.0, 1.0, 0.5), Number("y", 0.0, 1.0, 0.5)
    known = Known((Linear.of([(1.0, x), (1.0, y)], -1.5),))
    one, other = known.middles([Linear.of([(1.0, x)]), Linear.of([(1.0, y)])])
    assert math.isclose(one, 0.75, abs_tol=1e-6)
    assert math.isclose(other, 0.75, abs_tol=1e-6)
