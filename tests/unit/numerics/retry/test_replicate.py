"""Repeated simulation: it ends when the answer is clear, and its intervals cover."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.numerics.retry import Push, Retry, chance_down, compare_down
from fuelbed.numerics.retry import replicate as replicate_module

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


def test_a_change_is_judged_by_the_same_seeds() -> None:
    fewer = Retry(capacity=100, load=60, timeout=1, retries=1, servers=10, queue=500)
    pair = compare_down(SERVICE, fewer, SURGE, 1.0, 10.0, settle=40.0, runs=12)
    assert (pair.before, pair.only_after) == (12, 0)
    assert pair.difference == (pair.after - 12) / 12
    assert pair.low <= pair.difference <= pair.high
    same = compare_down(SERVICE, SERVICE, SURGE, 0.8, 10.0, settle=40.0, runs=12)
    assert (same.only_before, same.only_after, same.difference) == (0, 0, 0.0)


def test_the_paired_interval_covers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nominal 95 %: pairs drawn with known chances, the true difference inside at least 92 times in a hundred."""
    rng, inside = np.random.default_rng(1), 0
    p_before, p_after_if, p_after_else = 0.6, 0.4, 0.05
    truth = p_before * p_after_if + (1 - p_before) * p_after_else - p_before
    for _ in range(400):
        drawn: list[bool] = []

        def draw(*_: object, drawn: list[bool] = drawn) -> bool:
            p = p_before if len(drawn) % 2 == 0 else (p_after_if if drawn[-1] else p_after_else)
            drawn.append(bool(rng.random() < p))
            return drawn[-1]

        monkeypatch.setattr(replicate_module, "_down", draw)
        pair = compare_down(SERVICE, SERVICE, SURGE, settle=1.0, runs=40)
        inside += pair.low <= truth <= pair.high
    assert inside >= 0.92 * 400
