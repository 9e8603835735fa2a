"""Fault trees beside SCRAM: whole processes, interleaved, medians. `./dev bench structure [TREE...]`.

What each side computes:
  fuelbed      `fuelbed solve TREE --format json`: probability, number of minimal cut sets by order, the ten most probable, five importance
               measures of every event; automatic order.
  scram        `scram --bdd --probability true -o /dev/null`: probability, and every minimal cut set written out.
  scram -l 2   the same with cut sets of at most two events; the probability is exact all the same.
  numbers      `fuelbed solve TREE --format json --no-cut-sets`: probability and importance only, for the comparison with
  faultree     `faultree.analyze` (0.4.0): probability and four importance measures of every event; no cut sets (its own listing gives up
               beyond 32 events). Timed where FUELBED_BENCH_FAULTREE names a Python that has it, on trees without NOT.

Trees: ../shared/data/aralia, or the files named. Without SCRAM (Debian package `scram`) only our side is timed.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

__all__ = ["main"]

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.beside import over, tell  # noqa: E402  # the path comes first

ARALIA = ROOT.parent / "shared" / "data" / "aralia"
RUNS, MOST = 5, 60.0
OTHER = 20.0  # seconds that faultree gets; beyond it the ratio is a lower bound
_FULL = (
    "ours also five importance measures of every event, cut sets counted and ten listed; SCRAM writes every minimal cut set out. "
    f"Where it took over {MOST:.0f} s it counts as {MOST:.0f}"
)
_FEW = "ours as above, cut sets of every order; SCRAM of at most two events"
_NUMBERS = (
    "probability and importance: ours five measures (`--no-cut-sets`), faultree four. "
    f"Where it took over {OTHER:.0f} s it counts as {OTHER:.0f}"
)


def main(names: list[str] | None = None) -> None:
    files = [Path(n) for n in names or []] or sorted(ARALIA.glob("*.xml"))
    if not files:
        print("no trees: ../shared/data/aralia is absent, and none was named")
        return
    scram, other = shutil.which("scram"), os.environ.get("FUELBED_BENCH_FAULTREE", "")
    print(
        f"{'tree':10s} {'fuelbed':>8s} {'scram':>8s} {'-l 2':>8s} {'/ scram':>8s} {'/ -l 2':>8s}  seconds, medians of {RUNS}, interleaved"
    )
    rows = []
    for f in files:
        sides = {"fuelbed": _ours(f)}
        if scram:
            sides["scram"] = [scram, "--bdd", "--probability", "true", "-o", os.devnull, str(f)]
            sides["few"] = [*sides["scram"], "-l", "2"]
        rows.append((f.stem, _times(sides)))
        _print(*rows[-1])
    if scram:
        _summary(rows)
    if other:
        _faultree(files, other)


def _ours(file: Path) -> list[str]:
    return [sys.executable, "-m", "fuelbed", "solve", str(file), "--format", "json"]


def _times(sides: dict[str, list[str]], most: float = MOST) -> dict[str, float]:
    """Medians of wall seconds; a side that fails or takes longer than the limit is run once and counts as the limit."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its compiled modules
    env.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".cache" / "bytecode"))
    taken: dict[str, list[float]] = {s: [] for s in sides}
    for run in range(RUNS + 1):
        for side, command in sides.items():
            if taken[side] and taken[side][0] >= most:
                continue
            start = time.perf_counter()
            try:
                subprocess.run(command, capture_output=True, env=env, timeout=most, check=True)
                spent = time.perf_counter() - start
            except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
                spent = most  # given up
            if run or spent >= most:  # the first run warms up
                taken[side].append(spent)
    return {s: statistics.median(t) for s, t in taken.items()}


def _print(name: str, t: dict[str, float]) -> None:
    ours, full, few = t["fuelbed"], t.get("scram", 0.0), t.get("few", 0.0)
    if not full:
        print(f"{name:10s} {ours:8.3f}")
        return
    given_up = ">" if full >= MOST else " "
    print(f"{name:10s} {ours:8.3f} {given_up}{full:7.3f} {few:8.3f} {ours / full:8.2f} {ours / few:8.2f}", flush=True)


def _faultree(files: list[Path], python: str) -> None:
    """Probability and importance alone, on the trees that faultree can state."""
    from bench.structure_faultree import SCRIPT, faultree_json

    print(f"\n{'tree':10s} {'numbers':>8s} {'faultree':>8s} {'ratio':>8s}  seconds, medians of {RUNS}, interleaved")
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        for f in files:
            text = faultree_json(f)
            if text is None:
                continue
            stated = Path(folder, f"{f.stem}.json")
            stated.write_text(text, encoding="utf-8")
            t = _times({"numbers": [*_ours(f), "--no-cut-sets"], "faultree": [python, "-c", SCRIPT, str(stated)]}, OTHER)
            given_up = ">" if t["faultree"] >= OTHER else " "
            pairs.append((t["numbers"], t["faultree"]))
            print(
                f"{f.stem:10s} {t['numbers']:8.3f} {given_up}{t['faultree']:7.3f} {t['faultree'] / t['numbers']:7.0f}x",
                flush=True,
            )
    if pairs:
        tell(over(f"{len(pairs)} of them, probability and importance", "s", "faultree", pairs, _NUMBERS))


def _summary(rows: list[tuple[str, dict[str, float]]]) -> None:
    full, few = [t["fuelbed"] / t["scram"] for _, t in rows], [t["fuelbed"] / t["few"] for _, t in rows]
    quick = sum(x <= 1.0 for x in full)
    print(
        f"\nat most 1.0 times SCRAM's full run on {quick} of {len(rows)} trees; the worst {max(full):.2f} ({rows[full.index(max(full))][0]})"
    )
    print(f"against SCRAM up to two events: median {statistics.median(few):.2f}")
    tell(over(f"{len(rows)} fault trees, whole runs", "s", "SCRAM", [(t["fuelbed"], t["scram"]) for _, t in rows], _FULL),
         over("the same, against cut sets of up to two events", "s", "SCRAM `-l 2`", [(t["fuelbed"], t["few"]) for _, t in rows], _FEW))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
