"""Many accounts: groups, intervals over documents, and that their order moves nothing."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from fuelbed.analysis import facts_for
from fuelbed.core.options import Options
from fuelbed.core.reading import Reading
from fuelbed.engines.attribution import case_gaps, story_of
from fuelbed.readers.case import parse_case
from fuelbed.reviewing.survey import UNSAID, Account, account, case_account, survey
from fuelbed.reviewing.survey_blocks import survey_answer, survey_data
from fuelbed.text.read import read
from fuelbed.text.understand import understand
from tests.golden.test_attribution import CASE, TEXT
from tests.unit.text.test_scopes import SENTENCES

DAY = "---\ndate: {}-03-01\n---\n# Down\n\n## What happened\n\n{}\n\n## Root cause\n\n- {}\n\n## Action items\n\n- {}\n"


def understood(text: str, file: str = "postmortem.md") -> Reading:
    return understand(read(text, file))


def _text(year: int, first: str, second: str) -> str:
    return DAY.format(year, SENTENCES[first] + " " + SENTENCES[second], SENTENCES[second], "Write a runbook for restores")


def _accounts() -> list[Account]:
    rows = [
        (2023, "vendor", "component", "web"), (2023, "team", "vendor", "web"), (2024, "person", "component", "web"),
        (2024, "component", "architecture", "billing"), (2024, "organization", "component", "postmortems"),
    ]  # fmt: skip  # one table
    return [account(understood(_text(year, a, b), f"{i}.md"), folder) for i, (year, a, b, folder) in enumerate(rows)]


def test_groups_by_team_and_year_in_the_order_of_their_names() -> None:
    s = survey(_accounts(), 1)
    assert [(g.name, g.documents) for g in s.teams] == [("billing", 1), ("web", 3), (UNSAID, 1)]
    assert [(g.name, g.documents) for g in s.years] == [("2023", 2), ("2024", 3)]
    assert [g.name for g in s.teams_and_years] == ["billing, 2024", "not said, 2024", "web, 2023", "web, 2024"]
    text = s.all.spreads["text", "scope"]
    assert text.n == 15  # the line under "Root cause" is a sentence of the account, too
    assert text.counts["vendor"] == 3
    assert text.shares["vendor"].value == pytest.approx(0.2)
    assert "5 documents" not in text.shares["vendor"].method
    assert "documents drawn anew" in text.shares["vendor"].method
    assert "paragraphs drawn anew" in s.teams[0].spreads["text", "scope"].shares["vendor"].method
    assert sum(x.n for x in (g.spreads["actions", "scope"] for g in s.years)) == s.all.spreads["actions", "scope"].n == 5


def test_the_order_of_documents_moves_nothing() -> None:
    accounts = _accounts()
    first = survey_data(survey(accounts, 1), accounts)
    for seed in range(3):
        Random(seed).shuffle(accounts)
        assert survey_data(survey(accounts, 1), accounts) == first


def test_the_team_is_that_of_the_front_matter_before_the_folder() -> None:
    assert account(understood("---\nteam: payments\n---\n# Down\n\nIt was down.\n"), "web").team == "payments"
    assert account(understood("# Down\n\nIt was down.\n"), "web").team == "web"
    assert account(understood("# Down\n\nIt was down.\n"), "postmortems").team == UNSAID


def test_templates_and_empty_files_are_counted_and_left_out() -> None:
    s = survey([*_accounts(), account(understood("")), account(understood("# Title\n"))], 1)
    assert s.all.documents == 5
    assert s.left_out == {"empty": 2}
    assert "left out: 2 files without prose" in survey_answer(s, (), False).claim


def test_nothing_at_all() -> None:
    s = survey([], 1)
    assert survey_answer(s, (), True).claim == "No account of an incident was found."
    assert s.all.spreads["text", "scope"].shares["person"].value is None


def test_the_gap_of_cases_is_the_mean_of_their_gaps() -> None:
    accounts = []
    for text in (TEXT, TEXT.replace("Sessions live in one shared cookie store.", "Everybody went home.")):
        c = replace(parse_case(CASE), narrative_text=text)
        story = story_of(c)
        assert story is not None
        accounts.append(case_account(c, story, case_gaps(c, story, facts_for(c, "attribution"), Options().seed)))
    s = survey(accounts, 1)
    gaps = {m.name: m for m in s.all.gaps}
    assert {m.n for m in s.all.gaps} == {2}
    assert gaps["component"].gap.value == pytest.approx(((0.75 - 0.125) + (1.0 - 0.125)) / 2)
    assert gaps["architecture"].story.value == pytest.approx((0.25 + 0.0) / 2)
    assert gaps["what the author's team can change"].risk.value == pytest.approx(0.625)
    assert accounts[0].team == "identity"
