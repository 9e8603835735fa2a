"""The study in pieces: the same to the last bit wherever pairs are worked out; bursts kept whole where p is in doubt."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from fuelbed.numerics.joint.exact import at_least, at_least_each
from fuelbed.numerics.joint.study import Study, study
from fuelbed.numerics.parallel import spread
from tests.dask_cluster import dask_client

DAY = 86_400.0


def log(days: int = 400) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray, tuple[float, float]]:
    """Forty components, ten pairs of which share some failures."""
    rng = np.random.default_rng(5)
    which, starts = [], []
    for c in range(40):
        n = int(rng.integers(5, 40))
        which += [c] * n
        starts += list(rng.uniform(0, days * DAY - 400, n))
    for c in range(0, 20, 2):
        for t in rng.uniform(0, days * DAY - 400, 8):
            which += [c, c + 1]
            starts += [t, t + 30]
    order = np.lexsort((starts, which))
    s = np.array(starts)[order]
    return [f"c{i}" for i in range(40)], np.array(which)[order], s, s + 60, (0.0, days * DAY)


def told(s: Study) -> str:
    return repr((s.pairs, s.groups, s.components))


def elsewhere(fn: Callable[[Any], Any], items: Sequence[Any], sizes: object = None) -> list[Any]:
    """As in another process: everything goes there and back as bytes."""
    return [pickle.loads(pickle.dumps(fn(pickle.loads(pickle.dumps(x))))) for x in items]


def test_pieces_elsewhere_are_the_same_to_the_last_bit() -> None:
    names, which, starts, ends, window = log()
    here = study(names, which, starts, ends, window, 300.0)
    assert len(here.surprising) >= 8
    assert told(study(names, which, starts, ends, window, 300.0, spread=elsewhere)) == told(here)


def test_a_real_dask_cluster_says_the_same() -> None:
    names, which, starts, ends, window = log()
    with dask_client() as client:
        there = study(names, which, starts, ends, window, 300.0, spread=partial(spread, workers=client))
    assert told(there) == told(study(names, which, starts, ends, window, 300.0))


def test_many_tails_at_once_are_those_one_by_one() -> None:
    rng = np.random.default_rng(2)
    chances = [rng.uniform(0, 1, n) ** 4 for n in rng.integers(0, 60, 300)]
    ks = [int(rng.integers(-1, len(p) + 3)) for p in chances]
    assert at_least_each(ks, chances) == [at_least(k, p) for k, p in zip(ks, chances, strict=True)]
    assert at_least_each([], []) == []


def test_days_moved_whole_settle_what_bursts_make_up() -> None:
    """Both flap for an hour on the same twenty days, at hours of their own: no coupling, and many coincidences where a flap meets the other."""
    rng = np.random.default_rng(11)
    which, starts = [], []
    for d in range(0, 200, 10):
        for c in (0, 1):
            first = d * DAY + rng.uniform(0, 22 * 3600)
            times = first + np.sort(rng.uniform(0, 3600 * 2, 12))
            which += [c] * 12
            starts += list(times)
    order = np.lexsort((starts, which))
    s = np.array(starts)[order]
    got = study(["a", "b"], np.array(which)[order], s, s + 10, (0.0, 200 * DAY), 300.0)
    assert not [p for p in got.surprising if p.mechanism in ("shared dependency", "cascade", "hidden dependency")]


def test_what_is_coupled_stays_so_with_days_moved_whole() -> None:
    names, which, starts, ends, window = log()
    hidden = [p for p in study(names, which, starts, ends, window, 300.0).surprising if p.mechanism == "hidden dependency"]
    assert hidden
    assert all(p.p_whole is not None and p.p_whole < 0.01 for p in hidden)
