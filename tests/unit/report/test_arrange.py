"""What stands where in a section with pictures of evidence: one picture, one table, what stands for itself; the rest is detail."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from evidence_sample import holding, picture  # type: ignore[import-not-found]  # beside this file, see conftest.py

from fuelbed.core.blocks import Ask, Block, Cell, Column, Picture, Quote, Sentence, Table
from fuelbed.core.facts import NotFound
from fuelbed.report import render_html, render_json, render_markdown, render_text
from fuelbed.report._arrange import arrange


def _table(name: str, detail: bool = False) -> Table:
    return Table(name, f"Table {name}", (Column("a", "A"),), ((Cell(f"cell of {name}"),),), detail=detail)


def _shown(*blocks: Block) -> list[tuple[str, bool]]:
    """(name, detail) of the section's blocks as arranged."""
    section = next(s for s in arrange(holding(*blocks)).questions if s.engine == "observability")
    assert not isinstance(section.answer, NotFound)
    return [(str(getattr(b, "id", getattr(b, "kind", getattr(b, "text", "ask")))), b.detail) for b in section.answer.blocks]


def test_one_picture_and_one_table_lead_and_the_rest_is_detail() -> None:
    assert _shown(_table("other"), picture("bowtie"), _table("controls"), picture("timeline"), _table("last")) == [
        ("timeline", False), ("controls", False), ("other", True), ("bowtie", True), ("last", True)]  # fmt: skip  # one list


def test_what_is_said_first_stays_first_and_what_follows_a_table_stays_with_it() -> None:
    said = [Sentence(f"s{i}") for i in range(8)]
    blocks = (said[0], picture("posterior"), picture("signatures"), _table("sensors"), said[1], _table("rivals"), *said[2:6])
    assert _shown(*blocks) == [
        ("s0", False), ("posterior", False), ("rivals", False), ("s2", False), ("s3", False), ("s4", True), ("s5", True),
        ("signatures", True), ("sensors", True), ("s1", True)]  # fmt: skip  # one list


def test_bad_news_questions_and_what_follows_a_detail_are_not_folded() -> None:
    note, bad = Sentence("note", detail=True), Sentence("bad", "bad")
    ask, quote = Ask(NotFound("Which?", "more")), Quote("their words")
    blocks = (picture("timeline"), _table("controls"), _table("cast"), bad, note, Sentence("free"), quote, ask)
    shown = dict(_shown(*blocks))
    assert shown == {
        "timeline": False,
        "controls": False,
        "cast": True,
        "bad": False,
        "note": True,
        "free": False,
        "their words": False,
        "ask": False,
    }


def test_a_detail_never_leads() -> None:
    assert _shown(replace(picture("timeline"), detail=True), _table("controls", detail=True), picture("bowtie"), _table("b")) == [
        ("bowtie", False), ("b", False), ("timeline", True), ("controls", True)]  # fmt: skip  # one list


@pytest.mark.parametrize(
    "blocks",
    [(_table("a"), Sentence("s"), _table("b")), (_table("a"), Picture("order", "Order", {"items": [], "edges": []}, "x"))],
)
def test_a_section_without_evidence_is_left_as_it_is(blocks: tuple[Block, ...]) -> None:
    section = next(s for s in arrange(holding(*blocks)).questions if s.engine == "observability")
    assert not isinstance(section.answer, NotFound)
    assert section.answer.blocks == blocks


def test_nothing_is_lost_on_the_way() -> None:
    blocks = (Sentence("s0"), picture("posterior"), Sentence("s1"), picture("signatures"), _table("rivals"), Sentence("s2", "bad"),
              _table("sensors"), Quote("words"), Ask(NotFound("Which?", "more")), picture("series"))  # fmt: skip  # one list
    assert len(_shown(*blocks)) == len(blocks)
    report = holding(*blocks)
    for render in (render_html, render_markdown, render_json, lambda r: render_text(r, full=True)):
        text = render(report)
        for words in ("s0", "s1", "s2", "cell of rivals", "cell of sensors", "words", "Which?"):
            assert words in text
    assert (
        '"detail": true' not in render_json(holding(*blocks)).split('"observability"')[1].split('"lint"')[0]
    )  # as the engine gave it


def test_a_claim_of_several_lines_is_as_many_paragraphs() -> None:
    report = holding(picture("posterior"))
    sections = tuple(
        replace(s, answer=replace(s.answer, claim="First.\nSecond."))
        if s.engine == "observability" and not isinstance(s.answer, NotFound)
        else s
        for s in report.sections
    )
    assert '<p class="claim">First.</p><p class="claim">Second.</p>' in render_html(replace(report, sections=sections))


def test_the_looks_have_no_rule_for_what_is_not_there() -> None:
    """Every class that the style names is one that a template or a drawing uses."""
    from fuelbed import report

    folder = Path(str(report.__file__)).parent
    css = (folder / "templates/evidence.css").read_text() + (folder / "templates/bowtie.css").read_text()
    used = " ".join(p.read_text() for p in [*folder.glob("templates/*.j2"), *folder.glob("*.py")])
    names = set(re.findall(r"\.([a-z][a-z-]+)", re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", css, flags=re.S)))
    words = set(re.findall(r"[a-z][a-z-]+", used))
    assert names - words == {"not-known"}  # made from the words of the state
