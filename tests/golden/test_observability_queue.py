"""M/M/1: latency R and service time S give the utilization rho = 1 - S/R; R alone does not (golden; R = S / (1 - rho), any book on queues).

Said three ways: by the closed form, by the flow whose rest is the mean of M/M/1, and with a second column that settles it.
"""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.core.formulas import parse_formula
from fuelbed.numerics.maps.program import formula
from fuelbed.numerics.maps.system import compile_model
from fuelbed.numerics.observation.identify import at_rest, identified, identified_words
from tests.unit.numerics.observation.queue_model import queue_model


def slopes_of(*formulas: str) -> object:
    """Slopes of closed forms over service (S) and busy (rho)."""
    program = formula(("service", "busy"), *(parse_formula(f) for f in formulas))

    def at(p: np.ndarray) -> np.ndarray:
        y, d = program.derivatives([np.array([v]) for v in p], [0, 1])
        return np.asarray(d[0] * p / y[0][:, None])

    return at


@pytest.mark.parametrize("busy", [0.1, 0.5, 0.9])
def test_utilization_from_latency_needs_the_service_time(busy: float) -> None:
    p = np.array([0.02, busy])
    latency = "service / (1 - busy)"
    alone = identified(["service", "busy"], p, slopes_of(latency))  # type: ignore[arg-type]
    assert (alone.found, len(alone.hidden)) == ((), 1)
    # d log R = d log S + rho / (1 - rho) d log rho: along (rho / (1 - rho), -1) nothing moves
    assert alone.hidden[0] / alone.hidden[0][1] == pytest.approx([-busy / (1 - busy), 1.0])
    with_service = identified(["service", "busy"], p, slopes_of(latency, "service"))  # type: ignore[arg-type]
    assert with_service.found == ("service", "busy")
    throughput = identified(["service", "busy"], p, slopes_of(latency, "busy / service"))  # type: ignore[arg-type]
    assert throughput.found == ("service", "busy")
    r = p[0] / (1 - busy)
    assert 1 - p[0] / r == pytest.approx(busy)


@pytest.mark.parametrize("load", [20.0, 60.0, 90.0])
def test_latency_alone_cannot_tell_slow_service_from_high_load(load: float) -> None:
    names = ["load", "capacity"]

    def asked(*columns: str) -> tuple[object, list[str]]:
        s = compile_model(queue_model(*columns, load=load))

        def slopes(p: np.ndarray) -> np.ndarray:
            return at_rest(s, np.array([p[0] / (p[1] - p[0])]), p, [0, 1])

        found = identified(names, s.today, slopes)
        return found, identified_words(found, columns)

    alone, words = asked("latency")
    assert words == ["`latency` alone cannot tell `load` and `capacity` apart: they enter only through their difference"]
    queue, words = asked("queue")
    assert words == ["`queue` alone cannot tell `load` and `capacity` apart: they enter only through their ratio"]
    _, words = asked("latency", "goodput")
    assert words == ["`latency` and `goodput` determine `load` and `capacity`"]
    _, words = asked("goodput")
    assert words == ["`goodput` says nothing about `capacity`", "`goodput` determines `load`"]
    del alone, queue
