"""`review` as a linter: settings, folders, formats, stubs that only insert, the hook and the action."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import yaml
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.reviewing import review
from fuelbed.reviewing.stubs import ignores, inserted, stubs
from fuelbed.text.read import read
from tests.commands import fuelbed

ROOT = Path(__file__).parents[2]
BLAME = "# Database deleted\n\n## Root cause\n\nThe root cause was human error: the operator carelessly typed the wrong name.\n"
LONG = (
    BLAME
    + "\n## What happened\n\n"
    + "The queue grew until the workers ran out of memory and were restarted one after another. " * 8
    + "\n"
)
NOTICE = (
    "# Advisory\n\nA flaw was found in the parser. Upgrade to version 2.1. All earlier versions are affected. CVE-2024-1234.\n"
)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with postmortems in two folders, a draft, and what is no postmortem."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    for name in ("old/a.md", "new/b.md", "drafts/c.md", "node_modules/x/README.md", ".hidden/d.md", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(LONG, encoding="utf-8")
    return tmp_path


def codes(r: Result) -> dict[str, set[str]]:
    data = json.loads(r.stdout)
    return {d["file"]: {f["code"] for f in d["findings"]} for d in data["documents"]}


def test_a_folder_means_its_markdown(repo: Path) -> None:
    assert set(codes(fuelbed("review", ".", "--format", "json", "--no-config"))) == {"drafts/c.md", "new/b.md", "old/a.md"}


def test_a_file_that_cannot_be_read_hides_none_of_the_others(repo: Path) -> None:
    (repo / "old" / "b.md").write_bytes(bytes(range(256)) * 20)
    (repo / "old" / "c.md").write_bytes(b"caf\xe9")
    r = fuelbed("review", "old", "--format", "json", "--baseline", "known.json")
    assert r.exit_code == 2
    assert set(codes(r)) == {"old/a.md"}
    assert "old/b.md" in r.stderr
    assert "old/c.md:1:4" in r.stderr
    assert not (repo / "known.json").exists()
    assert fuelbed("review", "old/b.md", "--format", "json").stdout == ""


def test_settings_of_the_nearest_file_hold_and_the_command_counts_more(repo: Path) -> None:
    (repo / "fuelbed.toml").write_text(
        '[review]\nselect = ["PM4"]\nexclude = ["drafts"]\n[review.per-file-ignores]\n"old/*" = ["PM404"]\n'
    )
    (repo / "new" / "fuelbed.toml").write_text('[review]\nselect = ["PM501"]\n')
    got = codes(fuelbed("review", ".", "--format", "json"))
    assert got == {"old/a.md": {"PM401", "PM408"}, "new/b.md": {"PM501"}}
    got = codes(fuelbed("review", ".", "--format", "json", "--select", "PM404"))
    assert got == {"old/a.md": set(), "new/b.md": {"PM404"}}
    assert "PM401" in codes(fuelbed("review", "drafts/c.md", "--format", "json"))["drafts/c.md"], (
        "a named file is reviewed all the same"
    )


def test_what_the_command_asks_for_is_not_ignored_by_the_settings(repo: Path) -> None:
    (repo / "fuelbed.toml").write_text(
        '[review]\nignore = ["PM4"]\nextend-ignore = ["PM5"]\n[review.per-file-ignores]\n"new/*" = ["PM401"]\n'
    )
    got = codes(fuelbed("review", "old/a.md", "--format", "json"))["old/a.md"]
    assert not any(c.startswith(("PM4", "PM5")) for c in got)
    assert codes(fuelbed("review", "old", "new", "--format", "json", "--select", "PM401")) == {
        "old/a.md": {"PM401"},
        "new/b.md": set(),
    }


def test_extend_select_runs_what_is_off_and_preview_false_what_is_stable(repo: Path) -> None:
    (repo / "fuelbed.toml").write_text('[review]\nextend-select = ["PM503"]\npreview = false\n')
    got = codes(fuelbed("review", "old/a.md", "--format", "json"))["old/a.md"]
    assert "PM503" in got
    assert not any(c.startswith("PM4") for c in got)


def test_fail_on_and_baseline_of_the_settings(repo: Path) -> None:
    (repo / "fuelbed.toml").write_text('[review]\nfail-on = "warning"\n')
    assert fuelbed("review", "old/a.md").exit_code == 1
    assert fuelbed("review", "old/a.md", "--fail-on", "never").exit_code == 0
    (repo / "fuelbed.toml").write_text('[review]\nfail-on = "warning"\nbaseline = "known.json"\n')
    assert fuelbed("review", "old/a.md").exit_code == 0
    assert (repo / "known.json").exists()
    assert fuelbed("review", "old/a.md").exit_code == 0
    (repo / "old" / "a.md").write_text(LONG + "\nThe engineer forgot to check the second copy.\n")
    assert fuelbed("review", "old/a.md").exit_code == 1


def test_a_kind_by_glob_holds_where_the_text_says_none(repo: Path) -> None:
    (repo / "fuelbed.toml").write_text('[review.kinds]\n"old/**" = "template"\n')
    kinds = {d["file"]: d["kind"] for d in json.loads(fuelbed("review", ".", "--format", "json").stdout)["documents"]}
    assert kinds["old/a.md"] == "template"
    assert kinds["new/b.md"] == "reliability"
    (repo / "old" / "a.md").write_text("---\nfuelbed-kind: security\n---\n" + LONG)
    assert json.loads(fuelbed("review", "old/a.md", "--format", "json").stdout)["documents"][0]["kind"] == "security"


def test_faults_of_settings_are_told_all_at_once(repo: Path) -> None:
    (repo / "fuelbed.toml").write_text('[review]\nselect = ["PM999"]\nfial-on = "note"\nbaseline = "/etc/known"\n')
    r = fuelbed("review", "old/a.md")
    assert r.exit_code == 2
    assert [line.split(": ")[0].split("/")[-1] for line in r.output.splitlines()] == [
        "fuelbed.toml:2:11",
        "fuelbed.toml:3:1",
        "fuelbed.toml:4:1",
    ]
    assert "Did you mean `fail-on`?" in r.output
    assert not Path("/etc/known").exists()
    assert fuelbed("review", "old/a.md", "--no-config").exit_code == 0
    assert fuelbed("review", "old/a.md", "--config", "nowhere.toml").exit_code == 2
    assert fuelbed("review", "old/a.md", "--config", "fuelbed.toml", "--no-config").exit_code == 2


def test_gitlab(repo: Path) -> None:
    data = json.loads(fuelbed("review", "old", "new", "--format", "gitlab").stdout)
    row = {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}}
                },
            },
        },
    }
    jsonschema.Draft202012Validator({"type": "array", "items": row, "minItems": 1}).validate(data)
    assert len({r["fingerprint"] for r in data}) == len(data)


def test_junit(repo: Path) -> None:
    (repo / "new" / "b.md").write_text("# Title\n")
    r = fuelbed("review", "old", "new", "--format", "junit", "--fail-on", "warning")
    root = ElementTree.fromstring(r.stdout)
    cases = root.findall(".//testcase")
    assert int(root.get("tests")) == len(cases)
    assert int(root.get("failures")) == len(root.findall(".//failure")) > 0
    assert [c.get("name") for c in cases if c.get("classname") == "new/b.md"] == ["no findings"]
    assert r.exit_code == 1


def test_markdown_is_words_and_fits_a_comment(repo: Path) -> None:
    (repo / "old" / "a.md").write_text(BLAME + "\nIt was human error by <img src=x> @someone | and [a](b).\n" * 2000)
    text = fuelbed("review", "old", "--format", "markdown").stdout
    assert text.startswith("### Fuelbed review: ")
    assert len(text) < 65_000
    assert "<img" not in text.replace("\\<img", "")
    assert not re.search(r"(?<!\\)@someone", text)


def test_many_documents_are_a_summary(repo: Path) -> None:
    for i in range(8):
        (repo / "old" / f"x{i}.md").write_text(LONG)
    out = fuelbed("review", "old").output
    assert "9 documents (9 reliability): " in out
    assert "9 of 9  PM401 human error label" in out
    assert max(map(len, out.splitlines())) <= 80


def test_stubs_are_shown_and_written_only_when_asked(repo: Path) -> None:
    path = repo / "old" / "a.md"
    shown = fuelbed("review", path, "--fix").output
    assert "+## What else could have set it off" in shown
    assert path.read_text() == LONG
    assert fuelbed("review", path, "--fix", "--write").exit_code == 0
    after = path.read_text()
    assert after.startswith(LONG)
    assert fuelbed("review", path, "--fix", "--write").exit_code == 0
    assert path.read_text() == after, "once is enough"
    assert fuelbed("review", "-", "--fix", "--write", input=LONG).exit_code == 2
    assert fuelbed("review", path, "--write").exit_code == 2


def test_added_comments_silence_and_ask_for_a_reason(repo: Path) -> None:
    path = repo / "old" / "a.md"
    before = codes(fuelbed("review", path, "--format", "json"))[str(path)]
    assert "PM401" in before
    assert fuelbed("review", path, "--add-ignores", "--write").exit_code == 0
    after = codes(fuelbed("review", path, "--format", "json"))[str(path)]
    assert "PM401" not in after
    assert "PM003" in after, "a comment without a reason is a finding"


@pytest.mark.parametrize("data", [LONG.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + LONG.encode(), LONG.encode("utf-16")])
def test_bytes_around_what_is_inserted_stay(repo: Path, data: bytes) -> None:
    path = repo / "old" / "a.md"
    path.write_bytes(data)
    assert fuelbed("review", path, "--fix", "--write").exit_code == 0
    assert path.read_bytes().startswith(data)
    assert b"\r\n" in data or b"\r\n" not in path.read_bytes()


TEXTS = st.lists(
    st.sampled_from(
        ["# Title", "## Root cause", "The root cause was human error.", "- the operator carelessly forgot it", "| a | b |", "|---|---|",
         "| human error | 2 |", "```", "> It was human error.", "", "", "1. Be more careful.", "    code", "<!-- x -->", "Ünï 😀 human error."]
    ),
    max_size=30,
)  # fmt: skip  # one list


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_taken_out_again_the_text_is_what_it_was(lines: list[str], end: str, last: bool) -> None:
    text = end.join(lines) + (end if last else "")
    document = read(text, "a.md")
    r = review(document)
    new = [*stubs(document, r.gaps), *ignores(document, r.findings)]
    after = inserted(text, new)
    for i in sorted(new, key=lambda i: -i.at):
        shift = sum(len(j.text) for j in new if j.at < i.at or (j.at == i.at and new.index(j) < new.index(i)))
        at = i.at + shift
        assert after[at : at + len(i.text)] == i.text
        after = after[:at] + after[at + len(i.text) :]
    assert after == text


@pytest.mark.parametrize("form", ["sarif", "junit", "github", "gitlab", "markdown"])
def test_a_file_that_cannot_be_read_is_told_in_every_format(repo: Path, form: str) -> None:
    (repo / "old" / "c.md").write_bytes(b"caf\xe9")
    r = fuelbed("review", "old", "nowhere.md", "--format", form, "--no-config")
    assert r.exit_code == 2
    assert all(code in r.stdout for code in ("FB003", "FB081", "PM401"))
    alone = fuelbed("review", "nowhere.md", "--format", form, "--no-config")
    assert (alone.exit_code, "FB081" in alone.stdout) == (2, True)
    if form == "junit":
        assert ElementTree.fromstring(r.stdout).findall(".//failure[@type='error']")


def test_what_fix_inserts_is_no_finding(repo: Path) -> None:
    before = codes(fuelbed("review", "old/a.md", "--format", "json", "--no-config"))
    assert fuelbed("review", "old/a.md", "--fix", "--write", "--no-config").exit_code == 0
    assert "fuelbed: asked" in (repo / "old/a.md").read_text()
    assert codes(fuelbed("review", "old/a.md", "--format", "json", "--no-config"))["old/a.md"] <= before["old/a.md"]


def test_brief_is_the_same_for_few_and_many(repo: Path) -> None:
    one = fuelbed("review", "old/a.md", "--brief", "--no-config").stdout
    assert "PM401" in one
    assert "Draft its case" not in one
    assert fuelbed("review", "old/a.md", "--brief", "--all").exit_code == 2


def test_every_unknown_code_is_told(repo: Path) -> None:
    r = fuelbed("review", "old/a.md", "--select", "PM999,PM401,PM998")
    assert (r.exit_code, "PM999 or PM998" in r.output) == (2, True)


def test_the_hook_and_the_action_name_what_is_there() -> None:
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
        word, command, *options = hook["entry"].split()
        assert word == "fuelbed"
        helped = fuelbed(command, "--help").output
        assert all(o in helped for o in options if o.startswith("--"))
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    helped = fuelbed("review", "--help").output
    for step in action["runs"]["steps"]:
        script = step.get("run", "")
        assert "${{" not in script, "what a caller gives would be a part of the script"
        assert all(o in helped for o in re.findall(r"fuelbed review .*?(--[a-z-]+)", script))
    review_ = next(step["run"] for step in action["runs"]["steps"] if step.get("name") == "Review")
    assert '[ ! -f "$FUELBED_BASELINE" ]' in review_, "a baseline that is absent would be written, and pass everything"
    inputs = {name for step in action["runs"]["steps"] for name in re.findall(r"inputs\.([a-z-]+)", json.dumps(step))}
    assert inputs == set(action["inputs"])


def test_check_takes_several_and_a_fault_in_one_hides_none(repo: Path) -> None:
    good = ROOT / "src/fuelbed/cases/posthog-2025-09-29"
    for name in ("one", "two"):
        (repo / name).mkdir()
        (repo / name / "case.yaml").write_text("fuelbed: 1\ntitle: x\n")
    r = fuelbed("check", repo / "one", good, repo / "two")
    assert r.exit_code == 2
    assert "one/case.yaml" in r.output
    assert "two/case.yaml" in r.output
    assert "No fault." in r.output
