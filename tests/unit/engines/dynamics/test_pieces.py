"""The sweep in pieces: the same answer to the last bit, wherever they are worked out, and pieces that know nothing of each other."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fuelbed.core.blocks import Answer
from fuelbed.core.facts import Board
from fuelbed.core.options import Options
from fuelbed.core.registry import rows_by_id
from fuelbed.engines import dynamics
from fuelbed.engines.dynamics import pieces
from fuelbed.engines.dynamics.part import question
from fuelbed.engines.dynamics.pieces import answer_forms
from fuelbed.numerics import parallel
from fuelbed.numerics.parallel import spread
from fuelbed.readers.case import read_case
from tests.conformance.runs import canonical
from tests.dask_cluster import dask_client
from tests.unit.engines.dynamics.written import RETRY, case

CASES = Path(__file__).parents[4] / "src/fuelbed/cases"
MYBINDER = read_case(CASES / "mybinder-2022-01-27")
FACTS = Board().for_engine(rows_by_id()["dynamics"].takes)


def examined(spreading: Any) -> Answer:
    return dynamics.examine(MYBINDER, FACTS, Options(spread=spreading))


ALONE = canonical(examined(None))


class Watched:
    """`spread`, and what went through it; at once to the workers, however little there is to do."""

    def __init__(self, patch: pytest.MonkeyPatch, **chosen: Any) -> None:
        patch.setattr(parallel, "PIECE", 0.0)
        patch.setattr(parallel, "_LOOK", 0.0)
        patch.setattr(parallel, "_STARTING", {"fork": 0.0, "spawn": 0.0})
        self.chosen, self.items = chosen, 0
        self.where: set[int] = set()

    def __call__(self, fn: Callable[[Any], Any], items: Sequence[Any], sizes: Sequence[float] | None = None) -> list[Any]:
        self.items += len(items)
        found = spread(partial(told, fn), items, sizes, **self.chosen)
        self.where |= {pid for pid, _ in found}
        return [x for _, x in found]


def told(fn: Callable[[Any], Any], item: Any) -> tuple[int, Any]:
    return os.getpid(), fn(item)


def test_processes_change_no_bit_of_a_shipped_case(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch, count=2)
    assert canonical(examined(watched)) == ALONE
    assert watched.items >= 5
    assert len(watched.where - {os.getpid()}) == 2, "nothing was worked out elsewhere"


def test_a_dask_cluster_changes_no_bit_of_a_shipped_case(monkeypatch: pytest.MonkeyPatch) -> None:
    with dask_client(2) as client:
        watched = Watched(monkeypatch, workers=client)
        assert canonical(examined(watched)) == ALONE
    assert watched.where - {os.getpid()}


def test_without_a_map_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_Worker", None)
    assert canonical(examined(None)) == ALONE
    assert canonical(examined(partial(spread, count=1))) == ALONE


def test_pieces_can_be_sent_and_in_any_order() -> None:
    """Every piece, sent there and its answer sent back, the last first."""
    m = next(iter(MYBINDER.dynamics.values()))
    once, twice = (question(MYBINDER, m, Options()).pieces for _ in range(2))
    there = [pickle.loads(pickle.dumps(pieces.work(pickle.loads(pickle.dumps(p))))) for p in reversed(once)][::-1]
    assert canonical(there) == canonical([pieces.work(p) for p in twice])
    assert once[0].size == min(p.size for p in once), "the first is run here and should be small"


ITEMS = "".join(f"  item_{i}: {{does: [set service.retries to {i}]}}\n" for i in range(3))


def test_many_forms_are_cut_into_groups_and_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    c = case(RETRY.format(capacity="100 per second", load="40..70 per second", retries="4", times="1.5..4"), ITEMS)
    m = c.dynamics["service"]
    whole = question(c, m, Options())
    monkeypatch.setattr(pieces, "_ROWS", 25)
    cut = question(c, m, Options())
    groups = [p for p in cut.pieces if p.fn is answer_forms]
    assert (len(groups), sum(p.fn is answer_forms for p in whole.pieces)) == (7, 1)  # today, three items, three pairs of them
    (one,) = (pieces.work(p) for p in whole.pieces if p.fn is answer_forms)
    for p in groups:
        said = pieces.work(p)
        for key, t in said.found.items():
            assert np.array_equal(t.chance, one.found[key].chance)
            if t.critical is not None:
                assert np.array_equal(t.size, one.found[key].size)
        for action, s in said.states.items():
            assert (s.word, s.shares) == (one.states[action].word, one.states[action].shares)
        for action, x in said.checked.items():
            assert x == one.checked[action]
