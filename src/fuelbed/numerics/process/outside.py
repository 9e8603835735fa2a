"""The horizon probability where it lies outside the tape: simulated for long triggers, between bounds past the budget of states."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fuelbed.core.errors import BudgetError
from fuelbed.numerics.process.box import Box
from fuelbed.numerics.process.comparison import Bound, Comparison, unpaired
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.interventions import Overrides
from fuelbed.numerics.process.transient import PATHS, Transient, transient

__all__ = ["Paths", "between"]

_DRAWN_PATHS = 12  # draws of the distributions at which the paths are run


def between(found: list[dict[str, Comparison]]) -> None:
    """Past the budget of states: the horizon probability lies between its two bounds, and has no middle."""
    how = "between bounds: too many uncertain states for an exact sum"
    for row in found:
        low, high = row.pop("probability_low").after, row["probability"].after
        after = Bound(float("nan"), low.low, high.high, how)
        row["probability"] = unpaired(after, found[0]["probability"].after if row is not found[0] else after, how)


@dataclass(slots=True)
class Paths:
    """The horizon probability where a trigger stays on for long."""

    model: Compiled
    rows: list[Overrides]
    box: Box
    low_ends: Mapping[tuple[int, str], list[float]]  # by row and what, the ends of the numbers at which the closed form is least
    chance: bool = False  # ratios paired, path by path

    def replace(self, found: list[dict[str, Comparison]]) -> None:
        try:
            paths = transient(self.model)
            if paths is None:
                return
            after = [self._after(paths, r) for r in range(len(self.rows))]
            how = "outer enclosure of simulated values"
            ratios = [self._ratio(paths, r) if self.chance and r else None for r in range(len(self.rows))]
        except BudgetError as e:
            how = f"at most the expected number of failures: {e}"
            after = [self._enclose(row, how) for row in found]
            ratios = [None] * len(after)
        for row, bound, ratio in zip(found, after, ratios, strict=True):
            plain = unpaired(bound, after[0], how)
            row["probability"] = plain if ratio is None else dataclasses.replace(plain, ratio=ratio)

    def _enclose(self, row: dict[str, Comparison], how: str) -> Bound:
        standing = row["standing"].after if "standing" in row else Bound(0.0, 0.0, 1.0, "")
        most = min(1.0, standing.high + self.model.case.horizon * row["hazard"].after.high) if "hazard" in row else 1.0
        return Bound(float("nan"), standing.low, most, how)

    def _places(self, r: int, what: str) -> list[dict[str, float]]:
        """The middle, then both ends of the numbers (at some draws of the distributions)."""
        out = [dict(self.box.middle)]
        low_end = self.low_ends.get((r, what), [])
        shares = np.array([low_end, [1.0 - x for x in low_end]]).T.reshape(len(low_end), 2)
        for column in range(2 if low_end or self.box.drawn else 0):
            at = self.box.at(shares[:, [column]])
            knobs = {k: float(v[0]) if isinstance(v, np.ndarray) else v for k, v in at.items()}
            draws = range(_DRAWN_PATHS if self.box.drawn else 1)
            out += [{**knobs, **{k: float(v[i]) for k, v in self.box.draws.items()}} for i in draws]
        return out

    def _method(self, places: int) -> str:
        where = " at the ends of the numbers" if places > 1 else ""
        where += f" and {_DRAWN_PATHS} draws of the distributions" if self.box.drawn else ""
        return f"{PATHS} simulated paths{where}, with 1.96 standard errors: long triggers"

    def _after(self, paths: Transient, r: int) -> Bound:
        places = self._places(r, "after")
        ends = [paths.probability(p, self.rows[r]) for p in places]
        low = max(0.0, min(e.value - 1.96 * e.error for e in ends))
        high = min(1.0, max(e.value + 1.96 * e.error for e in ends))
        return Bound(ends[0].value, low, high, self._method(len(places)))

    def _ratio(self, paths: Transient, r: int) -> Bound | None:
        """After over before on the same paths; None where nothing fails on any path today."""
        places = self._places(r, "ratio")
        ends = [x for p in places if (x := paths.ratio(p, self.rows[r], self.rows[0])) is not None]
        if not ends:
            return None
        low, high = min(x.low for x in ends), max(x.high for x in ends)
        return Bound(ends[0].value, low, high, f"the same {self._method(len(places))}")
