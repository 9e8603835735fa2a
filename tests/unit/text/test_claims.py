"""Claims about cause, people and roll-back: what is said, what is denied, quoted, planned or only wished for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fuelbed.core.reading import Claims
from fuelbed.text.claims import claims
from fuelbed.text.read import read

CORPUS = tomllib.loads((Path(__file__).parents[2] / "data" / "claims.toml").read_text(encoding="utf-8"))


def of(text: str) -> Claims:
    return claims(read(text))


def summary(text: str) -> Claims:
    return of(f"# Outage of the shop\n\n## Summary\n\n{text}\n\n## Action items\n\n- Add a limit\n")


@pytest.mark.parametrize(
    "text",
    [
        "The root cause was a malformed rule file.",
        "The outage was caused by an expired certificate.",
        "We identified a missing index as the cause of the outage.",
        "The outage happened because a certificate expired.",
        "Root cause: an expired certificate.",
        "It turned out that the ultimate cause of the problem was a full disk.",
    ],
)
def test_one_cause(text: str) -> None:
    assert summary(text).single_cause is not None


@pytest.mark.parametrize(
    "text",
    [
        "The root cause is not yet known.",
        "The outage was caused by a combination of a full disk and a missing alert.",
        "There were several contributing factors. The root cause was not one of them alone.",
        "Two issues came together. The root cause was a full disk.",
        "Root cause analysis is under way.",
        "The root cause was twofold.",
        "Several things went wrong. The outage was caused by the last one.",
        "We believe the cause was a bad deploy, but cannot be certain.",
        "Some said “the root cause was the network”.",
        "The shop was down for an hour.",
    ],
)
def test_not_one_cause(text: str) -> None:
    assert summary(text).single_cause is None


def test_a_cause_section_with_one_chain() -> None:
    one = of("# Outage\n\n## Root cause\n\nThe disk filled because logs were never deleted. Writes failed.\n")
    assert one.single_cause is not None
    many = of("# Outage\n\n## Root cause\n\n- The disk was full\n- No alert was set\n- The replica was down\n")
    assert many.single_cause is None
    template = of("# Outage\n\n## Root causes\n\nThe disk was full. The alert was off.\n")
    assert template.single_cause is None


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("The incident was due to human error.", "blames"),
        ("The engineer forgot to drain the node.", "blames"),
        ("An operator mistakenly deleted the volume.", "blames"),
        ("It was not human error.", "none"),
        ("To reduce the risk of human error the step is automated.", "none"),
        ("We avoid “human error” as a label.", "none"),
        ("Human error is never a root cause.", "none"),
        ("Manual errors are common with this process.", "none"),
        ("Anyone could have made this mistake.", "none"),
        ("The reviewer bot incorrectly approved the change.", "none"),
        ("The process failed to start.", "none"),
        ("Users failed to log in.", "none"),
        ("At first we assumed user error.", "action_described"),
        ("We should have tested the restore.", "action_described"),
        ("We failed to notice that the queue grew.", "action_described"),
        ("I forgot to renew the certificate.", "self_blame"),
        ("In hindsight I looked at the wrong graph.", "none"),
        ("This was our mistake.", "self_blame"),
        ("The service failed over and we should have more alerts.", "none"),
        ("An engineer ran the clean-up script on the wrong cluster.", "action_described"),
        ("The volume was accidentally deleted.", "action_described"),
    ],
)
def test_people(text: str, claim: str) -> None:
    assert summary(text).human == claim


def test_action_items_blame_nobody() -> None:
    assert (
        of("# Outage\n\n## Action items\n\n- We should have tested this, add tests\n- Guard against operator mistakes\n").human
        == "none"
    )


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("We rolled back the release and the site recovered.", "only_fix"),
        ("We rolled back the release and the site recovered. A fix was deployed the next day.", "mitigation"),
        ("10:02 Rollback started. 10:10 Rollback complete. 10:15 Recovered.", "only_fix"),
        ("After reverting, the servers were still overloaded.", "attempted_failed"),
        ("The team decided against a rollback.", "none"),
        ("We rolled back the release.", "mitigation"),
        ("We rolled back the release, but errors persisted.", "attempted_failed"),
        ("The rollback failed because of missing permissions.", "attempted_failed"),
        ("We reverted the change. This did not help.", "attempted_failed"),
        ("The release can be rolled back with one click.", "none"),
        ("The transaction was rolled back.", "none"),
        ("The pipeline accidentally reverted the change.", "none"),
        ("The disk was full.", "none"),
    ],
)
def test_roll_back(text: str, claim: str) -> None:
    assert summary(text).revert == claim


def test_a_mention_has_its_exact_place() -> None:
    text = "# Outage\n\n## Summary\n\nAt noon it broke.  The **root cause** was a full disk.\nWe rolled\nback and it recovered.\n"
    document = read(text)
    told = claims(document)
    assert told.single_cause is not None
    assert told.revert_mention is not None
    assert document.quote(told.single_cause.place).startswith("The **root cause** was")
    assert document.quote(told.revert_mention.place) == "rolled\nback"
    assert document.sentences[told.revert_mention.sentence].plain.startswith("We rolled back")


@pytest.mark.parametrize("text", ["", "#", "\x00\x01", "a" * 20_000, "the cause was " * 2_000, "roll back " * 2_000, "“" * 500])
def test_odd_text_is_read_without_an_error(text: str) -> None:
    of(text)


@pytest.mark.parametrize("part", CORPUS)
def test_documents_of_the_corpus(part: str) -> None:
    rows = [(row, of(row["text"])) for row in CORPUS[part]]
    judged = [(row["single"], got.single_cause is not None) for row, got in rows if "single" in row]
    assert sum(want and got for want, got in judged) >= 0.8 * sum(want for want, _ in judged)
    assert sum(got and not want for want, got in judged) <= 1
    assert sum((got.human == "blames") != row["blames"] for row, got in rows if "blames" in row) <= 1
    assert sum((got.revert != "none") != (row["revert"] != "none") for row, got in rows if "revert" in row) <= 1


@pytest.mark.parametrize(
    ("text", "single"),
    [
        ("## Root causes\n\nThe clean-up of the styles removed a rule that the map needs.\n", True),
        ("## Contributing factors\n\nThe link was slow. The alert was off.\n", False),
        ("## Whys\n\n- The disk was full\n- ...because logs grew\n- ...because nobody had set a limit\n", True),
        ("## Causes\n\n- The disk was full\n- Was the graph misleading?\n", True),
        ("## Root cause\n\nTo be determined.\n", False),
        ("## Analysis of causes\n\nThe policy keeps one hour. The cluster began as a trial.\n", False),
    ],
)
def test_cause_sections(text: str, single: bool) -> None:
    assert (of(f"# Outage\n\n## Summary\n\nThe shop was down.\n\n{text}").single_cause is not None) == single


def test_a_cause_by_name_outweighs_a_list_of_factors() -> None:
    text = "# Outage\n\nThe root cause was a full disk.\n\n## Contributing factors\n\n- Low knowledge\n- No alert\n"
    assert of(text).single_cause is not None
    assert of(text.replace("was a full", "is not known; a full")).single_cause is None
