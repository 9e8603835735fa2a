"""The page of archetypes is made from the files, and the file of the how-to is an archetype that does what its page says."""

from __future__ import annotations

import numpy as np

from fuelbed.readers.archetypes import archetype_names, load_archetype, needs_graph, parse_archetype
from fuelbed.readers.archetypes.page import archetypes_page
from tests.docs.pages import ROOT, blocks
from tests.unit.archetypes.plain import GRAPH


def test_the_page_is_made_from_the_files() -> None:
    page = ROOT / "docs/formats/archetypes.md"
    made = archetypes_page()
    hint = "run: PYTHONPATH=src python -m fuelbed.readers.archetypes.page > docs/formats/archetypes.md"
    assert page.read_text(encoding="utf-8") == made, hint


def test_the_page_leaves_nothing_out() -> None:
    page = archetypes_page()
    for name in archetype_names():
        a = load_archetype(name, GRAPH if needs_graph(name) else ())
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        if not needs_graph(name):
            for word in (*a.parameters, *a.options, *a.laws.states, *a.laws.let, *a.laws.events):
                assert word in section, (name, word)
        for wanted in a.parameters.values():
            assert wanted.question.endswith("?") or wanted.question.endswith(")"), wanted.question


def test_the_worked_file_has_the_window_that_the_page_gives() -> None:
    (block,) = [b for b in blocks(ROOT / "docs/how-to/write-an-archetype.md") if b.name == "archetype.yaml"]
    a = parse_archetype(block.text, "queue_that_grows")
    assert list(a.laws.events) == ["join", "served"]

    def settles(arrivals: float, start: float, seen: float) -> float:
        waiting = start
        for _ in range(40_000):  # capacity 1, so that a long queue is 20 and the step 0.05 s
            looks_long = seen * waiting**4 / (20**4 + waiting**4)
            waiting += 0.05 * (arrivals * (1 + 0.5 * looks_long) - min(1.0, waiting))
            waiting = float(np.clip(waiting, 0, 200))
        return waiting

    assert [settles(x, 0.0, 1.0) > 20 for x in (0.6, 0.8, 1.05)] == [False, False, True]
    assert [settles(x, 200.0, 1.0) > 20 for x in (0.6, 0.8, 1.05)] == [False, True, True]
    assert settles(0.8, 200.0, 0.0) < 20
