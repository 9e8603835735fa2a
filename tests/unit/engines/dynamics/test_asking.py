"""Critical sizes and chances, from the slow version first: one draw, one load, one push at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fuelbed.engines.dynamics import asking
from fuelbed.engines.dynamics.asking import MOST, TOLERANCE, Asked, ask, criticals, retry_of
from fuelbed.engines.dynamics.tipping import tipped
from fuelbed.numerics.kernels import runs_fast
from fuelbed.numerics.maps.system import compile_model
from fuelbed.numerics.retry import Push, Retry, settle_time, stays_down
from fuelbed.numerics.sampling import quantile
from tests.oracle.trial import Trial
from tests.unit.engines.dynamics.written import ILL, RETRY, variant

SPREAD = ILL.format(catch="{varies: 0.8..1.2}", heal="0.14..0.18", push="plus {value: 0.2..0.3}")
SPREAD = SPREAD.replace("plus {value: 0.2..0.3}", "{plus: 0.2..0.3}")
STORM = RETRY.format(capacity="90..110 per second", load="{varies: 40..90 per second}", retries="2..3", times="1.3")


def _ill(catch: float, heal: float, ill: float) -> bool:
    """By the formula, a step at a time."""
    for _ in range(4000):
        ill = min(max(ill + catch * ill * ill * (1 - ill) - heal * ill, 0.0), 1.0)
    return ill > 0.5


def test_a_declared_map_draw_by_draw_and_load_by_load() -> None:
    v = variant(SPREAD, rows=7)
    found = tipped([(v, "push")], [(v, "push")])["", "push"]
    q = v.model.parameters["catch"].quantity
    loads = [float(quantile(q, np.array([(i + 0.5) / 16]))[0]) for i in range(16)]
    for k in range(7):
        catch, heal = v.table[k]
        by = float(v.pushes["push", "ill"][k])
        assert found.chance[k] == sum(_ill(c, heal, by) for c in loads) / 16
        edge = (1 - np.sqrt(1 - 4 * heal / catch)) / 2 / by  # the unstable root
        assert edge - 1e-9 <= found.size[k] <= edge + TOLERANCE
        trial = Trial(compile_model(v.model), v.model.pushes["push"], v.table[k], compile_model(v.model).start, 4000.0)
        middle = (0.2 * 0.3) ** 0.5  # of the push's own interval, which a trial takes
        assert trial.down(np.array([0]), np.array([found.size[k] * by / middle]))[0]
        assert not trial.down(np.array([0]), np.array([(found.size[k] - TOLERANCE) * by / middle]))[0]


def _slow(r: Retry, times: float, size: float) -> bool:
    """One row: the whole settling time, fifty steps a timeout."""
    return bool(stays_down(r, Push({"load": ("times", times)}), size, np.minimum(20.0, settle_time(r)), None, None, 50)[0])


@pytest.mark.skipif(not runs_fast(None), reason="one row at a time takes minutes without numba (extra `fast`)")
def test_a_retry_service_draw_by_draw() -> None:
    """The quick fluid (20 steps a timeout, half the settling time, no more resends than matter) against the whole of it."""
    v = variant(STORM, rows=5)
    found = tipped([(v, "push")], [(v, "push")])["", "push"]
    loads = quantile(v.model.parameters["load"].quantity, (np.arange(16) + 0.5) / 16)
    for k in range(5):
        one = retry_of(v.model, v.table[k : k + 1])
        chance = sum(_slow(replace(one, load=np.array([x])), 1.3, 1.0) for x in loads) / 16
        assert abs(found.chance[k] - chance) <= 1 / 16
        low, high = 0.0, MOST
        while high - low > 0.002:
            mid = (low + high) / 2
            low, high = (low, mid) if _slow(one, 1.3, mid) else (mid, high)
        assert abs(found.size[k] - high) <= TOLERANCE + 0.02 * high


def test_many_questions_together_are_the_same_one_by_one() -> None:
    a, b = variant(SPREAD, rows=4), variant(STORM, rows=4)
    dropped = variant(STORM + "    options: {stale_work: dropped}\n", rows=4)
    asked = [Asked.of(v, "push", rows) for v in (a, b, dropped) for rows in (None, np.array([2]))]
    together, sizes = criticals(asked), np.array([0.0, 0.5, 1.0, 3.0])
    for x, c in zip(asked, together, strict=True):
        alone = criticals([x])[0]
        assert np.array_equal(c.sizes, alone.sizes)
        assert c.monotone == alone.monotone
    parts = [x.rows(np.zeros(4, dtype=np.intp), sizes) for x in asked]
    for part, got in zip(parts, ask(parts), strict=True):
        assert np.array_equal(got, ask([part])[0])
    assert len({p.key for p in parts}) == 3


def test_no_rows_and_no_questions() -> None:
    a = Asked.of(variant(SPREAD, rows=3), "push")
    none = a.rows(np.zeros(0, dtype=np.intp), np.zeros(0))
    assert ask([]) == []
    assert [len(x) for x in ask([none, a.rows(np.arange(3), np.ones(3))])] == [0, 3]


def _critical(r: Retry, times: np.ndarray, wait: float, bounded: bool) -> np.ndarray:
    from fuelbed.numerics.maps.boundary import critical_sizes

    def down(rows: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        here = replace(r, **{n: getattr(r, n)[rows] for n in ("capacity", "load", "timeout", "retries", "backoff", "queue")})
        here = asking._bounded(here) if bounded else here
        settle = settle_time(here)
        return stays_down(here, Push({"load": ("times", times[rows])}), sizes, np.minimum(15.0, settle), wait * settle, steps=20)

    return critical_sizes(down, len(times), MOST, TOLERANCE / MOST, 8).values


@pytest.mark.skipif(not runs_fast(None), reason="a sweep over random settings takes minutes without numba (extra `fast`)")
def test_shorter_waits_and_fewer_resends_move_no_boundary() -> None:
    """Over 80 random settings; at most two may lie so near the window's ends that it takes them longer to decide."""
    rng = np.random.default_rng(5)
    n = 80
    capacity = rng.uniform(20, 200, n)
    r = Retry(
        capacity=capacity, load=capacity * rng.uniform(0.15, 0.98, n), timeout=rng.uniform(0.1, 2.0, n), retries=rng.integers(0, 9, n) + 0.0,
        backoff=rng.choice([0.0, 0.5], n), queue=np.maximum(np.round(capacity * rng.uniform(0.3, 20, n)), 1.0),
    )  # fmt: skip  # one setting
    times = rng.uniform(1.2, 3.0, n)
    whole, quick = _critical(r, times, 1.0, False), _critical(r, times, asking._WAIT, True)
    far = np.abs(np.minimum(whole, 9.0) - np.minimum(quick, 9.0))  # 9: none up to four
    same = far <= TOLERANCE + 1e-12
    assert (~same).sum() <= 2, (whole[~same], quick[~same])
    assert np.isfinite(whole).sum() > 20


@pytest.mark.parametrize("stale", ["served", "dropped"])
def test_the_window_of_a_retry_service(stale: str) -> None:
    """With stale work served all of it is late when down: both states hold for C / (k + 1) < load < C, here 25 to 100."""
    text = RETRY.format(capacity="100 per second", load="{load} per second", retries="3", times="6")
    if stale == "dropped":
        text += "    options: {stale_work: dropped}\n"
    found = {
        x: criticals([Asked.of(variant(text.replace("{load}", str(x)), rows=2), "push", np.array([0]))])[0].sizes[0]
        for x in (20, 24, 27, 60, 105)
    }
    assert np.isinf([found[20], found[24]]).all()
    if stale == "served":
        assert 0 < found[60] < found[27] < MOST
        assert found[105] == 0.0
    else:
        assert np.isinf([found[27], found[60]]).all()  # what is taken up at the last moment is in time often enough


@pytest.mark.skipif(not runs_fast(None), reason="numba (extra `fast`) is not installed")
def test_plain_and_compiled_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    a = [Asked.of(variant(text, rows=3), "push") for text in (STORM, SPREAD)]
    monkeypatch.setenv("FUELBED_KERNELS", "fast")
    quick = criticals(a)
    monkeypatch.setenv("FUELBED_KERNELS", "plain")
    for x, y in zip(criticals(a), quick, strict=True):
        assert x.sizes == pytest.approx(y.sizes, abs=1e-9)
