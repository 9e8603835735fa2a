"""The probabilities of a fault tree as numbers: their expressions at the mean of every deviate, or drawn.

The point value of a deviate is its mean, as Open-PSA's tools have it. Failure models, with time t:

    exponential   1 - exp(-rate t)
    glm           (l - (l - g (l + m)) exp(-(l + m) t)) / (l + m), with g on demand, failure rate l and repair rate m
    weibull       1 - exp(-((t - shift) / scale)^shape), 0 before the shift
    periodic_test failed at rate l and found at the tests (the first at time f, then every i): with repair at once, or with a repair
                  that starts at the test and ends at rate m; by the three states up, failed unseen and in repair, exactly

Source: Open-PSA Model Exchange Format 2.0d, section IV.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from fuelbed.core.errors import FuelbedError
from fuelbed.core.faulttrees import Chance, FaultTree

TYPE_CHECKING = False  # as in `typing`, whose import is a tenth of a short command
if TYPE_CHECKING:
    from typing import Any

    import numpy as np

__all__ = ["ChanceError", "Draws", "Values", "any_uncertain", "is_uncertain"]


class ChanceError(FuelbedError):
    """A number that an expression cannot have: says which operation and why."""


class Values:
    """Expressions at the mean of every deviate; parameters are evaluated once. Raises `ChanceError`."""

    def __init__(self, parameters: Mapping[str, Chance], time: float) -> None:
        self.parameters, self.time = parameters, time
        self._known: dict[str, float] = {}

    def of(self, c: Chance) -> float:
        if c.op == "number":
            return c.value
        if c.op == "time":
            return self.time
        if c.op == "parameter":
            if c.name not in self._known:
                self._known[c.name] = self.of(self.parameters[c.name])
            return self._known[c.name]
        if c.op == "ite":
            return self.of(c.args[1] if self.of(c.args[0]) else c.args[2])
        try:
            value = _POINT[c.op](*[self.of(a) for a in c.args])
        except (ValueError, ZeroDivisionError, OverflowError):
            value = math.nan
        if not math.isfinite(value):
            raise ChanceError(f"`{c.op}` has no value for its arguments")
        return value

    def probability(self, c: Chance) -> float:
        """The same, which must lie in 0..1 (a rounding error beyond is cut)."""
        p = self.of(c)
        if not -1e-12 <= p <= 1.0 + 1e-12:
            raise ChanceError(f"it is {p:.6g}")
        return min(max(p, 0.0), 1.0)


def _sub(a: float, *rest: float) -> float:
    return a - math.fsum(rest)


def _div(a: float, *rest: float) -> float:
    return a / math.prod(rest)


def _log_sigma(factor: float, level: float) -> float:
    """The spread of a lognormal whose `level` quantile is `factor` times its median."""
    if factor <= 1 or not 0.5 < level < 1:
        raise ValueError
    from statistics import NormalDist

    return math.log(factor) / NormalDist().inv_cdf(level)


def _histogram(low: float, *bins: float) -> float:
    """The mean: each bin (upper bound, weight) is uniform, with its weight for a probability."""
    total = mean = 0.0
    for high, weight in zip(bins[::2], bins[1::2], strict=True):
        if high < low or weight < 0:
            raise ValueError
        total, mean, low = total + weight, mean + weight * (low + high) / 2, high
    return mean / total


def _positive(*values: float) -> None:
    if not all(v > 0 for v in values):
        raise ValueError


def _exponential(rate: float, t: float) -> float:
    if rate < 0 or t < 0:
        raise ValueError
    return -math.expm1(-rate * t)


def _glm(demand: float, failure: float, repair: float, t: float) -> float:
    if not 0 <= demand <= 1 or failure < 0 or repair < 0 or t < 0:
        raise ValueError
    r = failure + repair
    return demand if r == 0 else (failure - (failure - demand * r) * math.exp(-r * t)) / r


def _weibull(scale: float, shape: float, shift: float, t: float) -> float:
    _positive(scale, shape)
    return 0.0 if t <= shift else -math.expm1(-(((t - shift) / scale) ** shape))


def _periodic(failure: float, *rest: float) -> float:
    repair, interval, first, t = rest if len(rest) == 4 else (math.inf, *rest)
    _positive(interval)
    if failure < 0 or repair < 0 or first < 0 or t < 0:
        raise ValueError
    if t <= first:
        return _exponential(failure, t)
    tests = math.floor((t - first) / interval)
    left = t - first - tests * interval
    if math.isinf(repair):
        return _exponential(failure, left)
    up, fixing = math.exp(-failure * first), -math.expm1(-failure * first)
    for _ in range(tests):
        up, fixing = _between(up, fixing, failure, repair, interval)
        if up + fixing > 1.0 + 1e-9:
            raise ValueError
        fixing = 1.0 - up  # what failed since the last test is found, what was in repair still is
    return 1.0 - _between(up, fixing, failure, repair, left)[0]


def _between(up: float, fixing: float, failure: float, repair: float, t: float) -> tuple[float, float]:
    """(up, in repair) a time t after a test: repair ends at its rate, what is up fails unseen."""
    a, b = math.exp(-failure * t), math.exp(-repair * t)
    if math.isclose(failure, repair, rel_tol=1e-9):
        mended = repair * t * a
    else:
        mended = repair * (b - a) / (failure - repair)
    return up * a + fixing * mended, fixing * b


_POINT: Mapping[str, Callable[..., float]] = {
    "neg": lambda a: -a, "add": lambda *a: math.fsum(a), "sub": _sub, "mul": lambda *a: math.prod(a), "div": _div,
    "pow": lambda a, b: a**b, "min": lambda *a: min(a), "max": lambda *a: max(a), "mean": lambda *a: math.fsum(a) / len(a),
    "mod": lambda a, b: float(math.fmod(a, b)), "abs": abs, "exp": math.exp, "log": math.log, "log10": math.log10, "sqrt": math.sqrt,
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan, "sinh": math.sinh,
    "cosh": math.cosh, "tanh": math.tanh, "ceil": lambda a: float(math.ceil(a)), "floor": lambda a: float(math.floor(a)),
    "pi": lambda: math.pi, "not": lambda a: float(not a), "and": lambda *a: float(all(a)), "or": lambda *a: float(any(a)),
    "eq": lambda a, b: float(a == b), "df": lambda a, b: float(a != b), "lt": lambda a, b: float(a < b),
    "gt": lambda a, b: float(a > b), "leq": lambda a, b: float(a <= b), "geq": lambda a, b: float(a >= b),
    "uniform": lambda a, b: (a + b) / 2, "normal": lambda mean, sigma: mean,
    "lognormal": lambda mu, sigma: math.exp(mu + sigma * sigma / 2),
    "lognormal_level": lambda mean, factor, level: mean + 0 * _log_sigma(factor, level), "gamma": lambda k, theta: k * theta,
    "beta": lambda a, b: a / (a + b), "histogram": _histogram, "exponential": _exponential, "glm": _glm, "weibull": _weibull,
    "periodic_test": _periodic,
}  # fmt: skip  # one table


# ---- drawn ---------------------------------------------------------------------------------------------------------------------

_DEVIATES = ("uniform", "normal", "lognormal", "lognormal_level", "gamma", "beta", "histogram")


def is_uncertain(c: Chance, parameters: Mapping[str, Chance]) -> bool:
    """Whether a deviate has a part in it."""
    if c.op in _DEVIATES:
        return True
    if c.op == "parameter":
        return is_uncertain(parameters[c.name], parameters)
    return any(is_uncertain(a, parameters) for a in c.args)


def any_uncertain(tree: FaultTree) -> bool:
    """Whether some number of a tree has a distribution."""
    return any(is_uncertain(c, tree.parameters) for c in tree.numbers())


class Draws:
    """Expressions drawn `n` times: a parameter is one draw, wherever it is read; a deviate outside of parameters one at its place."""

    def __init__(self, parameters: Mapping[str, Chance], time: float, rng: np.random.Generator, n: int) -> None:
        self.parameters, self.time, self.rng, self.n = parameters, time, rng, n
        self._known: dict[str, Any] = {}

    def of(self, c: Chance) -> Any:
        """An array of shape (n,)."""
        import numpy as np

        if c.op == "parameter":
            if c.name not in self._known:
                self._known[c.name] = self.of(self.parameters[c.name])
            return self._known[c.name]
        if not is_uncertain(c, self.parameters):
            return np.full(self.n, Values(self.parameters, self.time).of(c))
        args = [self.of(a) for a in c.args]
        if c.op in _DEVIATES:
            return self._deviate(c.op, args)
        if c.op == "ite":
            return np.where(args[0] != 0, args[1], args[2])
        out = np.empty(self.n)
        for i in range(self.n):
            try:
                out[i] = _POINT[c.op](*[float(a[i]) for a in args])
            except (ValueError, ZeroDivisionError, OverflowError):
                raise ChanceError(f"`{c.op}` has no value for some draw of its arguments") from None
        return out

    def _deviate(self, op: str, args: list[Any]) -> Any:
        import numpy as np

        rng = self.rng
        if op == "uniform":
            return rng.uniform(*args)
        if op == "normal":
            return rng.normal(*args)
        if op == "gamma":
            return rng.gamma(*args)
        if op == "beta":
            return rng.beta(*args)
        if op == "lognormal":
            return rng.lognormal(*args)
        if op == "lognormal_level":
            sigma = np.array([_log_sigma(float(f), float(level)) for f, level in zip(args[1], args[2], strict=True)])
            return rng.lognormal(np.log(args[0]) - sigma**2 / 2, sigma)
        bounds, weights = np.stack([args[0], *args[1::2]]), np.stack(args[2::2])
        which = (rng.random(self.n)[None, :] * weights.sum(axis=0) >= np.cumsum(weights, axis=0)).sum(axis=0)
        at = np.arange(self.n)
        low, high = bounds[which, at], bounds[which + 1, at]
        return low + (high - low) * rng.random(self.n)
