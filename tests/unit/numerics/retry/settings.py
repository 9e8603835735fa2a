"""Random settings of the retry service, every option among them."""

from __future__ import annotations

import numpy as np

from fuelbed.numerics.retry import OPTIONS, Push, Retry


def random_case(seed: int) -> tuple[Retry, Push, float, float]:
    """Settings, push, size, lasts."""
    rng = np.random.default_rng(seed)
    words = {name: str(rng.choice(choices)) for name, choices in OPTIONS.items()}
    capacity = rng.uniform(20, 60)
    r = Retry(
        capacity=capacity, load=capacity * rng.uniform(0.3, 1.1), timeout=rng.uniform(0.2, 1.5), retries=int(rng.integers(0, 5)),
        backoff=float(rng.choice([0.0, rng.uniform(0.05, 0.5)])), backoff_growth=rng.uniform(1, 2), queue=int(rng.integers(0, 200)),
        budget=rng.uniform(0.02, 0.3), rejection_cost=float(rng.choice([0.0, 0.3])), breaker_opens=rng.uniform(0.2, 0.8),
        breaker_pause=rng.uniform(0.5, 3), breaker_window=rng.uniform(0.3, 1), servers=int(rng.choice([1, 2, 10])), **words)  # fmt: skip
    parts = {
        "load": ("times", rng.uniform(0.8, 3)),
        "capacity": ("times", rng.uniform(0, 1)),
        "timeout": ("set", rng.uniform(0.1, 2)),
        "servers": ("plus", float(rng.integers(0, 3))),
        "queue": ("times", rng.uniform(0.3, 1.5)),
        "retries": ("plus", 1.0),
    }
    chosen = rng.choice(sorted(parts), size=2, replace=False)
    return r, Push({str(k): parts[str(k)] for k in chosen}), float(rng.uniform(0.5, 1.2)), float(rng.uniform(0.5, 6))
