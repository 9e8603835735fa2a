"""`review` and `draft` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from fuelbed.readers.case import read_case
from tests.commands import fuelbed

ROOT = Path(__file__).parents[2]
STORY = (
    (ROOT / "docs/how-to/from-your-postmortem.md")
    .read_text(encoding="utf-8")
    .split("```markdown postmortem.md\n")[1]
    .split("```")[0]
)
BLAME = "# Database deleted\n\n## Root cause\n\nThe root cause was human error: the operator carelessly typed the wrong name.\n"


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pm.md").write_text(STORY, encoding="utf-8")
    return Path("pm.md")


def test_a_review_is_a_screenful_and_ends_with_the_next_command(story: Path) -> None:
    r = fuelbed("review", story)
    assert r.exit_code == 0
    lines = r.output.rstrip().splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "Draft its case: fuelbed draft pm.md -o case/"
    assert "  stood       17  “retry policy of checkout has no backoff and no limit across" in r.output
    assert "  sight       24  “Add an alert on the retry rate of checkout”" in r.output
    assert "whatever the numbers" in fuelbed("review", story, "--all").output


def test_all_shows_what_was_read_with_lines(story: Path) -> None:
    r = fuelbed("review", story, "--all")
    assert "  17  " in r.output
    assert "  18  " in r.output
    assert len(r.output) > len(fuelbed("review", story).output)


def test_json_follows_its_schema_and_holds_no_number_of_risk(story: Path) -> None:
    r = fuelbed("review", story, "--format", "json")
    data = json.loads(r.output)
    jsonschema.Draft202012Validator(json.loads(fuelbed("schema", "--review").output)).validate(data)
    document = data["documents"][0]
    assert {a["class"] for a in document["actions"]} == {"trigger_only", "monitoring", "structural", "doc"}
    assert document["follows"]["cut_sets"] == 3


def test_draft_as_data_follows_its_schema(story: Path) -> None:
    data = json.loads(fuelbed("draft", story, "--format", "json").output)
    jsonschema.Draft202012Validator(json.loads(fuelbed("schema", "--reading").output)).validate(data)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_every_format_on_every_kind_of_text(story: Path, form: str) -> None:
    for text in (STORY, BLAME, "", "# Title\n", "just a sentence", "## Root cause\n\n<!-- describe the cause -->\n"):
        story.write_text(text, encoding="utf-8")
        r = fuelbed("review", story, "--format", form)
        assert r.exit_code == 0, r.output
        assert "Traceback" not in r.output
        if form in ("json", "sarif"):
            json.loads(r.output)


def test_findings_fail_a_build_only_where_that_is_asked_for(story: Path) -> None:
    story.write_text(BLAME, encoding="utf-8")
    assert "PM401" in fuelbed("review", story).output
    assert fuelbed("review", story).exit_code == 0
    assert fuelbed("review", story, "--fail-on", "warning").exit_code == 1
    assert fuelbed("review", story, "--fail-on", "warning", "--ignore", "PM1,PM4,PM5").exit_code == 0
    assert fuelbed("review", story, "--fail-on", "warning", "--select", "PM9").exit_code == 0
    known = Path("known.json")
    assert fuelbed("review", story, "--fail-on", "warning", "--baseline", known).exit_code == 0
    assert fuelbed("review", story.resolve(), "--fail-on", "warning", "--baseline", known).exit_code == 0
    story.write_text("# Database deleted\n\nAn added line.\n" + BLAME.split("\n", 1)[1], encoding="utf-8")
    assert fuelbed("review", story, "--fail-on", "warning", "--baseline", known).exit_code == 0, "lines moved, findings did not"


def test_an_ignore_comment_silences_with_a_reason(story: Path) -> None:
    story.write_text(
        BLAME.replace("The root", "<!-- fuelbed: ignore PM401 PM404 the quote of a critic -->\n\nThe root"), encoding="utf-8"
    )
    assert "PM401" not in fuelbed("review", story).output
    story.write_text(BLAME.replace("The root", "<!-- fuelbed: ignore PM401 -->\n\nThe root"), encoding="utf-8")
    assert "PM003" in fuelbed("review", story).output


def test_several_texts_and_standard_input(story: Path) -> None:
    Path("other.md").write_text(BLAME, encoding="utf-8")
    r = fuelbed("review", story, "other.md")
    assert r.output.index("pm.md: ") < r.output.index("other.md: ")
    piped = fuelbed("review", "-", input=STORY)
    assert piped.output.splitlines()[1:4] == fuelbed("review", story).output.splitlines()[1:4]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\x7fELF\0\xff\xfe\1", "binary"), (b"caf\xe9 \xff", "not UTF-8"), (b"x" * 1_000_001, "1 MB")],
    ids=["binary", "encoding", "size"],
)
def test_what_is_no_text_is_one_line_and_code_2(story: Path, content: bytes, says: str) -> None:
    story.write_bytes(content)
    for command in ("review", "draft"):
        r = fuelbed(command, story)
        assert r.exit_code == 2
        assert says in r.output
        assert len(r.output.strip().splitlines()) == 1


def test_bad_use(story: Path) -> None:
    Path("empty").mkdir()
    for args in (
        ["review"],
        ["review", "nowhere.md"],
        ["review", "empty"],
        ["review", story, "--select", "XY1"],
        ["draft", "nowhere.md"],
    ):
        r = fuelbed(*args)
        assert r.exit_code == 2, args
        assert "Traceback" not in r.output


def test_a_drafted_case_is_checked_analyzed_and_says_that_it_is_a_draft(story: Path) -> None:
    assert fuelbed("draft", story, "-o", "case").exit_code == 0
    assert (Path("case") / "postmortem.md").read_text(encoding="utf-8") == STORY
    assert (Path("case") / "case.schema.json").is_file()
    case = read_case(Path("case"))
    assert case.draft
    for form in ("text", "md", "html", "json"):
        r = fuelbed("analyze", "case", "--format", form)
        assert r.exit_code == 0
        assert "draft" in r.output
    assert fuelbed("draft", story, "-o", "case").exit_code == 2, "nothing is overwritten"


def test_a_draft_beside_its_own_postmortem(story: Path) -> None:
    Path("case").mkdir()
    mine = Path("case/postmortem.md")
    mine.write_text(STORY, encoding="utf-8")
    assert fuelbed("draft", mine, "-o", "case").exit_code == 0
    assert mine.read_text(encoding="utf-8") == STORY


def test_a_text_that_tells_of_nothing_is_drafted_with_a_note(story: Path) -> None:
    Path("hello.txt").write_text("Hello\n", encoding="utf-8")
    done = fuelbed("draft", "hello.txt")
    assert done.exit_code == 0
    assert "does not read as an account of an incident" in done.stderr
    assert "does not read" not in fuelbed("draft", story).stderr


def test_there_is_nothing_to_draft_from_a_template(story: Path) -> None:
    story.write_text("# Incident: <title>\n\n## Summary\n\nTBD\n\n## Root cause\n\n<describe>\n", encoding="utf-8")
    assert fuelbed("draft", story, "-o", "case").exit_code == 2
    assert not Path("case").exists()
