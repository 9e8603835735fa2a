"""What is varied: the settings of the test bed. All of them were fixed before the first measurement of a boundary."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import Literal

__all__ = ["QUICK", "SETTINGS", "Setting", "Trigger", "find"]


@dataclass(frozen=True, slots=True)
class Trigger:
    """A push of a given size: `load` times `times`, or `capacity` times `times`, for `lasts` seconds."""

    on: Literal["load", "capacity"]
    times: float
    lasts: float


@dataclass(frozen=True, slots=True)
class Setting:
    """One system, and the line of triggers along which its boundary is sought.

    capacity, load          per second: finished services at full work; first attempts
    servers                 slots that work at once; a service takes `servers / capacity` seconds
    timeout, backoff        seconds, from sending; from the failure of an attempt to the next
    retries                 most resends of one request
    queue                   most that wait; one more is rejected at once (503)
    stale_work              `served`: the server does not notice that a client has hung up; `dropped`: it looks before it starts
    retries_after           which failures are sent again
    arrivals                first attempts `even` or `poisson`
    on, varies              what the trigger does, and which number of it is sought: `size` (with `fixed` for its seconds) or
                            `length` (with `fixed` for its size)
    low, high               where the size is sought. Size is the push itself: load x (1 + size), capacity x (1 - size); or seconds
    watched                 seconds after the end of the trigger; goodput over the last quarter of them decides
    """

    name: str
    why: str
    load: float
    low: float
    high: float
    fixed: float
    capacity: float = 100.0
    servers: int = 2
    timeout: float = 0.5
    retries: int = 3
    backoff: float = 0.0
    queue: int = 200
    stale_work: Literal["served", "dropped"] = "served"
    retries_after: Literal["timeouts_and_rejections", "timeouts", "rejections"] = "timeouts_and_rejections"
    arrivals: Literal["even", "poisson"] = "poisson"
    on: Literal["load", "capacity"] = "load"
    varies: Literal["size", "length"] = "size"
    warm: float = 2.0
    watched: float = 10.0

    def trigger(self, x: float) -> Trigger:
        """The trigger at place `x` of the line."""
        size, lasts = (x, self.fixed) if self.varies == "size" else (self.fixed, x)
        return Trigger(self.on, 1 + size if self.on == "load" else 1 - size, lasts)

    def seconds(self, x: float) -> float:
        """How long one run takes."""
        return self.warm + self.trigger(x).lasts + self.watched

    def words(self, x: float) -> str:
        """The trigger at `x` as a reader would say it."""
        t = self.trigger(x)
        return f"{t.on} x {t.times:.2f} for {t.lasts:.1f} s"

    def key(self) -> str:
        """All numbers of the setting, hashed: results are reused only where none has changed."""
        numbers = repr(sorted((k, v) for k, v in dataclasses.asdict(self).items() if k != "why"))
        return hashlib.sha256(numbers.encode()).hexdigest()[:12]


SETTINGS: tuple[Setting, ...] = (
    Setting("surge", "a surge of 3 s at 60 % load", load=60, fixed=3, low=0.3, high=3, arrivals="even"),
    Setting("surge poisson", "the same with random arrivals", load=60, fixed=3, low=0.3, high=3),
    Setting("busier", "at 75 % load a smaller surge is enough", load=75, fixed=3, low=0.15, high=2),
    Setting("longer surge", "6 s instead of 3", load=60, fixed=6, low=0.3, high=3),
    Setting("patient", "clients wait 1 s, the server holds twice as much", load=60, fixed=3, low=0.3, high=4, timeout=1, watched=14),
    Setting("one retry", "stays down only above C/2", load=65, fixed=3, low=0.2, high=3, retries=1, watched=14),
    Setting("capacity cut", "a share of the capacity is lost for 3 s", load=60, fixed=3, low=0.2, high=0.95, on="capacity"),
    Setting(
        "outage length", "capacity to 20 %: how long may it last?", load=50, fixed=0.8, low=0.3, high=6, on="capacity", varies="length",
        timeout=0.8, retries=4,
    ),
    Setting("backoff", "0.4 s before each resend", load=60, fixed=3, low=0.3, high=4, backoff=0.4, watched=12),
    Setting("hang-ups seen", "the server drops work whose client has gone", load=60, fixed=3, low=0.3, high=4, stale_work="dropped"),
    Setting("above the window", "just above C/(k+1) = 25", load=30, fixed=4, low=1, high=5, queue=120, watched=14),
    Setting("below the window", "just below C/(k+1) = 25: nothing tips", load=23, fixed=4, low=1, high=5, queue=100, watched=20),
    Setting(
        "fast rejection", "a queue of 20 (0.2 s): retries only after a rejection, no stale work", load=60, fixed=3, low=0.3, high=3, queue=20,
        retries_after="rejections", backoff=0.1,
    ),
)  # fmt: skip  # one setting, one line
QUICK = ("surge", "fast rejection")


def find(name: str) -> Setting:
    """The setting of that name. Raises KeyError with the names there are."""
    for s in SETTINGS:
        if s.name == name:
            return s
    raise KeyError(f"no setting {name!r}; there are: {', '.join(s.name for s in SETTINGS)}")
