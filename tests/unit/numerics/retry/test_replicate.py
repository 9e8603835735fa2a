"""Repeated simulation: it ends when the answer is clear."""

from __future__ import annotations

from fuelbed.numerics.retry import Push, Retry, chance_down

SURGE = Push({"load": ("times", 2.0)})
SERVICE = Retry(capacity=100, load=60, timeout=1, retries=3, servers=10, queue=500)


def test_clear_answers_take_few_runs() -> None:
    down, up = (chance_down(SERVICE, SURGE, size, 10.0, settle=40.0) for size in (1.5, 0.3))
    assert (down.share, up.share) == (1.0, 0.0)
    assert down.clear
    assert up.clear
    assert max(down.runs, up.runs) <= 10
    assert down.low > 0.5 > up.high


def test_at_the_boundary_the_cap_ends_it() -> None:
    edge = chance_down(SERVICE, SURGE, 0.80, 10.0, settle=40.0, most=12)
    assert edge.runs <= 12
    assert edge.low < edge.share < edge.high
