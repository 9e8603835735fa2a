"""`spread`: the same results in the same order, however the work is spread."""

from __future__ import annotations

import os
import time

import pytest

from fuelbed.numerics import parallel
from fuelbed.numerics.parallel import spread


def square(x: int) -> int:
    return x * x


def slow(x: int) -> tuple[int, int]:
    time.sleep(0.15)
    return x * x, os.getpid()


def fails(x: int) -> int:
    if x == 3:
        raise ValueError("three")
    return x


def test_little_work_stays_here() -> None:
    got = spread(lambda x: (x, os.getpid()), range(50))
    assert got == [(x, os.getpid()) for x in range(50)]
    assert spread(square, []) == []


def test_much_work_goes_to_processes_in_order() -> None:
    got = spread(slow, range(22), count=2)
    assert [x for x, _ in got] == [x * x for x in range(22)]
    others = {pid for _, pid in got} - {os.getpid()}
    assert len(others) == 2
    assert spread(slow, range(3), workers="none") == [(x * x, os.getpid()) for x in range(3)]


def test_pieces_take_a_second_at_least() -> None:
    assert [len(p) for p in parallel._pieces(range(100), 0.1, 2)] == [13] * 7 + [9]
    assert [len(p) for p in parallel._pieces(range(25), 0.2, 4)] == [5] * 5
    assert [len(p) for p in parallel._pieces(range(5), 3.0, 2)] == [1] * 5


def test_faults_are_raised_here() -> None:
    with pytest.raises(ValueError, match="three"):
        spread(fails, range(5))
    with pytest.raises(ValueError, match="Dask client"):
        spread(square, range(5), workers="threads")


def test_a_real_dask_cluster_on_loopback() -> None:
    distributed = pytest.importorskip("distributed", reason="`distributed` (extra `cluster`) is not installed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, processes=True, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        got = spread(slow, range(22), workers=client)
    assert [x for x, _ in got] == [x * x for x in range(22)]
    assert len({pid for _, pid in got} - {os.getpid()}) == 2
