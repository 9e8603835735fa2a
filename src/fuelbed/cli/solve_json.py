"""`fuelbed solve --format json` as text; loads no machinery of options, as `cli/start.py` asks."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from fuelbed.numerics.static.chances import any_uncertain
from fuelbed.numerics.static.solve import solve
from fuelbed.readers.faulttrees.read import read_fault_tree
from fuelbed.report.solving import as_data

__all__ = ["solve_json"]


def solve_json(trees: Sequence[str], top: int, limit: int | None, cut_sets: bool = True) -> str | None:
    """None where a number has a distribution: then the full command draws."""
    start = time.perf_counter()
    tree = read_fault_tree(trees)
    if any_uncertain(tree):
        return None
    out = solve(tree, limit=limit, top=top, cut_sets=cut_sets)
    return json.dumps(as_data(out, time.perf_counter() - start), ensure_ascii=False) + "\n"
