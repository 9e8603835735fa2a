"""A model followed along a record: the hidden states, from the columns that were seen.

What moves the model by itself is its own chance: of events their number, of a map a noise in every row and state of 1 to 10 % of the box (assumed; to fit one size to the record
would believe it too much where the states show weakly). What is not
known of its parameters is drawn with the particles and learnt with them; a parameter that varies wanders over its spread. A parameter that
a column shows is taken from that column. While the trigger lasts the model is pushed as declared.

A row shows the moment it stands at, with noise: of a latency in its logarithm, of anything else in the number itself, growing with the root of
the level. The size of the noise is taken from the rows before the trigger: the differences of neighbours bound it, for they hold the wobble of
the system too, and of some shares of that the likeliest is used.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.dynamics import Push
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.maps.fixed import even_points
from fuelbed.numerics.maps.leaps import leaps
from fuelbed.numerics.maps.operating import SETTLE_STEPS
from fuelbed.numerics.maps.simulate import settled, shifted
from fuelbed.numerics.maps.system import System, finite, middle
from fuelbed.numerics.observation.particles import Filtered, particle_filter
from fuelbed.numerics.sampling import quantile

__all__ = ["Noise", "Setting", "noise_of", "particles_of", "reconstruct", "too_coarse"]

Array = NDArray[np.float64]
PARTICLES = 256
_OF_A_MAP = 1024  # a step of a map costs little
_STEPS = 4_000  # of all rows together, leaps or steps of a map
_MOST_STEPS = 400  # of a map between two rows
_LEAST_NOISE = 0.01  # of the level
_FEW = 8
_MEMORY = 20.0  # rows in which a number that varies forgets where it was
_ELSEWHERE = 0.25  # of the particles start anywhere in the box, not at rest
_CHANCE = (0.01, 0.1)  # of the box in one row: how far chance may move a state of a map
_MOST_FITTED = 4  # columns
_FACTORS = (0.5, 0.25, 0.125)
_QUIET_ROWS = 60
_FEW_STEPS = 12  # leaps between two rows while the noise is fitted
_FAR, _FAR_EACH = 25.0, 4.0


@dataclass(frozen=True, slots=True)
class Noise:
    """sd: of the logarithm (log) or of the number at `level`; there and elsewhere it grows with the root of the level."""

    sd: float
    level: float
    log: bool

    def misfit(self, seen: float, shown: Array) -> Array:
        """(n,) squared deviation over the variance."""
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.asarray(((math.log(max(seen, 1e-300)) - np.log(shown)) / self.sd) ** 2)
        here = self.sd * math.sqrt(max(abs(seen), 0.1 * self.level) / self.level) if self.level > 0 else self.sd
        return np.asarray(((seen - shown) / here) ** 2)


def noise_of(values: Array, quiet: NDArray[np.bool_], log: bool) -> Noise:
    """Noise of a column from neighbours among its quiet rows: the median step, as a standard deviation, over the root of 2."""
    y = values[quiet & np.isfinite(values)]
    level = float(np.median(np.abs(y))) if len(y) else float(np.nanmedian(np.abs(values)))
    if len(y) < _FEW:
        return Noise(0.1 if log else max(0.1 * level, 1e-9), level, log)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.diff(np.log(y) if log else y)
    steps = steps[np.isfinite(steps)]
    sd = 1.4826 * float(np.median(np.abs(steps))) / math.sqrt(2.0) if len(steps) else 0.0
    sd = sd or (float(steps.std()) / math.sqrt(2.0) if len(steps) else 0.0)
    return Noise(max(sd, _LEAST_NOISE if log else _LEAST_NOISE * level, 1e-9), level, log)


@dataclass(frozen=True, eq=False)
class Setting:
    """One model beside one record.

    times   (T,) seconds.  seen: shown column (its number in `system.shown`) -> values (T,), nan where not measured, and its noise.
    inputs  parameter (its number) -> values (T,), as a column shows them.
    push    what the trigger does to the model, from `window[0]` to `window[1]` seconds; parameters among the inputs show it themselves.
    """

    system: System
    times: Array
    seen: Mapping[int, tuple[Array, Noise]]
    inputs: Mapping[int, Array] = field(default_factory=dict)
    push: Push | None = None
    window: tuple[float, float] = (math.inf, math.inf)


def particles_of(s: Setting) -> int:
    """How many particles follow it."""
    return PARTICLES if s.system.events else _OF_A_MAP


def too_coarse(s: Setting) -> str:
    """Why the model cannot be followed along these rows; "" where it can."""
    steps = float(np.median(np.diff(s.times))) / s.system.step_seconds
    if s.system.events or steps <= _MOST_STEPS:
        return ""
    return f"between two rows the model makes {steps:.0f} steps, more than the {_MOST_STEPS} that are followed"


def reconstruct(s: Setting, seed: int, particles: int | None = None, quiet: int = 0) -> Filtered:
    """The states along the record: median and 90 % interval at each row.

    quiet   how many rows at its head are before the trigger: on them the size of the noise is fitted, at most as wide as it is given.
    """
    s = _fitted_noise(s, seed, min(quiet, _QUIET_ROWS)) if quiet >= _FEW else s
    particles = particles or particles_of(s)
    return _Follower(s, particles, np.random.default_rng(seed)).run()


def _fitted_noise(s: Setting, seed: int, quiet: int) -> Setting:
    """The record with the noise of each column narrowed, one after the other, by the factor under which the quiet rows are likeliest.

    Neighbours differ by the system's own chance too, which the particles already have.
    """
    best, sharper = _likely(s, seed, quiet), 0.0
    for c, (y, noise) in list(s.seen.items())[:_MOST_FITTED]:
        others, cells = sharper, int(np.isfinite(y[:quiet]).sum())
        for factor in _FACTORS:
            tried = replace(s, seen={**s.seen, c: (y, replace(noise, sd=noise.sd * factor))})
            gain = others - cells * math.log(factor)  # a narrower law is the denser one where it fits
            likely = _likely(tried, seed, quiet) + gain
            if likely <= best:
                break
            best, sharper, s = likely, gain, tried
    return s


def _likely(s: Setting, seed: int, quiet: int) -> float:
    """Log density of the quiet rows, over that of a perfect fit; -inf where they cannot be followed."""
    cut = slice(0, quiet)
    seen = {c: (y[cut], noise) for c, (y, noise) in s.seen.items()}
    head = replace(s, times=s.times[cut], seen=seen, inputs={i: v[cut] for i, v in s.inputs.items()})
    follower = _Follower(head, PARTICLES // 2, np.random.default_rng(seed))
    follower.most = _FEW_STEPS
    found = follower.run()
    return found.evidence if found.lost is None and not found.aside else -math.inf


class _Follower:
    """Particles of one setting. Their unknown numbers: open parameters, then sizes of pushes."""

    def __init__(self, s: Setting, particles: int, rng: np.random.Generator) -> None:
        self.s, self.n, self.rng = s, particles, rng
        self.system = s.system
        ps = list(s.system.model.parameters.values())
        self.open: list[tuple[int, Quantity]] = [
            (i, q.quantity) for i, q in enumerate(ps) if i not in s.inputs and not q.quantity.is_point
        ]
        self.wanders = np.array([ps[i].varies for i, _ in self.open], dtype=bool)
        self.parts = [part for part in (s.push.parts if s.push else ()) if self._hidden(part.target)]
        self.drawn = [k for k, part in enumerate(self.parts) if not part.value.is_point]
        self.most = max(_STEPS // max(len(s.times), 1), 4)
        self.base = np.tile(self.system.today, (len(s.times), 1))
        for i, values in s.inputs.items():
            self.base[:, i] = _filled(values, self.system.today[i])

    def _hidden(self, target: str) -> bool:
        return target in self.system.states or self.system.parameter(target) not in self.s.inputs

    def run(self) -> Filtered:
        theta = self.rng.standard_normal((self.n, len(self.open) + len(self.drawn)))
        far = -0.5 * (_FAR + _FAR_EACH * (len(self.s.seen) - 1))
        return particle_filter(self._start(theta), theta, self._move, self._fit, len(self.s.times), far, self.rng)

    def parameters(self, theta: Array, t: int) -> Array:
        """(n, P): each particle's parameters at row t, without a push."""
        p = np.tile(self.base[t], (len(theta), 1))
        for k, (i, q) in enumerate(self.open):
            p[:, i] = quantile(q, _shares(theta[:, k]))
        return p

    def _start(self, theta: Array) -> Array:
        """At rest, each at its own parameters; some anywhere in the box, for a record that begins elsewhere."""
        p = self.parameters(theta, 0)
        x = settled(self.system, np.tile(self.system.start, (self.n, 1)), p, SETTLE_STEPS // 4)
        low, high = self.system.search
        others = int(_ELSEWHERE * self.n)
        x[:others] = low + (high - low) * even_points(others, len(low))
        x = np.where(finite(x)[:, None], x, self.system.start)
        return self._whole(np.clip(x, low, high))

    def _whole(self, x: Array) -> Array:
        return np.where(self.system.whole, np.round(x), x) if self.system.events else x

    def _move(self, x: Array, theta: Array, t: int) -> tuple[Array, Array]:
        if t == 0:
            return x, theta
        theta = self._wandered(theta)
        start, end = self.s.times[t - 1], self.s.times[t]
        p = self.parameters(theta, t)
        x, p = self._pushed(x, p, theta, start, end)
        if self.system.events:
            return leaps(self.system, x, p, float(end - start), self.rng, self.most), theta
        before = x
        for _ in range(max(round((end - start) / self.system.step_seconds), 1)):
            x = self.system.step(x, p)
        x = np.where(finite(x)[:, None], x, before)  # what left the domain of the laws stays, and fits badly
        low, high = self.system.search
        least, most = _CHANCE
        share = least * (most / least) ** self.rng.random(x.shape)
        x = x + share * self.system.scale * self.rng.standard_normal(x.shape)
        return np.clip(x, low, high), theta

    def _wandered(self, theta: Array) -> Array:
        if not self.wanders.any():
            return theta
        keep = math.exp(-1.0 / _MEMORY)
        out = theta.copy()
        k = np.flatnonzero(self.wanders)
        out[:, k] = keep * theta[:, k] + math.sqrt(1 - keep**2) * self.rng.standard_normal((len(theta), len(k)))
        return out

    def _pushed(self, x: Array, p: Array, theta: Array, start: float, end: float) -> tuple[Array, Array]:
        """The push over the part of this stretch that it lasts; a state is moved once, in the stretch in which it begins."""
        a, b = self.s.window
        share = max(min(end, b) - max(start, a), 0.0) / (end - start)
        begins = start <= a < end
        if not self.parts or (share <= 0 and not begins):
            return x, p
        x, p, one = x.copy(), p.copy(), np.ones(len(x))
        for k, part in enumerate(self.parts):
            value: Array | float = middle(part.value)
            if k in self.drawn:
                value = quantile(part.value, _shares(theta[:, len(self.open) + self.drawn.index(k)]))
            if part.target in self.system.states:
                if begins:
                    i = self.system.states.index(part.target)
                    x[:, i] = np.clip(shifted(part.how, x[:, i], value, one), self.system.low[i], self.system.high[i])
            else:
                i = self.system.parameter(part.target)
                p[:, i] = shifted(part.how, p[:, i], value, share * one)
        return self._whole(x), p

    def _fit(self, x: Array, theta: Array, t: int) -> Array:
        p = self.parameters(theta, t)
        if t:
            start, end = self.s.times[t - 1], self.s.times[t]
            a, b = self.s.window
            if a <= end < b:  # the row stands inside the push
                p = self._pushed(x, p, theta, max(start, a), end)[1] if end > max(start, a) else p
        shown = self.system.show(x, p)
        log = np.zeros(len(x))
        for c, (values, noise) in self.s.seen.items():
            if np.isfinite(values[t]):
                log -= 0.5 * noise.misfit(float(values[t]), shown[:, c])
        return log


def _shares(scores: Array) -> Array:
    """Normal scores as shares 0..1."""
    from scipy.special import ndtr

    return np.clip(ndtr(scores), 1e-9, 1 - 1e-9)


def _filled(values: Array, otherwise: float) -> Array:
    """A column without holes: the last that was measured, at the head the first."""
    there = np.isfinite(values)
    if not there.any():
        return np.full(len(values), otherwise)
    last = np.maximum.accumulate(np.where(there, np.arange(len(values)), -1))
    return np.asarray(values[np.where(last >= 0, last, int(np.argmax(there)))], dtype=float)
