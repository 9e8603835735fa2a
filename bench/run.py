"""Measurements, medians of one run each: `./dev bench [engine | analyze | text ...]`.

`engine`: 60-factor cases with 12 uncertain persistent factors, in one process. *Answer* is the compilation to the tape and the removal
test of every factor (hazard, horizon probability, loss) at the middle of the numbers; *engine* is everything the structure engine
says, with intervals, importance, beliefs and this incident.
`text`: review and draft against hand-made labels, in `bench/text.py`.
`analyze`: the command with HTML as a whole process, on a shipped case and on the generated ones; `--help`.
No other tool answers these questions, so there is no peer to set beside them; fault-tree solving against its peers comes with
`fuelbed solve`.
"""

from __future__ import annotations

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


def _median(work: Callable[[], object], runs: int) -> float:
    """Median milliseconds of `runs` calls after one that warms up."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:])


def engine() -> None:
    from fuelbed.core.case import Case
    from fuelbed.core.facts import Board
    from fuelbed.core.options import Options
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
        examine(c, Board().for_engine(()), Options())

    for name, text in CASES.items():
        c = parse_case(text)
        quick, whole = _median(lambda c=c: answer(c), 7), _median(lambda c=c: everything(c), 3)  # type: ignore[misc]  # bound now
        tape = compile_case(c).tape
        print(f"{name}: answer {quick:.0f} ms, engine {whole:.0f} ms ({len(tape.ops)} operations, {len(tape.tables)} tables)")


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
            print(f"analyze with HTML, {name}: {ms:.0f} ms, {out.stat().st_size / 1000:.0f} kB")
    print(f"--help: {_median(lambda: _fuelbed('--help'), 5):.0f} ms")


def _fuelbed(*words: str) -> None:
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from fuelbed.cli.main import main; main()"
    subprocess.run([sys.executable, "-c", code, str(ROOT / "src"), *words], check=True, capture_output=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["text"]:
        from bench.text import main

        sys.exit(main(sys.argv[2:]))
    for name in sys.argv[1:] or ["engine", "analyze"]:
        {"engine": engine, "analyze": analyze}[name]()
