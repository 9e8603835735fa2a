"""How the passages of documents spread over scopes and roles: counts, shares with intervals, and what was not classified."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fuelbed.core.attribution import ROLES, SCOPES, Passage
from fuelbed.core.estimates import Estimate
from fuelbed.numerics.shares import counted_shares

__all__ = ["NOT_CLASSIFIED", "By", "Spread", "spread"]

By = Literal["scope", "role"]
NOT_CLASSIFIED = "not classified"
_NAMES: Mapping[By, tuple[str, ...]] = {"scope": (*SCOPES, NOT_CLASSIFIED), "role": (*ROLES, NOT_CLASSIFIED)}


@dataclass(frozen=True, slots=True)
class Spread:
    """Of `n` passages, how many go to each name (in parts, where one goes to several) and what share that is; the shares sum to 1."""

    n: int
    clusters: int
    counts: Mapping[str, float]
    shares: Mapping[str, Estimate]


def spread(passages: Iterable[tuple[Hashable, Passage]], by: By, of: str, seed: int) -> Spread:
    """Share out passages, each with the cluster that it stands in (a paragraph, a document); `of` names the clusters in words."""
    names = _NAMES[by]
    rows: dict[Hashable, list[float]] = {}
    n = 0
    for cluster, p in passages:
        n += 1
        row = rows.setdefault(cluster, [0.0] * len(names))
        found: Sequence[str] = p.scopes if by == "scope" else p.roles
        for name in found or (NOT_CLASSIFIED,):
            row[names.index(name)] += 1 / max(1, len(found))
    method = f"90 %: the wider of Wilson's interval over {n} and of {of} drawn anew"
    if not rows:
        nothing = Estimate(None, 0.0, 1.0, "share", how="measured", method="nothing was counted")
        return Spread(0, 0, dict.fromkeys(names, 0.0), dict.fromkeys(names, nothing))
    found_shares = counted_shares(list(rows.values()), np.random.default_rng(seed))
    shares = {
        name: Estimate(v, a, b, "share", how="measured", method=method)
        for name, (v, a, b) in zip(names, found_shares, strict=True)
    }
    counts = {name: sum(row[i] for row in rows.values()) for i, name in enumerate(names)}
    return Spread(n, len(rows), counts, shares)
