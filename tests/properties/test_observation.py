"""Properties of the continuous half of §6: coordinates and units change nothing, a further column never hides, weights are a law."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.numerics.observation.combinations import groups_of, sparse_rows
from fuelbed.numerics.observation.identify import identified
from fuelbed.numerics.observation.linear import sight
from fuelbed.numerics.observation.particles import systematic, weighted_quantiles

seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.integers(1, 5), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_units_change_neither_rank_nor_ratio_and_a_further_column_never_hides(seed: int, n: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    a, c = rng.normal(size=(n, n)), rng.normal(size=(columns, n))
    a *= 0.9 / np.abs(np.linalg.eigvals(a)).max()
    a[rng.random((n, n)) < 0.4] = 0.0
    c[rng.random((columns, n)) < 0.5] = 0.0
    units, level = 10.0 ** rng.uniform(-4, 4, n), 10.0 ** rng.uniform(-4, 4, columns)
    plain = sight(a, c)
    other = sight(units[:, None] * a / units, level[:, None] * c / units, units)
    assert plain.rank == other.rank
    more = sight(a, np.concatenate([c, rng.normal(size=(1, n))]))
    assert more.rank >= plain.rank


@given(seeds, st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_sparse_rows_span_the_same_space_and_groups_part_it(seed: int, rows: int, more: int) -> None:
    rng = np.random.default_rng(seed)
    a = np.round(rng.normal(size=(rows, rows + more)), 1)
    if np.linalg.matrix_rank(a) < rows or np.linalg.cond(a) > 1e3:
        return
    b = sparse_rows(a)
    assert np.linalg.matrix_rank(np.concatenate([a, b]), tol=1e-6) == rows
    groups = groups_of(b)
    assert sum(len(g.hidden) for g in groups) == rows
    names = [m for g in groups for m in g.members]
    assert len(names) == len(set(names))
    for g in groups:
        assert len(g.hidden) + len(g.seen) == len(g.members)
        np.testing.assert_allclose(g.hidden @ g.seen.T, 0.0, atol=1e-8)


@given(seeds, st.integers(1, 4), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_every_number_is_found_hidden_or_silent_and_further_rows_find_more(seed: int, rows: int, numbers: int) -> None:
    rng = np.random.default_rng(seed)
    j = np.round(rng.normal(size=(rows, numbers)), 1) * (rng.random((rows, numbers)) < 0.7)
    names, p = [f"p{i}" for i in range(numbers)], np.full(numbers, 2.0)
    found = identified(names, p, lambda q: j)
    held = {names[i] for g in found.groups for i in g.members}
    assert sorted([*found.found, *found.inert, *held]) == names
    assert len(found.hidden) == numbers - len(found.inert) - np.linalg.matrix_rank(j)
    np.testing.assert_allclose(j @ found.hidden.T, 0.0, atol=1e-6 * (1 + np.abs(j).max()))
    further = np.concatenate([j, rng.normal(size=(1, numbers))])
    assert set(found.found) <= set(identified(names, p, lambda q: further).found)


@given(seeds, st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_quantiles_are_ordered_and_inside_and_resampling_keeps_the_number(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(n, 2)), rng.dirichlet(np.ones(n))
    q = weighted_quantiles(x, w, (0.05, 0.5, 0.95))
    assert np.all(np.diff(q, axis=0) >= 0)
    assert np.all((q >= x.min(axis=0)) & (q <= x.max(axis=0)))
    picked = systematic(w, rng)
    assert len(picked) == n
    assert np.all(np.diff(picked) >= 0)
