"""What a report takes from its case besides the answers: the summary in paragraphs, the draft, sections without an engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuelbed.analysis import analyze, order
from fuelbed.core.blocks import Answer, Table
from fuelbed.core.facts import NotFound
from fuelbed.core.registry import ENGINES, Engine
from fuelbed.core.reporting import Report
from fuelbed.readers.case import parse_case, read_case

CASES = Path(__file__).parents[3] / "src/fuelbed/cases"
SMALL = """\
fuelbed: 1
title: Small
failure: f
{more}
factors:
  t: {{kind: trigger, rate: monthly}}
  c: {{kind: condition, present: yes}}
structure:
  f: t and c
"""


def _report(more: str = "") -> Report:
    return analyze(parse_case(SMALL.format(more=more)))


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("summary: >-\n  One thing.\n  Goes on.\n\n  Another.", ("One thing. Goes on.", "Another.")),
        ("summary: |\n  One line\n  goes on.\n\n  Another.", ("One line goes on.", "Another.")),
        ("summary: |\n  One line\n  goes on.", ("One line goes on.",)),
        ("", ()),
    ],
)
def test_a_summary_is_read_in_paragraphs(text: str, paragraphs: tuple[str, ...]) -> None:
    assert _report(text).summary == paragraphs


def test_a_draft_is_a_notice_and_no_verdict() -> None:
    draft, plain = _report("status: draft"), _report()
    assert draft.notice.startswith("This is a draft")
    assert plain.notice == ""
    assert draft.verdict == plain.verdict


def test_a_section_whose_engine_is_not_built_is_kept_and_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row has its engine today; a further one begins without."""
    missing = NotFound("Which lights were on?", "more")
    row = Engine("later", "§10", "What then?", owns=("lint",), missing=missing)
    monkeypatch.setattr("fuelbed.analysis.ENGINES", (*ENGINES, row))
    monkeypatch.setattr("fuelbed.analysis.order", lambda: [*order(), row])
    answers = {s.engine: s.answer for s in _report("lint: {tau: 1}").sections}
    assert answers["later"] == NotFound(
        "", "", "This version has no engine for it; the section `lint` is kept, and changes no result."
    )
    assert {s.engine: s.answer for s in _report("").sections}["later"] is missing


@pytest.mark.parametrize(
    "name",
    [
        *("posthog-2025-09-29", "mybinder-2022-01-27", "roblox-2021-10-28", "cloudflare-2025-11-18", "github-2018-10-21"),
        *("equifax-2017", "log4shell-2021", "capital-one-2019", "gitlab-2017-01-31", "kinesis-2020-11-25"),
    ],
)
def test_the_shipped_summaries_say_what_how_sure_and_what_would_change_it(name: str) -> None:
    report = analyze(read_case(CASES / name))
    assert len(report.summary) == 3
    assert "How sure" in report.summary[-1]


def test_the_number_that_the_posthog_summary_names_is_where_the_report_sees_the_order_change() -> None:
    """`likelier than about two in five`: above it, run-time timeouts do more than split paths."""
    report = analyze(read_case(CASES / "posthog-2025-09-29"))
    actions = next(s.answer for s in report.sections if s.engine == "actions")
    assert isinstance(actions, Answer)
    flips = next(b for b in actions.blocks if isinstance(b, Table) and b.id == "flips")
    at = [row for row in flips.rows if row[0].text == "split_leaves_start" and "middle" in row[-1].text]
    assert at
    assert 0.3 <= float(at[0][1].text) <= 0.5
    assert [c.text for c in at[0][2:4]] == ["split_paths", "runtime_timeouts"]
