"""The shipped cases as parameters of tests.

A check that runs an analysis of each takes minutes over all of them. So there the varied few run every time, which between them hold
every section of the case language and every engine's pictures, and the others are marked `every_case`:
`./dev test -m "every_case or not every_case"` runs them too. `tests/conformance/test_shipped.py` reads all of them always.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

__all__ = ["SHIPPED", "VARIED", "marks_of", "parameters"]

SHIPPED = sorted(p.parent for p in (Path(__file__).parents[1] / "src/fuelbed/cases").glob("*/case.yaml"))
VARIED = ("capital-one-2019", "github-2018-10-21", "mybinder-2022-01-27", "posthog-2025-09-29")


def marks_of(name: str) -> list[pytest.MarkDecorator]:
    return [] if name in VARIED else [pytest.mark.every_case]


def parameters() -> list[ParameterSet]:
    """The folders, those that are not among the varied few marked."""
    return [pytest.param(p, marks=marks_of(p.name), id=p.name) for p in SHIPPED]
