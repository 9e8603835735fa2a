"""Fault trees beside SCRAM: whole processes, interleaved, medians. `./dev bench structure [TREE...]`.

What each side computes:
  fuelbed      `fuelbed solve TREE --format json`: probability, number of minimal cut sets by order, the ten most probable, five importance
               measures of every event; automatic order.
  scram        `scram --bdd --probability true -o /dev/null`: probability, and every minimal cut set written out.
  scram -l 2   the same with cut sets of at most two events; the probability is exact all the same.

Trees: ../shared/data/aralia, or the files named. Without SCRAM (Debian package `scram`) only our side is timed.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["main"]

ROOT = Path(__file__).parents[1]
ARALIA = ROOT.parent / "shared" / "data" / "aralia"
RUNS, MOST = 5, 60.0


def main(names: list[str] | None = None) -> None:
    files = [Path(n) for n in names or []] or sorted(ARALIA.glob("*.xml"))
    if not files:
        print("no trees: ../shared/data/aralia is absent, and none was named")
        return
    scram = shutil.which("scram")
    print(
        f"{'tree':10s} {'fuelbed':>8s} {'scram':>8s} {'-l 2':>8s} {'/ scram':>8s} {'/ -l 2':>8s}  seconds, medians of {RUNS}, interleaved"
    )
    rows = []
    for f in files:
        sides = {"fuelbed": _ours(f)}
        if scram:
            sides["scram"] = [scram, "--bdd", "--probability", "true", "-o", os.devnull, str(f)]
            sides["few"] = [*sides["scram"], "-l", "2"]
        rows.append(_row(f.stem, _times(sides)))
    if scram:
        _summary(rows)


def _ours(file: Path) -> list[str]:
    return [sys.executable, "-m", "fuelbed", "solve", str(file), "--format", "json"]


def _times(sides: dict[str, list[str]]) -> dict[str, float]:
    """Medians of wall seconds; a side that takes longer than the limit is run once and counts as the limit."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its compiled modules
    env.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".cache" / "bytecode"))
    taken: dict[str, list[float]] = {s: [] for s in sides}
    for run in range(RUNS + 1):
        for side, command in sides.items():
            if taken[side] and taken[side][0] >= MOST:
                continue
            start = time.perf_counter()
            try:
                subprocess.run(command, capture_output=True, env=env, timeout=MOST, check=True)
                spent = time.perf_counter() - start
            except subprocess.TimeoutExpired:
                spent = MOST
            if run or spent >= MOST:  # the first run warms up
                taken[side].append(spent)
    return {s: statistics.median(t) for s, t in taken.items()}


def _row(name: str, t: dict[str, float]) -> tuple[str, float, float]:
    ours, full, few = t["fuelbed"], t.get("scram", 0.0), t.get("few", 0.0)
    if not full:
        print(f"{name:10s} {ours:8.3f}")
        return name, 0.0, 0.0
    over = ">" if full >= MOST else " "
    print(f"{name:10s} {ours:8.3f} {over}{full:7.3f} {few:8.3f} {ours / full:8.2f} {ours / few:8.2f}", flush=True)
    return name, ours / full, ours / few


def _summary(rows: list[tuple[str, float, float]]) -> None:
    full, few = [r[1] for r in rows], [r[2] for r in rows]
    quick = sum(x <= 1.0 for x in full)
    print(
        f"\nat most 1.0 times SCRAM's full run on {quick} of {len(rows)} trees; the worst {max(full):.2f} ({rows[full.index(max(full))][0]})"
    )
    print(f"against SCRAM up to two events: median {statistics.median(few):.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
