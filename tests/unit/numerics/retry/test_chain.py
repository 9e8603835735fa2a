"""The retry service as a chain: its late shares, what it refuses, and its limit cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fuelbed.core.errors import FuelbedError
from fuelbed.numerics.retry import Retry, late_share, recovery_and_collapse, retry_chain
from tests.oracle.chains import stationary

ONE = Retry(capacity=10, load=6, timeout=1.5, retries=3, queue=60)


@pytest.mark.parametrize("servers", [1, 4])
@pytest.mark.parametrize("counts", ["from_sending", "from_start_of_service"])
def test_late_shares_are_those_of_drawn_services(servers: int, counts: str) -> None:
    """Wait for as many departures as are ahead (rate `capacity`), then a service: 200 000 draws."""
    r = replace(ONE, servers=servers, timeout_counts=counts)
    rng, n = np.random.default_rng(0), np.array([0, 2, 5, 12, 20])
    for found, share in zip(n, late_share(r, n), strict=True):
        ahead = max(found - servers + 1, 0)
        wait = rng.gamma(ahead, 0.1, 200_000) if ahead else np.zeros(200_000)
        service = rng.exponential(servers / 10, 200_000) if counts == "from_sending" else 0.0
        assert abs(np.mean(wait + service > 1.5) - share) < 0.005, found


def test_no_retries_make_a_plain_queue() -> None:
    chain = retry_chain(replace(ONE, retries=0))
    assert chain.shape == (62, 1)
    law = 0.6 ** np.arange(62)
    assert np.allclose(stationary(chain), law / law.sum(), rtol=1e-10)


def test_more_retries_recover_later_and_collapse_earlier() -> None:
    few, many = (recovery_and_collapse(retry_chain(replace(ONE, retries=k, queue=40))) for k in (1, 4))
    assert many.recover > 3 * few.recover
    assert many.collapse < few.collapse


def test_what_the_chain_does_not_know_is_refused() -> None:
    for other in (
        {"stale_work": "dropped"},
        {"breaker": "client"},
        {"retry_budget": "tokens"},
        {"service": "fixed"},
        {"rejection_cost": 0.1},
    ):
        with pytest.raises(FuelbedError, match="the chain of a retry service knows"):
            retry_chain(replace(ONE, **other))
