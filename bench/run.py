"""Measurements, one process, medians: `./dev bench`.

`engine`: a 60-factor case with 12 uncertain persistent factors, compiled and answered (structure engine, all its tables).
`analyze`: the command on a shipped case with HTML, as a whole process.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]


def large_case():  # a script
    from fuelbed.core.expressions import And, Fails, Or, Ref
    from tests.cases import case, condition, control, trigger

    triggers = [trigger(f"t{i}", (1.0, 6.0)) for i in range(16)]
    conditions = [condition(f"c{i}", 1.0 if i >= 8 else 0.5) for i in range(28)]
    controls = [control(f"k{i}", "failed" if i < 4 else "effective", (0.05, 0.3), 0.4 if i < 4 else None) for i in range(16)]
    lines = {}
    for i in range(4):
        push = Or(tuple(Ref(t.name) for t in triggers[4 * i : 4 * i + 4]))
        standing = And(tuple(Ref(c.name) for c in conditions[8 + 5 * i : 13 + 5 * i]))
        guards = And(tuple(Fails(k.name) for k in controls[4 + 3 * i : 7 + 3 * i]))
        lines[f"l{i}"] = And((push, standing, guards, Or((Ref(f"c{2 * i}"), Ref(f"c{2 * i + 1}"), Fails(f"k{i}")))))
    lines["F"] = Or(tuple(Ref(n) for n in lines))
    return case([*triggers, *conditions, *controls], lines)


def engine() -> None:
    from fuelbed.core.facts import Board
    from fuelbed.core.options import Options
    from fuelbed.engines.structure import examine
    from fuelbed.numerics.process.compile import compile_case
    from fuelbed.numerics.process.interventions import evaluate, middles, removal

    compiled, answered, tabled = [], [], []
    for _ in range(7):
        c = large_case()
        a = time.perf_counter()
        m = compile_case(c)
        b = time.perf_counter()
        evaluate(m, middles(m), [{}, *(removal(m, f) for f in c.factors.values())])
        d = time.perf_counter()
        examine(c, Board().for_engine(()), Options())
        e = time.perf_counter()
        compiled.append(b - a)
        answered.append(d - b)
        tabled.append(e - d)
    ms = [1000 * statistics.median(x) for x in (compiled, answered, tabled)]
    print(
        f"60 factors, 12 uncertain: compile {ms[0]:.1f} ms, removal test at the middle {ms[1]:.1f} ms ({len(m.tape.ops)} operations)"
    )
    print(f"  whole engine with intervals, incident and tables: {ms[2]:.0f} ms")


def analyze() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.html"
        command = [sys.executable, "-m", "fuelbed", "analyze", str(ROOT / "src/fuelbed/cases/posthog-2025-09-29"), "-o", str(out)]
        times = []
        for _ in range(6):
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times.append(time.perf_counter() - start)
        print(
            f"analyze with HTML, whole process: {1000 * statistics.median(times[1:]):.0f} ms, {out.stat().st_size / 1000:.0f} kB"
        )
    helps = []
    for _ in range(6):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "fuelbed", "--help"], check=True, capture_output=True)
        helps.append(time.perf_counter() - start)
    print(f"--help, whole process: {1000 * statistics.median(helps[1:]):.0f} ms")


if __name__ == "__main__":
    names = sys.argv[1:] or ["engine", "analyze"]
    for name in names:
        {"engine": engine, "analyze": analyze}[name]()
