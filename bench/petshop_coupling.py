"""Coupling on PetShop, a real application whose call graph is known: `./dev bench petshop`. Data in ../shared/data/petshop.

Failures by a declared rule, of each component against its own normal (`noissue`, two days of 5 minutes): its latency is more than 3 standard deviations above its
mean, or its availability as far below (a deviation counts as at least 1 % of the mean). Nothing was tuned on what came out.
`pairs`: the log of two normal days with the eight issues of the pattern behind them (25 minutes each; the time between is cut out), told by `study` as the product does,
load being the requests of PetSite. A found pair (q <= 0.05, no clock or load explains it) is right where the call graph has that edge, or a path, or a callee
in common. *By chance* is the share of such pairs among all that were tested. Direction: whether the callee failed first, of pairs along an edge.
`issues`: which component was it? *Deepest*: of those that failed, those that call none that failed; *largest z-score*: the component farthest from its normal; *random*: of
all with a normal, and of those that failed. Ties share the credit. All 20 issues have ONE injected component and one symptom, so this is one case
20 times: a constant answer would score all of them. The patterns `temporal_traffic` have no normal part; 16 issues are asked.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.mining import read
from fuelbed.core.dependencies import ancestors, depends_on
from fuelbed.numerics.joint.cover import quantiles
from fuelbed.numerics.joint.study import Context, PairResult, Study, study
from fuelbed.numerics.wilson import Z90, wilson

ROOT = Path(__file__).resolve().parents[2] / "shared/data/petshop"
STEP, FAR = 300.0, 3.0
SYMPTOM = "PetSite"
COUPLED = ("hidden dependency", "shared dependency", "cascade")


class Pattern(NamedTuple):
    """nodes; z: rows x nodes, the farther of latency and availability in the bad direction (nan: not measured); load; the callees of each, directly and in all."""

    nodes: list[str]
    z: np.ndarray
    issues: list[tuple[str, np.ndarray]]
    load: np.ndarray
    direct: set[tuple[str, str]]
    below: dict[str, frozenset[str]]


def pattern(name: str) -> Pattern:
    times, columns, _, of = read(ROOT / name / "noissue/metrics.csv")
    bad = {c: (+1 if c.endswith("_latency") else -1) for c in columns if c.endswith(("_latency", "_availability"))}
    normal = {}
    for c in bad:
        x = columns[c][np.isfinite(columns[c])]
        if len(x) >= 60:
            normal[c] = float(x.mean()), max(float(x.std()), 0.01 * abs(float(x.mean())), 1e-12)
    nodes = sorted({of[c] for c in normal})

    def far(some: dict[str, np.ndarray], rows: int) -> np.ndarray:
        out = np.full((rows, len(nodes)), np.nan)
        for c, (mean, sd) in normal.items():
            if c in some:
                k = nodes.index(of[c])
                out[:, k] = np.fmax(out[:, k], bad[c] * (some[c] - mean) / sd)
        return out

    issues = []
    for folder in sorted((ROOT / name / "train").iterdir()):
        t, some, _, _ = read(folder / "metrics.csv")
        label = json.loads((folder / "target.json").read_text(encoding="utf-8"))
        issues.append((label["root_cause"]["node"], far(some, len(t))))
    load = next(v for c, v in columns.items() if of[c] == SYMPTOM and c.endswith("_requests"))
    edges = _edges(ROOT / name / "graph.csv")
    direct = depends_on(sorted(edges))
    return Pattern(nodes, far(columns, len(times)), issues, load, edges, {n: frozenset(ancestors(direct, n)) for n in nodes})


def _edges(file: Path) -> set[tuple[str, str]]:
    """(caller, callee)."""
    with file.open(encoding="utf-8", newline="") as f:
        head, *rows = csv.reader(f)
    return {(r[0], to) for r in rows for to, calls in zip(head[1:], r[1:], strict=True) if float(calls or 0) > 0 and to != r[0]}


def log_of(p: Pattern) -> Study:
    z = np.vstack([p.z, *(x for _, x in p.issues)])
    which, starts, ends = [], [], []
    with np.errstate(invalid="ignore"):
        off = z > FAR
    for k in range(len(p.nodes)):
        edge = np.diff(np.r_[False, off[:, k], False].astype(int))
        first, last = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
        which += [k] * len(first)
        starts += (first * STEP).tolist()
        ends += (last * STEP).tolist()
    window = (0.0, len(z) * STEP)
    load = np.r_[p.load, np.full(len(z) - len(p.load), np.nan)]
    # the issues have a stratum of their own: their load was that of another month
    strata = quantiles(
        "the load", window, STEP / 2, np.arange(len(z)) * STEP, np.where(np.isfinite(load), load, 2 * np.nanmax(load)), 10
    )
    context = Context(strata, {"the minute of the hour": 3_600.0}, {}, {n: b for n, b in p.below.items() if b})
    return study(p.nodes, which, starts, ends, window, STEP, context)


def pairs(name: str, p: Pattern) -> None:
    s = log_of(p)
    alive = [n for n, k in s.components.items() if k]
    every = {(a, b) for i, a in enumerate(alive) for b in alive[i + 1 :]}

    def edge(a: str, b: str) -> bool:
        return (a, b) in p.direct or (b, a) in p.direct

    def near(a: str, b: str) -> bool:
        return edge(a, b) or a in p.below[b] or b in p.below[a] or bool(p.below[a] & p.below[b])

    found = {
        "raw test, q <= 0.05": {(x.a, x.b) for x in s.pairs if x.q_raw <= s.discovery},
        "adjusted, q <= 0.05": {(x.a, x.b) for x in s.surprising if x.q <= s.discovery},
        "told as coupled": {(x.a, x.b) for x in s.surprising if x.mechanism in COUPLED},
    }
    print(
        f"{name}: {len(p.z)} normal rows and {len(p.issues)} issues; {sum(s.components.values())} onsets of {len(alive)} of {len(p.nodes)} components"
    )
    for words, truth in (("along an edge", edge), ("edge, path or callee in common", near)):
        those = {x for x in every if truth(*x)}
        print(f"  {words}: {len(those)} of {len(every)} tested pairs, {len(those) / max(len(every), 1):.0%} by chance")
        for way, some in found.items():
            print(
                f"    {way}: {len(some)} found; precision {_share(len(some & those), len(some))}, recall {_share(len(some & those), len(those))}"
            )
    counts: dict[str, int] = {}
    for x in s.surprising:
        counts[x.mechanism] = counts.get(x.mechanism, 0) + 1
    print(f"  mechanisms: {counts}")
    _direction([x for x in s.surprising if x.mechanism in COUPLED and edge(x.a, x.b)], p)


def _direction(some: list[PairResult], p: Pattern) -> None:
    right = wrong = open_ = 0
    for x in some:
        if x.lag is None or x.lag.after == x.lag.before:
            open_ += 1
        elif ((x.a, x.b) in p.direct) == (x.lag.before > x.lag.after):  # a calls b: b first is a negative lag
            right += 1
        else:
            wrong += 1
    settled = sum(x.lag is not None and x.lag.p <= 0.05 for x in some)
    print(
        f"  direction of {len(some)} pairs along an edge: callee more often first {right}, caller {wrong}, neither {open_}; settled by the sign test {settled}"
    )


def _share(k: int, n: int) -> str:
    if not n:
        return "-"
    low, high = wilson(k, n, Z90)
    return f"{k}/{n} = {k / n:.0%} ({low:.0%}..{high:.0%})"


def localize(patterns: dict[str, Pattern]) -> None:
    credit: dict[str, list[float]] = {}
    failed = []
    for p in patterns.values():
        for injected, z in p.issues:
            worst = np.nanmax(np.where(np.isnan(z), -np.inf, z), axis=0)
            off = {n for n, x in zip(p.nodes, worst, strict=True) if x > FAR}
            deepest = {n for n in off if not p.below[n] & off}
            failed.append((len(off), injected in off))
            best = {p.nodes[int(np.argmax(worst))]}
            ranked = [p.nodes[k] for k in np.argsort(-worst)[:3]]
            for way, named in (
                ("deepest that failed", deepest), ("deepest, of what the symptom calls", deepest & p.below[SYMPTOM]), ("largest z-score", best),
                ("among the 3 largest z-scores (no shared credit)", set(ranked)), ("random, of all", set(p.nodes)), ("random, of those that failed", off),
            ):  # fmt: skip  # one table
                whole = 1 if "no shared" in way else max(len(named), 1)
                credit.setdefault(way, []).append((injected in named) / whole)
    print(
        f"{len(failed)} issues; failed by the rule: {np.mean([n for n, _ in failed]):.1f} components on average, the injected one in {sum(x for _, x in failed)}"
    )
    for way, got in credit.items():
        print(f"  {way}: {np.mean(got):.2f} of the credit, in {sum(x > 0 for x in got)} of {len(got)} named at all")


def main() -> int:
    if not ROOT.exists():
        print(f"petshop: no data at {ROOT}", file=sys.stderr)
        return 1
    patterns = {n: pattern(n) for n in ("low_traffic", "high_traffic")}
    for name, p in patterns.items():
        pairs(name, p)
    localize(patterns)
    return 0
