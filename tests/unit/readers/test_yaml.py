"""The strict loader: YAML 1.2 scalars, places, and one fault for a text cut at its comma."""

from __future__ import annotations

import pytest

from fuelbed.core.errors import InputError
from fuelbed.readers.case import parse_case
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


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("a: {k: t, what: Two things: one failed}", "Put the text in quotes: it holds a colon."),
        ("a:\n  what: Two things: one failed\n", "Put the text in quotes: it holds a colon."),
        ("a:\n  - Two things: one: failed\n", "Put the text in quotes: it holds a colon."),
        ("a: {what: Two things: one failed, and one not}", "Put the text in quotes: it holds a colon and a comma."),
        ("title: a\n  failure: f\n", "Quote a text that holds `: `, or check the indentation."),
        ("a: {what: x}\nb: {k: t what: x}\n", "A comma is missing before `what`."),
        ("a: {k: t\nb: 1\n", "A `,` or a closing bracket is missing at the end of the line before."),
        ("a: {k: t, what: see #12}\nb: 1\n", "Put the text in quotes: behind ` #` it is a comment."),
        ("a: {what: 'it's here'}", 'The text goes on behind its second `\'`: put the whole of it between `"` and `"`.'),
        ('a:\n  what: "Two" things\n', "The text goes on behind its second `\"`: put the whole of it between `'` and `'`."),
        ("a:\n  what: [12] failed\n", "Put the text in quotes: it begins with a bracket."),
        ("a: 1\nb: 'x\n", "Check the indentation and the quotes on this line and the one before."),
        ("a:\n\tb: c\n", "Quote the text, and indent with spaces, not tabs."),
    ],
)
@pytest.mark.parametrize("parser", ["libyaml", "PyYAML's own"])
def test_what_is_no_yaml_is_told_by_its_slip(text: str, cure: str, parser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if parser != "libyaml":
        monkeypatch.delattr("yaml.CBaseLoader", raising=False)
    with pytest.raises(InputError) as caught:
        load_yaml(text, "f")
    assert [(f.code, f.cure) for f in caught.value.findings] == [("FB005", cure)]


def test_a_comma_before_words_with_a_colon_is_told_at_the_words_that_it_cut_off() -> None:
    with pytest.raises(InputError) as caught:
        parse_case("fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  f: {kind: trigger, what: Two things, and one more: failed}\n")
    assert [f.line() for f in caught.value.findings] == [
        "case.yaml:5:40: error FB014: a trigger has no `and one more`. Put the text before it in quotes: it holds a comma."
    ]


def _refused(data: bytes) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_yaml(data, "f")
    return [f.line() for f in caught.value.findings]


def test_a_file_that_is_too_long_is_not_given_a_size_that_nobody_knows() -> None:
    cure = "Move prose into the narrative and rows of data into files under `evidence`, or split the case."
    assert _refused(b"#" * 2_000_001) == [f"f:1:1: error FB002: the file is longer than 2 MB. {cure}"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"\x89PNG\r\n\x1a\n",
            "f:1:1: error FB003: this is a binary file, not a text. Name a case: a text in YAML, saved as UTF-8.",
        ),
        ("title: a".encode("utf-16"), "f:1:1: error FB003: the file is UTF-16. Save it as UTF-8."),
        (b"title: a\ntitel: caf\xe9", "f:2:11: error FB003: the file is not UTF-8 from here on. Save it as UTF-8."),
    ],
)
def test_a_file_that_is_not_utf8_is_called_what_it_is(data: bytes, said: str) -> None:
    assert _refused(data) == [said]


def test_an_alias_bomb_is_one_fault_and_the_rest_is_not_looked_at() -> None:
    levels = (f"{'abcdefg'[i]}: &{'abcdefg'[i]} [{', '.join(['*' + 'abcdefg'[i - 1]] * 9)}]" for i in range(1, 7))
    bomb = "\n".join(["a: &a [lol, lol]", *levels])
    said = "aliases (`*a`) are not read; as this one stands in an anchored value, reading ends here. Write the values out."
    assert _refused(bomb.encode()) == [f"f:2:8: error FB008: {said}"]
