"""The strict loader: YAML 1.2 scalars, places, and one fault for a text cut at its comma."""

from __future__ import annotations

import pytest

from fuelbed.core.errors import InputError
from fuelbed.readers.yaml import Map, Scalar, load_yaml, plain


def test_core_schema_scalars() -> None:
    text = "a: yes\nb: 12:30\nc: 1e3\nd: true\ne: ~\nf: 0x1F\ng: 1_000\nh: '010'\ni: 2024-03-05\nj: -0.5\n"
    node, faults = load_yaml(text, "f")
    assert not faults
    assert plain(node) == {
        "a": "yes", "b": "12:30", "c": 1000.0, "d": True, "e": None, "f": 31, "g": "1_000", "h": "010", "i": "2024-03-05", "j": -0.5,
    }  # fmt: skip


def test_several_faults_are_collected() -> None:
    _, faults = load_yaml("a: &x 1\nb: *x\na: 2\nc: 010\nd: !t 1\n", "f")
    assert [(f.code, f.span.line) for f in faults if f.span] == [
        ("FB008", 1),
        ("FB008", 2),
        ("FB011", 3),
        ("FB010", 4),
        ("FB008", 5),
    ]


@pytest.mark.parametrize("text", ["a: {b: one, two}", "a: {b: one, two, three}", "a: {b: one, two, c: 3}"])
def test_a_comma_in_a_flow_text_is_one_fault(text: str) -> None:
    _, faults = load_yaml(text, "f")
    assert [(f.code, str(f.span)) for f in faults] == [("FB012", "f:1:8")]


def test_places_inside_folded_and_quoted_text() -> None:
    text = "\ufeffa: one\n  two three\r\nb: 'x y'\nc: >\n  p q\n  r\n"
    node, _ = load_yaml(text, "f")
    assert isinstance(node, Map)
    for key, word, where in (("a", "three", "f:2:7"), ("b", "y", "f:3:7"), ("c", "r", "f:6:3")):
        value = node.entries[key].value
        assert isinstance(value, Scalar)
        at = value.text.index(word)
        assert str(value.place(at, at + len(word))) == where


def test_syntax_fault_has_a_place() -> None:
    with pytest.raises(InputError) as caught:
        load_yaml("a: b: c\n", "f")
    assert caught.value.findings[0].code == "FB005"
    assert str(caught.value.findings[0].span) == "f:1:5"
