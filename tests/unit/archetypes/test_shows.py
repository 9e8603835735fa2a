"""What archetypes show: the compiled formulas against the slow reading, and the retry service against its own finer flow."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.core.evaluation import evaluate
from fuelbed.numerics.maps.simulate import settled
from fuelbed.numerics.maps.system import compile_model
from fuelbed.numerics.retry import Push as Surge
from fuelbed.numerics.retry import Retry, flow
from fuelbed.readers.archetypes import archetype_names
from tests.unit.archetypes.plain import EXAMPLES, Plain, model


@pytest.mark.parametrize("name", archetype_names())
def test_compiled_values_and_slopes_are_those_of_the_formulas(name: str) -> None:
    m = model(name, **EXAMPLES[name])
    s, plain = compile_model(m), Plain(m)
    low, high = s.search
    rng = np.random.default_rng(3)
    x = low + (high - low) * rng.random((20, len(s.states)))
    got, dx, dp = s.show_linear(x, s.today, range(len(s.parameters)))
    for row, values in zip(x, got, strict=True):
        v = plain.values(dict(zip(s.states, row, strict=True)))
        assert values == pytest.approx([evaluate(e, v) for e in m.shows.values()], rel=1e-9, abs=1e-12)
    np.testing.assert_array_equal(got, s.show(x, s.today))
    h = 1e-6
    smooth = ~s.shows_program.kinked([*x.T, *s.today], range(len(s.states)))
    for i in range(len(s.states)):
        by = np.zeros(len(s.states))
        by[i] = h * s.scale[i]
        slope = (s.show(x + by, s.today) - s.show(x - by, s.today)) / (2 * by[i])
        assert dx[smooth, :, i] == pytest.approx(slope[smooth], rel=2e-3, abs=1e-4 * (1 + np.abs(slope).max()))
    assert dp.shape == (20, len(m.shows), len(s.parameters))


@pytest.mark.parametrize(("surge", "failed"), [(1.0, False), (3.0, True)])
def test_the_retry_service_shows_what_its_own_kernel_counts(surge: float, failed: bool) -> None:
    """At rest: attempts, answers in time and the queue of the law are those of the finer flow, in the normal and in the failed state."""
    given = {"capacity": 100.0, "load": 60.0, "timeout": 1.0, "retries": 3.0, "queue": 500.0}
    m = model("retry_service", **given)
    s = compile_model(m)
    assert s.parameters  # the law
    start = s.high[None] if failed else s.start[None]
    x = settled(s, start, s.today, 200_000)
    law = dict(zip(s.shown, s.show(x, s.today)[0], strict=True))
    fine = flow(Retry(**given), Surge({"load": ("times", surge)}), 1.0, 20.0, 400.0)
    last = fine.t > 350
    kernel = {"load": fine.load, "attempts": fine.sent, "goodput": fine.good, "queue": fine.waiting}
    assert bool(fine.down) == failed == bool(s.failed(x, s.today)[0] > 0)
    for name, course in kernel.items():
        assert law[name] == pytest.approx(course[last].mean(), rel=0.02, abs=1.0), name
