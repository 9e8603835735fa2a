"""Checks at further inputs, beside those that run every time.

A check that starts a process or simulates for seconds at each of many inputs takes minutes in all, and a run has to end in time. The inputs that are kept are those that are
least alike; the others run with `./dev test -m "further or not further"`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest
from _pytest.mark.structures import ParameterSet

__all__ = ["but", "kept", "one_in"]


def kept(inputs: Iterable[object], always: Collection[object]) -> list[ParameterSet]:
    """All inputs, those that are not among `always` marked. Every one of `always` has to be there."""
    all_ = list(inputs)
    return but(all_, [x for x in all_ if x not in _there(all_, always)])


def but(inputs: Iterable[object], long: Collection[object]) -> list[ParameterSet]:
    """All inputs, those among `long` marked. Every one of `long` has to be there."""
    all_ = list(inputs)
    return [_param(x, x in _there(all_, long)) for x in all_]


def one_in(many: int, inputs: Iterable[object], first: int = 0) -> list[ParameterSet]:
    """All inputs, marked but for one in `many`, beginning at `first`. For inputs that stand in an order in which neighbours are alike."""
    return [_param(x, k % many != first % many) for k, x in enumerate(inputs)]


def _there(all_: Collection[object], some: Collection[object]) -> Collection[object]:
    assert set(some) <= set(all_), "an input that is named is not there"
    return some


def _param(x: object, further: bool) -> ParameterSet:
    return pytest.param(x, marks=[pytest.mark.further] if further else [])
