"""The bench of drafting counts what a server on this machine answers, and sends nothing unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.draft import main
from tests.cli.test_answers import GOOD, PAGE, Server, fails, says, server  # noqa: F401  # the fixture

LABELS = """\
organization: ours
triggers: [{what: the deploy, line: 5}]
latent_conditions: [{what: no limit, line: 9}, {what: not said by the answer, line: 1}]
controls: [{control: alert, status: absent, line: 10}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text(Path(PAGE).read_text(encoding="utf-8"), encoding="utf-8")
        (tmp_path / f"{name}.labels.yaml").write_text(LABELS, encoding="utf-8")
    return tmp_path


def test_a_model_is_measured(folder: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811  # the fixture
    server.script = [says(GOOD), says(GOOD[:-9]), says(GOOD), says("x")]
    assert main(["--model", "m", "--labels", str(folder), "--only", "a"]) == 0
    assert server.seen == []
    assert "1 texts" in capsys.readouterr().out
    assert main(["--model", "m", "--labels", str(folder), "--send", "--rules"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "accepted at once 0.50" in said
    assert "accepted after corrections 0.50" in said
    assert "items: 16 with a quote, 4 assumed" in said
    assert "draft by m, by line (within 1): trigger first quote recall 1.00" in said
    assert "condition first quote recall 0.50" in said.split("draft by m")[1]
    assert "draft by rules" in said
    server.script = [fails(401)]
    assert main(["--model", "m", "--labels", str(folder), "--send", "--only", "a"]) == 0
    assert "no answer 1.00" in " ".join(capsys.readouterr().out.split())


def test_answers_that_are_there_are_scored_without_a_server(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = tmp_path_factory.mktemp("answers")
    (answers / "a.json").write_text(GOOD, encoding="utf-8")
    assert main(["--labels", str(folder), "--answers", str(answers)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"answers in {answers.name}: 1 of 2 texts, 0 of them refused" in said
    assert "trigger first quote recall 1.00" in said
    assert "condition any quote recall 0.50" in said
    assert "feedback told" in said
    (answers / "a.json").write_text("{}", encoding="utf-8")
    assert main(["--labels", str(folder), "--answers", str(answers), "--errors"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1 of them refused" in said
    assert "a: " in said


def test_what_is_missing_is_one_line(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    assert main(["--model", "m", "--labels", str(tmp_path / "nowhere")]) == 2
    assert main(["--labels", str(folder)]) == 2
    assert main(["--model", "m", "--labels", str(folder)]) == 2
