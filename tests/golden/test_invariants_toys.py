"""Published and hand-worked answers of the invariants engine.

The one-writer toy follows the published timeline of GitHub's incident of 21 October 2018 (github.blog, "October 21 post-incident
analysis"): the link was gone for 43 seconds from 22:52 UTC on, and at 23:02 the topology showed servers of the West only.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fuelbed.core.temporal import parse_temporal
from fuelbed.engines.invariants.checks import Checked, check
from fuelbed.numerics.temporal import evaluate, violations
from tests.unit.engines.invariants.cases import answer, in_folder

ROWS = (
    ("22:50", 1, 0, 0),
    ("22:52", 1, 0, 0),
    ("22:53", 1, 1, 40),
    ("22:54", 0, 1, 954),
    ("23:02", 0, 1, 954),
    ("23:13", 0, 1, 954),
)
CSV = "time,east,west,left\n" + "".join(f"2018-10-21T{t}:00Z,{e},{w},{left}\n" for t, e, w, left in ROWS)
MORE = """evidence:
  metrics:
    topology:
      file: t.csv
      columns: {east: east, west: west, left: left}
      trigger: {start: 2018-10-21T22:52:00Z, end: 2018-10-21T22:53:00Z}
invariants:
  one_writer: {holds: east + west <= 1, between: hold, every: 1 min}
  no_lost_write: {holds: left <= 0, between: hold, every: 1 min}
  watched: {holds: east + west >= 1, between: hold, every: 1 min}
"""


def test_one_writer_and_no_lost_write_by_hand(tmp_path: Path) -> None:
    """From 22:53 to 22:54 both take writes; from 22:53 on writes are left in the East, 954 in the end."""
    case = in_folder(tmp_path, MORE, {"t.csv": CSV})
    one, lost, watched = (c for c in check(case, 1) if isinstance(c, Checked))
    assert [(v.start, v.end, v.worst, v.open) for v in one.broken] == [(180, 240, -1, False)]
    assert [(v.start, v.end, v.worst, v.open) for v in lost.broken] == [(180, 1380, -954, True)]
    assert watched.broken == ()
    assert one.early is None
    claim = answer(case).claim
    assert claim.startswith("The first invariant to break, `one_writer` (2 of 3 broke), broke 1 min after the trigger began")


def test_response_within_five_minutes_by_hand() -> None:
    """`always(slow -> eventually[0..2] quick)` on six samples: slow at 1, 2, 3, quick at 0, 5. The window of 1 ends before 5."""
    slow = np.array([0.0, 9.0, 9.0, 9.0, 0.5, 0.0])
    formula = parse_temporal("latency > 1 -> eventually[0..2 s] latency < 0.3")
    trace = evaluate(formula, np.arange(6.0), {"latency": slow})
    # robustness: max(1 - x, max over the window of 0.3 - x)
    np.testing.assert_allclose(trace.robustness, [1.0, -8.0, -0.2, 0.3, 0.5, 1.0], atol=1e-12)
    assert [(v.start, v.end, v.worst) for v in violations(trace)] == [(1.0, 3.0, -8.0)]
