"""What is said of the order of action items whatever the numbers."""

from __future__ import annotations

from fuelbed.engines.actions.order import option_order
from fuelbed.numerics.process.compile import compile_case
from fuelbed.readers.case import parse_case

CASE = """\
fuelbed: 1
title: order
failure: out
factors:
  push: {kind: trigger, rate: monthly}
  weak: {kind: condition, present: yes}
  aside: {kind: condition, present: yes}
structure:
  out: push and weak
  worse: out and aside
outcomes:
  out: {loss: 1 hours}
  worse: {loss: 2 hours}
actions:
  look: {does: [observe out]}
  watch: {does: [observe weak]}
"""


def said(text: str) -> str:
    return option_order(compile_case(parse_case(text))).sentence


def test_among_items_that_change_nothing_none_is_first() -> None:
    assert said(CASE) == "`look` and `watch` leave every cut set as it was."


def test_one_that_does_is() -> None:
    """Said once: that it does what closing does says that it is first, too."""
    one = said(CASE + "  close: {does: [remove weak]}\n")
    assert "closing `weak` does at least as much as every action item (`close` does exactly that)" in one
    assert "Among the action items" not in one
    other = "  close: {does: [remove weak]}\n  less: {does: [set weak.present to 0.1]}\n"
    assert "as every action item (`close` does exactly that)" in said(CASE + other)


def test_items_that_say_nothing_of_the_model_are_not_compared() -> None:
    told = said(CASE.partition("actions:")[0] + "actions:\n  talk: {what: Talk about it}\n")
    assert told == "No action item says yet what it changes in the model, so none can be set against another."
