"""Temporal formulas: text and tree, the fast evaluator against the definition, and what "decided" promises."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fuelbed.core.arithmetic import Call, Measured, Name, Num
from fuelbed.core.scanner import TextFault
from fuelbed.core.temporal import (
    ALL,
    And,
    Compare,
    Edge,
    Event,
    Implies,
    Not,
    Or,
    Over,
    Temporal,
    Until,
    Window,
    parse_temporal,
    print_temporal,
    reach,
)
from fuelbed.numerics.temporal import evaluate, samples_of, violations
from tests.oracle.temporal import Oracle

NAMES = ("x", "y")
_terms = st.one_of(
    st.sampled_from([Name(n) for n in NAMES]),
    st.integers(-3, 3).map(lambda v: Num(float(v)) if v >= 0 else Call("neg", (Num(float(-v)),))),
    st.sampled_from([Call("add", (Name("x"), Name("y"))), Call("div", (Name("x"), Name("y")))]),
)


def windows(ends: tuple[float, ...]) -> st.SearchStrategy[Window]:
    bounded = st.tuples(st.sampled_from(ends), st.sampled_from(ends)).map(lambda p: Window(min(p), max(p)))
    return st.one_of(bounded, bounded, st.just(ALL), st.sampled_from(ends).map(lambda a: Window(a, math.inf)))


def formulas(window: st.SearchStrategy[Window], events: bool = True, edges: bool = True) -> st.SearchStrategy[Temporal]:
    atoms: st.SearchStrategy[Any] = st.builds(Compare, st.sampled_from(["lt", "le", "gt", "ge"]), _terms, _terms)
    if events:
        atoms = st.one_of(atoms, atoms, atoms, st.sampled_from([Event("deploy"), Event("a b")]))

    def more(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        kinds = [
            st.builds(Not, inner), st.builds(And, several), st.builds(Or, several), st.builds(Implies, inner, inner),
            st.builds(Over, st.sampled_from(["always", "eventually", "historically", "once"]), window, inner),
            st.builds(Until, st.sampled_from(["until", "since"]), window, inner, inner),
        ]  # fmt: skip
        if edges:
            kinds.append(st.builds(Edge, st.sampled_from(["rises", "falls"]), inner))
        return st.one_of(kinds)

    return st.recursive(atoms, more, max_leaves=8)


_values = st.one_of(st.integers(-4, 4).map(float), st.floats(-4, 4, allow_nan=False))
_cells = st.one_of(_values, _values, _values, st.just(math.nan))
STEPS = (0.0, 1.0, 2.0, 3.0, 5.0, 9.0, 50.0)
EVEN_OR_NOT = (0.0, 0.4, 1.0, 1.5, 2.0, 3.7, 6.0, 50.0)


@given(formulas(windows((0.0, 0.25, 1.0, 60.0, 90.0, 3600.0, 86400.0, 1e9 / 3))))
@settings(max_examples=300, deadline=None)
def test_print_and_parse(tree: Temporal) -> None:
    text = print_temporal(tree)
    assert parse_temporal(text) == tree
    assert print_temporal(parse_temporal(text)) == text


@given(st.floats(0, 1e9), st.sampled_from(["ms", "s", "min", "h", "days", "years", "per second", "per minute", "per hour"]))
@settings(max_examples=100, deadline=None)
def test_numbers_with_units(value: float, unit: str) -> None:
    tree = parse_temporal(f"x <= {value!r} {unit}")
    assert isinstance(tree, Compare)
    assert isinstance(tree.right, Measured)
    assert parse_temporal(print_temporal(tree)) == tree


@given(st.text(alphabet="xy()[]. 0159<>=-+*/^andorsuntilevw'\"%&|!:,", max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_formula_or_a_fault_with_a_place(text: str) -> None:
    fault: TextFault | None = None
    try:
        tree = parse_temporal(text)
    except TextFault as e:
        fault = e
    if fault is None:
        assert parse_temporal(print_temporal(tree)) == tree
    else:
        assert 0 <= fault.start <= len(text)
        assert fault.cure


def same(trace: Any, expected: list[tuple[float, float]]) -> None:
    """To the bit; +0 and -0 are one number."""
    assert trace.low.tolist() == [a for a, _ in expected]
    assert trace.high.tolist() == [b for _, b in expected]


@given(formulas(windows(STEPS)), st.lists(st.tuples(_cells, _cells), min_size=2, max_size=14), st.booleans())
@settings(max_examples=400, deadline=None)
def test_even_samples_against_the_definition(f: Temporal, rows: list[tuple[float, float]], closed: bool) -> None:
    times = [float(i) for i in range(len(rows))]
    columns = {"x": [r[0] for r in rows], "y": [r[1] for r in rows]}
    events = {"deploy": [(2.5, math.nan), (4.0, 6.2)], "a b": [(0.0, math.nan)]}
    trace = evaluate(f, times, columns, events=events, closed=closed)
    same(trace, Oracle(times, columns, 1.5, closed, events).at(f))


_uneven = st.lists(st.tuples(st.sampled_from([0.5, 1.0, 1.0, 1.5, 2.25, 7.0]), _cells, _cells), min_size=1, max_size=14)


@given(formulas(windows(EVEN_OR_NOT)), _uneven, st.booleans(), st.sampled_from([3.0, 1.2, 100.0]))
@settings(max_examples=600, deadline=None)
def test_uneven_samples_and_gaps_against_the_definition(
    f: Temporal, rows: list[tuple[float, float, float]], closed: bool, gap: float
) -> None:
    times = np.cumsum([r[0] for r in rows]).tolist()
    columns = {"x": [r[1] for r in rows], "y": [r[2] for r in rows]}
    events = {"deploy": [(2.0, math.nan), (4.0, 6.3)], "a b": [(times[-1], math.nan)]}
    trace = evaluate(f, times, columns, events=events, closed=closed, gap=gap)
    same(trace, Oracle(times, columns, gap, closed, events).at(f))


_bounded = st.tuples(st.sampled_from(EVEN_OR_NOT[:-1]), st.sampled_from(EVEN_OR_NOT[:-1])).map(lambda p: Window(min(p), max(p)))


@given(formulas(_bounded), _uneven, st.integers(0, 2**32 - 1))
@settings(max_examples=600, deadline=None)
def test_no_completion_changes_what_is_decided(f: Temporal, rows: list[tuple[float, float, float]], seed: int) -> None:
    """Empty cells filled, rows put into the gaps and at both ends: a decided sample keeps its truth, robustness stays in low..high."""
    rng = np.random.default_rng(seed)
    gap = 3.0
    times = np.cumsum([r[0] for r in rows])
    columns = {"x": np.array([r[1] for r in rows]), "y": np.array([r[2] for r in rows])}
    events = {"deploy": [(2.0, math.nan), (4.0, 6.3)], "a b": [(float(times[-1]), math.nan)]}
    trace = evaluate(f, times, columns, events=events, gap=gap)
    back, ahead = (r + 20 for r in reach(f))
    extra = [times[0] - np.cumsum(rng.choice([0.5, 1.0, 2.0], size=int(back)))[::-1]]
    for a, b in itertools.pairwise(times.tolist()):
        if b - a > gap:
            extra.append(np.sort(rng.uniform(a + 0.01, b - 0.01, size=rng.integers(0, 4))))
    extra.append(times[-1] + np.cumsum(rng.choice([0.5, 1.0, 2.0], size=int(ahead))))
    every = np.sort(np.concatenate([times, *extra]))
    old = np.searchsorted(every, times)
    full = {}
    for name, v in columns.items():
        full[name] = rng.integers(-4, 5, size=len(every)).astype(float) + 0.25
        full[name][old] = np.where(np.isnan(v), full[name][old], v)
    done = evaluate(f, every, full, events=events, gap=math.inf)
    known = done.decided[old]
    decided = trace.decided & known
    assert (trace.verdict[decided] == done.verdict[old][decided]).all()
    assert (done.high[old][known] >= trace.low[known]).all()
    assert (done.low[old][known] <= trace.high[known]).all()
    signs = np.sign(trace.robustness[trace.decided])
    assert (signs * trace.verdict[trace.decided] >= 0).all()


_LESS = Compare("lt", Name("x"), Name("x"))
_NOT_A_NUMBER = And((Compare("lt", Name("x"), Call("div", (Name("x"), Name("y")))), Compare("le", Name("x"), Name("x"))))


@given(formulas(windows(STEPS)), st.lists(st.tuples(_values, _values), min_size=2, max_size=12))
@example(Or((_LESS, _NOT_A_NUMBER)), [(0.0, 0.0), (0.0, 0.0)])
@settings(max_examples=200, deadline=None)
def test_truth_at_robustness_zero_is_that_of_the_comparison(f: Temporal, rows: list[tuple[float, float]]) -> None:
    """Closed, so all is decided: the verdict is the formula's truth value by the definition, with predicates true or false."""
    times = [float(i) for i in range(len(rows))]
    columns = {"x": [r[0] for r in rows], "y": [r[1] for r in rows]}

    class Truth(Oracle):
        def compare(self, f: Compare, place: tuple[float, float, int]) -> tuple[float, float]:
            margin, most = super().compare(f, place)
            if margin < most:  # not known: nothing was measured there, or 0/0
                return -1.0, 1.0
            held = margin >= 0 if f.op in ("le", "ge") else margin > 0
            return (1.0, 1.0) if held else (-1.0, -1.0)

    trace = evaluate(f, times, columns, closed=True)
    expected = Truth(times, columns, 1.5, True).at(f)
    known = np.isfinite(trace.low) & (trace.low == trace.high)
    assert (trace.verdict == [1 if a > 0 else -1 if b < 0 else 0 for a, b in expected])[known].all()


@given(
    st.lists(st.tuples(st.sampled_from([0.5, 1.0, 1.75, 4.0]), _cells), min_size=2, max_size=12),
    st.sampled_from(["hold", "linear"]),
    st.sampled_from([0.5, 0.75, 2.0]),
    st.sampled_from([None, 1.5, 3.0, 100.0]),
)
@settings(max_examples=300, deadline=None)
def test_grids_against_the_rule_in_words(rows: list[tuple[float, float]], between: Any, every: float, gap: float | None) -> None:
    times = np.cumsum([r[0] for r in rows]).tolist()
    values = [r[1] for r in rows]
    usual = float(np.median(np.diff(times)))
    longest = gap if gap is not None else math.inf if between == "hold" else 1.5 * usual
    made = samples_of(times, {"x": values}, between, every, gap)
    known = [(t, v) for t, v in zip(times, values, strict=True) if not math.isnan(v)]
    for t, found in zip(made.times.tolist(), made.columns["x"].tolist(), strict=True):
        before = [(a, v) for a, v in known if a <= t + 1e-9]
        if between == "hold" and math.isnan(next(v for a, v in reversed([*zip(times, values, strict=True)]) if a <= t + 1e-9)):
            assert math.isnan(found)  # an empty cell ends what was held
            continue
        after = [(a, v) for a, v in known if a > t + 1e-9]
        if before and abs(before[-1][0] - t) < 1e-9:
            assert found == before[-1][1]
        elif not before or (not after and between == "linear") or (after[0][0] if after else times[-1]) - before[-1][0] > longest:
            assert math.isnan(found)
        elif between == "hold":
            assert found == before[-1][1]
        else:
            (a, u), (b, v) = before[-1], after[0]
            assert found == pytest.approx(u + (v - u) * (t - a) / (b - a), abs=1e-9)
    assert made.times[0] == times[0]
    assert times[-1] - every < made.times[-1] <= times[-1] + 1e-9


@given(st.lists(st.sampled_from([-2.0, -1.0, 0.5, 1.0, math.nan]), min_size=2, max_size=20))
@settings(max_examples=200, deadline=None)
def test_violations_cover_the_violated_samples_once(values: list[float]) -> None:
    times = [float(i) for i in range(len(values))]
    trace = evaluate(parse_temporal("x >= 0"), times, {"x": values})
    found = violations(trace)
    inside = [t for v in found for t in times if v.start <= t and (t <= v.end if v.open else t < v.end)]
    assert inside == [t for t, v in zip(times, values, strict=True) if v < 0]
    assert sum(v.samples for v in found) == len(inside)
    for v in found:
        assert v.worst == min(x for t, x in zip(times, values, strict=True) if v.start <= t <= v.end and x == x)
        assert values[int(v.at)] == v.worst
        assert v.duration >= 0


@pytest.mark.parametrize("n", [0, 1])
def test_the_shortest_traces(n: int) -> None:
    f = parse_temporal("always[0..1 s] x > 0 and once x > 0 and (x > 0 since[0..3 s] y > 0)")
    trace = evaluate(f, [5.0] * n, {"x": [1.0] * n, "y": [1.0] * n})
    assert len(trace) == n
    assert violations(trace) == []
