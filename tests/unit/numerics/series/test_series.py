"""Tests and fits of metrics against simulated truth. Coverage figures are those of fixed seeds; nominal is 90 %."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from fuelbed.numerics.series import amplification, early_warning, fit, fit_retry, hysteresis, one_step, predict_surge, return_rate
from fuelbed.numerics.series.blocks import autocorrelation, block_length, block_rows
from tests.unit.numerics.series.truth import Array, ar1, dips, retry_service

R = np.random.default_rng


def covers(e: object, truth: float) -> bool:
    return e.low - 1e-9 <= truth <= e.high + 1e-9  # type: ignore[attr-defined]  # an Estimate


class TestBlocks:
    def test_rows_are_runs_on_a_circle(self) -> None:
        rows = block_rows(10, 3, 50, R(1))
        assert rows.shape == (50, 10)
        assert {int(d) for d in (np.diff(rows[:, :3], axis=1) % 10).ravel()} == {1}

    def test_memory_makes_blocks_longer(self) -> None:
        assert block_length(ar1(500, 0.0, R(1))) < block_length(ar1(500, 0.8, R(1)))
        assert autocorrelation(ar1(20_000, 0.8, R(2))) == pytest.approx(0.8, abs=0.02)
        assert autocorrelation(np.ones(9)) == 0.0


class TestHysteresis:
    @pytest.mark.parametrize(
        ("more", "verdict"), [({"surge": 2.0}, "stayed down"), ({"surge": 1.3}, "came back"), ({"surge": 1.0}, "came back")]
    )
    def test_verdicts(self, more: dict[str, float], verdict: str) -> None:
        seen: Counter[str] = Counter()
        for s in range(15):
            r = retry_service(R(s), **more)  # type: ignore[arg-type]  # floats only
            seen[hysteresis(r.times, r.load, r.goodput, r.trigger, R(s), draws=200).verdict] += 1
        assert seen == {verdict: 15}

    def test_time_to_recover_after_load_was_shed(self) -> None:
        r = retry_service(R(3), shed=60, n=700)
        h = hysteresis(r.times, r.load, r.goodput, r.trigger, R(3))
        assert h.verdict == "came back"
        assert h.recovery is not None
        assert h.recovery.value == pytest.approx(120, abs=5)  # 60 s down, 60 s shed

    def test_cannot_tell_with_the_reason(self) -> None:
        r = retry_service(R(1))
        ask = lambda **k: hysteresis(*{"t": r.times, "l": r.load, "g": r.goodput, "w": r.trigger, **k}.values(), R(1))  # type: ignore[arg-type]  # noqa: E731
        assert "no end" in ask(w=(120.0, math.inf)).reason
        assert "rows before" in ask(w=(3.0, 5.0)).reason
        assert "did not come back" in ask(l=np.where(r.times > 120, 200.0, 60.0)).reason
        assert "already" in ask(g=np.zeros(len(r.times))).reason
        assert "fewer than 3" in ask(g=np.full(len(r.times), math.nan)).reason
        short = slice(0, 190)  # 40 s after a trigger of 30 s
        h = hysteresis(r.times[short], r.load[short], r.goodput[short], r.trigger, R(1))
        assert h.verdict == "cannot tell"
        assert "watched" in h.reason

    def test_a_record_with_no_effect_is_never_called_down(self) -> None:
        for s in range(60):
            g = R(s)
            load = 60 + 3 * ar1(300, 0.8, g)
            h = hysteresis(np.arange(300.0), load, load * 0.99 + ar1(300, 0.5, g), (100.0, 130.0), g, draws=100)
            assert h.verdict != "stayed down"


class TestAmplification:
    def test_coverage(self) -> None:
        hits = 0
        for s in range(200):
            g = R(s)
            load = 50 + ar1(300, 0.8, g)
            a = amplification(np.arange(300.0), load, 1.3 * load + ar1(300, 0.8, g), (100.0, 200.0), g, draws=300)
            assert a.during is not None
            hits += covers(a.during, 1.3)
        assert 0.84 <= hits / 200 <= 0.97

    def test_full_failure_sends_everything_k_plus_1_times(self) -> None:
        r = retry_service(R(0), k=3)
        a = amplification(r.times, r.load, r.attempts, r.trigger, R(1))
        assert a.before is not None
        assert a.after is not None
        assert a.growth is not None
        assert a.before.value == pytest.approx(1)
        assert a.after.value == pytest.approx(4, rel=0.02)
        assert a.growth.low > 1.0

    def test_too_few_rows_give_none(self) -> None:
        a = amplification(np.arange(20.0), np.ones(20), np.ones(20), (18.0, 19.0), R(1))
        assert a.during is None
        assert a.growth is None
        assert a.rows == (18, 1, 1)


class TestRecovery:
    @pytest.mark.parametrize(("rate", "number"), [(0.1, 3), (0.1, 10), (0.3, 3), (0.3, 10)])
    def test_coverage(self, rate: float, number: int) -> None:
        hits = 0
        for s in range(100):
            found = return_rate(*dips(R(s), rate, number), R(s), draws=300)
            assert found.number >= number
            assert found.rate is not None
            hits += covers(found.rate, rate)
        assert hits >= 75, hits

    def test_none_seen(self) -> None:
        found = return_rate(np.arange(500.0), R(1).uniform(99, 101, 500), R(1))
        assert found.rate is None
        assert found.number == 0
        assert found.reason.startswith("none seen")

    def test_the_incident_is_no_routine_perturbation(self) -> None:
        t, x = dips(R(1), 0.2, 3)
        assert return_rate(t, x, R(1), exclude=(0.0, 3000.0)).number == 0
        assert return_rate(t, 200 - x, R(1), direction=1).number == return_rate(t, x, R(1)).number


class TestWarning:
    @pytest.mark.parametrize("surrogate", ["ar1", "phase"])
    @pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
    def test_false_alarms(self, surrogate: str, memory: float) -> None:
        fired = sum(
            early_warning(np.arange(150.0), ar1(150, memory, R(s)), R(s), surrogate=surrogate, surrogates=100).verdict == "rising"  # type: ignore[arg-type]  # two words
            for s in range(100)
        )
        assert fired <= 8

    def test_a_slow_loss_of_stability_is_seen_most_of_the_time(self) -> None:
        fired = 0
        for s in range(40):
            x, g = np.zeros(400), R(s)
            for i in range(1, 400):
                x[i] = (0.2 + 0.78 * i / 400) * x[i - 1] + g.standard_normal()
            fired += early_warning(np.arange(400.0), x, g).verdict == "rising"
        assert fired >= 22

    def test_a_fast_trigger_says_so(self) -> None:
        w = early_warning(np.arange(200.0), ar1(200, 0.5, R(1)), R(1), lasts=20)
        assert w.fast
        assert w.reason.startswith("A fast trigger gives no early warning: the change came within 20 s")

    def test_cannot_tell(self) -> None:
        t = np.arange(200.0)
        assert early_warning(t[:50], t[:50], R(1)).verdict == "cannot tell"
        assert early_warning(t, np.ones(200), R(1)).verdict == "cannot tell"
        assert "uneven" in early_warning(np.cumsum(R(1).exponential(1, 200)), ar1(200, 0.5, R(1)), R(1)).reason

    def test_values_against_the_plain_definition(self) -> None:
        from fuelbed.numerics.series.warning import _indicators, _tau

        x = ar1(120, 0.6, R(5))
        found = _indicators(x[None, :], 60)
        z = (x - x.mean()) / x.std()
        last = z[60:120]
        assert found["variance"][0, -1] == pytest.approx(last.var())
        d = last - last.mean()
        assert found["skewness"][0, -1] == pytest.approx((d**3).mean() / d.std() ** 3)
        assert found["lag-1 autocorrelation"][0, -1] == pytest.approx(np.corrcoef(last[:-1], last[1:])[0, 1], abs=0.05)
        stats = pytest.importorskip("scipy.stats")
        v = R(1).standard_normal(30)
        assert _tau(v[None, :])[0] == pytest.approx(stats.kendalltau(np.arange(30), v).statistic)


def logistic(x: Array, p: Array) -> Array:
    return np.asarray(p[:, :1] * x * (1 - x))


def saturating(x: Array, p: Array) -> Array:
    """Served next step: the load, or the capacity where that is less. p: capacity, load."""
    return np.minimum(p[:, 1:2], p[:, 0:1]) + 0 * x


class TestFit:
    def test_coverage(self) -> None:
        hits = 0
        for s in range(40):
            g, x = R(s), np.full((100, 1), 0.3)
            for i in range(99):
                x[i + 1] = np.clip(2.6 * x[i] * (1 - x[i]) + 0.03 * g.standard_normal(), 0.01, 0.99)
            residual = one_step(logistic, x, np.zeros((100, 1)), [0])
            f = fit(residual, ["r"], np.array([2.0]), np.array([0.5]), np.array([4.0]), g, draws=40)
            hits += covers(f["r"], 2.6)
        assert hits >= 31  # 0.775

    @pytest.mark.parametrize("most", [60.0, 140.0])
    def test_a_capacity_never_reached_is_one_sided(self, most: float) -> None:
        g = R(1)
        load = g.uniform(20, most, 200)
        p = np.column_stack([np.zeros(200), load])
        x = np.minimum(np.roll(load, 1), 100.0)[:, None] + g.standard_normal((200, 1))
        f = fit(
            one_step(saturating, x, p, [0]), ["capacity"], np.array([120.0]), np.array([1.0]), np.array([1000.0]), g, draws=40
        )
        if most < 100:
            assert f.open_high == (True,)
            assert f["capacity"].value is None
            assert 55 < f["capacity"].low < 62
            assert f["capacity"].high == math.inf
        else:
            assert f["capacity"].value == pytest.approx(100, abs=0.5)
            assert f["capacity"].high - f["capacity"].low < 3

    def test_too_few_rows(self) -> None:
        with pytest.raises(ValueError, match="too few"):
            fit(lambda p: np.zeros(2), ["a"], np.ones(1), np.zeros(1), 2 * np.ones(1), R(1))


class TestRetry:
    def test_capacity_and_resends_where_it_saturated(self) -> None:
        hits, resends, queue = 0, 0, 0
        for s in range(100):
            r = retry_service(R(s), k=3)
            f = fit_retry(r.times, r.load, r.attempts, r.goodput, R(s), trigger=r.trigger, draws=200)
            assert f.saturated
            hits += covers(f.capacity, 100)
            resends += covers(f.retries, 3)
            with_queue = fit_retry(r.times, r.load, r.attempts, r.goodput, R(s), queue=r.queue, trigger=r.trigger, draws=200)
            queue += covers(with_queue.capacity, 100)
        assert hits >= 85
        assert resends >= 90
        assert queue >= 80

    def test_one_sided_where_it_never_did(self) -> None:
        right = 0
        for s in range(40):
            r = retry_service(R(s), surge=1.2)
            f = fit_retry(r.times, r.load, r.attempts, r.goodput, R(s), trigger=r.trigger)
            right += not f.saturated and f.capacity.value is None and f.capacity.low < 100 and f.capacity.high == math.inf
            assert f.retries.high == math.inf
        assert right >= 36

    def test_the_predicted_surge(self) -> None:
        r = retry_service(R(1))
        f = fit_retry(r.times, r.load, r.attempts, r.goodput, R(1), trigger=r.trigger, latency=np.full(400, 0.2))
        surge, none = predict_surge(f, lambda p: p["capacity"] / p["load"])
        assert covers(surge, 100 / 60)
        assert none == 0
        assert f.timeout.low == 0.2
        never, share = predict_surge(f, lambda p: np.full(len(p["load"]), math.inf))
        assert never.low == math.inf
        assert share == 1
        quiet = retry_service(R(1), surge=1.0)
        q = fit_retry(quiet.times, quiet.load, quiet.attempts, quiet.goodput, R(1))
        least, _ = predict_surge(q, lambda p: p["capacity"] / p["load"])
        assert least.value is None
        assert least.high == math.inf
