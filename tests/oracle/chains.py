"""The stationary law of a chain: what published queues are given by, and no question of ours needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.chains import Chain

__all__ = ["stationary"]


def stationary(chain: Chain) -> NDArray[np.float64]:
    """pi Q = 0, shape (N,), of a chain that comes back to some state from everywhere. One weight is set to 1 and the rest solved for (an
    M-matrix, so sparse LU without pivots keeps small weights well); then again from the heaviest state."""
    heaviest = 0
    for _ in range(2):
        weight = _weights(chain, heaviest)
        heaviest = int(np.argmax(weight))
    return np.asarray(weight / weight.sum(), dtype=float)


def _weights(chain: Chain, fixed: int) -> NDArray[np.float64]:
    from scipy.sparse.linalg import splu

    q = chain.generator.T.tocsc()
    keep = np.flatnonzero(np.arange(len(chain.states)) != fixed)
    weight = np.ones(len(chain.states))
    lu = splu(q[keep][:, keep].tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    with np.errstate(all="ignore"):
        weight[keep] = np.maximum(lu.solve(-q[keep][:, [fixed]].toarray().ravel()), 0.0)
    return weight
