"""Published and derived answers for the Boolean kernel: actual causality (Halpern-Pearl), thresholds."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest

from fuelbed.numerics.boolean.bdd import FALSE, TRUE, Bdd
from fuelbed.numerics.boolean.causality import actual_causes
from tests.oracle.hitting_sets import minimal_hitting_sets

ROCKS = {
    "SH": lambda w: w["ST"],
    "BH": lambda w: w["BT"] and not w["SH"],
    "BS": lambda w: w["SH"] or w["BH"],
}
RAIL = {"N": lambda w: (w["F"] and w["RB"]) or (not w["F"] and w["LB"])}
TABLE = [
    ("rocks, both", ROCKS, {"ST": 1, "BT": 1}, "BS", ["ST", "BT", "SH", "BH"], {"ST", "SH"}),
    ("rocks, Billy", ROCKS, {"ST": 0, "BT": 1}, "BS", ["ST", "BT", "SH", "BH"], {"BT", "BH"}),
    ("fire, or", {"F": lambda w: w["L"] or w["M"]}, {"L": 1, "M": 1}, "F", ["L", "M"], {"L M"}),
    ("fire, and", {"F": lambda w: w["L"] and w["M"]}, {"L": 1, "M": 1}, "F", ["L", "M"], {"L", "M"}),
    (
        "prisoners 111",
        {"D": lambda w: (w["A"] and w["B"]) or w["C"]},
        {"A": 1, "B": 1, "C": 1},
        "D",
        ["A", "B", "C"],
        {"A C", "B C"},
    ),
    ("prisoners 110", {"D": lambda w: (w["A"] and w["B"]) or w["C"]}, {"A": 1, "B": 1, "C": 0}, "D", ["A", "B", "C"], {"A", "B"}),
    ("prisoners 101", {"D": lambda w: (w["A"] and w["B"]) or w["C"]}, {"A": 1, "B": 0, "C": 1}, "D", ["A", "B", "C"], {"C"}),
    ("rail 111", RAIL, {"F": 1, "LB": 1, "RB": 1}, "N", ["F", "LB", "RB"], {"RB", "F LB"}),
    ("rail 011", RAIL, {"F": 0, "LB": 1, "RB": 1}, "N", ["F", "LB", "RB"], {"LB", "F RB"}),
    ("rail 101", RAIL, {"F": 1, "LB": 0, "RB": 1}, "N", ["F", "LB", "RB"], {"F", "RB"}),
]


@pytest.mark.parametrize(("name", "equations", "context", "target", "candidates", "want"), TABLE, ids=[r[0] for r in TABLE])
def test_actual_causes(name, equations, context, target, candidates, want) -> None:
    found = actual_causes({k: bool(v) for k, v in context.items()}, equations, target, candidates, list(equations))
    assert found.complete
    assert {" ".join(sorted(c.variables)) for c in found.causes} == want


def test_responsibility() -> None:
    rocks = actual_causes({"ST": True, "BT": True}, ROCKS, "BS", ["ST", "BT", "SH"], ["SH", "BH"])
    assert rocks.responsibility("ST") == Fraction(1, 2) == rocks.responsibility("SH")
    rail = actual_causes({"F": True, "LB": True, "RB": True}, RAIL, "N", ["F", "LB", "RB"], [])
    assert (rail.responsibility("RB"), rail.responsibility("F"), rail.responsibility("LB")) == (1, Fraction(1, 2), Fraction(1, 2))


@pytest.mark.parametrize(("yes", "want", "count"), [(11, 6, 462), (8, 3, 56), (6, 1, 6)])
def test_majority_of_eleven(yes: int, want: int, count: int) -> None:
    """Chockler and Halpern (2004): responsibility 1/6, 1/3, 1; the number of minimal causes by our own count."""
    active = [frozenset(f"v{i}" for i in s) for s in combinations(range(yes), 6)]
    hits = minimal_hitting_sets(active)
    assert len(hits) == count
    assert {len(h) for h in hits} == {want}


def test_threshold_and_at_least_agree() -> None:
    b = Bdd(5)
    v = [b.variable(i) for i in range(5)]
    assert b.threshold(3, [1.0] * 5, v) == b.at_least(3, v)
    assert b.at_least(0, v) == TRUE
    assert b.at_least(6, v) == FALSE
