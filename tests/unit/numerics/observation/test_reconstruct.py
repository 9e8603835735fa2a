"""A model followed along a record: coverage on simulated truth with its noise unknown, a map with its noise unknown, numbers learnt, pushes put in."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fuelbed.core.quantities import Quantity
from fuelbed.numerics.maps.system import compile_model
from fuelbed.numerics.observation.reconstruct import Noise, Setting, noise_of, reconstruct, too_coarse
from fuelbed.readers.case import parse_case
from tests.unit.engines.observed import CASE, ROWS, record

A = np.ndarray
TANK = """fuelbed: 1
title: a tank
failure: out
factors:
  surge: {kind: trigger, lasts: 10 s}
structure:
  out: surge
dynamics:
  m:
    states: {level: {start: 0.5, range: 0..1}, heat: {start: 0, range: 0..1}}
    parameters: {load: 0.1, drain: DRAIN, carry: 0.3}
    next:
      level: "clip(level + load - drain * level, 0, 1)"
      heat: "clip(0.9 * heat + carry * level * 0.1, 0, 1)"
    step: 1 s
    failed: level > 0.9
    load: load
    pushes: {surge: {load: plus 0.06}}
    shows: {warmth: heat}
"""


def service() -> object:
    text = CASE.replace("    metrics: db\n", "").replace(CASE[CASE.index("evidence:") : CASE.index("dynamics:")], "")
    return compile_model(parse_case(text).dynamics["svc"])


def setting(seed: int) -> tuple[Setting, A]:
    """The retry service of `observed`, its noise as the quiet rows tell it."""
    s, truth = service(), record(seed)
    times = np.arange(ROWS, dtype=float)
    quiet = times < 40
    seen = {s.shown.index(c): (truth[c], noise_of(truth[c], quiet, c == "latency")) for c in ("latency", "goodput")}  # type: ignore[attr-defined]
    made = Setting(s, times, seen, {s.parameter("load"): truth["load"]})  # type: ignore[arg-type, attr-defined]
    return made, np.stack([truth["waiting"], truth["resending"]], axis=1)


@pytest.mark.further
def test_nominal_90_per_cent_covers_a_queue_and_an_orbit_though_the_noise_is_not_told() -> None:
    """8 records of a retry storm simulated event by event: rows in which the truth lies in the interval (whole numbers reach the next one)."""
    shares = []
    for seed in range(8):
        made, truth = setting(seed)
        found = reconstruct(made, seed, quiet=40)
        assert found.lost is None
        shares.append(((truth >= np.floor(found.low)) & (truth <= np.ceil(found.high))).mean(axis=0))
    mean = np.mean(shares, axis=0)
    print(f"waiting {mean[0]:.3f}, resending {mean[1]:.3f} over {len(shares)} records")
    assert np.all((mean >= 0.86) & (mean <= 0.99)), mean


def tank(seed: int, drain: str, level_noise: float = 0.02) -> tuple[Setting, A]:
    """A declared map that is driven by noise: heat is seen, level is hidden; pushed from row 60 to 80."""
    s = compile_model(parse_case(TANK.replace("DRAIN", drain)).dynamics["m"])
    rng, x, rows = np.random.default_rng(seed), np.array([0.5, 0.15]), []
    for t in range(120):
        p = s.today.copy()
        p[s.parameter("drain")] = 0.2
        p[s.parameter("load")] += 0.06 * (60 <= t < 80)
        x = np.clip(s.step(x[None], p)[0] + level_noise * rng.normal(size=2) * np.array([1.0, 0.1]), 0, 1)
        rows.append(x)
    truth = np.array(rows)
    seen = truth[:, 1] + 0.01 * rng.normal(size=120)
    times = np.arange(1.0, 121.0)
    made = Setting(s, times, {0: (seen, noise_of(seen, times < 60, False))}, push=s.model.pushes["surge"], window=(60.0, 80.0))
    return made, truth


@pytest.mark.parametrize("level_noise", [0.005, 0.02, 0.04])
def test_the_hidden_level_of_a_map_is_covered_whatever_chance_does_to_it(level_noise: float) -> None:
    shares = []
    for seed in range(15):
        made, truth = tank(seed, "0.2", level_noise)
        found = reconstruct(made, seed)
        assert found.lost is None
        shares.append(((truth[:, 0] >= found.low[:, 0]) & (truth[:, 0] <= found.high[:, 0])).mean())
    print(f"level, moved by chance {level_noise}: {np.mean(shares):.3f}")
    assert np.mean(shares) >= 0.88, np.mean(shares)


def test_a_number_that_is_not_known_widens_the_interval_and_is_learnt() -> None:
    fixed, _ = tank(1, "0.2")
    free, truth = tank(1, "0.1..0.4")
    narrow, wide = reconstruct(fixed, 1), reconstruct(free, 1)
    assert (wide.high - wide.low)[5:30, 0].mean() > 1.2 * (narrow.high - narrow.low)[5:30, 0].mean()
    assert ((truth[:, 0] >= wide.low[:, 0]) & (truth[:, 0] <= wide.high[:, 0])).mean() > 0.8


def test_a_push_is_put_in_while_its_trigger_lasts() -> None:
    made, truth = tank(2, "0.2")
    without = Setting(made.system, made.times, {0: (np.full(120, math.nan), made.seen[0][1])}, push=None)
    blind = Setting(made.system, made.times, {0: (np.full(120, math.nan), made.seen[0][1])}, push=made.push, window=(60.0, 80.0))
    pushed, calm = reconstruct(blind, 0).middle[:, 0], reconstruct(without, 0).middle[:, 0]
    assert pushed[78] - calm[78] == pytest.approx(truth[70:80, 0].mean() - truth[30:60, 0].mean(), abs=0.1)
    assert abs(pushed[50] - calm[50]) < 0.05
    assert abs(pushed[118] - calm[118]) < 0.08


def test_noise_of_a_column() -> None:
    rng, quiet = np.random.default_rng(0), np.ones(4000, dtype=bool)
    assert noise_of(5 + 0.7 * rng.normal(size=4000), quiet, False).sd == pytest.approx(0.7, rel=0.05)
    assert noise_of(np.exp(0.3 * rng.normal(size=4000)), quiet, True).sd == pytest.approx(0.3, rel=0.05)
    assert noise_of(np.full(50, 3.0), quiet[:50], False).sd == pytest.approx(0.03)
    holes = np.where(rng.random(4000) < 0.3, np.nan, 5 + 0.7 * rng.normal(size=4000))
    assert noise_of(holes, quiet, False).sd == pytest.approx(0.7, rel=0.1)
    few = noise_of(np.full(50, 3.0), np.zeros(50, dtype=bool), False)
    assert few.sd == pytest.approx(0.3)
    assert Noise(1.0, 100.0, False).misfit(400.0, np.array([402.0]))[0] == pytest.approx(1.0)
    assert np.isinf(Noise(1.0, 1.0, True).misfit(1.0, np.array([0.0]))[0])


def test_rows_too_far_apart_for_a_map_are_not_followed() -> None:
    made, _ = tank(0, "0.2")
    assert too_coarse(made) == ""
    far = Setting(made.system, made.times * 1000, made.seen)
    assert too_coarse(far) == "between two rows the model makes 1000 steps, more than the 400 that are followed"


def test_a_parameter_that_varies_wanders_and_one_that_is_seen_does_not() -> None:
    text = TANK.replace("DRAIN", "0.2").replace("load: 0.1", "load: {varies: 0.05..0.15}")
    s = compile_model(parse_case(text).dynamics["m"])
    times = np.arange(60.0)
    blank = {0: (np.full(60, math.nan), Noise(0.01, 0.1, False))}
    open_load = reconstruct(Setting(s, times, blank), 0)
    seen_load = reconstruct(Setting(s, times, blank, {s.parameter("load"): np.full(60, 0.1)}), 0)
    width = [(f.high - f.low)[40:, 0].mean() for f in (open_load, seen_load)]
    assert width[0] > 1.5 * width[1]
    assert Quantity.interval(0.05, 0.15, "number").middle == pytest.approx(s.today[s.parameter("load")])
