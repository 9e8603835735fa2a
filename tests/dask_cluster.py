"""A real Dask cluster on the loopback, for as long as a test needs it; without the extra `cluster` the test is skipped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

__all__ = ["dask_client", "dask_cluster"]


@contextmanager
def dask_cluster(workers: int = 1) -> Iterator[Any]:
    distributed = pytest.importorskip("distributed", reason="`distributed` (extra `cluster`) is not installed")
    with distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, processes=True, silence_logs=50
    ) as cluster:
        yield cluster


@contextmanager
def dask_client(workers: int = 1) -> Iterator[Any]:
    with dask_cluster(workers) as cluster, pytest.importorskip("distributed").Client(cluster) as client:
        yield client
