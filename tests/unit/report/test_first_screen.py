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
  shed: {what: Turn requests away, does: [make load_shedding perfect]}
  confirm: {what: Ask before a flush, does: [prevent cache_flush]}
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
