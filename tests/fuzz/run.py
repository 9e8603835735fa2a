"""`./dev fuzz [NAME...] [--seconds 60]`: damaged input against every parser, one process after the other.

Where atheris is installed (`.venv/bin/python -m pip install atheris`) it leads by the code that is reached, else chance does: one to six
pieces of damage to a well-formed input. What breaks the property of `judge.py` is saved under out/fuzz/NAME, one file for each place in the
code, with the command that replays it. Exit code 1 where something was found.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
OUT = ROOT / "out" / "fuzz"
MEMORY = 3 << 30  # bytes of address space of one process
SECONDS = 20.0  # of the processor for one input: code that is instrumented runs at a fraction of its pace
LONGEST = 40_000  # bytes of an input


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev fuzz", description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("name", nargs="*", help="targets; all of them where none is named")
    parser.add_argument("--seconds", type=float, default=60, help="for each target (default: 60)")
    parser.add_argument("--list", action="store_true", help="the targets, and what each reads")
    parser.add_argument("--plain", action="store_true", help="by chance alone, also where atheris is installed")
    parser.add_argument("--replay", type=Path, help="judge this file once, against the one target that is named")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    if given.child:
        return _child(given.name[0], given.seconds, given.plain)
    from tests.fuzz.targets import TARGETS

    wrong = [n for n in given.name if n not in TARGETS]
    if wrong or (given.replay and len(given.name) != 1):
        parser.error(f"no target is called {wrong[0]}; --list shows them" if wrong else "--replay takes the name of one target")
    if given.list:
        print("\n".join(f"{t.name:16} {t.what}" for t in TARGETS.values()))
        return 0
    if given.replay:
        return _replay(given.name[0], given.replay)
    guided = bool(find_spec("atheris")) and not given.plain
    print("led by coverage (atheris)" if guided else "by chance" + ("" if given.plain else " (atheris is not installed)"))
    found = 0
    for name in given.name or TARGETS:
        command = [
            sys.executable,
            "-m",
            "tests.fuzz.run",
            "--child",
            name,
            "--seconds",
            str(given.seconds),
            *["--plain"][: not guided],
        ]
        started, before = time.monotonic(), set(_saved(name))
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace")
        new = sorted(set(_saved(name)) - before)
        found += len(new) or bool(done.returncode)
        print(
            f"{name:16} {time.monotonic() - started:4.0f} s  {_inputs(done.stdout + done.stderr):>9} inputs  {len(new)} found",
            flush=True,
        )
        for path in new:
            print(f"  ./dev fuzz {name} --replay {path.relative_to(ROOT)}")
        if done.returncode and not new:
            print((done.stdout + done.stderr)[-2_000:])
    return int(found > 0)


def _saved(name: str) -> list[Path]:
    return list((OUT / name).glob("*")) if (OUT / name).is_dir() else []


def _inputs(said: str) -> str:
    counts = re.findall(r"Done (\d+) (?:runs|inputs)|^#(\d+)", said, re.MULTILINE)
    return "".join(counts[-1]) if counts else "?"


def _replay(name: str, path: Path) -> int:
    from tests.fuzz.judge import judge
    from tests.fuzz.targets import TARGETS

    with tempfile.TemporaryDirectory() as folder:
        print(judge(TARGETS[name], path.read_bytes(), Path(folder)))
    return 0


class _Judge:
    """One target; what breaks the property is saved once for each place in the code."""

    def __init__(self, name: str, folder: Path) -> None:
        from tests.fuzz.judge import judge
        from tests.fuzz.targets import TARGETS

        self.target, self.folder, self._judge = TARGETS[name], folder, judge
        self.said: Counter[str] = Counter()

    def __call__(self, data: bytes) -> None:
        try:
            self.said[self._judge(self.target, data[:LONGEST], self.folder, SECONDS)] += 1
        except KeyboardInterrupt:
            raise
        except BaseException as e:  # whatever it is, it is what we look for
            where = _place(e)
            if not self.said[where]:
                path = OUT / self.target.name / f"{where}-{hashlib.sha256(data).hexdigest()[:8]}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data[:LONGEST])
                traceback.print_exc(limit=-4)
            self.said[where] += 1


def _place(e: BaseException) -> str:
    """The same for the same fault: kind, the first words, and where in the code it came from."""
    frames = [f for f in traceback.extract_tb(e.__traceback__) if "/fuelbed/" in f.filename or "/tests/fuzz/" in f.filename]
    words = re.sub(r"[^A-Za-z0-9]+", "_", str(e).partition("message=")[2] or str(e))[:30].strip("_")
    return "-".join((type(e).__name__, *(f"{Path(f.filename).stem}.{f.name}" for f in frames[-1:]), words))


def _child(name: str, seconds: float, plain: bool) -> int:
    import resource

    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    if plain:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        return _by_chance(name, seconds, Path(folder)) if plain else _guided(name, seconds, Path(folder))


def _by_chance(name: str, seconds: float, folder: Path) -> int:
    from tests.fuzz.damage import damaged, drawn

    at, chance, n = _Judge(name, folder), random.Random(), 0
    seeds, end = at.target.seeds, time.monotonic() + seconds
    while time.monotonic() < end and seeds:
        at(seeds[n] if n < len(seeds) else damaged(chance.choice(seeds), drawn(chance, at.target.words)))
        n += 1
    print(f"Done {n} inputs {dict(at.said)}")
    return 0


def _guided(name: str, seconds: float, folder: Path) -> int:
    """libFuzzer, with damage of our own kind as half of its mutations. It ends the process itself."""
    import atheris

    with atheris.instrument_imports(include=["fuelbed"]):
        (folder / "case").mkdir()
        at = _Judge(name, folder / "case")
        for seed in at.target.seeds:  # what is imported on the way is instrumented, too
            at(seed)
    corpus = folder / "corpus"
    corpus.mkdir()
    for i, seed in enumerate(at.target.seeds):
        (corpus / str(i)).write_bytes(seed)
    from tests.fuzz.damage import damaged, drawn

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.5:
            return bytes(atheris.Mutate(data, most))
        return damaged(data, drawn(chance, at.target.words))[:most]

    options = [
        f"-max_total_time={max(1, int(seconds))}",
        f"-max_len={LONGEST}",
        "-timeout=20",
        "-rss_limit_mb=3000",
        f"-artifact_prefix={OUT / name}/",
    ]
    (OUT / name).mkdir(parents=True, exist_ok=True)
    atheris.Setup([name, *options, str(corpus)], at, custom_mutator=mutate)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
