"""Faults that the battery has found and that are not cured yet, and the parameters of its checks: each fault is one xfail."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from _pytest.mark.structures import ParameterSet

from fuelbed.core.registry import ENGINES
from tests.conformance.corpus import CORPUS

__all__ = ["CRASHES", "KNOWN", "each"]

BUILT = [row.id for row in ENGINES if row.load]
CRASHES: Mapping[str, str] = {
    "absurd rates": "rates near 1e300 a year overflow to infinity in the sampling of worlds: ValueError, Probabilities contain NaN",
}
"""Cases on which some engine raises; nothing else can be said about its answer."""

_PROPENSITY = "the chance that the next trigger fails it lies above 1: rates in its denominator are varied apart"
_SHARE = "the share of a factor whose removal raises the hazard: low is cut at 0, high is below it"
_HUGE = "a rate above the cap of 1e9: interval inf..inf in the removal picture, slider whose value lies below its range"
_ORDER = "the edges of the `order` picture come out of a set, so in another order in another process"
_TINY = "Quantity.middle underflows: sqrt(1e-300 * 1e-300) is 0"
_EMPTY = "the removal table has no rows and does not say why"

KNOWN: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("estimates", "structure"): {
        **dict.fromkeys(
            ("no numbers", "one rate unknown", "from zero", "all certain", "the whole range", "threshold"), _PROPENSITY
        ),
        **dict.fromkeys(
            (
                "negative weight",
                "at least",
                "tips",
                "outcomes",
                "needs",
                "standing failure",
                "standing, perhaps",
                "factors without a part",
            ),
            _PROPENSITY,
        ),
        **dict.fromkeys(("not", "not of a line"), _SHARE),
        "huge rates": _HUGE,
        "tiny rates": _TINY,
    },
    ("estimates", "actions"): {"huge rates": _HUGE},
    ("blocks", "structure"): dict.fromkeys(("never", "always"), _EMPTY),
    ("fresh process", "actions"): dict.fromkeys(CORPUS, _ORDER),
}
"""(check, engine) -> case -> what is wrong."""


def each(check: str) -> list[ParameterSet]:
    """One test per engine and case; a known fault is an expected failure with its reason."""
    out = []
    for engine in BUILT:
        for name in CORPUS:
            why = CRASHES.get(name) or KNOWN.get((check, engine), {}).get(name)
            marks = [pytest.mark.xfail(reason=why, strict=False)] if why else []
            out.append(pytest.param(engine, name, marks=marks, id=f"{engine}-{name}"))
    return out
