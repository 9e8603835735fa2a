"""Bins and onsets against loops over every bin, in exact fractions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuelbed.numerics.joint.bins import bins, onsets
from tests.oracle.joint import down_matrix, onset_times
from tests.unit.numerics.joint.logs import logs

NAN = float("nan")


def columns(log):
    return tuple(zip(*log, strict=True)) if log else ((), (), ())


@given(
    logs(),
    st.sampled_from([0.25, 0.5, 1.0, 2.25, 7.0, 100.0]),
    st.sampled_from(["down", "onset"]),
    st.sampled_from(["bin", "window"]),
)
def test_bins_are_those_of_the_loop(drawn, width, kind, open_end) -> None:
    log, n, window = drawn
    o = bins(*columns(log), n, window, width, kind, open_end)
    want = down_matrix(log, n, window, width, kind, open_end)
    assert (o.n, o.T, o.width) == (*want.shape, width)
    assert o.indptr.dtype == np.int64
    assert o.indices.dtype == np.int32
    assert [o.of(c).tolist() for c in range(n)] == [np.flatnonzero(row).tolist() for row in want]
    assert o.counts().tolist() == want.sum(axis=1).tolist()


@given(logs(), st.sampled_from(["bin", "window"]))
def test_onsets_are_starts_of_what_was_not_down(drawn, open_end) -> None:
    log, n, window = drawn
    o = onsets(*columns(log), n, window, open_end)
    assert [o.of(c).tolist() for c in range(n)] == [onset_times(log, c, window, open_end) for c in range(n)]


def test_edges_that_the_module_names() -> None:
    def down(s: float, e: float, kind="down", open_end="bin") -> list[int]:
        return bins([0], [s], [e], 1, (0, 250), 60, kind, open_end).of(0).tolist()

    assert down(60, 120) == [1], "an end where a bin begins is not in it"
    assert down(59, 121) == [0, 1, 2]
    assert down(120, 120) == [2], "without a length it is down in its own bin"
    assert down(240, 999) == [4], "the last bin is short, and the window ends there"
    assert down(-50, 0) == down(250, 300) == []
    assert down(-50, 1) == [0]
    assert down(-50, 1, "onset") == [], "it began before the window"
    assert down(70, NAN) == [1]
    assert down(70, NAN, open_end="window") == [1, 2, 3, 4]


def test_widths_that_binary_fractions_cannot_say() -> None:
    assert bins([0], [0.65], [0.7], 1, (0, 0.7), 0.1).T == 7
    assert bins([0], [1.05], [1.1], 1, (0, 1.1), 0.1).T == 11
    assert bins([0], [np.nextafter(0.6, 0)], [0.6], 1, (0, 0.6), 0.2).of(0).tolist() == [2]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (([0], [0], [1], 1, (0, 0), 1), "forward"),
        (([0], [0], [1], 1, (0, float("inf")), 1), "finite"),
        (([0], [0], [1], 1, (0, 9), 0), "width"),
        (([0], [0], [1], 1, (0, 1e10), 1), "too many"),
        (([1], [0], [1], 1, (0, 9), 1), "components are 0 to 0"),
        (([-1], [0], [1], 1, (0, 9), 1), "components are 0 to 0"),
        (([0], [2], [1], 1, (0, 9), 1), "ends before"),
        (([0], [NAN], [1], 1, (0, 9), 1), "not finite"),
        (([0], [0, 1], [1], 1, (0, 9), 1), "for each failure"),
        (([0], [0], [1], 1, (0, 9), 1, "up"), "kind"),
        (([0], [0], [1], 1, (0, 9), 1, "down", "never"), "open_end"),
    ],
)
def test_one_clear_error(arguments, word) -> None:
    with pytest.raises(ValueError, match=word):
        bins(*arguments)
