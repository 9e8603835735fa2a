"""What the shipped cases say of their signals and invariants is what the engines compute: each number of a summary, within its rounding."""

from __future__ import annotations

import pytest

from fuelbed.core.blocks import Picture
from tests.conformance.said import answer, number, rows


def test_roblox_the_first_guess_is_nearly_gone_whatever_the_numbers() -> None:
    """Summary: after all that was tried it has 14 % at most."""
    guess = number(rows("roblox-2021-10-28", "observability", "rivals")["bad_machine"]["posterior"])
    assert guess.high <= 0.145
    assert guess.value is not None
    assert guess.value < 0.01


def test_roblox_a_blind_dashboard_tells_nothing_in_any_corner() -> None:
    sensors = rows("roblox-2021-10-28", "observability", "sensors")
    assert number(sensors["watch_consul"]["alone"]).high == pytest.approx(0, abs=1e-9)
    assert {sensors[s]["verdict"].text for s in ("free_pages", "processor_profile")} == {"next", "then"}


def test_roblox_streaming_and_the_log_store_look_the_same_to_what_was_installed() -> None:
    """The two likeliest mechanisms are of one signature, and one is of streaming, the other of the log store."""
    blocks = answer("roblox-2021-10-28", "observability").blocks
    states = next(b for b in blocks if isinstance(b, Picture) and b.kind == "signatures").data["states"]
    first, second = sorted(states, key=lambda s: -(s["posterior"][0] or 0))[:2]
    assert first["group"] == second["group"]
    assert {"streams_block" in x["label"] for x in (first, second)} == {True, False}
    assert {"bloated_store_leads" in x["label"] for x in (first, second)} == {True, False}


def test_roblox_two_telemetry_actions_are_worth_nothing_apart() -> None:
    actions = rows("roblox-2021-10-28", "actions", "actions")
    for item in ("telemetry_free", "watch_consul"):
        loss = number(actions[item]["loss_change"])
        assert max(abs(loss.low), abs(loss.high)) < 0.01


def test_cloudflare_the_signals_made_an_attack_likely_and_did_not_have_to() -> None:
    """Summary: 89 % at the middle, anything from 0.3 to 99.8 % over the range."""
    attack = number(rows("cloudflare-2025-11-18", "observability", "rivals")["attack"]["posterior"])
    assert attack.value == pytest.approx(0.89, abs=0.005)
    assert attack.low < 0.004
    assert attack.high > 0.997
    assert rows("cloudflare-2025-11-18", "observability", "sensors")["watch_the_file"]["verdict"].text in ("next", "then")


def test_github_what_broke_first_and_what_is_not_decided() -> None:
    """Summary: five of six break within twelve minutes; that two primaries took writes is not decided."""
    found = rows("github-2018-10-21", "invariants", "invariants")
    assert {n for n, r in found.items() if r["verdict"].text == "broken"} == {
        "nothing_left_behind", "writer_near", "reads_up_to_date", "status_says_so", "jobs_wait",
    }  # fmt: skip  # one list
    assert found["nothing_left_behind"]["trigger"].text == "2 min after"
    assert found["jobs_wait"]["trigger"].text == "12 min after"
    strips = next(
        b.data["strips"]
        for b in answer("github-2018-10-21", "invariants").blocks
        if isinstance(b, Picture) and b.kind == "timeline"
    )
    one_writer = next(s for s in strips if s["id"] == "one_writer")
    assert one_writer["violations"] == []
    assert one_writer["undecided"]


def test_github_the_first_action_has_a_price_and_a_gate_has_none() -> None:
    """Summary: the expected loss falls by 94 % at the middle and rises by 15 % in a corner; a gate lowers it in every corner."""
    actions = rows("github-2018-10-21", "actions", "actions")
    first, gate = (number(actions[a]["loss_change"]) for a in ("no_cross_region", "gate"))
    assert first.value == pytest.approx(-0.94, abs=0.005)
    assert first.high == pytest.approx(0.15, abs=0.006)
    assert gate.high < 0
