"""What rtamt 0.4.10 (discrete time, offline; BSD-3-Clause) gives for one trace, written down: for the Pythons on which it does not run."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fuelbed.core.temporal import parse_temporal
from fuelbed.numerics.temporal import evaluate

INF = math.inf
X = [1.0, 3.0, -2.0, 4.5, 0.5, -1.0, 2.0, 6.0]
Y = [-1.0, 0.0, 2.0, -3.0, 1.5, 4.0, -0.5, -2.0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("always[1..3 s] x > 0", [-2.0, -2.0, -1.0, -1.0, -1.0, 2.0, 6.0, INF]),
        ("eventually[0..2 s] y >= 1", [1.0, 1.0, 1.0, 3.0, 3.0, 3.0, -1.5, -3.0]),
        ("historically[0..2 s] x <= 4", [3.0, 1.0, 1.0, -0.5, -0.5, -0.5, 2.0, -2.0]),
        ("once[2..4 s] y > 1", [-INF, -INF, -2.0, -1.0, 1.0, 1.0, 1.0, 3.0]),
        ("always x > -5", [3.0, 3.0, 3.0, 4.0, 4.0, 4.0, 7.0, 11.0]),
        ("x > 0 until[1..4 s] y > 1", [1.0, 1.0, -2.0, 0.5, 0.5, -1.5, -3.0, -INF]),
        ("x > -3 until y > 3", [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -3.5, -5.0]),
        ("x > 0 since[0..3 s] y > 1", [-2.0, -1.0, 1.0, 1.0, 0.5, 3.0, 2.0, 2.0]),
        ("rises(x > 2)", [-1.0, 1.0, -4.0, 2.5, -2.5, -3.0, 0.0, 0.0]),
        ("falls(y > 0)", [1.0, -1.0, -2.0, 2.0, -3.0, -4.0, 0.5, -0.5]),
        ("always[0..4 s](x > 3 -> eventually[0..2 s] y > 1)", [1.0, 1.0, 1.0, -3.0, -3.0, -3.0, -3.0, -3.0]),
        ("not (x > 0 and y > 0) or once[0..1 s] x + y > 2", [1.0, 1.0, 2.0, 3.0, 0.0, 1.0, 1.0, 2.0]),
    ],
)
def test_robustness(text: str, expected: list[float]) -> None:
    columns = {"x": X, "y": Y}
    assert evaluate(parse_temporal(text), range(8), columns, closed=True).low.tolist() == expected  # type: ignore[arg-type]  # a range is a sequence of numbers
    trace = evaluate(parse_temporal(text), np.arange(8), columns)
    assert (trace.low <= expected).all()
    assert (expected <= trace.high).all()


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("always[1..3 s] x > 0", [-1, -1, -1, -1, -1, 0, 0, 0]),
        ("eventually[0..2 s] y >= 1", [1, 1, 1, 1, 1, 1, 0, 0]),
        ("once[2..4 s] y > 1", [0, 0, 0, 0, 1, 1, 1, 1]),
        ("x > 0 until[1..4 s] y > 1", [1, 1, -1, 1, 1, -1, 0, 0]),
        ("rises(x > 2)", [-1, 1, -1, 1, -1, -1, -1, 1]),
    ],
)
def test_what_is_decided_by_hand(text: str, verdict: list[int]) -> None:
    """`rises(x > 2)` at 6: x is 2, not above 2, so it has not risen; at 7 it has, from exactly 2."""
    assert evaluate(parse_temporal(text), np.arange(8), {"x": X, "y": Y}).verdict.tolist() == verdict
