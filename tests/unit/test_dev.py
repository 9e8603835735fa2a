"""The bootstrap and the lock files keep their promises: standard library only, every package hashed, no address inside."""

import ast
import importlib.machinery
import importlib.util
import re
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
LOCKS = ["dev.txt", "docs.txt", "run.txt"]
ADDRESS = re.compile(r"[a-z+]+://|file:|--(?:extra-)?index-url|--find-links|--trusted-host|^\s*-[if]\b| @ ", re.I | re.M)
RUN = subprocess.run  # the real one, where a test puts another in its place
BACKPORTS = {"importlib-metadata", "lazy-importer", "zipp"}  # what newer Pythons have themselves; nothing of ours imports them
ORACLES = {
    "rtamt",
    "antlr4-python3-runtime",
}  # of tests only, and not made for every Python: their tests skip where they are absent
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


def test_the_site_generator_fits_beside_the_tools() -> None:
    """Both are installed into one environment: what both locks name is the same version."""

    def pins(lock: str) -> dict[str, str]:
        return dict(re.match(r"([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", row).groups() for row in entries(lock))  # type: ignore[union-attr,misc]  # PIN, above

    tools, generator = pins("dev.txt"), pins("docs.txt")
    assert {n for n in tools.keys() & generator.keys() if tools[n] != generator[n]} == set()
    assert "sphinx" in generator
    assert "sphinx" not in tools


def test_dev_imports_the_standard_library_only() -> None:
    names = set()
    for node in ast.walk(ast.parse((ROOT / "dev").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    assert "sys" in names
    assert names - sys.stdlib_module_names == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_python_gets_the_same_versions(lock: str) -> None:
    """One version of each package, whatever the Python: else numbers and type checks differ from one machine to the next."""
    names = [row.split("==")[0].lower() for row in entries(lock)]
    assert sorted(names) == sorted(set(names))
    by_python = [row.split("--hash")[0] for row in entries(lock) if "python_full_version" in row or "python_version" in row]
    assert [row for row in by_python if row.split("==")[0] not in BACKPORTS | ORACLES] == []


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, with its `.venv` in a folder of the test."""
    loader = importlib.machinery.SourceFileLoader("dev_script", str(ROOT / "dev"))
    spec = importlib.util.spec_from_loader("dev_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    for name, path in {"VENV": "", "STAMP": "stamp"}.items():
        monkeypatch.setattr(module, name, tmp_path / ".venv" / path)
    return module


class Commands:
    """Stands in for `subprocess.run`: writes the commands down, and fails those that match."""

    def __init__(self, failing: str = "nothing") -> None:
        self.failing = failing
        self.seen: list[list[str]] = []
        self.environments: list[dict[str, str]] = []

    def __call__(self, command: list[str], **more: object) -> subprocess.CompletedProcess[str]:
        self.seen.append(command)
        self.environments.append(dict(more.get("env") or {}))  # type: ignore[call-overload]  # a mapping, by `dev`
        return subprocess.CompletedProcess(command, int(self.failing in " ".join(command)), "", "")


def test_a_second_run_costs_nothing(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    dev.VENV.mkdir()
    dev.STAMP.write_text(dev.fingerprint())
    commands = Commands()
    monkeypatch.setattr(dev.subprocess, "run", commands)
    started = time.perf_counter()
    dev.set_up()
    assert time.perf_counter() - started < 0.1
    assert commands.seen == []


@pytest.mark.parametrize("why", ["asked for", "venv fails"])
def test_without_venv_the_packages_go_into_a_folder(why: str, dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare Debian: `python3 -m venv` fails, and its pip may not install into the system; `--target` it may."""
    if why == "asked for":
        monkeypatch.setenv("FUELBED_DEV_NO_VENV", "1")
    monkeypatch.setenv("PIP_PREFIX", "/somewhere")
    commands = Commands(failing="-m venv")
    monkeypatch.setattr(dev.subprocess, "run", commands)
    dev.set_up()
    command = commands.seen[-1]
    site = command[command.index("--target") + 1]
    assert command[:4] == [dev.base_python(), "-m", "pip", "install"]
    assert "--require-hashes" in command
    assert commands.environments[-1]["PIP_USER"] == "0"
    assert "PIP_PREFIX" not in commands.environments[-1]
    code = "import sys; print(sys.prefix, sys.prefix != sys.base_prefix, *sys.path, sep='\\n')"
    found = RUN([str(dev.python()), "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert found[:2] == [str(dev.VENV), "True"]
    assert site in found
    assert not any(p.endswith(("site-packages", "dist-packages")) for p in found[2:] if p != site)
    assert dev.STAMP.read_text() == dev.fingerprint()


def test_a_failed_set_up_says_what_is_missing_and_leaves_nothing(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.subprocess, "run", Commands(failing="-m"))
    with pytest.raises(SystemExit) as stopped:
        dev.set_up()
    assert stopped.value.code == 2
    assert "python3-pip" in capsys.readouterr().err
    assert not dev.VENV.exists()


def test_the_site_installs_its_generator_once(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dev.VENV.mkdir()
    monkeypatch.setattr(dev, "SITE", tmp_path / "site")
    monkeypatch.setattr(dev.subprocess, "run", commands := Commands())
    assert [dev.docs([]), dev.docs([])] == [0, 0]
    told = [" ".join(c) for c in commands.seen]
    assert [("docs.txt" in t, "sphinx" in t) for t in told if "--require-hashes" in t or "sphinx" in t] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    assert "--target" not in told[1]


def test_the_site_goes_into_the_folder_where_there_is_no_venv(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    dev.VENV.mkdir()
    monkeypatch.setattr(dev.subprocess, "run", commands := Commands(failing="pip --version"))
    dev.set_up_docs()
    assert commands.seen[-1][0] == dev.base_python()
    assert commands.seen[-1][commands.seen[-1].index("--target") + 1] == str(dev.packages())


def test_docs_checks_or_builds(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(dev.subprocess, "run", commands := Commands())
    assert dev.docs(["--check", "-k", "tutorial"]) == 0
    assert commands.seen[-1][1:] == ["-m", "pytest", "-m", "further or not further", "tests/docs", "-k", "tutorial"]
    assert dev.docs(["-k", "tutorial"]) == 2
    assert "./dev docs --check" in capsys.readouterr().err


def test_help_needs_no_set_up(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, str(ROOT / "dev"), "--help"], capture_output=True, text=True, cwd=tmp_path, check=True)
    for command in ("demo", "test", "check", "bench", "docs", "run", "lock"):
        assert f"./dev {command}" in done.stdout
    wrong = subprocess.run([sys.executable, str(ROOT / "dev"), "tset"], capture_output=True, text=True, cwd=tmp_path)
    assert wrong.returncode == 2
    assert "test" in wrong.stderr
