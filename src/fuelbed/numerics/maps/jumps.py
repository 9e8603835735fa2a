"""Simulation of single events of a model: exact in law where states count in ones, seeded, the same counts compiled or not.

Gillespie's direct method (J. Phys. Chem. 81, 1977): with a(x) the sum of the rates of all events that stay in the box, the next event
comes after a gap of exponential length / a(x), and is event e with chance a_e(x) / a(x). An event that would leave the box does not
happen. While a push lasts the parameters are others; what is left of a gap is carried over in units of its own, which is exact.
States that a push moves are moved once, at the start, to the nearest whole number.

Rates depend on the state alone, so each state is evaluated once (`scalar.run_scalar`) and then looked up. Gaps and choices are two streams
of the seed (PCG64), drawn outside of the kernel. Runs of one seed share them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.dynamics import Push
from fuelbed.core.errors import FuelbedError
from fuelbed.numerics.kernels import kernels_of
from fuelbed.numerics.maps import scalar
from fuelbed.numerics.maps.laws import passage_program, program_of
from fuelbed.numerics.maps.simulate import pushed
from fuelbed.numerics.maps.system import System
from fuelbed.numerics.replicate import Chance, until_clear

__all__ = ["Jumps", "Run", "no_jumps", "passages"]

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
_ENDLESS = 2**40  # stands for an open side of the box
_TABLE = 4_000_000  # numbers of the table of rates of one set of parameters (32 MB); without one, every event is evaluated
_TABLES = 4
_FIRST, _CHUNK = 512, 65_536  # draws made at a time: first few, then more
_EVENTS = 20_000_000


@dataclass(frozen=True, eq=False)
class Run:
    """One run. ended: "" where it reached its end, `budget` where it had as many events as it may, `domain` where a rate was no number.

    counts  (E,) how often each event happened.  state (S,): at the end.
    mean    (S,) states averaged over the time watched (nan where there was none).  failed: share of that time in which it was failed.
    """

    ended: str
    seconds: float
    counts: Counts
    state: Counts
    mean: Array
    failed: float

    @property
    def events(self) -> int:
        return int(self.counts.sum())

    @property
    def down(self) -> bool | None:
        """The meaning of `stays_down`: failed in more than half of the time watched, or out of the domain. None: not run to its end."""
        return None if self.ended == "budget" else self.ended == "domain" or self.failed > 0.5


def no_jumps(system: System) -> str:
    """Why single events cannot be simulated; "" where they can."""
    if not system.events:
        return "its laws are a map, which has no single events"
    broken = [s for s, whole in zip(system.states, system.whole, strict=True) if not whole]
    if broken:
        return f"`{broken[0]}` does not count in ones"
    for e, change in zip(system.events, system.changes, strict=True):
        if np.any(change != np.round(change)):
            return f"`{e}` changes a state by a part of one"
    return ""


class Jumps:
    """A system made ready for runs; what it has evaluated once it keeps. FuelbedError where `no_jumps` says why not.

    goal   (low, high, failed): runs stand still where they reach it, see `passages`.
    """

    def __init__(self, system: System, fast: bool | None = None, goal: tuple[Array, Array, bool] | None = None) -> None:
        why = no_jumps(system)
        if why:
            raise FuelbedError(f"single events of `{system.model.name}` cannot be simulated: {why}")
        self.system = system
        self._kernels, self._quick = kernels_of(scalar, fast)
        ends = np.stack([np.ceil(system.low), np.floor(system.high)])
        self._bottom, self._top = (v.astype(np.int64) for v in np.clip(ends, -_ENDLESS, _ENDLESS))
        width = [int(w) for w in self._top - self._bottom + 1]
        cells = int(np.prod(np.array(width, dtype=object)))
        events = len(system.events)
        # plain, only what was visited is kept, in a dictionary; compiled, there is one table, or one row that is written anew every time
        self._kept = not self._quick or cells * (events + 1) <= _TABLE
        self._size = (cells if self._kept else 1) * (events + 1)
        strides = [int(np.prod(np.array(width[s + 1 :], dtype=object))) if self._kept else 0 for s in range(len(width))]
        changes = np.round(system.changes).astype(np.int64)
        moves = [sum(int(c) * stride for c, stride in zip(row, strides, strict=True)) for row in changes]
        self._strides = strides
        self._law, self._registers = self._evaluator(goal)
        self._jumps = (
            self._form(changes.ravel()),
            self._form(np.array(moves, dtype=np.int64)) if self._quick else moves,
            self._form(self._bottom),
            self._form(self._top),
        )
        self._tables: dict[bytes, Any] = {}

    def _form(self, a: NDArray[Any]) -> Any:
        """An array for the compiled kernel, a list (much faster there) for the plain one."""
        return a if self._quick else a.tolist()

    def _evaluator(self, goal: tuple[Array, Array, bool] | None) -> tuple[Any, Any]:
        model = self.system.model
        program = (
            program_of(model, "jumps") if goal is None else passage_program(model, goal[0].tolist(), goal[1].tolist(), goal[2])
        )
        codes, args, registers, first = scalar.registers_of(program)
        pairs = args if self._quick else {(i, j): int(a) for i, row in enumerate(args) for j, a in enumerate(row)}
        law = (self._form(codes), pairs, first, self._form(np.array(program.outputs, dtype=np.int64)))
        return law, self._form(registers)

    def _table(self, p: Array) -> Any:
        key = p.tobytes()
        if key not in self._tables:
            while len(self._tables) >= _TABLES:
                self._tables.pop(next(iter(self._tables)))
            self._tables[key] = np.full(self._size, -1.0) if self._quick else _Visited()
        return self._tables[key]

    def simulate(self, p: Array, x: Array, push: Push | None = None, size: float = 1.0, lasts: float = 0.0, until: float = 60.0,
                 seed: int = 0, watch: float | None = None, most: int = _EVENTS) -> Run:  # fmt: skip
        """One run from the states x (S,) at the parameters p (P,), `until` seconds from the start of the push, at most `most` events.

        watch   from when on it is watched; None: the last tenth of the time after the push.
        """
        if not until > 0:
            raise FuelbedError(f"a simulation of {until:g} s has no time in it")
        p, lasts = np.asarray(p, dtype=float), min(lasts, until) if push is not None else 0.0
        during, moved = p, np.asarray(x, dtype=float)
        if push is not None:
            rows = pushed(self.system, push, np.array([size]), p, moved)
            during, moved = rows[0][0], rows[1][0]
        start = np.clip(np.floor(moved + 0.5).astype(np.int64), self._bottom, self._top)
        begin = until - 0.1 * (until - lasts) if watch is None else watch
        trip = _Trip(start, sum(int(v) * s for v, s in zip(start - self._bottom, self._strides, strict=True)), self, seed)
        ended = 0
        for end, at in ((lasts, during), (until, p)):
            if end > 0 and not ended:
                ended = trip.go(at, begin, end, most)
        return trip.run(("", "", "budget", "domain")[ended], until - begin)

    def chance_down(self, p: Array, x: Array, push: Push | None, size: float, lasts: float, settle: float, least: int = 6, most: int = 200,
                    first_seed: int = 0, events: int = _EVENTS, in_all: int = 50 * _EVENTS) -> Chance | None:  # fmt: skip
        """The chance that it is down `settle` seconds after the push, by as many runs as it takes (`until_clear`).

        None where one run passes `events` events, or all of them `in_all` before there are `least` runs.
        """
        spent, cut = 0, False

        def answers() -> Iterator[bool]:
            nonlocal spent, cut
            for seed in count(first_seed):
                if spent >= in_all:
                    return
                run = self.simulate(p, x, push, size, lasts, lasts + settle, seed, most=events)
                spent += run.events
                if run.down is None:
                    cut = True  # to leave this run out would leave out the busy ones
                    return
                yield run.down

        found = until_clear(answers(), least, most)
        return None if cut or found.runs < min(least, most) else found


def passages(system: System, p: Array, x: Array, goal: tuple[Array, Array, bool], longest: float, events: int, in_all: int,
             first_seed: int = 0, fast: bool | None = None) -> Iterator[tuple[float, bool]]:  # fmt: skip
    """Seconds from the states x (S,) until the goal is reached, and whether it was: a run may also end after `events` events or after
    `longest` seconds. As many runs, with seeds of their own, as are asked for and `in_all` events hold.

    goal   (low (S,), high (S,), failed): the whole numbers within, failed or not failed.
    FuelbedError where a rate is no number.
    """
    jumps = Jumps(system, fast, goal)
    spent = 0
    for seed in count(first_seed):
        if spent + events > in_all:
            return
        run = jumps.simulate(p, x, until=longest, seed=seed, watch=0.0, most=events)
        spent += run.events
        if run.ended == "domain":
            raise FuelbedError(f"a rate of `{system.model.name}` is no number somewhere on the way")
        seconds = run.seconds if run.ended else run.failed * longest
        yield seconds, not run.ended and seconds < longest


class _Visited(dict[int, float]):
    """A table of which only what was visited is there."""

    def __missing__(self, _: int) -> float:
        return -1.0


class _Trip:
    """One run under way: what the kernel keeps between its calls."""

    def __init__(self, start: Counts, cell: int, jumps: Jumps, seed: int) -> None:
        self.jumps, self._form = jumps, jumps._form
        self._streams = [np.random.Generator(np.random.PCG64([seed, i])) for i in (0, 1)]
        self._chunk = _FIRST
        self.x, self.f = self._form(start), self._form(np.array([0.0, -1.0, 0.0]))
        whole = [cell, 0, 0, int(not jumps._kept)]
        self.k: Any = np.array(whole, dtype=np.int64) if jumps._quick else whole
        self.counts = self._form(np.zeros(len(jumps.system.events), dtype=np.int64))
        self.mean = self._form(np.zeros(len(start)))
        self._draw()

    def _draw(self) -> None:
        gaps, picks = self._streams
        self.gaps, self.picks = self._form(gaps.standard_exponential(self._chunk)), self._form(picks.random(self._chunk))
        self.k[scalar.USED] = 0
        self._chunk = min(4 * self._chunk, _CHUNK)

    def go(self, p: Array, watch: float, end: float, most: int) -> int:
        """To `end` under the parameters p."""
        j = self.jumps
        table = j._table(p)
        if not j._kept:
            table[:] = -1.0
        states = len(self.x)
        j._registers[states : states + len(p)] = self._form(p)
        while True:
            said = j._kernels.leap(
                j._law, j._registers, table, j._jumps, self.x, self.f, self.k, self.gaps, self.picks, self.counts, self.mean, (watch, end, most)
            )  # fmt: skip
            if said != 1:
                return int(said)
            self._draw()
            if len(table) > _TABLE and not j._quick:
                table.clear()

    def run(self, ended: str, watched: float) -> Run:
        f, whole = self.f, (np.asarray(self.counts), np.asarray(self.x))
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.asarray(self.mean, dtype=float) / (watched if not ended else np.nan)
        return Run(
            ended, float(f[scalar.NOW]), *whole, mean, float(f[scalar.DOWN] / watched) if not ended and watched > 0 else np.nan
        )
