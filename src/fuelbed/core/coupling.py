"""What a case says for the question of coupling: which history, which window, what stands for load. Read by `readers/coupling.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fuelbed.core.findings import Span

__all__ = ["Coupling"]


@dataclass(frozen=True, slots=True)
class Coupling:
    """The section `coupling`; every part may be left out.

    history     names of entries of `evidence.history`; empty: all of them, merged.
    window      seconds: onsets no further apart than this coincide. None: chosen from the log's resolution, and said.
    load        (entry, role) of a column of `evidence.metrics` whose quantiles are the strata of load.
    strata      how many strata of load.
    cycles      seconds: periods of the clock that failures may be locked to (a day, an hour, a week).
    deploys     (entry, label) of `evidence.events`: deploys and other pushes that failures may follow; label "" means every event.
    discovery   the share of false discoveries that is accepted among the pairs called coupled.
    components  component of the log -> factor of the case, where they are not called alike.
    """

    history: tuple[str, ...] = ()
    window: float | None = None
    load: tuple[str, str] | None = None
    strata: int = 10
    cycles: tuple[float, ...] = (3600.0, 86400.0, 604800.0)
    deploys: tuple[tuple[str, str], ...] = ()
    discovery: float = 0.05
    components: Mapping[str, str] = field(default_factory=dict)
    span: Span | None = None
