"""Cases: the example that the format was designed with, every kind of fault with its place, and many faults at once."""

# mypy: disable-error-code="union-attr"
# the case is known here: a field that is None fails the test by itself
from __future__ import annotations

import math
from pathlib import Path

import pytest

from fuelbed.core.codes import CODES
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Severity
from fuelbed.readers.case import parse_case, read_case

EXAMPLE = (Path(__file__).parent / "design_example.yaml").read_text(encoding="utf-8")

BASE = """fuelbed: 1
title: t
failure: out
factors:
  push: {kind: trigger, rate: monthly, lasts: 1 h}
  surge: {kind: trigger, rate: 2 per day}
  weak: {kind: condition, present: yes}
  gate: {kind: control, fails: 0.1}
  wall: {kind: control, state: failed}
structure:
  out: (push or surge) and weak and fails(gate)
"""
END = len(BASE.splitlines()) + 1  # the line number of the first line added


def faults(text: str) -> list[tuple[str, int, int]]:
    with pytest.raises(InputError) as caught:
        parse_case(text)
    for f in caught.value.findings:
        assert f.code in CODES
        assert f.cure, f.line()
        assert f.span
    return [(f.code, f.span.line, f.span.column) for f in caught.value.findings if f.span and f.severity is Severity.ERROR]


def test_the_design_example() -> None:
    case = parse_case(EXAMPLE)
    assert list(case.lines) == ["writer_saturated", "retry_storm", "flags_unavailable", "long_outage"]
    f = case.factors
    assert (f["timeout_cut"].rate.low, f["timeout_cut"].rate.high, f["timeout_cut"].rate.basis) == (6, 24, "judged")
    assert f["timeout_cut"].human
    assert f["timeout_cut"].shaped_by == ("timeouts_hardcoded",)
    assert f["unbounded_retry"].occurred is True
    assert f["unbounded_retry"].since == "2024-03"
    assert f["circuit_breaker"].broken.low == 1
    assert f["circuit_breaker"].occurred is True
    assert not f["rollback"].broken.given
    assert f["rollback"].broken.high == 1
    assert case.loss_unit == "minutes"
    assert [o.loss.high for o in case.outcomes] == [30, 108]
    assert case.common_causes[0].name == "group_1"
    assert case.common_causes[0].acts_on == "broken"
    assert [c.verb for a in case.actions.values() for c in a.does] == ["set", "observe", "revert"]
    assert case.horizon == 1
    assert [f.code for f in case.findings] == ["FB063"] * 2, (
        "two controls did not hold, and whether they are down for good is open"
    )


def test_defaults() -> None:
    case = parse_case(
        "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: exploit}\n  b: {kind: exposure}\n  c: {kind: control}\n"
    )
    a, b, c = case.factors.values()
    assert (a.kind, a.role, b.kind, b.role) == ("trigger", "exploit", "condition", "exposure")
    assert a.rate
    assert a.rate.high == math.inf
    assert not a.rate.given
    assert a.lasts
    assert a.lasts.high == 0
    assert b.present
    assert b.present.high == 1
    assert not b.present.given
    assert b.occurred is None
    assert c.state == "effective"
    assert c.broken
    assert c.broken.high == 0
    assert c.occurred is None
    assert case.default_structure
    assert case.lines["out"].text == "any(a) and b and fails(c)"
    assert case.loss_unit == "failures"
    assert case.outcomes[0].loss.low == 1


def test_numbers_units_and_onset() -> None:
    text = BASE.replace("present: yes", "present: p, onset: 0.3 per year, since: 2024-03").replace(
        "fails: 0.1", "fails: {value: p, basis: judged}"
    )
    case = parse_case(text + "date: 2025-03-01\nnumbers:\n  p: {value: 5 %, source: s1, basis: published}\n")
    weak, gate = case.factors["weak"], case.factors["gate"]
    assert weak.age == pytest.approx(365 / 365.25)
    assert weak.present
    assert weak.present.name == "p"
    assert weak.present.low == 0.05
    assert weak.present.basis == "published"
    assert weak.present.source == "s1"
    assert gate.fails
    assert gate.fails.name == "p"
    assert gate.fails.basis == "judged"
    assert case.factors["surge"].rate
    assert case.factors["surge"].rate.low == pytest.approx(730.5)


def test_outcomes_in_other_units_of_time() -> None:
    case = parse_case(BASE + "  bad: out and fails(wall)\noutcomes:\n  out: {loss: 90 s}\n  bad: {loss: 2 h}\n")
    assert case.loss_unit == "seconds"
    assert [o.loss.low for o in case.outcomes] == [90, pytest.approx(7200)]


def test_mapping_interventions() -> None:
    case = parse_case(
        BASE
        + """common_causes:
  - {of: [gate, wall], beta: 0.1}
actions:
  a:
    does:
      - {set: gate.fails, to: 0.05}
      - {remove: weak}
      - {add_control: fuse, fails: 0.2, on: out, shares: gate}
      - {observe: out, misses: 0.1}
  b:
    does:
      - {make_perfect: gate}
      - add control lock fails 5 % on out shares gate
      - set weak.present to no
      - set wall.broken to yes
"""
    )
    got = case.actions["a"].does + case.actions["b"].does
    assert [c.verb for c in got] == ["set", "remove", "add", "observe", "perfect", "add", "set", "set"]
    assert got[2].line == "out"
    assert got[2].shares == "gate"
    assert got[2].value
    assert got[2].value.low == 0.2
    assert got[5].value
    assert got[5].value.low == 0.05
    assert got[6].value
    assert got[6].value.low == 0


def test_known_engine_sections_are_kept_unread() -> None:
    case = parse_case(BASE + "lint: {queue: {}}\n")
    assert case.unread == ("lint",)
    assert case.sections == {"lint": {"queue": {}}}
    assert [(f.code, f.severity) for f in case.findings] == [("FB070", Severity.NOTE)]
    assert parse_case(BASE + "lint: {queue: {}}\n", built=("lint",)).unread == ()


# (what is replaced in BASE, by what) or ("", lines added), code, line, column
ONE_FAULT = [
    ("fuelbed: 1\n", "fuelbed: 2\n", "FB019", 1, 10),
    ("title: t\n", "titel: t\n", "FB014", 2, 1),
    ("kind: trigger, rate: monthly", "kind: triger, rate: monthly", "FB015", 5, 16),
    ("kind: trigger, rate: monthly", "rate: monthly", "FB017", 5, 3),
    ("rate: monthly", "rate: montly", "FB041", 5, 31),
    ("rate: monthly", "rate: 4", "FB042", 5, 31),
    ("rate: monthly", "rate: -4 per year", "FB047", 5, 31),
    ("rate: monthly", "rate: 9..4 per year", "FB044", 5, 31),
    ("rate: monthly", "rate: 2 days", "FB042", 5, 31),
    ("rate: monthly", "lastes: 1 h", "FB014", 5, 25),
    ("lasts: 1 h", "lasts: 1", "FB042", 5, 47),
    ("lasts: 1 h", "fails: 0.1", "FB014", 5, 40),
    ("fails: 0.1", "fails: 5", "FB043", 8, 32),
    ("fails: 0.1", "fails: 010", "FB010", 8, 32),
    ("fails: 0.1", "fails: lognormal(0.5 ef 5)", "FB043", 8, 32),
    ("fails: 0.1", "fails: lognormal(0 ef 5)", "FB046", 8, 32),
    ("fails: 0.1", "state: missing, broken: 0.1", "FB034", 8, 49),
    ("fails: 0.1", "needs: nowhere", "FB022", 8, 32),
    ("present: yes", "present: maybe", "FB041", 7, 36),
    ("present: yes", "onset: 1 per year", "FB032", 7, 34),
    ("present: yes", "since: spring", "FB033", 7, 34),
    ("present: yes", "because: one, or two", "FB012", 7, 36),
    ("and fails(gate)", "and gate", "FB023", 11, 37),
    ("and fails(gate)", "and fails(weak)", "FB024", 11, 43),
    ("and fails(gate)", "and fails(gat)", "FB022", 11, 43),
    ("and fails(gate)", "&& fails(gate)", "FB020", 11, 33),
    ("and fails(gate)", "and atleast(3, weak)", "FB021", 11, 45),
    ("(push or surge)", "(push or surge", "FB020", 11, 8),
    ("(push or surge)", "push and not out", "FB025", 11, 8),
    ("failure: out", "failure: outt", "FB031", 3, 10),
    ("  weak:", "  Weak-Spot: {kind: condition}\n  weak:", "FB016", 7, 3),
    ("", "  push: weak\n", "FB018", END, 3),
    ("", "  both: surge and spike\n", "FB022", END, 19),
    ("", "horizon: 0 days\n", "FB048", END, 10),
    ("", "date: 5 March\n", "FB033", END, 7),
    ("", "narrative: ../x.md\n", "FB050", END, 12),
    ("", "narrative: /etc/passwd\n", "FB050", END, 12),
    ("", "title: again\n", "FB011", END, 1),
    ("", "outcomes:\n  outt: {loss: 3}\n", "FB030", END + 1, 3),
    ("", "  bad: out\noutcomes:\n  out: {loss: 3 h}\n  bad: {loss: 5 min}\n", "FB036", END + 3, 15),
    ("", "  bad: out\noutcomes:\n  out: {loss: 3 h}\n  bad: {loss: 5 USD}\n", "FB035", END + 3, 15),
    ("", "common_causes:\n  - {of: [gate], beta: 0.1}\n", "FB037", END + 1, 10),
    ("", "common_causes:\n  - {of: [gate, weak], beta: 0.1}\n", "FB037", END + 1, 17),
    ("", "common_causes:\n  - {of: [gate, wall], beta: 2}\n", "FB043", END + 1, 30),
    ("", "actions:\n  a: {does: [remove push]}\n", "FB061", END + 1, 21),
    ("", "actions:\n  a: {does: [prevent weak]}\n", "FB061", END + 1, 22),
    ("", "actions:\n  a: {does: [set gate.rate to 2]}\n", "FB062", END + 1, 23),
    ("", "actions:\n  a: {does: [remove weak, set weak.present to 0.5]}\n", "FB064", END + 1, 27),
    ("", "actions:\n  a: {does: [make gate perfect, set gate.fails to 0.5]}\n", "FB064", END + 1, 33),
    ("", "actions:\n  a: {does: [set gate.fails to 2]}\n", "FB043", END + 1, 32),
    ("present: yes", "present: no, in_incident: yes", "FB065", 7, 53),
    ("", "actions:\n  a: {does: [improve alerts]}\n", "FB060", END + 1, 14),
    ("", "actions:\n  a: {does: [observe nothing]}\n", "FB022", END + 1, 22),
    ("", "dynamic: {}\n", "FB014", END, 1),
    ("rate: monthly", "rate: monthly, shaped_by: [weka]", "FB022", 5, 52),
    ("rate: monthly", "rate: monthly, shaped_by: [surge]", "FB038", 5, 52),
    ("fails: 0.1", "needs: otu", "FB022", 8, 32),
    ("fails: 0.1", "fails: p", "FB041", 8, 32),
    ("fails: 0.1", "fails: {value: p}", "FB041", 8, 40),
    ("", "common_causes:\n  - {of: [gate, wal], beta: 0.1}\n", "FB022", END + 1, 17),
    ("", "actions:\n  a: {does: [set gat.fails to 0.1]}\n", "FB022", END + 1, 18),
    ("", "actions:\n  a: {does: [set weak.onset to 1 per year]}\n", "FB062", END + 1, 23),
    ("", "actions:\n  a: {does: ['{set: x}']}\n", "FB060", END + 1, 15),
    ("", "actions:\n  a: {does: [{set: weak.onset, to: 1 per year}]}\n", "FB062", END + 1, 25),
    ("", "actions:\n  a:\n    does:\n      - add control fuse fails 0.1 on outt\n", "FB022", END + 3, 39),
    ("", "actions:\n  a:\n    does:\n      - add control fuse fails 0.1 on out shares grup\n", "FB022", END + 3, 50),
    ("", "actions:\n  a:\n    does:\n      - add control fuse fails 0.1 on out shares gate\n", "FB038", END + 3, 50),
    ("", "actions:\n  a:\n    does:\n      - add control gate fails 0.1 on out\n", "FB018", END + 3, 21),
    ("", "system:\n  components: [api, db]\n  depends_on: {api: [dbb]}\n", "FB022", END + 2, 22),
    ("", "system:\n  components: {api: {}, db: {}}\n  depends_on: {apu: db}\n", "FB022", END + 2, 16),
    ("", "sources:\n  - {id: s1}\n  - {id: s1}\n", "FB018", END + 2, 10),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "column"), ONE_FAULT)
def test_one_fault_is_one_finding_at_its_place(old: str, new: str, code: str, line: int, column: int) -> None:
    text = BASE.replace(old, new, 1) if old else BASE + new
    got = faults(text)
    if old == "title: t\n":  # a misspelt required key is unknown, and the required one missing
        assert got == [("FB017", 1, 1), (code, line, column)]
    else:
        assert got == [(code, line, column)]


def test_two_momentary_triggers_at_once() -> None:
    two = BASE.replace(", lasts: 1 h", "").replace("(push or surge)", "(push and surge)")
    assert faults(two) == [("FB027", 11, 8)]
    assert faults(two + "  more: out and fails(wall)\n") == [("FB027", 11, 8)]
    parse_case(BASE.replace("(push or surge)", "(push and surge)"))
    parse_case(BASE.replace(", lasts: 1 h", ""))
    parse_case(two.replace("(push and surge)", "((push and surge) or push)"))


PAIR = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\n  b: {kind: trigger}\n  c: {kind: condition}\n  long: {kind: trigger, lasts: 1 h}\nstructure:\n"
MEET = [
    "out: a and b", "out: all(a, b, c)", "out: atleast(2, a, b)", "out: atleast(3, a, b, c)", "out: threshold(1, 0.5*a, 0.5*b)",
    "out: threshold(0.6, 0.5*a, 0.5*b, -0.5*not c)", "out: not (not a or not b)", "out: not any(not a, not b)",
    "out: not not (a and b)", "out: not atleast(1, not a, not b)", "out: not threshold(0.3, -0.4*a, -0.4*b, 1*c) and a and b", "out: tips(a) and b",
    "one: a and c\n  two: b\n  out: one and two", "out: one and two\n  two: b or two\n  one: all(a, two)", "out: (a or a) and (b or b and c)",
    "out: (a or b) and (a and b)",
]  # fmt: skip
APART = [
    "out: a or b", "out: (a and c) or (b and long)", "out: atleast(2, a, b, c)", "out: atleast(1, a, b)", "out: a and long", "out: a and not b",
    "out: threshold(0.5, 0.5*a, 0.5*b)", "out: (a or b) and (b or c)", "out: (a or b) and (a or b)", "out: a and a", "out: not (a and b)",
    "one: a or c\n  two: b\n  out: one and two", "one: a\n  two: b\n  out: one or two", "out: a and (b or c)", "out: true or a and b",
    "out: not threshold(0.5, 0.5*a, 0.5*b)", "out: not (not a or b)", "out: threshold(0.5, 0.5*a, -0.5*b)", "one: a or two\n  two: one or b\n  out: two",
]  # fmt: skip


@pytest.mark.parametrize("lines", MEET)
def test_two_momentary_triggers_never_meet(lines: str) -> None:
    assert [code for code, _, _ in faults(PAIR + "  " + lines + "\n")] == ["FB027"]
    parse_case(PAIR.replace("b: {kind: trigger}", "b: {kind: trigger, lasts: 1 min}") + "  " + lines + "\n")


@pytest.mark.parametrize("lines", APART)
def test_one_momentary_trigger_is_enough(lines: str) -> None:
    parse_case(PAIR + "  " + lines + "\n")


def test_what_is_at_fault_counts_as_lasting() -> None:
    pair = PAIR + "  out: a and b\n"
    assert [c for c, _, _ in faults(pair.replace("b: {kind: trigger}", "b: {kind: trigger, lasts: 1}"))] == ["FB042"]
    assert [
        c for c, _, _ in faults(pair.replace("b: {kind: trigger}", "b: {kind: trigger, lasts: d}") + "numbers: {d: one}\n")
    ] == ["FB040"]
    assert [
        c for c, _, _ in faults(pair.replace("b: {kind: trigger}", "b: {kind: trigger, lasts: d}") + "numbers: {d: 0 s}\n")
    ] == ["FB027"]
    assert [c for c, _, _ in faults(pair + "  more: a and &\n")] == ["FB027", "FB020"]


NEEDS = PAIR.replace("structure:", "  k: {kind: control, needs: seen}\n  m: {kind: control}\nstructure:")


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        ("seen: a\n  out: seen and fails(k)", []),
        ("seen: a and fails(m)\n  out: seen and fails(k)", []),
        ("seen: a or out\n  out: seen and c", []),
        ("seen: a and fails(k)\n  out: seen", [(9, 29)]),
        ("seen: mid\n  mid: any(a, all(c, out))\n  out: mid and atleast(1, fails(k), fails(m))", [(9, 29)]),
    ],
)
def test_a_control_cannot_need_its_own_failure(lines: str, places: list[tuple[int, int]]) -> None:
    text = NEEDS + "  " + lines + "\n"
    if places:
        assert faults(text) == [("FB039", *p) for p in places]
    else:
        parse_case(text)


def test_circles_of_needs_are_one_fault_each() -> None:
    ring = (
        NEEDS.replace("m: {kind: control}", "m: {kind: control, needs: mid}")
        + "  seen: a and fails(m)\n  mid: a and fails(k)\n  out: mid\n"
    )
    assert faults(ring) == [("FB039", 9, 29)]
    two = (
        NEEDS.replace("m: {kind: control}", "m: {kind: control, needs: seen}")
        + "  seen: a and fails(m) or fails(k)\n  out: seen\n"
    )
    assert faults(two) == [("FB039", 9, 29), ("FB039", 10, 29)]
    default = NEEDS[: NEEDS.index("structure:")].replace("needs: seen", "needs: out")
    assert faults(default) == [("FB039", 9, 29)]


def test_words_declared_once_are_checked_everywhere() -> None:
    head = BASE.replace("kind: condition", "kind: condition, layer: databse, owner: plaform, zone: dmz, source: s2").replace(
        "fails: 0.1", "fails: {value: 0.1, source: s3}"
    )
    parse_case(head)
    got = faults(head + "system: {layers: [database], owners: [{name: platform}]}\nzones: {edge: {}}\nsources: [{id: s1}]\n")
    assert got == [("FB022", 7, 34), ("FB022", 7, 50), ("FB022", 7, 65), ("FB022", 7, 78), ("FB022", 8, 53)]
    parse_case(head.replace("s2", "an interview").replace("s3", "RFC-9110") + "sources: [{id: s1}]\n")


def test_a_fault_in_the_target_hides_none_in_the_value() -> None:
    got = faults(
        BASE
        + "actions:\n  a: {does: [set gat.fails to 7, set gate.rate to 7]}\n  b:\n    does: [add control n fails 9 on outt]\n"
    )
    assert [c for c, _, _ in got] == ["FB022", "FB043", "FB062", "FB043", "FB022"]


def test_monotone_cycles_are_allowed() -> None:
    parse_case(BASE + "  one: two or push\n  two: one and weak\n")


def test_sixty_faults_are_sixty_findings() -> None:
    factors = [f"  f{i}: {{kind: condition, present: {2 + i}}}" for i in range(15)]
    factors += [f"  g{i}: {{kind: trigger, rate: {i + 1}, colour: red}}" for i in range(10)]
    lines = [f"  l{i}: f{i} and nobody_{i}" for i in range(10)] + [f"  m{i}: f{i} &" for i in range(5)]
    actions = [f"  a{i}: {{does: [do something {i}, remove g{i}]}}" for i in range(5)]
    text = "\n".join(["fuelbed: 1", "title: t", "failure: l0", "factors:", *factors, "structure:", *lines, "actions:", *actions])
    assert len(faults(text)) == 15 + 20 + 10 + 5 + 10


def test_files_stay_in_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "case"
    root.mkdir()
    (tmp_path / "secret.md").write_text("s")
    (root / "case.yaml").write_text(BASE + "narrative: story.md\n")
    with pytest.raises(InputError, match="FB051"):
        read_case(root)
    (root / "story.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(InputError, match="FB050"):
        read_case(root)
    (root / "story.md").unlink()
    (root / "story.md").write_text("# story")
    case = read_case(root)
    assert set(case.inputs) == {"case.yaml", "story.md"}
    assert all(len(h) == 64 for h in case.inputs.values())
    with pytest.raises(InputError, match="FB001"):
        read_case(tmp_path / "nowhere")


SHORT = """\
fuelbed: 1
title: Search down
failure: down
factors:
  flush: {kind: trigger}
  flaw_of_database: {kind: condition, present: yes}
  review: {kind: control, state: failed, fails: FAILS}
structure:
  down: flush and flaw_of_database and fails(review)
"""


@pytest.mark.parametrize(
    ("fails", "codes"),
    [("0.1..0.5", ["FB063"]), ("0.1..0.5, broken: no", []), ("{value: 0.1..0.5, basis: assumed}", [])],
)
def test_a_number_beside_one_that_nobody_gave(fails: str, codes: list[str]) -> None:
    """`fails` of a control that did not hold says little where it may be down for good: who gives it is told, who assumes it is asked by the draft."""
    assert [f.code for f in parse_case(SHORT.replace("FAILS", fails)).findings] == codes


@pytest.mark.parametrize(
    ("wrong", "right", "cure"),
    [
        ("and flaw_of_database and", "and flaw and", "Did you mean `flaw_of_database`?"),
        (
            "present: yes}",
            "present: yes, leak: {kind: trigger}}",
            "It is a factor of its own? Then indent it as far as the factor above it.",
        ),
    ],
)
def test_cures_of_slips(wrong: str, right: str, cure: str) -> None:
    with pytest.raises(InputError) as e:
        parse_case(SHORT.replace("FAILS", "0.1, broken: no").replace(wrong, right))
    assert cure in [f.cure for f in e.value.findings]
