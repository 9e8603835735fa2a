"""A corpus of a thousand documents: `./dev bench corpus`. Whole processes, medians of 3: cold (an empty cache, two processes for reading) and warm.

The documents are real ones (../shared/data, where it is there; else the tutorial's) with paragraphs drawn from two of them and a number in every line, so that
none is like another. No peer does this: a search tool is no comparison.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
MANY, RUNS = 1_000, 3


def _sources() -> list[str]:
    found = [
        p
        for folder in ("postmortems", "postmortems-unlabelled")
        for p in sorted((SHARED / folder).rglob("*.md"))
        if p.name != "README.md"
    ]
    return [p.read_text(encoding="utf-8", errors="replace") for p in found or (ROOT / "docs").rglob("*.md")]


def _write(folder: Path) -> int:
    """How many bytes."""
    rng, sources, size = Random(1), _sources(), 0
    for n in range(MANY):
        a, b = rng.choice(sources).split("\n\n"), rng.choice(sources).split("\n\n")
        text = "\n\n".join(
            [f"# Incident {n}", *(x for x in a if rng.random() < 0.8), *rng.sample(b, min(2, len(b))), f"Number {n}."]
        )
        path = folder / f"{2015 + n % 10}" / f"{2015 + n % 10}-{1 + n % 12:02d}-{1 + n % 28:02d}-{n}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        size += len(text)
    return size


def _time(folder: Path, cache: Path) -> float:
    command = [
        sys.executable,
        "-m",
        "fuelbed",
        "corpus",
        str(folder),
        "--cache",
        str(cache),
        "--format",
        "json",
        "-o",
        os.devnull,
    ]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONPYCACHEPREFIX": str(ROOT / ".cache" / "bytecode")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its compiled modules
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=env)
    return time.perf_counter() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as root:
        folder, cache = Path(root, "documents"), Path(root, "cache.sqlite")
        folder.mkdir()
        size = _write(folder)
        cold, warm = [], []
        for _ in range(RUNS):
            cache.unlink(missing_ok=True)
            cold.append(_time(folder, cache))
            warm.append(_time(folder, cache))
        print(
            f"{MANY:,} documents, {size / 1e6:.1f} MB: cold {statistics.median(cold):.1f} s, warm {statistics.median(warm):.2f} s (medians of {RUNS})"
        )
        print(f"the cache: {cache.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
