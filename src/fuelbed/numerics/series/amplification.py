"""Retry amplification: attempts over first attempts, before the trigger, during it, and after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fuelbed.core.estimates import Estimate
from fuelbed.numerics.series.blocks import Array, bootstrap, summary

__all__ = ["Amplification", "amplification"]

_LEAST = 5


@dataclass(frozen=True, slots=True)
class Amplification:
    """Attempts per first attempt in each stretch (None where it has fewer than 5 rows), and how many times it grew.

    rows    how many rows each stretch rests on: before, during, after.
    """

    before: Estimate | None
    during: Estimate | None
    after: Estimate | None
    growth: Estimate | None
    rows: tuple[int, int, int]


def _share(parts: list[tuple[Array, ...]]) -> Array:
    ((load, attempts),) = parts
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(attempts.sum(-1) / load.sum(-1))


def _growth(parts: list[tuple[Array, ...]]) -> Array:
    return np.asarray(_share([parts[1]]) / _share([parts[0]]))


def amplification(
    times: Array, load: Array, attempts: Array, trigger: tuple[float, float], rng: np.random.Generator, draws: int = 1_000
) -> Amplification:
    """`sum attempts / sum load` in each stretch, with block-bootstrap intervals. Both in one unit, `nan` where not measured."""
    good = ~(np.isnan(load) | np.isnan(attempts))
    t, columns = times[good], (load[good], attempts[good])
    start, end = trigger
    masks = (t < start, (t >= start) & (t < end), t >= end)
    parts = [(columns[0][m], columns[1][m]) for m in masks]

    def one(part: tuple[Array, ...]) -> Estimate | None:
        if len(part[0]) < _LEAST or part[0].sum() <= 0:
            return None
        return summary(float(_share([part])), bootstrap([part], _share, rng, draws), "attempts over first attempts")

    before, during, after = (one(p) for p in parts)
    growth = None
    if before is not None and during is not None and before.value:
        pair: list[tuple[Array, ...]] = [parts[0], parts[1]]
        growth = summary(float(_growth(pair)), bootstrap(pair, _growth, rng, draws), "amplification during over before")
    return Amplification(before, during, after, growth, (len(parts[0][0]), len(parts[1][0]), len(parts[2][0])))
