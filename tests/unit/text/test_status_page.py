"""Pages of a status service: the title, the report, and what was posted before it."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from fuelbed.text.read import read
from fuelbed.text.understand import understand

REPORT = "The cache filled up because nobody had bounded it, and every request went to the database. " * 8
PAGE = f"""Search is slow
Incident Report for Acme
Postmortem

{REPORT}

We will bound the cache.

Posted Jan 29, 2018 - 14:27 PST

Resolved
A fix has been implemented and we will monitor it.
Posted Jan 29, 2018 - 08:07 PST

Investigating
We will look into errors of the search.
Posted Jan 29, 2018 - 07:07 PST
"""


def test_title_report_and_day() -> None:
    d = read(PAGE)
    assert (d.title, d.date) == ("Search is slow", dt.date(2018, 1, 29))
    said = [s.plain for s in d.sentences]
    assert "Postmortem" not in said
    assert not any("Incident Report for" in s for s in said)
    assert said[-1] == "Posted Jan 29, 2018 - 14:27 PST"
    assert [b.kind for b in d.blocks][-2:] == ["chat", "chat"]


def test_updates_promise_nothing() -> None:
    assert [a.item.text for a in understand(read(PAGE)).actions] == ["We will bound the cache."]


def test_a_line_of_its_own_is_not_joined_to_the_sentence_before() -> None:
    d = read(f"Search is slow\nIncident Report for Acme\nResolved\n{REPORT}\nPosted Jan 29, 2018 - 14:27 PST\n")
    assert [s.plain for s in d.sentences][-2:] == [REPORT.split(". ")[0] + ".", "Posted Jan 29, 2018 - 14:27 PST"]


def test_a_short_first_post_is_no_report() -> None:
    """What happened is told below it, then."""
    page = PAGE.replace(REPORT, "This incident has been resolved.")
    assert "Posted Jan 29, 2018 - 07:07 PST" in [s.plain for s in read(page).sentences]


def test_a_heading_begins_another_account() -> None:
    d = read(f"{PAGE}\n# The second outage\n\n{REPORT}\n")
    assert d.sentences[-1].plain == REPORT.split(". ")[0] + "."


def test_other_texts_are_left_alone() -> None:
    for text in (
        f"# Outage\n\n{REPORT}\n\nPosted by the team on 29 January 2018.\n\nWe will bound the cache.\n",
        f"Outage of search\nThe incident report for Acme\n\n{REPORT}\n\nWe will bound the cache.\n",
    ):
        d = read(text)
        assert d.sentences[-1].plain == "We will bound the cache."
        assert "chat" not in {b.kind for b in d.blocks}


LINES = st.sampled_from(
    ["Incident Report for Acme", "Postmortem", "Resolved", "Posted Jan 29, 2018 - 14:27 PST", "", "Search broke.", "word " * 60, "- an item", "# Heading", "| a | b |"]
)  # fmt: skip  # one list


@given(st.lists(LINES, max_size=12))
def test_any_page_is_read_with_exact_places(lines: list[str]) -> None:
    d = read("\n".join(lines))
    for s in d.sentences:
        assert "".join(s.words.split()) in "".join(d.source.text.split())
    for a, b in zip(d.blocks, d.blocks[1:], strict=False):
        assert a.place.start <= b.place.start
