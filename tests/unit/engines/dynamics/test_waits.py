"""Expected times by chance alone: the chain where its box is small, single events or requests beyond; and what the report says of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fuelbed.engines.dynamics import waits as module
from fuelbed.engines.dynamics.sentences import waits_sentence
from fuelbed.engines.dynamics.waits import Waits, waits
from fuelbed.numerics.kernels import runs_fast
from fuelbed.numerics.maps.operating import operating_points
from fuelbed.numerics.maps.system import System, compile_model
from fuelbed.numerics.passage import passage
from tests.unit.archetypes.plain import EXAMPLES
from tests.unit.archetypes.plain import model as archetype
from tests.unit.numerics.maps.models import may
from tests.unit.numerics.test_passage import herd


def of(s: System) -> Waits:
    found = operating_points(s, s.today)
    return waits(s, s.today, found.normal and found.normal.x, found.failed and found.failed.x)


def example(name: str) -> System:
    return compile_model(archetype(name, **EXAMPLES[name]))


def test_single_events_agree_with_the_chain_on_a_box_that_both_can_do(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = of(herd())
    assert (exact.level, exact.states) == ("chain", 41)
    monkeypatch.setattr(module, "_CHAIN_STATES", 10)
    seen = of(herd())
    assert seen.level == "events"
    for a, b in ((exact.recover, seen.recover), (exact.collapse, seen.collapse)):
        assert a is not None
        assert b is not None
        assert b.ended == b.runs
        assert b.low <= a.mean <= b.high
        assert b.high <= 2.5 * b.low


def test_a_time_beyond_the_budget_is_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain says practically never; so few events only say that it is longer than they last, which is true."""
    exact = of(example("crash_loop"))
    assert exact.level == "chain"
    monkeypatch.setattr(module, "_CHAIN_STATES", 10)
    seen = of(example("crash_loop"))
    for a, b in ((exact.recover, seen.recover), (exact.collapse, seen.collapse)):
        assert a is not None
        assert b is not None
        assert b.ended == 0
        assert 0 < b.low < a.mean
    said = waits_sentence(seen)
    assert said.startswith("By chance alone (single events, simulated), expected: from failed back to running, practically never")
    assert "at least 2.5 years (95 %)" in said


def test_the_retry_service_by_its_single_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    s = compile_model(archetype("retry_service", **{**EXAMPLES["retry_service"], "queue": "300", "retries": "2"}))  # type: ignore[arg-type]  # text for every number
    monkeypatch.setattr(module, "_CHAIN_STATES", 10)
    found = of(s)
    assert found.level == "requests"
    assert found.recover is not None
    assert found.collapse is not None
    assert found.recover.runs
    assert found.collapse.runs


def test_a_chain_that_doubles_cannot_solve_is_practically_never() -> None:
    """What leads out of the failed state is lost in the last digit beside what leads back: this ended in an error once."""
    said = waits_sentence(of(example("accumulation")))
    assert said == (
        "By chance alone (Markov chain of 1025 states), expected: from failed back to running, practically never; "
        "from running to failed, practically never."
    )


@pytest.mark.skipif(not runs_fast(None), reason="numba (extra `fast`) is not installed")
def test_the_same_words_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHAIN_STATES", 10)
    said = []
    for word in ("fast", "plain"):
        monkeypatch.setenv("FUELBED_KERNELS", word)
        said.append(waits_sentence(of(herd())))
    assert said[0] == said[1]


def test_words() -> None:
    def told(times: list[tuple[float, bool]]) -> str:
        p = passage(times)
        return waits_sentence(Waits(p, p, "events", 10**6)).split("running, ")[1].split(";")[0]

    assert told([(7200.0, False)] * 40) == "none of 40 runs, 3.3 days in all: at least 1.1 days (95 %)"
    assert told([(1e9, False)] * 8) == "practically never (none of 8 runs)"
    assert told([(60.0, True)] * 3 + [(120.0, False)]) == "1.7 minutes (34 seconds to 8.1 minutes at 95 %, seen in 3 of 4 runs)"
    assert waits_sentence(Waits(why_not="its laws are a map")) == ""
    assert "was not computed: `n` does not" in waits_sentence(Waits(states=9, why_not="`n` does not count in ones"))


def test_a_map_has_no_noise() -> None:
    s = compile_model(may())
    assert waits(s, s.today, np.zeros(1), np.ones(1)) == Waits(why_not="its laws are a map, which has no noise of its own")
    assert math.isfinite(herd().high[0])
