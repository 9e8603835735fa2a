"""Where `fuelbed analyze` works out its sweeps: `--jobs` (here, or processes of its own) or `--cluster` (Dask, only where asked for)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from fuelbed.cli.common import refuse
from fuelbed.core.options import Spread

__all__ = ["workers"]

_PATIENCE = 10.0  # seconds to reach a cluster


@contextmanager
def workers(jobs: int | None, cluster: str | None) -> Iterator[Spread | None]:
    """What goes into `Options.spread`. jobs None: as many as this process may use; 1: none beside it.

    Nothing is started before there is work enough; what a call starts ends with it.
    """
    if cluster is None:
        from fuelbed.numerics.parallel import processors, spread

        many = processors() if jobs is None else jobs
        yield None if many < 2 else partial(spread, workers="processes", count=many)
        return
    if jobs is not None:
        refuse("--jobs and --cluster say two different things about where to work. Give one of them.")
    with _client(cluster) as client:
        from fuelbed.numerics.parallel import spread

        yield partial(spread, workers=client)


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        refuse('--cluster needs the package distributed: pip install "fuelbed[cluster]".')
    try:
        return Client(address, timeout=_PATIENCE)  # type: ignore[no-untyped-call]  # distributed says no types
    except (OSError, ValueError) as e:
        reason = str(e).splitlines()
        refuse(f"--cluster {address}: no Dask scheduler answers there ({reason[0] if reason else type(e).__name__}).")
