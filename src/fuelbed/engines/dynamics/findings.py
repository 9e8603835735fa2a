"""Findings of the dynamics engine."""

from __future__ import annotations

import numpy as np

from fuelbed.core.case import Case
from fuelbed.core.dynamics import Model
from fuelbed.core.engine_codes import ENGINE_CODES
from fuelbed.core.findings import Finding
from fuelbed.engines.dynamics.landscape import Landscape
from fuelbed.engines.dynamics.tipping import Tipped

__all__ = ["findings"]


def findings(case: Case, m: Model, main: str, t: Tipped, land: Landscape) -> tuple[Finding, ...]:
    """What a reader should know before trusting a number."""
    out = []
    if t.critical is not None and not t.critical.monotone:
        out.append(
            _finding("FB211", m, f"`{main}` on `{m.name}`: some greater push came back although a smaller one stayed down.")
        )
    f = case.factors.get(main)
    if f is not None and f.occurred and float(np.mean(t.chance)) == 0.0:
        out.append(
            _finding(
                "FB212", m, f"By `{m.name}`, `{main}` as declared tips it at no draw, though in this incident it stayed down."
            )
        )
    if land.normal is None:
        out.append(
            _finding("FB213", m, f"`{m.name}` has no running state at the middle of its numbers: it is down with no push at all.")
        )
    return tuple(out)


def _finding(code: str, m: Model, message: str) -> Finding:
    c = ENGINE_CODES[code]
    return Finding(code, c.severity, message, c.cure, m.span)
