"""What GitLab's and Kinesis's cases say of common causes and of a limit in plain sight is what the engines compute, within its rounding."""

from __future__ import annotations

import csv
import math
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from fuelbed.core.blocks import Cell, Estimates
from fuelbed.core.estimates import Estimate
from fuelbed.readers.case import read_case
from tests.conformance.said import CASES, answer, number, rows

GITLAB, KINESIS = CASES / "gitlab-2017-01-31", CASES / "kinesis-2020-11-25"
Edited = Callable[[Path, dict[str, str]], Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """A copy of a shipped case with texts replaced, each of which must be there once."""

    def edit(case: Path, changes: dict[str, str]) -> Path:
        to = tmp_path / str(len(list(tmp_path.iterdir())))
        shutil.copytree(case, to)
        text = (to / "case.yaml").read_text(encoding="utf-8")
        for old, new in changes.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (to / "case.yaml").write_text(text, encoding="utf-8")
        return to

    return edit


def actions(case: Path) -> dict[str, dict[str, Cell]]:
    return rows(case, "actions", "actions")


def down(cell: Cell) -> tuple[float, float, float]:
    """By how much it falls, in percent: middle, least, most."""
    e = number(cell)
    assert e.value is not None
    return -100 * e.value, -100 * e.high, -100 * e.low


def headline(case: Path, word: str) -> Estimate:
    """The number of §1 whose name holds the word."""
    found = [n for b in answer(case, "structure").blocks if isinstance(b, Estimates) for n in b.items if word in n.label]
    return found[0].estimate


# ---- GitLab: counted as five, and what that turns ------------------------------------------------------------------------------

BETA = "beta: {value: 0.2..0.9, basis: judged}"
APART = "beta: {value: 0, basis: judged}"
ALL_WORK = {
    "    state: failed\n    broken: yes\n    fails: dead_unseen\n": "    state: effective\n    fails: dead_unseen\n",
    "    what: Snapshots of the database servers' disks by the provider, every night\n    state: missing\n": (
        "    what: Snapshots of the database servers' disks by the provider, every night\n    state: effective\n"
    ),
}
NO_HOURS = {"value: 6..24 hours": "value: 0 hours", "value: 10000..40000 hours": "value: 1 hours"}
WIPED = {
    "  rebuilds:\n    value: 1..6 per year": "  rebuilds:\n    value: 1 per year",
    "fails: {value: 0.005..0.05, basis: judged}\n    layer: operations": "fails: {value: 1, basis: judged}\n    layer: operations",
    "{value: 0.01..0.1 per year": "{value: 0 per year",
    "{value: 0.005..0.05 per year": "{value: 0 per year",
}
VOLUME = {
    "  rebuilds:\n    value: 1..6 per year": "  rebuilds:\n    value: 0 per year",
    "{value: 0.01..0.1 per year": "{value: 1 per year",
    "{value: 0.005..0.05 per year": "{value: 0 per year",
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({**VOLUME, **ALL_WORK, BETA: APART}, (1e-5, 3.1e-7, 3.2e-4)),
        ({**WIPED, **ALL_WORK, BETA: APART}, (1e-4, 6.2e-6, 1.6e-3)),
        ({**WIPED, BETA: APART}, (1e-2, 2.5e-3, 4e-2)),
        (WIPED, (0.046, 0.0116, 0.18)),
    ],
    ids=["five apart", "four apart", "two apart", "two together"],
)
def test_gitlab_one_in_a_hundred_thousand_is_one_in_twenty(
    edited: Edited, changes: dict[str, str], said: tuple[float, float, float]
) -> None:
    """The table of the narrative: with one loss of the primary a year, and 1 for a lost database, the expected loss is the chance."""
    e = headline(edited(GITLAB, {**changes, **NO_HOURS}), "expected loss")
    assert (e.value, e.low, e.high) == pytest.approx(said, rel=0.04)


def test_gitlab_question_3_weighs_the_declared_common_cause() -> None:
    """Without a history it still sets the product against the joint chance, and asks for a log."""
    found = answer(GITLAB, "coupling")
    assert "multiply to 1e−5" in found.claim
    assert "0.042 (0.01 to 0.18)" in found.claim
    (rows,) = [[x.id for x in b.items] for b in found.blocks if isinstance(b, Estimates)]
    assert rows == ["hazard_either", "probability_either", "loss_independent", "loss_history", "times_loss"], (
        "what is the same is one row"
    )


def test_gitlab_mending_the_dead_ones_does_little_and_restoring_much(edited: Edited) -> None:
    """Summary: 7 % (under 1 to 37 %) and 97 % (49 to 99.9 %); 93 % if copies failed apart, where it does most; the order turns below 0.01."""
    shipped = actions(GITLAB)
    middle, least, most = down(shipped["mend_both"]["loss_change"])
    assert (middle, most) == pytest.approx((7, 37), abs=0.5)
    assert 0 < least < 1
    assert down(shipped["restore_tests"]["loss_change"]) == pytest.approx((97, 49, 99.9), abs=0.5)
    assert next(iter(shipped)) == "restore_tests"
    apart = actions(edited(GITLAB, {BETA: APART}))
    assert down(apart["mend_both"]["loss_change"]) == pytest.approx((93, 51, 96), abs=0.5)
    assert next(iter(apart)) == "mend_both"
    assert next(iter(actions(edited(GITLAB, {BETA: "beta: {value: 0.01, basis: judged}"})))) == "restore_tests"


def test_gitlab_every_way_to_lose_hours_goes_through_the_log_that_was_not_archived() -> None:
    assert "every cut set goes through the missing `log_archive`" in answer(GITLAB, "structure").claim
    streamed = actions(GITLAB)["stream_log"]
    assert down(streamed["change"]) == pytest.approx((90, 80, 95), abs=0.5)
    assert down(streamed["loss_change"])[0] == pytest.approx(8, abs=0.5)
    assert down(streamed["loss_change"])[2] == pytest.approx(34, abs=0.5)


def test_gitlab_prompts_and_runbooks_leave_what_is_not_their_trigger() -> None:
    left = {n: [100 - x for x in down(actions(GITLAB)[n]["change"])] for n in ("prompts", "runbooks")}
    assert left["prompts"] == pytest.approx([41, 95, 7], abs=0.6)
    assert left["runbooks"] == pytest.approx([48, 97, 12], abs=0.6)
    assert actions(GITLAB)["watch_backups"]["verdict"].text == "sight only"


# ---- Kinesis: a limit in plain sight -------------------------------------------------------------------------------------------


def room(name: str) -> Estimate:
    """Room below the limit in §5, in hundredths of it: `incident` or `now`."""
    found = [n for b in answer(KINESIS, "threshold").blocks if isinstance(b, Estimates) for n in b.items if n.id == name]
    return found[0].estimate


def test_kinesis_there_is_room_for_less_than_one_addition() -> None:
    """Summary: 4 hundredths, at most 10, which is the most that an addition takes."""
    now, then = room("now"), room("incident")
    assert (now.value, now.low, now.high) == pytest.approx((4.2, 0, 10), abs=0.05)
    assert then.high == pytest.approx(0, abs=1e-9)
    assert read_case(KINESIS).threshold.sums["threads"].terms["capacity_added"].high == now.high


def test_kinesis_servers_and_limit_take_as_much_and_cells_more() -> None:
    """Summary: 94 % (80 to 98 %) each; the room that each item leaves, as the narrative tells it."""
    table = actions(KINESIS)
    for item in ("larger_servers", "raise_limit"):
        assert down(table[item]["change"]) == pytest.approx((94, 80, 98), abs=0.5)
    assert down(table["thread_alarm_set"]["change"]) == pytest.approx((88, 70, 95), abs=0.5)
    margin = next(c for c in table["cells"] if "room" in c or "margin" in c)
    texts = {item: table[item][margin].text for item in ("larger_servers", "raise_limit", "cells")}
    for item, ends in (("larger_servers", "(10 to 68)"), ("raise_limit", "(40 to 300)"), ("cells", "(50 to 93)")):
        assert texts[item].endswith(ends), texts[item]
    assert next(iter(table)) == "cells"


def years(room_for: float, growth: float) -> float:
    """t with (1 + growth)^t = room_for: until the fleet has grown to the limit."""
    return math.log(room_for) / math.log1p(growth)


def test_kinesis_how_long_the_room_lasts() -> None:
    """Narrative: 0.7 to 6.6 years with larger servers and 0.7 to 9.5 with the higher limit, at a growth of 20 to 50 % a year."""
    case = read_case(KINESIS)
    s = case.threshold.sums["threads"]
    own, peers = s.terms["own_threads"], s.terms["thread_per_peer"]
    smaller, higher = (case.actions[a].does[0].value for a in ("larger_servers", "raise_limit"))
    assert smaller is not None
    assert higher is not None
    servers = ((100 - own.high) / smaller.high, (100 - own.low) / smaller.low)
    limit = ((higher.low - own.high) / peers.high, (higher.high - own.low) / peers.low)
    assert [years(servers[0], 0.5), years(servers[1], 0.2)] == pytest.approx([0.7, 6.6], abs=0.05)
    assert [years(limit[0], 0.5), years(limit[1], 0.2)] == pytest.approx([0.7, 9.5], abs=0.06)


def test_kinesis_the_start_makes_nothing_rarer_and_takes_most_of_the_hours() -> None:
    """Summary: 74 % (51 to 86 %) off the loss; 4 h 24 min of 17 h 8 min to the cause, the rest to start servers."""
    table = actions(KINESIS)
    assert down(table["own_cache_fleet"]["loss_change"]) == pytest.approx((74, 51, 86), abs=0.5)
    assert down(table["faster_start"]["loss_change"]) == pytest.approx((72, 43, 86), abs=0.5)
    for item in ("own_cache_fleet", "faster_start"):
        assert number(table[item]["change"]).value == pytest.approx(0, abs=1e-12)
    with (KINESIS / "timeline.csv").open(encoding="utf-8") as f:
        at = {r["name"]: datetime.fromisoformat(r["time"]) for r in csv.DictReader(f)}
    assert (at["cause_known"] - at["errors"]).total_seconds() / 60 == 4 * 60 + 24
    assert (at["back"] - at["cause_known"]).total_seconds() / 60 == 12 * 60 + 44


def test_kinesis_what_followed() -> None:
    table = actions(KINESIS)
    assert down(table["buffer_drops"]["loss_change"]) == pytest.approx((12, 5, 19), abs=0.5)
    assert down(table["large_users_apart"]["loss_change"]) == pytest.approx((44, 26, 57), abs=0.5)
