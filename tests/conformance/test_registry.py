"""The registry keeps its promises whatever rows are in it."""

from __future__ import annotations

import subprocess
import sys
from graphlib import CycleError
from importlib import import_module
from pathlib import Path

import pytest

from fuelbed.analysis import analyze, order
from fuelbed.core.facts import Loops, Margins, NotFound, Tipping
from fuelbed.core.registry import ENGINES, Engine, owned_sections, rows_by_id
from fuelbed.readers.case import CORE_KEYS, ENGINE_SECTIONS
from tests.conformance.corpus import make

ROOT = Path(__file__).parents[2]
BUILT = [row for row in ENGINES if row.load]
UNBUILT = [row for row in ENGINES if not row.load]


def test_importing_the_registry_imports_no_engine_and_no_numerics() -> None:
    code = (
        "import sys; import fuelbed.core.registry\n"
        "heavy = ('fuelbed.engines', 'fuelbed.numerics', 'fuelbed.report', 'fuelbed.readers', 'numpy', 'scipy', 'pydantic', 'yaml')\n"
        "print([m for m in sys.modules if m.startswith(heavy)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT / "src", check=True)
    assert done.stdout.strip() == "[]"


def test_ids_and_sections_have_one_owner_each() -> None:
    assert len(rows_by_id()) == len(ENGINES)
    sections = [name for name, _ in owned_sections()]
    assert len(set(sections)) == len(sections)
    assert set(sections) == set(ENGINE_SECTIONS)
    assert not set(sections) & set(CORE_KEYS)


def test_each_fact_has_at_most_one_giver() -> None:
    """A fact is written once, so two rows that give it would make the analysis fail."""
    given = [fact for row in ENGINES for fact in row.gives]
    assert len(set(given)) == len(given)


def test_givers_run_before_takers() -> None:
    rows = order()
    assert sorted(r.id for r in rows) == sorted(r.id for r in ENGINES)
    place = {r.id: i for i, r in enumerate(rows)}
    for taker in rows:
        for giver in rows:
            if set(taker.takes) & set(giver.gives):
                assert place[giver.id] < place[taker.id], f"{giver.id} gives what {taker.id} takes"


def test_no_row_takes_what_it_gives() -> None:
    assert [r.id for r in ENGINES if set(r.takes) & set(r.gives)] == []


def test_a_cycle_is_detected() -> None:
    a = Engine("a", "", "?", takes=(Tipping,), gives=(Loops,))
    b = Engine("b", "", "?", takes=(Loops,), gives=(Margins,))
    c = Engine("c", "", "?", takes=(Margins,), gives=(Tipping,))
    assert [r.id for r in order((a, b))] == ["a", "b"]
    with pytest.raises(CycleError):
        order((a, b, c))


@pytest.mark.parametrize("row", BUILT, ids=lambda r: r.id)
def test_a_built_row_loads(row: Engine) -> None:
    module, _, name = row.load.partition(":")
    assert callable(getattr(import_module(module), name))
    assert module.startswith("fuelbed.engines.")


@pytest.mark.parametrize("row", UNBUILT, ids=lambda r: r.id)
def test_an_unbuilt_row_answers_not_found(row: Engine) -> None:
    assert isinstance(row.missing, NotFound)
    assert row.missing.question.endswith("?")
    assert row.missing.unlocks
    section = next(s for s in analyze(make("full")).sections if s.engine == row.id)
    assert section.answer is row.missing


def test_every_question_is_in_every_report_in_the_order_of_the_table() -> None:
    assert [s.engine for s in analyze(make("full")).sections] == [row.id for row in ENGINES]
    assert all(row.question.endswith("?") for row in ENGINES)
