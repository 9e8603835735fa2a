"""Histories of failures with declared ground truth: which pairs are coupled, and how, is what was put in.

Time is `days` days from 0, a midnight. Load has a daily cycle, quiet weekends, days that differ (log-normal), and a floor. Every component fails on its
own as a Poisson process, at a rate that may follow a power of the load. On top, a pair is coupled in one of five ways:

  contention  both fail at a rate that goes with a high power of the load, and independently given the load
  clock       a job at one minute of the night (odd pairs: each deploy) takes either down with a chance, independently
  shared      a third thing, that both are declared to depend on and that is in no log, takes both down
  cascade     what is depended on fails first, and what depends on it follows after seconds to minutes
  hidden      common events take both down, and nothing is declared

What is declared besides are decoys: components that fail on their own and depend on each other all the same. Simulation only: nothing here is used by
an analysis. Failures are Poisson, so a real log, with bursts and repeated attempts, is harder than these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from fuelbed.numerics.joint.cover import DAY

__all__ = ["MECHANISMS", "Coupled", "Recipe", "Simulated", "generate", "load_of"]

Floats = npt.NDArray[np.float64]
STEP = 900.0  # seconds of a value of the load

MECHANISMS = {
    "contention": "contention",
    "clock": "synchronized trigger",
    "shared": "shared dependency",
    "cascade": "cascade",
    "hidden": "hidden dependency",
}  # as the recipe calls them -> as `study` tells them
_NAMES = (
    "accounts", "alerts", "audit", "basket", "billing", "cache", "catalogue", "checkout", "consent", "coupons", "delivery", "discovery", "exports",
    "feeds", "gateway", "identity", "images", "inventory", "invoices", "ledger", "login", "mailer", "maps", "messages", "metering", "notices", "orders",
    "payments", "prices", "profiles", "queue", "quotas", "refunds", "reports", "returns", "reviews", "routing", "search", "sessions", "shipping", "stock",
    "tickets", "tracking", "uploads", "vouchers", "webhooks", "wishlist", "workers",
)  # fmt: skip  # one list
_UNDER = ("storage", "network", "certificates", "secrets", "dns", "scheduler", "registry", "broker")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is simulated. Rates are a day.

    alone       failures of one component on its own, the median; they differ log-normally by `differ`.
    together    common events of a pair: shared, cascade, hidden.
    reaches     chance that a common event takes either of a pair, and that a cascade goes on.
    job         chance that the nightly job, or a deploy, takes one of a pair.
    busy, steep failures of either of a pair in contention, and the power of the load they go with.
    follows     power of the load that the failures alone go with: 0 is none.
    varies      standard deviation of the log of a day's load.
    load_noise  standard deviation of the log of what is measured of the load, against what it was.
    """

    days: int = 365
    components: int = 24
    mechanisms: tuple[str, ...] = tuple(MECHANISMS)
    load_noise: float = 0.1
    alone: float = 0.1
    differ: float = 0.5
    together: float = 0.05
    reaches: float = 0.9
    job: float = 0.15
    busy: float = 1.0
    steep: float = 6.0
    follows: float = 0.0
    varies: float = 0.25

    def each(self) -> int:
        """Pairs for each mechanism: at most half of the components are coupled, but one pair each."""
        return max(1, self.components // 4 // max(len(self.mechanisms), 1))


@dataclass(frozen=True, slots=True)
class Coupled:
    """A pair that was made to fail together; a < b. `how` in words."""

    a: str
    b: str
    mechanism: str
    how: str


@dataclass(frozen=True, eq=False)
class Simulated:
    """names; which, starts, ends: the failures in order of time, whole seconds. load: what is measured of it at `times`, `true` what it was.
    depends_on: (dependant, what it depends on), among them things in no log. truth: the coupled pairs.
    doubled: pairs that a case may take for redundant controls: one that is coupled in secret, where there is one, and one that is not coupled."""

    names: tuple[str, ...]
    which: npt.NDArray[np.int64]
    starts: Floats
    ends: Floats
    times: Floats
    load: Floats
    true: Floats
    deploys: Floats
    depends_on: tuple[tuple[str, str], ...]
    truth: tuple[Coupled, ...]
    doubled: tuple[tuple[str, str], ...]
    window: tuple[float, float]


def generate(recipe: Recipe, rng: np.random.Generator) -> Simulated:
    """One history. ValueError: an unknown mechanism, none or negative days, fewer components than the pairs need."""
    _check(recipe)
    names = _named(recipe.components, rng)
    true = load_of(recipe.days, recipe.varies, rng)
    measured = np.asarray(true * np.exp(recipe.load_noise * rng.standard_normal(len(true))), np.float64)
    deploys = _deploys(recipe.days, rng)
    w = _World(recipe, rng, true, deploys, [[] for _ in names], names)
    order = iter(rng.permutation(recipe.components).tolist())
    for pair in range(recipe.each()):
        for m in recipe.mechanisms:
            _WAYS[m](w, next(order), next(order), pair)
    lone = list(order)
    w.decoys(lone)
    for c in range(recipe.components):
        rate = recipe.alone * float(np.exp(recipe.differ * rng.standard_normal()))
        w.times[c].append(w.by_load(rate, recipe.follows))
    return _simulated(w, measured, _doubled(w, lone))


def load_of(days: int, varies: float, rng: np.random.Generator) -> Floats:
    """Load at steps of 15 minutes, 1 on average over a usual day: highest at 14:00, a tenth at 02:00, weekends at 70 %."""
    t = (np.arange(round(days * DAY / STEP)) + 0.5) * STEP
    day = (t // DAY).astype(np.int64)
    by_day = np.exp(varies * rng.standard_normal(days) - varies**2 / 2) * np.where(np.arange(days) % 7 >= 5, 0.7, 1.0)
    return np.asarray((1 + 0.9 * np.cos(2 * np.pi * (t / DAY - 14 / 24))) * by_day[day], np.float64)


@dataclass(eq=False)
class _World:
    """What is being made."""

    recipe: Recipe
    rng: np.random.Generator
    load: Floats
    deploys: Floats
    times: list[list[Floats]]
    names: tuple[str, ...]
    depends_on: list[tuple[str, str]] = field(default_factory=list)
    truth: list[Coupled] = field(default_factory=list)

    def by_load(self, a_day: float, power: float) -> Floats:
        """A Poisson process with a rate that goes with a power of the load."""
        shape = self.load**power
        n = self.rng.poisson(a_day * STEP / DAY * shape / shape.mean())
        return np.asarray((np.repeat(np.arange(len(n)), n) + self.rng.random(int(n.sum()))) * STEP, np.float64)

    def some(self, moments: Floats, chance: float) -> Floats:
        return moments[self.rng.random(len(moments)) < chance]

    def soon(self, moments: Floats, low: float, high: float) -> Floats:
        return moments + self.rng.uniform(low, high, len(moments))

    def tell(self, a: int, b: int, word: str, how: str) -> None:
        x, y = sorted((self.names[a], self.names[b]))
        self.truth.append(Coupled(x, y, MECHANISMS[word], how))

    def decoys(self, lone: list[int]) -> None:
        """Every third of what fails on its own depends on the next one: declared, and not seen to fail together."""
        for a, b in list(pairwise(lone))[::3]:
            self.depends_on.append((self.names[a], self.names[b]))


def _contention(w: _World, a: int, b: int, _: int) -> None:
    for c in (a, b):
        w.times[c].append(w.by_load(w.recipe.busy, w.recipe.steep))
    w.tell(a, b, "contention", f"both fail at a rate that goes with load^{w.recipe.steep:g}, independently given the load")


def _clock(w: _World, a: int, b: int, pair: int) -> None:
    if pair % 2:
        moments, what = w.deploys, "each deploy"
    else:
        minute = int(w.rng.integers(60, 360))
        moments = np.arange(w.recipe.days, dtype=np.float64) * DAY + minute * 60.0
        what = f"a job at {minute // 60:02d}:{minute % 60:02d} UTC"
    for c in (a, b):
        w.times[c].append(w.soon(w.some(moments, w.recipe.job), 0.0, 120.0))
    w.tell(a, b, "clock", f"{what} takes either down with the chance {w.recipe.job:g}, independently")


def _shared(w: _World, a: int, b: int, pair: int) -> None:
    under = _UNDER[pair % len(_UNDER)] + ("" if pair < len(_UNDER) else f"_{pair // len(_UNDER) + 1}")
    common = w.by_load(w.recipe.together, 0.0)
    for c in (a, b):
        w.depends_on.append((w.names[c], under))
        w.times[c].append(w.soon(w.some(common, w.recipe.reaches), 0.0, 90.0))
    w.tell(
        a,
        b,
        "shared",
        f"both depend on `{under}`, and failures of it, which no log holds, take each down in {w.recipe.reaches:.0%}",
    )


def _cascade(w: _World, a: int, b: int, _: int) -> None:
    w.depends_on.append((w.names[b], w.names[a]))
    first = w.by_load(w.recipe.together, 0.0)
    w.times[a].append(first)
    w.times[b].append(w.soon(w.some(first, w.recipe.reaches), 20.0, 200.0))
    w.tell(
        a, b, "cascade", f"`{w.names[b]}` depends on `{w.names[a]}` and follows it after 20 to 200 s in {w.recipe.reaches:.0%}"
    )


def _hidden(w: _World, a: int, b: int, _: int) -> None:
    common = w.by_load(w.recipe.together, 0.0)
    for c in (a, b):
        w.times[c].append(w.soon(w.some(common, w.recipe.reaches), 0.0, 90.0))
    w.tell(a, b, "hidden", f"common events take each down in {w.recipe.reaches:.0%}, and nothing is declared")


_WAYS: dict[str, Callable[[_World, int, int, int], None]] = {
    "contention": _contention, "clock": _clock, "shared": _shared, "cascade": _cascade, "hidden": _hidden,
}  # fmt: skip  # one table


def _doubled(w: _World, lone: list[int]) -> tuple[tuple[str, str], ...]:
    secret = [(c.a, c.b) for c in w.truth if c.mechanism == MECHANISMS["hidden"]][:1]
    apart = [(w.names[lone[-1]], w.names[lone[-2]])] if len(lone) > 1 else []
    return tuple(sorted(tuple(sorted(p)) for p in secret + apart))  # type: ignore[misc]  # pairs stay pairs


def _simulated(w: _World, measured: Floats, doubled: tuple[tuple[str, str], ...]) -> Simulated:
    """Failures in order; whole seconds; how long each lasted is log-normal, 12 minutes in the middle."""
    end = w.recipe.days * DAY
    which = np.concatenate([np.full(sum(map(len, parts)), c) for c, parts in enumerate(w.times)]).astype(np.int64)
    starts: Floats = np.floor(np.concatenate([t for parts in w.times for t in parts]))
    keep = starts < end
    which, starts = which[keep], np.asarray(starts[keep], np.float64)
    order = np.lexsort((which, starts))
    which, starts = which[order], starts[order]
    lasts: Floats = np.maximum(np.round(720 * np.exp(w.rng.standard_normal(len(starts)))), 60.0)
    times = np.arange(len(measured), dtype=np.float64) * STEP
    return Simulated(
        w.names, which, starts, starts + lasts, times, measured, w.load, w.deploys, tuple(w.depends_on), tuple(w.truth), doubled,
        (0.0, end),
    )  # fmt: skip  # in the order of the type


def _deploys(days: int, rng: np.random.Generator) -> Floats:
    """One or two each working day, between 09:00 and 17:00."""
    out: list[float] = []
    for d in range(days):
        if d % 7 < 5:
            out += sorted(d * DAY + np.floor(rng.uniform(9 * 3600, 17 * 3600, int(rng.integers(1, 3)))))
    return np.array(out, np.float64)


def _named(n: int, rng: np.random.Generator) -> tuple[str, ...]:
    """In an order that says nothing."""
    every = [x if k == 0 else f"{x}_{k + 1}" for k in range(-(-n // len(_NAMES))) for x in _NAMES]
    return tuple(every[i] for i in rng.permutation(len(every))[:n].tolist())


def _check(recipe: Any) -> None:
    unknown = [m for m in recipe.mechanisms if m not in MECHANISMS]
    if unknown:
        raise ValueError(f"no mechanism is called {unknown[0]!r}; there are {', '.join(MECHANISMS)}")
    if recipe.days < 1:
        raise ValueError("at least one day")
    if recipe.components < max(2, need := 2 * len(recipe.mechanisms)):
        raise ValueError(f"{len(recipe.mechanisms)} mechanisms need {max(2, need)} components, two for each")
    if not (np.isfinite(recipe.load_noise) and recipe.load_noise >= 0):
        raise ValueError("the noise of the load is 0 or more")
