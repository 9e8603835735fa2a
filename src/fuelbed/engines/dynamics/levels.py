"""Levels that check each other: what the quick level says is asked again, at a few cells, of the next finer one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fuelbed.engines.dynamics.asking import Asked, has_kernel, retry_of
from fuelbed.engines.dynamics.draws import SETTLE_STEPS
from fuelbed.engines.dynamics.words import seconds
from fuelbed.numerics.maps.system import compile_model
from fuelbed.numerics.replicate import Chance
from fuelbed.numerics.retry import PARAMETERS, Retry
from fuelbed.numerics.retry import Push as RetryPush

__all__ = ["Cell", "Checked", "checked"]

_RUNS = 12  # simulations of one cell, at most: enough to part 1 of 10 from 9 of 10
_LEAST = 4  # of them, before a cell counts
_EVENTS = 120_000  # single events of one cell, over all its runs: about half a second in plain Python


@dataclass(frozen=True, slots=True)
class Cell:
    """One setting asked of two levels. quick: the answer of the fluid; share: of `runs` simulations that stayed down, with its interval."""

    load: float
    size: float
    quick: bool
    runs: int
    down: int
    low: float
    high: float

    @property
    def agree(self) -> bool | None:
        """None where the simulation does not decide."""
        if self.low <= 0.5 <= self.high:
            return None
        return (self.down * 2 > self.runs) == self.quick


@dataclass(frozen=True, slots=True)
class Checked:
    """The cells that were asked of the finer level, which simulates single `what` (requests, events); or why there are none."""

    cells: tuple[Cell, ...] = ()
    what: str = "requests"
    why_not: str = ""


def checked(asked: Asked, size: float) -> Checked:
    """The middle row, a fifth below and above its critical size, and without any push (where noise alone might do it)."""
    single = has_kernel(asked.variant, asked.trigger)
    sizes = [0.0, 0.8 * size, 1.25 * size] if np.isfinite(size) and size > 0 else [0.0, 1.0]
    found = _requests(asked, sizes) if single else _events(asked, sizes)
    if isinstance(found, str):
        return Checked(why_not=found)
    load = asked.variant.model.load
    at = float(asked.table[0, list(asked.variant.model.parameters).index(load)]) if load else np.nan
    quick = asked.down(np.zeros(len(sizes), dtype=np.intp), np.array(sizes))
    cells = [Cell(at, s, bool(q), c.runs, c.down, c.low, c.high) for s, q, c in zip(sizes, quick, found, strict=True)]
    return Checked(tuple(cells), "requests" if single else "events")


def _events(asked: Asked, sizes: list[float]) -> list[Chance] | str:
    """Single events of the model, over the same time as its map; or why they are not simulated."""
    from fuelbed.numerics.maps.jumps import Jumps, no_jumps

    system = compile_model(asked.variant.model)
    why = no_jumps(system)
    if why:
        return why
    jumps, settle = Jumps(system), SETTLE_STEPS * system.step_seconds
    lasts = min(float(asked.lasts[0]), settle)
    push = asked.variant.model.pushes[asked.trigger]  # row 0 is the middle of every number, of the push too
    out = []
    for s in sizes:
        c = jumps.chance_down(
            asked.table[0], system.start, push, s, lasts, settle, _LEAST, _RUNS, events=_EVENTS // _LEAST, in_all=_EVENTS
        )
        if c is None:
            return f"a run of {seconds(lasts + settle)} holds more than {_EVENTS // _LEAST:,} single events, too many to simulate here"
        out.append(c)
    return out


def _requests(asked: Asked, sizes: list[float]) -> list[Chance]:
    """Single requests of the retry service."""
    from fuelbed.numerics.retry.replicate import chance_down

    settings = retry_of(asked.variant.model, asked.table[:1])
    single: dict[str, Any] = {k: float(getattr(settings, k)[0]) for k in PARAMETERS if np.ndim(getattr(settings, k))}
    one = replace(settings, **single)
    push = asked.variant.model.pushes[asked.trigger]
    parts = RetryPush({p.target: (p.how, float(asked.values[p.target][0])) for p in push.parts})
    return [chance_down(one, parts, s, _lasts(asked, settings), most=_RUNS, least=_LEAST) for s in sizes]


def _lasts(asked: Asked, settings: Retry) -> float:
    from fuelbed.numerics.retry.fluid import settle_time

    return float(min(asked.lasts[0], float(np.max(settle_time(settings)))))
