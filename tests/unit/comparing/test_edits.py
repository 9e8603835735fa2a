"""What differs between two case files, with its places; and which of it changes together."""

from __future__ import annotations

from fuelbed.comparing.units import between, units
from fuelbed.core.edits import Edit
from fuelbed.numerics.process.compile import compile_case
from fuelbed.readers.case import parse_case
from fuelbed.readers.edits import edits
from fuelbed.readers.yaml import load_yaml

BASE = """\
fuelbed: 1
title: Orders lost
failure: lost
numbers:
  drill: 0.1..0.5
factors:
  push: {kind: trigger, rate: 12 per year}
  weak: {kind: condition, present: yes}
  probe: {kind: control, fails: drill}
  pager: {kind: control, fails: drill}
structure:
  lost: push and weak and fails(probe) and fails(pager)
"""


def differing(a: str, b: str) -> tuple[Edit, ...]:
    return edits(load_yaml(a, "a.yaml")[0], load_yaml(b, "b.yaml")[0])


def told(a: str, b: str) -> list[tuple[str, str, str, str, str]]:
    return [(e.label, e.kind, e.before, e.after, str(e.at)) for e in differing(a, b)]


def test_a_changed_number_has_both_places() -> None:
    (e,) = differing(BASE, BASE.replace("12 per year", "3 per year"))
    assert (e.label, e.kind, e.before, e.after) == ("push.rate", "changed", "12 per year", "3 per year")
    assert (str(e.at_before), str(e.at_after)) == ("a.yaml:7:31", "b.yaml:7:31")


def test_what_is_new_and_what_is_gone() -> None:
    b = BASE.replace("  weak: {kind: condition, present: yes}\n", "  surge: {kind: trigger}\n").replace(
        "push and weak", "(push or surge)"
    )
    assert told(BASE, b) == [
        ("surge", "added", "", "{kind: trigger}", "b.yaml:8:3"),
        ("weak", "removed", "{kind: condition, present: yes}", "", "a.yaml:8:3"),
        (
            "lost",
            "changed",
            "push and weak and fails(probe) and fails(pager)",
            "(push or surge) and fails(probe) and fails(pager)",
            "b.yaml:12:9",
        ),
    ]


def test_the_same_number_written_another_way_is_no_edit() -> None:
    a, b = BASE + "horizon: 2 years\n", BASE + 'horizon: "2 years"  # quoted\n'
    assert told(a, b) == []


def test_a_new_section_is_told_element_by_element() -> None:
    b = BASE + "actions:\n  fix: {does: [remove weak]}\n  talk: {what: Talk}\n"
    assert [e[:2] for e in told(BASE, b)] == [("fix", "added"), ("talk", "added")]


def test_groups_are_matched_by_their_members_not_by_their_place() -> None:
    one, two = "{of: [probe, pager], beta: 0.1}", "{of: [pager, other], beta: 0.2}"
    a = BASE + f"common_causes: [{one}, {two}]\n"
    b = BASE + f"common_causes: [{two.replace('0.2', '0.3')}, {one}]\n"
    assert [(e.path[-1], e.before, e.after) for e in differing(a, b)] == [("beta", "0.2", "0.3")]


def test_a_shared_number_changes_wherever_it_stands() -> None:
    a, b = parse_case(BASE), parse_case(BASE.replace("0.1..0.5", "0.05..0.1"))
    (u,) = units(a, b, (None, None))
    assert set(u.keys) == {("number", "drill"), ("factor", "probe"), ("factor", "pager")}


def test_a_line_and_the_factor_that_it_reads_change_together_and_others_do_not() -> None:
    text = BASE.replace("push and weak", "(push or surge) and weak").replace(
        "12 per year}", "12 per year}\n  surge: {kind: trigger, rate: 1 per year}"
    )
    a, b = parse_case(BASE), parse_case(text.replace("12 per year", "6 per year"))
    found = {frozenset(u.keys) for u in units(a, b, (None, None))}
    assert found == {frozenset({("factor", "push")}), frozenset({("factor", "surge"), ("line", "lost")})}


def test_every_case_in_between_compiles_and_the_last_one_is_the_new_case() -> None:
    text = BASE.replace("push and weak", "(push or surge)").replace(
        "weak: {kind: condition, present: yes}", "surge: {kind: trigger, rate: 1 per year}"
    )
    a, b = parse_case(BASE), parse_case(text.replace("0.1..0.5", "0.05..0.1"))
    found = units(a, b, (None, None))
    assert len(found) == 2
    for u in found:
        compile_case(between(a, b, (None, None), u.keys)[0])
    whole, _ = between(a, b, (None, None), [k for u in found for k in u.keys])
    assert whole.factors == dict(b.factors)
    assert {n: x.expr for n, x in whole.lines.items()} == {n: x.expr for n, x in b.lines.items()}


def test_words_are_no_unit() -> None:
    b = BASE.replace("present: yes}", "present: yes, because: seen, owner: platform}")
    assert units(parse_case(BASE), parse_case(b), (None, None)) == ()


def test_the_very_same_file_differs_nowhere() -> None:
    assert differing(BASE, BASE) == ()
    assert units(parse_case(BASE), parse_case(BASE), (None, None)) == ()
