"""Observability of linear maps: textbook systems, Kalman's rank against the Gramian and the narrowed space, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.numerics.maps.fixed import fixed_points
from fuelbed.numerics.maps.system import compile_model
from fuelbed.numerics.observation.linear import (
    finite_gramian,
    gramian,
    sight,
    sight_at,
    unseen_space,
    unseen_words,
)
from tests.unit.archetypes.plain import model

E = np.eye


def observability_matrix(a, c):
    """(S * C, S): C, CA, CA^2 ... one below the other. The textbook's."""
    rows = [np.atleast_2d(np.asarray(c, dtype=float))]
    for _ in range(len(a) - 1):
        rows.append(rows[-1] @ a)
    return np.concatenate(rows)


def made(seen: int, hidden: int, columns: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A stable system with exactly `hidden` unseen directions (Kalman's canonical form behind a change of coordinates), and those."""
    n = seen + hidden
    a = np.zeros((n, n))
    a[:seen, :seen] = rng.normal(size=(seen, seen))
    a[seen:] = rng.normal(size=(hidden, n))
    c = np.zeros((columns, n))
    c[:, :seen] = rng.normal(size=(columns, seen))
    t = rng.normal(size=(n, n)) + 2 * E(n)
    a *= 0.9 / np.abs(np.linalg.eigvals(a)).max()
    return t @ a @ np.linalg.inv(t), c @ np.linalg.inv(t), t[:, seen:].T


@pytest.mark.parametrize(
    ("a", "c", "rank", "said"),
    [
        ([[1, 1], [0, 1]], [[1, 0]], 2, []),  # the place is seen: speed follows
        ([[1, 1], [0, 1]], [[0, 1]], 1, ["`x` is not seen at all"]),  # the speed is seen: the place is not
        ([[0.5, 0], [0, 0.5]], [[1, 1]], 1, ["of `x` and `y` only the sum `x` + `y` is seen"]),  # two tanks alike, their sum
        ([[0.5, 0], [0, 0.6]], [[1, 1]], 2, []),  # two tanks that drain differently
        ([[0.5, 0], [0, 0.5]], [[1, -2]], 1, ["of `x` and `y` only `x` − 2 × `y` is seen"]),
        ([[0.5, 0], [0, 0.5]], [[0, 0]], 0, ["`x` and `y` are not seen at all"]),
        ([[1.2, 0.1], [0, 0.5]], [[0, 1]], 1, ["`x` is not seen at all"]),  # what grows can be unseen too
    ],
)  # fmt: skip
def test_systems_of_the_textbook(a: list[list[float]], c: list[list[float]], rank: int, said: list[str]) -> None:
    found = sight(np.array(a, dtype=float), np.array(c, dtype=float))
    assert (found.rank, unseen_words(["x", "y"], found)) == (rank, said)
    assert np.linalg.matrix_rank(observability_matrix(np.array(a), np.array(c))) == rank
    assert np.isfinite(found.condition) == (rank == 2)


def test_of_three_only_the_sum_is_seen_and_a_fourth_is_not() -> None:
    found = sight(0.5 * E(4), np.array([[1.0, 1, 1, 0]]))
    assert unseen_words(list("abcd"), found) == [
        "`d` is not seen at all",
        "of `a`, `b` and `c` only the sum `a` + `b` + `c` is seen",
    ]
    two = sight(0.5 * E(4), np.array([[1.0, 1, 0, 0], [0, 1, 1, 1]]))
    (words,) = unseen_words(list("abcd"), two)
    assert words.startswith("`a`, `b`, `c` and `d` can move together with nothing to be seen, along ")


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_the_unseen_space_is_the_one_that_was_built_in(seed: int, seen: int, hidden: int, columns: int) -> None:
    a, c, space = made(seen, hidden, columns, np.random.default_rng(seed))
    if (
        np.linalg.cond(space @ space.T if hidden else E(1)) > 1e6
        or np.linalg.matrix_rank(observability_matrix(a, c), tol=1e-4) < seen
    ):
        return  # built too near to a smaller one to be told
    found = unseen_space(a, c)
    assert len(found) == hidden
    if hidden:  # the same space: neither adds a direction to the other
        assert (
            np.linalg.matrix_rank(np.concatenate([found, space / np.linalg.norm(space, axis=1, keepdims=True)]), tol=1e-5)
            == hidden
        )
    w = gramian(a, c)
    values = np.linalg.eigvalsh(w)
    assert np.all(values[:hidden] < 1e-8 * values[-1])
    assert np.all(values[hidden:] > 1e-13 * values[-1])
    assert np.linalg.matrix_rank(observability_matrix(a, c), tol=1e-6) == seen


def test_the_gramian_is_the_sum_and_solves_its_equation() -> None:
    rng = np.random.default_rng(5)
    a, c, _ = made(3, 1, 2, rng)
    total, power = np.zeros((4, 4)), E(4)
    sums = []
    for k in range(600):
        total, power = total + power.T @ c.T @ c @ power, a @ power
        if k + 1 in (1, 2, 3, 7, 16, 100):
            sums.append((k + 1, total))
    for steps, plain in sums:
        np.testing.assert_allclose(finite_gramian(a, c, steps), plain, rtol=1e-10)
    np.testing.assert_allclose(gramian(a, c), total, rtol=1e-9)
    np.testing.assert_allclose(a.T @ gramian(a, c) @ a + c.T @ c, gramian(a, c), rtol=1e-9)
    with pytest.raises(ValueError, match="do not die out"):
        gramian(1.5 * E(2), E(2))


def test_a_short_step_and_other_units_change_nothing() -> None:
    """x' = x + h J x for h -> 0, and a state in millions beside one in parts of one: the same rank, where Kalman's matrix loses it."""
    j = np.array([[-1.0, 0.5, 0, 0], [0, -2, 0.3, 0], [0, 0, -3, 0.4], [0.1, 0, 0, -4]])
    c = np.array([[1.0, 0, 0, 0]])
    for h in (1.0 / 8, 1e-3, 1e-6):
        assert sight(E(4) + h * j, c).rank == 4
    assert np.linalg.matrix_rank(observability_matrix(E(4) + 1e-6 * j, c)) < 4
    units = np.array([1e6, 1.0, 1e-3, 10.0])
    other = sight(units[:, None] * (E(4) + 0.1 * j) / units, c / units, units)
    assert other.rank == 4
    assert other.condition == pytest.approx(sight(E(4) + 0.1 * j, c).condition, rel=1e-6)


def test_a_retry_service_seen_by_its_goodput_alone_and_by_attempts_too() -> None:
    m = model("retry_service", capacity=100.0, load=60.0, timeout=1.0, retries=3.0, queue=500.0)
    for columns, rank in (
        (("latency",), 2),
        (("load", "capacity"), 0),
        (("attempts",), 2),
        (("goodput", "attempts", "latency"), 2),
    ):
        s = compile_model(replace(m, shows={n: m.shows[n] for n in columns}))
        point = next(q for q in fixed_points(s, s.today) if q.kind == "saddle")
        assert sight_at(s, point.x, s.today).rank == rank, columns
    m = model("retry_service", capacity=100.0, load=60.0, timeout=1.0, retries=3.0, queue=500.0, servers=10.0)
    quiet = compile_model(replace(m, shows={"queue": m.shows["queue"]}))
    normal = next(q for q in fixed_points(quiet, quiet.today) if q.kind == "stable" and q.failed <= 0)
    found = sight_at(quiet, normal.x, quiet.today)
    assert unseen_words(quiet.states, found) == ["`waiting` and `resending` are not seen at all"], (
        "nobody waits in the normal state"
    )
