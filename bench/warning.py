"""How often the early-warning rule fires where nothing follows, and before labelled incidents: `./dev bench warning`.

Records of 144 rows (12 h at 5-minute steps), next to one another, of which none touches an incident: every `rising` there is a false
alarm. Sources: AR(1) noise (known truth), the quiet parts of the four NAB metrics (a day before and after each labelled window is left
out), and the normal part of the PetShop application (mean latency and requests of each component). Before each labelled NAB window the
144 rows that end where it begins are tested too. Intervals are Wilson's, 90 %; records of one metric are not independent, so they are
somewhat too narrow. The data lie beside the project and are not part of it; without them only the noise is measured.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

import numpy as np  # noqa: E402  # the path comes first

from fuelbed.numerics.series.warning import early_warning  # noqa: E402
from fuelbed.numerics.wilson import Z90, wilson  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
ROWS = 144
_DAY = 86_400.0


def _seconds(text: str) -> float:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()


def nab() -> Iterator[tuple[str, np.ndarray, np.ndarray, list[tuple[float, float]]]]:
    windows = json.loads((DATA / "nab/windows.json").read_text())
    for name, spans in sorted(windows.items()):
        with (DATA / "nab" / name).open() as f:
            rows = list(csv.DictReader(f))
        t = np.array([_seconds(r["timestamp"]) for r in rows])
        yield name, t, np.array([float(r["value"]) for r in rows]), [(_seconds(a), _seconds(b)) for a, b in spans]


def petshop() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Mean latency and requests of each component in normal operation; the first three lines of the file are its header."""
    for file in sorted(DATA.glob("petshop/*/noissue/metrics.csv")):
        with file.open() as f:
            names, metrics, statistics, *rows = list(csv.reader(f))
        rows = [r for r in rows if r[0].replace(".", "").isdigit()]
        t = np.array([float(r[0]) for r in rows])
        for c in range(1, len(names)):
            if (metrics[c], statistics[c]) in (("latency", "Average"), ("requests", "Sum")):
                yield t, np.array([float(r[c]) if r[c] else math.nan for r in rows])


def pieces(t: np.ndarray, x: np.ndarray, out: list[tuple[float, float]]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Neighbouring records without a row in `out`."""
    good = np.ones(len(t), dtype=bool)
    for a, b in out:
        good &= (t < a) | (t > b)
    for i in range(0, len(t) - ROWS + 1, ROWS):
        if good[i : i + ROWS].all():
            yield t[i : i + ROWS], x[i : i + ROWS]


def count(records: Iterator[tuple[np.ndarray, np.ndarray]], surrogate: str) -> str:
    rng = np.random.default_rng(1)
    seen = {"rising": 0, "not rising": 0, "cannot tell": 0}
    for t, x in records:
        seen[early_warning(t, x, rng, surrogate=surrogate).verdict] += 1  # type: ignore[arg-type]  # a word of the table below
    n = seen["rising"] + seen["not rising"]
    low, high = wilson(seen["rising"], n, Z90)
    rate = seen["rising"] / n if n else math.nan
    return f"{seen['rising']} of {n} ({rate:.1%}, {low:.1%} to {high:.1%}); cannot tell: {seen['cannot tell']}"


def noise(a: float, records: int = 400) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(7)
    for _ in range(records):
        x = np.zeros(ROWS + 200)
        for i, e in enumerate(rng.standard_normal(len(x) - 1)):
            x[i + 1] = a * x[i] + e
        yield np.arange(ROWS) * 300.0, x[200:]


def main() -> None:
    for kind in ("ar1", "phase"):
        print(f"surrogates: {kind}")
        for a in (0.0, 0.5, 0.9):
            print(f"  AR(1) noise, {a}: {count(noise(a), kind)}")
        if not DATA.is_dir():
            print("  (the data of NAB and PetShop are not here)")
            continue
        for name, t, x, spans in nab():
            quiet = pieces(t, x, [(a - _DAY, b + _DAY) for a, b in spans])
            print(f"  NAB quiet, {name}: {count(quiet, kind)}")
            before = [(t[i - ROWS : i], x[i - ROWS : i]) for a, _ in spans if (i := int(np.searchsorted(t, a))) >= ROWS]
            print(f"  NAB before windows, {name}: {count(iter(before), kind)}")
        print(f"  PetShop normal: {count((p for t, x in petshop() for p in pieces(t, x, [])), kind)}")


if __name__ == "__main__":
    main()
