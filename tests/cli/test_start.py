"""The short way of `fuelbed solve --format json` says what the full command says, and leaves everything else to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuelbed.cli.start import plain_words
from tests.cli.test_solve import EVENTS, TRAINS, UNSURE

SRC = Path(__file__).parents[2] / "src"


@pytest.mark.parametrize(
    ("words", "want"),
    [
        (["a.xml", "--format", "json"], (["a.xml"], 10, None, True)),
        (["--format", "json", "a.xml", "b.xml", "--top", "3", "--order-limit", "2"], (["a.xml", "b.xml"], 3, 2, True)),
        (["--no-cut-sets", "a.xml", "--format", "json"], (["a.xml"], 10, None, False)),
        (["a.xml"], None),
        (["--format", "json"], None),
        (["a.xml", "--format", "text"], None),
        (["a.xml", "--format", "json", "--help"], None),
        (["a.xml", "--format", "json", "--top", "-1"], None),
        (["a.xml", "--format", "json", "--list"], None),
        (["a.xml", "--format=json"], None),
        (["a.xml", "--format", "json", "--top"], None),
    ],
)  # fmt: skip  # one line a case
def test_words(words: list[str], want: object) -> None:
    assert plain_words(words) == want


def run(start: str, *words: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.argv[0] = 'fuelbed'; from fuelbed.cli.{start} import main; main()"
    env = {**os.environ, "PYTHONPATH": str(SRC)}
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, env=env, check=False, timeout=120)


@pytest.mark.parametrize("events", [EVENTS, UNSURE, EVENTS.replace("0.1", "x")])
def test_both_ways_say_the_same(events: str, tmp_path: Path) -> None:
    path = tmp_path / "t.xml"
    path.write_text(TRAINS.replace("EVENTS", events).replace("GROUPS", ""))
    short, full = (run(s, "solve", str(path), "--format", "json", "--top", "2") for s in ("start", "main"))
    assert (short.returncode, short.stderr) == (full.returncode, full.stderr)
    if short.returncode == 0:
        assert json.loads(short.stdout) | {"seconds": 0} == json.loads(full.stdout) | {"seconds": 0}
    else:
        assert short.stdout == full.stdout == ""


def test_a_small_tree_loads_no_machinery_of_options(tmp_path: Path) -> None:
    path = tmp_path / "t.xml"
    path.write_text(TRAINS.replace("EVENTS", EVENTS).replace("GROUPS", ""))
    code = (
        "import sys; sys.argv[0] = 'fuelbed'; from fuelbed.cli.start import main; main()\n"
        "print([m for m in ('click', 'numpy', 'pathlib', 'hashlib', 'difflib') if m in sys.modules], file=sys.stderr)"
    )
    env = {**os.environ, "PYTHONPATH": str(SRC)}
    words = [sys.executable, "-S", "-c", code, "solve", str(path), "--format", "json"]
    done = subprocess.run(words, capture_output=True, text=True, env=env, check=True, timeout=120)
    assert done.stderr.strip() == "[]"
    assert json.loads(done.stdout)["probability"] == pytest.approx(0.0361)
