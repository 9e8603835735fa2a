"""The Aralia fault trees (CC BY-SA 4.0, DOI 10.5281/zenodo.20160659): exact probability and number of minimal cut sets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fuelbed.numerics.static.solve import solve
from fuelbed.readers.faulttrees.openpsa import parse_openpsa

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
    got = solve(parse_openpsa([(name, (DATA / f"{name}.xml").read_bytes())]))
    assert got.probability is not None
    assert got.probability[0] == pytest.approx(p, rel=1e-9)
    assert got.cut_sets is not None
    assert got.cut_sets.complete
    assert got.cut_sets.count == count  # no order limit
    orders = re.search(rf"\| {name} .*\| (\d+)-(\d+) \| (\d+) \|", (DATA / "README.md").read_text())
    by_order = got.cut_sets.by_order
    if orders:
        assert (min(by_order), max(by_order), by_order.get(1, 0)) == tuple(int(x) for x in orders.groups())
