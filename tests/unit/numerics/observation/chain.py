"""The slow oracle of the particle filter: the exact forward filter of a birth and death chain that is seen through noise (L. Rabiner, 1989)."""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

__all__ = ["MODEL", "Chain"]

MODEL = """fuelbed: 1
title: a queue
failure: out
factors:
  surge: {{kind: trigger, lasts: 10 s}}
structure:
  out: surge
dynamics:
  q:
    states: {{waiting: {{start: 0, range: 0..{most}, whole: yes}}}}
    parameters: {{load: {load!r} per second, capacity: {capacity!r} per second}}
    events:
      come: {{rate: load, change: {{waiting: 1}}}}
      served: {{rate: "capacity * min(1, waiting)", change: {{waiting: -1}}}}
    step: 10 ms
    failed: waiting > {most} - 1
    load: load
    shows:
      latency: (waiting + 1) / capacity
"""


class Chain:
    """M/M/1/K over rows `every` seconds apart."""

    def __init__(self, load: float, capacity: float, most: int, every: float) -> None:
        self.load, self.capacity, self.most, self.every = load, capacity, most, every
        q = np.zeros((most + 1, most + 1))
        for n in range(most):
            q[n, n + 1], q[n + 1, n] = load, capacity
        q -= np.diag(q.sum(axis=1))
        self.step = expm(q * every)

    def text(self) -> str:
        return MODEL.format(load=float(self.load), capacity=float(self.capacity), most=self.most)

    def draw(self, rows: int, rng: np.random.Generator, start: int = 0) -> np.ndarray:
        """(rows,) states at the rows, from `start`."""
        out, n = np.empty(rows, dtype=int), start
        for t in range(rows):
            n = int(rng.choice(self.most + 1, p=self.step[n]))
            out[t] = n
        return out

    def filtered(self, log_density: np.ndarray, start: int = 0) -> np.ndarray:
        """(rows, K + 1) the law of the state at each row given what was seen up to it. log_density (rows, K + 1)."""
        law, out = np.eye(self.most + 1)[start], []
        for row in log_density:
            law = law @ self.step * np.exp(row - row.max())
            law /= law.sum()
            out.append(law)
        return np.array(out)
