"""Action items in every form, and what is none."""

from __future__ import annotations

import pytest

from fuelbed.text.details import details, without
from fuelbed.text.read import read


def texts(text: str) -> list[str]:
    return [i.text for i in read(text).items]


HEAD = "# T\n\nIt failed because of a bug.\n\n## Action items\n\n"


def test_lists_checkboxes_and_details() -> None:
    d = read(
        HEAD + "- [x] Add a limit (@alice, due 2021-06-01) #12\n- [ ] P1: Write a runbook - owner: Bob Smith\n"
        "- **Retries**: Adding backoff\n  to every client ([OPS-7](http://j/browse/OPS-7))\n1. Second list\n- TBD\n- <action>\n- N/A\n"
    )
    assert [(i.text, i.layout, i.done, i.owner, i.due, i.ticket, i.priority) for i in d.items] == [
        ("Add a limit", "checkbox", True, "@alice", "2021-06-01", "#12", ""),
        ("Write a runbook", "checkbox", False, "Bob Smith", "", "", "P1"),
        ("Retries: Adding backoff to every client", "list", None, "", "", "OPS-7", ""),
        ("Second list", "list", None, "", "", "", ""),
    ]
    assert all(i.heading == "Action items" for i in d.items)


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ("Do it - owner: Ben - due 2024-01-31", ("Do it", "Ben", "2024-01-31", "")),
        ("Do it - owner: Ada - done", ("Do it", "Ada", "", "")),
        ("Grow pool ssd-3 to below 75 % (STO-119)", ("Grow pool ssd-3 to below 75 %", "", "", "STO-119")),
        ("Bound the queue (JD, by 2025-06-01)", ("Bound the queue", "JD", "2025-06-01", "")),
        ("Bound the queue (storage team, 2025-09-01, STO-118)", ("Bound the queue", "storage team", "2025-09-01", "STO-118")),
        ("Bound the queue - 2025-06-01", ("Bound the queue", "", "2025-06-01", "")),
        ("Replace the switch (old, slow and noisy)", ("Replace the switch (old, slow and noisy)", "", "", "")),
        ("Write up the outage of 2025-06-01", ("Write up the outage of 2025-06-01", "", "", "")),
    ],
)
def test_who_and_when_behind_an_item(item: str, told: tuple[str, str, str, str]) -> None:
    (i,) = read(f"{HEAD}- {item}\n").items
    assert (i.text, i.owner, i.due, i.ticket) == told


def test_nesting_is_decided_by_form() -> None:
    assert texts(HEAD + "- Short term\n  - Raise the limit\n- Long term:\n  - Replace the cache\n    - with redis\n- Improve deploys\n  - canary\n  - rollback\n") == [
        "Raise the limit", "Replace the cache", "Improve deploys",
    ]  # fmt: skip


def test_tables_by_their_header_words() -> None:
    d = read(
        HEAD + "| # | Task | Assignee | Due date | Status | Ticket |\n|---|---|---|---|---|---|\n"
        "| 1 | Add a limit. It must reject. | Ann | 2022-01-01 | Done | [OPS-1](http://x) |\n| 2 | Review alerts | Bob | TBD | In progress | |\n| 3 | TBD | | | | |\n"
    )
    assert [(i.text, i.layout, i.owner, i.due, i.done, i.ticket) for i in d.items] == [
        ("Add a limit. It must reject.", "table", "Ann", "2022-01-01", True, "OPS-1"),
        ("Review alerts", "table", "Bob", "", False, ""),
    ]
    d = read(
        HEAD
        + "| Action Item | Type | Owner | Bug |\n|---|---|---|---|\n| Update the playbook | mitigate | jen | Bug 5554823 **TODO** |\n"
    )
    assert [(i.text, i.ticket, i.done) for i in d.items] == [("Update the playbook", "5554823", False)]


def test_headings_over_prose_are_items() -> None:
    assert texts("# T\n\n## Remediation\n\n### 1. Add circuit breakers\n\nWe will wrap the client.\n\n### 2. Improve alerting\n\nThey fire late.\n") == [
        "Add circuit breakers", "Improve alerting",
    ]  # fmt: skip


def test_prose_under_a_heading_of_actions() -> None:
    assert texts("# T\n\n## Next steps\n\nWe have raised the limit. We'll also fix log rotation. We apologize for the trouble. The queue was long.\n") == [
        "We have raised the limit.", "We'll also fix log rotation.",
    ]  # fmt: skip


def test_what_stood_there_before_is_no_action() -> None:
    told = "To prevent that, the hardened script:\n\n* Checks the mounts\n* Limits deletions\n"
    assert texts(f"# T\n\nIt failed.\n\n## Background\n\n{told}") == []


def test_lists_that_announce_themselves() -> None:
    text = "# T\n\nIt failed.\n\nTo prevent this from happening again, we will:\n\n* Add a limit\n* Improve tests\n\nWe found these errors:\n\n* timeouts\n"
    assert texts(text) == ["Add a limit", "Improve tests"]


def test_promises_only_where_no_section_has_actions() -> None:
    prose = "## Resolution\n\nWe restarted all pods. We have since added a limit to the pool. Going forward, we will load test each release. We plan to move the cache.\n"
    assert texts("# T\n\n" + prose) == [
        "We have since added a limit to the pool.", "Going forward, we will load test each release.", "We plan to move the cache.",
    ]  # fmt: skip
    assert texts("# T\n\n" + prose + "\n## Action items\n\n- Add a test\n\n## Lessons learned\n\n- Test more\n") == ["Add a test"]


@pytest.mark.parametrize(
    "said",
    [
        "We restarted the pods to restore service.", "At 13:05 a limit was added.", "We should have tested it.", "We will share more tomorrow.",
        "The bug was introduced in 1.2.", "Users could no longer log in.", "The service is now back.", "The pods had to be restarted.",
        "Will it be fixed?", "The node would consider the block finished.",
    ],
)  # fmt: skip  # one list
def test_what_promises_nothing(said: str) -> None:
    assert texts(f"# T\n\n## Resolution\n\n{said}\n") == []


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Add a limit (issue)", "Add a limit"), ("@alice Add a limit", "Add a limit"),
        ("Add a limit - @alice @bob", "Add a limit"), ("[P1] Add a limit", "Add a limit"), ("Add a limit (done)", "Add a limit"),
        ("3. Add a limit", "Add a limit"), ("Add a limit for UTF-8 (see docs)", "Add a limit for UTF-8 (see docs)"),
        ("Add a limit by Friday", "Add a limit by Friday"), ("Fix the errors due to load", "Fix the errors due to load"),
    ],
)  # fmt: skip  # one table
def test_without_what_hangs_on(text: str, rest: str) -> None:
    assert without(text) == rest


def test_details() -> None:
    assert details("Add it", "- Add it ([x](https://github.com/a/b/issues/7))").ticket == "https://github.com/a/b/issues/7"
    assert details("Add it", "- ~~Add it~~").done is True
    assert details("✅ Add it").done is True
    assert details("Add it to be done").done is None
