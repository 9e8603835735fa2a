"""Measurements, medians of one run each: `./dev bench [engine | analyze | text ...]`.

Without a name: every benchmark that has a peer, then one table, ours beside each peer. `--table` prints the table of what was measured last, on
this machine or else on that of docs/bench.md; `--page` that page, from `bench/results`. A run keeps what it told in `out/bench/NAME.json`
(`--keep`: in `bench/results`, for the page).
`engine`: 60-factor cases with 12 uncertain persistent factors, in one process, with all caches of the case emptied before each run.
*Answer* is what "engine under 20 ms" is measured on: the compilation to the tape and the removal test of every factor (hazard, horizon
probability, loss) at the middle of the numbers. *Engine* is everything the structure engine says, with intervals, importance, beliefs
and this incident; its intervals take several thousand further evaluations and a gradient at up to 32 points of every intervention.
`analyze`: the command with HTML as a whole process, on a shipped case and on the generated ones; `--help`.
Wall time, and in brackets the time of the processor: on a machine that does other work too, only the second says something.
What the targets are and what is missed: `docs/decisions/0006-what-is-measured.md`.
`text_speed`: documents a second, beside prose linters from npm, in `bench/text_speed.py`.
`action_items DIR`: bare action items with their classes, in `bench/action_items.py`.
`text`: review and draft against hand-made labels, in `bench/text.py`.
`draft`: a model of yours against labels of yours, in `bench/draft.py`; nothing is sent without --send.
`rules`: how often the rules of the review are right, from judged hits, in `bench/rules.py`.
`warning`: false alarms of the early-warning rule, in `bench/warning.py`.
`realserver`: a real HTTP server and clients that retry against the predicted stability boundary, in `bench/realserver/`.
`dynamics`: retry storms, chains and boundaries beside simpy, in `bench/dynamics.py`.
`invariants`: temporal logic beside rtamt and scipy, in `bench/invariants.py`; `mining`: mined invariants on PetShop, in `bench/mining.py`.
`exposure`: cheapest cut, depth and the engine of question 9 at scale, beside networkx, in `bench/exposure.py`.
`threshold`: coverage of the margin's intervals in simulated histories, in `bench/threshold.py`.
`coupling`: counting joint failures at scale, beside scipy and pandas, in `bench/coupling.py`; `coupling_truth`: how well it is told on made-up
histories with a known truth, in `bench/coupling_truth.py`; `petshop`: on a real system, in `bench/petshop_coupling.py`.
`corpus`: a thousand documents, cold and warm, in `bench/corpus.py`.
`structure`: fault trees beside SCRAM and faultree, in `bench/structure.py`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from inspect import signature
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench import beside  # noqa: E402  # the path comes first
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


MODULES = {
    "corpus": "bench.corpus",
    "coupling": "bench.coupling",
    "coupling_truth": "bench.coupling_truth",
    "dynamics": "bench.dynamics",
    "exposure": "bench.exposure",
    "invariants": "bench.invariants",
    "mining": "bench.mining",
    "petshop": "bench.petshop_coupling",
    "realserver": "bench.realserver.main",
    "rules": "bench.rules",
    "structure": "bench.structure",
    "draft": "bench.draft",
    "text": "bench.text",
    "text_speed": "bench.text_speed",
    "action_items": "bench.action_items",
    "threshold": "bench.threshold",
    "warning": "bench.warning",
}
"""Name -> module, whose `main` takes the words after the name where it takes any."""
OWN: dict[str, Callable[[], None]] = {"engine": engine, "analyze": analyze}


def _run(name: str, words: list[str]) -> int:
    if name in OWN:
        OWN[name]()
        return 0
    main = import_module(MODULES[name]).main
    beside.taken()
    code = int((main(words) if signature(main).parameters else main()) or 0)
    if name in beside.PEERED:
        beside.write(name, beside.taken())
    return code


def run(words: list[str]) -> int:
    """Each name with the words that follow it, up to the next name: `structure a.xml exposure` is two. The worst exit code."""
    if words in (["--table"], ["--page"]):
        shown = [beside.KEPT] if words == ["--page"] else [beside.KEPT, beside.LATEST]
        print(
            beside.page(beside.latest(*shown)) if words == ["--page"] else beside.table(beside.latest(*shown)),
            end="" if words == ["--page"] else "\n",
        )
        return 0
    keep, words = "--keep" in words, [w for w in words if w != "--keep"]
    if not words:
        return _all(keep)
    asked: list[tuple[str, list[str]]] = []
    for w in words:
        if w in MODULES or w in OWN:
            asked.append((w, []))
        elif asked:
            asked[-1][1].append(w)
        else:
            print(f"there is no benchmark {w}. There are: {', '.join(sorted([*OWN, *MODULES]))}", file=sys.stderr)
            return 2
    worst = max((_run(name, rest) for name, rest in asked), default=0)
    if keep:
        beside.keep(name for name, _ in asked)
    return worst


def _all(keep: bool) -> int:
    """Every benchmark with a peer, then the table. The worst exit code."""
    worst = 0
    for name in beside.PEERED:
        print(f"== {name}", flush=True)
        worst = max(worst, _run(name, []))
    if keep:
        beside.keep(beside.PEERED)
    results = beside.latest(beside.LATEST)
    print(f"\n{beside.table(results)}")
    missing = [name for name in beside.PEERED if name not in {r.bench for r in results}]
    if missing:
        print(f"\nWithout their peers here: {', '.join(missing)}. docs/bench.md has what was measured elsewhere.")
    return worst


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
