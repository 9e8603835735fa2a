"""Answers of a model that are kept in a folder: reviewed by, asked for, compared and attributed by; texts without one are read by words."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fuelbed.cli.attribution import attribution
from fuelbed.cli.corpus import corpus
from fuelbed.cli.draft import draft
from fuelbed.cli.review import review
from tests.cli.test_answers import DATA, GOOD, KEY, Server, fails, says, server  # noqa: F401  # the fixture

TEXT = (DATA / "answered.md").read_text(encoding="utf-8")
OTHER = """# Search down on 4 May 2024

The index was rebuilt at noon, and every query waited for it. The index had no second copy.

## Action items

- Keep a second copy of the index
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two accounts, one of them with a kept answer."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts/2024").mkdir(parents=True)
    (tmp_path / "texts/2025").mkdir()
    (tmp_path / "texts/2024/booking.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "texts/2025/search.md").write_text(OTHER, encoding="utf-8")
    (tmp_path / "answers/2024").mkdir(parents=True)
    (tmp_path / "answers/2024/booking.json").write_text(GOOD, encoding="utf-8")
    return tmp_path


def run(command: object, *args: str) -> Result:
    done = CliRunner().invoke(command, list(args))  # type: ignore[arg-type]  # a click command
    assert "Traceback" not in done.output
    return done


def why(done: Result) -> list[set[str]]:
    """What each document of a review in JSON was read by."""
    assert done.exit_code == 0, done.output
    return [{t["why"] for t in d["triggers"]} for d in json.loads(done.stdout)["documents"]]


def test_each_text_is_read_by_its_answer_where_it_has_one(folder: Path) -> None:
    by, words = why(run(review, "texts", "--answers", "answers", "--format", "json"))
    assert by == {"answer"}
    assert "answer" not in words
    done = run(review, "texts", "--answers", "answers")
    assert "draft texts/2024/booking.md --accept answers/2024/booking.json -o case/" in done.output
    assert "draft texts/2025/search.md -o case/" in done.output


def test_a_secret_is_found_although_no_model_sees_it(folder: Path) -> None:
    done = run(review, "texts/2024", "--answers", "answers/2024", "--format", "json")
    (document,) = json.loads(done.stdout)["documents"]
    assert document["triggers"][0]["why"] == "answer"
    (found,) = [f for f in document["findings"] if f["code"] == "PM005"]
    assert "e-mail" in found["message"]
    assert "roe" not in found["message"]
    assert json.loads(run(corpus, "texts", "--answers", "answers", "--no-cache", "--format", "json").stdout)
    text = (folder / "texts/2024/booking.md").read_text(encoding="utf-8")
    silenced = text.replace("The weekly import", "<!-- fuelbed: ignore PM005 she agreed -->\n\nThe weekly import")
    (folder / "texts/2024/booking.md").write_text(silenced, encoding="utf-8")
    done = run(review, "texts/2024", "--answers", "answers/2024", "--format", "github")
    assert "PM005" not in done.stdout
    assert "PM002" not in done.stdout


def test_what_is_told_to_draft_by_drafts_by_it(folder: Path) -> None:
    done = run(draft, "texts/2024/booking.md", "--accept", "answers/2024/booking.json", "-o", "case")
    assert done.exit_code == 0, done.output


def test_a_text_that_was_named_has_its_answer_by_its_name(folder: Path) -> None:
    os.rename("answers/2024/booking.json", "answers/booking.json")
    assert why(run(review, "texts/2024/booking.md", "--answers", "answers", "--format", "json")) == [{"answer"}]


def test_many_are_told_how_many_were(folder: Path) -> None:
    for n in range(6):
        (folder / f"texts/{n}.md").write_text(OTHER.replace("noon", f"{n + 1} pm"), encoding="utf-8")
    assert " 1 of them read by an answer of a model." in " ".join(run(review, "texts", "--answers", "answers").output.split())


@pytest.mark.parametrize(
    ("wrong", "code"), [(GOOD.replace("No alert watched", "Nobody watched"), "FB192"), ("no JSON", "FB190"), ("", "FB190")]
)
def test_an_answer_with_faults_is_told_and_its_text_is_read_by_words(wrong: str, code: str, folder: Path) -> None:
    (folder / "answers/2024/booking.json").write_text(wrong, encoding="utf-8")
    done = run(review, "texts", "--answers", "answers", "--format", "json")
    assert done.exit_code == 2
    assert f"answers/2024/booking.json:{1 if code == 'FB190' else 13}:" in done.stderr
    assert code in done.stderr
    assert "texts/2024/booking.md: 1 fault in its answer, so it is read by words instead." in done.stderr
    assert all("answer" not in {t["why"] for t in d["triggers"]} for d in json.loads(done.stdout)["documents"])
    for command, told in ((corpus, done.stderr), (attribution, done.stderr)):
        again = run(command, "texts", "--answers", "answers", *(("--no-cache",) if command is corpus else ()), "--format", "json")
        assert again.exit_code == 2, again.output
        assert code in again.stderr, told


def test_an_answer_that_is_no_file(folder: Path) -> None:
    os.remove("answers/2024/booking.json")
    os.mkdir("answers/2024/booking.json")
    for command in (review, corpus, attribution):
        done = run(command, "texts", "--answers", "answers", *(("--no-cache",) if command is corpus else ()))
        assert "answers/2024/booking.json" in done.output


def test_the_corpus_compares_by_answers_and_remembers_what_by(folder: Path) -> None:
    cache = ("--cache", str(folder / "c.sqlite"))

    def loops(*args: str) -> dict[str, object]:
        done = run(corpus, "texts", *cache, "--format", "json", *args)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)  # type: ignore[no-any-return]  # our own

    words, by = loops(), loops("--answers", "answers")
    assert by != words
    assert (loops("--answers", "answers"), loops()) == ({**by, "from_cache": 2}, {**words, "from_cache": 2})
    told = run(corpus, "texts", "--no-cache", "--answers", "answers").output
    assert "1 text of 2 read by an answer of a model, the others by words." in " ".join(told.split())


def test_the_settings_may_say_where_answers_are(folder: Path, server: Server) -> None:  # noqa: F811
    os.makedirs("answers/texts/2024")
    os.rename("answers/2024/booking.json", "answers/texts/2024/booking.json")
    (folder / "fuelbed.toml").write_text('[review]\nanswers = "answers"\n', encoding="utf-8")
    by, words = why(run(review, "texts", "--format", "json"))
    assert by == {"answer"}
    assert "answer" not in words
    os.chdir("texts/2024")
    assert why(run(review, "booking.md", "--format", "json")) == [{"answer"}]
    assert "draft booking.md --accept ../../answers/texts/2024/booking.json" in run(review, "booking.md").output
    assert "answer" not in why(run(review, "booking.md", "--no-config", "--format", "json"))[0]
    assert run(review, "booking.md", "--fix").exit_code == 0
    os.remove("../../answers/texts/2024/booking.json")
    server.script = [says(GOOD)]
    assert why(run(review, ".", "--model", "m", "--send", "--format", "json")) == [{"answer"}]
    assert Path("../../answers/texts/2024/booking.json").exists()


def test_an_answer_that_leads_elsewhere_is_not_followed(folder: Path) -> None:
    os.rename("answers/2024/booking.json", "secret.json")
    os.symlink("../../secret.json", "answers/2024/booking.json")
    done = run(review, "texts", "--answers", "answers")
    assert done.exit_code == 2
    assert "it leads out of the folder of answers" in done.stderr


def test_attribution_by_answers(folder: Path) -> None:
    words, by = (run(attribution, "texts", "--format", "json", *args) for args in ((), ("--answers", "answers")))
    assert words.exit_code == by.exit_code == 0
    assert json.loads(words.stdout) != json.loads(by.stdout)


def test_texts_without_an_answer_are_asked_about_and_kept(folder: Path, server: Server) -> None:  # noqa: F811
    server.script = [says(GOOD.replace("\n", "\r\n"))]
    os.remove("texts/2025/search.md")
    os.remove("answers/2024/booking.json")
    args = ("texts", "--answers", "answers", "--model", "m", "--format", "json")
    assert why(run(review, *args, "--send")) == [{"answer"}]
    assert (folder / "answers/2024/booking.json").read_text(encoding="utf-8").split() == GOOD.split()
    assert "jane.roe" not in json.dumps(server.seen)
    assert why(run(review, *args, "--send")) == [{"answer"}]
    assert len(server.seen) == 1, "what is kept is not asked again"


def test_one_text_needs_no_folder(folder: Path, server: Server) -> None:  # noqa: F811
    server.script = [says(GOOD)]
    done = run(review, "texts/2024/booking.md", "--model", "m", "--send")
    assert done.exit_code == 0, done.output
    assert done.stdout.rstrip().endswith("draft texts/2024/booking.md --model m --send -o case/")


def test_without_send_nothing_leaves_and_all_is_named(folder: Path, server: Server) -> None:  # noqa: F811
    (folder / "texts/third.md").write_text(OTHER.replace("noon", "one"), encoding="utf-8")
    done = run(review, "texts", "--answers", "answers", "--model", "m")
    assert done.exit_code == 0, done.output
    assert server.seen == []
    assert "texts/2025/search.md" in done.stdout
    assert "texts/third.md" in done.stdout
    assert "booking.md" not in done.stdout, "it has an answer"
    assert KEY not in done.output
    assert "The index had no second copy." in run(review, "texts/2025/search.md", "--model", "m").stdout
    refused = run(review, "texts/2024", "--answers", "answers/2024", "--model", "m")
    assert refused.exit_code == 2
    assert "nothing to ask" in refused.output


def test_a_server_that_says_no_loses_nothing(folder: Path, server: Server) -> None:  # noqa: F811
    server.script = [says(GOOD), fails(401, b"{}")]
    os.remove("answers/2024/booking.json")
    done = run(review, "texts", "--answers", "answers", "--model", "m", "--send")
    assert done.exit_code == 2
    assert "texts/2025/search.md: 127.0.0.1 answered 401. 1 answer before it: answers." in done.stderr
    assert (folder / "answers/2024/booking.json").exists()


def test_an_answer_that_stays_wrong_is_not_kept(folder: Path, server: Server) -> None:  # noqa: F811
    server.script = [says(GOOD)]  # about another text
    os.remove("texts/2024/booking.md")
    done = run(review, "texts", "--answers", "answers", "--model", "m", "--send")
    assert done.exit_code == 2
    assert "so it is read by words instead" in done.stderr
    assert len(server.seen) == 3
    assert not (folder / "answers/2025/search.json").exists()


@pytest.mark.parametrize(
    "args",
    [
        ("--send",), ("--model", "m"), ("--model", "a\nb", "--answers", "answers"), ("--answers", "texts/2025/search.md"),
        ("--answers", "answers", "--fix"), ("--accept", "answers/2024/booking.json", "--answers", "answers"),
    ],
)  # fmt: skip  # one list
def test_one_line_for_what_cannot_be(args: tuple[str, ...], folder: Path) -> None:
    done = run(review, "texts", *args)
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert done.output.startswith("error: ")


@pytest.mark.parametrize("command", [review, corpus, attribution])
def test_a_folder_that_is_not_there_is_no_folder_of_answers(command: object, folder: Path) -> None:
    done = run(command, "texts", "--answers", "nowhere")
    assert done.exit_code == 2
    assert "nowhere: no such folder" in done.output


def test_a_folder_without_any_answer_about_these_texts_is_said_to_have_none(folder: Path) -> None:
    done = run(review, "texts/2024/booking.md", "--answers", "answers")
    assert done.exit_code == 0
    assert "answers has no answer about any of the texts" in done.output
    assert "has no answer" not in run(review, "texts/2024/booking.md", "--answers", "answers/2024").output


def test_what_the_settings_say_holds_for_many_texts_too(folder: Path) -> None:
    (folder / "fuelbed.toml").write_text('[review]\nanswers = "kept"\n', encoding="utf-8")
    (folder / "kept/texts/2024").mkdir(parents=True)
    (folder / "kept/texts/2024/booking.json").write_text(GOOD, encoding="utf-8")
    assert "1 text of 2 read by an answer of a model, the others by words" in " ".join(
        run(corpus, "texts", "--no-cache").output.split()
    )
    by, words = (
        json.loads(run(attribution, "texts", "--format", "json", *more).stdout) for more in ((), ("--answers", "answers"))
    )
    assert by == words


def test_an_answer_about_another_text_is_said_to_be_that(folder: Path) -> None:
    (folder / "answers/2025").mkdir()
    (folder / "answers/2025/search.json").write_text(GOOD, encoding="utf-8")
    done = run(review, "texts", "--answers", "answers")
    assert done.exit_code == 2
    (line,) = [line for line in done.output.splitlines() if "FB192" in line]
    assert "none of its" in line
    assert "about another text" in line


def test_what_an_answer_words_is_quoted_in_the_words_of_the_text(folder: Path) -> None:
    answer = json.loads(GOOD)
    answer["actions"][1]["evidence"] = [{"quote": "No alert watched the length of the queue"}]
    (folder / "answers/2024/booking.json").write_text(json.dumps(answer), encoding="utf-8")
    done = run(review, "texts", "--answers", "answers")
    assert "“No alert watched the length of the queue”" in " ".join(done.output.split())
    assert "“Add an alert”" not in done.output


def test_what_is_no_account_is_named(folder: Path) -> None:
    (folder / "texts/notice.md").write_text(
        "---\nkind: advisory\n---\n\n# A parser was vulnerable\n\nUpgrade to 1.2.\n", encoding="utf-8"
    )
    said = " ".join(run(corpus, "texts", "--no-cache").output.split())
    assert "Left out, as it reads as no account of an incident: texts/notice.md (advisory)." in said
