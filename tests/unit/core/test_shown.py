"""Numbers in sentences: never rounded to nothing or to all."""

from __future__ import annotations

import math

import pytest

from fuelbed.core.shown import clipped, count, per_cent


@pytest.mark.parametrize(
    ("x", "plain", "signed"),
    [
        (0.0, "0", "0"),
        (0.0012, "0.12", "+0.12"),
        (0.36, "36", "+36"),
        (0.9997, "99.97", "+100"),
        (-0.9997, "−99.97", "−99.97"),
        (1.0, "100", "+100"),
        (-0.5, "−50", "−50"),
        (1.5, "150", "+150"),
        (math.inf, "no upper bound", "no upper bound"),
    ],
)
def test_per_cent(x: float, plain: str, signed: str) -> None:
    assert (per_cent(x), per_cent(x, signed=True)) == (plain, signed)


def test_counts() -> None:
    assert (count(364), count(137846528820)) == ("364", "1.4e11")


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("one two  three", "one two three"),
        ("the service could not reach its store", "the service could not ..."),
        ("the service failed (which ran there) and more", "the service failed ..."),
        ("the (old) service failed again and again", "the (old) service failed ..."),
        ("it (which ran there) failed too", "it (which ran there) ..."),
    ],
)
def test_clipped(text: str, short: str) -> None:
    assert clipped(text, 4) == short
