"""What the report says of the finer level: cells where it was asked, a reason where it was not, and which level it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fuelbed.core.dynamics import Model, Part, Push
from fuelbed.core.quantities import Quantity
from fuelbed.engines.dynamics.asking import Asked
from fuelbed.engines.dynamics.draws import Draws, draw
from fuelbed.engines.dynamics.levels import Cell, Checked, checked
from fuelbed.engines.dynamics.sentences import levels_sentence
from fuelbed.engines.dynamics.tables import levels_table
from fuelbed.numerics.kernels import runs_fast
from fuelbed.numerics.maps.boundary import critical_sizes
from tests.unit.archetypes.plain import EXAMPLES
from tests.unit.archetypes.plain import model as archetype
from tests.unit.numerics.maps.models import may


def asked(m: Model, lasts: float, target: str, how: str, value: float) -> tuple[Asked, float]:
    """The model under one push, and its critical size by the quick level."""
    part = Part(target, how, Quantity.point(value, "number"))  # type: ignore[arg-type]
    m = replace(m, pushes={"push": Push("push", (part,), Quantity.point(lasts, "time"))})
    a = Asked.of(draw(m, Draws(np.random.default_rng(0))), "push", np.array([0]))
    return a, float(critical_sizes(a.down, 1, 4.0, 0.0025).values[0])


def headings(c: Checked) -> list[str]:
    return [column.label for column in levels_table("m", c).columns]


def test_a_pool_is_asked_by_single_events() -> None:
    a, edge = asked(archetype("failover_pool", **EXAMPLES["failover_pool"]), 60.0, "load", "times", 1.5)
    c = checked(a, edge)
    assert [round(x.size / edge, 9) for x in c.cells] == [0.0, 0.8, 1.25]
    assert [(x.quick, x.agree) for x in c.cells] == [(False, True), (False, True), (True, True)]
    assert c.cells[0].load == 800.0
    assert headings(c)[1:3] == ["mean flow (map)", "single events, simulated"]
    assert levels_sentence(c) == (
        "Checked by simulating single events without a push, below and above the boundary: the levels agree where the simulation decides."
    )


@pytest.mark.skipif(not runs_fast(None), reason="numba (extra `fast`) is not installed")
def test_the_cells_are_the_same_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    """The budget is one of events, not of seconds: whether something is compiled changes no report."""
    a, edge = asked(archetype("failover_pool", **EXAMPLES["failover_pool"]), 60.0, "load", "times", 1.5)
    for size in (edge, np.inf):
        monkeypatch.setenv("FUELBED_KERNELS", "fast")
        quick = checked(a, size)
        monkeypatch.setenv("FUELBED_KERNELS", "plain")
        assert checked(a, size) == quick


def test_a_small_queue_parts_from_its_mean_flow() -> None:
    """Ten requests a second: chance fills the queue at pushes after which the mean flow still comes back."""
    m = replace(archetype("retry_service", capacity=10.0, load=6.0, timeout=1.0, retries=3.0), kernel="")
    a, edge = asked(m, 10.0, "load", "times", 2.0)
    c = checked(a, edge)
    assert [x.agree for x in c.cells][1:] == [False, True]
    assert "The levels part" in levels_sentence(c)
    assert "which the mean flow does not know: the true boundary lies lower" in levels_sentence(c)


def test_too_many_events_are_not_simulated_and_it_says_so() -> None:
    m = archetype("failover_pool", **{**EXAMPLES["failover_pool"], "nodes": 20_000.0, "load": 160_000.0})
    a, edge = asked(m, 60.0, "load", "times", 1.5)
    c = checked(a, edge)
    assert c.cells == ()
    assert "holds more than 30,000 single events" in c.why_not
    assert levels_sentence(c).startswith("No finer level stands behind this: a run of ")


def test_a_map_has_no_finer_level() -> None:
    a, edge = asked(may(), 5.0, "h", "times", 2.0)
    c = checked(a, edge)
    assert (c.cells, c.why_not) == ((), "its laws are a map, which has no single events")


def test_single_requests_are_called_so() -> None:
    m = archetype("retry_service", capacity=20.0, load=12.0, timeout=1.0, retries=3.0)
    a, _ = asked(m, 5.0, "load", "times", 2.0)
    c = checked(a, np.inf)
    assert [x.size for x in c.cells] == [0.0, 1.0]
    assert headings(c)[1:3] == ["fluid with delay", "single requests, simulated"]


def test_noise_that_brings_it_back_is_told_the_other_way_round() -> None:
    """A cell that the mean flow calls down and 10 of 10 runs call up."""
    c = Checked((Cell(1.0, 1.25, True, 10, 0, 0.0, 0.28), Cell(1.0, 0.0, False, 10, 0, 0.0, 0.28)), "events")
    assert "brings it back there" in levels_sentence(c)
    assert "lies higher" in levels_sentence(c)
