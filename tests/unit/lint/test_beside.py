"""The rules that set a text against its case: what the model lacks, what carries the risk, what is sold as the fix; each both ways."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fuelbed.analysis import analyze
from fuelbed.core.estimates import Estimate
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.options import Options
from fuelbed.engines.lint import Known, all_rules, check
from fuelbed.engines.lint.examine import examine
from fuelbed.engines.lint.rule import KnownAction, KnownFactor
from fuelbed.readers.case import parse_case, read_case
from fuelbed.text.read import read
from fuelbed.text.understand import understand
from tests.unit.lint.examples import page

DEPLOY = KnownFactor("deploy", "Deployment of build 42", "trigger", Estimate(0.9, 0.8, 1.0, "share"))
WRITER = KnownFactor("shared_writer", "Reads and writes share one connection pool", "condition", Estimate(0.8, 0.5, 1.0, "share"))
REVERT = KnownAction("a1", "Revert build 42 of the timetable", "trigger only", "it touches only the trigger `deploy`")
FACTORS = "- Uploaded images have no size limit\n- Deployment of build 42 went to all zones at once"


def beside(text: str, known: Known, code: str) -> tuple[Finding, ...]:
    return check(understand(read(text, "a.md", "reliability")), select=[code], known=known)


CASES = {
    "PM106": (
        page(FACTORS, heading="Contributing factors"),
        Known(factors=(DEPLOY,)),
        [
            (page(FACTORS, heading="Contributing factors"), Known(factors=(DEPLOY, KnownFactor("uploads", "No limit on images", "condition")))),
            (page(FACTORS, heading="Contributing factors"), Known(factors=(DEPLOY,), words="largest_upload")),
            (page(FACTORS, heading="Contributing factors"), Known()),
            (page("The deployment of build 42 broke it."), Known(factors=(DEPLOY,))),
        ],
    ),
    "PM107": (
        page("The deployment of build 42 broke the page."),
        Known(factors=(DEPLOY, WRITER)),
        [
            (page("Reads and writes used one pool of connections. Build 42 filled it."), Known(factors=(DEPLOY, WRITER))),
            (page("The deployment of build 42 broke the page."), Known(factors=(DEPLOY,))),
            (page("Build 42 broke it."), Known(factors=(replace(WRITER, share=Estimate(0.8, 0.0, 1.0, "share")),))),
            (page("Build 42 broke it."), Known(factors=(replace(WRITER, share=Estimate(0.1, 0.1, 0.1, "share")),))),
            (page("Build 42 broke it."), Known(factors=(replace(WRITER, share=None),))),
        ],
    ),
    "PM709": (
        page("Build 42 of the timetable broke it.", "- Revert build 42 of the timetable; this is the permanent fix"),
        Known(actions=(REVERT,)),
        [
            (page("Build 42 of the timetable broke it.", "- Revert build 42 of the timetable"), Known(actions=(REVERT,))),
            (page("Build 42 broke it.", "- Revert build 42 of the timetable; this is not a permanent fix"), Known(actions=(REVERT,))),
            (page("Build 42 broke it.", "- Revert build 42 of the timetable; this is the permanent fix"),
             Known(actions=(replace(REVERT, verdict="structural"),))),
            (page("Build 42 broke it.", "- Bound the queue; this is the permanent fix"), Known(actions=(REVERT,))),
        ],
    ),
}  # fmt: skip  # one table


def test_every_rule_beside_a_model_is_here_or_with_the_loops() -> None:
    assert {r.code for r in all_rules() if r.beside is not None} == {*CASES, "PM205"}


@pytest.mark.parametrize("code", CASES)
def test_found(code: str) -> None:
    text, known, _ = CASES[code]
    (f,) = beside(text, known, code)
    assert f.severity is not Severity.ERROR
    assert f.span is not None
    assert f.message.endswith(".")
    assert 1 <= f.span.line <= len(text.splitlines())


@pytest.mark.parametrize(("code", "i"), [(c, i) for c in CASES for i in range(len(CASES[c][2]))])
def test_not_found(code: str, i: int) -> None:
    text, known = CASES[code][2][i]
    assert beside(text, known, code) == ()


@pytest.mark.parametrize("code", CASES)
def test_without_a_model_it_does_not_run(code: str) -> None:
    reading = understand(read(CASES[code][0], "a.md", "reliability"))
    assert check(reading, select=[code]) == ()


def test_what_the_message_says() -> None:
    text, known, _ = CASES["PM107"]
    (f,) = beside(text, known, "PM107")
    assert f.message == (
        "The text does not name “Reads and writes share one connection pool”, which in the model carries 80% of the failures (at least 50%)."
    )
    text, known, _ = CASES["PM709"]
    (f,) = beside(text, known, "PM709")
    assert (
        f.message
        == "“permanent fix” is said of `a1`, which by the model only touches triggers: it touches only the trigger `deploy`."
    )


CASE = """\
fuelbed: 1
title: Timetable down
failure: down
narrative: pm.md
factors:
  build_42: {kind: trigger, what: Build 42 of the timetable, rate: monthly}
  import_job: {kind: trigger, what: The import job, rate: monthly}
  shared_pool: {kind: condition, what: Readers share one connection pool with writers, present: yes}
structure:
  down: (build_42 or import_job) and shared_pool
actions:
  a1: {what: Revert build 42 of the timetable, does: [prevent build_42]}
  a2: {what: Split the pool, does: [remove shared_pool]}
"""
NARRATIVE = page(
    "- Build 42 of the timetable\n- Uploaded images have no size limit",
    "- Revert build 42 of the timetable, which prevents it from happening again",
    heading="Contributing factors",
)


def test_the_whole_way_from_the_model_to_the_text(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE, encoding="utf-8")
    (tmp_path / "pm.md").write_text(NARRATIVE, encoding="utf-8")
    found = {f.code: f for f in analyze(read_case(tmp_path)).findings}
    assert "which in the model carries 100% of the failures" in found["PM107"].message
    assert "said of `a1`" in found["PM709"].message
    assert "Uploaded images" in found["PM106"].message
    span = found["PM709"].span
    assert span is not None
    assert "happening again" in NARRATIVE.splitlines()[span.line - 1]


def test_a_draft_is_not_set_beside_the_text_it_was_read_from() -> None:
    from fuelbed.core.facts import Board, Facts
    from fuelbed.core.registry import rows_by_id

    c = replace(parse_case(CASE), narrative="pm.md", narrative_text=NARRATIVE)
    facts = Facts(Board(), rows_by_id()["lint"].takes)
    assert "PM106" in {f.code for f in examine(c, facts, Options()).findings}
    assert "PM106" not in {f.code for f in examine(replace(c, draft=True), facts, Options()).findings}
