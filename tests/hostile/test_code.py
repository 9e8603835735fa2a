"""What the sources may do, read from their syntax: nothing turns data into code, and each way out of the process has the one file that may use it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import fuelbed

SOURCES = Path(fuelbed.__file__).parent
NEVER = (
    "eval", "exec", "compile", "__import__", "execfile", "os.system", "os.popen", "os.exec*", "os.spawn*", "os.posix_spawn*", "yaml.load", "yaml.load_all",
    "yaml.full_load", "yaml.unsafe_load", "yaml.safe_load", "jinja2.Template", "numpy.load", "np.load", "builtins.*",
)  # fmt: skip  # one list
"""No call of these, by its name as it is written; a star stands for any ending."""
ONLY: Mapping[str, tuple[str, ...]] = {
    "socket": (), "socketserver": (), "urllib.request": (), "ftplib": (), "smtplib": (), "webbrowser": (), "xmlrpc": (), "requests": (), "httpx": (),
    "http": ("cli/_wire.py",),  # draft --model NAME --send
    "ssl": ("cli/_wire.py",),
    "asyncio": ("editor/server.py",),  # waits for the keys to rest
    "pygls": ("editor/server.py",), "distributed": ("cli/_workers.py",),  # --cluster ADDRESS
    "subprocess": ("cli/_mcp_tools.py",),  # a process for each call of a tool
    "multiprocessing": ("numerics/parallel.py",), "pickle": ("numerics/parallel.py",),  # workers of our own
    "sqlite3": ("corpus/cache.py",), "shutil": ("cli/_terminal.py", "cli/cases.py"), "resource": ("cli/_mcp_call.py",),
    "xml.parsers": ("readers/faulttrees/xml.py",), "xml.sax.saxutils": ("writers/faulttrees/openpsa.py", "writers/junit.py"), "xml": (),
    "yaml": ("readers/yaml.py", "readers/graphs/documents.py"),
    "tomllib": ("readers/settings.py", "text/front.py", "text/lexicon.py", "text/weighing.py"),  # the last two read files of our own
    "zipfile": (), "tarfile": (), "gzip": (), "bz2": (), "lzma": (), "zlib": (), "ctypes": (), "marshal": (), "shelve": (), "dill": (), "joblib": (),
    "importlib.metadata": (), "pkg_resources": (), "pkgutil": (), "runpy": (), "code": (), "pty": (), "tempfile": (), "logging": (),
}  # fmt: skip  # one table
"""Module -> the only files that may import it. No archive is opened, no plugin looked for, nothing logged."""
BY_NAME = ("cli/main.py", "report/__init__.py", "engines/lint/catalogue.py", "numerics/kernels.py", "analysis.py")
"""Files that import modules by a name that is data; the names stand in tables of ours."""


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [a.name for a in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
    return []


def faults(code: str, file: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            name = _name(node.func)
            if any(name == n or (n.endswith("*") and name.startswith(n[:-1])) for n in NEVER):
                yield f"{file}:{node.lineno}: {name}"
            if name.rpartition(".")[2] == "import_module" and file not in BY_NAME:
                yield f"{file}:{node.lineno}: {name}"
            if any(
                k.arg == "shell" and not (isinstance(k.value, ast.Constant) and k.value.value is False) for k in node.keywords
            ):
                yield f"{file}:{node.lineno}: shell"
        for module in _imported(node):
            rule = next((r for r in ONLY if module == r or module.startswith(r + ".")), None)
            if rule is not None and file not in ONLY[rule]:
                yield f"{file}:{node.lineno}: import {module}"


def test_no_source_runs_data_or_leaves_the_process() -> None:
    files = sorted(SOURCES.rglob("*.py"))
    assert len(files) > 500
    assert [f for p in files for f in faults(p.read_text(encoding="utf-8"), p.relative_to(SOURCES).as_posix())] == []


@pytest.mark.parametrize("module", [m for m, files in ONLY.items() if files])
def test_every_exception_is_used(module: str) -> None:
    """A file that no longer needs its exception loses it."""
    for file in ONLY[module]:
        names = [n for node in ast.walk(ast.parse((SOURCES / file).read_text(encoding="utf-8"))) for n in _imported(node)]
        assert any(n == module or n.startswith(module + ".") for n in names), f"{file} does not import {module}"


@pytest.mark.parametrize(
    "code",
    [
        "eval(x)", "def f():\n    exec(x)", "import os\nos.system(x)", "import os\nos.execvp(x, y)", "import socket", "from socket import create_connection",
        "import urllib.request", "from urllib import request", "import pickle", "import subprocess", "run(x, shell=True)", "import yaml\nyaml.safe_load(x)",
        "from importlib.metadata import entry_points", "from importlib import metadata", "import importlib\nimportlib.import_module(x)", "import zipfile",
    ],
)  # fmt: skip  # one list
def test_it_sees_what_it_should(code: str) -> None:
    assert list(faults(code, "core/x.py"))


def test_it_lets_the_rest_through() -> None:
    assert not list(faults("from xml.sax.saxutils import escape", "writers/junit.py"))
    assert not list(
        faults("import re\nre.compile(x)\nfrom urllib.parse import quote\nmodel.compile(x)\nimport codecs", "core/x.py")
    )
