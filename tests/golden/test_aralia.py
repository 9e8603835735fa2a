"""The Aralia fault trees (CC BY-SA 4.0, DOI 10.5281/zenodo.20160659): exact probability and number of minimal cut sets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.golden.mef import Tree

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "aralia"
HEAVY = {"edf9203", "edfpa14b"}  # the longest in pure Python


def _table() -> dict[str, tuple[int, float]]:
    out = {}
    for line in (DATA / "README.md").read_text().splitlines() if DATA.exists() else []:
        m = re.match(r"\| (\w+)(?: \(\w\))? \| \d+ \| \d+ \| [\d/]+ \| (\d+) \|.*\| ([\d.e+-]+) \|$", line)
        if m:
            out[m[1]] = (int(m[2]), float(m[3]))
    return out


@pytest.mark.skipif(not DATA.exists(), reason="the Aralia trees are not part of the repository (../shared/data is absent)")
@pytest.mark.parametrize("name", sorted(set(_table()) - HEAVY) or ["absent"])
def test_tree(name: str) -> None:
    count, p = _table()[name]
    got, by_order = Tree(DATA / f"{name}.xml").solve()
    assert got == pytest.approx(p, rel=1e-9)
    assert sum(by_order.values()) == count  # no order limit
