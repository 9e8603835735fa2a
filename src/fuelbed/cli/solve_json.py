"""`fuelbed solve --format json` as text; loads no machinery of options, as `cli/start.py` asks."""

from __future__ import annotations

import time
from collections.abc import Sequence

from fuelbed.numerics.static.chances import any_uncertain
from fuelbed.numerics.static.solve import solve
from fuelbed.readers.faulttrees.read import read_fault_tree
from fuelbed.report.solving import as_data

__all__ = ["json_text", "solve_json"]

_ESCAPES = {i: f"\\u{i:04x}" for i in range(32)} | {34: '\\"', 92: "\\\\", 10: "\\n", 13: "\\r", 9: "\\t", 12: "\\f", 8: "\\b"}


def json_text(x: object) -> str:
    """As `json.dumps(x, ensure_ascii=False)` for what `as_data` holds; `json` itself loads `re`, which costs a small tree an eighth of its
    time. Floats are finite, or it raises `ValueError`."""
    if isinstance(x, str):
        return f'"{x.translate(_ESCAPES)}"'
    if x is None or x is True or x is False:
        return "null" if x is None else "true" if x else "false"
    if isinstance(x, int | float):
        if x != x or x in (float("inf"), float("-inf")):
            raise ValueError("a number without a JSON form")
        return repr(x)
    if isinstance(x, dict):
        return f"{{{', '.join([f'{json_text(k)}: {json_text(v)}' for k, v in x.items()])}}}"
    assert isinstance(x, list)
    return f"[{', '.join([json_text(v) for v in x])}]"


def solve_json(trees: Sequence[str], top: int, limit: int | None, cut_sets: bool = True) -> str | None:
    """None where a number has a distribution: then the full command draws."""
    start = time.perf_counter()
    tree = read_fault_tree(trees)
    if any_uncertain(tree):
        return None
    out = solve(tree, limit=limit, top=top, cut_sets=cut_sets)
    return json_text(as_data(out, time.perf_counter() - start)) + "\n"
