"""Temporal logic side by side with its peers: `./dev bench invariants`. Processor time; ours and scipy medians of rounds that take turns.

Traces: two columns of 1,000,000 normal draws, one sample a second. *Ours* is the whole of `evaluate` as the product calls it: samples from
rows by the declared rules, predicates, least and greatest robustness over what is missing (the tail is not decided), verdicts. *Closed* is the
same without missing samples, which is what rtamt computes. *rtamt* (0.4.10, discrete time, offline) is one run on lists made beforehand, its
parsing left out, at the same 1,000,000 samples: nothing is extrapolated. Its until cannot be run at that size (it is quadratic in the
window), so it is measured at 10,000 samples and a window of 100, beside ours at the same. *scipy* is `ndimage.minimum_filter1d` or
`maximum_filter1d` over the same window of a margin that is there already, beside our window operator alone (`slide`) and beside all of
`evaluate`. Worst case of until: the left operand never fails and the right one never holds, so no search in a window could stop early.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from bench.beside import Row, tell
from fuelbed.core.temporal import parse_temporal
from fuelbed.numerics.temporal import evaluate
from fuelbed.numerics.temporal.windows import slide

__all__ = ["main"]

_N = 1_000_000
_ROUNDS = 9
_FORMULAS = {
    "G": "always[0..100 s] x <= 3",
    "F": "eventually[0..60 s] y >= 1",
    "nested": "always(x >= 2.5 -> eventually[0..60 s] y >= 1)",
    "G, long window": "always[0..10000 s] x <= 3",
    "H": "historically[0..50 s] x <= 1",
}


def main() -> None:
    rng = np.random.default_rng(0)
    columns = {"x": rng.normal(size=_N), "y": rng.normal(size=_N)}
    times = np.arange(_N, dtype=float)
    for name, text in _FORMULAS.items():
        _against_rtamt(name, text, times, columns)
    _against_scipy(columns["x"])
    _until(times, columns)
    _uneven(columns)


def _against_rtamt(name: str, text: str, times: np.ndarray, columns: dict[str, np.ndarray]) -> None:
    f = parse_temporal(text)
    here, closed = _in_turn(lambda: evaluate(f, times, columns), lambda: evaluate(f, times, columns, closed=True))
    line = f"{name}: {text}: {here:.1f} ms, closed {closed:.1f} ms"
    theirs = _rtamt(text, columns)
    if theirs is None:
        print(f"{line}; rtamt is not installed")
        return
    seconds, values = theirs
    same = evaluate(f, times, columns, closed=True).low.tolist() == values
    tell(Row(f"`{text}` on {_N:,} samples", "ms", here, "rtamt", 1e3 * seconds,
             sides=f"all robustness values equal: {same}; rtamt takes lists and gives pairs; one run of rtamt"))  # fmt: skip
    print(f"{line}; rtamt {seconds:.1f} s: {1e3 * seconds / here:.0f} times, closed {1e3 * seconds / closed:.0f} times (target 200);",
          f"all {len(values)} samples equal: {same}")  # fmt: skip


def _against_scipy(x: np.ndarray) -> None:
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    times, f = np.arange(_N, dtype=float), parse_temporal("always[0..100 s] x <= 3")
    for width in (61, 101, 1_001, 10_001):
        f = parse_temporal(f"always[0..{width - 1} s] x <= 3")
        margin = 3 - x
        alone, whole, least, most = _in_turn(
            lambda w=width, m=margin: slide(m, 0, w - 1, False, np.inf),
            lambda f=f: evaluate(f, times, {"x": x}),
            lambda w=width, m=margin: minimum_filter1d(m, w, mode="constant", cval=np.inf),
            lambda w=width, m=margin: maximum_filter1d(m, w, mode="constant", cval=-np.inf),
        )  # fmt: skip
        tell(Row(f"least of a window of {width} samples, operator alone", "ms", alone, "scipy minimum_filter1d", least))
        print(
            f"window of {width}: operator {alone:.1f} ms, all of evaluate {whole:.1f} ms; scipy minimum {least:.1f} ms, maximum {most:.1f} ms"
        )


def _until(times: np.ndarray, columns: dict[str, np.ndarray]) -> None:
    for text in (
        "x <= 100 until[0..10000 s] y >= 100",
        "x <= 100 until[1000..10000 s] y >= 100",
        "x <= 100 since[0..10000 s] y >= 100",
    ):
        f = parse_temporal(text)
        here, closed = _in_turn(lambda f=f: evaluate(f, times, columns), lambda f=f: evaluate(f, times, columns, closed=True))
        print(f"worst case, {text}: {here:.0f} ms, closed {closed:.0f} ms (target 1000)")
    text, some = "x <= 1 until[0..100 s] y >= 2", {k: v[:10_000] for k, v in columns.items()}
    f = parse_temporal(text)
    (here,) = _in_turn(lambda: evaluate(f, times[:10_000], some))
    theirs = _rtamt(text, some)
    if theirs is not None:
        tell(Row(f"`{text}` on 10,000 samples", "ms", here, "rtamt", 1e3 * theirs[0]))
        print(f"until at 10,000 samples, {text}: {here:.2f} ms; rtamt {theirs[0]:.1f} s")


def _uneven(columns: dict[str, np.ndarray]) -> None:
    times = np.cumsum(np.random.default_rng(1).uniform(0.5, 1.5, size=_N))
    for text in (*list(_FORMULAS.values())[:4], "x <= 100 until[0..10000 s] y >= 100"):
        f = parse_temporal(text)
        without, gaps = _in_turn(
            lambda f=f: evaluate(f, times, columns, gap=10.0), lambda f=f: evaluate(f, times, columns, gap=1.4)
        )
        print(f"uneven steps, {text}: {without:.0f} ms, with a tenth of the steps a gap {gaps:.0f} ms")


def _rtamt(text: str, columns: dict[str, np.ndarray]) -> tuple[float, list[float]] | None:
    """Processor seconds of one run, and its robustness."""
    try:
        import rtamt
    except ImportError:
        return None
    from tests.oracle.rtamt import as_rtamt

    f = parse_temporal(text)
    spec = rtamt.StlDiscreteTimeSpecification()
    for name in columns:
        spec.declare_var(name, "float")
    spec.spec = as_rtamt(f)
    spec.parse()
    data = {"time": list(range(len(columns["x"]))), **{k: v.tolist() for k, v in columns.items()}}
    start = time.process_time()
    out = spec.evaluate(data)
    return time.process_time() - start, [v for _, v in out]


def _in_turn(*works: Callable[[], object]) -> list[float]:
    """Median processor milliseconds of each, in rounds that take turns, after one that warms up."""
    rows: list[list[float]] = []
    for _ in range(_ROUNDS + 1):
        row = []
        for work in works:
            start = time.process_time()
            work()
            row.append(1e3 * (time.process_time() - start))
        rows.append(row)
    return [statistics.median(x) for x in zip(*rows[1:], strict=True)]
