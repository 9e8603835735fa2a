"""`./dev bench realserver`: predict, then measure, then compare. What was measured is kept, so that a broken-off run goes on where it was.

Files in the folder (`--out`, default `out/realserver`): `predictions.jsonl` and `runs.jsonl` only ever grow, each line with its time;
`table.md` is written anew. A prediction is renewed when the product's code changes, and the table says whether it was there before the
first run of its setting.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import math
import os
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.realserver.experiment import ROOT, Run, run
from bench.realserver.predict import Prediction, predict
from bench.realserver.search import Measured, search
from bench.realserver.settings import QUICK, SETTINGS, Setting, find

__all__ = ["main"]

_WITHIN = 0.15
_TRIES = 3  # of one run, where the machine did not keep up


class Store:
    """The files of one folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.lock = folder, threading.Lock()
        self.runs = [Run(**x) for x in self._lines("runs.jsonl")]
        self.predictions = self._lines("predictions.jsonl")

    def _lines(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / name
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def _add(self, name: str, row: dict[str, Any]) -> None:
        with self.lock, (self.folder / name).open("a", encoding="utf-8") as f:
            f.write(json.dumps(row) + "\n")

    def add_run(self, r: Run) -> None:
        self.runs.append(r)
        self._add("runs.jsonl", dataclasses.asdict(r))

    def prediction(self, s: Setting) -> Prediction:
        """That of today's code, made and written down now if it is not there."""
        code = _fingerprint()
        for row in self.predictions:
            if row["key"] == s.key() and row["code"] == code:
                return Prediction(**{k: v for k, v in row.items() if k != "code"})
        p = predict(s)
        row = {**dataclasses.asdict(p), "code": code}
        self.predictions.append(row)
        self._add("predictions.jsonl", row)
        return p

    def of(self, s: Setting) -> list[Run]:
        return [r for r in self.runs if r.key == s.key()]


def _fingerprint() -> str:
    """Of the product's code that predicts."""
    files = sorted((ROOT / "src/fuelbed/numerics/retry").glob("*.py"))
    return hashlib.sha256(b"\0".join(f.read_bytes() for f in files)).hexdigest()[:12]


def measure(store: Store, s: Setting, most: int, at_once: int) -> Measured:
    """Runs of one setting until its boundary is known; valid runs that are there already are taken first, in their order."""
    kept = [r for r in store.of(s) if not r.void]
    own = int(s.key(), 16) % 1_000_000 * 1000  # so that settings share no arrivals, and no luck
    seeds = iter(range(own + len(store.of(s)) + 1, own + 1000))

    def one(x: float) -> bool | None:
        for i, r in enumerate(kept):
            if math.isclose(r.x, x, rel_tol=1e-9):
                return kept.pop(i).down
        for _ in range(_TRIES):
            r = run(s, x, next(seeds))
            store.add_run(r)
            verdict = f"void: {r.void}" if r.void else ("stays down" if r.down else "comes back")
            print(f"  {time.strftime('%H:%M:%S')}  {s.name}: {s.words(x)}: {verdict}", flush=True)
            if not r.void:
                return r.down
        return None

    def ask(sizes: Sequence[float]) -> list[bool | None]:
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(one, sizes))

    return search(s.low, s.high, ask, most, at_once)


def main(argv: Sequence[str]) -> int:
    p = argparse.ArgumentParser(
        prog="./dev bench realserver", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--quick", action="store_true", help=f"only {' and '.join(QUICK)}, in under 90 s")
    p.add_argument("--only", action="append", metavar="NAME", help="only this setting (may be given more than once)")
    p.add_argument("--side-by-side", type=int, default=4, metavar="N", help="experiments at the same time (4)")
    p.add_argument("--most", type=int, default=12, metavar="N", help="most runs of a setting (12)")
    p.add_argument("--out", type=Path, default=ROOT / "out" / "realserver", metavar="DIR")
    a = p.parse_args(argv)
    store = Store(a.out)
    settings = [find(name) for name in (a.only or (QUICK if a.quick else [s.name for s in SETTINGS]))]
    most, at_once = (8, 2) if a.quick else (a.most, 1)
    predicted = {s.name: store.prediction(s) for s in settings}
    for s in settings:
        q = predicted[s.name]
        print(f"predicted  {s.name}: {_at(s, q.fluid)} (single requests {_at(s, q.single)})", flush=True)
    start = time.time()
    order = sorted(settings, key=lambda s: -s.seconds(s.high))
    with ThreadPoolExecutor(max(a.side_by_side // at_once, 1)) as pool:
        found = dict(zip([s.name for s in order], pool.map(lambda s: measure(store, s, most, at_once), order), strict=True))
    rows = [(s, predicted[s.name], found[s.name]) for s in settings]
    text = table(store, rows)
    (store.folder / "table.md").write_text(text, encoding="utf-8")
    print(f"\n{text}\n{time.time() - start:.0f} s; load average {os.getloadavg()[0]:.1f}; files in {store.folder}")
    return 0 if all(_agrees(p, m) for _, p, m in rows) else 1


def table(store: Store, rows: Iterable[tuple[Setting, Prediction, Measured]]) -> str:
    """The comparison as a Markdown table. Deviations are (predicted - measured) / measured, in sizes of the trigger."""
    lines = [
        "| setting | predicted: fluid | predicted: single requests, 5..95 % | measured, 5..95 % | runs (down, void) | deviation: fluid, single | |",
        "|---|---|---|---|---|---|---|",
    ]
    for s, p, m in rows:
        runs = store.of(s)
        void = sum(bool(r.void) for r in runs)
        before = not runs or p.at <= min(r.at for r in runs)
        verdict = ("agrees" if _agrees(p, m) else "MISSES") + ("" if before else " (predicted after the first run)")
        lines.append(
            f"| {s.name} | {_at(s, p.fluid)} | {_at(s, p.single)} ({_num(s, p.low)}..{_num(s, p.high)}) "
            f"| {_at(s, m.middle)} ({_num(s, m.low)}..{_num(s, m.high)}) | {m.runs} ({m.down}, {void}) "
            f"| {_deviation(p.fluid, m.middle)}, {_deviation(p.single, m.middle)} | {verdict} |"
        )
    return "\n".join(lines) + "\n"


def _agrees(p: Prediction, m: Measured) -> bool:
    """Both levels within 15 % of the measured boundary, or no boundary on either side."""
    if math.isinf(m.middle):
        return math.isinf(p.fluid) and math.isinf(p.single)
    return all(abs(x / m.middle - 1) <= _WITHIN for x in (p.fluid, p.single))


def _deviation(predicted: float, measured: float) -> str:
    if math.isinf(predicted) and math.isinf(measured):
        return "-"
    if not (math.isfinite(predicted) and math.isfinite(measured)):
        return "one-sided"
    return f"{100 * (predicted / measured - 1):+.0f} %"


def _at(s: Setting, x: float) -> str:
    """A boundary as the trigger it is."""
    if math.isinf(x):
        return f"none up to {_num(s, s.high)}"
    return _num(s, x) if math.isfinite(x) else "undecided"


def _num(s: Setting, x: float) -> str:
    if not math.isfinite(x):
        return "-" if math.isnan(x) else "inf"
    if s.varies == "length":
        return f"{x:.2f} s"
    return f"{'+' if s.on == 'load' else '-'}{100 * x:.0f} %"
