"""What docs/tutorial.md says in words and no block of it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuelbed.analysis import analyze
from fuelbed.core.case import Case
from fuelbed.readers.case import read_case
from tests.commands import fuelbed
from tests.docs.pages import ROOT, blocks
from tests.docs.test_pages import _file

PAGE = ROOT / "docs/tutorial.md"


@pytest.fixture
def narrative(tmp_path: Path) -> Path:
    """The page's postmortem."""
    text = next(b.text for b in blocks(PAGE) if b.word == "markdown")
    (tmp_path / "postmortem.md").write_text(text, encoding="utf-8")
    return tmp_path / "postmortem.md"


@pytest.fixture
def steps(narrative: Path) -> list[Case]:
    """The case as it stands after each of its blocks."""
    found, folder = [], narrative.parent
    (folder / "search").mkdir()
    (folder / "search/postmortem.md").write_bytes(narrative.read_bytes())
    for b in blocks(PAGE):
        if b.word == "yaml" and b.name == "search/case.yaml":
            _file(b, folder, "")
            found.append(read_case(folder / "search"))
    return found


def test_case_and_text_call_the_same_thing_by_the_same_words(steps: list[Case]) -> None:
    """What stands in both is found in both: nothing is to be told that line 18 tells."""
    for case in steps:
        said = [f.message for f in analyze(case).findings if f.code in ("FB270", "PM107")]
        assert said == []


def test_rates_of_the_draft_stay_guesses_until_somebody_stands_by_them(narrative: Path) -> None:
    folder = narrative.parent / "drafted"
    assert fuelbed("draft", narrative, "-o", folder).exit_code == 0
    assert (folder / "postmortem.md").read_bytes() == narrative.read_bytes(), "the text is copied, and edits belong there"
    assert "failures a year." not in fuelbed("analyze", folder).output.partition("What each action item")[0]
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    for status, shown in (("", False), ("status: confirmed\n", True)):
        (folder / "case.yaml").write_text(text.replace("status: draft\n", status), encoding="utf-8")
        assert ("Today 1 (0.5..2) failures a year." in fuelbed("analyze", folder).output) is shown


def test_what_review_shows_without_being_asked_for_all(narrative: Path) -> None:
    shown, whole = fuelbed("review", narrative).output, fuelbed("review", narrative, "--all").output
    assert all(said in shown for said in ("Of 3 action items", "To ask first (line 19)"))
    assert "What the text leaves open" not in shown
    assert "What the text leaves open" in whole


def test_the_figures_of_reading_are_those_of_its_page() -> None:
    page, there = (" ".join((ROOT / f"docs/{name}.md").read_text(encoding="utf-8").split()) for name in ("tutorial", "reading"))
    assert "about six of ten triggers and conditions" in page
    assert "half to two thirds of what it called one is one" in page
    assert "| triggers found; right | 0.70 [0.56, 0.80]; 0.63 | 0.74; 0.73 | 0.61 of 18; 0.57 |" in there
    assert "| conditions found; right | 0.63 [0.55, 0.71]; 0.66 | 0.68; 0.64 | 0.58 of 36; 0.44 |" in there
