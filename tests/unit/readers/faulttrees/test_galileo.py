"""Galileo's static gates: what is read, and every fault at its place."""

from __future__ import annotations

import math
import time

import pytest

from fuelbed.core.errors import InputError
from fuelbed.numerics.static.solve import solve
from fuelbed.readers.faulttrees.galileo import parse_galileo
from fuelbed.readers.faulttrees.read import parse_fault_tree

GOOD = b"""toplevel "S"; // a comment
"S" or "A" "V";
"A" and "e1" "e 2"; /* over
two lines */ "V" 2of3 "e1" "e3" "e4";
"e1" lambda=0.0001 dorm=0.3; "e 2" prob=0.1; "e3" prob=2.0e-1; "e4" rate=0.001 shape=2;
"""


def test_a_tree() -> None:
    tree = parse_fault_tree([("g.dft", GOOD)])
    assert tree.network.top == "S"
    assert [f.code for f in tree.findings] == ["FB148"]
    got = solve(tree, time=100.0)
    e1, e2, e3, e4 = 1 - math.exp(-0.01), 0.1, 0.2, 1 - math.exp(-0.01)
    both = 1 - (1 - e2) * (1 - e3) * (1 - e4)
    assert got.probability is not None
    assert got.probability[0] == pytest.approx(e1 * both + (1 - e1) * e3 * e4, rel=1e-12)


def found(text: str) -> list[tuple[str, int, int]]:
    with pytest.raises(InputError) as e:
        parse_galileo(text.encode(), "g.dft")
    return [(f.code, f.span.line, f.span.column) for f in e.value.findings if f.span]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ('toplevel "S";\n"S" pand "a" "b";\n"a" prob=0.1;\n"b" prob=0.1;', [("FB142", 2, 5)]),
        ('toplevel "S";\n"S" adn "a" "b";\n"a" prob=2;\n"b" prob=x;', [("FB142", 2, 5), ("FB146", 3, 1), ("FB146", 4, 10)]),
        ('toplevel "S";\n"S" 3of2 "a" "b";\n"a" prob=0.1;\n"b" prob=0.1;', [("FB143", 2, 5)]),
        ('toplevel "S";\n"S" and "a" "b";\n"a" prob=0.1;', [("FB144", 2, 13)]),
        ('toplevel "S";\n"S" and "a" "S";\n"a" prob=0.1;', [("FB145", 2, 1)]),
        ('toplevel "Z";\n"S" and "a";\n"a" prob=0.1;', [("FB147", 1, 1)]),
        ('toplevel "S";\n"S" and "a";\n"S" or "a";\n"a" prob=0.1;', [("FB143", 3, 1)]),
        ('toplevel "S";\n"S" and "a"', [("FB140", 2, 1)]),
        ('toplevel "S;\n', [("FB140", 1, 10)]),
        ('toplevel "S";\n"S" or "a";\n"a" colour=3;', [("FB142", 3, 5)]),
    ],
)  # fmt: skip  # one text a line
def test_faults(text: str, want: list[tuple[str, int, int]]) -> None:
    got = found(text)
    assert [w for w in want if w not in got] == [], got


def test_an_event_without_a_number_is_asked_for() -> None:
    got = solve(parse_galileo(b'toplevel "S"; "S" or "a" "b"; "a" prob=0.1; "b";', "g.dft"))
    assert got.probability is None
    assert got.unknown == ("b",)


def test_a_large_file_is_refused_at_once_and_many_faults_cost_little() -> None:
    with pytest.raises(InputError) as e:
        parse_galileo(b"a b c\n" * 3_400_000, "x.dft")
    assert [f.code for f in e.value.findings] == ["FB141"]
    lines = b"".join(b'"g%d" and "g%d" "b%d";\n' % (i, i + 1, i) for i in range(20_000))
    started = time.process_time()
    with pytest.raises(InputError) as e:
        parse_galileo(lines, "x.dft")
    assert len(e.value.findings) == 1_000
    assert time.process_time() - started < 3  # a look for what was meant goes over all names: it took 4.5


def test_no_text() -> None:
    with pytest.raises(InputError, match="not UTF-8"):
        parse_galileo(b'toplevel "S"; \xff', "g.dft")
