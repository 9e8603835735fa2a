"""Mined invariants on PetShop, a real application with injected issues: `./dev bench mining`. Data in ../shared/data/petshop.

Normal operation (`noissue`, two traffic patterns, 589 rows of 5 minutes each: two days) is split in time by the miner itself: 70 % learned
from and checked, 30 % held back. False alarms are those of the held-back rows, which neither choose nor rank anything. Then all candidates of
a pattern are asked about its issues (5 rows each; 16 of the 20: the two patterns `temporal_traffic` have no normal part). Per node: latency
(average), requests, availability. *Baseline*: a column is off where it lies more than 3 standard deviations of the learned rows from their
mean. Nothing was tuned on the issues, and no threshold was chosen after they were seen. The normal rows are of August 2023 and the issues of
April: what changed in between counts as a violation too, so the nodes without a fault are shown beside, and so is the first row, two rows
before the symptom was reported. Shares with 95 % Wilson intervals.
"""

from __future__ import annotations

import csv
import json
import math
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fuelbed.core.temporal import parse_temporal, print_temporal
from fuelbed.numerics.mining import Candidate, Mined, Record, false_alarms, mine, offered
from fuelbed.numerics.temporal import evaluate
from fuelbed.numerics.wilson import wilson

__all__ = ["main", "read"]

_ROOT = Path(__file__).resolve().parents[2] / "shared/data/petshop"
_KINDS = {("latency", "Average"): "seconds", ("requests", "Sum"): "requests", ("availability", "Average"): "per cent"}
Table = tuple[np.ndarray, dict[str, np.ndarray], dict[str, str], dict[str, str]]


def main() -> None:
    _coverage()
    if not _ROOT.exists():
        sys.exit(f"mining: no data at {_ROOT}")
    patterns = {p: mine_pattern(p) for p in ("low_traffic", "high_traffic")}
    for name, (mined, record) in patterns.items():
        _false_alarms(name, mined, record)
    _issues(patterns)


def read(file: Path) -> Table:
    """Times, columns by a name made of node and metric, the unit of each, and its node."""
    with file.open(encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f))
    body = [r for r in rows[3:] if r[0][:1].isdigit()]
    times = np.array([float(r[0]) for r in body])
    columns, units, nodes = {}, {}, {}
    for i, (node, metric, statistic) in enumerate(zip(*rows[:3], strict=True)):
        if (metric, statistic) in _KINDS:
            name = f"{_identifier(node)}_{metric}"
            columns[name] = np.array([float(r[i]) if r[i] else math.nan for r in body])
            units[name], nodes[name] = _KINDS[metric, statistic], node
    return times - times[0], columns, units, nodes


def _identifier(node: str) -> str:
    return "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in f"n {node.lower()}").split())


def mine_pattern(pattern: str) -> tuple[Mined, Record]:
    times, columns, units, _ = read(_ROOT / pattern / "noissue/metrics.csv")
    record = Record(times, columns, units)
    return mine(record), record


def _false_alarms(name: str, mined: Mined, record: Record) -> None:
    print(f"{name}: {len(record.times)} rows, {mined.learned} learned from, {mined.held} held back "
          f"({mined.seconds / 86_400:.2f} days); {mined.dropped} candidates dropped on the part that checks")  # fmt: skip
    for kind in ("bound", "order", "relation", "response", "all"):
        some = [c for c in mined.candidates if kind in (c.kind, "all") and c.alarms.blocks]
        if not some:
            print(f"  {kind}: none")
            continue
        never = sum(c.alarms.episodes == 0 for c in some)
        rates = [c.alarms.per_day for c in some]
        share = statistics.mean(c.alarms.share for c in some)
        low, high = wilson(sum(c.alarms.bad for c in some), sum(c.alarms.blocks for c in some))
        blocks = sum(c.alarms.bad for c in some) / sum(c.alarms.blocks for c in some)
        print(f"  {kind}: {len(some)} candidates; never false on held-back rows {never}; alarms a day each: mean {statistics.mean(rates):.2f}, "
              f"median {statistics.median(rates):.2f}, most {max(rates):.1f}; samples false {share:.2%}; "
              f"blocks with an alarm {blocks:.1%} ({low:.1%} to {high:.1%} if blocks of different candidates were independent)")  # fmt: skip
    times, held = record.times[mined.learned :], {n: v[mined.learned :] for n, v in record.columns.items()}
    few = offered(mined.candidates, 12)
    for words, some in (("all of them watched at once", mined.candidates), ("the 12 that `--suggest` shows", few)):
        off = [evaluate(c.formula, times, held).verdict < 0 for c in some]
        _at_once(words, np.any(off, axis=0))
    _at_once(
        "baseline, all columns",
        np.any([o for n in held if (o := _far(record.columns[n][: mined.learned], held[n])) is not None], axis=0),
    )
    for c in few:
        print(f"    {c.alarms.episodes} alarms, {c.kind}: {print_temporal(c.formula)}")


def _coverage(rows: int = 177, records: int = 400) -> None:
    """How often the interval of the alarms a day holds the true number: normal draws with memory, one bound, as many rows as are held back."""
    rng = np.random.default_rng(0)

    def draws(memory: float, n: int) -> np.ndarray:
        noise = rng.normal(size=n + 200) * math.sqrt(1 - memory * memory)
        x = np.zeros(n + 200)
        for i in range(1, n + 200):
            x[i] = memory * x[i - 1] + noise[i]
        return x[200:]

    for memory in (0.0, 0.5, 0.9, 0.97):
        long = draws(memory, 400_000)
        told = []
        for bound in (1.5, 2.0, 2.5):
            formula, bad = parse_temporal(f"x <= {bound}"), long > bound
            rate = float((bad[1:] & ~bad[:-1]).sum()) / (len(long) * 300 / 86_400)
            some = [false_alarms(formula, np.arange(rows) * 300.0, {"x": draws(memory, rows)}) for _ in range(records)]
            held = statistics.mean(a.per_day_interval[0] <= rate <= a.per_day_interval[1] for a in some)
            told.append(f"{held:.1%} at {rate:.2g} a day")
        print(f"coverage of the 95 % interval, memory {memory}: {', '.join(told)} ({records} records of {rows} rows each)")


def _at_once(words: str, bad: np.ndarray) -> None:
    blocks = [bool(bad[i : i + 12].any()) for i in range(0, len(bad) - 11, 12)]
    low, high = wilson(sum(blocks), len(blocks))
    print(
        f"  {words}: an alarm in {bad.mean():.1%} of the held-back rows and in {sum(blocks)} of {len(blocks)} hours ({low:.0%} to {high:.0%})"
    )


def _far(learned: np.ndarray, x: np.ndarray) -> np.ndarray | None:
    """More than 3 standard deviations of the learned rows from their mean; None where too few of them have a value."""
    there = learned[np.isfinite(learned)]
    return np.abs(x - there.mean()) > 3 * there.std() if len(there) >= 60 else None


def _issues(patterns: dict[str, tuple[Mined, Record]]) -> None:
    rows = [
        _issue(folder, mined.candidates, record, mined.learned)
        for pattern, (mined, record) in patterns.items()
        for folder in sorted((_ROOT / pattern / "train").iterdir())
    ]
    print(f"{len(rows)} issues; injected node and target node of each, and the share of the other nodes")
    for way in ("invariants", "baseline"):
        for who in ("injected", "target"):
            _share(f"{way}: {who} node off in some row", [bool(r[way][who]) for r in rows])
            _share(f"{way}: {who} node off in the first row already", [0 in r[way][who] for r in rows])
            late = [r["offsets"][min(r[way][who])] for r in rows if r[way][who]]
            if late:
                print(f"  {way}: {who} node first off {statistics.median(late) / 60:+.1f} min from the reported symptom "
                      f"(median; {min(late) / 60:+.1f} to {max(late) / 60:+.1f})")  # fmt: skip
        others = [r[way]["others"] for r in rows]
        first = [r[way]["others_first"] for r in rows]
        print(
            f"  {way}: other nodes off in some row {statistics.mean(others):.0%}, in the first row {statistics.mean(first):.0%} (means)"
        )


def _share(text: str, hits: list[bool]) -> None:
    low, high = wilson(sum(hits), len(hits))
    print(f"  {text}: {sum(hits)} of {len(hits)} ({low:.0%} to {high:.0%})")


def _issue(folder: Path, candidates: tuple[Candidate, ...], record: Record, learned: int) -> dict:
    times, columns, _, nodes = read(folder / "metrics.csv")
    label = json.loads((folder / "target.json").read_text(encoding="utf-8"))
    with (folder / "metrics.csv").open(encoding="utf-8") as f:
        start = next(float(line.split(",")[0]) for line in f if line[:1].isdigit())
    injected, target = label["root_cause"]["node"], label["target"]["node"]

    def by_node(off: Callable[[str], np.ndarray | None], names: list[tuple[str, tuple[str, ...]]]) -> dict[str, set[int]]:
        out: dict[str, set[int]] = {n: set() for n in set(nodes.values())}
        for name, reads in names:
            bad = off(name)
            for node in {nodes[c] for c in reads if c in nodes} if bad is not None else ():
                out[node] |= set(np.flatnonzero(bad).tolist())
        return out

    formulas = {c.name: c for c in candidates if all(n in columns for n in c.columns)}

    def invariant(name: str) -> np.ndarray:
        return evaluate(formulas[name].formula, times, columns).verdict < 0

    def far(name: str) -> np.ndarray | None:
        return _far(record.columns[name][:learned], columns[name])

    out: dict = {"offsets": (times + start - label["target"]["timestamp"]).tolist()}
    seen = {"invariants": by_node(invariant, [(n, c.columns) for n, c in formulas.items()]),
            "baseline": by_node(far, [(n, (n,)) for n in columns if n in record.columns])}  # fmt: skip
    for way, found in seen.items():
        others = [v for n, v in found.items() if n not in (injected, target)]
        out[way] = {
            "injected": found[injected], "target": found[target], "others": sum(map(bool, others)) / len(others),
            "others_first": sum(0 in v for v in others) / len(others),
        }  # fmt: skip
    return out
