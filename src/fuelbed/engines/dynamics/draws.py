"""The uncertain numbers of one model, drawn once and used for everything: rows of parameters, pushes and durations.

Row 0 holds the middle of every number; the other rows are a Latin hypercube over intervals and distributions (an interval is walked
evenly, on a log scale where both ends are positive). Every variant of the model (an action item done) is asked at the *same* rows, so
that differences are paired.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.actions import Change
from fuelbed.core.dynamics import Model
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.maps.operating import SETTLE_STEPS
from fuelbed.numerics.maps.simulate import settled
from fuelbed.numerics.maps.system import compile_model, middle
from fuelbed.numerics.sampling import latin_hypercube, quantile
from fuelbed.numerics.series.loads import Loads

__all__ = ["ROWS", "SETTLE_STEPS", "Draws", "Variant", "draw", "rest_of", "touched", "varied"]

Array = NDArray[np.float64]

ROWS = 25  # the middle and 24 draws: enough to see a range, few enough to simulate each


@dataclass(frozen=True, eq=False)
class Variant:
    """One form of a model: as it is today (`action` ""), or with an action item done.

    table   (K, P) parameters in the order of `model.parameters`, a row per draw; pushes (trigger, target) -> (K,); lasts trigger -> (K,).
    loads   the loads that metrics show, where the case leaves them open.
    """

    action: str
    model: Model
    table: Array
    pushes: Mapping[tuple[str, str], Array]
    lasts: Mapping[str, Array]
    loads: Loads | None = None

    @cached_property
    def normal(self) -> Array:
        """(K, S): where the start leads without a push, at each draw: the state that a push meets."""
        return rest_of(self.model, self.table)

    def column(self, parameter: str) -> Array:
        return np.asarray(self.table[:, list(self.model.parameters).index(parameter)])


def rest_of(model: Model, table: Array) -> Array:
    """(n, S): where the declared start has gone, with no push, at each row of parameters."""
    system = compile_model(model)
    return settled(system, np.tile(system.start, (len(table), 1)), table, SETTLE_STEPS)


class Draws:
    """Shares 0..1 by uncertain number; one that stands for an entry of `numbers:` is drawn once, wherever it is named."""

    def __init__(self, rng: np.random.Generator, rows: int = ROWS) -> None:
        self.rows, self._rng = rows, rng
        self._shares: dict[str, Array] = {}

    def of(self, key: str, q: Quantity) -> Array:
        """(K,) values of a quantity: its middle first."""
        if q.is_point:
            return np.full(self.rows, middle(q))
        share = self._shares.get(q.name or key)
        if share is None:
            share = self._shares[q.name or key] = latin_hypercube(1, self.rows - 1, self._rng)[0]
        return np.concatenate([[middle(q)], quantile(q, share, np.inf)])


def draw(model: Model, draws: Draws, loads: Loads | None = None) -> Variant:
    """The model as it is today. Of a parameter that `varies` every row holds the middle: its spread is no lack of knowledge."""
    columns = [
        np.full(draws.rows, middle(p.quantity)) if p.varies else draws.of(f"{model.name}.{n}", p.quantity)
        for n, p in model.parameters.items()
    ]
    pushes = {
        (t, part.target): draws.of(f"{model.name}.{t}.{part.target}", part.value)
        for t, p in model.pushes.items()
        for part in p.parts
    }
    lasts = {t: draws.of(f"{model.name}.{t}.lasts", p.lasts) for t, p in model.pushes.items()}
    table = np.stack(columns, axis=1) if columns else np.zeros((draws.rows, 0))
    return Variant("", model, table, pushes, lasts, loads)


def touched(model: Model, changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes that speak of this model."""
    return tuple(c for c in changes if c.verb == "set" and c.target == model.name)


def varied(base: Variant, action: str, changes: Iterable[Change], draws: Draws) -> Variant:
    """The model with an action item done: parameters set (an interval is drawn), option words chosen."""
    model, table = base.model, base.table.copy()
    for c in changes:
        if c.word:
            model = _chosen(model, c.parameter, c.word)
        elif c.value is not None:
            old = model.parameters[c.parameter]
            key = f"{c.span or action}.{model.name}.{c.parameter}"  # by its place: alone or with other items it is one number
            table[:, list(model.parameters).index(c.parameter)] = draws.of(key, c.value)
            new = {**model.parameters, c.parameter: replace(old, quantity=c.value, varies=False)}
            model = replace(model, parameters=new)
    loads = base.loads if model.load and model.parameters[model.load].varies else None
    return Variant(action, model, table, base.pushes, base.lasts, loads)


def _chosen(model: Model, name: str, word: str) -> Model:
    option = model.options[name]
    return replace(model, options={**model.options, name: replace(option, word=word)})
