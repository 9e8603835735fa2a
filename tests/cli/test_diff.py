"""`fuelbed diff` as a user and CI meet it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from fuelbed.cli.main import main
from fuelbed.comparing.data import diff_schema

CASE = """\
fuelbed: 1
title: Orders lost during a deploy
failure: orders_lost
factors:
  bad_deploy: {kind: trigger, rate: 6..24 per year}
  no_backpressure: {kind: condition, present: yes}
  breaker: {kind: control, fails: 0.4}
structure:
  orders_lost: bad_deploy and no_backpressure and fails(breaker)
actions:
  review: {what: Review twice, does: [set bad_deploy.rate to 3..6 per year]}
  bound: {what: Bound the queue, does: [remove no_backpressure]}
  talk: {what: Talk about it}
"""


def run(*args: object) -> Result:
    return CliRunner().invoke(main, ["diff", *map(str, args)], catch_exceptions=False)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    for name, text in (("a", CASE), ("b", CASE.replace("fails: 0.4", "fails: 0.1").replace("Orders lost", "Some orders lost"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "case.yaml").write_text(text)
    return tmp_path / "a", tmp_path / "b"


def test_text_says_the_verdict_first_and_what_explains_it(two: tuple[Path, Path]) -> None:
    done = run(*two)
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[2] == "Better: failures a year change by −75 %."
    assert max(map(len, lines)) <= 80
    assert "case.yaml:7" in done.output
    assert "0.4 → 0.1" in done.output
    assert "1 edit elsewhere" in done.output  # the title


def test_what_was_edited_comes_second_and_a_guess_that_gave_way_is_no_change_of_the_system(tmp_path: Path) -> None:
    guessed = CASE.replace("rate: 6..24 per year", "rate: {value: yearly, basis: assumed}")
    for name, text in (("a", guessed), ("b", CASE), ("c", CASE.replace("fails: 0.4", "fails: 0.1"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "case.yaml").write_text(text)

    def second(a: str, b: str) -> str:
        return " ".join(run(tmp_path / a, tmp_path / b).output.split("\n\n")[0].split("\n", 3)[3].split())

    learned = "Edited: bad_deploy.rate. That was a guess before: what changed is what is known, not the system."
    assert second("a", "b").startswith(learned)
    both = "Edited: bad_deploy.rate and breaker.fails. 1 of 2 was a guess before: there what changed is what is known, not the system."
    assert both in second("a", "c")
    assert second("b", "c").startswith("Edited: breaker.fails. ")


def test_worse_the_other_way_round_and_the_gate(two: tuple[Path, Path]) -> None:
    a, b = two
    assert "Worse: failures a year change by +300 %." in run(b, a).output
    codes = {gate: run(b, a, "--fail-on", gate).exit_code for gate in ("worse", "open", "never")}
    assert codes == {"worse": 1, "open": 1, "never": 0}
    assert run(a, b, "--fail-on", "open").exit_code == 0


def test_where_nobody_can_tell_only_the_stricter_gate_fails(two: tuple[Path, Path]) -> None:
    a, b = two
    (b / "case.yaml").write_text(CASE.replace("fails: 0.4", "fails: 0.1..0.9"))
    done = run(a, b, "--fail-on", "open")
    assert done.exit_code == 1
    assert "Cannot tell: failures a year" in done.output
    assert run(a, b, "--fail-on", "worse").exit_code == 0


def test_the_same_case_is_unchanged(two: tuple[Path, Path]) -> None:
    a, _ = two
    done = run(a, a, "--fail-on", "open")
    assert done.exit_code == 0
    assert "Unchanged: every number of the verdict is the same on both sides." in done.output


def test_markdown_opens_with_the_verdict_and_lets_nothing_out(two: tuple[Path, Path]) -> None:
    a, b = two
    evil = "Orders @here <img src=x onerror=alert(1)> | [x](javascript:1) </details> `tick`"
    (b / "case.yaml").write_text(
        (b / "case.yaml")
        .read_text()
        .replace("Some orders lost during a deploy", json.dumps(evil))
        .replace("Review twice", "'<b>@all</b> -->'")
    )
    out = run(a, b, "--format", "markdown").output
    assert out.splitlines()[0] == "**Better: failures a year change by −75 %.**"
    assert out.count("<details>") == out.count("</details>") > 0
    for bad in ("<img", "<b>", "@here", "@all", "[x](", "-->\n\n<"):
        assert bad not in out
    assert out.rstrip().endswith("<!-- fuelbed-diff -->")
    assert out.count("-->") == 1


def test_json_is_as_its_schema_says(two: tuple[Path, Path], tmp_path: Path) -> None:
    a, b = two
    for args in ((a, b), (a, "--with-actions")):
        data = json.loads(run(*args, "--format", "json").output)
        jsonschema.Draft202012Validator(diff_schema()).validate(data)
    data = json.loads(run(a, b, "--format", "json").output)
    (change,) = data["changes"]
    assert data["verdict"] == "better"
    assert change["effects"]["hazard"]["alone"]["value"] == pytest.approx(-0.75)
    assert change["edits"][0]["at_after"]["line"] == 7


def test_two_results_are_compared_without_their_cases(two: tuple[Path, Path], tmp_path: Path) -> None:
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    for case, file in zip(two, files, strict=True):
        assert CliRunner().invoke(main, ["analyze", str(case), "-o", str(file)]).exit_code == 0
    done = run(*files)
    assert done.exit_code == 0
    assert "breaker.fails" in done.output
    assert "0.4 → 0.1" in done.output
    assert "From two results" in done.output
    mixed = json.loads(run(two[0], files[1], "--format", "json").output)
    assert mixed["from"] == "results"


def test_with_actions_some_and_all(two: tuple[Path, Path]) -> None:
    a, _ = two
    one = run(a, "--with-actions", "review")
    assert "Better: failures a year change by" in one.output
    assert "bound" in one.output  # what the other item still adds
    every = run(a, "--with-actions")
    assert "Better: failures a year change by −100 %." in every.output


def test_what_is_closed_already_adds_nothing(two: tuple[Path, Path]) -> None:
    out = json.loads(run(two[0], "--with-actions", "bound", "--format", "json").output)
    (other,) = out["actions"]
    assert (other["action"], other["after"]["verdict"]) == ("review", "adds nothing")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["a", "--with-actions", "bund"], "Did you mean `bound`?"),
        (["a", "--with-actions", "talk"], "does nothing to the model"),
        (["a"], "two versions are compared"),
        (["a", "b", "c"], "two versions are compared"),
        (["a", "nowhere"], "FB001"),
        (["a", "no.json"], "FB184"),
        (["a", "list.json"], "FB184"),
        (["a", "cut.json"], "FB184"),
        (["a", "wrong.json"], "/sections/0/answer"),
        (["a", "binary.json"], "FB184"),
        (["a", "b", "--out", "x.pdf"], "no comparison is written as .pdf"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    two: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], says: str
) -> None:
    (tmp_path / "list.json").write_text("[1, 2]")
    (tmp_path / "cut.json").write_text('{"fuelbed-report": 1, "sections": [')
    (tmp_path / "wrong.json").write_text('{"fuelbed-report": 1, "sections": [{"answer": 3}]}')
    (tmp_path / "binary.json").write_bytes(b"\x00\xff\xfe")
    monkeypatch.chdir(tmp_path)
    done = run(*args)
    assert done.exit_code == 2, done.output
    assert says in done.output
    assert "Traceback" not in done.output


def test_redact_reaches_what_was_read_beside_the_case(two: tuple[Path, Path]) -> None:
    a, b = two
    key = "AKIA" + "ABCDEFGH12345678"
    (b / "case.yaml").write_text(CASE.replace("Bound the queue", f"Bound it {key}"))
    assert key in run(a, b, "--full").output
    assert key not in run(a, b, "--full", "--redact").output


def test_a_finding_with_another_number_is_the_same_one(tmp_path: Path) -> None:
    """One more trigger makes three cut sets of two, and all cross the layers as the two did; a trigger that sets nothing off is a new finding."""
    layered = CASE.replace("present: yes", "present: yes, layer: queue").replace("fails: 0.4", "fails: 0.4, layer: client")
    layered = layered.replace("factors:\n", "factors:\n  peak: {kind: trigger}\n").replace(
        ": bad_deploy and", ": (bad_deploy or peak) and"
    )
    for name, text in (
        ("a", layered),
        (
            "b",
            layered.replace("factors:\n", "factors:\n  surge: {kind: trigger}\n  lone: {kind: trigger}\n").replace(
                "or peak)", "or peak or surge)"
            ),
        ),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "case.yaml").write_text(text)
    found = json.loads(run(tmp_path / "a", tmp_path / "b", "--format", "json").output)["findings"]
    assert [f["code"] for f in found["gone"]] == []
    assert {f["code"] for f in found["new"]} == {"FB203"}
