"""§7 of a case: the rules over its narrative, beside what its models computed; a loop that the text does not name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from fuelbed.analysis import analyze
from fuelbed.cli.main import main
from fuelbed.core.blocks import Answer, Ask, Quote, Sentence
from fuelbed.core.case import Case
from fuelbed.core.facts import Board, Facts, Loops, Verdicts
from fuelbed.core.findings import Severity
from fuelbed.core.options import Options
from fuelbed.core.registry import rows_by_id
from fuelbed.engines.lint import Known, ToldLoop, check, rule
from fuelbed.engines.lint.examine import examine
from fuelbed.readers.case import parse_case, read_case
from fuelbed.text.read import read
from fuelbed.text.understand import understand
from tests.unit.lint.examples import page

CASES = Path(__file__).parents[3] / "src/fuelbed/cases"
SHIPPED = sorted(p.parent for p in CASES.glob("*/case.yaml"))
LOOP = ("waiting", "too_late", "resending", "resends")
MODEL = """\
fuelbed: 1
title: Logins down
failure: out
factors:
  surge: {kind: trigger, rate: monthly, lasts: 1 h}
  weak: {kind: condition, present: yes}
actions:
  a1: {what: less, does: [remove weak]}
dynamics:
  logins:
    archetype: retry_service
    parameters: {capacity: 100 per second, load: 70 per second, timeout: 1 s, retries: 3}
    pushes:
      surge: {load: times 3, lasts: 30 s}
"""
SILENT = page("A surge of logins overloaded the database in May.")
NAMED = page(
    "A surge of logins made the database late. Clients retried each late answer, and the retries kept the database overloaded."
)


def case(text: str | None, narrative: str = "postmortem.md") -> Case:
    return replace(parse_case(MODEL), narrative=narrative, narrative_text=text)


def answer(c: Case, *facts: object) -> Answer:
    board = Board()
    for f in facts:
        board.write(f, (type(f),))
    return examine(c, Facts(board, rows_by_id()["lint"].takes), Options())


def codes(a: Answer) -> list[str]:
    return [f.code for f in a.findings]


def test_a_loop_that_the_text_does_not_name() -> None:
    a = answer(case(SILENT), Loops((LOOP,)))
    (f,) = (f for f in a.findings if f.code == "PM205")
    assert f.severity is Severity.NOTE
    assert f.message == (
        "The model `logins` holds a loop that keeps the failure alive (the queue is long → attempts come too late → their clients give "
        "up and wait to send again → they are sent again → the queue is long), and the text names none."
    )
    assert f.span is not None
    assert f.span.file == "postmortem.md"
    assert SILENT.splitlines()[f.span.line - 1] == "## Root cause"
    told = [b.text for b in a.blocks if isinstance(b, Sentence) and b.text.startswith("PM205")]
    r = rule("PM205")
    assert r is not None
    assert len(told) == 1
    assert told[0].endswith(r.question)


@pytest.mark.parametrize(
    "text",
    [
        NAMED,
        page("A surge of logins overloaded the database. It was metastable from then on."),
        page("A surge of logins made a loop that nobody had drawn: late answers were asked for again."),
    ],
)
def test_no_finding_where_the_text_names_it(text: str) -> None:
    assert "PM205" not in codes(answer(case(text), Loops((LOOP,))))


def test_no_finding_without_a_loop() -> None:
    assert "PM205" not in codes(answer(case(SILENT)))
    assert "PM205" not in codes(answer(case(SILENT), Loops((("nowhere", "to_be_found"),)))), "a loop of no model of the case"


def test_several_loops_are_one_finding_and_a_model_without_a_story_tells_names() -> None:
    reading = understand(read(SILENT, "a.md"))
    loops = (ToldLoop("one", "`a` → `b` → `a`"), ToldLoop("two", "`c` → `c`"))
    (f,) = (f for f in check(reading, known=Known(loops)) if f.code == "PM205")
    assert "(`a` → `b` → `a`) and 1 more" in f.message
    declared = MODEL[: MODEL.index("  logins:")] + (
        "  logins:\n    states: {stale: {start: 0, range: 0..1}, other: {start: 0, range: 0..1}}\n"
        "    next: {stale: other, other: stale}\n    step: 1 minute\n    failed: stale > 0.5\n"
    )
    c = replace(parse_case(declared), narrative="postmortem.md", narrative_text=SILENT)
    (f,) = (f for f in answer(c, Loops((("stale", "other"),))).findings if f.code == "PM205")
    assert "(`stale` → `other` → `stale`)" in f.message


def test_an_ignore_comment_silences_it_and_is_not_called_unused_by_a_review() -> None:
    text = "<!-- fuelbed: ignore-file PM205 the loop is in another report -->\n\n" + SILENT
    found = codes(answer(case(text), Loops((LOOP,))))
    assert "PM205" not in found
    assert "PM002" not in found
    assert "PM002" not in {f.code for f in check(understand(read(text, "a.md")))}


def test_with_verdicts_what_items_reach_is_left_to_the_table() -> None:
    text = page("The queue had no limit since 2019. Build 42 filled it.", "- Add an alert on the length of the queue")
    without, judged = answer(case(text)), answer(case(text), Verdicts(()))
    assert "PM702" in codes(without)
    assert "PM702" not in codes(judged)
    assert any("action table" in b.text for b in judged.blocks if isinstance(b, Sentence))


def test_five_in_brief_each_with_its_words() -> None:
    cause = (
        "The cause was human error. The operator was careless. The root cause was a typo. The engineer forgot the flag. "
        "They should have noticed it. If only we had looked, it would have been seen. The engineer failed to read the page."
    )
    text = page(cause, "- Be more careful\n- Look into timeouts")
    a = answer(case(text), Loops((LOOP,)))
    said = [b for b in a.blocks if isinstance(b, Sentence)]
    quotes = [b for b in a.blocks if isinstance(b, Quote)]
    assert len(said) == len(quotes) == len(a.findings) > 5
    assert [b.detail for b in said] == [i >= 5 for i in range(len(said))]
    assert [b.detail for b in quotes] == [b.detail for b in said]
    lines = text.splitlines()
    for q in quotes:
        assert q.span is not None
        assert q.span.file == "postmortem.md"
        assert q.text.removesuffix("...")[:20] in lines[q.span.line - 1]
    assert said[0].text.startswith("PM4"), "the gravest first"
    assert a.claim.count("rules of the review find something") == 1


@pytest.mark.parametrize(
    ("text", "narrative", "claim"),
    [
        (None, "", "no narrative"),
        (None, "scan.pdf", "no text that can be read"),
        ("", "postmortem.md", "no account"),
        ("# Postmortem: [title]\n\n## Root cause\n\nTODO\n", "postmortem.md", "no account"),
    ],
)
def test_nothing_to_look_at(text: str | None, narrative: str, claim: str) -> None:
    a = answer(case(text, narrative), Loops((LOOP,)))
    assert claim in a.claim
    assert a.findings == ()
    assert [isinstance(b, Ask) for b in a.blocks] == ([True] if not narrative else [])


def test_the_narrative_comes_with_the_case(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(MODEL + "narrative: notes/pm.md\n", encoding="utf-8")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/pm.md").write_text(SILENT, encoding="utf-16")
    c = read_case(tmp_path)
    assert c.narrative_text == SILENT
    assert next(f.span.file for f in answer(c, Loops((LOOP,))).findings if f.span) == str(tmp_path / "notes/pm.md")
    (tmp_path / "notes/pm.md").write_bytes(b"%PDF-1.7\0\xff\xfe")
    assert read_case(tmp_path).narrative_text is None
    (tmp_path / "notes/pm.md").write_text("x" * 1_000_001, encoding="utf-8")
    assert read_case(tmp_path).narrative_text is None


def test_the_whole_way_from_dynamics_to_the_text(tmp_path: Path) -> None:
    """The loop is computed, its finding is a note, and no exit code comes of it."""
    (tmp_path / "case.yaml").write_text(MODEL + "narrative: pm.md\n", encoding="utf-8")
    (tmp_path / "pm.md").write_text(SILENT, encoding="utf-8")
    report = analyze(read_case(tmp_path))
    (f,) = (f for f in report.findings if f.code == "PM205")
    assert "attempts come too late" in f.message
    done = CliRunner().invoke(main, ["analyze", str(tmp_path), "--full"])
    assert done.exit_code == 0
    assert "PM205 loop unnamed" in done.output
    (tmp_path / "pm.md").write_text(NAMED, encoding="utf-8")
    assert "PM205" not in {f.code for f in analyze(read_case(tmp_path)).findings}


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda p: p.name)
def test_shipped_narratives_hold_none(shipped: Path) -> None:
    """Written by us to be accounts that the rules have nothing to say of; whatever loop their models hold, the text tells it."""
    c = read_case(shipped)
    loops = tuple(tuple(m.states)[:1] for m in list(c.dynamics.values())[:1])
    assert [f.line() for f in answer(c, Loops(loops), Verdicts(())).findings] == []
