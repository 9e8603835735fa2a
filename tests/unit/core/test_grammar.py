"""Expressions, quantities and intervention sentences."""

from __future__ import annotations

import pytest

from fuelbed.core.expressions import And, AtLeast, Fails, Not, Or, Ref, Threshold, Tips
from fuelbed.core.grammar import parse_expression
from fuelbed.core.numbers import beta_quantile, parse_quantity
from fuelbed.core.quantities import Dimension
from fuelbed.core.scanner import TextFault, did_you_mean, visible
from fuelbed.core.sentences import parse_sentence


def test_precedence_and_functions() -> None:
    a, b, c = Ref("a"), Ref("b"), Ref("c")
    assert parse_expression("a or b and not c") == Or((a, And((b, Not(c)))))
    assert parse_expression("a and b and c") == And((a, b, c))
    assert parse_expression("any(a, all(b, c))") == Or((a, And((b, c))))
    assert parse_expression("atleast(2, a, b, c)") == AtLeast(2, (a, b, c))
    assert parse_expression("threshold(0.6, 0.3*a, -0.5*fails(b), tips(c))") == Threshold(
        0.6, ((0.3, a), (-0.5, Fails("b")), (1, Tips("c")))
    )


@pytest.mark.parametrize(
    ("text", "code", "start"),
    [
        ("a and", "FB020", 5), ("a b", "FB020", 2), ("(a", "FB020", 0), ("a)", "FB020", 1), ("a AND b", "FB020", 2), ("a | b", "FB020", 2),
        ("fails(a and b)", "FB021", 0), ("atleast(0, a)", "FB021", 8), ("eval(a)", "FB021", 0), ("threshold(1e999, a)", "FB045", 10),
        ("a-b", "FB020", 1), ("", "FB020", 0), ("3 and a", "FB020", 0), ("(" * 60 + "a" + ")" * 60, "FB026", 50), ("a" * 2001, "FB026", 0),
        ("__import__('os')", "FB021", 0), ("a.b", "FB020", 1), ("lambda: a", "FB020", 6),
    ],
)  # fmt: skip
def test_faults_of_expressions(text: str, code: str, start: int) -> None:
    with pytest.raises(TextFault) as caught:
        parse_expression(text)
    assert (caught.value.code, caught.value.start) == (code, start)


@pytest.mark.parametrize(
    ("text", "dimension", "low", "high"),
    [
        ("0.05", "probability", 0.05, 0.05), ("5 %", "probability", 0.05, 0.05), ("1..5 %", "probability", 0.01, 0.05),
        ("0.01..0.2", "probability", 0.01, 0.2), ("lognormal(0.02 ef 5)", "probability", 0.004, 0.1), ("monthly", "rate", 6, 24),
        ("1/month", "rate", 12, 12), ("2 per day", "rate", 730.5, 730.5), ("4..24 per year", "rate", 4, 24), ("1 month", "duration", 1 / 12, 1 / 12),
        ("300 ms", "duration", 0.3 / 31557600, 0.3 / 31557600), ("10..30 minutes", "loss", 10, 30), ("5 USD", "loss", 5, 5),
    ],
)  # fmt: skip
def test_quantities(text: str, dimension: Dimension, low: float, high: float) -> None:
    q = parse_quantity(text, dimension)
    assert [q.low, q.high] == pytest.approx([low, high])


def test_beta_quantiles_against_closed_forms() -> None:
    x = beta_quantile(0.05, 2, 18)
    assert 1 - (1 - x) ** 19 - 19 * x * (1 - x) ** 18 == pytest.approx(0.05, abs=1e-12)
    assert beta_quantile(0.5, 1, 1) == pytest.approx(0.5)
    assert beta_quantile(0.95, 1, 3) == pytest.approx(1 - 0.05 ** (1 / 3))


@pytest.mark.parametrize(
    "text", ["beta(1e308 1e308)", "beta(0 1)", "beta(1 1e7)", "beta(1e-9 1)", "lognormal(0.1 ef 0.5)", "lognormal(0 ef 2)"]
)
def test_parameters_that_give_no_distribution(text: str) -> None:
    with pytest.raises(TextFault, match="FB046"):
        parse_quantity(text, "probability")


def test_a_transposition_is_recognized_in_a_short_word() -> None:
    assert did_you_mean("uot", ["in", "out", "tip"]) == "Did you mean `out`?"
    assert did_you_mean("retry_strom", [f"retry_{i}" for i in range(1_000)] + ["retry_storm"]) == "Did you mean `retry_storm`?"


def test_what_cannot_be_seen_is_written_as_an_escape() -> None:
    assert visible("a\x1b[31m\u202eb\nc\ufeff\ud800 漢字 é") == "a\\x1b[31m\\u202eb\\nc\\ufeff\\ud800 漢字 é"
    assert len(visible("x" * 10_000)) == 600


def test_sentences() -> None:
    s = parse_sentence("add control fuse fails 0.1..0.2 on out shares group_1")
    assert (s.verb, s.target.text, s.value and s.value.text, s.line and s.line.text, s.shares and s.shares.text) == (
        "add", "fuse", "0.1..0.2", "out", "group_1",
    )  # fmt: skip
    with pytest.raises(TextFault, match="All forms"):
        parse_sentence("remov x")
