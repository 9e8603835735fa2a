"""One table over all benchmarks that have a peer: `./dev bench` runs them and prints it, `./dev bench --table` prints what is there.

A benchmark tells its comparisons with `tell`, beside what it prints itself; `run.py` keeps them in `out/bench/NAME.json` with the day and the
machine. `bench/results/` holds those that are shown in docs/bench.md, which `./dev bench --page` makes (a test compares). A result that was
read off a page of docs/ and not written by a run says so in its `taken_from`.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import platform
import shutil
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

__all__ = [
    "KEPT",
    "LATEST",
    "PEERED",
    "Result",
    "Row",
    "keep",
    "latest",
    "machine",
    "over",
    "page",
    "read",
    "table",
    "taken",
    "tell",
    "write",
]

ROOT = Path(__file__).resolve().parents[1]
KEPT, LATEST = ROOT / "bench" / "results", ROOT / "out" / "bench"
PEERED = ("structure", "dynamics", "coupling", "invariants", "exposure", "text_speed")
"""The benchmarks with a peer, in the order of the questions."""
PACKAGES = ("numpy", "scipy", "numba")


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison.

    ours, peer  figures in `unit`, medians where the row is over several inputs; None where only the ratio is known.
    better      whether `less` (seconds) or `more` (a speed) is better.
    times       how many times better ours is; left out, it follows from the figures. Below 1 the peer is better.
    spread      of a ratio that is a median over several inputs or rounds: the least and the greatest.
    at_least    the peer was given up, so that its figure, and the ratio, are bounds.
    sides       what each side computes, where it is not the same.
    """

    measure: str
    unit: str
    ours: float | None
    name: str
    peer: float | None
    better: Literal["less", "more"] = "less"
    times: float | None = None
    spread: tuple[float, float] | None = None
    at_least: bool = False
    sides: str = "the same"

    @property
    def ratio(self) -> float | None:
        if self.times is not None or not self.ours or not self.peer:
            return self.times
        return self.peer / self.ours if self.better == "less" else self.ours / self.peer


@dataclass(frozen=True, slots=True)
class Result:
    """What one run of a benchmark told, or what was read off a page."""

    bench: str
    date: str
    machine: str
    rows: tuple[Row, ...]
    taken_from: str = ""


_told: list[Row] = []


def tell(*rows: Row) -> None:
    """Keep comparisons of the benchmark that runs now."""
    _told.extend(rows)


def taken() -> tuple[Row, ...]:
    """What was told since the last call."""
    rows = tuple(_told)
    _told.clear()
    return rows


def machine() -> str:
    """What the figures of this run rest on; no name of a host."""
    there = [f"{p} {v}" for p in PACKAGES if (v := _version(p))]
    busy = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} processors ({platform.machine()}), {platform.system()}, Python {platform.python_version()}, {', '.join(there)}{busy}"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def write(bench: str, rows: Iterable[Row], folder: Path = LATEST) -> Path | None:
    """Keep a run's comparisons; None where it told none (its peer is not installed)."""
    result = Result(bench, dt.date.today().isoformat(), machine(), tuple(rows))
    if not result.rows:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{bench}.json"
    file.write_text(json.dumps(asdict(result), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def keep(names: Iterable[str], run: Path = LATEST, kept: Path = KEPT) -> None:
    """Take the last results of these benchmarks over for the page."""
    for file in (run / f"{name}.json" for name in names):
        if file.exists():
            shutil.copyfile(file, kept / file.name)


def read(file: Path) -> Result:
    data = json.loads(file.read_text(encoding="utf-8"))
    return Result(**{**data, "rows": tuple(Row(**row) for row in data["rows"])})


def latest(*folders: Path) -> list[Result]:
    """Of each benchmark the result of the last of these folders that holds one."""
    return [read(files[-1]) for b in PEERED if (files := [f for d in folders if (f := d / f"{b}.json").exists()])]


def _figure(x: float | None) -> str:
    if x is None:
        return "-"
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.3g}"


def _ratio(row: Row) -> str:
    if row.ratio is None or not math.isfinite(row.ratio):
        return "-"
    among = f" ({_figure(row.spread[0])} to {_figure(row.spread[1])})" if row.spread else ""
    return ("at least " if row.at_least else "") + _figure(row.ratio) + among


def over(measure: str, unit: str, name: str, each: Iterable[tuple[float, float]], sides: str) -> Row:
    """One row for many inputs, of each what ours and what the peer took: the medians of both, and of their ratios, from the least to the greatest."""
    pairs = list(each)
    ours, peer = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratios = sorted(theirs / own for own, theirs in pairs)
    return Row(measure, unit, ours, name, peer, times=statistics.median(ratios), spread=(ratios[0], ratios[-1]), sides=sides)


def table(results: Iterable[Result]) -> str:
    """Markdown: a row for each comparison; the figures that are better stand in bold."""
    lines = ["| measure | ours | peer | times better | what each side computes |", "|---|---|---|---|---|"]
    for result in results:
        for row in result.rows:
            ours, peer = _figure(row.ours), f"{'>' if row.at_least else ''}{_figure(row.peer)}"
            won = row.ratio is not None and row.ratio >= 1
            ours, peer = (
                (f"**{ours}**", peer)
                if won and row.ours is not None
                else (ours, peer if won or row.peer is None else f"**{peer}**")
            )
            lines.append(
                f"| {result.bench}: {row.measure}, {row.unit} | {ours} | {row.name} {peer} | {_ratio(row)} | {row.sides} |"
            )
    return "\n".join(lines)


_HEAD = """# Beside the peers

This page is made by `./dev bench --page` from the results in `bench/results`; `./dev bench` measures anew and prints the same table for your machine.
*Times better* is how many times less time ours takes, or how many times more it does in the same time; below 1 the peer is better. Medians, sides in turn; a row over many inputs
has the medians of both sides over them and the median of their ratios, which need not be the ratio of the medians. How each is measured stands at the
top of its file in `bench/`, and more of each on the page that is named below.

"""


def page(results: list[Result]) -> str:
    """docs/bench.md."""
    told = [f"- **{r.bench}**, {r.date}: {r.machine}." + (f" {r.taken_from}" if r.taken_from else "") for r in results]
    return f"{_HEAD}{table(results)}\n\n## When and where\n\n" + "\n".join(told) + "\n"
