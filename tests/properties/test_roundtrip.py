"""Cases written as YAML text and read again say the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.expressions import And, AtLeast, Expr, Fails, Not, Or, Ref
from fuelbed.readers.case import parse_case

_atoms: st.SearchStrategy[Expr] = st.sampled_from([Ref("t0"), Ref("t1"), Ref("c0"), Ref("c1"), Fails("b0"), Fails("b1")])


def _many(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[tuple[Expr, ...]]:
    return st.lists(inner, min_size=2, max_size=4).map(tuple)


_exprs: st.SearchStrategy[Expr] = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        _many(inner).map(And), _many(inner).map(Or), inner.map(Not), _many(inner).map(lambda x: AtLeast(2, x))
    ),
    max_leaves=12,
)
_p = st.floats(0, 1).map(lambda x: round(x, 6))


def _text(e: Expr) -> str:
    if isinstance(e, Ref):
        return e.name
    if isinstance(e, Fails):
        return f"fails({e.name})"
    if isinstance(e, Not):
        return f"not ({_text(e.arg)})"
    if isinstance(e, AtLeast):
        return f"atleast({e.k}, {', '.join(map(_text, e.args))})"
    assert isinstance(e, And | Or)
    return (" and " if isinstance(e, And) else " or ").join(f"({_text(x)})" for x in e.args)


def _bare(e: Expr) -> Expr:
    """Without spans."""
    if isinstance(e, Ref | Fails):
        return type(e)(e.name)
    if isinstance(e, Not):
        return Not(_bare(e.arg))
    if isinstance(e, AtLeast):
        return AtLeast(e.k, tuple(map(_bare, e.args)))
    assert isinstance(e, And | Or)
    return type(e)(tuple(map(_bare, e.args)))


@settings(max_examples=150, deadline=None)
@given(_exprs, _p, _p, st.floats(0, 1e4).map(lambda x: round(x, 3)))
def test_what_is_written_is_read(expr: Expr, p: float, q: float, rate: float) -> None:
    low, high = sorted((p, q))
    text = f"""fuelbed: 1
title: t
failure: out
factors:
  t0: {{kind: trigger, rate: {rate!r} per year, lasts: 1 h}}
  t1: {{kind: trigger, lasts: 1 h}}
  c0: {{kind: condition, present: {low!r}..{high!r}}}
  c1: {{kind: condition}}
  b0: {{kind: control, fails: {p!r}}}
  b1: {{kind: control, state: missing}}
structure:
  out: {_text(expr)}
"""
    case = parse_case(text)
    assert _bare(case.lines["out"].expr) == expr
    f = case.factors
    assert f["t0"].rate
    assert f["t0"].rate.low == rate
    assert f["c0"].present
    assert (f["c0"].present.low, f["c0"].present.high) == (low, high)
    assert f["b0"].fails
    assert f["b0"].fails.low == p
