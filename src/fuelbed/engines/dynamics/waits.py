"""How long chance alone takes there and back: from the chain where its box is small enough, else from single events or requests.

A chain is solved and has no interval. What is simulated has a budget of events and no clock; runs that did not get there in time count
for the time that they were watched (`numerics/passage.py`), so that the answer may be "at least".
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.errors import FuelbedError
from fuelbed.engines.dynamics.asking import retry_of
from fuelbed.numerics.chains import MOST_STATES, NEVER
from fuelbed.numerics.maps.system import System
from fuelbed.numerics.passage import Passage, until_narrow
from fuelbed.numerics.retry import PARAMETERS

__all__ = ["Waits", "waits"]

Array = NDArray[np.float64]
_CHAIN_STATES = 20_000
_RUNS = 40
_EVENTS, _IN_ALL = 60_000, 480_000  # of one run, and of all runs one way: some two seconds in plain Python


@dataclass(frozen=True, slots=True)
class Waits:
    """Expected seconds from failed to running and from running to failed by chance alone; or why there is no such time.

    level: `chain` (of that many `states`), or single `events` or `requests`, simulated.
    """

    recover: Passage | None = None
    collapse: Passage | None = None
    level: str = ""
    states: int = 0
    why_not: str = ""


@dataclass(frozen=True, eq=False)
class _Ends:
    """The two states to go between (S,), and how far from each still counts as there."""

    normal: Array
    failed: Array

    @property
    def room(self) -> Array:
        return np.asarray(0.1 * np.maximum(np.abs(self.failed - self.normal), 1.0) + 0.5)


def waits(system: System, p: Array, normal: Array | None, failed: Array | None) -> Waits:
    """At one row of parameters, for an events model whose states count in ones."""
    if not system.events or not system.whole.all():
        return Waits(why_not="its laws are a map, which has no noise of its own")
    if normal is None or failed is None:
        return Waits(why_not="there are not two states to go between")
    ends = _Ends(normal, failed)
    shape = tuple(int(n) if np.isfinite(n) else MOST_STATES for n in system.high - system.low + 1)
    size = math.prod(shape)
    if size <= _CHAIN_STATES:
        return _by_chain(system, p, ends, shape)
    found = _by_requests(system, p, size) if system.model.kernel == "retry" else None
    return found or _by_events(system, p, ends, size)


def _by_chain(system: System, p: Array, ends: _Ends, shape: tuple[int, ...]) -> Waits:
    """Hitting times of the chain on its box of whole numbers."""
    from fuelbed.numerics.chains import lattice_chain

    size = math.prod(shape)

    def rates(states: NDArray[np.int64]) -> Array:
        return system.rates(states + system.low, p)

    try:
        chain = lattice_chain(shape, rates, np.round(system.changes).astype(np.int64))
    except FuelbedError as e:
        return Waits(states=size, why_not=str(e))
    where = chain.states + system.low
    down = system.failed(where, np.broadcast_to(p, (len(where), len(p)))) > 0
    at_rest = np.all(np.abs(where - ends.normal) <= ends.room, axis=1) & ~down
    fallen = np.all(np.abs(where - ends.failed) <= ends.room, axis=1) & down
    if not at_rest.any() or not fallen.any():
        return Waits(states=size, why_not="one of its two states is not on the grid of whole numbers")
    back, away = float(chain.hitting_times(at_rest)[fallen].max()), float(chain.hitting_times(fallen)[at_rest].max())
    return Waits(Passage(0, 0, 0.0, back, back, back), Passage(0, 0, 0.0, away, away, away), "chain", size)


def _by_events(system: System, p: Array, ends: _Ends, size: int) -> Waits:
    """Single events of the model: the same two sets of states as for the chain."""
    from fuelbed.numerics.maps.jumps import no_jumps, passages

    why = no_jumps(system)
    if why:
        return Waits(states=size, why_not=why)

    def runs(start: Array, end: Array, failed: bool) -> Iterator[tuple[float, bool]]:
        goal = (end - ends.room, end + ends.room, failed)
        return passages(system, p, start, goal, NEVER, _EVENTS, _IN_ALL)

    try:
        recover = until_narrow(runs(ends.failed, ends.normal, False), _RUNS)
        collapse = until_narrow(runs(ends.normal, ends.failed, True), _RUNS)
    except FuelbedError as e:
        return Waits(states=size, why_not=str(e))
    return Waits(recover, collapse, "events", size)


def _by_requests(system: System, p: Array, size: int) -> Waits | None:
    """Single requests of the retry service; None where a run of them is too long for the budget."""
    from fuelbed.numerics.retry.passage import passages

    settings = retry_of(system.model, p[None])
    single: dict[str, Any] = {k: float(getattr(settings, k)[0]) for k in PARAMETERS if np.ndim(getattr(settings, k))}
    one = replace(settings, **single)
    recover, collapse = (until_narrow(passages(one, down, _EVENTS, _IN_ALL), _RUNS) for down in (False, True))
    return Waits(recover, collapse, "requests", size) if recover.runs and collapse.runs else None
