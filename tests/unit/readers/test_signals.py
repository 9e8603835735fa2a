"""`signals`, `seen` and `hypotheses`: what is read, and one clear fault for each mistake."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from fuelbed.core.codes import CODES
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Severity
from fuelbed.readers.case import parse_case
from fuelbed.readers.shapes import CaseFile
from fuelbed.readers.yaml import load_yaml, plain

HEAD = """fuelbed: 1
title: t
failure: out
factors:
  push: {kind: trigger, rate: monthly}
  weak: {kind: condition, present: 0.3}
  guard: {kind: control, state: failed, broken: no, fails: 0.1}
structure:
  storm: push and weak
  out: storm and fails(guard)
"""
GOOD = """signals:
  errors_high:
    what: 5xx above 1 % on the dashboard
    sees: out
    misses: 0.05..0.2
    false_alarms: {value: 0.01..0.05, basis: judged}
    blind_when: weak and not push
    shares: telemetry
    cost: 2
    owner: platform
  attempts: {sees: "storm or fails(guard)", shares: telemetry}
  ages: {sees: weak, installed: no, cost: 1..3}
seen:
  errors_high: yes
  attempts: {state: no, at: 2025-09-29 17:05, because: the graph was flat, source: "the report, last page"}
hypotheses:
  late: {says: weak, at: 2025-09-29T19:30+02:00}
  early: {what: It was the push, says: push and not weak, at: 2025-09-29 17:10Z}
"""


def test_signals_as_written() -> None:
    case = parse_case(HEAD + GOOD)
    assert case.unread == ()
    assert case.findings == ()
    errors, attempts, ages = case.signals.values()
    assert (errors.text, errors.blind_text, errors.shares, errors.installed) == ("out", "weak and not push", "telemetry", True)
    assert (errors.misses.low, errors.misses.high, errors.false_alarms.basis) == (0.05, 0.2, "judged")
    assert errors.cost is not None
    assert errors.cost.low == 2
    assert not attempts.misses.given
    assert (attempts.misses.low, attempts.misses.high) == (0, 1)
    assert attempts.blind_when is None
    assert not ages.installed


def test_what_was_seen() -> None:
    seen = parse_case(HEAD + GOOD).seen
    assert {n: s.on for n, s in seen.items()} == {"errors_high": True, "attempts": False}
    at = seen["attempts"].at
    assert at is not None
    assert (at.seconds, at.zoned) == (1759165500.0, False)
    assert seen["attempts"].because == "the graph was flat"
    assert parse_case(HEAD + "signals: {a: {sees: out}}\nseen: {a: unknown}\n").seen["a"].on is None


def test_hypotheses_come_in_the_order_of_their_times() -> None:
    found = parse_case(HEAD + GOOD).hypotheses
    assert list(found) == ["early", "late"]
    late = found["late"].at
    assert late is not None
    assert late.zoned
    assert late.seconds == 1759167000.0


def test_hypotheses_by_number_and_by_place() -> None:
    numbered = "hypotheses: {b: {says: push, tried: 2}, c: {says: weak}, a: {says: out, tried: 1}}\n"
    assert list(parse_case(HEAD + numbered).hypotheses) == ["a", "b", "c"]
    assert list(parse_case(HEAD + "hypotheses: {b: {says: push}, a: {says: weak}}\n").hypotheses) == ["b", "a"]


FAULTS = [
    ("signals: [errors]\n", "FB013", 10),
    ("signals: {errors: 3}\n", "FB013", 19),
    ("signals: {errors: {misses: 0.1}}\n", "FB017", 11),
    ("signals: {errors: {sees: outt}}\n", "FB022", 26),
    ("signals: {errors: {sees: guard}}\n", "FB023", 26),
    ("signals: {errors: {sees: out and}}\n", "FB020", 33),
    ("signals: {errors: {sees: [out]}}\n", "FB013", 26),
    ("signals: {errors: {sees: out, blind_when: wek}}\n", "FB022", 43),
    ("signals: {errors: {sees: out, mises: 0.1}}\n", "FB014", 31),
    ("signals: {errors: {sees: out, misses: 3}}\n", "FB043", 39),
    ("signals: {errors: {sees: out, installed: maybe}}\n", "FB015", 42),
    ("signals: {Errors: {sees: out}}\n", "FB016", 11),
    ("signals: {weak: {sees: out}}\n", "FB018", 11),
    ("signals: {errors: {sees: out}}\nseen: {erors: yes}\n", "FB022", 8),
    ("signals: {errors: {sees: out}}\nseen: {errors: perhaps}\n", "FB015", 16),
    ("signals: {errors: {sees: out}}\nseen: {errors: {at: 2025-01-01}}\n", "FB017", 8),
    ("signals: {errors: {sees: out}}\nseen: {errors: {state: yes, at: noon}}\n", "FB033", 33),
    ("signals: {errors: {sees: out}}\nseen: {errors: {state: yes, where: here}}\n", "FB014", 29),
    ("signals: {errors: {sees: out, installed: no}}\nseen: {errors: no}\n", "FB111", 8),
    ("hypotheses: {attack: {what: w}}\n", "FB017", 14),
    ("hypotheses: {attack: {says: atack}}\n", "FB022", 29),
    ("hypotheses: {attack: {says: push, tried: 0}}\n", "FB013", 42),
    ("hypotheses: {attack: {says: push, tried: yes}}\n", "FB013", 42),
    ("hypotheses: {attack: {says: push, ways: 2}}\n", "FB014", 35),
    ("hypotheses: {attack: push}\n", "FB013", 22),
]


@pytest.mark.parametrize(("text", "code", "column"), FAULTS)
def test_one_fault_is_one_error_at_its_place(text: str, code: str, column: int) -> None:
    with pytest.raises(InputError) as caught:
        parse_case(HEAD + text)
    found = [f for f in caught.value.findings if f.severity is Severity.ERROR]
    line = len((HEAD + text).splitlines())
    assert [(f.code, f.span.line, f.span.column) for f in found if f.span] == [(code, line, column)]
    assert code in CODES
    assert all(f.cure for f in found)


def test_all_faults_at_once() -> None:
    text = "signals:\n  a: {sees: outt}\n  b: {misses: 2}\nseen: {c: yes}\nhypotheses: {d: {says: x}}\n"
    with pytest.raises(InputError) as caught:
        parse_case(HEAD + text)
    assert [f.code for f in caught.value.findings] == ["FB022", "FB017", "FB043", "FB022", "FB022"]


def test_a_group_of_one_is_a_warning() -> None:
    case = parse_case(HEAD + "signals: {a: {sees: out, shares: telemetry}, b: {sees: weak, shares: telemetri}}\n")
    assert [(f.code, f.severity) for f in case.findings] == [("FB110", Severity.WARNING)] * 2
    assert "telemetry" in case.findings[1].cure


def test_a_control_cannot_need_a_signal_that_reads_its_own_failure() -> None:
    needs = HEAD.replace("fails: 0.1}", "fails: 0.1, needs: errors}")
    with pytest.raises(InputError) as caught:
        parse_case(needs + "signals: {errors: {sees: out}}\n")
    assert [f.code for f in caught.value.findings] == ["FB039"]
    with pytest.raises(InputError) as caught:
        parse_case(needs + "signals: {errors: {sees: storm, blind_when: fails(guard)}}\n")
    assert [f.code for f in caught.value.findings] == ["FB039"]
    parse_case(needs + "signals: {errors: {sees: storm}, other: {sees: out}}\n")


def test_the_schema_agrees() -> None:
    CaseFile.model_validate(plain(load_yaml(HEAD + GOOD, "f")[0]))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sees: out\n", "see: out\n"), ("seen:\n", "seen: []\nold:\n"), ("installed: no", "installed: perhaps"),
        ("state: no", "stat: no"), ("says: weak", "say: weak"), ("errors_high: yes", "errors_high: maybe"), ("blind_when: weak and not push", "blind_when: []"),
    ],
)  # fmt: skip  # pairs read better on one line
def test_faults_of_shape_fail_both(old: str, new: str) -> None:
    assert old in GOOD
    text = HEAD + GOOD.replace(old, new, 1)
    with pytest.raises(InputError):
        parse_case(text)
    with pytest.raises(ValidationError):
        CaseFile.model_validate(plain(load_yaml(text, "f")[0]))
