"""Formulas written as text and read again are the same tree, with the same value."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.arithmetic import FUNCTIONS, Arith, Call, Name, Num
from fuelbed.core.evaluation import evaluate
from fuelbed.core.formulas import parse_formula, print_formula
from fuelbed.core.scanner import TextFault

_VALUES = {"x": 0.7, "queue_length": 12.0, "min": -1.5}
_atoms: st.SearchStrategy[Arith] = st.one_of(
    st.sampled_from([Name(n) for n in _VALUES]),
    st.floats(0, 1e15, allow_nan=False, allow_infinity=False).map(lambda v: Num(abs(v))),
)
_TWO = ("add", "sub", "mul", "div", "pow", "lt", "le", "gt", "ge", "and", "or")


def _calls(inner: st.SearchStrategy[Arith]) -> st.SearchStrategy[Arith]:
    two = st.builds(lambda op, x, y: Call(op, (x, y)), st.sampled_from(_TWO), inner, inner)
    one = st.builds(lambda op, x: Call(op, (x,)), st.sampled_from(("neg", "not")), inner)
    named = st.sampled_from(sorted(FUNCTIONS)).flatmap(
        lambda f: st.lists(inner, min_size=FUNCTIONS[f][0], max_size=min(FUNCTIONS[f][1], 4)).map(lambda xs: Call(f, tuple(xs)))  # type: ignore[arg-type]  # a function's name is an operation
    )
    return st.one_of(two, one, named)


@given(st.recursive(_atoms, _calls, max_leaves=25))
@settings(max_examples=400, deadline=None)
def test_print_and_parse(tree: Arith) -> None:
    text = print_formula(tree)
    assert parse_formula(text) == tree
    before, after = evaluate(tree, _VALUES), evaluate(parse_formula(text), _VALUES)
    assert before == after or (math.isnan(before) and math.isnan(after))


@given(st.text(alphabet="ab1.+-*/^<>=()!&|%, \tnotandorif_min", max_size=40))
@settings(max_examples=600, deadline=None)
def test_any_text_is_a_tree_or_one_fault_inside_it(text: str) -> None:
    fault = None
    try:
        tree = parse_formula(text)
    except TextFault as e:
        fault = e
    if fault is None:
        assert parse_formula(print_formula(tree)) == tree
        return
    assert 0 <= fault.start <= len(text)
    assert fault.end > fault.start
    assert fault.cure
