"""Drawn worlds have the shares of the weighed ones, where events share no draw; else nothing is drawn this way."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.numerics.observation import scene as module
from fuelbed.numerics.observation.drawn import draw_events
from fuelbed.numerics.observation.scene import certain, model_of, scene_of
from fuelbed.numerics.process.worlds import completing
from fuelbed.readers.case import parse_case

TEXT = """fuelbed: 1
title: t
failure: out
factors:
  push: {kind: trigger, rate: 3 per year, lasts: 20 days}
  other: {kind: trigger, rate: 1 per year, lasts: 40 days}
  weak: {kind: condition, present: 0.4}
  old: {kind: condition, present: 0.3}
  guard: {kind: control, state: failed, broken: 0.2, fails: 0.3}
  last: {kind: control, state: failed, broken: 0.1, fails: 0.5}
structure:
  a: push and weak and fails(guard)
  b: other and (old or push)
  out: (a or b) and fails(last)
signals:
  lamp: {sees: a, misses: 0.1, false_alarms: 0.1}
seen: {lamp: yes}
"""
N = 20_000


def test_drawn_shares_are_those_of_the_weighed_worlds() -> None:
    case = parse_case(TEXT)
    model = model_of(case, tuple(case.signals.values()))
    exact = scene_of(model, np.random.default_rng(0))
    assert exact is not None
    known = certain(model)
    came = completing(model.compiled, model.diagrams, known)
    unknown = [v for v in range(len(model.structure.events)) if v not in known]
    drawn = draw_events(model.compiled, model.diagrams, known, came, unknown, np.random.default_rng(1), N)
    assert drawn is not None
    p, q = exact.weight[:, 0] @ exact.truth, drawn.weight[:, 0] @ drawn.truth
    np.testing.assert_allclose(q, p, atol=4.5 * np.sqrt(0.25 / N))
    for v in unknown:  # and each two together
        both = exact.weight[:, 0] @ (exact.truth & exact.truth[:, [v]]), drawn.weight[:, 0] @ (drawn.truth & drawn.truth[:, [v]])
        np.testing.assert_allclose(both[1], both[0], atol=4.5 * np.sqrt(0.25 / N))


def test_a_common_cause_is_not_drawn_event_by_event() -> None:
    case = parse_case(TEXT + "common_causes: [{of: [guard, last], beta: 0.5}]\n")
    model = model_of(case, tuple(case.signals.values()))
    known = certain(model)
    came = completing(model.compiled, model.diagrams, known)
    unknown = [v for v in range(len(model.structure.events)) if v not in known]
    assert draw_events(model.compiled, model.diagrams, known, came, unknown, np.random.default_rng(1), 10) is None


def test_past_the_budget_the_scene_is_drawn_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    case = parse_case(TEXT)
    model = model_of(case, tuple(case.signals.values()))
    exact = scene_of(model, np.random.default_rng(0))
    monkeypatch.setattr(module, "OPEN", 3)
    drawn = scene_of(model, np.random.default_rng(0))
    assert exact is not None
    assert drawn is not None
    assert exact.exact
    assert not drawn.exact
    assert drawn.drawn == 1024
    np.testing.assert_allclose(drawn.weight[:, 0] @ drawn.truth, exact.weight[:, 0] @ exact.truth, atol=0.07)
