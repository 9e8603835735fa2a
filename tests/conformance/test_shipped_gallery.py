"""What the newer shipped cases say of themselves is what the engines compute: each number of a summary, within its rounding."""

from __future__ import annotations

import pytest

from fuelbed.core.estimates import Estimate
from tests.conformance.said import answer, number, rows


def _loss(case: str, action: str) -> Estimate:
    return number(rows(case, "actions", "actions")[action]["loss_change"])


def _is(e: Estimate, value: float, low: float, high: float) -> None:
    """As written in whole per cent; "under 1" is written as 0, "nearly 100" as 1."""
    assert e.value == pytest.approx(value, abs=0.0075)
    assert e.low == pytest.approx(low, abs=0.0075)
    assert e.high == pytest.approx(high, abs=0.0075)


def test_knight_the_roll_back_is_harmful_whatever_the_numbers() -> None:
    """The one shipped action that makes it worse: 82 % (10 to 248 %) more loss, and no failure more."""
    case = "knight-capital-2012"
    row = rows(case, "actions", "actions")["new_code_away"]
    assert row["verdict"].text == "harmful"
    _is(number(row["loss_change"]), 0.82, 0.096, 2.48)
    assert number(row["change"]).value == pytest.approx(0, abs=1e-9)
    _is(_loss(case, "second_technician"), -0.18, -0.826, -0.007)
    _is(_loss(case, "compare_out_and_in"), -0.97, -0.99, -0.90)
    assert {rows(case, "actions", "actions")[a]["verdict"].text for a in ("test_what_moves", "delete_old_code")} == {"structural"}
    incident = rows(case, "structure", "incident")
    assert len(incident) == 10
    assert {r["cause"].text for r in incident.values()} == {"yes"}


@pytest.mark.every_case
def test_dynamodb_the_leases_stay_down_by_themselves() -> None:
    case = "dynamodb-dns-2025"
    today = rows(case, "dynamics", "dynamics_leases_actions")["today"]
    assert today["state"].text == "metastable"
    assert "72 % (52 to 86 %) of the sweep" in answer(case, "dynamics").claim
    _is(_loss(case, "throttle_by_queue"), -0.75, -0.82, 0)
    _is(_loss(case, "race_mended"), -0.40, -0.9825, -0.0033)
    found = rows(case, "invariants", "invariants")
    assert {n for n, r in found.items() if r["verdict"].text == "broken"} == {
        "has_an_address",
        "launches_follow",
        "balancers_hold",
    }
    assert found["launches_follow"]["first"].text == "10:25"


@pytest.mark.every_case
def test_cloudflare_2019_stages_hold_for_both_harms() -> None:
    case = "cloudflare-2019-07-02"
    _is(_loss(case, "stages_for_rules"), -0.83, -0.975, -0.2135)
    _is(_loss(case, "engine_with_bound"), -0.78, -0.996, -0.0566)
    assert rows(case, "actions", "actions")["rules_inspected"]["verdict"].text == "trigger only"


@pytest.mark.every_case
def test_crowdstrike_stages_make_no_crash_rarer() -> None:
    case = "crowdstrike-2024-07-19"
    row = rows(case, "actions", "actions")["stages_for_content"]
    assert row["verdict"].text == "mitigation"
    _is(number(row["loss_change"]), -0.936, -0.98, -0.79)
    _is(_loss(case, "start_without_content"), -0.89, -0.975, -0.50)
    before = [
        _loss(case, a).value or 0
        for a in ("count_checked", "bounds_checked", "wider_tests", "validator_mended", "content_run_before")
    ]
    assert -min(before) == pytest.approx(0.94, abs=0.005)
    assert -max(before) == pytest.approx(0.76, abs=0.005)


@pytest.mark.every_case
def test_google_the_freeze_is_large_and_touches_only_triggers() -> None:
    case = "google-cloud-2025-06-12"
    row = rows(case, "actions", "actions")["frozen"]
    assert row["verdict"].text == "trigger only"
    _is(number(row["loss_change"]), -0.984, -1.0, -0.509)
    _is(_loss(case, "fails_open"), -0.88, -0.95, -0.70)
    _is(_loss(case, "flags_for_all"), -0.86, -0.95, -0.356)
    _is(_loss(case, "replicate_in_steps"), -0.78, -0.937, -0.212)
