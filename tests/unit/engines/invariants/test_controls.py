"""Controls: state, guards, probability of failure on demand, grounds, what layers share; the bow-tie and the CAST-style table."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuelbed.core.blocks import Picture, Sentence, Table
from fuelbed.engines.invariants.bowtie import bowtie_picture
from fuelbed.engines.invariants.cast import cast_rows
from fuelbed.engines.invariants.controls import controls_of, on_demand, shared_by
from fuelbed.engines.invariants.scene import scene_of, truths
from tests.unit.engines.invariants.cases import answer, case_of, in_folder

FIVE = """  alarm: {kind: control, state: effective, fails: 0.1, needs: lag, source: report}
  probe: {kind: control, state: effective, fails: 0.2, needs: lag, source: report}
  breaker: {kind: control, state: missing, what: A breaker between pod and database}
  limiter: {kind: control, state: bypassed, source: report}
  rollback: {kind: control, state: failed, broken: 0.5, fails: 0.2, owner: ops, source: report}
"""
LINES = """structure:
  seen_late: fails(alarm) and fails(probe)
  out: push and weak and seen_late and fails(breaker) and fails(limiter)
  long: out and fails(rollback)
outcomes:
  out: {loss: 1 h}
  long: {loss: 5 h}
signals:
  lag: {sees: push}
"""


def test_missing_and_bypassed_come_first() -> None:
    controls = controls_of(scene_of(case_of("", FIVE, LINES)))
    assert [c.name for c in controls] == ["breaker", "limiter", "rollback", "alarm", "probe"]


def test_what_a_control_guards() -> None:
    by = {c.name: c for c in controls_of(scene_of(case_of("", FIVE, LINES)))}
    assert by["alarm"].guards == ("seen_late",)
    assert by["breaker"].guards == ("out",)
    assert (by["rollback"].cuts, by["rollback"].later) == (0, ("long",))
    assert (by["alarm"].cuts, by["alarm"].later) == (1, ("out", "long"))


@pytest.mark.parametrize(
    ("given", "value", "low", "high"),
    [
        ("state: failed, broken: 0.5, fails: 0.2", 0.6, 0.6, 0.6),
        ("state: failed, broken: 0.2..0.4, fails: 0.1..0.3", None, 1 - 0.8 * 0.9, 1 - 0.6 * 0.7),
        ("state: effective, fails: 0.1", 0.1, 0.1, 0.1),
        ("state: missing", 1.0, 1.0, 1.0),
        ("state: bypassed, fails: 0.1", 1.0, 1.0, 1.0),
        ("state: failed, fails: 0.1", None, 0.1, 1.0),
        ("state: failed, broken: 0.3", None, 0.3, 1.0),
        ("state: failed", None, 0.0, 1.0),
        ("state: effective", None, 0.0, 1.0),
        ("state: failed, broken: 0.5, fails: 0.2, today: no", 0.2, 0.2, 0.2),
    ],
)
def test_failure_on_demand_by_hand(given: str, value: float | None, low: float, high: float) -> None:
    """1 - (1 - broken)(1 - fails)."""
    e = on_demand(case_of("", f"  k: {{kind: control, {given}}}\n", "structure:\n  out: push and fails(k)\n").factors["k"])
    assert (e.low, e.high) == pytest.approx((low, high))
    if value is not None:
        assert e.value == pytest.approx(value)
    elif not e.is_unknown and "broken: 0.2..0.4" not in given:
        assert e.value is None


def test_two_layers_that_need_one_signal() -> None:
    case = case_of("", FIVE, LINES)
    (s,) = shared_by(scene_of(case))
    assert (s.members, s.layers, s.declared) == (("alarm", "probe"), ("alarm", "probe"), "")
    a = answer(case)
    assert "`alarm` and `probe` are counted as independent and hang on one thing, `lag`" in a.claim
    (found,) = [f for f in a.findings if f.code == "FB232"]
    assert found.message == "`alarm` and `probe` are counted as independent and share `lag`."


def test_a_declared_common_cause_is_no_finding() -> None:
    case = case_of("common_causes:\n  - {of: [alarm, probe], beta: 0.1, name: one_pipe}\n", FIVE, LINES)
    a = answer(case)
    assert not [f for f in a.findings if f.code == "FB232"]
    assert "`alarm` and `probe` share the common cause `one_pipe`" in a.claim


def test_controls_on_two_ways_are_no_layers() -> None:
    lines = LINES.replace("fails(alarm) and fails(probe)", "fails(alarm) or fails(probe)")
    (s,) = shared_by(scene_of(case_of("", FIVE, lines)))
    assert s.layers == ()


def test_a_missing_layer_is_not_counted_on() -> None:
    """Nothing is multiplied with what is surely not there."""
    case = case_of("", FIVE.replace("probe: {kind: control, state: effective", "probe: {kind: control, state: missing"), LINES)
    assert [s.layers for s in shared_by(scene_of(case))] == [()]


@pytest.mark.parametrize(
    ("factors", "more", "key"),
    [
        (", layer: pods}", "system: {components: [pods, db, disk], depends_on: {pods: [db], db: disk}}\n", "on pods"),
        (", layer: LAYER}", "system: {components: [a, b, disk], depends_on: {a: [disk], b: [disk]}}\n", "on disk"),
    ],
)
def test_a_common_ancestor_in_the_system(factors: str, more: str, key: str) -> None:
    one, two = (f"  {n}: {{kind: control, fails: 0.1{factors.replace('LAYER', layer)}\n" for n, layer in (("k", "a"), ("l", "b")))
    case = case_of(more, one + two, "structure:\n  out: push and fails(k) and fails(l)\n")
    (s,) = shared_by(scene_of(case))
    assert (s.key, s.layers) == (key, ("k", "l"))


def test_signals_of_one_group() -> None:
    factors = "  k: {kind: control, fails: 0.1, needs: a}\n  l: {kind: control, fails: 0.1, needs: b}\n"
    lines = "structure:\n  out: push and fails(k) and fails(l)\nsignals:\n  a: {sees: push, shares: pipe}\n  b: {sees: weak, shares: pipe}\n"
    (s,) = shared_by(scene_of(case_of("", factors, lines)))
    assert (s.key, s.what) == ("shares pipe", "signals of one group, `pipe`")


def test_one_owner_is_only_a_note() -> None:
    case = case_of("", FIVE.replace("needs: lag", "owner: ops"), LINES)
    assert shared_by(scene_of(case)) == ()
    assert any("one owner is a note" in b.text for b in answer(case).blocks if isinstance(b, Sentence))


def test_a_control_that_rests_on_the_cases_word_alone() -> None:
    found = {f.code: f.message for f in answer(case_of("", FIVE, LINES)).findings}
    assert found["FB231"] == "That `breaker` is missing rests on the case's word alone."


def test_a_missing_control_is_not_asked_for_a_source_where_the_case_gives_none_of_anything() -> None:
    bare = "  breaker: {kind: control, state: missing}\n  limiter: {kind: control, state: failed}\n"
    lines = "structure:\n  out: push and weak and fails(breaker) and fails(limiter)\n"

    def told(more: str) -> list[str]:
        return [f.of_one for f in answer(case_of(more, bare, lines)).findings if f.code == "FB231"]

    assert told("") == ["that `limiter` is failed"]
    both = ["that `breaker` is missing", "that `limiter` is failed"]
    assert told("sources:\n  - {id: report, what: The report}\n") == both
    assert told("signals:\n  lag: {sees: push}\nseen:\n  lag: yes\n") == both


TEXT = """# Outage

## What happened
The roll-back had not been tested and failed. The alarm fired late.

## Action items
- Build a circuit breaker
"""


def test_the_text_is_evidence_and_its_plans_are_not(tmp_path: Path) -> None:
    case = in_folder(
        tmp_path,
        "narrative: p.md\n",
        {"p.md": TEXT},
        FIVE.replace("breaker:", "circuit_breaker:"),
        LINES.replace("(breaker)", "(circuit_breaker)"),
    )
    by = {c.name: c.grounds for c in controls_of(scene_of(case))}
    assert [s.plain for s in by["rollback"].said] == ["The roll-back had not been tested and failed."]
    assert by["rollback"].untried
    assert by["circuit_breaker"].said == ()
    messages = [f.message for f in answer(case).findings if f.code == "FB233"]
    assert "`rollback` had not been tried before: the text says so in line 4." in messages


def test_signals_that_speak_of_a_control() -> None:
    lines = LINES.replace("lag: {sees: push}", "lag: {sees: fails(rollback)}\nseen: {lag: no}")
    by = {c.name: c.grounds for c in controls_of(scene_of(case_of("", FIVE, lines)))}
    assert by["rollback"].seen == ("`lag` was off",)
    assert by["alarm"].seen == ("`lag` was off",)  # it needs that signal
    assert by["breaker"].seen == ()


def test_never_tried() -> None:
    """Counted on, and nothing shows that it ever held; measured, or held in the incident, is enough."""
    lines = "structure:\n  out: push and fails(a) and fails(b) and fails(c)\n"
    factors = (
        "  a: {kind: control, fails: 0.1, source: report}\n"
        "  b: {kind: control, fails: {value: 0.1, basis: measured, source: 30 drills}}\n"
        "  c: {kind: control, fails: 0.1, in_incident: held, source: report}\n"
    )
    messages = [f.message for f in answer(case_of("", factors, lines)).findings if f.code == "FB233"]
    assert messages == ["Nothing says that `a` was ever tried: it is counted on by `out`."]


def test_the_bow_tie() -> None:
    case = case_of("", FIVE, LINES)
    scene = scene_of(case)
    p = bowtie_picture(scene, controls_of(scene), shared_by(scene))
    assert p is not None
    assert p.data["event"]["id"] == "out"
    assert p.data["threats"] == [{"id": "push", "label": "push", "barriers": ["breaker", "limiter", "alarm", "probe"]}]
    assert p.data["consequences"] == [{"id": "long", "label": "long", "barriers": ["rollback"]}]
    assert p.data["controls"]["rollback"] == {"label": "rollback", "state": "failed", "fails": [0.6, 0.6, 0.6], "shares": []}
    assert p.data["controls"]["alarm"]["shares"] == ["lag"]
    assert "the missing `breaker`" in p.alt


def test_a_bow_tie_needs_a_control_and_every_case_with_one_has_it() -> None:
    none = case_of("")
    assert not [b for b in answer(none).blocks if isinstance(b, Picture) and b.kind == "bowtie"]
    plain = case_of("", "  k: {kind: control, state: missing}\n", "structure:\n  out: push and weak and fails(k)\n")
    (picture,) = [b for b in answer(plain).blocks if isinstance(b, Picture) and b.kind == "bowtie"]
    assert picture.data["consequences"] == [{"id": "out", "label": "the failure itself", "barriers": []}]


def test_cast_rows() -> None:
    more = "actions:\n  a1: {does: [set rollback.fails to 0.01]}\n  a2: {does: [observe lag]}\n"
    scene = scene_of(case_of(more, FIVE, LINES))
    rows = {r.name: r for r in cast_rows(scene, controls_of(scene), ())}
    assert rows["rollback"].actions == ("a1",)
    assert rows["breaker"].happened == "It was not there."
    assert rows["breaker"].contribution == "every cut set of the failure needs that it does not hold"
    assert rows["rollback"].contribution == "not in the failure; in `long`"


@pytest.mark.parametrize(
    ("states", "claim"),
    [
        (("missing",), "The only control, `k0`, was missing."),
        (("missing", "missing"), "Both controls were missing."),
        (("failed", "failed", "failed"), "All 3 controls failed."),
        (("missing", "failed", "effective"), "Of 3 controls, 1 was missing, 1 failed and 1 was in order."),
        (("missing", "missing", "missing", "effective", "effective"), "Of 5 controls, 3 were missing and 2 were in order."),
    ],
)
def test_how_controls_are_counted(states: tuple[str, ...], claim: str) -> None:
    factors = "".join(f"  k{i}: {{kind: control, state: {s}, fails: 0.1}}\n" for i, s in enumerate(states))
    line = " and ".join(f"fails(k{i})" for i in range(len(states)))
    assert answer(case_of("", factors, f"structure:\n  out: push and {line}\n")).claim == claim


def test_truths_of_lines() -> None:
    """Kleene: what is known decides where it can; a cycle is its least fixpoint."""
    factors = "  maybe: {kind: condition}\n  k: {kind: control, state: missing}\n  held: {kind: control, in_incident: held}\n"
    lines = """structure:
  a: push and maybe
  b: push or maybe
  c: fails(k) and not fails(held)
  d: fails(held) and maybe
  e: e or d
  f: atleast(2, push, weak, maybe)
  g: threshold(1, 0.5*push, 0.5*maybe)
  out: push and weak
"""
    assert truths(case_of("", factors, lines)) == {
        "a": None, "b": True, "c": True, "d": False, "e": False, "f": True, "g": None, "out": True,
    }  # fmt: skip  # one table


def test_every_control_has_a_row_with_or_without_invariants() -> None:
    table = next(b for b in answer(case_of("", FIVE, LINES)).blocks if isinstance(b, Table) and b.id == "controls")
    assert {row[0].text for row in table.rows} == {"alarm", "probe", "breaker", "limiter", "rollback"}


@pytest.mark.parametrize(
    ("signal", "why"),
    [
        ("{sees: push}", ""),
        ("{sees: push, installed: no}", "which is not there"),
        ("{sees: push, misses: 1}", "which never shows it"),
        ("{sees: push, blind_when: push}", "which was blind"),
    ],
)
def test_a_control_without_its_signal_could_not_act(signal: str, why: str) -> None:
    case = case_of("actions:\n  a1: {does: [observe lag]}\n", FIVE, LINES.replace("{sees: push}", signal))
    scene = scene_of(case)
    alarm = next(c for c in controls_of(scene) if c.name == "alarm")
    assert alarm.unarmed == why
    shown = next(b for b in answer(case).blocks if isinstance(b, Table) and b.id == "controls")
    state = next(row[1].text for row in shown.rows if row[0].text == "alarm")
    assert state == ("effective" if not why else f"effective, needs lag, {why}")
    row = next(r for r in cast_rows(scene, controls_of(scene), ()) if r.name == "alarm")
    assert row.actions == ("a1",)  # what shows the signal arms the control
    assert ("by the model it could not act" in row.happened) is bool(why)
    (picture,) = [b for b in answer(case).blocks if isinstance(b, Picture) and b.kind == "bowtie"]
    drawn = picture.data["controls"].get("alarm")  # where it is blind in any case it stands in no cut set
    if why != "which was blind":
        assert drawn["label"] == ("alarm" if not why else f"alarm (needs lag, {why})")
