"""The whole command in a process with limits on memory, processor time and wall time, watched by an audit hook."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Done", "fuelbed"]

ROOT = Path(__file__).parents[2]
MEMORY = 2 << 30  # address space; numpy and scipy map a good part of it before the first line of a case is read
SECONDS = 30  # of processor time


@dataclass(frozen=True, slots=True)
class Done:
    """What a user sees, how long it took, and what the audit hook saw."""

    code: int
    out: str
    err: str
    seconds: float
    seen: str

    @property
    def is_clean(self) -> bool:
        """Ended by itself, without a traceback, a warning of a library, or anything that the hook forbids."""
        noise = ("Traceback", "fault in Fuelbed", "Warning:", "Error:\n", "Killed", "MemoryError", "RecursionError")
        return self.code in (0, 1, 2) and not any(n in self.out + self.err for n in noise) and not self.seen


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def fuelbed(*args: object, case: Path, write: Path | None = None) -> Done:
    """Run `fuelbed ARGS`; it may read below the folder of `case` and write below `write` only."""
    log = case.parent / f"{case.name}.audit.log"
    log.unlink(missing_ok=True)
    env = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT), *filter(None, sys.path))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "COLUMNS": "80",
    }
    command = [sys.executable, "-m", "tests.hostile.guarded", str(log), str(case), str(write or ""), *map(str, args)]
    started = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=case.parent,
            env=env,
            capture_output=True,
            timeout=2 * SECONDS,
            preexec_fn=_limits,
            stdin=subprocess.DEVNULL,
        )
        code, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as e:
        code, out, err = 124, e.stdout or b"", e.stderr or b""
    seconds = time.monotonic() - started
    seen = log.read_text(errors="replace") if log.exists() else "the hook was not there"
    return Done(code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"), seconds, seen)
