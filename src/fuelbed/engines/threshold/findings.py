"""Findings: near misses that were luck, margins that the prior decides, a day that is over the threshold already."""

from __future__ import annotations

from fuelbed.core.engine_codes import ALL_CODES
from fuelbed.core.findings import Finding, Span
from fuelbed.core.shown import per_cent
from fuelbed.engines.threshold.learned import luck
from fuelbed.engines.threshold.scene import Scene
from fuelbed.numerics.threshold import margins

__all__ = ["findings"]

_MANY = 5


def findings(s: Scene) -> list[Finding]:
    out = []
    if s.fit.prior_dominated:
        out.append(_made("FB260", f"the margins are prior-dominated: {s.fit.why}.", s.case.threshold.span or s.records.spans[0]))
    for x in luck(s)[:_MANY]:
        words = f"`{s.records.labels[x.index]}` was a near miss by luck: with its factors the chance to fail was {per_cent(x.blind)} %."
        out.append(_made("FB261", words, s.records.spans[x.index]))
    if s.today is not None and float((margins(s.fit, s.today) < 0).mean()) >= 0.5:
        out.append(
            _made("FB262", "with the factors of today it is more likely over the threshold than not.", s.case.threshold.span)
        )
    return out


def _made(code: str, message: str, span: Span | None) -> Finding:
    return Finding(code, ALL_CODES[code].severity, message, ALL_CODES[code].cure, span)
