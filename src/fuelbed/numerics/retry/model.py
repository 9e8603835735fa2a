"""The retry service: parameters, options, and what a push does to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.errors import FuelbedError

__all__ = ["OPTIONS", "PARAMETERS", "Push", "Retry", "pushed", "resolved", "rows_of"]

Array = NDArray[np.float64]
Number = float | Array

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "stale_work": ("served", "dropped"),
    "retries_after": ("timeouts_and_rejections", "timeouts", "rejections"),
    "timeout_counts": ("from_sending", "from_start_of_service"),
    "retry_budget": ("none", "tokens"),
    "breaker": ("none", "client"),
    "service": ("exponential", "fixed"),
}
"""Each option and its words; the first is what stands where nothing is said."""

_HOW = ("times", "plus", "set")


@dataclass(frozen=True, eq=False)
class Retry:
    """A server with a bounded queue, and clients that give up after a timeout and send again.

    Requests arrive as a Poisson process at `load`; each sends its first attempt at once. An attempt reaches the server at once. It is
    taken up if one of the `servers` is free, else it waits in a first-in first-out queue, else (`queue` wait already) it is *rejected*,
    which the client learns at once. The servers are alike; together they complete `capacity` services a second, so that one service
    takes `servers / capacity` seconds (in the mean, or exactly: option `service`).

    load, capacity   per second. capacity is that of full work; a push down to 0 stops all services where they are.
    timeout          seconds from sending. `timeout_counts: from_sending`: the client gives the attempt up unless the answer is there by
                     then. `from_start_of_service`: unless its service has begun by then (an accepted connection, a first byte); once it
                     has begun, the client waits to its end.
    retries          most resends of one request. The fluid takes a fraction as a mix of clients, the simulation rounds.
    backoff          seconds between the failure of an attempt and its resend: backoff * backoff_growth^j for the resend after attempt
                     j = 0, 1, ... With 0, a rejected attempt is resent in the same instant, and rejected again.
    queue            most that wait (those in service not counted); nan: 10 * capacity * timeout, at least 1.
    budget           tokens that a good answer earns (`retry_budget: tokens`). One bucket for all clients, full at the start, holding at
                     most `bucket` (nan: what capacity earns in 10 s, at least 1). A resend costs 1, paid when the attempt fails; without
                     it the request is given up.
    rejection_cost   share of a mean service that a rejection costs: the server that begins its next service does that work first.
    breaker_opens    (`breaker: client`) one breaker for all clients. Time is cut into windows of `breaker_window` seconds (nan: timeout,
                     at least the time of 20 services at full work). Where at the end of one the share of failed attempts (timed out or
                     rejected, of all whose outcome came within it) exceeds `breaker_opens`, nothing is sent for `breaker_pause` seconds:
                     a first attempt or resend that is due then is given up. Then a new window begins.
    servers          how many work side by side.

    stale_work       `served`: the server also works on attempts whose client has gone (answers that come late). `dropped`: such an attempt
                     is skipped at no cost when it reaches the head of the queue; one already in service is finished.
    retries_after    which failures are resent: timeouts, rejections, or both. The others give the request up.

    A request ends with a *good* answer (in time), or *given up*. An earlier attempt whose answer comes late helps nobody.
    Every number may be a float or an array of rows; the options are those of all rows.
    """

    capacity: Number
    load: Number
    timeout: Number
    retries: Number = 0.0
    backoff: Number = 0.0
    backoff_growth: Number = 1.0
    queue: Number = np.nan
    budget: Number = 0.1
    bucket: Number = np.nan
    rejection_cost: Number = 0.0
    breaker_opens: Number = 0.5
    breaker_pause: Number = 5.0
    breaker_window: Number = np.nan
    servers: Number = 1.0
    stale_work: str = "served"
    retries_after: str = "timeouts_and_rejections"
    timeout_counts: str = "from_sending"
    retry_budget: str = "none"
    breaker: str = "none"
    service: str = "exponential"

    def __post_init__(self) -> None:
        for name, words in OPTIONS.items():
            if getattr(self, name) not in words:
                raise FuelbedError(f"{name} is one of {', '.join(words)}, not {getattr(self, name)!r}")
        for name in PARAMETERS:
            low = 1e-9 if name in ("timeout", "servers") else 0.0
            v = np.asarray(getattr(self, name), dtype=float)
            if np.any(v < low) or np.any(np.isinf(v)) or (name not in _BY_DEFAULT and np.any(np.isnan(v))):
                raise FuelbedError(f"{name} of a retry service is a finite number, {'above' if low else 'at least'} 0")


PARAMETERS: tuple[str, ...] = tuple(f.name for f in fields(Retry) if f.name not in OPTIONS)
_BY_DEFAULT = ("queue", "bucket", "breaker_window")


@dataclass(frozen=True, eq=False)
class Push:
    """What a trigger does to parameters while it lasts: name -> (`times` | `plus` | `set`, value). Size 1 is this push, 0 none.

    `times m` at size s is `times 1 + s (m - 1)`; `plus v` is `plus s v`; `set v` is `today + s (v - today)`. A value may be an array.
    """

    parts: Mapping[str, tuple[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, (how, _) in self.parts.items():
            if name not in PARAMETERS or how not in _HOW:
                raise FuelbedError(f"a push is {', '.join(_HOW)} of one of {', '.join(PARAMETERS)}, not {how!r} of {name!r}")


def pushed(r: Retry, push: Push, size: Number = 1.0) -> Retry:
    """The parameters while the push lasts. A number that would fall below what is possible stops there (capacity at 0)."""
    r, changed = resolved(r), {}
    s = np.asarray(size, dtype=float)
    for name, (how, value) in push.parts.items():
        today, v = np.asarray(getattr(r, name), dtype=float), np.asarray(value, dtype=float)
        new = {"times": lambda a, b: a * (1 + s * (b - 1)), "plus": lambda a, b: a + s * b, "set": lambda a, b: a + s * (b - a)}[
            how
        ](today, v)
        low = {"timeout": 1e-3 * np.min(r.timeout), "servers": 1e-3}.get(name, 0.0)
        changed[name] = np.maximum(new, low)
    return replace(r, **changed)


def resolved(r: Retry) -> Retry:
    """The same with the numbers that follow from others filled in. Pushes act after this: a cut of the timeout shrinks no queue."""
    c, tau = np.asarray(r.capacity, dtype=float), np.asarray(r.timeout, dtype=float)
    earned = np.maximum(10.0 * np.asarray(r.budget, dtype=float) * c, 1.0)
    default = {
        "queue": np.maximum(np.round(10.0 * c * tau), 1.0),
        "bucket": earned,
        "breaker_window": np.maximum(tau, 20.0 / np.maximum(c, 1e-9)),
    }
    filled = {k: np.where(np.isnan(np.asarray(getattr(r, k), dtype=float)), v, getattr(r, k)) for k, v in default.items()}
    return replace(r, **filled)


def rows_of(r: Retry, n: int) -> Array:
    """The parameters as a table, shape (len(PARAMETERS), n)."""
    return np.stack([np.broadcast_to(np.asarray(getattr(r, k), dtype=float), (n,)) for k in PARAMETERS])
