"""The loops of the how-to page: each has the two states, the boundary and the cures that its text names."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.core.dynamics import Model
from fuelbed.core.evaluation import evaluate
from fuelbed.numerics.maps.fixed import fixed_points
from fuelbed.numerics.maps.loops import find_loops
from fuelbed.numerics.maps.system import System, compile_model
from fuelbed.readers.case import parse_case
from tests.docs.pages import ROOT, blocks
from tests.oracle.trial import Trial

CASES = [
    parse_case(
        f"fuelbed: 1\ntitle: a loop\nfailure: {b.text.split('structure:')[1].split(':')[0].strip()}\n{b.text}", "page.yaml"
    )
    for b in blocks(ROOT / "docs/how-to/declare-a-feedback-loop.md")
    if b.word == "yaml"
]
MODELS: dict[str, Model] = {name: m for case in CASES for name, m in case.dynamics.items()}


def stays(s: System, settle: float, lasts: float | None = None, size: float = 1.0, **values: float) -> bool:
    (push,) = s.model.pushes.values()
    p = np.atleast_2d(s.with_values(values))
    x = np.array([s.start])
    for _ in range(round(settle / s.step_seconds)):  # what is normal at these parameters
        x = s.step(x, p)
    trial = Trial(s, push, p, x, settle, None if lasts is None else np.array([lasts]))
    return bool(trial.down(np.array([0]), np.array([size]))[0])


def two_states(s: System) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Normal, failed, and what lies between."""
    found = fixed_points(s, s.today, starts=128)
    normal = [f.x for f in found if f.kind == "stable" and not f.failed > 0]
    failed = [f.x for f in found if f.kind == "stable" and f.failed > 0]
    edge = [f.x for f in found if f.kind in ("saddle", "unstable")]
    assert (len(normal), len(failed)) == (1, 1), found
    return normal[0], failed[0], edge[0]


@pytest.mark.parametrize("name", list(MODELS))
def test_the_compiled_map_is_the_written_one(name: str) -> None:
    m = MODELS[name]
    s = compile_model(m)
    rng = np.random.default_rng(2)
    for row in rng.uniform(s.low, s.high, (50, len(s.low))):
        v = dict(zip((*s.states, *s.parameters), (*row, *s.today), strict=True))
        for n, expr in m.let.items():
            v[n] = evaluate(expr, v)
        want = [evaluate(m.next[x], v) for x in s.states]
        assert np.allclose(s.step(row[None], s.today)[0], want, rtol=1e-9, atol=1e-12)


def test_there_are_three() -> None:
    assert list(MODELS) == ["election", "scaling", "prime"]


def test_elections_feed_on_themselves_without_any_load() -> None:
    s = compile_model(MODELS["election"])
    normal, failed, edge = two_states(s)
    loops = find_loops(s, s.today, normal, failed, edge)
    assert "catching_up delay missed elections" in [" ".join(x.nodes) for x in loops.sustaining]
    assert MODELS["election"].load == ""
    assert stays(s, 600.0)
    assert not stays(s, 600.0, lasts=0.2)
    assert not stays(s, 600.0, timeout=3.0)  # it comes back
    assert len([f for f in fixed_points(s, s.with_values({"timeout": 3.0})) if f.kind == "stable"]) == 1


def test_an_autoscaler_and_a_breaker_undo_one_another() -> None:
    s = compile_model(MODELS["scaling"])
    normal, failed, _ = two_states(s)
    assert normal[0] == pytest.approx(100 / (10 * 0.6), rel=1e-3)
    assert failed[0] == pytest.approx(2.0, abs=1e-6)
    assert stays(s, 3600.0)
    assert not stays(s, 3600.0, lasts=30.0)
    assert not stays(s, 3600.0, least=12.0)
    assert stays(s, 3600.0, pause=10.0)


def test_a_full_prime_shuts_its_peers_out_at_the_wrong_hour_only() -> None:
    s = compile_model(MODELS["prime"])
    per_minute = 1 / 60
    assert not stays(s, 12 * 3600.0)
    assert stays(s, 12 * 3600.0, arrivals=14 * per_minute)
    assert not stays(s, 12 * 3600.0, arrivals=14 * per_minute, checked_when_full=1.0)
    assert not stays(s, 12 * 3600.0, arrivals=14 * per_minute, share=0.4)
    assert stays(s, 12 * 3600.0, arrivals=20.5 * per_minute, share=0.4)  # the boundary has moved, it is not gone
    # shut in, it lasts until the demand of the whole federation falls below the quota: 500 sessions of an hour
    for arrivals, down in ((9.5, True), (7.5, False)):
        p = np.atleast_2d(s.with_values({"arrivals": arrivals * per_minute}))
        x = np.array([[840.0, 1.0]])
        for _ in range(round(12 * 3600 / s.step_seconds)):
            x = s.step(x, p)
        assert bool(s.failed(x, p)[0] > 0) is down
