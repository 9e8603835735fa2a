"""Systems: what is compiled from a model, and the fluid map of events."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.numerics.maps.system import compile_model
from tests.unit.numerics.maps.models import E, logistic, model, storm


def repair(step: float = 0.5, up: float = 5.0):
    """Ten machines: each fails at 0.2, one repairer at 1 per second."""
    return model(
        {"up": (up, 0, 10)}, {"fails": 0.2, "repairs": 1.0}, failed=3 - E("up"), step=step, whole=True,
        events={"fail": (E("fails") * E("up"), {"up": -1}), "repair": (E("repairs"), {"up": 1})},
    )  # fmt: skip


def test_step_rates_and_named_quantities_of_a_declared_map() -> None:
    s = compile_model(storm())
    assert s.named == ("served", "stale", "again", "arriving")
    x = np.array([[0.0, 0.0], [400.0, 90.0]])
    served, stale, again, arriving = s.let(x, s.today).T
    assert served.tolist() == [60, 100]
    assert arriving.tolist() == [60, 150]
    assert np.allclose(stale, [0, 4.0**8 / (1 + 4.0**8)])
    want = x + 0.1 * np.stack([arriving - served, again - x[:, 1]], axis=1)
    assert np.allclose(s.step(x, s.today), want)
    assert s.failed(x, s.today).tolist() == [-150, 250]


def test_jacobians_agree_with_differences() -> None:
    s = compile_model(storm())
    x = np.array([[130.0, 40.0], [400.0, 90.0]])
    a, b = s.jacobian(x, s.today), s.by_parameter(x, s.today)
    for j in range(2):
        d = np.eye(2)[j] * 1e-4
        assert np.allclose(a[:, :, j], (s.step(x + d, s.today) - s.step(x - d, s.today)) / 2e-4, atol=1e-7)
    for j in range(len(s.parameters)):
        d = np.eye(len(s.parameters))[j] * 1e-5
        assert np.allclose(b[:, :, j], (s.step(x, s.today + d) - s.step(x, s.today - d)) / 2e-5, atol=1e-5)


def test_fluid_map_of_events_is_exact_inside_and_never_leaves_the_box() -> None:
    s = compile_model(repair())
    x = np.array([[6.0]])
    assert np.allclose(s.step(x, s.today), 6 + 0.5 * (1.0 - 0.2 * 6))
    assert np.allclose(s.rates(x, s.today), [[1.2, 1.0]])
    assert s.changes.tolist() == [[-1], [1]]
    rng = np.random.default_rng(1)
    for _ in range(200):  # rates up to a hundred times what the box holds
        p = np.exp(rng.uniform(-3, 8, (50, 2)))
        new = s.step(rng.uniform(0, 10, (50, 1)), p)
        assert (new >= -1e-9).all()
        assert (new <= 10 + 1e-9).all()


def test_the_stop_at_the_edge_bends_without_a_jump() -> None:
    s = compile_model(repair())
    x = np.linspace(0.01, 9.99, 4001)[:, None]
    slope = s.jacobian(x, s.today)[:, 0, 0]
    assert np.max(np.abs(np.diff(slope))) < 0.01
    assert not s.kinked(x, s.today).any()
    assert (slope > -0.11).all()  # 1 less the whole outflow at the edge, less what the failing machines take


def test_values_by_name_and_a_batch_of_parameters() -> None:
    s = compile_model(logistic())
    p = s.with_values({"r": np.array([2.0, 3.0])})
    assert s.step(np.array([[0.5], [0.5]]), p).ravel().tolist() == [0.5, 0.75]
    assert s.with_values({"r": 3.5}).tolist() == [3.5]
    with pytest.raises(ValueError, match="not in"):
        s.with_values({"q": 1.0})
