"""A compiled model: a map x' = f(x, p) with its derivatives, its failure, its named quantities and, with events, its rates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.dynamics import Model
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.maps.laws import flow_names, program_of
from fuelbed.numerics.maps.program import Program

__all__ = ["System", "compile_model", "finite", "middle"]

Array = NDArray[np.float64]
Bool = NDArray[np.bool_]


def middle(quantity: Quantity) -> float:
    """The representative value; a point is itself to the last digit."""
    return quantity.low if quantity.is_point else quantity.middle


def finite(*tables: Array) -> Bool:
    """(n,): rows in which every number of every table is finite."""
    return np.asarray(np.all([np.isfinite(t).reshape(len(t), -1).all(axis=1) for t in tables], axis=0), dtype=bool)


class System:
    """A model made ready for arithmetic. Everything is over batches: x is (n, S) or (S,), p is (n, P) or (P,).

    states, parameters  names, in the order of the columns. named: the named quantities, then the flows of the events.
    low, high, whole    (S,) the box and which states count in ones.  start (S,), today (P,): the declared values, middles of intervals.
    shown               the columns that `shows` gives.
    step_seconds        seconds of one step.  events: names; changes (E, S): what each event changes.
    A value of inf or nan means that the point left the domain of a formula.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.states = tuple(model.states)
        self.parameters = tuple(model.parameters)
        self.named = (*model.let, *flow_names(model))
        self.shown = tuple(model.shows)
        self.events = tuple(model.events)
        states = model.states.values()
        self.low = np.array([s.low for s in states], dtype=float)
        self.high = np.array([s.high for s in states], dtype=float)
        self.whole = np.array([s.whole for s in states], dtype=bool)
        self.start = np.array([middle(s.start) for s in states], dtype=float)
        self.today = np.array([middle(q.quantity) for q in model.parameters.values()], dtype=float)
        self.step_seconds = model.step
        self.changes = np.array([[e.change.get(s, 0.0) for s in self.states] for e in model.events.values()], dtype=float)
        self.changes = self.changes.reshape(len(self.events), len(self.states))

    def __reduce__(self) -> tuple[Any, ...]:
        """Sent to another process it is made anew there: a model says all of it."""
        return compile_model, (self.model,)

    @cached_property
    def program(self) -> Program:
        """States, then parameters, to the states one step later."""
        return program_of(self.model, "next")

    @cached_property
    def failed_program(self) -> Program:
        return program_of(self.model, "failed")

    @cached_property
    def named_program(self) -> Program:
        return program_of(self.model, "named")

    @cached_property
    def rates_program(self) -> Program:
        return program_of(self.model, "rates")

    @cached_property
    def shows_program(self) -> Program:
        return program_of(self.model, "shows")

    @cached_property
    def open_program(self) -> Program:
        """The program of the influence graph, see `laws.program_of`."""
        return program_of(self.model, "open")

    @cached_property
    def scale(self) -> Array:
        """(S,) what counts as one unit of each state: the width of its box, or its own size where the box is open."""
        width = self.high - self.low
        own = np.maximum(np.abs(self.start), 1.0)
        unit: Array = np.where(np.isfinite(width) & (width > 0), width, own)
        return unit

    @cached_property
    def search(self) -> tuple[Array, Array]:
        """The box that is searched: the declared one, an open side closed at ten times the start (or 10) beyond it."""
        far = 10 * np.maximum(np.abs(self.start), 1.0)
        return np.where(np.isfinite(self.low), self.low, self.start - far), np.where(
            np.isfinite(self.high), self.high, self.start + far
        )

    def parameter(self, name: str) -> int:
        return self.parameters.index(name)

    def with_values(self, values: Any, base: Array | None = None) -> Array:
        """Parameters (n, P) or (P,): `base` (today's) with some set by name to numbers or arrays (n,)."""
        row = self.today if base is None else base
        n = max((np.size(v) for v in values.values()), default=1)
        one = n == 1 and row.ndim == 1 and not any(np.ndim(v) for v in values.values())
        out = np.array(np.broadcast_to(row, (n, len(self.parameters))) if not one else row, dtype=float)
        for name, v in values.items():
            out[..., self.parameter(name)] = v
        return out

    def step(self, x: Array, p: Array) -> Array:
        """(n, S): the states one step later."""
        return self.program.run(_columns(x, p))

    def failed(self, x: Array, p: Array) -> Array:
        """(n,): above 0 where the system is down."""
        return self.failed_program.run(_columns(x, p))[:, 0]

    def let(self, x: Array, p: Array) -> Array:
        """(n, L): the named quantities and the flows of the events, in the order of `named`."""
        return self.named_program.run(_columns(x, p))

    def rates(self, x: Array, p: Array) -> Array:
        """(n, E): events per second, none below 0; whether a jump stays in the box is for the caller to see."""
        return self.rates_program.run(_columns(x, p))

    def show(self, x: Array, p: Array) -> Array:
        """(n, C): what each column of `shown` shows."""
        return self.shows_program.run(_columns(x, p))

    def show_linear(self, x: Array, p: Array, parameters: Sequence[int] = ()) -> tuple[Array, Array, Array]:
        """g(x, p) as (n, C), dg/dx as (n, C, S), dg/dp as (n, C, len(parameters)); exact, one-sided at kinks."""
        size = len(self.states)
        g, d = self.shows_program.derivatives(_columns(x, p), [*range(size), *(size + j for j in parameters)])
        return g, d[:, :, :size], d[:, :, size:]

    def linear(self, x: Array, p: Array, parameters: Sequence[int] = ()) -> tuple[Array, Array, Array]:
        """f(x, p) as (n, S), df/dx as (n, S, S), df/dp as (n, S, len(parameters)); exact, one-sided at kinks."""
        size = len(self.states)
        f, d = self.program.derivatives(_columns(x, p), [*range(size), *(size + j for j in parameters)])
        return f, d[:, :, :size], d[:, :, size:]

    def jacobian(self, x: Array, p: Array) -> Array:
        """(n, S, S): df_i/dx_j."""
        return self.linear(x, p)[1]

    def by_parameter(self, x: Array, p: Array) -> Array:
        """(n, S, P): df_i/dp_j."""
        return self.linear(x, p, range(len(self.parameters)))[2]

    def kinked(self, x: Array, p: Array) -> Bool:
        """(n,): where min, max, clip, if or abs sit on their edge, so that the derivative differs from side to side."""
        return self.program.kinked(_columns(x, p), range(len(self.states)))

    def inside(self, x: Array, slack: float = 1e-9) -> Bool:
        """(n,): within the searched box (and finite)."""
        low, high = self.search
        room = slack * self.scale
        return np.asarray(np.all(np.isfinite(x) & (x >= low - room) & (x <= high + room), axis=-1))


def _columns(x: Array, p: Array) -> list[Any]:
    """One array (n,) per input; parameters that all rows share stay single numbers."""
    x = np.atleast_2d(np.asarray(x, dtype=float))
    p = np.asarray(p, dtype=float)
    return [*x.T, *(p if p.ndim == 1 else p.T)]


@lru_cache(maxsize=64)
def compile_model(model: Model) -> System:
    """The system of a model, one for each. The programs are written on first use."""
    return System(model)
