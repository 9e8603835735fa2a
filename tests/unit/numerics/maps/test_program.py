"""Programs: values against a plain recursive evaluation, derivatives against finite differences, the scalar loop against both."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import digamma, gammaincc, gammaln

from fuelbed.core.arithmetic import FUNCTIONS, Arith, Call, Name, Num
from fuelbed.core.evaluation import evaluate
from fuelbed.numerics.kernels import compiled
from fuelbed.numerics.maps import scalar
from fuelbed.numerics.maps.operations import CODES, late
from fuelbed.numerics.maps.program import formula
from fuelbed.numerics.maps.system import compile_model
from tests.unit.numerics.maps.models import E, storm

NAMES = ("x", "y", "p")


@st.composite
def trees(draw: st.DrawFn, depth: int = 4, smooth: bool = False) -> Arith:
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from([Name(n) for n in NAMES] + [Num(0.5), Num(2.0), Num(1.0), Num(0.0), Num(-1.5)]))
    sub = trees(depth=depth - 1, smooth=smooth)
    kinks = [] if smooth else ["min", "max", "clip", "abs", "if", "lt", "ge", "and", "or", "not"]
    op = draw(st.sampled_from(["neg", "add", "sub", "mul", "div", "exp", "tanh", "log", "sqrt", "pow", "hill", "late", *kinks]))
    if op in ("hill", "late"):  # arguments for which they are defined
        a, b = (Call("exp", (Call("tanh", (draw(sub),)),)) for _ in range(2))
        return Call(op, (a, b, Num(draw(st.sampled_from([1.0, 2.0, 3.5])))))
    if op == "pow":
        return Call("pow", (Call("exp", (Call("tanh", (draw(sub),)),)), draw(sub)))
    if op in ("log", "sqrt"):
        return Call(op, (Call("add", (Num(1.5), Call("tanh", (draw(sub),)))),))
    if op == "exp":
        return Call("exp", (Call("tanh", (draw(sub),)),))
    least = {"neg": 1, "not": 1, "abs": 1, "tanh": 1, "clip": 3, "if": 3}.get(op, 2)
    return Call(op, tuple(draw(sub) for _ in range(3 if op in ("min", "max") else least)))


POINTS = st.tuples(*[st.floats(-2, 2, allow_subnormal=False).map(lambda v: round(v, 3)) for _ in NAMES])


@settings(max_examples=300, deadline=None)
@given(trees(), POINTS)
def test_values_and_scalar_loop_agree_with_the_obvious_evaluation(e: Arith, at: tuple[float, ...]) -> None:
    program = formula(NAMES, e)
    got = program.run([np.array([v]) for v in at])[0, 0]
    codes, args, registers, first = scalar.registers_of(program)
    registers[: len(at)] = at
    with np.errstate(all="ignore"):  # the plain run reads NumPy's numbers
        scalar.run_scalar(codes, args, registers, first)
    if np.isinf(registers).any() and any(f"'{op}'" in repr(e) for op in ("min", "max", "clip")):
        return  # which of 0.0 and -0.0 is the least is left open, and with it the sign of what is divided by it
    one = registers[program.outputs[0]]
    assert np.isclose(one, got, rtol=1e-9, atol=1e-11) or (math.isnan(one) and math.isnan(got)) or one == got
    want = evaluate(e, dict(zip(NAMES, at, strict=True)))  # the slow, obvious reading of core/evaluation.py
    if math.isfinite(want) and abs(want) < 1e9:
        assert np.isclose(got, want, rtol=1e-7, atol=1e-9)


@settings(max_examples=300, deadline=None)
@given(trees(smooth=True), POINTS)
def test_derivatives_agree_with_finite_differences(e: Arith, at: tuple[float, ...]) -> None:
    program = formula(NAMES, e)
    values, slopes = program.derivatives([np.array([v]) for v in at], range(3))
    for k in range(3):
        h = 1e-4
        v = [program.run([np.array([a + (s * h if i == k else 0)]) for i, a in enumerate(at)])[0, 0] for s in (-2, -1, 1, 2)]
        with np.errstate(all="ignore"):
            on_the_way = program._registers(np.array(at)[:, None])
        if not np.isfinite([*v, values[0, 0], *map(float, np.ravel(np.hstack(on_the_way)))]).all():
            continue  # outside the domain of the formula
        rough = (v[2] - v[1]) / (2 * h)
        fine = (8 * (v[2] - v[1]) - (v[3] - v[0])) / (12 * h)
        if abs(fine - rough) > 1e-5 * (1 + abs(fine)) or abs(values[0, 0]) > 1e6:
            continue  # too rough for finite differences to judge
        assert np.isclose(slopes[0, 0, k], fine, rtol=1e-6, atol=1e-6)


def test_every_function_of_the_language_is_known() -> None:
    assert set(FUNCTIONS) - {"clip"} <= set(CODES)


def test_derivative_of_late_by_n_against_its_integral() -> None:
    """dQ/da = integral from x of t^(a-1) ln t e^-t / Gamma(a) - digamma(a) Q(a, x), by quadrature."""
    for n, x in [(0.0, 0.5), (3.0, 4.0), (40.0, 35.0), (500.0, 520.0), (2.0, 30.0)]:
        a = n + 1
        inner = lambda t, a=a: math.exp((a - 1) * math.log(t) - t - gammaln(a)) * (math.log(t) - digamma(a))  # noqa: E731
        far = max(a, x) + 40 * math.sqrt(max(a, x)) + 40
        want = sum(quad(inner, lo, hi, epsabs=1e-14, epsrel=1e-12, limit=200)[0] for lo, hi in pairwise(np.linspace(x, far, 40)))
        program = formula(("n",), Call("late", (Name("n"), Num(1.0), Num(x))))
        _, slope = program.derivatives([np.array([n])], [0])
        assert np.isclose(slope[0, 0, 0], want, rtol=1e-9, atol=1e-13)


def test_late_is_the_erlang_tail() -> None:
    for n, rate, t in [(0, 2.0, 0.3), (4, 10.0, 0.5), (30, 100.0, 0.25)]:
        want = sum(math.exp(-rate * t) * (rate * t) ** k / math.factorial(k) for k in range(n + 1))
        assert np.isclose(float(late(n, rate, t)), want, rtol=1e-12)
    assert float(late(-0.5, 2.0, 1.0)) == float(late(0, 2.0, 1.0))
    assert float(late(3, 0.0, 1.0)) == 1


def test_equal_operations_are_shared_constants_folded_and_ruled_out_branches_dropped() -> None:
    x = E("x")
    program = formula(("x",), (E.of("exp", x) * E.of("exp", x) + 0 * E.of("log", x)).tree)
    assert [c for c, _ in program.ops] == ["exp", "mul"]
    word = formula(("x",), E.of("if", "served", x * 2, E.of("log", x)).tree, constants={"served": 1.0})
    assert [c for c, _ in word.ops] == ["mul"]


def test_kinks_are_seen_along_the_inputs_asked_for() -> None:
    program = formula(("x", "p"), E.of("max", "x", "p").tree)
    at = [np.array([1.0, 1.0, 3.0]), np.array([1.0, 2.0, 3.0])]
    assert program.kinked(at, [0]).tolist() == [True, False, True]
    assert formula(("x", "p"), E.of("max", "p", 1.0).tree).kinked(at, [0]).tolist() == [False, False, False]
    _, slope = program.derivatives(at, [0, 1])
    assert slope[:, 0, :].tolist() == [[1, 0], [0, 1], [1, 0]]


def test_leaving_the_domain_is_a_value_and_warns_of_nothing(recwarn: pytest.WarningsRecorder) -> None:
    program = formula(("x",), (1 / E("x")).tree, E.of("log", "x").tree, E.of("sqrt", "x").tree)
    out = program.run([np.array([0.0, -1.0, 4.0])])
    assert np.isinf(out[0, 0])
    assert np.isnan(out[1, 1:]).all()
    assert np.isfinite(out[2]).all()
    assert not recwarn.list


def test_the_compiled_loop_and_the_plain_one_agree() -> None:
    pytest.importorskip("numba")
    s = compile_model(storm())
    codes, args, registers, first = scalar.registers_of(s.program)
    ends = []
    for kernels in (scalar, compiled(scalar.__name__)):
        x = np.array([400.0, 90.0])
        r = registers.copy()
        for _ in range(200):
            r[:2], r[2 : 2 + len(s.today)] = x, s.today
            kernels.run_scalar(codes, args, r, first)
            x = r[list(s.program.outputs)].copy()
        ends.append(x)
        assert math.isclose(kernels.erlang_tail(31.5, 28.0), float(gammaincc(31.5, 28.0)), rel_tol=1e-11)
    assert np.allclose(*ends, rtol=1e-12)
