"""Drafts: always valid, every entry with its place, nothing sure that is a guess; effects from classes and words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fuelbed.drafting import draft, write_case
from fuelbed.drafting.data import reading_data, reading_schema
from fuelbed.readers.case import parse_case
from fuelbed.text.read import read
from fuelbed.text.understand import understand
from fuelbed.text.wording import identifier
from tests.further import one_in

STORY = (
    (Path(__file__).parents[3] / "docs/how-to/from-your-postmortem.md")
    .read_text(encoding="utf-8")
    .split("```markdown postmortem.md\n")[1]
    .split("```")[0]
)
SHARED = Path(__file__).parents[4] / "shared" / "data"
TEXTS = sorted([*SHARED.glob("postmortems/*.md"), *SHARED.glob("postmortems-unlabelled/*/*.md")])


def _case(text: str):  # type: ignore[no-untyped-def]  # a Case and its file
    written = write_case(draft(understand(read(text))))
    return parse_case(written), written


def test_the_how_to_s_story() -> None:
    case, written = _case(STORY)
    assert case.draft
    assert {f.kind for f in case.factors.values()} >= {"trigger", "condition"}
    assert "other_trigger" in case.factors
    assert all(f"line {n}: " in written for n in (17, 18)), "the conditions carry their lines"
    assert len(case.actions) == 4
    verbs = {name: {c.verb for c in a.does} for name, a in case.actions.items()}
    assert any("observe" in v or "set" in v for v in verbs.values())
    closed = {c.target: c for a in case.actions.values() for c in a.does if c.verb == "set" and c.parameter == "present"}
    assert any("queue" in case.factors[t].what.lower() for t in closed), "bounding the queue works on the unbounded queue"
    assert all(c.value is not None and c.value.basis == "assumed" for c in closed.values())


def test_without_a_trigger_one_is_asked_for() -> None:
    case, written = _case("# Disk full\n\n## Root cause\n\nThe cleanup job was never configured for that directory.\n")
    assert [f.name for f in case.of_kind("trigger")] == ["unnamed_trigger"]
    assert "what set it off?" in written


def test_every_guess_is_marked() -> None:
    _, written = _case(STORY)
    data = yaml.safe_load(written)
    for name, f in data["factors"].items():
        for key in ("rate", "fails"):
            if key in f:
                assert f[key]["basis"] == "assumed", (name, key)
    assert written.count("# ask: ") >= 3


def test_an_undo_is_reverted_and_not_prevented() -> None:
    text = "# Outage\n\nOn Monday a deployment of the router config broke logins.\n\n## Action items\n\n- Revert the router config deployment\n"
    case, _ = _case(text)
    verbs = [c.verb for a in case.actions.values() for c in a.does]
    assert "prevent" not in verbs


def test_an_item_about_nothing_in_the_text_changes_nothing() -> None:
    case, written = _case(STORY.replace("- [ ] Document how to turn retries off", "- [ ] Rename the quarterly newsletter"))
    action = next(a for a in case.actions.values() if "newsletter" in a.what)
    assert action.does == ()
    assert "what in this model does it change?" in written


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.sampled_from([
            "# ", "## Root cause\n\n", "## Action items\n\n", "- ", "A deploy of \"x\": y caused it.\n", "We had no alert # yet.\n", "```\n", "\u2028", "{a: b}",
            "Retries overloaded the {{server}} & it *crashed*.\n", "- [ ] Add an alert: 'now'\n", "\\", "\U0001f600 ", "%TAG ! x\n", "\t", "\r\n", "---\n",
            "The queue was unbounded since 2019.\n", "yes: no\n", "| a | b |\n|---|---|\n| c | d |\n",
        ]),
        max_size=25,
    )
)  # fmt: skip  # one list
def test_any_text_gives_a_draft_that_validates(pieces: list[str]) -> None:
    case, _ = _case("".join(pieces))
    assert case.draft


def test_data_follow_their_schema() -> None:
    schema = reading_schema()
    Draft202012Validator.check_schema(schema)
    data = reading_data(understand(read(STORY)))
    Draft202012Validator(schema).validate(data)
    lines = STORY.splitlines()
    for key in ("triggers", "conditions", "controls", "actions"):
        for row in data[key]:
            assert row["quote"].splitlines()[0] in lines[row["line"] - 1]


@pytest.mark.skipif(not TEXTS, reason="the real texts (../shared/data) are not here")
@pytest.mark.parametrize("path", one_in(3, TEXTS), ids=lambda p: p.stem)
def test_real_texts_give_drafts_that_validate(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    reading = understand(read(text, path.name))
    case = parse_case(write_case(draft(reading)))
    assert case.draft
    Draft202012Validator(reading_schema()).validate(reading_data(reading))
    for m in (*reading.triggers, *reading.conditions, *reading.controls):
        words = re.sub(r"\W+", " ", reading.document.quote(m.place)).strip()
        assert words, m


def test_one_thing_is_of_one_kind_and_a_control_that_held_is_not_needed_to_fail() -> None:
    text = (
        "# ISSUE NAME\n\n## Root cause\n\nOne node that runs the proxy had run out of memory after the deploy.\n\n"
        "- The queue of the workers doesn't have a limit\n- Health checks were not there\n\n## Detection\n\n"
        "The alert on memory fired within a minute and worked as expected.\n"
    )
    drafted = draft(understand(read(text, "a.md")))
    whats = [f.what for f in drafted.factors if f.place is not None]
    assert len(whats) == len(set(whats))
    assert drafted.title == "Untitled incident"
    assert drafted.failure == "failure_of_service"
    line = next(x for x in drafted.lines if x.name == drafted.failure)
    held = [f.name for f in drafted.factors if f.fields.get("in_incident") == "held"]
    assert not [h for h in held if f"fails({h})" in line.expression]


def test_a_line_of_triggers_alone_asks_what_stood_there() -> None:
    drafted = draft(understand(read("# Page down\n\n## Trigger\n\n- Build 42 was deployed\n", "a.md")))
    line = next(x for x in drafted.lines if x.name == drafted.failure)
    assert line.expression == "set_off"
    assert "names nothing that stood there before" in line.asks[0]


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("The mempool did not get updated until the next block", "mempool_not_updated_next"),
        ("The queue doesn't have a limit", "queue_not_limit"),
        ("The client can't reconnect", "client_not_reconnect"),
        ("We do not rotate the user's certificate", "not_rotate_user_certificate"),
        ("compromised administrative credentials authenticated", "compromised_administrative"),
    ],
)
def test_names_keep_their_not_and_are_short(what: str, name: str) -> None:
    assert identifier(what, set(), "x", keep=("not", "no")) == name


@pytest.mark.parametrize(
    ("cause", "name"),
    [
        ("The queue of the importer had no limit, which nobody had noticed since 2019.", "queue_importer_no_limit"),
        ("The retry budget was never set, only the number of workers.", "retry_budget_never_set"),
    ],
)
def test_a_name_is_of_what_stands_there_and_not_of_what_is_added(cause: str, name: str) -> None:
    text = f"# Import stood still\n\n## Summary\n\nThe import stood still on 3 May 2024.\n\n## Root cause\n\n- {cause}\n"
    factors = draft(understand(read(text, "pm.md"))).factors
    assert name in [f.name for f in factors], [f.name for f in factors]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("May 4th 2023 Discord API abuse", "discord_api_abuse"),
        ("v2.2.0 unfinished block cache", "unfinished_block_cache"),
        ("2 PM PST: out of memory", "out_memory"),
        ("Title", "failure_of_service"),
    ],
)
def test_failures_are_called_without_dates_versions_and_placeholders(title: str, name: str) -> None:
    assert draft(understand(read(f"# {title}\n\nThe queue had no limit.\n", "a.md"))).failure == name


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("The API was down for an hour.", 60), ("It took half an hour.", 30), ("The outage lasted two hours.", 120),
        ("Total downtime: 1 hour 20 minutes", 80), ("It was down for 25 minutes.", 25), ("It was down for days.", 0),
    ],
)  # fmt: skip  # one list
def test_the_length_of_the_outage_in_digits_and_words(said: str, minutes: int) -> None:
    written = write_case(
        draft(
            understand(
                read(
                    f"# Down\n\nBuild 42 was deployed and broke the page. {said}\n\n## Root cause\n\n- The queue had no limit since 2019.\n- The deploy of build 42 filled the queue.\n"
                )
            )
        )
    )
    assert (f"..{minutes} minutes" in written) == (minutes > 0)
