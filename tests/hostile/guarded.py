"""`python -m tests.hostile.guarded LOG READ WRITE ARGS...`: the command line under an audit hook, in a process of its own.

Whatever the command opens beyond the folders of READ and WRITE (`os.pathsep` between them) and Python's own, every socket, process,
pickle, and every piece of code that carries the marker of a case goes into LOG, a line each. An empty LOG is the proof.

Where numba is installed it compiles kernels: it reaches for its own libraries, and keeps machine code, pickled, in `__pycache__` beside
Fuelbed's sources. That much is let through, by who asks (a frame of numba's own files) and where the file is; nothing of a case gets there.

Long sweeps go to processes of Fuelbed's own (`numerics/parallel.py`; with `--jobs 1` there are none). They are forks, watched by this hook
like their parent. What starting one and reading its answer take is let through where that very function asks, and nothing else is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from types import CodeType, FrameType
from typing import Any

MARKER = "hostilemarker"
_NEVER = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pickle.", "os.chmod",
    "os.rmdir", "os.symlink", "os.link", "os.truncate", "shutil.", "urllib.", "http.", "ftplib.", "smtplib.",
    "webbrowser.", "ctypes.dlsym", "ctypes.string_at", "syslog.", "resource.setrlimit",
)  # fmt: skip
_LOOKED_AT = ("os.listdir", "os.scandir", "glob.glob", "ctypes.dlopen")
_MODES = ("r", "rb", "w", "wb", "w+", "w+b")
_CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.chmod")


def _carries(x: object, depth: int = 0) -> bool:
    """Whether a source text, a code object or its constants hold the case's marker."""
    if isinstance(x, str):
        return MARKER in x.lower()
    if isinstance(x, bytes | bytearray):
        return MARKER.encode() in bytes(x).lower()
    if isinstance(x, CodeType) and depth < 20:
        inside: Iterable[object] = (*x.co_consts, *x.co_names, *x.co_varnames, x.co_name)
        return any(_carries(y, depth + 1) for y in inside)
    return isinstance(x, tuple) and depth < 20 and any(_carries(y, depth + 1) for y in x)


def _folder(package: str) -> str:
    """Where a package lies, without importing it; "" where it is not installed."""
    spec = find_spec(package)
    return os.path.realpath(os.path.dirname(spec.origin)) + os.sep if spec is not None and spec.origin else ""


_OWN = _folder("fuelbed")
_COMPILER = tuple(filter(None, (_folder("numba"), _folder("llvmlite"))))


def _is_cache(path: object) -> bool:
    """Whether this is a `__pycache__` of Fuelbed's own package, or lies in one."""
    real = _real(path)
    return bool(_OWN) and real.startswith(_OWN) and "__pycache__" in real.split(os.sep)


def _by_compiler(event: str, args: Any) -> bool:
    """Whether numba does this for itself: its libraries, and machine code in Fuelbed's own `__pycache__`."""
    frames: list[FrameType] = []
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if _COMPILER and os.path.realpath(frame.f_code.co_filename).startswith(_COMPILER):
            frames.append(frame)
        frame = frame.f_back
    if not frames:
        return False
    if (
        event == "pickle.find_class"
    ):  # IndexDataCacheFile says from which folder it reads; the other reads constants of machine code
        return any(f.f_code.co_name == "_numba_unpickle" for f in frames) or any(
            _is_cache(getattr(f.f_locals.get("self"), "_cache_path", "")) for f in frames
        )
    if event in (*_CHANGES, "open", *_LOOKED_AT):
        return args[0] == "/proc/cpuinfo" or all(
            _is_cache(p) for p in args if isinstance(p, str | bytes | os.PathLike) and p not in _MODES
        )
    return event.startswith("ctypes.")


_PARALLEL = os.path.join(_OWN, "numerics", "parallel.py")
_SENT = (
    "fuelbed.",
    "numpy",
    "builtins",
    "collections",
    "copyreg",
    "pathlib",
    "functools",
    "types",
    "enum",
)  # whose classes an answer has


def _by_our_workers(event: str, args: Any) -> bool:
    """Whether `parallel.py` starts a worker or reads from one: it must be the first to ask outside of `multiprocessing`."""
    asks = {"os.fork": "_start", "open": "_start", "pickle.find_class": "_receive"}.get(event)
    if asks is None or (event == "open" and args[0] != os.devnull) or (event != "open" and not _is_ours(event, args)):
        return False
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        name = frame.f_code.co_filename
        if name != __file__ and f"{os.sep}multiprocessing{os.sep}" not in name:
            return os.path.realpath(name) == _PARALLEL and frame.f_code.co_name == asks
        frame = frame.f_back
    return False


def _is_ours(event: str, args: Any) -> bool:
    return event == "os.fork" or str(args[0]).startswith(_SENT)


def _real(path: object) -> str:
    text = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
    return os.path.realpath(text) if text else ""


def install(log: int, read: list[str], write: list[str]) -> None:
    own = [sys.prefix, sys.base_prefix, *sys.path]
    may_read = [_real(p) + os.sep for p in (*own, *read, *write) if p]
    may_write = [_real(p) + os.sep for p in write if p]
    busy = False

    def fault(event: str, args: Any) -> str:
        if event.startswith(_NEVER):
            return "never"
        if event in _CHANGES:
            paths = [_real(p) + os.sep for p in args if isinstance(p, str | bytes | os.PathLike)]
            return "" if all(p.startswith(tuple(may_write)) for p in paths) else "outside"
        if event == "open" or event in _LOOKED_AT:
            path, mode, flags = (*args, None, None, None)[:3]
            if isinstance(path, int) or not _real(path):
                return ""
            writes = any(c in str(mode or "") for c in "wax+") or (
                isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
            )
            real = _real(path) + os.sep
            return "" if real.startswith(tuple(may_write if writes else may_read)) else "outside"
        if event in ("compile", "exec", "import", "marshal.loads", "builtins.input") and any(map(_carries, args)):
            return "runs what the case says"
        return ""

    def hook(event: str, args: Any) -> None:
        nonlocal busy
        if busy:
            return
        busy = True
        try:
            why = fault(event, args)
            if why and not _by_compiler(event, args) and not _by_our_workers(event, args):
                os.write(log, f"{why}: {event} {args!r:.300}\n".encode("utf-8", "replace"))
        finally:
            busy = False

    sys.addaudithook(hook)


if __name__ == "__main__":
    log_file, read_paths, write_paths = sys.argv[1:4]
    sys.argv = ["fuelbed", *sys.argv[4:]]
    install(
        os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), read_paths.split(os.pathsep), write_paths.split(os.pathsep)
    )
    from fuelbed.cli.main import main

    main(prog_name="fuelbed")
