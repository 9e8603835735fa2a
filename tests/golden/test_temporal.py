"""Robustness equal to rtamt's to the bit (discrete time), over random formulas and traces, at the ends of the trace too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.arithmetic import Call, Name, Num
from fuelbed.core.temporal import (
    ALL,
    And,
    Compare,
    Edge,
    Implies,
    Not,
    Or,
    Over,
    Temporal,
    Until,
    Window,
    columns_in,
    parse_temporal,
)
from fuelbed.numerics.temporal import evaluate
from tests.oracle.rtamt import rtamt_robustness

pytest.importorskip("rtamt", reason="rtamt 0.4.10 needs Python before 3.13")

_x, _y = Name("x"), Name("y")
_terms = st.one_of(
    st.sampled_from([_x, _y, Call("add", (_x, _y)), Call("sub", (_x, _y)), Call("mul", (_x, Num(1.7)))]), st.floats(0, 4).map(Num)
)
_windows = st.one_of(
    st.just(ALL), st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda p: Window(float(min(p)), float(max(p))))
)
_predicates = st.builds(Compare, st.sampled_from(["lt", "le", "gt", "ge"]), _terms, _terms).filter(lambda f: bool(columns_in(f)))


def _more(inner: st.SearchStrategy[Temporal]) -> st.SearchStrategy[Temporal]:
    two = st.tuples(inner, inner)
    return st.one_of(
        st.builds(Not, inner), two.map(And), two.map(Or), st.builds(Implies, inner, inner),
        st.builds(Edge, st.sampled_from(["rises", "falls"]), inner),
        st.builds(Over, st.sampled_from(["always", "eventually", "historically", "once"]), _windows, inner),
        st.builds(Until, st.sampled_from(["until", "since"]), _windows, inner, inner),
    )  # fmt: skip


_formulas: st.SearchStrategy[Temporal] = st.recursive(_predicates, _more, max_leaves=8)


def _equal(f: Temporal, columns: dict[str, np.ndarray]) -> None:
    n = len(columns["x"])
    expected = rtamt_robustness(f, columns)  # type: ignore[arg-type]  # arrays are sequences of numbers
    closed = evaluate(f, np.arange(n), columns, closed=True)
    assert closed.low is closed.high
    assert closed.low.tolist() == expected  # every sample; +0 and -0 are one number
    trace = evaluate(f, np.arange(n), columns)
    whole = trace.low == trace.high
    assert trace.low[whole].tolist() == np.asarray(expected)[whole].tolist()
    assert (trace.low <= expected).all()
    assert (expected <= trace.high).all()


@given(_formulas, st.integers(2, 40), st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=400, deadline=None)
def test_random_formulas(f: Temporal, n: int, seed: int, whole: bool) -> None:
    rng = np.random.default_rng(seed)
    draw = (lambda: rng.integers(-2, 5, size=n).astype(float)) if whole else (lambda: rng.normal(1.0, 2.0, size=n))
    _equal(f, {"x": draw(), "y": draw()})


@pytest.mark.parametrize(
    "text",
    [
        "always[3..100 s] x <= 3", "eventually[5..60 s] y >= 1", "historically[0..50 s] x <= 1", "once[7..90 s] x > 2", "always x <= 3",
        "always(x >= 2.5 -> eventually[0..60 s] y >= 1)", "x <= 2 until y >= 2.5", "x <= 2 since y >= 2.5",
        "x <= 1 until[0..40 s] y >= 2", "x <= 1 until[7..40 s] y >= 2", "x <= 1.5 since[2..30 s] y >= 2",
    ],
)  # fmt: skip
def test_at_length_20000(text: str) -> None:
    rng = np.random.default_rng(20)
    _equal(parse_temporal(text), {"x": rng.normal(size=20_000), "y": rng.normal(size=20_000)})


def test_the_witness_of_until_is_free_of_its_left_operand() -> None:
    """rtamt's convention: at sample 2 `y` holds and `x` does not, and until is true from the start."""
    columns = {"x": np.array([1.0, 1.0, -5.0, -5.0]), "y": np.array([-1.0, -1.0, 2.0, -1.0])}
    f = parse_temporal("x > 0 until[0..3 s] y > 0")
    assert evaluate(f, np.arange(4), columns, closed=True).low.tolist() == rtamt_robustness(f, columns) == [1.0, 1.0, 2.0, -1.0]  # type: ignore[arg-type]  # arrays are sequences of numbers
    beyond = evaluate(f, np.arange(4), columns)
    assert beyond.verdict.tolist() == [1, 1, 1, -1]  # at the last sample `x` fails at once and `y` is not there: that is seen
    assert beyond.low.tolist() == beyond.high.tolist() == [1.0, 1.0, 2.0, -1.0]
