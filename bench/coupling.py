"""Counting joint failures beside its peers: `./dev bench coupling [scale | onsets | scipy | pandas]`. Processor seconds, medians of rounds that take turns.

History: N components, T = 525,600 bins of a minute (a year), each component down in a random share p of them, independently.

What each side computes, and from what:
  ours    `cofailures`: bins in which both of a pair were down, for every pair with any, from the bins of each component (CSR: an `Occupancy`).
          Compiled where numba is there, and plain NumPy beside it (`fast=False`). The bins' own transpose is in the time.
  scipy   S @ S.T of the same bins as a CSR matrix of int32: the same counts, of both triangles and the diagonal; nothing is sorted or cut after it.
  pandas  `DataFrame.corr()` of the dense float64 columns, made beforehand: the correlation of every pair, which for 0 and 1 is phi. Ours here:
          `cofailures` and phi of every pair from the counts, the same matrix. By pandas' cost N is small; pairs per second are compared, and
          ours also at N = 2,000, where pandas would need 8.4 GB.

`scale` runs in processes of their own and tells their peak memory (the whole process: interpreter, bins, counts), from bins and from failures with
start and end in seconds. `onsets` is `coincidences` alone, in exact seconds: no peer does that for all pairs. pandas is looked for here, else in the Python that FUELBED_BENCH_PANDAS names; without it that part says so.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from bench.beside import Row, tell
from fuelbed.numerics.joint.bins import Occupancy, bins, onsets
from fuelbed.numerics.joint.coincide import coincidences
from fuelbed.numerics.joint.pairs import Pairs, cofailures
from fuelbed.numerics.kernels import VARIABLE, runs_fast

__all__ = ["main", "measured"]

MINUTES = 525_600
PANDAS = "FUELBED_BENCH_PANDAS"
_SCALES = ((10_000, 0.0005), (10_000, 0.002))
_SCIPY = ((2_000, 0.0005, 9), (2_000, 0.01, 5), (10_000, 0.0005, 5))
_PEER = """
import sys, time
import numpy as np, pandas as pd
data = np.load(sys.argv[1])
n, T = int(data["n"]), int(data["T"])
a = np.zeros((T, n))
a[data["indices"], np.repeat(np.arange(n), np.diff(data["indptr"]))] = 1
frame = pd.DataFrame(a)
print(pd.__version__, flush=True)
for line in sys.stdin:
    start = time.process_time()
    c = frame.corr()
    print(time.process_time() - start, flush=True)
    np.save(sys.argv[2], c.to_numpy())
"""


def main(parts: list[str] | None = None) -> None:
    print(
        f"numba: {'on' if runs_fast() else 'off'}; load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    for part in parts or ["scale", "onsets", "scipy", "pandas"]:
        {"scale": _scale, "onsets": _onsets, "scipy": _against_scipy, "pandas": _against_pandas}[part]()


def history(n: int, p: float, seed: int = 0) -> Occupancy:
    """Bins of `n` components, each down in binomial(T, p) of them."""
    rng = np.random.default_rng(seed)
    rows = [np.sort(rng.choice(MINUTES, rng.binomial(MINUTES, p), replace=False)).astype(np.int32) for _ in range(n)]
    return Occupancy(n, MINUTES, 60.0, np.append(0, np.cumsum([len(r) for r in rows])), np.concatenate(rows))


def _scale() -> None:
    ways = ["fast", "plain"] if runs_fast() else ["plain"]
    for n, p in _SCALES:
        for way in ways:
            runs = [_elsewhere(n, p, way) for _ in range(3)]
            wall, cpu, whole, megabytes, pairs, total = (statistics.median(r[k] for r in runs) for k in runs[0])
            print(f"{n} components x {MINUTES} minutes at {p:.2%}, {way}: {wall:.2f} s by the clock, {cpu:.2f} of the processor (target 5 at 0.05%);"
                  f" from failures in seconds {whole:.2f}; peak {megabytes:.0f} MB (target 3000);"
                  f" {pairs:,.0f} pairs, {total:,.0f} coincident minutes", flush=True)  # fmt: skip


def _onsets() -> None:
    rng = np.random.default_rng(0)
    for n, each in ((1_000, 200), (10_000, 50)):
        which, times = rng.integers(0, n, n * each), rng.integers(0, 60 * MINUTES, n * each).astype(float)
        o = onsets(which, times, times, n, (0.0, 60.0 * MINUTES))
        works: list[Callable[[], Any]] = [lambda o=o: coincidences(o, -300.0, 300.0, fast=False)]
        if runs_fast():
            works.append(lambda o=o: coincidences(o, -300.0, 300.0, fast=True))
        seconds, (found, *_) = _in_turn(works, 5)
        took = ", ".join(f"{way} {statistics.median(t):.2f} s" for way, t in zip(["plain", "compiled"], seconds, strict=False))
        print(
            f"onsets of {n} components, {each} a year each, within 5 minutes: {took}; {len(found):,} pairs that coincide",
            flush=True,
        )


def measured(n: int, p: float) -> None:
    """In a process of its own: one warm scan from bins, one from failures, and the most memory that it took; as JSON."""
    import resource

    occ = history(n, p)
    cofailures(history(50, 0.01, 1), fast=runs_fast())  # loads the machine code
    start, used = time.perf_counter(), time.process_time()
    found = cofailures(occ)
    wall, cpu = time.perf_counter() - start, time.process_time() - used
    size, total = len(found), int(found.both.sum(dtype=np.int64))
    del found
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e3 if sys.platform == "linux" else 1e6)
    which, starts = np.repeat(np.arange(n), occ.counts()), occ.indices * 60.0
    start = time.perf_counter()
    cofailures(bins(which, starts, starts + 45.0, n, (0.0, 60.0 * MINUTES), 60.0))
    whole = time.perf_counter() - start
    print(json.dumps({"wall": wall, "cpu": cpu, "whole": whole, "megabytes": megabytes, "pairs": size, "total": total}))


def _elsewhere(n: int, p: float, way: str) -> dict[str, float]:
    code = f"from bench.coupling import measured; measured({n}, {p})"
    env = {**os.environ, VARIABLE: way, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def _against_scipy() -> None:
    from scipy.sparse import csr_array

    for n, p, rounds in _SCIPY:
        occ = history(n, p)
        s = csr_array((np.ones(len(occ.indices), np.int32), occ.indices, occ.indptr.astype(np.int32)), shape=(n, MINUTES))
        works: list[Callable[[], Any]] = [lambda s=s: s @ s.T, lambda o=occ: cofailures(o, fast=False)]
        if runs_fast():
            works.append(lambda o=occ: cofailures(o, fast=True))
        seconds, (product, *ours) = _in_turn(works, rounds)
        names = ["plain", "compiled"]
        pairs = n * (n - 1) / 2
        same = all(_equal(product, o) for o in ours)
        for way, t in zip(names, seconds[1:], strict=False):
            tell(Row(f"pairs that are down in the same minute, {n:,} components at {p:.2%}, {way}", "s", statistics.median(t), "scipy.sparse",
                     statistics.median(seconds[0]), sides=f"every count equal: {same}"))  # fmt: skip
        line = "; ".join(
            f"{name} {statistics.median(t):.3f} s, {pairs / statistics.median(t) / 1e6:.1f} M pairs/s, {_ratio(seconds[0], t)} times scipy"
            for name, t in zip(names, seconds[1:], strict=False)
        )
        print(f"N={n}, p={p:.2%}: scipy {statistics.median(seconds[0]):.3f} s; {line}; medians of {rounds};"
              f" target {'5' if p == 0.01 else '0.3'}; every count equal: {same}", flush=True)  # fmt: skip


def _equal(product: Any, ours: Pairs) -> bool:
    from scipy.sparse import triu

    upper = triu(product, k=1, format="csr")
    upper.sort_indices()
    mine = np.bincount(ours.i, minlength=upper.shape[0])
    return bool(
        np.array_equal(np.diff(upper.indptr), mine)
        and np.array_equal(upper.indices, ours.j)
        and np.array_equal(upper.data, ours.both)
    )


def _against_pandas() -> None:
    python = os.environ.get(PANDAS) or (sys.executable if find_spec("pandas") else "")
    if not python:
        print(f"pandas is not installed; {PANDAS} may name a Python that has it")
        return
    speeds = []
    for n, rounds in ((40, 7), (100, 5), (200, 3)):
        speeds.append(_beside_pandas(python, n, rounds))
    big = history(2_000, 0.01)
    (seconds,), _ = _in_turn([lambda: phi(big)], 3)
    speed = 1_999_000 / statistics.median(seconds)
    print(
        f"N=2000, p=1.00%: {speed:,.0f} pairs/s with phi of each, {speed / max(speeds):,.0f} times pandas at its faster N; target 500"
    )


def _beside_pandas(python: str, n: int, rounds: int) -> float:
    """Pairs a second of pandas."""
    occ = history(n, 0.01)
    with tempfile.TemporaryDirectory() as folder:
        data, out = Path(folder) / "bins.npz", Path(folder) / "corr.npy"
        np.savez(data, n=occ.n, T=occ.T, indptr=occ.indptr, indices=occ.indices)
        with subprocess.Popen(
            [python, "-c", _PEER, str(data), str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as peer:
            assert peer.stdin is not None
            assert peer.stdout is not None
            version = peer.stdout.readline().strip()
            ways = [False, True] if runs_fast() else [False]
            theirs: list[float] = []
            ours: list[list[float]] = [[] for _ in ways]
            for k in range(rounds + 1):
                peer.stdin.write("\n")
                peer.stdin.flush()
                taken = float(peer.stdout.readline())
                spent, (matrix, *_) = _in_turn([lambda w=w: phi(occ, w) for w in ways], 1)
                if k:
                    theirs.append(taken)
                    for found, (t,) in zip(ours, spent, strict=True):
                        found.append(t)
            peer.stdin.close()
            peer.wait()
        off = float(np.abs(np.load(out) - matrix).max())
    pairs = n * (n - 1) / 2
    for way, t in zip(["plain", "compiled"], ours, strict=False):
        tell(Row(f"correlation of {n} components at 1 %, {way}", "pairs a second", pairs / statistics.median(t), "pandas",
                 pairs / statistics.median(theirs), "more", sides=f"every pair, largest difference {off:.0e}"))  # fmt: skip
    print(f"N={n}, p=1.00%: pandas {version} {pairs / statistics.median(theirs):,.0f} pairs/s; ours with phi of each",
          "; ".join(f"{name} {pairs / statistics.median(t):,.0f}, {_ratio(theirs, t)} times" for name, t in zip(["plain", "compiled"], ours, strict=False)),
          f"; medians of {rounds}; target 500; largest difference of a correlation {off:.1e}", flush=True)  # fmt: skip
    return pairs / statistics.median(theirs)


def phi(occ: Occupancy, fast: bool | None = None) -> np.ndarray:
    """Correlation of all pairs from the counts: (T n_ij - n_i n_j) / sqrt(n_i (T - n_i) n_j (T - n_j))."""
    p, n = cofailures(occ, fast=fast), occ.counts().astype(float)
    both = np.zeros((occ.n, occ.n))
    both[p.i, p.j] = p.both
    both += both.T
    np.fill_diagonal(both, n)
    spread = np.sqrt(n * (occ.T - n))
    return np.asarray((occ.T * both - np.outer(n, n)) / np.outer(spread, spread))


def _in_turn(works: list[Callable[[], Any]], rounds: int) -> tuple[list[list[float]], list[Any]]:
    """Processor seconds of each in rounds that take turns, after one that warms up (its results); in one round alone nothing warms up."""
    seconds: list[list[float]] = [[] for _ in works]
    results: list[Any] = []
    for k in range(rounds + (rounds > 1)):
        for work, found in zip(works, seconds, strict=True):
            start = time.process_time()
            result = work()
            spent = time.process_time() - start
            if not k:
                results.append(result)
            if k or rounds == 1:
                found.append(spent)
            del result
    return seconds, results


def _ratio(theirs: list[float], ours: list[float]) -> str:
    """Median and range of the ratio over the rounds."""
    ratios = sorted(a / b for a, b in zip(theirs, ours, strict=True))
    return f"{statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})"
