"""Unsafe control actions in their four forms, what they lead to, and feedback that was blind."""

from __future__ import annotations

from fuelbed.core.blocks import Sentence, Table
from fuelbed.engines.invariants.cast import cast_rows
from fuelbed.engines.invariants.controls import controls_of
from fuelbed.engines.invariants.scene import scene_of
from fuelbed.engines.invariants.stpa import feedback_of, led_to, not_examined, stpa_sentence, stpa_table
from tests.unit.engines.invariants.cases import answer, case_of

FACTORS = (
    "  other: {kind: trigger, rate: yearly}\n  parted: {kind: condition, present: yes}\n  gate: {kind: control, state: missing}\n"
)
LINES = """structure:
  split: push and parted
  aside: other and parted
  out: (split or other and weak) and fails(gate)
  lost: out and aside
outcomes:
  out: {loss: 1 h}
  lost: {loss: 9 h}
"""
MORE = """signals:
  lag: {sees: split, blind_when: parted}
  quiet: {sees: split, misses: 1}
  wished: {sees: split, installed: no}
  fine: {sees: split, misses: 0.1}
  unsure: {sees: split, blind_when: not weak}
control_structure:
  orchestrator:
    what: Promotes a primary
    process: mysql
    feedback: [lag, quiet, wished, fine, unsure, the telephone]
    actions:
      promote:
        unsafe:
          - {form: provided, when: the other has writes, leads_to: split, in_incident: yes, because: it saw nothing}
          - {form: wrong_time, when: nobody knows yet, leads_to: aside}
      demote:
        unsafe: [{form: not_provided, when: there are two, leads_to: gate, in_incident: no}]
  people: {actions: {stop: {}}}
actions:
  a1: {does: [observe split]}
"""


def test_the_four_forms_and_what_was_not_examined() -> None:
    case = case_of(MORE, FACTORS, LINES)
    assert stpa_sentence(case) == (
        "Of 12 forms in which 3 control actions can be unsafe, 9 were not examined; in this incident `orchestrator.promote` was unsafe."
    )
    assert not_examined(case) == (
        "Not examined, which is not the same as safe: `orchestrator.promote` not given and wrong duration; "
        "`orchestrator.demote` given, wrong time and wrong duration; `people.stop` not given, given, wrong time and wrong duration."
    )


def test_the_table_tells_what_happened_first() -> None:
    table = stpa_table(scene_of(case_of(MORE, FACTORS, LINES)))
    assert table is not None
    assert [[c.text for c in row] for row in table.rows] == [
        ["orchestrator.promote", "given: the other has writes", "split (1 of 2 cut sets of the failure)", "yes"],
        ["orchestrator.promote", "wrong time: nobody knows yet", "aside (every cut set of `lost`)", "not known"],
        ["orchestrator.demote", "not given: there are two", "gate (every cut set of the failure)", "no"],
    ]


def test_what_an_unsafe_action_leads_to_by_hand() -> None:
    """Cut sets of out: {push, parted, gate}, {other, weak, gate}; of lost: {push, other, parted, gate}, {other, weak, parted, gate}."""
    scene = scene_of(case_of(MORE, FACTORS, LINES))
    for name, words in (
        ("split", "1 of 2 cut sets of the failure"),
        ("aside", "every cut set of `lost`"),
        ("weak", "1 of 2 cut sets of the failure"),
        ("gate", "every cut set of the failure"),
        ("out", "the failure itself"),
        ("lost", "every cut set of `lost`"),
    ):
        found = led_to(scene, name)
        assert found is not None
        assert found.words("out") == (words if name != "lost" else "an outcome itself")


def test_feedback_that_was_blind() -> None:
    case = case_of(MORE, FACTORS, LINES)
    scene = scene_of(case)
    found = {f.channel: (f.blind, f.why) for f in feedback_of(case, scene)}
    assert set(found) == {"lag", "quiet", "wished", "unsure", ""}
    assert found["lag"] == (True, "`orchestrator` knows by `lag`, which is blind while `parted`, and it was, in this incident")
    assert found["quiet"][1].endswith("which never shows it")
    assert found["wished"][1].endswith("which is not there")
    assert found["unsure"] == (
        False,
        "`orchestrator` knows by `unsure`, which is blind while `not weak`, which was not so in this incident",
    )
    assert found[""][1].startswith("`people` has no feedback")
    messages = [f.message for f in answer(case).findings if f.code == "FB237"]
    assert len(messages) == 4  # what was not blind is told, and is no finding


def test_controllers_are_in_the_cast_table() -> None:
    scene = scene_of(case_of(MORE, FACTORS, LINES))
    rows = {r.name: r for r in cast_rows(scene, controls_of(scene), tuple(feedback_of(scene.case, scene)))}
    o = rows["orchestrator"]
    assert o.kind == "controller"
    assert o.responsibility == "Promotes a primary. It controls mysql."
    assert o.happened == "`promote` given while the other has writes."
    assert o.context.startswith("it saw nothing. `orchestrator` knows by")
    assert "blind while `parted`" in o.context
    assert o.contribution == "leads to `split` (1 of 2 cut sets of the failure)"
    assert o.actions == ("a1",)
    assert rows["people"].happened == "Whether one of its actions was unsafe here is not said."


def test_the_answer_says_it() -> None:
    a = answer(case_of(MORE, FACTORS, LINES))
    assert len(a.claim.split("\n")) <= 3
    assert any(isinstance(b, Table) and b.id == "unsafe_actions" for b in a.blocks)
    assert any(isinstance(b, Sentence) and b.text.startswith("Not examined") for b in a.blocks)


def test_a_control_structure_without_actions() -> None:
    a = answer(case_of("control_structure:\n  ops: {what: somebody}\n", FACTORS, LINES))
    table = next(b for b in a.blocks if isinstance(b, Table) and b.id == "unsafe_actions")
    assert table.rows == ()
    assert table.empty
