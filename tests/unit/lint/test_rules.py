"""Each rule on texts in which it must find something and on texts in which it must not; and on texts where nothing may be found."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from fuelbed.core.document import DocumentKind
from fuelbed.core.findings import Finding, Severity
from fuelbed.engines.lint import all_rules, check, gaps
from fuelbed.text.read import read
from fuelbed.text.understand import understand
from tests.further import one_in
from tests.unit.lint.examples import BOUND, FOUND, NOT_FOUND, STRONG, page

_META = {"PM002", "PM003"}
TEMPLATE = """\
# Postmortem: [title]

## Summary

[A short summary]

## Root cause

TODO

## Action items

- [ ] ...

## Lessons learned

<what went well>
"""
NOTHING = {
    "empty": "", "blank": " \n\n\t\n", "template": TEMPLATE, "rule": "---\n", "code": "```\nhuman error, the root cause was\n```\n",
    "binary": "".join(chr(i % 256) for i in range(0, 5000, 7)), "marks": "# \n## \n- \n- \n| |\n|-|\n", "comment": "<!-- human error -->\n",
}  # fmt: skip  # one table


def find(text: str, *codes: str) -> tuple[Finding, ...]:
    kind: DocumentKind = "security" if codes and codes[0].startswith("PM9") else "reliability"
    return check(understand(read(text, "a.md", kind)), select=codes or None)


def cases(table: dict[str, list[str]]) -> list[object]:
    return [pytest.param(code, text, id=f"{code}-{i}") for code, texts in table.items() for i, text in enumerate(texts)]


def test_every_rule_has_examples() -> None:
    codes = {r.code for r in all_rules() if r.beside is None} - _META  # those set beside a model are in test_examine.py
    assert set(FOUND) == codes
    assert set(NOT_FOUND) == codes


@pytest.mark.parametrize(("code", "text"), cases(FOUND))
def test_found(code: str, text: str) -> None:
    found = find(text, code)
    assert found
    for f in found:
        assert f.code == code
        assert f.severity is not Severity.ERROR
        assert f.span is not None
        assert f.cure
        assert f.anchor
        assert f.message[0] in "“ABCDEFGHIJKLMNOPQRSTUVWXYZ" and f.message.endswith(".")  # noqa: PT018  # one shape
        assert "\n" not in f.message
        lines = text.splitlines()
        assert 1 <= f.span.line <= f.span.end_line <= len(lines)
        assert 1 <= f.span.column <= len(lines[f.span.line - 1]) + 1
        assert (f.span.line, f.span.column) < (f.span.end_line, f.span.end_column)


@pytest.mark.parametrize(("code", "text"), cases(NOT_FOUND))
def test_not_found(code: str, text: str) -> None:
    assert find(text, code) == ()


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_in_what_is_no_account(name: str) -> None:
    reading = understand(read(NOTHING[name], "a.md"))
    assert check(reading) == ()
    assert check(reading, select=["PM"]) == ()
    assert gaps(reading) == ()


def test_findings_are_sorted_and_absences_come_once() -> None:
    text = page("The reviewer should have noticed. The root cause was a typo. The cause was human error.", "- Look into timeouts")
    found = find(text, "PM")
    assert len(found) > 4
    for a, b in pairwise(found):
        assert a.sort_key <= b.sort_key
    for r in all_rules():
        if r.field:
            assert sum(f.code == r.code for f in found) <= 1


def test_select_ignore_and_preview() -> None:
    reading = understand(read(page("The cause was human error.", "- Look into timeouts"), "a.md"))
    assert {f.code[:3] for f in check(reading, select=["PM4"])} == {"PM4"}
    assert "PM401" not in {f.code for f in check(reading, ignore=["PM401"])}
    assert "PM803" in {f.code for f in check(reading, select=["PM803"])}, "off rules run when selected"
    assert "PM803" not in {f.code for f in check(reading)}
    stable = {r.code for r in all_rules() if r.stability == "stable"}
    assert {f.code for f in check(reading, preview=False)} <= stable


def test_fingerprints_survive_edits_elsewhere() -> None:
    text = page("The cause was human error.", BOUND)
    moved = text.replace("## Summary", "A new first paragraph.\n\nAnd another one.\n\n## Summary").replace("forty", "fifty")
    for code in ("PM401", "PM801", "PM803"):
        assert [f.fingerprint for f in find(text, code)] == [f.fingerprint for f in find(moved, code)] != []


def test_findings_quote_the_source() -> None:
    text = page("A mistake — *of the operator* — was made. The cause was **human error**.", BOUND)
    (f,) = find(text, "PM401")
    assert f.span is not None
    line = text.splitlines()[f.span.line - 1]
    assert line[f.span.column - 1 : f.span.end_column - 1] == "human error"


def test_gaps_ask_for_what_is_missing_and_for_nothing_else() -> None:
    bare = gaps(understand(read(page("The deployment of build 42 broke the page."), "a.md")))
    fields = [g.field for g in bare]
    assert {"latent conditions", "other triggers", "joint failures", "hidden state", "invariants"} <= set(fields)
    assert "exposure" not in fields
    assert len(fields) == len(set(fields))
    assert all(g.question.endswith("?") and g.why and g.code for g in bare)
    rich = page(
        "The worker queue had no limit since 2019. Any other deploy could have done the same. It coincided with an import, and each "
        "timeout was retried three times. The queue held 900 jobs against a limit of 500 jobs. At first we suspected the network. "
        "Every booking must be on two sites before it is confirmed. No alert fired.",
        BOUND,
    )
    assert [g.field for g in gaps(understand(read(rich, "a.md")))] == []


def test_gaps_name_what_the_text_names() -> None:
    asked = {g.field: g.question for g in gaps(understand(read(page("The front end ran out of memory."), "a.md")))}
    assert "ran out of memory" in asked["threshold and margin"]


def test_a_file_wide_ignore_silences_the_question() -> None:
    text = page(STRONG) + "\n<!-- fuelbed: ignore-file PM801 we keep our rules elsewhere -->\n"
    assert "invariants" not in {g.field for g in gaps(understand(read(text, "a.md")))}


@pytest.mark.parametrize(
    "unit",
    one_in(
        2,
        [
            "human error ",
            "if only we ",
            "the the the ",
            "would have " * 3,
            "which led to ",
            "a " * 20 + ". ",
            "retry the ",
            "- x\n",
        ],
    ),
)
def test_time_grows_with_the_length_only(unit: str) -> None:
    def seconds(n: int) -> float:
        reading = understand(read("# A\n\n## Root cause\n\n" + unit * (n // len(unit)), "a.md"))
        start = time.process_time()
        check(reading, select=["PM"])
        return time.process_time() - start

    seconds(1000)
    assert min(seconds(80_000) for _ in range(3)) < 30 * max(seconds(8_000), 0.02)


def test_no_error_on_the_shared_texts() -> None:
    folder = Path(__file__).parents[4] / "shared/data/postmortems"
    if not folder.exists():
        pytest.skip("the shared texts are not here")
    for path in folder.glob("*.md"):
        reading = understand(read(path.read_text(encoding="utf-8"), path.name))
        check(reading, select=["PM"])
        gaps(reading)
