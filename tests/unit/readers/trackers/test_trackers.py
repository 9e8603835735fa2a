"""Exports of PagerDuty, Opsgenie, Statuspage and GitHub: failures as their documentation says them, what is left out, every fault."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.errors import InputError
from fuelbed.core.findings import Severity
from fuelbed.readers import json_documents
from fuelbed.readers.case import read_case
from fuelbed.readers.trackers.statuspage import Change, stretches
from tests.unit.readers.trackers.exported import (
    HEAD,
    WHOLE,
    alert,
    case,
    faults,
    issue,
    log,
    notes,
    pager,
    pagers,
    rows,
    status,
    update,
)

UP, SLOW, DOWN = "operational", "degraded_performance", "major_outage"


def test_pagerduty_ends_where_it_was_resolved(tmp_path: Path) -> None:
    data = pagers(
        pager(1),
        pager(2, "Cache", resolved_at=None),
        pager(3, "Web", status="acknowledged", resolved_at=None),
        pager(4, "Old API", resolved_at=None, last_status_change_at="2025-01-01T05:00:00+01:00"),
    )
    del data["incidents"][3]["resolved_at"]  # answers of years ago have no such field
    assert rows(tmp_path, data) == [("Mail Service", 2, 3), ("Cache", 2, 3.5), ("Web", 2, None), ("Old API", 2, 4)]
    merged = pager(9, resolve_reason={"type": "merge_resolve_reason", "incident": {"id": "PT4K1"}})
    assert rows(tmp_path, {"incident": merged}) == [("Mail Service", 2, None)]
    assert any("merged into another" in n for n in notes(tmp_path, {"incident": merged}))
    found = log(tmp_path, data)
    assert found.names[0] == "queue is long"
    assert found.zoned
    assert found.declared


@pytest.mark.parametrize("form", ["", ", format: pagerduty"])
def test_pages_in_any_wrapping(form: str, tmp_path: Path) -> None:
    """A list, a list of pages, pages one after another on one line or on many, and the same incident on two pages once."""
    one, two = pagers(pager(1)), pagers(pager(2, "Cache"), offset=25)
    expected = [("Mail Service", 2, 3), ("Cache", 2, 3)]
    for data in (
        [pager(1), pager(2, "Cache")], [one, two], json.dumps(one) + json.dumps(two), json.dumps(one, indent=1) + "\n\n" + json.dumps(two),
        pagers(pager(1), pager(2, "Cache"), pager(1)), [[pager(1)], [pager(2, "Cache")]], {"incident": None} | pagers(pager(1), pager(2, "Cache")),
    ):  # fmt: skip
        assert rows(tmp_path, data, form) == expected
    assert "1 incident left out: they stand there twice." in notes(tmp_path, pagers(pager(1), pager(1)))[0]


def test_services_of_a_page_were_watched(tmp_path: Path) -> None:
    services = {"services": [{"id": "S1", "name": "Ledger", "summary": "Ledger"}], "limit": 25, "offset": 0, "more": False}
    assert log(tmp_path, [services, pagers(pager(1))]).components == ("Mail Service", "Ledger")


def test_only_some_of_them(tmp_path: Path) -> None:
    data = pagers(pager(1), pager(2, urgency="low"), pager(3, priority={"summary": "P1"}, urgency="low"))
    assert len(rows(tmp_path, data, ", only: {urgency: High}")) == 1
    assert len(rows(tmp_path, data, ", only: {priority: [P1, P2]}")) == 1
    assert len(rows(tmp_path, data, ", only: {team: mail team, urgency: low}")) == 2
    assert any(
        "2 incidents left out: their urgency is not `High`." in n for n in notes(tmp_path, data, ", only: {urgency: High}")
    )


def test_names_of_the_case(tmp_path: Path) -> None:
    found = log(tmp_path, pagers(pager(1), pager(2, "pg")), ", components: {Mail Service: mail, pg: database, pgg: database}")
    assert found.components == ("mail", "database")
    said = [f for f in case(tmp_path, pagers(pager(1)), ", components: {Mail Servise: mail}").findings if f.code == "FB168"]
    assert [f.severity for f in said] == [Severity.WARNING]
    assert "Mail Service" in said[0].cure


def test_opsgenie_alerts_end_after_their_close_time(tmp_path: Path) -> None:
    """`closeTime` counts milliseconds from the creation."""
    data = {"data": [alert(1), alert(2, status="open", report=None)], "paging": {}, "took": 0.1, "requestId": "r"}
    assert rows(tmp_path, data) == [("nagios", 1, 1.5), ("nagios", 1, None)]
    assert any("`source` was taken" in n and n.startswith("in `export.json`, 2 alerts") for n in notes(tmp_path, data))
    assert rows(tmp_path, {"data": [alert(3, report={})], "took": 1, "requestId": "r"}) == [("nagios", 1, 24)]


def test_opsgenie_components(tmp_path: Path) -> None:
    data = {"data": [alert(1, tags=["prod", "service:cache"]), alert(2, entity="db-7"), alert(3, tags=["pg"])], "requestId": "r"}
    assert [r[0] for r in rows(tmp_path, data)] == ["cache", "db-7", "nagios"]
    assert [r[0] for r in rows(tmp_path, data, ", components: {pg: database, db-7: database}")] == [
        "cache",
        "database",
        "database",
    ]
    assert [r[0] for r in rows(tmp_path, data, ", components: {disk-3: disk}")] == ["cache", "db-7", "disk"]


def test_opsgenie_incidents_name_services_by_identifier(tmp_path: Path) -> None:
    """A page of services in the same file gives their names, wherever it stands, and says that they were watched."""
    incident: dict[str, Any] = {
        "id": "i1", "tinyId": "64", "message": "down", "status": "resolved", "tags": [], "createdAt": "2025-01-01T03:00:00Z",
        "updatedAt": "2025-01-01T09:00:00Z", "priority": "P1", "ownerTeam": "", "responders": [], "extraProperties": {},
        "impactedServices": ["s-1", "s-9"], "impactStartDate": "2025-01-01T02:30:00Z", "impactEndDate": "2025-01-01T04:00:00Z",
    }  # fmt: skip
    pages = [
        {"data": [incident], "took": 1, "requestId": "r"},
        {"data": [{"id": "s-1", "name": "payments"}, {"id": "s-2", "name": "ledger"}], "requestId": "q"},
    ]
    assert rows(tmp_path, pages) == [("payments", 2.5, 4), ("s-9", 2.5, 4)]
    assert log(tmp_path, pages).components == ("payments", "s-9", "ledger")


def test_statuspage_by_component_and_stretch(tmp_path: Path) -> None:
    """API went down, came back, went down again; Web came back with the end of the incident; Docs stayed up."""
    data = status(
        update("2025-01-01T05:00:00Z", "resolved"),
        update("2025-01-01T04:00:00Z", "identified", ("API", SLOW, UP)),
        update("2025-01-01T03:00:00Z", "identified", ("API", UP, SLOW)),
        update("2025-01-01T02:00:00Z", "identified", ("API", DOWN, UP), ("Web", UP, DOWN)),
        update("2025-01-01T01:00:00Z", "investigating", ("API", UP, DOWN), ("Docs", UP, UP)),
        components=("API", "Web", "Docs"),
    )
    assert rows(tmp_path, data) == [("API", 1, 2), ("Web", 2, 5), ("API", 3, 4)]
    assert any("1 component of incidents stayed operational" in n for n in notes(tmp_path, data))


def test_statuspage_without_changes_the_whole_incident(tmp_path: Path) -> None:
    quiet = update("2025-01-01T01:00:00Z", "investigating")
    assert rows(tmp_path, status(quiet, components=("API", "Web"))) == [("API", 1, 5), ("Web", 1, 5)]
    assert rows(tmp_path, status(quiet, status="investigating", resolved_at=None)) == [("API", 1, None)]
    over = status(update("2025-01-01T03:00:00Z", "resolved"), resolved_at=None)
    assert rows(tmp_path, over) == [("API", 1, 3)]


def test_a_component_that_was_down_before_its_first_update_was_down_from_the_start(tmp_path: Path) -> None:
    data = status(update("2025-01-01T02:00:00Z", "identified", ("API", DOWN, SLOW)))
    assert rows(tmp_path, data) == [("API", 1, 5)]
    data = status(update("2025-01-01T02:00:00Z", "identified", ("API", DOWN, UP)))
    assert rows(tmp_path, data) == [("API", 1, 2)]


def test_two_components_of_one_name_are_told_apart(tmp_path: Path) -> None:
    data = status(update("2025-01-01T02:00:00Z", "identified", ("API", UP, DOWN)))
    (incident,) = data["incidents"]
    incident["components"].append({"id": "other", "name": "API"})
    assert rows(tmp_path, data) == [("API", 1, 5), ("API", 2, 5)]


def test_planned_maintenance_is_left_out(tmp_path: Path) -> None:
    data = status(components=("API",))
    (incident,) = data["incidents"]
    data["incidents"] += [incident | {"id": "m", "impact": "maintenance"}, incident | {"id": "n", "status": "scheduled"}]
    data["scheduled_maintenances"] = [incident | {"id": "o", "impact": "maintenance", "scheduled_for": "2025-02-01T00:00:00Z"}]
    data["components"] = [{"id": "g", "name": "Group", "group": True}, {"id": "x", "name": "Search", "group": False}]
    assert rows(tmp_path, data) == [("API", 1, 5)]
    assert any("3 incidents left out: planned maintenance." in n for n in notes(tmp_path, data))
    assert log(tmp_path, data).components == ("API", "Search")


def test_github_components_by_label(tmp_path: Path) -> None:
    data = [
        issue(1, "incident", "component: database"), issue(2, "incident", "area/api", "service/web"), issue(3, "incident", closed_at=None),
        issue(4, "bug", "area/api"), issue(5, "incident", "area/api", pull_request={"url": "u"}),
        issue(6, "incident", "area/api", state_reason="duplicate"),
    ]  # fmt: skip
    assert rows(tmp_path, data, ", only: {label: incident}") == [("database", 1, 2), ("api", 1, 2), ("web", 1, 2)]
    said = notes(tmp_path, data, ", only: {label: incident}")
    for words in (
        "1 issue left out: they name no component.",
        "left out: pull requests.",
        "closed as duplicates.",
        "label is not `incident`.",
    ):
        assert any(words in n for n in said), (words, said)
    mapped = rows(tmp_path, data, ", only: {label: incident}, components: {incident: shop, database: pg}")
    assert [r[0] for r in mapped] == ["shop", "pg", "shop", "api", "web", "shop"]


def test_github_as_the_command_line_lists_it(tmp_path: Path) -> None:
    data = [
        {
            "number": 7, "title": "down", "state": "CLOSED", "stateReason": "COMPLETED", "createdAt": "2025-01-01T01:00:00Z",
            "closedAt": "2025-01-01T03:00:00Z", "labels": [{"id": "LA", "name": "area/api", "description": "", "color": "ededed"}],
        },
        {"number": 8, "title": "up?", "state": "OPEN", "createdAt": "2025-01-01T05:00:00Z", "closedAt": None, "labels": [{"name": "area/db"}]},
    ]  # fmt: skip
    assert rows(tmp_path, data) == [("api", 1, 3), ("db", 5, None)]
    assert rows(tmp_path, {"total_count": 1, "incomplete_results": False, "items": [issue(1, "area/x")]}) == [("x", 1, 2)]


@pytest.mark.parametrize("form", ["pagerduty", "opsgenie", "statuspage", "github"])
def test_an_export_of_no_incident_is_an_empty_log(form: str, tmp_path: Path) -> None:
    assert len(log(tmp_path, [], f", format: {form}")) == 0
    assert (
        len(
            log(
                tmp_path,
                pagers() if form == "pagerduty" else {"data": [], "requestId": "r"} if form == "opsgenie" else [],
                f", format: {form}",
            )
        )
        == 0
    )


def test_all_faults_at_once_each_at_its_place(tmp_path: Path) -> None:
    lines = [
        '{"incidents": [',
        json.dumps(pager(1)),
        "," + json.dumps(pager(2, created_at="yesterday")),
        "," + json.dumps(pager(3, created_at=None)),
        "," + json.dumps(pager(4, resolved_at="2024-12-31T00:00:00Z")),
        "," + json.dumps(pager(5) | {"service": "Mail"}),
        ", 7]}",
    ]
    text = "\n".join(lines)
    found = faults(tmp_path, text)
    assert found == [
        ("FB055", 3, lines[2].index('"yesterday"') + 1), ("FB055", 4, lines[3].index('"created_at": null') + 15),
        ("FB160", 5, lines[4].index('"2024-12-31') + 1), ("FB052", 6, lines[5].index('"service": "Mail"') + 12), ("FB052", 7, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "more", "expected"),
    [
        ('{"incidents": [', "", ("FB052", 1, 16)),
        ("", "", ("FB052", 1, 1)),
        (b"\xff\xfe", "", ("FB052", 1, 1)),
        ('{"a": 1, "a": 2}', "", ("FB052", 1, 10)),
        ('{"a": NaN}', "", ("FB052", 1, 7)),
        (json.dumps(pagers(pager(1))) + "\n{", "", ("FB052", 2, 2)),
        (json.dumps(pagers(pager(1))) + "\n\n  oh", "", ("FB052", 3, 3)),
        ({"hello": [1]}, "", ("FB052", 1, 1)),
        ([], "", ("FB052", 1, 1)),
        ("null", "", ("FB052", 1, 1)),
        ({"error": {"message": "Not Authorized", "code": 2006}}, "", ("FB052", 1, 1)),
        ({"message": "Bad credentials", "status": "401"}, ", format: github", ("FB052", 1, 1)),
        (pagers(pager(1)), ", format: statuspage", ("FB052", 1, 1)),
        (pagers(pager(1)), ", only: {label: incident}", ("FB014", 10, "incident")),
        (pagers(pager(1)), ", only: {urgency: hihg}", ("FB166", 10, "hihg")),
        ([issue(1, "bug")], "", ("FB166", 10, "export.json")),
        (pagers(pager(1)), ", only: urgency", ("FB013", 10, "urgency")),
        (pagers(pager(1)), ", zone: UTC", ("FB014", 10, "zone")),
    ],
)
def test_wrong_files_have_one_clear_error(data: Any, more: str, expected: tuple[str, int, int | str], tmp_path: Path) -> None:
    """A place in the case is named by the word that stands there."""
    found = faults(tmp_path, data, more)
    code, line, column = expected
    if isinstance(column, str):
        column = (tmp_path / "case.yaml").read_text().split("\n")[line - 1].index(column) + 1
    assert found == [(code, line, column)]


def test_the_hint_names_the_value_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(InputError) as e:
        case(tmp_path, [issue(1, "incident", "area/x")], ", only: {label: incidnet}")
    assert "`incident`" in e.value.findings[0].cure


def test_only_is_not_for_tables(tmp_path: Path) -> None:
    with pytest.raises(InputError) as e:
        case(tmp_path, "component,start\na,2025-01-01T00:00:00Z\n", ", only: {label: x}", "log.csv")
    assert [f.code for f in e.value.findings] == ["FB014"]


def test_the_csv_of_pagerduty_needs_no_columns(tmp_path: Path) -> None:
    """The report on incidents; its headers are documented with the report."""
    text = (
        "id,incident_number,description,service_id,service_name,escalation_policy_id,created_on,resolved_on,seconds_to_resolve\n"
        "Q1,7,queue is long,PIJ9,Mail Service,PE1,2025-01-01T02:00:00Z,2025-01-01T03:00:00Z,3600\n"
    )
    found = log(tmp_path, text, ", components: {Mail Service: mail}", "incidents.csv")
    assert found.components == ("mail",)
    assert (found.starts[0], found.ends[0]) == (7200, 10800)


def test_times_without_a_zone_are_read_as_utc_and_said_so(tmp_path: Path) -> None:
    found = log(tmp_path, pagers(pager(1, created_at="2025-01-01T02:00:00")))
    assert not found.zoned
    assert not math.isnan(found.ends[0])


_STATES = st.lists(st.tuples(st.integers(0, 8), st.sampled_from([UP, SLOW, DOWN, "under_maintenance"])), min_size=1, max_size=6)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([UP, DOWN]), _STATES, st.integers(9, 12))
def test_stretches_are_those_of_a_look_at_every_half_hour(before: str, told: list[tuple[int, str]], end: int) -> None:
    """An incident from hour 0 to `end`; the state at a time is what the last update before it says, before the first one what that one says."""
    told = sorted(dict(told).items())
    changes = []
    for at, state in told:
        changes.append(Change(at, before, state))
        before = state
    down = set()
    for half in range(2 * end):
        last = [c for c in changes if 2 * c.at <= half]
        state = last[-1].after if last else changes[0].before
        if state not in (UP, "under_maintenance"):
            down.add(half)
    found = list(stretches(changes, 0, end))
    assert {half for half in range(2 * end) if any(2 * a <= half < 2 * b for a, b in found)} == down
    assert all(a < b for a, b in found)
    assert all(b < a for (_, b), (a, _) in pairwise(found))


def test_a_large_file_is_read_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = json.dumps(pagers(pager(1))), json.dumps(pagers(pager(2, "Cache", created_at="oops")))
    monkeypatch.setattr(json_documents, "MAX_JSON", len(one) + len(two))
    assert rows(tmp_path, f"{one}\n\n{one}\n") == [("Mail Service", 2, 3)]
    assert faults(tmp_path, f"\ufeff{one}\r\n{two}") == [("FB055", 2, two.index('"oops"') + 1)]
    assert faults(tmp_path, f"{one}\n{one}\n{{") == [("FB052", 3, 2)]
    assert faults(tmp_path, one.encode() + b"\n" + one.encode() + b"\n\xff") == [("FB052", 3, 1)]
    assert faults(tmp_path, json.dumps([pagers(pager(1)), pagers(pager(2))], indent=1)) == [("FB056", 1, 1)]
    assert faults(tmp_path, one + "\n" + one * 3) == [("FB056", 2, len(one) + len(two))]


def test_several_files_are_one_export(tmp_path: Path) -> None:
    """A record that stands on two pages counts once; services of one file name those of another."""
    (tmp_path / "page1.json").write_text(json.dumps(pagers(pager(2, "Cache"), pager(1), offset=1)))
    (tmp_path / "page0.json").write_text(json.dumps(pagers(pager(1))))
    (tmp_path / "log.csv").write_text("component,start\na,2025-01-01T00:00:00Z\n")

    def made(files: str) -> Any:
        (tmp_path / "case.yaml").write_text(HEAD + f"    log: {{file: [{files}], {WHOLE}}}\n")
        return read_case(tmp_path)

    both = made("page0.json, page1.json")
    assert both.history["log"].components == ("Mail Service", "Cache")
    assert len(both.history["log"]) == 2
    assert both.inputs["page1.json"]
    assert any(f.message == "in `page0.json` and 1 more, 1 incident left out: they stand there twice." for f in both.findings)
    for files, code in (("page0.json, log.csv", "FB013"), ("page0.json, none.json", "FB051"), ("page0.json, case.yaml", "FB056")):
        with pytest.raises(InputError) as e:
            made(files)
        assert [f.code for f in e.value.findings] == [code]
