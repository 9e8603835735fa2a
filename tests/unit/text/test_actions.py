"""Classes of action items: the principles, and the corpus."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from fuelbed.text.actions import classify_text
from fuelbed.text.weighing import weights

CORPUS = Path(__file__).parents[2] / "data" / "action_items.toml"


def rows(part: str) -> Iterator[tuple[str, str, str, bool]]:
    """Class, text, heading and whether it is only considered."""
    for key, items in tomllib.loads(CORPUS.read_text(encoding="utf-8"))[part].items():
        for item in items:
            heading, _, text = item.removeprefix("? ").rpartition(" | ")
            yield key.removesuffix("_tentative"), text, heading, key.endswith("_tentative")


# First looks, before anything was changed for them: `first` 0.95 (212 of 223; its words were chosen after it was written), `second`
# 0.82 (135 of 165), `third` 0.89 (101 of 114), `fourth` 0.70 (117 of 167; after which the classifier was rewritten), `fifth` (unusual
# wording on purpose) 0.74 (50 of 68; the classifier before 0.65, keywords 0.47), `sixth` (plain wording) 0.97 (63 of 65; before 0.95,
# keywords 0.77). Faults were then mended by kind and weights fitted: today's figures say that nothing was lost, no more.
@pytest.mark.parametrize(
    ("part", "least"), [("first", 0.97), ("second", 0.95), ("third", 0.95), ("fourth", 0.93), ("fifth", 0.85), ("sixth", 0.95)]
)
def test_corpus(part: str, least: float) -> None:
    told = [(classify_text(text, heading), cls, tentative) for cls, text, heading, tentative in rows(part)]
    assert sum(v.cls == cls for v, cls, _ in told) >= least * len(told)
    assert sum(v.tentative == tentative for v, _, tentative in told) >= 0.95 * len(told)


def test_the_corpus_is_large_and_varied() -> None:
    known = [r for part in ("first", "second", "third", "fourth", "fifth", "sixth") for r in rows(part)]
    assert len(known) >= 800
    assert len({cls for cls, *_ in known}) == 5


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("Investigate why the scheduler stopped", "process"),
        ("Investigate and fix the memory leak in the scheduler", "structural"),
        ("Fix bug preventing the index from being updated while it is full", "structural"),
        ("Add tests", "structural"),
        ("Automate the runbook", "structural"),
        ("Document how to drain a node", "doc"),
        ("Update the alert's runbook", "doc"),
        ("Improve alert text", "monitoring"),
        ("Alert triggers automatic scale-up", "structural"),
        ("Patch the affected hosts", "trigger_only"),
        ("Train the support team", "process"),
        ("Rotate the leaked key", "trigger_only"),
        ("Rotate keys automatically every 90 days", "structural"),
    ],
)
def test_what_it_changes_decides_not_its_verb(text: str, cls: str) -> None:
    assert classify_text(text).cls == cls


# The head decides: a verb with the noun that it acts on, not a telling noun somewhere else.
@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("Raise the backup policy to six weeks", "structural"),
        ("We switched on mandatory reviews and signed commits for every repository", "structural"),
        ("Host the status page with another provider", "structural"),
        ("Move the handbook to a separate static site", "structural"),
        ("Plan, build and ship parallel uploads", "structural"),
        ("When a worker misses its lease, drain it", "structural"),
        ("Adding redundancy to the edge network", "structural"),
        ("Contact form: limit the size of attachments", "structural"),
        ("The risky review bot has been removed from all projects", "structural"),
        ("Share best practices for operating a node", "doc"),
        ("Include links to the cost graphs in the readme", "doc"),
        ("The restore guide should warn about data loss", "doc"),
        ("Discuss the outage with the vendor", "process"),
        ("Use safe mode whenever working on a router remotely", "process"),
        ("Warn packagers before the old interface goes away", "process"),
        ("Perform an audit of the service accounts", "process"),
        ("A scanner that alerts us to new attacks", "monitoring"),
        ("Make the age of the snapshot visible", "monitoring"),
        ("All tokens that were in the file have been revoked", "trigger_only"),
        ("Swap the disk that failed", "trigger_only"),
    ],
)
def test_the_head_decides(text: str, cls: str) -> None:
    assert classify_text(text).cls == cls


@pytest.mark.parametrize(
    ("text", "cls", "tentative"),
    [
        ("Study whether the workers could run without the database", "structural", True),
        ("Investigate shorter timeouts for the importer", "structural", True),
        ("Explore a second region", "structural", True),
        ("Investigate the crash of the importer", "process", False),
        ("Discuss the incident with the landlord", "process", False),
    ],
)
def test_a_design_that_is_studied_is_considered_a_fault_is_investigated(text: str, cls: str, tentative: bool) -> None:
    v = classify_text(text)
    assert (v.cls, v.tentative) == (cls, tentative)


def test_the_reason_names_what_was_read() -> None:
    assert "alert" in classify_text("Add an alert for low disk space").why
    assert weights()["any"][0] == max(weights()["any"]), "an item that says nothing known most often changes the system"


@pytest.mark.parametrize(
    "lead", ["", "We will ", "We should ", "Make sure to ", "Going forward, we will ", "Please ", "Need to "]
)
def test_lead_ins_change_nothing(lead: str) -> None:
    assert classify_text(f"{lead}document the restore").cls == "doc"
    assert classify_text(f"{lead}page the on-call when the queue grows").cls == "monitoring"


@pytest.mark.parametrize(
    "end", ["", " so that we are alerted earlier", " to make the dashboards useful again", " (see the runbook)"]
)
def test_a_purpose_counts_little(end: str) -> None:
    assert classify_text(f"Split the database into two shards{end}").cls == "structural"


@pytest.mark.parametrize(
    "text",
    [
        "Consider adding a limit",
        "Should we add a limit?",
        "Maybe add a limit",
        "Look into adding a limit",
        "We could add a limit",
    ],
)
def test_considered_only(text: str) -> None:
    v = classify_text(text)
    assert (v.cls, v.tentative) == ("structural", True)


def test_a_heading_decides_where_words_do_not() -> None:
    assert classify_text("Node exporter on the bastion", "Monitoring").cls == "monitoring"
    assert classify_text("Automate failover", "Documentation").cls == "structural"


@pytest.mark.parametrize("text", ["Revert the change", "Roll back to 1.2", "Rolled back the release", "Undo the manual edit"])
def test_what_is_taken_back(text: str) -> None:
    assert classify_text(text).undoes


@pytest.mark.parametrize(
    "text",
    ["", " ", "?", "x", "- - -", "(", "é" * 50, "a" * 50_000, "fix " * 5_000, "remove all other " * 20_000, ": : :", "We will"],
)
def test_odd_text_is_read_without_an_error(text: str) -> None:
    classify_text(text)


@pytest.mark.parametrize(
    ("text", "heading", "cls"),
    [
        ("Re-establish the channel to the hub", "", "trigger_only"),
        ("NPM admin password rotation", "", "trigger_only"),
        ("Remove the orphaned certificates", "Action Items", "trigger_only"),
        ("The consumers are continuously qualified", "Action Items", "structural"),
        ("K Sweeney will request a formal review from the supplier", "", "process"),
        ("A bot on a schedule that reports whether the peers agree", "", "monitoring"),
        ("Lesson: take the port from the running service and not from the wiki", "", "process"),
        ("We are still investigating the queries that the standby answered twice", "", "process"),
        ("Before any merge of two tables, take the counts of both by hand", "", "process"),
    ],
)
def test_what_other_organizations_taught(text: str, heading: str, cls: str) -> None:
    assert classify_text(text, heading).cls == cls


def test_a_verb_done_again_is_no_other_word() -> None:
    from fuelbed.text.verbs import verb_at, with_forms
    from fuelbed.text.weighing import words

    verbs = with_forms(words().verbs)
    assert verb_at("Reestablish it", 0, verbs) == ("re-establish", 11)
    assert verb_at("Relay it", 0, verbs) == ("", 0)
    assert verb_at("Review it", 0, verbs)[0] == "review"
