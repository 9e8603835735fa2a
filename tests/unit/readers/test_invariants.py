"""The sections `invariants` and `control_structure`: what is read, and every fault at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuelbed.core.codes import CODES
from fuelbed.core.errors import InputError
from fuelbed.core.invariants import FORMS
from fuelbed.core.temporal import print_temporal
from fuelbed.readers.case import parse_case, read_case

BASE = """fuelbed: 1
title: t
failure: out
factors:
  push: {kind: trigger, rate: monthly}
  gate: {kind: control, fails: 0.1}
structure:
  out: push and fails(gate)
signals:
  lag: {sees: out}
dynamics:
  spread:
    parameters: {catch: 0.5, heal: 0.2 per second, wait: 3 s}
    let: {twice: 2 * ill}
    states: {ill: {start: 0, range: 0..1}}
    next: {ill: ill + catch * ill * (1 - ill) - 0.2 * ill}
    step: 1 h
    failed: ill > 0.5
    shows: {queue: 100 * ill}
    pushes: {push: {ill: plus 0.2, lasts: 1 h}}
"""
END = len(BASE.splitlines()) + 1  # the line number of the first line added
CSV = "time,latency,load,queue\n" + "".join(f"2025-09-29T10:{m:02d}:00Z,{m},{m + 1},{m}\n" for m in range(10))


def faults(text: str, root: Path | None = None) -> list[tuple[str, int, int]]:
    with pytest.raises(InputError) as caught:
        parse_case(BASE + text, root=root)
    for f in caught.value.findings:
        assert f.code in CODES
        assert f.cure, f.line()
    return [(f.code, f.span.line - END, f.span.column) for f in caught.value.findings if f.span]


def folder(tmp_path: Path, more: str) -> Path:
    (tmp_path / "a.csv").write_text(CSV)
    (tmp_path / "b.csv").write_text(CSV)
    (tmp_path / "case.yaml").write_text(BASE + more)
    return tmp_path


METRICS = """evidence:
  metrics:
    a: {file: a.csv, columns: {latency: latency, load: load, queue: queue}, units: {latency: ms}}
"""


def test_an_invariant_is_read(tmp_path: Path) -> None:
    more = METRICS + (
        "invariants:\n"
        "  quick: {holds: latency <= 300 ms, what: answers are quick, between: hold, every: 1 min, gap: 5 min, source: the team}\n"
        "  few: {holds: 'always(ill > 0.1 -> eventually[0..2 h] ill <= 0.1)', on: spread}\n"
    )
    quick, few = read_case(folder(tmp_path, more)).invariants.values()
    assert (quick.on, quick.between, quick.every, quick.gap, quick.what, quick.source) == (
        "a", "hold", 60.0, 300.0, "answers are quick", "the team",
    )  # fmt: skip  # the only metrics entry is meant where `on` is left out
    assert print_temporal(quick.holds) == quick.text == "latency <= 300 ms"
    assert (few.on, few.between, few.every, few.gap) == ("spread", "rows", None, None)


def test_columns_of_a_model_are_states_parameters_named_quantities_and_what_it_shows() -> None:
    case = parse_case(BASE + "invariants:\n  x: {holds: ill + catch + twice + queue <= 9, on: spread}\n")
    assert list(case.invariants) == ["x"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("x: {what: nothing}", [("FB017", 1, 3)]),
        ("x: ill <= 1", [("FB013", 1, 6)]),
        ("x: {holds: ill <= 1, on: spred}", [("FB022", 1, 28)]),
        ("x: {holds: il <= 1, on: spread}", [("FB022", 1, 14)]),
        ("x: {holds: ill <=, on: spread}", [("FB020", 1, 18)]),
        ("x: {holds: [ill], on: spread}", [("FB013", 1, 14)]),
        ("x: {holds: ill <= 1, on: spread, every: 1 min}", [("FB094", 1, 36)]),
        ("x: {holds: ill <= 1, on: spread, gap: 0 s}", [("FB048", 1, 41)]),
        ("x: {holds: ill <= 1, on: spread, gap: 1..2 s}", [("FB048", 1, 41)]),
        ("x: {holds: ill <= 1, on: spread, between: rowz}", [("FB015", 1, 45)]),
        ("x: {holds: ill <= 1, on: spread, after: 3}", [("FB014", 1, 36)]),
        ("x: {holds: event(deploy) or ill < 1, on: spread}", [("FB120", 1, 20)]),
        ("x: {holds: wait <= heal, on: spread}", [("FB120", 1, 14)]),
        ("x: {holds: wait <= 3 per second, on: spread}", [("FB120", 1, 14)]),
        ("x: {holds: heal + heal <= 3 s, on: spread}", [("FB120", 1, 14)]),
        ("X: {holds: ill <= 1, on: spread}", [("FB016", 1, 3)]),
        (
            "x: {holds: ill <=, on: spred, gap: later, kind: 3}",
            [("FB020", 1, 18), ("FB022", 1, 26), ("FB041", 1, 38), ("FB014", 1, 45)],
        ),
    ],
)
def test_faults_of_invariants(entry: str, expected: list[tuple[str, int, int]]) -> None:
    assert faults(f"invariants:\n  {entry}\n") == expected


def test_a_bare_number_has_any_unit_and_a_product_none() -> None:
    parse_case(BASE + "invariants:\n  x: {holds: wait <= 3, on: spread}\n  y: {holds: wait * heal <= 3 s, on: spread}\n")


def test_several_metrics_need_a_name(tmp_path: Path) -> None:
    two = METRICS + "    b: {file: b.csv, columns: {queue: queue}}\n"
    with pytest.raises(InputError) as caught:
        read_case(folder(tmp_path, two + "invariants:\n  x: {holds: queue <= 3}\n"))
    assert [f.code for f in caught.value.findings] == ["FB017"]
    assert "a, b" in caught.value.findings[0].cure


def test_a_column_must_be_in_the_table(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_case(folder(tmp_path, METRICS + "invariants:\n  x: {holds: latenzy <= 3 s and load <= 3 s}\n"))
    assert next((f.code, f.cure) for f in caught.value.findings) == ("FB022", "Did you mean `latency`?")


def test_no_fault_follows_a_fault(tmp_path: Path) -> None:
    """A table that could not be read, and a model at fault, make no second fault about their columns."""
    broken = METRICS.replace("queue: queue", "queue: nowhere")
    with pytest.raises(InputError) as caught:
        read_case(folder(tmp_path, broken + "invariants:\n  x: {holds: queue <= 3}\n"))
    assert len(caught.value.findings) == 1
    with pytest.raises(InputError) as caught:
        parse_case(BASE.replace("next: {ill: ill +", "next: {ill: il +") + "invariants:\n  x: {holds: il <= 3, on: spread}\n")
    assert len(caught.value.findings) == 1


def test_an_invariant_without_a_trace_is_no_fault() -> None:
    case = parse_case(BASE + "invariants:\n  x: {holds: queue <= 3}\n")
    assert case.invariants["x"].on == ""


CONTROL = """control_structure:
  orchestrator:
    what: Promotes a primary
    process: mysql
    feedback: [lag, what the people say]
    because: nobody was awake
    actions:
      promote:
        what: makes a replica the primary
        unsafe:
          - {form: provided, when: the other has writes, leads_to: out, in_incident: yes, because: it saw nothing}
          - {form: wrong_time, when: too early, in_incident: no}
          - {form: provided, when: twice, leads_to: gate}
  people: {}
"""


def test_a_control_structure_is_read() -> None:
    case = parse_case(BASE + CONTROL)
    o = case.controllers["orchestrator"]
    assert (o.what, o.process, o.feedback, o.because) == (
        "Promotes a primary",
        "mysql",
        ("lag", "what the people say"),
        "nobody was awake",
    )
    a = o.actions["promote"]
    assert [(u.form, u.leads_to, u.in_incident) for u in a.unsafe] == [
        ("provided", "out", True), ("wrong_time", "", False), ("provided", "gate", None),
    ]  # fmt: skip  # a column a field
    assert [len(a.of_form(f)) for f in FORMS] == [0, 2, 1, 0]
    assert case.controllers["people"].actions == {}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("form: wrong_time", "form: sometimes", "FB015"),
        ("form: wrong_time, ", "", "FB017"),
        ("when: too early, ", "", "FB017"),
        ("leads_to: out", "leads_to: outt", "FB022"),
        ("in_incident: no", "in_incident: perhaps", "FB015"),
        ("feedback: [lag,", "feedback: [lagg,", "FB022"),
        ("feedback: [lag, what the people say]", "feedback: lag", "FB013"),
        ("what: makes a", "does: makes a", "FB014"),
        ("process: mysql", "proces: mysql", "FB014"),
        ("people: {}", "People: {}", "FB016"),
        ("people: {}", "people: nobody", "FB013"),
        ("unsafe:\n", "unsafe: yes\n        more:\n", "FB014"),
        ("- {form: wrong_time, when: too early, in_incident: no}", "- too early", "FB013"),
    ],
)
def test_faults_of_a_control_structure(old: str, new: str, code: str) -> None:
    assert old in CONTROL
    assert code in {c for c, *_ in faults(CONTROL.replace(old, new))}


def test_free_words_for_feedback_that_resemble_no_signal() -> None:
    case = parse_case(BASE + "control_structure:\n  ops: {feedback: [telephone]}\n")
    assert case.controllers["ops"].feedback == ("telephone",)
