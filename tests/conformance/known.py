"""Faults that the battery has found and that are not cured yet, and the parameters of its checks: each fault is one xfail."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from _pytest.mark.structures import ParameterSet

from fuelbed.core.registry import ENGINES
from tests.conformance.corpus import CORPUS
from tests.shipped import marks_of

__all__ = ["CRASHES", "KNOWN", "each"]

BUILT = [row.id for row in ENGINES if row.load]
CRASHES: Mapping[str, str] = {}
"""Cases on which some engine raises; nothing else can be said about its answer."""

KNOWN: Mapping[tuple[str, str], Mapping[str, str]] = {}
"""(check, engine) -> case -> what is wrong."""


def each(check: str, one_in: int = 1, whole: bool = False) -> list[ParameterSet]:
    """One test per engine and case; a known fault is an expected failure with its reason.

    `one_in` n marks all odd cases but one in n as further ones, others for each engine: each case meets some engine every time. `whole`: the same for
    all engines, for a check that runs them all on a case anew.
    """
    out = []
    for e, engine in enumerate(BUILT):
        for k, name in enumerate(CORPUS):
            why = CRASHES.get(name) or KNOWN.get((check, engine), {}).get(name)
            marks = [pytest.mark.xfail(reason=why, strict=False)] if why else []
            if name.startswith("shipped: "):
                marks += marks_of(name.removeprefix("shipped: "))
            elif (k + e * (not whole)) % one_in:
                marks.append(pytest.mark.further)
            out.append(pytest.param(engine, name, marks=marks, id=f"{engine}-{name}"))
    return out
