"""How numbers are written."""

from __future__ import annotations

import math
from typing import Any

import pytest

from fuelbed.core.estimates import Estimate
from fuelbed.report.numbers import basis, change, estimate, number, quantity

INF = math.inf


@pytest.mark.parametrize(
    ("x", "text"),
    [(0, "0"), (0.031, "0.031"), (0.0314159, "0.031"), (0.3, "0.3"), (4.06, "4.1"), (9.96, "10"), (12.3, "12"), (99.6, "99.6"),
     (108.4, "108"), (1234, "1230"), (999999, "1000000"), (1234567, "1.2e6"), (3.14e-6, "3.1e−6"), (-0.25, "−0.25"),
     (INF, "no upper bound"), (math.nan, "not known")],
)  # fmt: skip
def test_number(x: float, text: str) -> None:
    assert number(x) == text


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ((0.31, 0.12, 0.55, "probability"), "0.31 (0.12..0.55)"),
        ((0.31, 0.31, 0.31, "probability"), "0.31"),
        ((0.9987, 0.9, 0.99996, "probability"), "0.9987 (0.9..0.99996)"),
        ((1.0, 1.0, 1.0, "probability"), "1"),
        ((0.4, 0.0, 1.0, "probability"), "not known"),
        ((4.1, 0.5, 12.0, "rate"), "4.1 (0.5..12) a year"),
        ((4.1, 0.5, INF, "rate"), "4.1 (from 0.5, no upper bound) a year"),
        ((None, 0.5, INF, "rate"), "from 0.5 a year, no upper bound"),
        ((None, 0.5, 3.0, "rate"), "0.5..3 a year"),
        ((1.0, 0.0, INF, "rate"), "not known"),
        ((78.0, 12.0, 200.0, "loss", "minutes per year"), "78 (12..200) minutes a year"),
        ((0.31, 0.12, 0.55, "share"), "31 % (12..55 %)"),
        ((-0.93, -0.98, -0.71, "change"), "−93 % (−98..−71 %)"),
        ((0.05, -0.01, 0.1, "change"), "+5 % (−1..+10 %)"),
        ((0.05, 0.01, INF, "change"), "+5 % (from +1, no upper bound)"),
        ((3.0, 2.0, 4.0, "count"), "3 (2..4)"),
        ((108 / 525960, 60 / 525960, 180 / 525960, "duration"), "1.8 (1..3) h"),
        ((2.0, 1.0, 4.0, "duration", "s"), "2 (1..4) s"),
    ],
)
def test_estimate(args: tuple[Any, ...], text: str) -> None:
    assert estimate(Estimate(*args)) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [(-0.93, "−93 %"), (0.0, "no change"), (1e-6, "no change"), (-0.0769, "−7.7 %"), (-1.0, "−100 %"), (-0.9995, "−99.95 %"),
     (0.25, "+25 %"), (None, "not known")],
)  # fmt: skip
def test_change(x: float | None, text: str) -> None:
    assert change(x) == text


def test_a_change_short_of_everything_never_reads_as_everything() -> None:
    assert change(-0.9999999) != "−100 %"
    assert change(-0.996) != "−100 %"


def test_quantity_and_basis() -> None:
    assert quantity(None) == "not known"
    assert quantity(2.6, 0.7, 7.9, "plain") == "2.6 (0.7..7.9)"
    assert basis(Estimate(1.0, 1.0, 1.0, method="all corners")) == "computed: all corners"
