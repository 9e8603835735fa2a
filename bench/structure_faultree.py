"""Open-PSA trees for `faultree` (PyPI, BSD-3, not a dependency), as the optional side of `bench/structure.py`."""

from __future__ import annotations

import json
from pathlib import Path

from fuelbed.numerics.static.solve import chances
from fuelbed.readers.faulttrees.read import read_fault_tree

__all__ = ["SCRIPT", "faultree_json"]

SCRIPT = """
import json, sys
import faultree
sys.setrecursionlimit(100_000)
got = faultree.analyze(json.load(open(sys.argv[1])))
print(json.dumps({"Q": float(got["Q"]), "importance": got["importance"]}))
"""
"""What the other side runs: probability and importance (Birnbaum, criticality, RAW, RRW) of every event."""
_GATES = {"and": "AND", "or": "OR", "atleast": "K_OF_N", "xor": "XOR", "pass": "OR"}


def faultree_json(file: Path) -> str | None:
    """The tree in faultree's recursive form, a gate written out where it is first met and a reference wherever it is read again; None where it
    has a gate that faultree lacks (not)."""
    tree = read_fault_tree([str(file)])
    gates, chance = tree.network.gates, chances(tree, 8760.0)[0]
    if any(g.op not in _GATES for g in gates.values()):
        return None
    seen: set[str] = set()

    def node(name: str) -> dict[str, object]:
        if name not in gates:
            return {"id": name, "name": name, "event_type": "basic", "gate": None, "prob": chance[name], "children": []}
        if name in seen:
            return {"ref": name}
        seen.add(name)
        g = gates[name]
        out: dict[str, object] = {"id": name, "name": name, "event_type": "intermediate", "gate": _GATES[g.op]}
        if g.op == "atleast":
            out["k"] = g.k
        out["children"] = [node(a) for a in g.args]
        return out

    return json.dumps(node(tree.network.top))
