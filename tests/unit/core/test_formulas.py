"""Formulas: text to tree, tree to text, and the value of a tree."""

from __future__ import annotations

import math

import pytest
from scipy.special import gammaincc

from fuelbed.core.arithmetic import FUNCTIONS, Arith, Call, Name, Num, names_in
from fuelbed.core.evaluation import evaluate, late
from fuelbed.core.findings import Span
from fuelbed.core.formulas import MAX_HEIGHT, parse_formula, print_formula
from fuelbed.core.scanner import TextFault

a, b, c, d = (Name(x) for x in "abcd")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a + b * c", Call("add", (a, Call("mul", (b, c))))), ("a - b - c", Call("sub", (Call("sub", (a, b)), c))),
        ("a^b^c", Call("pow", (a, Call("pow", (b, c))))), ("-a^2", Call("neg", (Call("pow", (a, Num(2))),))),
        ("(-a)^2", Call("pow", (Call("neg", (a,)), Num(2)))), ("2^-a", Call("pow", (Num(2), Call("neg", (a,))))),
        ("-a * b", Call("mul", (Call("neg", (a,)), b))), ("a / b * c", Call("mul", (Call("div", (a, b)), c))),
        ("not a < b and c", Call("and", (Call("not", (Call("lt", (a, b)),)), c))), ("a or b and c", Call("or", (a, Call("and", (b, c))))),
        ("a + b >= c", Call("ge", (Call("add", (a, b)), c))), ("(a < b) <= c", Call("le", (Call("lt", (a, b)), c))),
        ("if(a > b, c, d)", Call("if", (Call("gt", (a, b)), c, d))), ("min(a, b, c, d)", Call("min", (a, b, c, d))),
        ("1.5e-3", Num(0.0015)), (".5", Num(0.5)), ("min * late", Call("mul", (Name("min"), Name("late")))),
    ],
)  # fmt: skip
def test_precedence(text: str, tree: Arith) -> None:
    assert parse_formula(text) == tree
    assert parse_formula(print_formula(tree)) == tree


@pytest.mark.parametrize(
    ("text", "code", "start"),
    [
        ("a +", "FB020", 3), ("a b", "FB020", 2), ("(a", "FB020", 0), ("a)", "FB020", 1), ("a AND b", "FB020", 2), ("a ** b", "FB020", 2),
        ("a || b", "FB020", 2), ("a == b", "FB020", 2), ("a = b", "FB020", 2), ("a != b", "FB020", 2), ("!a", "FB020", 0), ("", "FB020", 0),
        ("a < b < c", "FB020", 6), ("30 % * a", "FB020", 3), ("a, b", "FB020", 1), ("and a", "FB020", 0), ("2a", "FB020", 0), ("a.b", "FB020", 1),
        ("min(a)", "FB021", 0), ("clip(a, b)", "FB021", 0), ("exp()", "FB021", 0), ("sin(a)", "FB021", 0), ("3 + hil(a, 1, 2)", "FB021", 4),
        ("2(a)", "FB020", 1), ("a(b)", "FB021", 0), ("lambda: a", "FB020", 6), ("a[0]", "FB020", 1), ("1e999", "FB045", 0), ("+a", "FB020", 0),
        ("(" * 60 + "a" + ")" * 60, "FB026", 50), ("a" * 2001, "FB026", 0), ("not " * 60 + "a", "FB026", 200), ("-" * 60 + "a", "FB026", 50),
        ("+".join("a" * (MAX_HEIGHT + 1)), "FB026", 0), ("abs(" * 60 + "a" + ")" * 60, "FB026", 200), ("2^" * 60 + "a", "FB026", 100),
    ],
)  # fmt: skip
def test_faults(text: str, code: str, start: int) -> None:
    with pytest.raises(TextFault) as caught:
        parse_formula(text)
    assert (caught.value.code, caught.value.start) == (code, start)
    assert len(caught.value.cure) >= 10


def test_cures() -> None:
    for text, cure in [
        ("a ** 2", "Write `^`."),
        ("a && b", "Write `and`."),
        ("hil(a, 1, 2)", "Did you mean `hill`?"),
        ("300ms", "Numbers here have no unit: write `0.3` for seconds, or make it a parameter."),
        ("300queue", "Write `300 * queue`; numbers with a unit are parameters."),
    ]:
        with pytest.raises(TextFault) as caught:
            parse_formula(text)
        assert caught.value.cure == cure


def test_a_name_knows_its_place() -> None:
    tree = parse_formula("2 * load", lambda start, end: Span("f", 1, start + 1, 1, end + 1))
    assert isinstance(tree, Call)
    assert isinstance(tree.args[1], Name)
    assert tree.args[1].span == Span("f", 1, 5, 1, 9)
    assert tree == parse_formula("2*load")
    assert names_in(parse_formula("a + b * a - hill(c, b, 2)")) == ("a", "b", "c")


VALUES = {"a": 3.0, "b": 4.0, "c": 0.0, "d": -2.0}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b * 2 - 1", 10), ("a / b", 0.75), ("-a^2", -9), ("2^a^2", 512), ("a < b", 1), ("a >= b", 0), ("not c", 1), ("not d", 1), ("a and d", 0),
        ("a or d", 1), ("min(a, b, d)", -2), ("max(a, b, d)", 4), ("clip(b, 0, 1)", 1), ("clip(d, 0, 1)", 0), ("exp(log(a))", 3), ("sqrt(b)", 2),
        ("abs(d)", 2), ("tanh(c)", 0), ("if(a > b, 1, 2)", 2), ("if(d, 1, 2)", 2), ("hill(a, 3, 5)", 0.5), ("hill(d, 3, 2)", 0),
        ("hill(6, 3, 2)", 0.8), ("late(0, 2, 1)", math.exp(-2)), ("late(1, 2, 1)", 3 * math.exp(-2)), ("late(5, 0, 9)", 1),
        ("exp(1000)", math.inf), ("10^400", math.inf), ("-10^400", -math.inf), ("a / c", math.inf), ("d / c", -math.inf), ("log(c)", -math.inf),
    ],
)  # fmt: skip
def test_values(text: str, value: float) -> None:
    assert evaluate(parse_formula(text), VALUES) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("a", [1e6 + 2, 1e7, 1e9, 1e12])
@pytest.mark.parametrize("off", [-3.0, -1.0, -1e-3, 0.0, 1e-3, 1.0, 3.0, 6.0])
def test_late_of_very_many_services(a: float, off: float) -> None:
    x = a + off * math.sqrt(a)
    assert late(a - 1.0, x, 1.0) == pytest.approx(float(gammaincc(a, x)), rel=1e-7, abs=1e-14)


def test_late_of_more_services_than_a_number_can_count() -> None:
    assert late(1e30, 1e30, 1.0) == pytest.approx(0.5, abs=1e-12)
    assert (late(1e30, 9e29, 1.0), late(1e30, 1.1e30, 1.0), late(1e308, 1.0, 1.0), late(1.0, 1e308, 1.0)) == (1.0, 0.0, 1.0, 0.0)


@pytest.mark.parametrize("text", ["c / c", "log(d)", "sqrt(d)", "d^0.5", "min(log(d), a)"])
def test_undefined_values(text: str) -> None:
    assert math.isnan(evaluate(parse_formula(text), VALUES))


def test_every_function_has_a_value() -> None:
    for name, (least, most, what) in FUNCTIONS.items():
        for n in (least, most):
            assert math.isfinite(evaluate(parse_formula(f"{name}({', '.join(['0.5'] * n)})"), {})), what


def test_late_against_the_sum_and_the_library() -> None:
    from scipy.special import gammaincc

    for n in (0, 1, 3, 20, 100, 299):
        for x in (0.01, 0.5, 3.0, 30.0, 110.0, 500.0):
            by_sum = math.fsum(math.exp(-x + k * math.log(x) - math.lgamma(k + 1)) for k in range(n + 1))
            assert late(n, x, 1.0) == pytest.approx(by_sum, rel=1e-9, abs=1e-14)
    for n in (0.3, 2.5, 17.25, 400.7):
        for x in (0.01, 1.0, 20.0, 380.0, 420.0):
            assert late(n, 2.0, x / 2) == pytest.approx(float(gammaincc(n + 1, x)), rel=1e-9, abs=1e-14)
    assert late(-3, 1, 1) == late(0, 1, 1)


@pytest.mark.parametrize(("text", "number"), [("0.3 s + waiting", "0.3"), ("300ms + waiting", "0.3"), ("2 * (x + 5 min)", "300")])
def test_a_number_with_a_unit_gets_its_own_cure(text: str, number: str) -> None:
    with pytest.raises(TextFault) as e:
        parse_formula(text)
    assert "has a unit" in e.value.message
    assert f"Numbers here have no unit: write `{number}` for seconds" in e.value.cure
