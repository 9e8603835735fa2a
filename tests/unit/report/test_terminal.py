"""The text form: one screenful, never wider than it may be, no word cut, nothing that a terminal would obey."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
import sample  # type: ignore[import-not-found]  # beside this file, see conftest.py
from hypothesis import given
from hypothesis import strategies as st

from fuelbed.analysis import analyze
from fuelbed.core.blocks import Answer, Ask, Cell, Column, Quote, Table
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reporting import Report, Section
from fuelbed.readers.case import parse_case, read_case
from fuelbed.report import render_text
from fuelbed.report._arrange import standing
from fuelbed.report._columns import bar, clean, columns, wrap
from fuelbed.report._findings_text import with_first

CASES = Path(__file__).parents[3] / "src/fuelbed/cases"
MORE = "Everything, with intervals: the same with --full, or -o report.html"
LONG = sample.LONG


def _posthog() -> Report:
    return analyze(read_case(CASES / "posthog-2025-09-29"))


REPORTS = {
    "sample": sample.report(),
    "hostile": sample.hostile("\x1b[31m漢字\u202e`\x07\x9b2J"),
    "long": sample.renamed("unbounded_retry", LONG),
    "unicode": replace(sample.report(), title="障害報告 " * 12 + "👩‍🚒 naïve Ωmega ﷽"),
    "endless": replace(sample.report(), title="x" * 300),
}


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("name", REPORTS)
def test_it_keeps_to_its_width(name: str, width: int, full: bool) -> None:
    text = render_text(REPORTS[name], width, full=full)
    assert max(map(columns, text.splitlines())) <= width
    assert not {c for c in text if unicodedata.category(c)[0] == "C" and c != "\n"}


@pytest.mark.parametrize("name", ["sample", "long"])
def test_no_word_is_cut(name: str) -> None:
    """Every identifier of the action table and the removal test is there whole, or broken after an underscore."""
    for width in (50, 80):
        text = render_text(REPORTS[name], width)
        assert "…" not in text
        joined = re.sub(r"_\s+", "_", text)
        for row in sample.REMOVAL["rows"]:
            word = row["id"] if name == "sample" else row["id"].replace("unbounded_retry", LONG)
            assert word in joined


def test_the_shipped_case_fits_one_screen_and_says_what_matters() -> None:
    report = _posthog()
    text = render_text(report, more=MORE)
    assert len(text.splitlines()) <= 45
    flat = " ".join(text.split())
    for sentence in report.verdict:
        assert clean(sentence).replace("\u00a0", " ") in flat
    for words in ("without this trigger", "without this condition", "with this control holding", "What each action item changes",
                  "trigger only", "What no action item touches: ", "The cheapest set that brings", "Findings: "):  # fmt: skip
        assert words in flat
    assert sum(line.startswith("Asked for, not found:") for line in text.splitlines()) == 1
    assert text.endswith(MORE + "\n")
    rows = text.splitlines()
    beside = next(r for r in rows if "without this trigger" in r)
    assert "without this condition" in beside


def test_full_text_holds_every_table_and_question() -> None:
    report = _posthog()
    text = " ".join(render_text(report, full=True).split())
    for section in report.sections:
        assert section.question in text
    for title in ("What is left after each action item", "What would show that it worked", "To repeat it"):
        assert title in text


def test_a_summary_says_what_was_asked_and_found() -> None:
    text = render_text(sample.report())
    for words in (
        "spark",
        "trigger only",
        "structural",
        "−95 %",
        "FB201",
        "Asked for, not found: §2 feedback, §3 joint failures, §4 story and risk, §5",
        "look next",
    ):
        assert words in text
    assert "Findings: 2 warnings, 1 note" in text
    assert "Minimal cut sets" not in text
    assert len(text.splitlines()) <= 45
    assert "\x1b[" in render_text(sample.report(), color=True)
    assert re.sub(r"\x1b\[\d*m", "", render_text(sample.report(), color=True)) == text
    assert render_text(sample.report(), ascii_only=True).isascii()


def test_many_rows_end_in_a_count() -> None:
    table = Table("t", "Many", (Column("a", "action", "code"), Column("v", "verdict", "verdict")),
                  tuple((Cell(f"action_{i}"), Cell("control")) for i in range(60)))  # fmt: skip
    base = sample.report()
    sections = tuple(replace(s, answer=replace(s.answer, blocks=(table,))) if s.engine == "actions" else s for s in base.sections)
    text = render_text(replace(base, sections=sections))
    assert re.search(r"and \d+ more", text)
    assert len(text.splitlines()) <= 45


def _large() -> Report:
    """60 factors, 30 actions: four modules, each with five triggers, six conditions and four controls."""
    kinds = {"trigger": (20, "rate: monthly"), "condition": (24, "present: 0.3..0.9"), "control": (16, "fails: 0.1..0.6")}
    factors = "".join(f"  {k}_number_{i}: {{kind: {k}, {more}}}\n" for k, (n, more) in kinds.items() for i in range(n))
    lines = ""
    for m in range(4):
        t, c, k = (
            [f"{kind}_number_{n * m + i}" for i in range(n)] for kind, n in (("trigger", 5), ("condition", 6), ("control", 4))
        )
        lines += f"  module_{m}: ({' or '.join(t)}) and ({' or '.join(c)}) and {' and '.join(f'fails({x})' for x in k)}\n"
    does = ("set control_number_{}.fails to 0.05..0.1", "remove condition_number_{}", "prevent trigger_number_{}")
    actions = "".join(f"  action_number_{i}: {{does: [{does[i % 3].format(i % 16)}]}}\n" for i in range(30))
    end = "  failed: module_0 or module_1 or module_2 or module_3\n"
    return analyze(
        parse_case(f"fuelbed: 1\ntitle: Large\nfailure: failed\nfactors:\n{factors}structure:\n{lines}{end}actions:\n{actions}")
    )


def test_a_large_case_fits_one_screen() -> None:
    text = render_text(_large(), more=MORE)
    assert len(text.splitlines()) <= 45
    assert re.search(r"and \d+ more: --full", text)
    assert "What no action item touches" in text


def test_what_a_baseline_does_not_hold_comes_first_and_is_marked() -> None:
    report = sample.report()
    note = next(f for f in report.findings if f.code == "FB114")
    text = render_text(report, new={note})
    assert "Findings: 2 warnings, 1 note; 1 new" in text
    assert "new: FB114" in text
    assert text.index("FB114") < text.index("FB201")
    assert "none new" in render_text(report, new=())
    assert "new" not in render_text(report).split("Findings:")[1].split("Asked")[0]


def test_a_draft_says_so_first_and_a_loop_is_named() -> None:
    report = replace(sample.report(), notice="This is a draft.")
    lines = render_text(report).splitlines()
    assert lines[2] == "This is a draft."
    assert lines[3].startswith("The timeout change was the spark")
    assert "Feedback: writer_saturated → retry_storm → writer_saturated can keep" in " ".join(render_text(report).split())
    assert "In the case's own words" in render_text(report, full=True)
    assert "−50 %" in render_text(replace(report, title="down by -50 %"))


@given(st.text(), st.integers(20, 100))
def test_wrap_loses_nothing_and_stays_inside(text: str, width: int) -> None:
    words = clean(text)
    lines = wrap(words, width, "  ", "    ")
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(words.split())


def test_bars() -> None:
    assert bar(0.0, 4) == "    "
    assert bar(0.5, 4) == "██  "
    assert bar(1.0, 4) == "████"
    assert bar(0.53125, 4) == "██▏ "


def test_what_an_engine_only_asks_for_is_listed_as_not_found_and_takes_no_line_of_the_answers() -> None:
    ask = Ask(NotFound("Which log?", "pairs"))
    only = Section("coupling", "§3", "Together?", Answer("Nothing says.", (ask,)))
    told = Section("threshold", "§5", "How close?", Answer("Close.", (ask, Quote("12 of 13", None))))
    assert (standing(only), standing(told)) == ("asked", "answered")
    text = render_text(replace(sample.report(), sections=(only, told)))
    assert "§5 Close." in text
    assert "Nothing says" not in text
    assert "Asked for, not found: §3" in text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_first_finding_stands_beside_the_count_as_far_as_a_line_goes(width: int) -> None:
    first = Finding("FB203", Severity.NOTE, "`lone` is in no line that leads to the failure, and " + "so on " * 30, "Delete it.")
    said = with_first("Findings: 2 notes", first, width)
    assert len(said) <= width
    assert said.startswith("Findings: 2 notes")
    assert ("FB203: lone is in no" in said) == (width >= 60)


def test_a_count_stays_alone_where_nothing_fits_beside_it() -> None:
    first = Finding("FB203", Severity.NOTE, "x" * 200, "Delete it.")
    assert with_first("Findings: 2 notes", first, 30) == "Findings: 2 notes"
