"""Temporal formulas: text to tree, tree to text, faults with their place and cure."""

from __future__ import annotations

import math

import pytest

from fuelbed.core.arithmetic import Call, Measured, Name, Num
from fuelbed.core.findings import Span
from fuelbed.core.formulas import MAX_HEIGHT
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
    columns_in,
    events_in,
    every_sample,
    parse_temporal,
    print_temporal,
    reach,
    walk_temporal,
)

a, b, c = (Compare("gt", Name(x), Num(1.0)) for x in "abc")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a > 1", a), ("(a > 1)", a), ("((a) > (1))", a), ("(a + b) * 2 <= c", Compare("le", Call("mul", (Call("add", (Name("a"), Name("b"))), Num(2))), Name("c"))),
        ("not a > 1 and b > 1", And((Not(a), b))), ("a > 1 and b > 1 or c > 1", Or((And((a, b)), c))), ("a > 1 and (b > 1 and c > 1)", And((a, And((b, c))))),
        ("a > 1 -> b > 1 -> c > 1", Implies(a, Implies(b, c))), ("a > 1 or b > 1 -> c > 1", Implies(Or((a, b)), c)),
        ("always a > 1", Over("always", ALL, a)), ("always[0..5 min] a > 1 and b > 1", And((Over("always", Window(0, 300), a), b))),
        ("eventually[2..10 s](a > 1 or b > 1)", Over("eventually", Window(2, 10), Or((a, b)))), ("once[0..] a > 1", Over("once", ALL, a)),
        ("historically[30 s..2 min] a > 1", Over("historically", Window(30, 120), a)), ("once[1 h..] a > 1", Over("once", Window(3600), a)),
        ("always once a > 1", Over("always", ALL, Over("once", ALL, a))), ("not not a > 1", Not(Not(a))),
        ("a > 1 until[0..3 s] b > 1 and c > 1", And((Until("until", Window(0, 3), a, b), c))), ("not a > 1 since b > 1", Until("since", ALL, Not(a), b)),
        ("always a > 1 until b > 1", Until("until", ALL, Over("always", ALL, a), b)), ("(a > 1 until b > 1) until c > 1", Until("until", ALL, Until("until", ALL, a, b), c)),
        ("rises(a > 1 and b > 1) or falls(c > 1)", Or((Edge("rises", And((a, b))), Edge("falls", c)))), ("event(deploy) -> a > 1", Implies(Event("deploy"), a)),
        ('event("deploy (v2), again") and a > 1', And((Event("deploy (v2), again"), a))), ("event('it\"s')", Event('it"s')),
        ("if(a > 1, 2, 3) + b > 0", Compare("gt", Call("add", (Call("if", (Call("gt", (Name("a"), Num(1))), Num(2), Num(3))), Name("b"))), Num(0))),
        ("a > 300 ms", Compare("gt", Name("a"), Measured(0.3, 300, "ms"))), ("a < 5 per minute * b", Compare("lt", Name("a"), Call("mul", (Measured(5 / 60, 5, "per minute"), Name("b"))))),
        ("-a^2 < -1 s", Compare("lt", Call("neg", (Call("pow", (Name("a"), Num(2))),)), Call("neg", (Measured(1, 1, "s"),)))), ("G > 1 and H > 1", And((Compare("gt", Name("G"), Num(1)), Compare("gt", Name("H"), Num(1))))),
    ],
)  # fmt: skip
def test_trees(text: str, tree: Temporal) -> None:
    assert parse_temporal(text) == tree
    assert parse_temporal(print_temporal(tree)) == tree


@pytest.mark.parametrize(
    ("text", "code", "start"),
    [
        ("", "FB020", 0), ("a", "FB020", 0), ("a +", "FB020", 3), ("a > ", "FB020", 4), ("a > 1 and", "FB020", 9), ("or a > 1", "FB020", 0), ("(a > 1", "FB020", 0),
        ("a > 1)", "FB020", 5), ("always[0:5 s] a > 1", "FB020", 8), ("always[0, 5 s] a > 1", "FB020", 8), ("always[5 min] a > 1", "FB020", 12),
        ("always[0..5] a > 1", "FB042", 6), ("always[5..1 s] a > 1", "FB044", 6), ("always[0..5 furlongs] a > 1", "FB042", 12), ("always[0..5 m] a > 1", "FB042", 12),
        ("always[0..5min] a > 1", "FB020", 10), ("always[0..inf] a > 1", "FB020", 10), ("always[-1..1 s] a > 1", "FB020", 7), ("always[0..5 s a > 1", "FB020", 14),
        ("always[0..5 s", "FB020", 13), ("always[", "FB020", 7), ("always[1e300..2e305 years] a > 1", "FB045", 6), ("[0..5 s] a > 1", "FB020", 0), ("a[0] > 1", "FB020", 1),
        ("a > 1 until b > 1 until c > 1", "FB020", 18), ("a > 1 untill b > 1", "FB020", 6), ("a < b < c", "FB020", 6), ("(a > 1) + 2 > 1", "FB020", 8),
        ("1 + (a > 1) > 2", "FB020", 7), ("(a > 1) > 0", "FB020", 8), ("rises a > 1", "FB020", 6), ("event()", "FB020", 6), ('event("x', "FB020", 6), ("event(5)", "FB020", 6),
        ("1 > always", "FB020", 4), ("a > 5 per fortnight", "FB042", 10), ("a > 300ms", "FB020", 4), ("30 % < a", "FB020", 3), ("a > 5 req", "FB020", 6),
        ("foo(a) > 1", "FB021", 0), ("min(a) > 1", "FB021", 0), ("a > 1e999", "FB045", 4), ("a == 1", "FB020", 2), ("a > 1, b", "FB020", 5),
        ("(" * 60 + "a > 1" + ")" * 60, "FB026", 50), ("not " * 60 + "a > 1", "FB026", 200), ("a" * 2001, "FB026", 0), ("+".join("a" * (MAX_HEIGHT + 1)) + " > 1", "FB026", 0),
        ("a > 1 -> " * 60 + "a > 1", "FB026", 441),
    ],
)  # fmt: skip
def test_faults(text: str, code: str, start: int) -> None:
    with pytest.raises(TextFault) as caught:
        parse_temporal(text)
    assert (caught.value.code, caught.value.start) == (code, start)
    assert len(caught.value.cure) >= 10


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("G[0..5 s](a > 1)", "Write `always`."), ("F (a > 1)", "Write `eventually`."), ("a > 1 U b > 1", "Write `until`."), ("a > 1 S b > 1", "Write `since`."),
        ("a > 1 && b > 1", "Write `and`."), ("a > 1 || b > 1", "Write `or`."), ("!a > 1", "Write `not`."), ("a > 1 => b > 1", "Write `->`."), ("a > 1 AND b > 1", "Write `and`."),
        ("never(a > 1)", "Write `not eventually`."), ("a", "Compare it: `a > 0`."), ("a > 300ms", "Write `300 ms`."), ("always[0..5min] a > 1", "Write `5 min`."),
        ("always[5 min] a > 1", "Write `[0..5 min]`."), ("a > 5 m", "Write `min` or `months`."), ("a > 1 untill b > 1", "Did you mean `until`?"),
        ("always[0:5 s] a > 1", "Write `..` between its ends: `[0..5 min]`."), ("2a > 1", "Write `2 * a`."), ("1 + (a > 1) > 2", "Join two with `and`, or write `if(a < b, 1, 0)`."),
    ],
)  # fmt: skip
def test_cures(text: str, cure: str) -> None:
    with pytest.raises(TextFault) as caught:
        parse_temporal(text)
    assert caught.value.cure == cure


def test_chains_cost_no_depth() -> None:
    text = " and ".join(["a > 1"] * 200)
    tree = parse_temporal(text)
    assert isinstance(tree, And)
    assert len(tree.args) == 200
    assert print_temporal(tree) == text


def test_places_of_names_and_events() -> None:
    tree = parse_temporal('event("go now") -> load > 1', lambda start, end: Span("f", 1, start + 1, 1, end + 1))
    assert isinstance(tree, Implies)
    assert isinstance(tree.left, Event)
    assert tree.left.span == Span("f", 1, 7, 1, 15)
    assert isinstance(tree.right, Compare)
    assert isinstance(tree.right.left, Name)
    assert tree.right.left.span == Span("f", 1, 20, 1, 24)


def test_what_a_formula_reads_and_how_far_it_looks() -> None:
    f = parse_temporal("always[1..2 min](x + y > 1 -> eventually[0..30 s] (y > 2 and event(e))) or (z > 1 since[0..5 s] x > 1)")
    assert columns_in(f) == ("x", "y", "z")
    assert events_in(f) == ("e",)
    assert reach(f) == (5.0, 150.0)
    assert reach(parse_temporal("once a > 1")) == (math.inf, 0.0)
    assert sum(1 for _ in walk_temporal(f)) == 11


def test_what_must_hold_at_every_sample() -> None:
    assert every_sample(parse_temporal("always historically a > 1")) == a
    assert every_sample(parse_temporal("always[0..5 s] a > 1")) == Over("always", Window(0, 5), a)


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (Over("always", Window(0, 300), a), "always[0..5 min] a > 1"), (Over("always", Window(90, 3600), a), "always[90 s..1 h] a > 1"),
        (Over("once", Window(0.5, 1.25), And((a, b))), "once[500..1250 ms](a > 1 and b > 1)"), (Over("once", Window(0, 0), a), "once[0..0] a > 1"),
        (Over("once", Window(1 / 3), a), "once[0.3333333333333333 s..] a > 1"), (Over("once", Window(0, 86400 * 3), a), "once[0..3 days] a > 1"),
    ],
)  # fmt: skip
def test_windows_in_the_unit_that_reads_best(tree: Temporal, text: str) -> None:
    shown = print_temporal(tree)
    assert parse_temporal(shown) == tree
    assert shown == text or tree == Over("once", Window(0, 0), a)
