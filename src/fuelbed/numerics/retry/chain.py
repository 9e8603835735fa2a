"""The retry service as a Markov chain: attempts at the server x requests in orbit (to be resent).

An attempt that finds n at the server times out with probability P(wait + service > timeout), known at once: the request then goes into
the orbit. From there each request resends at rate r k/(k+1) and gives up at rate r/(k+1), with r = 1 / (timeout + mean backoff) and k
resends at most; so a request that always fails makes k + 1 attempts in the mean, as it should, though their number varies. A resend that
will be answered in time leaves the orbit, one that will not stays.
After Bronson et al. (HotOS 2021) and the pipeline of Isaacs et al. (HotOS 2025); orbit rates as in their published tool.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.errors import FuelbedError
from fuelbed.numerics.chains import Chain, lattice_chain
from fuelbed.numerics.retry.fluid import memory
from fuelbed.numerics.retry.model import Array, Retry, resolved

__all__ = ["Times", "late_share", "recovery_and_collapse", "retry_chain"]

_CHANGES = np.array([[1, 0], [1, 1], [-1, 0], [1, -1], [0, -1], [0, 1]])


@dataclass(frozen=True)
class Times:
    """Expected seconds from a full queue to a low one, from an empty one to a high one, and the second eigenvalue of the generator."""

    recover: float
    collapse: float
    eigenvalue: float


def retry_chain(settings: Retry, orbit: int | None = None) -> Chain:
    """The chain of one setting (numbers). orbit: most requests in orbit; default: twice what full failure holds there, at least 20."""
    r = resolved(settings)
    if r.stale_work != "served" or r.retry_budget != "none" or r.breaker != "none" or r.service != "exponential":
        raise FuelbedError(
            "the chain of a retry service knows stale work served and exponential service, no budget and no breaker"
        )
    if np.any(np.asarray(r.rejection_cost) > 0):
        raise FuelbedError("the chain of a retry service knows no cost of a rejection")
    load, mu, servers, k = float(r.load), float(r.capacity) / float(r.servers), float(r.servers), float(r.retries)
    full = round(servers) + round(float(r.queue))
    stays = float(memory(r)) / (k + 1.0)  # mean seconds from one attempt to the next
    if orbit is None:
        orbit = max(20, int(2 * load * (k + 1) * stays)) if k > 0 else 0
    late = late_share(r, np.arange(full + 1))
    by_timeout, by_rejection = float(r.retries_after != "rejections"), float(r.retries_after != "timeouts")

    def rates(states: NDArray[np.int64]) -> Array:
        n, o = states[:, 0], states[:, 1]
        room, last = n < full, o == orbit
        fails = late[n] * by_timeout * (1.0 if k > 0 else 0.0)
        again, gives_up = o * k / (k + 1) / stays, o / (k + 1) / stays
        into = np.where(last, 0.0, fails)  # a full orbit takes nobody in
        return np.stack([
            room * (load * (1 - into) + again * fails), room * load * into, np.minimum(n, servers) * mu,
            room * again * (1 - fails), gives_up, ~room * load * by_rejection * (k > 0)], axis=1)  # fmt: skip

    return lattice_chain((full + 1, orbit + 1), rates, _CHANGES)


def late_share(settings: Retry, n: NDArray[np.int64]) -> Array:
    """P(an attempt that finds n at the server is not done within the timeout): Erlang wait, then an exponential service."""
    from scipy.special import gammainc, gammaincc

    r = resolved(settings)
    tau, total, servers = float(r.timeout), float(r.capacity), float(r.servers)
    mu, ahead = total / servers, np.maximum(n - round(servers) + 1, 0).astype(float)
    waits = np.where(ahead > 0, gammaincc(np.maximum(ahead, 1), total * tau), 0.0)
    if r.timeout_counts == "from_start_of_service":
        return np.asarray(waits, dtype=float)
    if servers <= 1:
        return np.asarray(gammaincc(ahead + 1, total * tau), dtype=float)
    rest = total - mu  # the wait is w with density of an Erlang law; service then lasts beyond the timeout
    log = -mu * tau + ahead * np.log(total / rest)
    tail = np.where(ahead > 0, np.exp(log) * gammainc(np.maximum(ahead, 1), rest * tau), np.exp(-mu * tau))
    return np.asarray(np.minimum(waits + tail, 1.0), dtype=float)


def recovery_and_collapse(chain: Chain, low: float = 0.1, high: float = 0.8) -> Times:
    """From full (server and orbit) to the low tenth of the queue, and from empty to its high fifth.

    The two sets lie deep in their basins; nearer to the ridge between them the two-state reduction fails.
    """
    n, most = chain.states[:, 0], chain.shape[0] - 1
    down, up = n >= high * most, n <= low * most
    return Times(float(chain.hitting_times(up)[-1]), float(chain.hitting_times(down)[0]), chain.second_eigenvalue())
