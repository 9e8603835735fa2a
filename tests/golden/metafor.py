"""The single-server model of a published CTMC tool (Metafor, its conventions as of the stored version), for comparison only.

States: queue 0..99 x orbit 0..19. Arrivals are not thinned by the timeout branch, which is added with weight `alpha` and whose chance is
Chebyshev's bound; a resend that will be late is added to the arrivals and stays in the orbit.
"""

from __future__ import annotations

import numpy as np

from fuelbed.numerics.chains import Chain, lattice_chain

CHANGES = np.array([[1, 0], [1, 1], [-1, 0], [1, -1], [0, -1], [0, 1]])


def metafor_chain(load: float, retry_when_full: bool, mu: float = 10.0, timeout: float = 3.0, retries: int = 4, alpha: float = 0.25,
                  queue: int = 100, orbit: int = 20) -> Chain:  # fmt: skip
    jobs = np.arange(1, queue)
    left, sigma = timeout - jobs / mu, np.sqrt(jobs) / mu
    tail = np.concatenate([[0.0], np.where(left > sigma, (sigma / np.where(left > sigma, left, 1.0)) ** 2, 1.0)])
    resend, drop = retries / ((retries + 1) * timeout), 1 / ((retries + 1) * timeout)

    def rates(states: np.ndarray) -> np.ndarray:
        n, o = states[:, 0], states[:, 1]
        empty, full, late = n == 0, n == queue - 1, tail[n]
        between = ~empty & ~full
        return np.stack([
            np.where(empty, load, between * (load + o * resend * late)),
            between * alpha * load * late,
            np.where(empty, 0.0, mu),
            np.where(empty, o * resend, between * o * resend * (1 - late)),
            np.where(full & (not retry_when_full), o * (drop + resend), o * drop),
            full * retry_when_full * alpha * (load + o * resend),
        ], axis=1)  # fmt: skip

    return lattice_chain((queue, orbit), rates, CHANGES)
