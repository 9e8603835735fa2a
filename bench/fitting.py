"""What the fits of the reading's weights share: a logistic regression under a normal prior, by L-BFGS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

__all__ = ["Floats", "fit", "matrix"]

Floats = NDArray[np.float64]


def matrix(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> csr_matrix:
    """Rows by named features; what has no name is left out."""
    at = {n: k for k, n in enumerate(names)}
    cells = [(i, at[n], v) for i, row in enumerate(rows) for n, v in row.items() if n in at]
    i, k, v = zip(*cells, strict=True)
    return csr_matrix((v, (i, k)), shape=(len(rows), len(names)))


def fit(x: csr_matrix, y: NDArray[np.int64], start: Floats, weight: Floats, stiff: Floats) -> Floats:
    """Weights, features by classes: the most likely ones under a normal prior around `start` with precision `stiff`."""
    hot = np.eye(start.shape[1])[y]

    def loss(flat: Floats) -> tuple[float, Floats]:
        w = flat.reshape(start.shape)
        z = x @ w
        z -= z.max(axis=1, keepdims=True)
        p = np.exp(z)
        total = p.sum(axis=1, keepdims=True)
        p /= total
        d = w - start
        value = -(weight * (hot * (z - np.log(total))).sum(axis=1)).sum() + 0.5 * (stiff * d * d).sum()
        return float(value), (x.T @ (weight[:, None] * (p - hot)) + stiff * d).ravel()

    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return np.asarray(found.x).reshape(start.shape)
