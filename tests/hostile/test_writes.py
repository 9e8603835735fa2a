"""What is written is there whole or not at all: also where the process is killed, or two of them write the same file."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.hostile.command import ROOT

WRITER = """
import sys
from pathlib import Path
from fuelbed.cli.common import write_out
letters, at = sys.argv[1], Path(sys.argv[2])
print("ready", flush=True)
while True:
    for c in letters:
        write_out(c * 1_000_000, at)
"""


def _writer(letters: str, at: Path) -> subprocess.Popen[bytes]:
    path = {"PYTHONPATH": str(ROOT / "src"), "PATH": ""}
    child = subprocess.Popen([sys.executable, "-c", WRITER, letters, str(at)], stdout=subprocess.PIPE, env=path)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


def _is_whole(at: Path) -> bool:
    text = at.read_bytes()
    return len(text) == 1_000_000 and len(set(text)) == 1


def test_a_kill_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    at = tmp_path / "report.html"
    at.write_bytes(b"z" * 1_000_000)
    for n in range(6):
        child = _writer("ab", at)
        time.sleep(0.013 * n)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert _is_whole(at), n
    assert all(p.name.startswith(".report.html.") for p in tmp_path.iterdir() if p != at)


def test_two_writers_never_mix(tmp_path: Path) -> None:
    at = tmp_path / "report.html"
    at.write_bytes(b"z" * 1_000_000)
    children = [_writer("ab", at), _writer("cd", at)]
    try:
        seen = set()
        for _ in range(25):
            assert _is_whole(at)
            seen.add(at.read_bytes()[:1])
            time.sleep(0.01)
    finally:
        for child in children:
            child.kill()
            child.wait()
    assert len(seen) > 1
