"""A draft whose rates nobody gave says what the structure says, and no number of failures; one given rate is enough for the rest."""

from __future__ import annotations

from fuelbed.analysis import analyze
from fuelbed.core.blocks import Answer, Picture
from fuelbed.core.reporting import Report
from fuelbed.readers.case import parse_case

DRAFT = """
fuelbed: 1
status: draft
title: A draft
failure: down
factors:
  deploy: {kind: trigger, rate: {value: yearly, basis: assumed}}
  other_trigger: {kind: trigger, rate: {value: rarely, basis: assumed}}
  no_limit: {kind: condition, present: yes}
structure:
  down: (deploy or other_trigger) and no_limit
"""


def told(text: str) -> tuple[Report, Picture]:
    report = analyze(parse_case(text))
    answer = report.sections[0].answer
    assert isinstance(answer, Answer)
    return report, next(b for b in answer.blocks if isinstance(b, Picture) and b.kind == "removal")


def test_a_draft_of_guessed_rates_names_cut_sets_and_no_failures() -> None:
    report, removal = told(DRAFT)
    assert "is a guess of the draft so far" in " ".join(report.verdict)
    assert "%" not in " ".join(report.verdict)
    assert removal.data["baseline"]["value"] is None
    assert {r["id"]: r["breaks"] for r in removal.data["rows"]} == {"deploy": 1, "other_trigger": 1, "no_limit": 2}


def test_one_rate_that_somebody_gave_brings_the_numbers_back() -> None:
    report, removal = told(DRAFT.replace("{value: yearly, basis: assumed}", "quarterly"))
    assert "of the failures a year would remain" in " ".join(report.verdict)
    assert removal.data["baseline"]["value"] is not None


def test_a_confirmed_case_may_assume_its_rates() -> None:
    report, _ = told(DRAFT.replace("status: draft\n", ""))
    assert "of the failures a year would remain" in " ".join(report.verdict)
