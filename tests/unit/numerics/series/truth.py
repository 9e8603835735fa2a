"""Small simulations with known parameters, that the tests of series compare with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass
class Record:
    times: Array
    load: Array
    attempts: Array
    goodput: Array
    queue: Array
    trigger: tuple[float, float]


def ar1(n: int, a: float, rng: np.random.Generator) -> Array:
    x = np.empty(n)
    x[0] = rng.standard_normal() / np.sqrt(1 - a * a)
    for i in range(1, n):
        x[i] = a * x[i - 1] + rng.standard_normal()
    return x


def retry_service(
    rng: np.random.Generator,
    surge: float = 2.0,
    capacity: float = 100.0,
    load: float = 60.0,
    k: int = 3,
    n: int = 400,
    shed: float = 0.0,
) -> Record:
    """One row a second: a queue whose work is stale past 1 s is served all the same; unanswered requests are resent 1 s later, k times.

    It stays down after a surge that fills the queue (load > capacity / (k + 1)). `shed`: seconds after the trigger at which load is
    cut to nothing for 60 s.
    """
    start, end = 120.0, 150.0
    t = np.arange(n, dtype=float)
    base = np.where((t >= start) & (t < end), surge, 1.0) * load
    if shed:
        base[(t >= end + shed) & (t < end + shed + 60)] = 0.0
    first = rng.poisson(base).astype(float)
    sent, good, depth = np.zeros(n), np.zeros(n), np.zeros(n)
    queue, waiting = 0.0, np.zeros(k + 1)
    for i in range(n):
        sends = np.concatenate([[first[i]], waiting[:k]])
        sent[i] = sends.sum()
        depth[i] = queue
        served = min(queue + sent[i], rng.poisson(capacity))
        late = np.clip((queue / capacity - 1.0), 0, 1)  # the share whose wait is past the timeout
        answered = served * (1 - late)
        queue = min(queue + sent[i] - served, 10 * capacity)
        good[i] = answered
        failing = 1 - min(answered / sent[i], 1.0) if sent[i] else 0.0
        waiting = np.concatenate([sends[:k] * failing * (late > 0), [0.0]])
    return Record(t, first, sent, good, depth, (start, end))


def dips(rng: np.random.Generator, rate: float, number: int, noise: float = 1.0, n: int = 3_000) -> tuple[Array, Array]:
    """Goodput around 100 with `number` sudden drops of 15 to 30 that return exponentially."""
    t = np.arange(n, dtype=float)
    x = 100 + noise * rng.standard_normal(n)
    for at in np.linspace(100, n - 100, number):
        after = t >= round(at)
        x[after] -= rng.uniform(15, 30) * np.exp(-rate * (t[after] - round(at)))
    return t, x
