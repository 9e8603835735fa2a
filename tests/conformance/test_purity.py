"""An engine touches nothing: no file, no socket, no clock, no environment, no global random state, and not what it is given."""

from __future__ import annotations

import builtins
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from fuelbed.core.facts import Board
from tests.conformance.corpus import make
from tests.conformance.known import each
from tests.conformance.runs import canonical, examine, looked_at, remembered

_CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "sleep")
_EVENTS = (
    "open",
    "socket.",
    "subprocess.",
    "os.",
    "shutil.",
    "urllib.",
    "ctypes.dlopen",
    "tempfile.",
    "exec",
    "compile",
    "pickle.",
    "marshal.",
)


class _Watch:
    """The switch that the audit hook looks at: Python has no way to take a hook off again."""

    on = False
    hooked = False
    touched: list[str]


_watch = _Watch()


def _hook(event: str, args: Any) -> None:
    if _watch.on and event.startswith(_EVENTS):
        _watch.touched.append(f"{event} {args!r:.200}")


def _refuse(what: str) -> Any:
    def touch(*args: object, **more: object) -> None:
        raise AssertionError(f"an engine used {what}")

    return touch


@contextmanager
def shut() -> Iterator[list[str]]:
    """Clocks, `open`, `print` and the environment raise; whatever reaches the system by another way is written down."""
    if not _watch.hooked:
        sys.addaudithook(_hook)
        _watch.hooked = True
    with pytest.MonkeyPatch.context() as patch:
        for clock in _CLOCKS:
            patch.setattr(time, clock, _refuse(f"time.{clock}"))
        for name in ("open", "print", "input", "eval", "exec"):
            patch.setattr(builtins, name, _refuse(name))
        patch.setattr(os, "getenv", _refuse("the environment"))
        _watch.touched = []
        _watch.on = True
        try:
            yield _watch.touched
        finally:
            _watch.on = False


def test_the_watch_sees_what_it_should() -> None:
    import socket

    with shut() as touched, pytest.raises(AssertionError, match="open"):
        open(os.devnull)  # noqa: SIM115  # it is refused
    with shut() as touched:
        os.close(os.open(os.devnull, os.O_RDONLY))
        socket.socket().close()
    assert [t.split()[0] for t in touched] == ["open", "socket.__new__"]


@pytest.mark.parametrize(("engine", "name"), each("pure", one_in=8))
def test_examine_is_pure(engine: str, name: str) -> None:
    """On a case object of its own, so that nothing is remembered; what it imports late, the first run has imported."""
    row, _, _, _ = looked_at(engine, name)
    case = make(name)
    board = Board(dict(remembered(name)[1][engine][1]._facts))
    was = canonical(case), canonical(board)
    chance = random.getstate(), canonical(list(np.random.get_state()))
    with shut() as touched:
        examine(row, case, board)
    assert touched == []
    assert canonical(case) == was[0], "the case was changed"
    assert canonical(board) == was[1], "the facts were changed"
    assert (random.getstate(), canonical(list(np.random.get_state()))) == chance, "a global random state was used"
