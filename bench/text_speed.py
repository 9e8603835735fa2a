"""How fast texts are read: `./dev bench text_speed`. Documents a second of one processor, medians of 5 rounds that take turns.

What each side computes, on the same files (../shared/data, where it is there; else the docs), each once more with another last line so that nothing remembered helps:
  fuelbed      in this process, after one warm round: `read` (structure), `check` (all rules that are on, with what they ask the reading for), `the rest`
               (triggers, conditions, controls, actions, feedback and claims that no rule asked for). Parse and rules are the first two, which is what a list
               of findings costs; the screen of `review` and `corpus` ask for all. Processor time. The command as a whole process is given too, for findings:
               start-up and the compilation of patterns are in it; and *beyond the first ten*, what the other documents took beyond a run over ten.
  write-good, alex   (npm) as whole processes over all files: word lists for passive voice, weasel words, insensitive words. Processor time, children included.
               Looked for on the PATH, or in the folder that FUELBED_BENCH_NPM names (its node_modules/.bin); without them that part says so.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from bench.beside import Row, tell
from fuelbed.cli.main import rarely_collect
from fuelbed.core.reading import Claims, Reading
from fuelbed.engines.lint import check
from fuelbed.text.read import read
from fuelbed.text.understand import understand

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
ROUNDS = 5
TARGET = 140  # documents a second, parse and rules
PARSE_AND_RULES = "fuelbed, read and check"
PEERS = ("write-good", "alex")
FEW = 10  # documents of a run that is nearly all start-up
WHOLE, BEYOND = "whole process", f"beyond the first {FEW}"


def _texts() -> list[str]:
    folders = [SHARED / "postmortems", SHARED / "postmortems-unlabelled"]
    found = [p for f in folders for p in sorted(f.rglob("*.md")) if p.name != "README.md"] or sorted(
        (ROOT / "docs").rglob("*.md")
    )
    return [p.read_text(encoding="utf-8", errors="replace") for p in found]


def _ours(texts: list[str]) -> dict[str, float]:
    """Seconds of the processor for each step, over all texts: one document after the other, as a review takes them."""
    spent = dict.fromkeys(("read", "check", "the rest"), 0.0)
    for t in texts:
        start = time.process_time()
        document = read(t, "a.md")
        known = time.process_time()
        reading = understand(document)
        check(reading)
        checked = time.process_time()
        _everything(reading)
        for name, seconds in zip(spent, (known - start, checked - known, time.process_time() - checked), strict=True):
            spent[name] += seconds
    return spent


def _everything(reading: Reading) -> None:
    """Asks for every part of a reading: each is read when it is first asked for."""
    for part in fields(Reading):
        value = getattr(reading, part.name)
        if isinstance(value, Claims):
            _ = [getattr(value, claim.name) for claim in fields(Claims)]
    _ = [a.cls for a in reading.actions]


def _process(command: Sequence[str]) -> float:
    """Processor seconds of a process and its children; compiled modules are kept, as they are for a user."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": str(ROOT / "src")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _peers() -> dict[str, str]:
    folder = os.environ.get("FUELBED_BENCH_NPM", "")
    where = f"{folder}/node_modules/.bin{os.pathsep}{os.environ.get('PATH', '')}" if folder else None
    return {name: found for name in PEERS if (found := shutil.which(name, path=where))}


def _written(texts: list[str], folder: str, k: int) -> list[str]:
    files = []
    for i, t in enumerate(texts):
        files.append(str(Path(folder, f"{i}.md")))
        Path(files[-1]).write_text(f"{t}\nRound {k}.\n", encoding="utf-8")
    return files


def _rates(texts: list[str], commands: Mapping[str, Sequence[str]], folder: str, k: int) -> Iterator[tuple[str, float]]:
    """Documents a second of one round, by what was measured."""
    n = len(texts)
    files = _written(texts, folder, k)
    ours = _ours([f"{t}\nRound {k}.\n" for t in texts])
    for name, seconds in ours.items():
        yield f"fuelbed, {name}", n / seconds
    yield PARSE_AND_RULES, n / (ours["read"] + ours["check"])
    yield "fuelbed, all of it", n / sum(ours.values())
    for name, command in commands.items():
        whole, started = _process([*command, *files]), _process([*command, *files[:FEW]])
        yield f"{name}, {WHOLE}", n / whole
        yield f"{name}, {BEYOND}", (n - FEW) / max(whole - started, 1e-3)


def main() -> None:
    rarely_collect()  # as the command does
    texts, peers = _texts(), _peers()
    n, size = len(texts), sum(map(len, texts))
    print(f"{n} documents, {size / 1000:.0f} kB")
    _ours(texts)
    rows: dict[str, list[float]] = {}
    review = [sys.executable, "-m", "fuelbed", "review", "--no-config", "--format", "github"]
    commands: dict[str, Sequence[str]] = {"fuelbed review": review, **{name: [at] for name, at in peers.items()}}
    with tempfile.TemporaryDirectory() as folder:
        for k in range(ROUNDS):
            for name, rate in _rates(texts, commands, folder, k):
                rows.setdefault(name, []).append(rate)
    medians = {name: statistics.median(rates) for name, rates in rows.items()}
    for name, rate in medians.items():
        print(f"  {name:38s} {rate:6.0f} documents/s a core")
    rate = medians[PARSE_AND_RULES]
    print(f"  target {TARGET}: " + ("met" if rate >= TARGET else f"missed by a factor of {TARGET / rate:.1f}"))
    for name in peers:
        for what in (WHOLE, BEYOND):
            tell(Row(f"{n} documents, {what}", "documents a second", medians[f"fuelbed review, {what}"], name, medians[f"{name}, {what}"], "more",
                     sides="ours: structure, all rules and what they ask for; the peer: word lists"))  # fmt: skip
    for name in PEERS:
        if name not in peers:
            print(f"  {name} was not found: npm install {name}, and FUELBED_BENCH_NPM=FOLDER")


if __name__ == "__main__":
    main()
