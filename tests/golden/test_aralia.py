"""The Aralia fault trees (CC BY-SA 4.0, DOI 10.5281/zenodo.20160659): exact probability and number of minimal cut sets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fuelbed.numerics.boolean.orders import solve
from tests.golden.mef import read

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "aralia"


def _table() -> dict[str, tuple[int, float]]:
    out = {}
    for line in (DATA / "README.md").read_text().splitlines() if DATA.exists() else []:
        m = re.match(r"\| (\w+)(?: \(\w\))? \| \d+ \| \d+ \| [\d/]+ \| (\d+) \|.*\| ([\d.e+-]+) \|$", line)
        if m:
            out[m[1]] = (int(m[2]), float(m[3]))
    return out


@pytest.mark.skipif(not DATA.exists(), reason="the Aralia trees are not part of the repository (../shared/data is absent)")
@pytest.mark.parametrize("name", sorted(_table()) or ["absent"])
def test_tree(name: str) -> None:
    count, p = _table()[name]
    got = solve(*read(DATA / f"{name}.xml"))
    assert got.probability == pytest.approx(p, rel=1e-9)
    assert sum(got.by_order.values()) == count  # no order limit
    orders = re.search(rf"\| {name} .*\| (\d+)-(\d+) \| (\d+) \|", (DATA / "README.md").read_text())
    if orders:
        assert (min(got.by_order), max(got.by_order), got.by_order.get(1, 0)) == tuple(int(x) for x in orders.groups())
