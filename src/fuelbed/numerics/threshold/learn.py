"""Weights and threshold learned from incidents and near misses."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from fuelbed.numerics.threshold.diagnostics import effective, rhat
from fuelbed.numerics.threshold.dominated import prior_dominates
from fuelbed.numerics.threshold.model import Array, Prior, Target
from fuelbed.numerics.threshold.sampler import Plan, sample
from fuelbed.numerics.threshold.unknown import Unknown

__all__ = ["Fit", "fit"]


@dataclass(frozen=True, eq=False)
class Fit:
    """What the records say, as m draws from the posterior; all in standard deviations of the noise (logistic link, see `model.py`).

    weights   (m, k), each >= 0.
    tau       (m,): the system fails where sum w c + noise >= tau.
    records   (m, n): the margin of every record; its unknown cells as this draw has them.
    values    (n, k) and failed (n,) as given.
    filler    (m, k): what stands for a factor that nobody knows, when a margin is asked for: drawn as `unknown.py` says.
    chains    of how many chains the draws are; draws of one chain stand `chains` apart.
    rhat, ess the worst of all margins of the records and of tau: rank-normalised split R-hat, bulk effective sample size.
    prior_dominated, why  where the width of the margins is mostly the prior's, and by what sign; see `docs/theory/threshold.md`.
    """

    weights: Array
    tau: Array
    records: Array
    values: Array
    failed: npt.NDArray[np.bool_]
    filler: Array
    prior: Prior
    chains: int
    rhat: float
    ess: float
    taken: float
    prior_dominated: bool
    why: str

    @property
    def converged(self) -> bool:
        """R-hat at most 1.02 and 400 effective draws (R-hat itself is good to about 0.01 with so few); an R-hat that is no number is not."""
        return self.rhat <= 1.02 and self.ess >= 400.0


def fit(
    values: Array,
    failed: npt.NDArray[np.bool_],
    rng: np.random.Generator,
    *,
    prior: Prior | None = None,
    plan: Plan | None = None,
    tries: int = 3,
) -> Fit:
    """The posterior. values (n, k) in 0..1, nan where nobody knows; failed (n,). The same draws for the same state of `rng`.

    Where the chains have not mixed it is done anew, each time with twice as many steps, at most `tries` times; the last one is returned.
    ValueError where there is no record, or a value is neither nan nor finite.
    """
    prior, plan = prior or Prior(), plan or Plan()
    values, failed = np.asarray(values, dtype=float), np.asarray(failed, dtype=bool)
    if values.ndim != 2 or not len(values) or len(values) != len(failed):
        raise ValueError("a threshold is learned from at least one record, each with a value of every factor and an outcome")
    if np.isinf(values).any():
        raise ValueError("a value of a factor is a finite number, or nan where nobody knows")
    while True:
        done = _once(values, failed, rng, prior, plan)
        tries -= 1
        if done.converged or tries < 1:
            return done
        plan = replace(plan, warm=2 * plan.warm, keep=2 * plan.keep)


def _once(values: Array, failed: npt.NDArray[np.bool_], rng: np.random.Generator, prior: Prior, plan: Plan) -> Fit:
    unknown = Unknown(values, failed, plan.chains)
    target = Target(unknown.first(rng), failed.astype(float), unknown.mean, prior)
    k = values.shape[1]
    start = np.column_stack([rng.normal(-0.5, 0.5, (plan.chains, k)), rng.normal(0.0, 0.5, (plan.chains, 2))])
    seen: list[Array] = []

    def between(q: Array) -> Array:
        q = target.rescale(q, rng)
        w, b = target.unpack(q)
        unknown.redraw(target, w, b, rng)
        seen.append(-target.excess(w, b))
        return q

    done = sample(target, start, rng, plan, between)
    w, b = target.unpack(done.draws.reshape(-1, k + 2))
    tau = w @ unknown.mean - b
    records = np.stack(seen[plan.warm :])
    watched = [tau.reshape(plan.keep, plan.chains), *np.moveaxis(records, 2, 0)]
    flat = records.reshape(-1, len(failed))
    why = prior_dominates(done.draws[:, :, k].ravel(), w, flat, failed, prior)
    return Fit(
        weights=w, tau=tau, records=flat, values=values, failed=failed, filler=unknown.filler(len(tau), rng),
        prior=prior, chains=plan.chains, rhat=max(rhat(x) for x in watched), ess=min(effective(x) for x in watched), taken=done.taken,
        prior_dominated=bool(why), why=why,
    )  # fmt: skip  # one field after the other
