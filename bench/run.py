"""Measurements, medians of one run each: `./dev bench [engine | analyze | text ...]`.

`engine`: 60-factor cases with 12 uncertain persistent factors, in one process, with all caches of the case emptied before each run.
*Answer* is what "engine under 20 ms" is measured on: the compilation to the tape and the removal test of every factor (hazard, horizon
probability, loss) at the middle of the numbers. *Engine* is everything the structure engine says, with intervals, importance, beliefs
and this incident; its intervals take several thousand further evaluations and a gradient at up to 32 points of every intervention.
`analyze`: the command with HTML as a whole process, on a shipped case and on the generated ones; `--help`.
Wall time, and in brackets the time of the processor: on a machine that does other work too, only the second says something.
What the targets are and what is missed: `docs/decisions/0006-what-is-measured.md`.
`text`: review and draft against hand-made labels, in `bench/text.py`.
`warning`: false alarms of the early-warning rule, in `bench/warning.py`.
`realserver`: a real HTTP server and clients that retry against the predicted stability boundary, in `bench/realserver/`.
`dynamics`: retry storms, chains and boundaries beside simpy, in `bench/dynamics.py`.
`invariants`: temporal logic beside rtamt and scipy, in `bench/invariants.py`; `mining`: mined invariants on PetShop, in `bench/mining.py`.
`exposure`: cheapest cut, depth and the engine of question 9 at scale, beside networkx, in `bench/exposure.py`.
No other tool answers these questions, so there is no peer to set beside them; fault-tree solving against its peers comes with
`fuelbed solve`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.cases import entangled, many_actions, modular  # noqa: E402  # the path comes first

CASES = {
    "four modules of three": modular(),
    "all twelve together": entangled(2, 0),
    "together, much shared": entangled(1, 1),
    "thirty action items": many_actions(),
}


def _median(work: Callable[[], object], runs: int) -> str:
    """Median milliseconds of `runs` calls after one that warms up: `wall (processor)`, that of subprocesses included."""
    rows = []
    for _ in range(runs + 1):
        start, used = time.perf_counter(), _processor()
        work()
        rows.append((1000 * (time.perf_counter() - start), 1000 * (_processor() - used)))
    wall, processor = (statistics.median(x) for x in zip(*rows[1:], strict=True))
    return f"{wall:.0f} ({processor:.0f}) ms"


def _processor() -> float:
    t = os.times()
    return time.process_time() + t.children_user + t.children_system


def engine() -> None:
    from fuelbed.core.case import Case
    from fuelbed.core.facts import Board
    from fuelbed.core.options import Options
    from fuelbed.core.registry import rows_by_id
    from fuelbed.engines.structure import examine
    from fuelbed.numerics.process.compile import compile_case
    from fuelbed.numerics.process.interventions import evaluate, middles, removal
    from fuelbed.readers.case import parse_case

    def answer(c: Case) -> None:
        compile_case.cache_clear()
        m = compile_case(c)
        evaluate(m, middles(m), [{}, *(removal(m, f) for f in c.factors.values())])

    def everything(c: Case) -> None:
        compile_case.cache_clear()
        examine(c, Board().for_engine(rows_by_id()["structure"].takes), Options())

    for name, text in CASES.items():
        c = parse_case(text)
        quick, whole = _median(lambda c=c: answer(c), 7), _median(lambda c=c: everything(c), 3)  # type: ignore[misc]  # bound now
        tape = compile_case(c).tape
        print(f"{name}: answer {quick}, engine {whole} ({len(tape.ops)} operations, {len(tape.tables)} tables)")


def analyze() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.html"
        cases = {"posthog-2025-09-29": ROOT / "src/fuelbed/cases/posthog-2025-09-29"}
        for i, (name, text) in enumerate(CASES.items()):
            cases[name] = Path(folder) / f"case{i}"
            cases[name].mkdir()
            (cases[name] / "case.yaml").write_text(text, encoding="utf-8")
        for name, case in cases.items():
            command = ["analyze", str(case), "-o", str(out)]
            ms = _median(lambda command=command: _fuelbed(*command), 5)  # type: ignore[misc]  # bound now
            print(f"analyze with HTML, {name}: {ms}, {out.stat().st_size / 1000:.0f} kB")
    print(f"--help: {_median(lambda: _fuelbed('--help'), 5)}")


def _fuelbed(*words: str) -> None:
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from fuelbed.cli.main import main; main()"
    subprocess.run([sys.executable, "-c", code, str(ROOT / "src"), *words], check=True, capture_output=True)


def dynamics() -> None:
    from bench.dynamics import main

    main()


def invariants() -> None:
    from bench.invariants import main

    main()


def exposure() -> None:
    from bench.exposure import main

    main()


def mining() -> None:
    from bench.mining import main

    main()


if __name__ == "__main__":
    if sys.argv[1:2] == ["structure"]:
        from bench.structure import main as trees

        sys.exit(trees(sys.argv[2:]))
    if sys.argv[1:2] == ["text"]:
        from bench.text import main

        sys.exit(main(sys.argv[2:]))
    if sys.argv[1:2] == ["realserver"]:
        from bench.realserver.main import main as realserver

        sys.exit(realserver(sys.argv[2:]))
    if sys.argv[1:2] == ["warning"]:
        from bench.warning import main as measure

        sys.exit(measure())
    for name in sys.argv[1:] or ["engine", "analyze"]:
        {
            "engine": engine,
            "analyze": analyze,
            "dynamics": dynamics,
            "invariants": invariants,
            "mining": mining,
            "exposure": exposure,
        }[name]()
