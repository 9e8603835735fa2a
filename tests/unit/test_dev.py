"""The bootstrap and the lock files keep their promises: standard library only, every package hashed, no address inside."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
LOCKS = ["dev.txt", "run.txt"]
ADDRESS = re.compile(r"[a-z+]+://|file:|--(?:extra-)?index-url|--find-links|--trusted-host|^\s*-[if]\b| @ ", re.I | re.M)
PIN = re.compile(r"^[A-Za-z0-9._-]+(?:\[[^\]]*\])?==\S+")


def entries(lock: str) -> list[str]:
    """Each requirement of a lock file as one line, with its continuation lines; comments left out."""
    text = (REQUIREMENTS / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("path", sorted(REQUIREMENTS.iterdir()), ids=lambda p: p.name)
def test_requirements_name_no_address(path: Path) -> None:
    assert ADDRESS.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_and_hashed(lock: str) -> None:
    rows = entries(lock)
    assert rows
    assert [row for row in rows if not PIN.match(row)] == []
    assert [row.split()[0] for row in rows if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", row)] == []


def test_what_users_get_is_what_developers_test() -> None:
    """Every version in the run lock stands in the dev lock too."""

    def pins(lock: str) -> set[str]:
        return {row.split("--hash")[0].strip() for row in entries(lock)}

    assert pins("run.txt") - pins("dev.txt") == set()


def test_dev_imports_the_standard_library_only() -> None:
    names = set()
    for node in ast.walk(ast.parse((ROOT / "dev").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    assert "sys" in names
    assert names - sys.stdlib_module_names == set()
