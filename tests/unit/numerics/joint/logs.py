"""Random failure logs: times in quarters of a second, so that every edge is hit and every comparison is exact."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

__all__ = ["logs"]


@st.composite
def logs(draw: Any, most: int = 25) -> tuple[list[tuple[int, float, float]], int, tuple[float, float]]:
    """(failures, components, window): open ends, ends before the window, overlaps, touching, one that never fails and one that always does."""
    n = draw(st.integers(1, 6))
    begin = draw(st.integers(-20, 20)) / 4
    window = (begin, begin + draw(st.integers(1, 160)) / 4)
    quarter = st.integers(-60, 260).map(lambda k: k / 4)
    length = st.one_of(st.just(0.0), st.integers(0, 40).map(lambda k: k / 4), st.just(float("nan")), st.just(float("inf")))
    failures = [(c, s, s + d) for c, s, d in draw(st.lists(st.tuples(st.integers(0, n - 1), quarter, length), max_size=most))]
    if draw(st.booleans()):
        failures.append((n, window[0] - 1, window[1] + 1))
    return failures, n + 2, window
