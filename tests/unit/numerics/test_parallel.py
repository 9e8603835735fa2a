"""`spread`: the same results in the same order, however the work is spread; and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fuelbed.core.errors import FuelbedError
from fuelbed.numerics import parallel
from fuelbed.numerics.parallel import spread
from tests.dask_cluster import dask_client

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def starts_cheaply(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether work goes out must not depend on a thread that another test left: beside one, processes start anew and that costs more."""
    monkeypatch.setattr(parallel, "_STARTING", dict.fromkeys(parallel._STARTING, 0.1))


def square(x: int) -> int:
    return x * x


def slow(x: int) -> tuple[int, int]:
    time.sleep(0.15)
    return x * x, os.getpid()


def as_long_as(x: float) -> tuple[float, int]:
    time.sleep(x)
    return x, os.getpid()


def fails(x: int) -> int:
    if x == 3:
        raise ValueError("three")
    return x


def fails_late(x: int) -> int:
    time.sleep(0.15)
    return fails(x - 12)


def dies(x: int) -> int:
    time.sleep(0.15)
    if x == 15:
        os._exit(9)
    return x


def test_little_work_stays_here() -> None:
    got = spread(lambda x: (x, os.getpid()), range(50))
    assert got == [(x, os.getpid()) for x in range(50)]
    assert spread(square, []) == []


def test_much_work_goes_to_processes_in_order() -> None:
    threads = threading.active_count()
    got = spread(slow, range(22), count=2)
    assert [x for x, _ in got] == [x * x for x in range(22)]
    others = {pid for _, pid in got} - {os.getpid()}
    assert len(others) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in others), "a worker outlived its call"
    assert threading.active_count() == threads
    assert spread(slow, range(3), workers="none") == [(x * x, os.getpid()) for x in range(3)]


def test_sizes_say_how_much_the_rest_is() -> None:
    """One small item is run here; the others are 5 times as long, go out, and come back in their order."""
    got = spread(as_long_as, [0.25, 1.3, 1.2, 1.25], [1, 5, 5, 5], count=2)
    assert [x for x, _ in got] == [0.25, 1.3, 1.2, 1.25]
    assert [pid == os.getpid() for _, pid in got] == [True, False, False, False]
    here = spread(as_long_as, [0.25, 0.01, 0.02], [1, 0.04, 0.08], count=2)
    assert {pid for _, pid in here} == {os.getpid()}
    assert {pid for _, pid in spread(as_long_as, [0.3, 0.3], count=1)} == {os.getpid()}


def test_pieces_take_a_second_at_least() -> None:
    def pieces(seconds: list[float], many: int) -> list[int]:
        found = parallel._pieces(seconds, many)
        assert sorted(i for p in found for i in p) == list(range(len(seconds)))
        return [len(p) for p in found]

    assert pieces([0.1] * 100, 2) == [13] * 7 + [9]
    assert pieces([0.2] * 25, 4) == [5] * 5
    assert pieces([3.0] * 5, 2) == [1] * 5
    assert pieces([0.1, 0.1, 4.0, 0.1, 2.0], 2) == [1, 4], "what is too little for a piece goes with the one before"
    assert pieces([0.1] * 7, 2) == [7]


def test_faults_are_raised_here() -> None:
    with pytest.raises(ValueError, match="three"):
        spread(fails, range(5))
    with pytest.raises(ValueError, match="Dask client"):
        spread(square, range(5), workers="threads")
    with pytest.raises(ValueError, match="three") as e:
        spread(fails_late, range(22), count=2)
    assert "fails_late" in "".join(e.value.__notes__), "where it was raised is told"
    with pytest.raises(FuelbedError, match="--jobs 1"):
        spread(dies, range(22), count=2)


PROGRAM = """
import sys, time
from tests.unit.numerics.test_parallel import as_long_as
from fuelbed.numerics.parallel import spread
try:
    spread(as_long_as, [0.25, 300.0, 300.0], [1, 1200, 1200], count=2)
except KeyboardInterrupt:
    print("stopped")
    sys.exit(130)
"""


def children(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", ["ctrl_c", "interrupt", "killed"])
def test_no_worker_is_left_behind(how: str) -> None:
    """After Ctrl-C at a terminal (all get it), after an interrupt of the parent alone, and where the parent is killed outright."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    end = time.monotonic() + 60
    while len(crew := children(program.pid)) < 2:
        assert time.monotonic() < end
        time.sleep(0.05)
    time.sleep(0.5)
    if how == "ctrl_c":
        os.killpg(program.pid, signal.SIGINT)
    else:
        program.send_signal(signal.SIGINT if how == "interrupt" else signal.SIGKILL)
    out, err = program.communicate(timeout=30)
    assert (program.returncode, out) == ((-9, b"") if how == "killed" else (130, b"stopped\n"))
    assert err == b""
    while any(map(running, crew)):
        assert time.monotonic() < end, "a worker lives on without its parent"
        time.sleep(0.05)


def test_a_real_dask_cluster_on_loopback() -> None:
    with dask_client(2) as client:
        got = spread(slow, range(22), workers=client)
    assert [x for x, _ in got] == [x * x for x in range(22)]
    assert len({pid for _, pid in got} - {os.getpid()}) == 2
