"""Common causes: one failure that takes several members of a group at once, as basic events of their own.

A group of m alike members, each failing with total probability Q, becomes one basic event per subset of members: the event of a
subset of size k fails exactly those k members by one shared cause, with probability Q_k. A model is a rule that splits Q into the
levels Q_1..Q_m. All probabilities here are per demand or per mission, dimensionless.

Sources: A. Mosleh et al., "Guidelines on Modeling Common-Cause Failures in Probabilistic Risk Assessment", NUREG/CR-5485 (1998):
beta, multiple Greek letters (MGL), alpha with staggered and non-staggered testing. The phi model is SCRAM's and Open-PSA's.

The subset events are independent of one another (the basic parameter model), so a member fails with 1 - prod_k (1 - Q_k)^C(m-1,k-1),
which the sum of its levels, Q, exceeds by terms of order Q^2.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise
from math import comb, fsum

from fuelbed.core.errors import FuelbedError

__all__ = ["CommonCauseError", "alpha", "beta", "mgl", "phi", "subsets"]

_SUM_TOLERANCE = 1e-6  # published factors are rounded


class CommonCauseError(FuelbedError, ValueError):
    """A group or a parameter that means nothing: says which, what was given and what is allowed."""


def beta(q: float, m: int, factor: float) -> tuple[float, ...]:
    """Levels of the beta-factor model: Q_1 = (1 - beta) Q, Q_m = beta Q, nothing between.

    `q` is a member's total probability, `factor` the share of it that takes the whole group. CommonCauseError out of [0, 1].
    """
    _group(q, m)
    _shares("beta", [factor])
    return ((1.0 - factor) * q, *[0.0] * (m - 2), factor * q)


def mgl(q: float, m: int, factors: Sequence[float]) -> tuple[float, ...]:
    """Levels of the multiple Greek letter model: Q_k = (1 - rho_{k+1}) prod_{i<=k} rho_i / C(m-1, k-1) * Q.

    `factors` are rho_2 (beta), rho_3 (gamma), ...: the conditional share of failures with at least k-1 members that have at
    least k. rho_1 = 1; a letter not given is 0. CommonCauseError for more than m-1 letters or one out of [0, 1].
    """
    _group(q, m)
    _shares("MGL", factors, most=m - 1)
    rho = [1.0, *factors, *[0.0] * (m - len(factors))]
    out, reach = [], q
    for k, (r, following) in enumerate(pairwise(rho), start=1):
        reach *= r
        out.append((1.0 - following) * reach / comb(m - 1, k - 1))
    return tuple(out)


def alpha(q: float, m: int, factors: Sequence[float], *, staggered: bool = False) -> tuple[float, ...]:
    """Levels of the alpha-factor model; `factors` alpha_1.. are the shares of failure *events* that take exactly k members.

    Non-staggered testing (the default, and SCRAM's): Q_k = k / C(m-1, k-1) * alpha_k / alpha_t * Q with alpha_t = sum k alpha_k.
    Staggered testing: Q_k = alpha_k / C(m-1, k-1) * Q. A factor not given is 0. CommonCauseError for more than m factors, one out
    of [0, 1], or a sum that is not 1.
    """
    _group(q, m)
    _shares("alpha", factors, most=m, whole=True)
    weights = [a if staggered else k * a for k, a in enumerate(factors, start=1)]
    total = 1.0 if staggered else fsum(weights)
    levels = [w / total / comb(m - 1, k - 1) * q for k, w in enumerate(weights, start=1)]
    return (*levels, *[0.0] * (m - len(levels)))


def phi(q: float, m: int, factors: Sequence[float]) -> tuple[float, ...]:
    """Levels of the phi-factor model in SCRAM's convention: Q_k = phi_k Q *per subset*, not shared among the subsets.

    A member then totals sum_k C(m-1, k-1) phi_k Q, which can exceed Q; dividing by C(m-1, k-1) gives `alpha(..., staggered=True)`.
    CommonCauseError as for `alpha`.
    """
    _group(q, m)
    _shares("phi", factors, most=m, whole=True)
    return (*(f * q for f in factors), *[0.0] * (m - len(factors)))


def subsets(levels: Sequence[float]) -> dict[tuple[int, ...], float]:
    """The probability of each subset of members 0..m-1, smaller subsets first; subsets of probability 0 are left out."""
    members = range(len(levels))
    return {s: q for k, q in enumerate(levels, start=1) if q > 0.0 for s in combinations(members, k)}


def _group(q: float, m: int) -> None:
    if not 0.0 <= q <= 1.0:
        raise CommonCauseError(f"a member's total probability is {q}: it lies in 0..1")
    if m < 2:
        raise CommonCauseError(f"a common-cause group of {m} member(s): it needs two or more")


def _shares(model: str, factors: Sequence[float], most: int = 1, whole: bool = False) -> None:
    """Faults of a model's parameters: too many, out of [0, 1] (NaN included), or not adding up."""
    if not 0 < len(factors) <= most:
        raise CommonCauseError(f"{model}: {len(factors)} factors given, 1 to {most} are needed for this group")
    for f in factors:
        if not 0.0 <= f <= 1.0:
            raise CommonCauseError(f"{model}: the factor {f} is not in 0..1")
    total = fsum(factors)
    if whole and abs(total - 1.0) > _SUM_TOLERANCE:
        raise CommonCauseError(f"{model}: the factors add up to {total:.6g}, not 1; are all {most} levels there?")
