"""The first screen of a case as a newcomer writes it: no number yet, and nothing on it that would need one."""

from __future__ import annotations

import re
from dataclasses import replace

from fuelbed.analysis import analyze
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.options import Options
from fuelbed.core.reporting import Report
from fuelbed.readers.case import parse_case
from fuelbed.report import render_html, render_json, render_text
from fuelbed.report._arrange import where_next

CASE = """\
fuelbed: 1
title: Search down
failure: search_down
factors:
  cache_flush: {kind: trigger, what: An operator flushes the cache}
  node_restart: {kind: trigger, what: A cache node comes back empty}
  no_query_limit: {kind: condition, present: yes, what: Every miss becomes a query}
  load_shedding: {kind: control, state: missing, what: Nothing turns requests away}
structure:
  search_down: (cache_flush or node_restart) and no_query_limit and fails(load_shedding)
"""
ACTIONS = """\
actions:
  confirm: {what: Ask before a flush, does: [prevent cache_flush]}
  shed: {what: Turn requests away, does: [make load_shedding perfect]}
  alert: {what: Alert on the miss rate, does: [observe search_down]}
  talk: {what: Talk about it}
"""
RATES = CASE.replace("{kind: trigger,", "{kind: trigger, rate: monthly,")
STORY = "# Search down\n\n" + "The operator flushes the cache by hand. " * 3 + "Nobody had asked.\n"


def screen(text: str, narrative: str = "", options: Options | None = None, full: bool = False) -> str:
    """The summary on one line, so that no word is missed for a line's end."""
    case = parse_case(text)
    case = replace(case, narrative_text=narrative, narrative="postmortem.md") if narrative else case
    return " ".join(render_text(analyze(case, options), full=full).split())


def test_without_numbers_nothing_speaks_of_their_middle_and_of_bits() -> None:
    said = screen(CASE + ACTIONS, STORY)
    assert "what follows holds whatever the numbers are" in said
    for words in ("middle", "interval of", "within their intervals", "bits", "Bits"):
        assert words not in said.partition("Everything, with intervals")[0]


def test_signals_that_there_are_not_are_told_in_words_and_their_bits_in_full() -> None:
    assert "nothing that operators could see told its 2 mechanisms apart" in screen(RATES)
    assert "bits" not in screen(RATES)
    assert "stays open by 1 bit" in screen(RATES, full=True)


def test_three_sentences_are_too_few_for_a_story() -> None:
    assert "3 of 4 sentences of the account speak of a factor of the model: too few" in screen(RATES, STORY)
    assert "Where the answers meet" not in screen(RATES, STORY)


def test_without_a_rate_an_item_is_told_by_what_it_does_to_the_cut_sets() -> None:
    said = screen(CASE + ACTIONS)
    for words in (
        "action verdict cut sets shed",
        "shed control breaks all 2",
        "confirm trigger only breaks 1 of 2",
        "alert sight only leaves all 2 as before",
        "talk not modelled not said",
    ):
        assert words in said
    assert "failures a year, whatever the rates" in screen(CASE + ACTIONS, full=True)
    assert "cut sets shed" not in screen(RATES + ACTIONS)


def test_an_item_that_makes_a_cut_set_rarer_says_so() -> None:
    less = "actions:\n  fewer: {does: [set no_query_limit.present to 0.2]}\n"
    assert "fewer control makes all 2 rarer" in screen(CASE + less)
    assert "fewer control makes the only one rarer" in screen(CASE.replace("(cache_flush or node_restart)", "cache_flush") + less)


def test_the_cheapest_set_is_told_where_it_says_something() -> None:
    assert "cheapest set" not in screen(CASE + ACTIONS)
    assert "cheapest set that brings failures a year down by 80 %" in screen(CASE + ACTIONS, full=True)
    assert "cheapest set that brings failures a year down by 80 %: at the middle" in screen(RATES + ACTIONS)
    weak = "actions:\n  confirm: {does: [prevent cache_flush]}\n"
    assert "cheapest set" not in screen(RATES + weak)
    asked = screen(CASE + ACTIONS, options=Options(target=("hazard", 1.0)))
    assert (
        "The cheapest set that keeps failures a year at 1 or less: over the whole range of the numbers: shed (cost 1)." in asked
    )
    assert "hazard" not in asked


def test_a_page_folds_the_cheapest_set_where_the_screen_leaves_it_out() -> None:
    folded = "<summary>The cheapest set"
    assert folded in render_html(analyze(parse_case(CASE + ACTIONS)))
    assert folded not in render_html(analyze(parse_case(RATES + ACTIONS)))
    assert folded not in render_html(analyze(parse_case(CASE + ACTIONS), Options(target=("hazard", 1.0))))


def test_a_target_without_items_or_losses_is_told_what_is_missing() -> None:
    asked = Options(target=("loss", -0.8))
    assert "No set of action items reaches the target: the case has no actions." in screen(CASE, options=asked)
    assert "The case does not say what a failure costs: add outcomes with a loss." in screen(RATES + ACTIONS, options=asked)
    costs = "outcomes:\n  search_down: {loss: 1 h}\n"
    assert "brings the expected loss down by 80 %: at the middle" in screen(RATES + costs + ACTIONS, options=asked)
    assert "write under does what each changes" in screen(
        RATES + "actions:\n  talk: {}\n", options=Options(target=("hazard", 1.0))
    )


def test_items_without_a_middle_stand_in_the_order_of_what_they_surely_take() -> None:
    """Half of two equal rates that nobody gave would be more than the 30 % that are sure."""
    said = screen(CASE + ACTIONS.replace("make load_shedding perfect", "set no_query_limit.present to 0.7"))
    assert said.index("shed control") < said.index("confirm trigger only") < said.index("alert sight only")


def alike(name: str, line: int) -> Finding:
    rests = "rests on the case's word alone"
    says = f"That `{name}` is failed {rests}."
    span = Span("case.yaml", line, 3)
    return Finding("FB231", Severity.NOTE, says, "Add `source:`.", span, of_all=rests, of_one=f"that `{name}` is failed")


def with_findings(*found: Finding) -> Report:
    return replace(analyze(parse_case(CASE)), findings=found)


def test_findings_that_say_the_same_share_a_line_on_the_first_screen_only() -> None:
    report = with_findings(alike("breaker", 7), alike("guard", 9))
    said = " ".join(render_text(report).split())
    assert "FB231 rests on the case's word alone: that breaker is failed, that guard is failed. (case.yaml:7, 9)" in said
    assert "Findings: 2 notes" in said
    for text in (render_text(report, full=True), render_json(report), re.sub("<[^>]*>", "", render_html(report))):
        flat = " ".join(text.replace("`", "").split())
        assert (
            "That breaker is failed rests on the case's word alone." in flat
            or "That breaker is failed rests on the case&#39;s" in flat
        )
        assert "That guard is failed rests" in flat
    alone = " ".join(render_text(with_findings(alike("breaker", 7))).split())
    assert "FB231 That breaker is failed rests on the case's word alone. (case.yaml:7)" in alone


def test_new_findings_are_not_told_together_with_known_ones() -> None:
    known, new = alike("breaker", 7), alike("guard", 9)
    said = " ".join(render_text(with_findings(known, new), new=[new]).split())
    assert "new: FB231 That guard is failed rests on the case's word alone. (case.yaml:9)" in said
    assert "FB231 That breaker is failed" in said


def test_a_warning_stands_in_full_with_its_cure_before_notes_however_little_room_there_is() -> None:
    """Many notes beside it, and action items that fill the screen."""
    many = "actions:\n" + "".join(f"  item_{i}: {{does: [set no_query_limit.present to 0.{9 - i}]}}\n" for i in range(9))
    warning = Finding(
        "FB234", Severity.WARNING, "The case is dated 2023, its text 2022.", "Correct the wrong one.", Span("p.md", 4, 1)
    )
    notes = [Finding(f"FB24{i}", Severity.NOTE, "A note. " * 20, "Do it.") for i in range(9)]
    text = render_text(replace(analyze(parse_case(RATES + many)), findings=(*notes, warning)))
    assert len(text.splitlines()) <= 45
    assert "FB234 The case is dated 2023, its text 2022. Correct the wrong one. (p.md:4)" in " ".join(text.split())
    assert "Do it." not in text


def test_what_was_not_found_is_named() -> None:
    text = render_text(analyze(parse_case(CASE)))
    assert "Asked for, not found: §2 feedback, §3 joint failures, §4 story and risk, §5" in text
    assert max(map(len, text.splitlines())) <= 80


def test_bars_of_one_length_are_not_drawn() -> None:
    assert "█" not in render_text(analyze(parse_case(CASE)))
    assert "█" not in render_text(analyze(parse_case(CASE)), width=50)
    assert "█" not in render_text(analyze(parse_case(RATES)))
    assert "█" in render_text(analyze(parse_case(RATES.replace("rate: monthly", "rate: yearly", 1))))


def test_what_only_adds_to_an_answer_is_asked_last() -> None:
    case = replace(parse_case(RATES), narrative_text=STORY, narrative="postmortem.md")
    asked = [a.question for a in where_next(analyze(case))]
    assert asked[0] == "What does the team plan to do, and which factor does each item change?"
    assert asked[-1] == "Which team wrote the text? Add `author_team: its_name`."
    assert NotFound("q", "u") == NotFound("q", "u", aside=True)


def test_a_case_that_contradicts_itself_is_told_where() -> None:
    """Neither trigger came, and it failed."""
    never = CASE.replace("kind: trigger,", "kind: trigger, in_incident: no,")
    said = screen(never)
    assert "FB201 By its structure" in said
    assert "(case.yaml:5)" in said, "at the fact that alone excludes it"
    assert "Correct what is said of cache_flush" in said


def test_nothing_is_said_to_be_untouched_while_no_item_says_what_it_changes() -> None:
    items = "actions:\n  shed: {what: Turn requests away}\n  see: {what: An alert, does: [observe search_down]}\n"
    assert "no action item touches" not in screen(CASE + items)
    assert "no action item touches" in screen(
        CASE + items.replace("Turn requests away}", "Turn requests away, does: [set load_shedding.fails to 0.1]}")
    )
