"""Whatever the case, the command ends in bounded time and memory, with a clean message and code 0, 1 or 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.further import kept
from tests.hostile.cases import LARGE, REFUSED, factors
from tests.hostile.command import fuelbed

ALWAYS = ("5,000 factors", "at least 20 of 40 conditions", "rates near the largest number")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("command", ["check", "analyze"])
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_place_and_a_cure(name: str, command: str, case: Path) -> None:
    make, code = REFUSED[name]
    (case / "case.yaml").write_text(make())
    done = fuelbed(command, case, case=case)
    assert done.is_clean, done
    assert done.code == 2
    assert code in done.err
    assert "case.yaml:" in done.err
    assert ("Nothing was written." in done.err) == (command != "check"), "a check never writes"
    assert len(done.err) < 1_000_000
    assert done.seconds < 15


@pytest.mark.parametrize("name", kept(LARGE, ALWAYS))
def test_it_is_analyzed_or_said_to_be_too_much(name: str, case: Path) -> None:
    (case / "case.yaml").write_text(LARGE[name]())
    done = fuelbed("analyze", case, case=case)
    assert done.is_clean, (done.code, done.err[-1000:], done.seen[:1000])
    assert done.out.strip() or done.err.strip()
    if done.code == 1:
        assert "FB205" in done.out + done.err, "code 1 without the finding that explains it"


@pytest.mark.parametrize("name", ["5,000 factors", "1,000 action items", "1,000 common causes"])
def test_check_is_quick_on_large_cases(name: str, case: Path) -> None:
    (case / "case.yaml").write_text(LARGE[name]())
    done = fuelbed("check", case, case=case)
    assert done.is_clean, done
    assert done.code == 0
    assert done.seconds < 15


def test_a_narrative_of_50_mb(case: Path) -> None:
    with (case / "story.md").open("wb") as f:
        f.truncate(50_000_000)
    (case / "case.yaml").write_text(factors(2, 1, 1) + "narrative: story.md\n")
    done = fuelbed("analyze", case, case=case)
    assert done.is_clean, done
    assert done.code == 0


def test_a_narrative_past_the_budget_is_refused(case: Path) -> None:
    with (case / "story.md").open("wb") as f:
        f.truncate(300_000_000)  # a hole: it costs no disk
    (case / "case.yaml").write_text(factors(2, 1, 1) + "narrative: story.md\n")
    done = fuelbed("check", case, case=case)
    assert done.is_clean, done
    assert done.code == 2


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"known": ' * 50_000, "null", '{"known": {"a": 1}}', "\0\0", '{"known": [1, null]}']
)
def test_a_hostile_baseline(text: str, case: Path) -> None:
    (case / "case.yaml").write_text(factors(2, 1, 1))
    (case / "baseline.json").write_text(text)
    done = fuelbed("check", case, "--baseline", case / "baseline.json", case=case)
    assert done.is_clean, done
