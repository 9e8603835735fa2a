"""Slopes against differences of whole runs, what is found in models built for it, and the words."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.numerics.maps.operating import operating_points
from fuelbed.numerics.maps.simulate import pushed
from fuelbed.numerics.maps.system import System, compile_model
from fuelbed.numerics.observation.identify import at_rest, identified, identified_words, under_push
from tests.further import one_in
from tests.unit.archetypes.plain import EXAMPLES, model
from tests.unit.numerics.observation.queue_model import queue_model

A = np.ndarray


def linear(*rows: list[float]) -> object:
    return lambda p: np.array(rows, dtype=float)


def run(s: System, x: A, p: A, steps: int, lasts: float) -> A:
    """(T, C): the columns after the first push, by following it."""
    push = next(iter(s.model.pushes.values()))
    during, moved = pushed(s, push, np.ones(1), p, x)
    at, y, now = p, [], moved[0]
    for t in range(steps):
        share = min(max(lasts / s.step_seconds - t, 0.0), 1.0)
        at = p + share * (during[0] - p)
        y.append(s.show(now[None], at)[0])
        now = s.step(now[None], at)[0]
    return np.array(y)


@pytest.mark.parametrize(
    "pushes",
    ["surge: {load: times 1.5, lasts: 1 s}", "surge: {load: plus 7 per second, lasts: 255 ms}", "surge: {capacity: set 80 per second, waiting: times 3}",
     "surge: {waiting: set 12, load: times 1.2}"],
)  # fmt: skip
def test_slopes_under_a_push_are_those_of_whole_runs(pushes: str) -> None:
    s = compile_model(queue_model("latency", "goodput", "load", pushes=pushes))
    push = next(iter(s.model.pushes.values()))
    lasts = push.lasts.low

    def rest(p: A) -> A:
        return np.array([p[0] / (p[1] - p[0])])

    p = s.today
    got = under_push(s, rest(p), p, [0, 1], push, lasts, 300)
    level = np.abs(run(s, rest(p), p, 300, lasts)).max(axis=0)
    for j in (0, 1):
        up, down = p.copy(), p.copy()
        up[j] *= np.exp(1e-5)
        down[j] *= np.exp(-1e-5)
        plain = (run(s, rest(up), up, 300, lasts) - run(s, rest(down), down, 300, lasts)) / 2e-5 / level
        np.testing.assert_allclose(got[:, j], plain.ravel(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", one_in(6, sorted(set(EXAMPLES) - {"cascade"})))
def test_slopes_at_rest_are_those_of_settled_states(name: str) -> None:
    s = compile_model(model(name, **EXAMPLES[name]))
    point = operating_points(s, s.today).normal
    assert point is not None
    # `nodes` is the end of the box too, which a run with other parameters keeps: there the exact slope is right and the run is not
    wanted = [i for i, v in enumerate(s.today) if v > 0 and s.parameters[i] != "nodes"]
    got = at_rest(s, point.x, s.today, wanted)
    y = s.show(point.x[None], s.today)[0]
    p = np.tile(s.today, (2 * len(wanted), 1))
    for k, i in enumerate(wanted):
        p[2 * k : 2 * k + 2, i] *= np.exp([1e-5, -1e-5])
    x = np.tile(point.x, (len(p), 1))
    for _ in range(60_000):
        before, x = x, s.step(x, p)
        if np.array_equal(before, x):
            break
    shown = s.show(x, p)
    for k in range(len(wanted)):
        plain = (shown[2 * k] - shown[2 * k + 1]) / 2e-5
        rows = np.abs(y) > 1e-12
        np.testing.assert_allclose(got[rows, k], (plain / np.where(rows, np.abs(y), 1.0))[rows], rtol=2e-2, atol=1e-5)


def test_a_push_shows_what_rest_does_not() -> None:
    s = compile_model(queue_model("latency", pushes="surge: {load: times 1.5, lasts: 1 s}"))
    push = next(iter(s.model.pushes.values()))

    def course(p: A) -> A:
        return under_push(s, np.array([p[0] / (p[1] - p[0])]), p, [0, 1], push, 1.0, 300)

    found = identified(s.parameters, s.today, course)
    assert identified_words(found, ["latency"]) == ["`latency` determines `load` and `capacity`"]
    assert found.weak == ()
    rough = identified(s.parameters, s.today, course, noise=50.0)
    assert rough.weak == ("load", "capacity")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([[1.0, -1.0, 0.0]], ["`y` alone cannot tell `a` and `b` apart: they enter only through their ratio", "`y` says nothing about `c`"]),
        ([[1.0, 1.0, 0.0]], ["`y` alone cannot tell `a` and `b` apart: they enter only through their product", "`y` says nothing about `c`"]),
        ([[2.0, 1.0, 0.0]], ["`y` alone cannot tell `a` and `b` apart: near here they enter only through one number, 1 % more of `b` is hidden by 0.5 % less of `a`",
                             "`y` says nothing about `c`"]),
        ([[1.0, 1.0, 1.0]], ["`y` alone cannot tell `a`, `b` and `c` apart: near here they enter only through one number, 1 % more of `a` is hidden by 1 % less of "
                             "`b` or 1 % less of `c`"]),
        ([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]], ["`y` alone cannot tell `a`, `b` and `c` apart: near here they enter only through 2 numbers that are made of them"]),
        ([[0.0, 0.0, 0.0]], ["`y` says nothing about `a`, `b` and `c`"]),
        ([[1.0, 0.0, 0.0], [0.0, 1e-5, 0.0]], ["`y` says nothing about `c`", "`y` determines `a` and `b` (`b` only roughly)"]),
    ],
)  # fmt: skip
def test_the_words(rows: list[list[float]], said: list[str]) -> None:
    p = np.array([2.0, 3.0, 5.0])
    assert identified_words(identified(["a", "b", "c"], p, linear(*rows)), ["y"]) == said  # type: ignore[arg-type]


def test_equal_numbers_are_no_law() -> None:
    """2 and 2: `a - b` and `a / b` look alike here, and nearby only one of them is left."""
    p = np.array([2.0, 2.0])
    difference = identified(["a", "b"], p, lambda q: np.array([[q[0], -q[1]]]))
    ratio = identified(["a", "b"], p, lambda q: np.array([[1.0, -1.0]]))
    assert list(difference.pairs.values()) == ["difference"]
    assert list(ratio.pairs.values()) == ["ratio"]
    neither = identified(["a", "b"], p, lambda q: np.array([[q[0] ** 2, -(q[1] ** 2)]]))
    assert list(neither.pairs.values()) == [""]
