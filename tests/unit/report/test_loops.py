"""Feedback in words: which cycles are told, and how."""

from __future__ import annotations

from typing import Any

from fuelbed.report._loops import feedback, loop_words


def _graph(*edges: str) -> dict[str, Any]:
    pairs = [e.split(">") for e in edges]
    return {"nodes": [{"id": n} for n in dict.fromkeys(n for p in pairs for n in p)], "edges": pairs}


def test_a_tree_has_none() -> None:
    assert feedback(_graph("a>b", "b>c", "a>c")) == []
    assert loop_words(_graph("a>b")) == []


def test_a_cycle_is_told_once_from_its_first_node() -> None:
    data = _graph("t>a", "a>b", "b>c", "c>a", "c>f")
    assert feedback(data) == [["a", "b", "c"]]
    assert loop_words(data) == ["`a` → `b` → `c` → `a` can keep itself going once started."]
    assert feedback(_graph("a>a")) == [["a"]]


def test_every_node_on_a_cycle_is_in_one_and_the_shortest_come_first() -> None:
    data = _graph("a>b", "b>c", "c>d", "d>a", "b>a", "x>y", "y>x")
    assert feedback(data) == [["a", "b"], ["x", "y"], ["a", "b", "c", "d"]]
    many = _graph(*[f"a{i}>b{i}" for i in range(5)], *[f"b{i}>a{i}" for i in range(5)])
    assert loop_words(many)[-1] == "2 more such loops are in the drawing."
