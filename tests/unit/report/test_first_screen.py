"""The first screen of a case as a newcomer writes it: no number yet, and nothing on it that would need one."""

from __future__ import annotations

from dataclasses import replace

from fuelbed.analysis import analyze
from fuelbed.core.options import Options
from fuelbed.readers.case import parse_case
from fuelbed.report import render_text

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
