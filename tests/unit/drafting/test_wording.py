"""Names and likeness of phrases."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fuelbed.core.scanner import is_identifier
from fuelbed.text.wording import identifier, likeness, rarity, stems


def test_forms_of_one_word_have_one_stem() -> None:
    assert stems("retries") == stems("retrying") == stems("retried")
    assert stems("alerts") == stems("alerting") == stems("alert")
    assert stems("configured") == stems("configuring")


def test_names_are_made_of_content_words() -> None:
    assert identifier("The retry logic lacked circuit breakers", (), "x") == "retry_logic_lacked_circuit"
    assert identifier("The retry logic", {"retry_logic"}, "x") == "retry_logic_2"
    assert identifier("... and of the", (), "x") == "x"


@given(st.text(max_size=60))
def test_every_name_is_one_that_a_case_takes(text: str) -> None:
    assert is_identifier(identifier(text, (), "fallback"))


def test_likeness_needs_a_telling_word() -> None:
    weight = rarity(["add an alert on disk usage", "no alert on disk usage", "improve the service", "the service failed"])
    assert likeness("add an alert on disk usage", "no alert on disk usage", weight) > 0.9
    assert likeness("improve the service", "the service failed", weight) == 0
