"""Hostile files: each in a subprocess with 512 MB and 5 s, each ends with a clean `InputError`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fuelbed
from tests.further import one_in

_ENV = {**os.environ, "PYTHONPATH": str(Path(fuelbed.__file__).parents[1])}
_RUN = """
import resource, sys
from pathlib import Path
from fuelbed.core.errors import InputError
from fuelbed.readers.case import read_case
resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
try:
    read_case(Path(sys.argv[1]))
except InputError as e:
    print(str(e)[:2000])
    sys.exit(7)
"""
HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: "
_ALIASES = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))
_MERGES = "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i}\n  <<: [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))
HOSTILE: dict[str, tuple[bytes, str]] = {
    "open brackets": (b"[" * 100_000, "FB004"),
    "open braces": (b"{a: " * 100_000, "FB004"),
    "closed brackets": (b"[" * 900 + b"]" * 900, "FB004"),
    "dashes": (b"- " * 100_000, "FB004"),
    "question marks": (b"? " * 100_000, "FB0"),
    "alias bomb": (_ALIASES.encode(), "FB008"),
    "merge bomb": (_MERGES.encode(), "FB008"),
    "tag": (b"!!python/object/apply:os.system ['true']", "FB008"),
    "duplicate": (b"title: a\ntitle: b", "FB011"),
    "complex key": (b"? [a, b]\n: 1", "FB009"),
    "octal": (b"horizon: 010", "FB010"),
    "infinite": (b"horizon: .inf", "FB010"),
    "huge float": (b"horizon: 1e999", "FB010"),
    "huge int": (b"horizon: " + b"9" * 5_000, "FB010"),
    "nul": (b"title: a\0b", "FB003"),
    "not utf-8": (b"title: caf\xe9", "FB003"),
    "utf-16": ("title: a".encode("utf-16"), "FB003"),
    "too large": (b"#" * 2_000_001, "FB002"),
    "empty": (b"", "FB007"),
    "two documents": (b"a: 1\n---\nb: 1", "FB006"),
    "deep expression": ((HEAD + "(" * 900 + "a" + ")" * 900).encode(), "FB026"),
    "deep not": ((HEAD + "not " * 400 + "a").encode(), "FB026"),
    "long expression": ((HEAD + "a or " * 1_000 + "a").encode(), "FB026"),
    "code": ((HEAD + "__import__('os').system('true')").encode(), "FB02"),
    "power": ((HEAD + "threshold(9**9**9, a)").encode(), "FB02"),
    "many faults": ("\n".join(f"k{i}: 1" for i in range(100_000)).encode(), "FB014"),
    "blank runs": (
        ("actions:\n  a:\n    does:\n" + ("      - 'add control x fails " + " " * 1_900 + "'\n") * 900).encode(),
        "FB060",
    ),
    "momentary chain": ((HEAD + "a\n" + "".join(f"  l{i}: l{i - 1} or l{i + 1}\n" for i in range(20_000))).encode(), "FB0"),
}


@pytest.mark.parametrize("name", one_in(2, HOSTILE))
def test_hostile_file_is_refused_cleanly(name: str, tmp_path: Path) -> None:
    data, code = HOSTILE[name]
    (tmp_path / "case.yaml").write_bytes(data)
    done = subprocess.run([sys.executable, "-c", _RUN, str(tmp_path)], capture_output=True, text=True, timeout=20, env=_ENV)
    assert done.returncode == 7, (done.stdout[-300:], done.stderr[-600:])
    assert code in done.stdout
    assert not done.stderr


def test_hostile_strings_in_every_field(tmp_path: Path) -> None:
    """Some thousand readings in one process under limits; see `hostile_strings.py` for what is looked at."""
    command = [sys.executable, "-m", "tests.unit.readers.hostile_strings", str(tmp_path), "10"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=_ENV, cwd=Path(__file__).parents[3])
    assert not done.stderr
    *wrong, last = done.stdout.splitlines()
    assert not wrong, "\n".join(wrong[:20])
    assert last.endswith(" readings")
    assert int(last.split()[0]) > 1_500


def test_special_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "case.yaml")
    done = subprocess.run([sys.executable, "-c", _RUN, str(tmp_path)], capture_output=True, text=True, timeout=20, env=_ENV)
    assert done.returncode == 7
    assert "FB001" in done.stdout
