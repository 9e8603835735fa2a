"""The strict reader against PyYAML's loaders on the same libyaml: same structure, same texts, and the known differences listed."""

from __future__ import annotations

import re
import sys
from collections import Counter
from types import FrameType
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.errors import InputError
from fuelbed.readers.case import parse_case
from fuelbed.readers.yaml import Map, Node, Scalar, Seq, load_yaml

# ---- what the two versions of YAML read differently ------------------------------------------------------------------------------

# plain scalar: (ours, by the YAML 1.2 core schema; PyYAML's, by YAML 1.1), None where one of them refuses it
_REFUSED = object()
DIFFERENCES: dict[str, tuple[object, object]] = {
    "yes": ("yes", True), "No": ("No", False), "on": ("on", True), "OFF": ("OFF", False),
    "12:30": ("12:30", 750), "12:30:45": ("12:30:45", 45045), "1:30.5": ("1:30.5", 90.5), "-1:30": ("-1:30", -90),
    "010": (_REFUSED, 8), "-012": (_REFUSED, -10), "08": (_REFUSED, "08"), "00.5": (_REFUSED, 0.5),
    ".inf": (_REFUSED, float("inf")), "-.Inf": (_REFUSED, -float("inf")), ".nan": (_REFUSED, float("nan")), "1e999": (_REFUSED, "1e999"),
    "0o17": (15, "0o17"), "0b11": ("0b11", 3), "1_000": ("1_000", 1000), "1_0.5": ("1_0.5", 10.5), "0x_1F": ("0x_1F", 31),
    "+0x1F": ("+0x1F", 31), "1e3": (1000.0, "1e3"), "1.5e3": (1500.0, "1.5e3"), "-.5": (-0.5, "-.5"), "+.5": (0.5, "+.5"),
    "2024-03-05": ("2024-03-05", yaml.safe_load("2024-03-05")), "=": ("=", _REFUSED), "<<": ("<<", _REFUSED),
}  # fmt: skip  # one table
_DIFFER = re.compile(
    r"(?i:yes|no|on|off)\Z|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z"  # words, base 60
    r"|[-+]?0[box][0-9a-fA-F_]*\Z|[-+.0-9eE]*_[-+.0-9eE_]*\Z"  # other bases, `_` between digits
    r"|[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+\Z|[-+]\.[0-9]+\Z"  # exponents, no digit before the point
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|=\Z|<<\Z"  # dates, value and merge
)


@pytest.mark.parametrize("text", DIFFERENCES)
def test_listed_differences(text: str) -> None:
    ours, theirs = DIFFERENCES[text]
    try:
        got: object = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        got = _REFUSED
    assert repr(got) == repr(theirs)
    node, faults = load_yaml(text, "f")
    assert bool(faults) == (ours is _REFUSED)
    if not faults:
        assert isinstance(node, Scalar)
        assert (type(node.value), node.value) == (type(ours), ours)
        assert _DIFFER.match(text)


# ---- the comparison --------------------------------------------------------------------------------------------------------------


def _said(node: Node) -> Any:
    """Every scalar as text, as PyYAML's BaseLoader gives it."""
    if isinstance(node, Map):
        return {k: _said(e.value) for k, e in node.entries.items()}
    if isinstance(node, Seq):
        return [_said(x) for x in node.items]
    assert isinstance(node, Scalar)
    return node.text


def _scalars(node: Node) -> list[Scalar]:
    if isinstance(node, Map):
        return [s for e in node.entries.values() for s in (e.key, *_scalars(e.value))]
    if isinstance(node, Seq):
        return [s for x in node.items for s in _scalars(x)]
    assert isinstance(node, Scalar)
    return [node]


def _theirs(text: str) -> object:
    """What PyYAML's SafeLoader makes of a plain scalar."""
    loader = yaml.SafeLoader("")
    return loader.construct_object(yaml.ScalarNode(loader.resolve(yaml.ScalarNode, text, (True, False)), text))


def _compare(text: str) -> bool:
    """False where the strict reader refuses the document; else both must agree."""
    try:
        node, faults = load_yaml(text, "f")
    except InputError:
        return False
    if faults:
        return False
    assert _said(node) == yaml.load(text, Loader=yaml.CBaseLoader)
    for s in _scalars(node):
        if not s.plain:
            assert s.value == s.text
        elif not _DIFFER.match(s.text):
            theirs = _theirs(s.text)
            assert (type(s.value), s.value) == (type(theirs), theirs), s.text
    return True


# ---- documents of the subset, written by hand so that every style occurs ----------------------------------------------------------

_WORDS = (
    st.text("abcxyzABC019 _-.é漢", min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda x: re.match(r"[a-zA-Zé漢]", x) is not None)
)
_NUMBERS = st.one_of(
    st.integers(-(10**9), 10**9).map(str),
    st.floats(-1e6, 1e6).map(lambda x: f"{x:.4f}"),
    st.sampled_from(
        ["0", "1", "0.05", "true", "false", "null", "~", "True", "NULL", "0x1F", ".5", "1.", "-3", "+7", *DIFFERENCES]
    ),
)
_ANY_TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=20)


@st.composite
def _scalar(draw: st.DrawFn) -> str:
    style = draw(st.sampled_from(["plain", "number", "single", "double"]))
    if style == "plain":
        return draw(_WORDS)
    if style == "number":
        return draw(_NUMBERS)
    text = draw(_ANY_TEXT)
    if style == "single":
        return "'" + text.replace("'", "''") + "'"
    return (
        '"' + text.replace("\\", "\\\\").replace('"', '\\"') + draw(st.sampled_from(["", "\\n", "\\t", "\\u00e9", "\\x41"])) + '"'
    )


_FLOW = st.recursive(
    _scalar().filter(lambda x: "," not in x or x[0] in "'\""),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda xs: "[" + ", ".join(xs) + "]"),
        st.dictionaries(_WORDS, inner, max_size=4).map(lambda d: "{" + ", ".join(f"{k}: {v}" for k, v in d.items()) + "}"),
    ),
    max_leaves=8,
)


@st.composite
def _block(draw: st.DrawFn, indent: int = 0, depth: int = 3) -> str:
    """A value after `key:` or `-`, with its line end."""
    pad = " " * (indent + draw(st.integers(1, 3)))
    kind = draw(st.sampled_from(["flow", "map", "list", "literal", "folded"] if depth else ["flow", "literal"]))
    comment = draw(st.sampled_from(["", "  # said", "\n"]))
    if kind == "flow":
        return f" {draw(_FLOW)}{comment}\n"
    if kind in ("literal", "folded"):
        lines = draw(st.lists(_WORDS, min_size=1, max_size=3))
        head = ("|" if kind == "literal" else ">") + draw(st.sampled_from(["", "-", "+"]))
        return f" {head}\n" + "".join(f"{pad}{line}\n" for line in lines)
    below = [draw(_block(len(pad), depth - 1)) for _ in range(draw(st.integers(1, 3)))]
    if kind == "list":
        return f"{comment}\n" + "".join(f"{pad}-{x}" for x in below)
    keys = draw(st.lists(_WORDS, min_size=len(below), max_size=len(below), unique=True))
    return f"{comment}\n" + "".join(f"{pad}{k}:{x}" for k, x in zip(keys, below, strict=True))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(_WORDS, _block(), min_size=1, max_size=5), st.sampled_from(["", "---\n", "\ufeff", "# first\n\n"]))
def test_documents_of_the_subset(entries: dict[str, str], head: str) -> None:
    _compare(head + "".join(f"{k}:{v}" for k, v in entries.items()))


@settings(max_examples=1_000, deadline=None)
@given(st.text("ab01:-[]{},'\"|>\n\n  #&*!?.~%\\@`\t\r\x85\u2028", max_size=40))
def test_any_text_made_of_marks(text: str) -> None:
    _compare(text)


def test_the_documents_of_the_subset_are_not_all_refused() -> None:
    read = Counter(
        bool(_compare(f"a: {x}\nb: [{x}, '{x}']\nc:\n  - {x}\n")) for x in ("one two", "0.5", "true", "~", "12:30", "yes", "1e3")
    )
    assert read == {True: 7}


# ---- work --------------------------------------------------------------------------------------------------------------------------


def _case(n: int) -> str:
    """About 25 nodes for each of `n`: a trigger, a condition, a control, a line, a common cause, an action."""
    names = range(n)
    return (
        "fuelbed: 1\ntitle: t\nfailure: l0\nfactors:\n"
        + "".join(f"  t{i}: {{kind: trigger, rate: {i} per year}}\n" for i in names)
        + "".join(f"  c{i}: {{kind: condition, present: 0.1..0.9}}\n" for i in names)
        + "".join(f"  k{i}: {{kind: control, fails: 5 %}}\n" for i in names)
        + "structure:\n"
        + "".join(f"  l{i}: t{i} and c{i} and fails(k{i}){f' or l{i + 1}' if i + 1 < n else ''}\n" for i in names)
        + "common_causes:\n"
        + "".join(f"  - {{of: [k{i}, k{(i + 1) % n}], beta: 0.1}}\n" for i in names)
        + "actions:\n"
        + "".join(f"  a{i}: {{does: [remove c{i}, add control n{i} fails 0.1 on l{i}]}}\n" for i in names)
    )


def _steps(n: int) -> tuple[int, int]:
    """(nodes of the document, calls of functions while its case is read)."""
    text = _case(n)
    nodes, calls = len(_scalars(load_yaml(text, "f")[0])), 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        parse_case(text)
    finally:
        sys.setprofile(None)
    return nodes, calls


def test_work_is_linear_in_the_nodes() -> None:
    parse_case(_case(2))  # imports apart
    (half, few), (full, many) = _steps(200), _steps(400)
    assert full >= 10_000
    assert many / few <= 1.02 * full / half
