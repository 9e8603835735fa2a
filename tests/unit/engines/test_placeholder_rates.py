"""A draft whose rates nobody gave says what the structure says, and no number of failures; one given rate is enough for the rest."""

from __future__ import annotations

from fuelbed.analysis import analyze
from fuelbed.core.blocks import Answer, Picture
from fuelbed.core.case import DRAFTED_RATES
from fuelbed.core.reporting import Report
from fuelbed.drafting import draft
from fuelbed.readers.case import parse_case
from fuelbed.text.read import read
from fuelbed.text.understand import understand

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
    assert removal.alt == "Cut sets that are left with one factor taken out."
    assert {r["id"]: r["breaks"] for r in removal.data["rows"]} == {"deploy": 1, "other_trigger": 1, "no_limit": 2}


def test_taking_out_the_line_that_says_draft_makes_no_number_of_a_guess() -> None:
    report, removal = told(DRAFT.replace("status: draft\n", ""))
    assert "is a guess of the draft so far" in " ".join(report.verdict)
    assert removal.data["baseline"]["value"] is None
    report, removal = told(
        DRAFT.replace("status: draft\n", "").replace("{value: yearly, basis: assumed}", "{value: yearly, basis: judged}")
    )
    assert removal.data["baseline"]["value"] is not None, "somebody stands by it"


def test_what_a_draft_fills_in_is_known_for_a_guess() -> None:
    drafted = draft(understand(read("# Down\n\nA deploy broke the page.\n\n## Root cause\n\nThe queue had no limit.\n")))
    rates = {f.fields["rate"] for f in drafted.of_kind("trigger")}
    assert rates == {f"{{value: {word}, basis: assumed}}" for word in DRAFTED_RATES}


def test_one_rate_that_somebody_gave_brings_the_numbers_back() -> None:
    report, removal = told(DRAFT.replace("{value: yearly, basis: assumed}", "quarterly"))
    assert "of the failures a year would remain" in " ".join(report.verdict)
    assert removal.data["baseline"]["value"] is not None


def test_a_confirmed_case_may_assume_its_rates() -> None:
    report, _ = told(DRAFT.replace("status: draft\n", "status: confirmed\n"))
    assert "of the failures a year would remain" in " ".join(report.verdict)
