"""Sparse chains against dense ones and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import null_space

from fuelbed.core.errors import BudgetError, FuelbedError
from fuelbed.numerics.chains import Chain, duration_words, lattice_chain
from tests.oracle.chains import stationary


def random_chain(seed: int, shape: tuple[int, ...] = (5, 4)) -> Chain:
    rng = np.random.default_rng(seed)
    changes = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [1, -1], [2, 0]])
    table = rng.uniform(0.1, 3.0, (math.prod(shape), len(changes)))
    return lattice_chain(shape, lambda s: table, changes)


def dense(shape: tuple[int, ...], rates: np.ndarray, changes: np.ndarray) -> np.ndarray:
    """The obvious generator, state by state."""
    n = math.prod(shape)
    q = np.zeros((n, n))
    for i in range(n):
        at = np.array(np.unravel_index(i, shape))
        for e, change in enumerate(changes):
            to = at + change
            if np.all(to >= 0) and np.all(to < shape):
                j = np.ravel_multi_index(tuple(to), shape)
                q[i, j] += rates[i, e]
                q[i, i] -= rates[i, e]
    return q


def test_the_generator_is_the_obvious_one() -> None:
    rng = np.random.default_rng(0)
    changes = np.array([[1, 0], [-1, 1], [0, 0], [3, 0]])
    rates = rng.uniform(0, 2, (12, 4))
    made = lattice_chain((4, 3), lambda s: rates, changes)
    assert np.allclose(made.generator.toarray(), dense((4, 3), rates, changes), atol=1e-14)


@pytest.mark.parametrize("seed", range(10))
def test_laws_times_and_eigenvalue_are_those_of_dense_algebra(seed: int) -> None:
    chain = random_chain(seed, (5, 4) if seed < 5 else (12, 9))
    q = chain.generator.toarray()
    kernel = null_space(q.T)[:, 0]
    assert np.allclose(stationary(chain), kernel / kernel.sum(), rtol=1e-9)
    target = chain.states[:, 0] >= 3
    times = np.zeros(len(q))
    times[~target] = np.linalg.solve(q[~target][:, ~target], -np.ones((~target).sum()))
    assert np.allclose(chain.hitting_times(target), times, rtol=1e-9)
    values = np.sort(np.linalg.eigvals(q).real)[::-1]
    assert np.isclose(chain.second_eigenvalue(), values[1], rtol=1e-8)


def test_birth_and_death_times_in_closed_form() -> None:
    """E[0 -> n] of a random walk with up rate a and down rate b: sum over i < n of sum over j <= i of (b/a)^j / a."""
    a, b, n = 2.0, 3.0, 25
    chain = lattice_chain((n + 1,), lambda s: np.tile([a, b], (len(s), 1)), np.array([[1], [-1]]))
    want = sum((b / a) ** j / a for i in range(n) for j in range(i + 1))
    assert np.isclose(chain.hitting_times(chain.states[:, 0] == n)[0], want, rtol=1e-9)


def test_a_target_that_may_be_missed_takes_for_ever() -> None:
    """From 2 the walk may fall into 0 and stay there."""
    rates = lambda s: np.stack([(s[:, 0] > 0) * 1.0, (s[:, 0] > 0) * 1.0], axis=1)  # noqa: E731
    chain = lattice_chain((5,), rates, np.array([[1], [-1]]))
    assert chain.hitting_times(chain.states[:, 0] == 4).tolist() == [math.inf, math.inf, math.inf, math.inf, 0.0]


def test_bad_chains_are_refused() -> None:
    with pytest.raises(BudgetError, match="states"):
        lattice_chain((10_000, 10_000), lambda s: s, np.array([[1, 0]]))
    for bad in (-1.0, math.nan, math.inf):
        with pytest.raises(FuelbedError, match="at least 0"):
            lattice_chain((3,), lambda s, bad=bad: np.full((3, 1), bad), np.array([[1]]))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.3, "less than a second"), (1.0, "1 second"), (42.4, "42 seconds"), (3600, "1 hour"), (59.9, "1 minute"), (430, "7.2 minutes"),
        (1.9e4, "5.3 hours"), (2.6e6, "30 days"), (4.9e8, "16 years"), (1.3e11, "practically never"), (math.inf, "practically never"),
        (math.nan, "not known"),
    ],
)  # fmt: skip
def test_times_in_words(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words
