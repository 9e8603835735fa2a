"""What stands under a heading that names it: sections, tables of names, a heading right under a list, a timeline among causes; and
sentences that name nothing although they say "caused"."""

from __future__ import annotations

import pytest

from fuelbed.drafting.build import draft
from fuelbed.text.claims import claims
from fuelbed.text.factors import conditions, triggers
from fuelbed.text.read import read
from fuelbed.text.understand import understand


def whats(text: str, *, stood: bool = False) -> list[str]:
    document = read(text)
    return [document.quote(m.place).rstrip(".") for m in (conditions(document) if stood else triggers(document))]


@pytest.mark.parametrize(
    ("heading", "stood"), [("Trigger", False), ("Root cause", True), ("Triggers", False)],
)  # fmt: skip  # pairs
def test_a_named_section_says_one_whatever_its_words(heading: str, stood: bool) -> None:
    text = f"# Outage\n\n## Summary\n\nThe shop was down.\n\n## {heading}\n\nBlue paint by the door.\n"
    assert whats(text, stood=stood) == ["Blue paint by the door"]
    assert whats(text.replace(heading, "Impact"), stood=stood) == []
    assert whats(text.replace("Blue paint by the door.", "Which paint was it?"), stood=stood) == []


def test_words_in_the_section_go_before_its_heading() -> None:
    text = "# Outage\n\n## Trigger\n\nIt was noon. A deploy of the shop changed the currency. All was well before.\n"
    assert [w for w in whats(text) if "deploy" in w]
    assert not [w for w in whats(text) if "noon" in w]


def test_a_table_of_names_under_a_summary() -> None:
    rows = "| Status | restored |\n| --- | --- |\n| Impact | Nobody could pay. |\n| Root cause | Blue paint by the door. |\n| Trigger | Rain on a Sunday. |\n"
    text = f"# Outage\n\n## Summary\n\n{rows}"
    assert whats(text) == ["Rain on a Sunday"]
    assert whats(text, stood=True) == ["Blue paint by the door"]


def test_a_heading_right_under_a_list() -> None:
    text = "# Outage\n\nTimeline:\n- 12:56 alerts fire\n- 13:13 pods are recycled\nRoot Cause:\nThe pool had no limit.\n"
    document = read(text)
    assert [s.role for s in document.sections][-1] == "cause"
    assert whats(text, stood=True) == ["The pool had no limit"]
    indented = text.replace("\nRoot Cause:\n", "\n  Root Cause:\n")
    assert "cause" not in [s.role for s in read(indented).sections]


def test_a_timeline_among_the_causes_lists_no_causes() -> None:
    text = (
        "# Outage\n\n## Root cause\n\nThis issue was due to an expired certificate of the mail service.\n\n"
        "The timeline of the repair was (in UTC):\n\n- Reported at 01:15\n- Identified at 01:57\n- Repaired at 02:42\n"
    )
    assert not [w for w in whats(text, stood=True) if "01:" in w or "02:" in w]
    assert claims(read(text)).single_cause is not None


@pytest.mark.parametrize(
    "text",
    [
        "We apologise for any inconvenience this may have caused.",
        "We know that you rely on us.",
        "This is an analysis of the events that led to the outage.",
        "It tells what caused the disruption.",
        "Several coincidences have led to the failure.",
    ],
)
def test_what_names_nothing(text: str) -> None:
    page = f"# Outage\n\n## What happened\n\nThe shop was down for an hour. {text}\n"
    assert not [w for w in whats(page) + whats(page, stood=True) if w in text]


def test_redundancy_lost_is_named_in_reading_and_draft() -> None:
    text = "# Outage\n\n## Root cause\n\nA deploy stopped the writer. Both replicas were fed from the same power line.\n"
    document = read(text)
    (m,) = [m for m in conditions(document) if m.why == "redundancy_lost"]
    assert "same power line" in document.quote(m.place)
    factor = next(f for f in draft(understand(document)).factors if f.name == "redundancy_lost")
    assert factor.fields["scope"] == "architecture"
    assert any("share" in ask for ask in factor.asks)
    apart = text.replace("Both replicas were fed from the same power line.", "Both replicas took over at the same time.")
    assert not [m for m in conditions(read(apart)) if m.why == "redundancy_lost"]


@pytest.mark.parametrize(
    ("text", "blames"),
    [
        ("The outage was caused by a contract worker accidentally deleting files.", True),
        ("The issue was caused by an “embarrassing human error”.", True),
        ("The individual did not follow the change procedure.", True),
        ("A technician accidentally cut the line, knocking out both sites.", True),
        ("A technician cut the line as asked, and both sites went on.", False),
        ("Any operator error is a symptom of a missing check.", False),
        ("A script accidentally deleted the volume.", False),
        ("An engineer could accidentally cut the line, causing an outage.", False),
    ],
)
def test_blame_is_a_person_given_as_the_cause(text: str, blames: bool) -> None:
    assert (claims(read(f"# Outage\n\n## What happened\n\n{text}\n")).human == "blames") == blames


def test_an_account_that_only_points_elsewhere_claims_no_cause() -> None:
    text = "# Outage\n\n## Root cause analysis\n\nThe vendor has published a blog post. It has three parts. Read it there.\n"
    assert claims(read(text)).single_cause is None
