"""§6 against answers worked out by other means: a published diagnosis by entropy, and toys small enough for paper."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fuelbed.numerics.observation.information import entropy, information
from fuelbed.numerics.observation.rivals import bayes_factor, chances
from fuelbed.numerics.observation.scene import model_of, scene_of
from fuelbed.readers.case import parse_case

HEAD = "fuelbed: 1\ntitle: t\nfailure: out\n"


def made(text: str):  # type: ignore[no-untyped-def]  # a scene, or a failure of the test
    case = parse_case(text)
    scene = scene_of(model_of(case, tuple(case.signals.values())), np.random.default_rng(0))
    assert scene is not None
    return scene


def test_twenty_questions() -> None:
    """Sixteen equally likely single causes are 4 bits; each sensor of one binary digit of the cause's number tells exactly one."""
    triggers = "".join(f"  t{i}: {{kind: trigger, rate: 1 per year}}\n" for i in range(16))
    digits = "".join(
        f"  d{k}: {{sees: '{' or '.join(f't{i}' for i in range(16) if i >> k & 1)}', misses: 0, false_alarms: 0}}\n"
        for k in range(4)
    )
    every = " or ".join(f"t{i}" for i in range(16))
    scene = made(f"{HEAD}factors:\n{triggers}structure:\n  out: {every}\nsignals:\n{digits}")
    before, after = information(scene, scene.mechanism, (), {})
    assert before[0] == pytest.approx(4.0)
    for k in range(1, 5):
        _, after = information(scene, scene.mechanism, tuple(range(k)), {})
        assert after[0] == pytest.approx(4.0 - k)


def test_the_doctor_and_the_rare_disease() -> None:
    """The textbook case of base rates: 1 in 100 has it, the test misses 20 % and cries wolf for 9.6 %; a positive test means 7.8 %
    (D. Eddy 1982, as retold by G. Gigerenzer and U. Hoffrage, Psychological Review 102, 1995)."""
    text = (
        f"{HEAD}factors:\n  visit: {{kind: trigger, rate: 1 per year}}\n  disease: {{kind: condition, present: 0.01}}\n"
        "structure:\n  out: visit\nsignals:\n  test: {sees: disease, misses: 0.2, false_alarms: 0.096}\n"
        "hypotheses:\n  ill: {says: disease}\n"
    )
    scene = made(text)
    assert chances(scene, scene.says["ill"], {0: True})[0] == pytest.approx(0.008 / (0.008 + 0.09504))
    assert round(float(chances(scene, scene.says["ill"], {0: True})[0]), 3) == 0.078
    assert bayes_factor(scene, scene.says["ill"], {0: True})[0] == pytest.approx(0.8 / 0.096)


def test_a_sensor_is_a_binary_channel() -> None:
    """With even odds a symmetric sensor tells 1 - H(e): the capacity of the binary symmetric channel (Shannon 1948)."""
    for e in (0.0, 0.05, 0.11, 0.5):
        text = (
            f"{HEAD}factors:\n  a: {{kind: trigger, rate: 1 per year}}\n  b: {{kind: trigger, rate: 1 per year}}\n"
            f"structure:\n  out: a or b\nsignals:\n  s: {{sees: a, misses: {e}, false_alarms: {e}}}\n"
        )
        scene = made(text)
        before, after = information(scene, scene.mechanism, (0,), {})
        capacity = 1 - float(entropy(np.array([e, 1 - e])))
        assert before[0] - after[0] == pytest.approx(capacity, abs=1e-12)
    assert capacity == pytest.approx(0.0)


def test_comonotone_sensors_by_hand() -> None:
    """Misses 0.1 and 0.3 of one draw: both on 0.7, only the better on 0.2, none on 0.1, only the worse never."""
    text = (
        f"{HEAD}factors:\n  a: {{kind: trigger, rate: 1 per year}}\nstructure:\n  out: a\nsignals:\n"
        "  good: {sees: a, misses: 0.1, false_alarms: 0, shares: g}\n  poor: {sees: a, misses: 0.3, false_alarms: 0, shares: g}\n"
    )
    from fuelbed.numerics.observation.readings import readings

    scene = made(text)
    table = readings(scene.sensors, scene.codes, scene.numbers, (0, 1), {})[:, 0, 0]
    assert table == pytest.approx([0.1, 0.2, 0.0, 0.7])  # none, good, poor, both


def test_explaining_away() -> None:
    """Two rare causes, one alarm for either: seeing one of them makes the other as unlikely as it was before the alarm."""
    text = (
        f"{HEAD}factors:\n  push: {{kind: trigger, rate: 1 per year}}\n  a: {{kind: condition, present: 0.1}}\n"
        "  b: {kind: condition, present: 0.1}\nstructure:\n  out: push and (a or b)\nsignals:\n"
        "  of_a: {sees: a, misses: 0, false_alarms: 0}\nhypotheses:\n  b: {says: b}\n"
    )
    scene = made(text.replace("hypotheses:\n  b:", "hypotheses:\n  other:"))
    so = scene.says["other"]
    assert chances(scene, so, {})[0] == pytest.approx(0.1 / 0.19)
    assert chances(scene, so, {0: True})[0] == pytest.approx(0.1)
    assert chances(scene, so, {0: False})[0] == pytest.approx(1.0)


def test_bits_are_those_of_paper() -> None:
    p = np.array([0.5, 0.25, 0.125, 0.125])
    assert entropy(p) == pytest.approx(1.75)
    assert entropy(8 * p) == pytest.approx(1.75)
    assert entropy(np.zeros(3)) == 0
    assert entropy(np.array([1.0, 0.0])) == 0
    assert math.isclose(float(entropy(np.full(5, 0.2))), math.log2(5))
