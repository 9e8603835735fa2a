"""Where `fuelbed analyze` works out its sweeps: `--jobs` (here, or processes of its own) or `--cluster` (Dask, only where asked for)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from fuelbed.cli.common import refuse
from fuelbed.core.options import Spread

__all__ = ["workers"]

T = TypeVar("T")
R = TypeVar("R")
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

        yield partial(_on_cluster, cluster, client, spread)


def _on_cluster(
    address: str, client: Any, spread: Any, fn: Callable[[T], R], items: Iterable[T], sizes: Sequence[float] | None = None
) -> list[R]:
    """`spread` over the cluster; machines that cannot run the work are the user's to mend, not a fault of ours."""
    import warnings

    from fuelbed.core.errors import FuelbedError

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph")  # advice to who writes the program
            return spread(fn, items, sizes, workers=client)  # type: ignore[no-any-return]  # handed over untyped, to load it late
    except FuelbedError:
        raise
    except Exception as e:
        words = " ".join(str(e).split())[:200]
        raise FuelbedError(
            f"the cluster at {address} could not do the work ({type(e).__name__}: {words}). "
            "Its scheduler and every worker need this version of Fuelbed"
        ) from None


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
