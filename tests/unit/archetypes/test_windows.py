"""When each archetype has two states and which options take one away: closed forms, and brute force from a good and a bad start."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from fuelbed.numerics.maps.fixed import fixed_points
from fuelbed.numerics.maps.system import compile_model
from tests.further import one_in
from tests.unit.archetypes.plain import EXAMPLES, Plain, down_from, model


def start_of(name: str, bad: bool) -> dict[str, float]:
    return {
        "retry_service": {"waiting": 1000.0 * bad, "resending": 300.0 * bad},
        "failover_pool": {"up": 100.0 - 100.0 * bad},
        "lookaside_cache": {"cached": 20.0 - 20.0 * bad, "waiting": 1000.0 * bad},
        "crash_loop": {"starting": 100.0 * bad, "pausing": 0.0},
        "accumulation": {"waiting": 1000.0 * bad},
        "recovery_blocked": {"working": 100.0 - 100.0 * bad},
    }[name]


def both(name: str, seconds: float, options: dict[str, str] | None = None, given: dict[str, float] | None = None, **sweep):
    """Down from a good start, down from a bad start, for each row."""
    m = model(name, options, **{**EXAMPLES[name], **(given or {})})
    return [down_from(m, start_of(name, bad), seconds, **sweep) for bad in (False, True)]


# ---- retry_service -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("retries", one_in(2, [1.0, 3.0]))
def test_retries_with_stale_work_served_have_two_states_between_capacity_over_k_plus_1_and_capacity(retries: float) -> None:
    low = 100.0 / (1 + retries)
    loads = np.array([0.9 * low, 1.1 * low, 60.0, 96.0, 104.0])
    good, bad = both("retry_service", 220.0, given={"retries": retries}, load=loads)
    assert good == [False, False, False, False, True]
    assert bad == [False, True, True, True, True]


@pytest.mark.parametrize(
    ("options", "given"),
    [
        ({"stale_work": "dropped"}, {}),
        pytest.param(
            {"retries_after": "rejections"}, {"queue": 50.0}, marks=pytest.mark.further
        ),  # fast rejection: what is let in is answered in time
        pytest.param({}, {"queue": 50.0}, marks=pytest.mark.further),  # a queue that drains within the timeout
        pytest.param({"retry_budget": "tokens"}, {}, marks=pytest.mark.further),
        pytest.param({"breaker": "client"}, {}, marks=pytest.mark.further),
        pytest.param({"timeout_counts": "from_start_of_service", "stale_work": "dropped"}, {}, marks=pytest.mark.further),
    ],
)
def test_what_ends_the_hysteresis_of_retries(options: dict[str, str], given: dict[str, float]) -> None:
    good, bad = both("retry_service", 120.0, options, given, load=np.array([30.0, 60.0, 85.0]))
    assert good == bad == [False, False, False]


@pytest.mark.parametrize("options", one_in(2, [{"retries_after": "timeouts"}, {"timeout_counts": "from_start_of_service"}]))
def test_what_does_not(options: dict[str, str]) -> None:
    good, bad = both("retry_service", 60.0, options, load=np.array([30.0, 60.0, 85.0]))
    assert good == [False] * 3
    assert bad == [True] * 3


def test_dropping_stale_work_does_not_help_where_a_service_is_long_against_the_timeout() -> None:
    """50 servers of 0.5 s each and a timeout of 1 s: those who wait 0.5 to 1 s are begun and still come too late."""
    good, bad = both("retry_service", 60.0, {"stale_work": "dropped"}, {"servers": 50.0}, load=np.array([60.0]))
    assert (good, bad) == ([False], [True])


@pytest.mark.further
def test_costly_rejections_keep_a_short_queue_down() -> None:
    free, costly = ({"queue": 50.0, "rejection_cost": c} for c in (0.0, 0.2))
    assert both("retry_service", 60.0, {}, free, load=np.array([85.0, 95.0]))[1] == [False, False]
    m = model("retry_service", {}, **{**EXAMPLES["retry_service"], **costly, "load": 95.0})
    s = compile_model(m)
    x = np.array([[50.0, 200.0]])
    for _ in range(round(60 / s.step_seconds)):
        x = s.step(x, s.today)
    good = Plain(m).values({"waiting": x[0, 0], "resending": x[0, 1]})["good"]
    assert good < 0.7 * 95.0  # it rejects most of the time, and answers what is left


def test_the_edge_state_of_retries_in_closed_form() -> None:
    """There the attempts just fill the service: load (1 + f + f^2 + f^3) = capacity, and f is the chance of being late in that queue."""
    s = compile_model(model("retry_service", **EXAMPLES["retry_service"]))
    edge = next(f.x for f in fixed_points(s, s.today) if f.kind == "saddle")
    low, high = 0.0, 1.0
    for _ in range(60):
        f = (low + high) / 2
        low, high = (f, high) if 60.0 * (1 + f + f * f + f**3) < 100.0 else (low, f)
    assert edge[1] == pytest.approx(40.0, rel=1e-6)  # (100 - 60) resends a second, each after 1 s
    plain = Plain(s.model).values({"waiting": edge[0], "resending": edge[1]})
    assert plain["too_late"] == pytest.approx(f, abs=1e-6)


def test_a_request_makes_no_more_attempts_than_it_may() -> None:
    """Amplification 1 + f + ... + f^k at every share of failures, by the flow that the law lets through."""
    m = model("retry_service", **{**EXAMPLES["retry_service"], "backoff": 0.5, "backoff_growth": 2.0})
    plain = Plain(m)
    for waiting in (0.0, 80.0, 90.0, 100.0, 110.0, 130.0, 400.0):
        v = plain.values({"waiting": waiting, "resending": 0.0})
        f, back = v["too_late"], v["sent_again"]
        assert 1 / (1 - back) == pytest.approx(1 + f + f**2 + f**3, rel=1e-4)
        pauses = 0.5 * (1 + 2 * f + 4 * f * f) / (1 + f + f * f)  # the mean wait over the resends that are made
        assert v["until_resend"] == pytest.approx(1.0 + pauses, rel=1e-4)


def test_a_budget_holds_the_attempts_to_what_it_earns() -> None:
    """Brooker 2022: a token bucket adds about 0.1 (1 - p) of the load at a share p of failures, never k times."""
    m = model("retry_service", {"retry_budget": "tokens"}, **{**EXAMPLES["retry_service"], "load": 99.0})
    plain = Plain(m)
    for waiting in (95.0, 100.0, 105.0):
        v = plain.values({"waiting": waiting, "resending": 250.0})
        assert v["resends"] <= 0.1 * 100.0 * (1 - v["too_late"]) + 1e-6
    assert plain.values({"waiting": 400.0, "resending": 250.0})["resends"] < 1e-3


# ---- failover_pool -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("back_after", one_in(2, [30.0, 90.0]))
def test_a_pool_stays_down_while_those_that_can_come_back_cannot_carry_the_load(back_after: float) -> None:
    can_come_back = 100 * 30 / (30 + back_after)
    low = 10 * can_come_back * 1.1  # with the margin
    loads = np.array([0.85 * low, 1.02 * low, 800.0, 990.0, 1020.0])
    good, bad = both("failover_pool", 3000.0, given={"back_after": back_after}, load=loads)
    assert good == [False, False, False, False, True]
    assert bad == [False, True, True, True, True]


def test_a_pool_that_sheds_has_one_state() -> None:
    good, bad = both("failover_pool", 3000.0, {"overload": "sheds"}, load=np.array([300.0, 600.0, 990.0]))
    assert good == bad == [False] * 3


@pytest.mark.further
def test_asking_all_nodes_helps_below_the_panic_threshold_only() -> None:
    """The nodes that are asked alone once the panic ends must carry the load: load < panic_below x capacity of the pool."""
    loads = np.array([350.0, 450.0, 600.0, 800.0])
    assert both("failover_pool", 1500.0, {"few_left": "all_asked"}, load=loads)[1] == [False, False, True, True]
    assert both("failover_pool", 1500.0, load=loads)[1] == [True] * 4
    high = both("failover_pool", 1500.0, {"few_left": "all_asked"}, {"panic_below": 0.9}, load=loads)[1]
    assert high == [False] * 4


# ---- lookaside_cache ---------------------------------------------------------------------------------------------------------


@pytest.mark.further
def test_a_cache_has_two_states_where_the_database_carries_the_warm_misses_and_not_all_reads() -> None:
    def warm_misses(load: float) -> float:
        x = load * 0.9 * 600.0 / 2000.0
        return load * (1 - 0.9 * x / (1 + x))

    loads = np.array([60.0, 90.0, 110.0, 300.0, 800.0])
    assert [warm_misses(v) < 100.0 for v in loads] == [True] * 5
    good, bad = both("lookaside_cache", 400.0, load=loads)
    assert good == [False] * 5
    assert bad == [False, False, True, True, True]
    assert warm_misses(1100.0) > 100.0
    assert both("lookaside_cache", 400.0, load=np.array([1100.0]))[0] == [True]


def test_the_warm_share_in_closed_form() -> None:
    s = compile_model(model("lookaside_cache", **EXAMPLES["lookaside_cache"]))
    warm = next(f.x for f in fixed_points(s, s.today) if f.kind == "stable" and not f.failed > 0)
    x = 300.0 * 0.9 * 600.0 / 2000.0
    assert warm[0] / 20.0 == pytest.approx(x / (1 + x), rel=1e-6)


@pytest.mark.parametrize(
    ("options", "given"),
    [
        pytest.param({"late_fills": "kept"}, {}, marks=pytest.mark.further),
        pytest.param({"stale_queries": "cancelled"}, {}, marks=pytest.mark.further),
        pytest.param(
            {"misses": "one_asks"}, {"entries": 50.0}, marks=pytest.mark.further
        ),  # at most 50 queries a second, of a hundred
    ],
)
def test_what_warms_a_cold_cache(options: dict[str, str], given: dict[str, float]) -> None:
    assert both("lookaside_cache", 200.0, options, given)[1] == [False]
    assert both("lookaside_cache", 200.0, {}, given)[1] == [True]


def test_one_query_for_each_missing_entry_is_no_help_where_there_are_many_entries() -> None:
    assert both("lookaside_cache", 200.0, {"misses": "one_asks"})[1] == [True]  # 2000 entries, each asked for once a second


# ---- crash_loop --------------------------------------------------------------------------------------------------------------


def test_a_restart_herd_stays_down_when_it_is_much_greater_than_what_starts_in_time() -> None:
    """slots x limit / start time = 50 starts in time; near that, chance gets the herd through."""
    found = {}
    for n in (40.0, 100.0):
        m = model("crash_loop", **{**EXAMPLES["crash_loop"], "instances": n})
        found[n] = [down_from(m, {"starting": a, "pausing": 0.0}, 3600.0) for a in (0.0, n)]
    assert found == {40.0: [[False], [False]], 100.0: [[False], [True]]}


@pytest.mark.parametrize(
    "options", one_in(3, [{"restarts": "after_backoff"}, {"restarts": "few_at_a_time"}, {"broken_start": "goes_on"}])
)
def test_what_gets_a_herd_started(options: dict[str, str]) -> None:
    assert both("crash_loop", 7200.0, options)[1] == [False]


def test_pauses_that_are_too_short_do_not() -> None:
    assert both("crash_loop", 3600.0, {"restarts": "after_backoff"}, {"backoff": 10.0})[1] == [True]


def test_a_start_alone_takes_its_time() -> None:
    v = Plain(model("crash_loop", **EXAMPLES["crash_loop"]))
    assert v.rates({"starting": 1.0, "pausing": 0.0})["ready"] == pytest.approx(1 / 10.0, rel=1e-6)
    assert v.rates({"starting": 20.0, "pausing": 0.0})["ready"] == pytest.approx(
        20 / 40.0, rel=1e-4
    )  # five at a time, ten seconds each


# ---- accumulation ------------------------------------------------------------------------------------------------------------


def test_memory_the_edge_in_closed_form() -> None:
    s = compile_model(model("accumulation", **EXAMPLES["accumulation"]))
    edge = next(f.x[0] for f in fixed_points(s, s.today) if f.kind == "unstable")
    y = (100.0 / 60.0 - 1) / 0.5
    assert edge == pytest.approx((256.0 * y / (1 + y) - 40.0) / 0.5, rel=1e-6)


def test_memory_has_two_states_up_to_the_load_that_an_idle_heap_carries() -> None:
    most = 100.0 / (1 + 0.5 * 40.0 / 216.0)  # 91.5 a second
    loads = np.array([30.0, 60.0, 0.97 * most, 1.03 * most])
    good, bad = both("accumulation", 300.0, load=loads)
    assert good == [False, False, False, True]
    assert bad == [True] * 4


@pytest.mark.parametrize(
    ("options", "given"),
    [
        ({"late_requests": "dropped"}, {}),
        pytest.param({"queue_held": "outside"}, {}, marks=pytest.mark.further),
        ({"admission": "by_heap"}, {"admit_below": 0.3}),  # below the edge at 146 of 256
        ({}, {"queue": 100.0}),  # too short a queue to reach the edge
    ],
)
def test_what_empties_the_heap(options: dict[str, str], given: dict[str, float]) -> None:
    m = model("accumulation", options, **{**EXAMPLES["accumulation"], **given})
    assert down_from(m, {"waiting": m.states["waiting"].high - 30.0}, 400.0) == [False]


def test_an_admission_limit_beyond_the_edge_is_no_help() -> None:
    assert both("accumulation", 300.0, {"admission": "by_heap"}, {"admit_below": 0.7})[1] == [True]


def test_a_leak_moves_the_edge_until_it_is_gone() -> None:
    s = compile_model(model("accumulation", **EXAMPLES["accumulation"]))
    p = np.tile(s.today, (4, 1))
    p[:, s.parameter("leaked")] = [0.0, 50.0, 100.0, 110.0]
    edges = [[f.x[0] for f in fixed_points(s, row) if f.kind == "unstable"] for row in p]
    assert [len(e) for e in edges] == [1, 1, 1, 0]
    assert all(a[0] - b[0] == pytest.approx(100.0, rel=1e-6) for a, b in pairwise(edges[:3]))  # 50 MB are 100 requests


# ---- recovery_blocked --------------------------------------------------------------------------------------------------------


@pytest.mark.further
def test_without_the_tool_it_stays_down_where_hands_keep_too_few_units_up() -> None:
    """hands x between_failures / hand_time = 24 units a hand; the tool needs 50."""
    down = {h: both("recovery_blocked", 40 * 86400.0, given={"hands": h})[1] for h in (0.0, 1.0, 3.0)}
    assert down == {0.0: [True], 1.0: [True], 3.0: [False]}
    rare = {"between_failures": 100_000.0}  # 2.8 units a hand
    assert both("recovery_blocked", 40 * 86400.0, given={**rare, "hands": 1.0}) == [[False], [True]]
    s = compile_model(model("recovery_blocked", **{**EXAMPLES["recovery_blocked"], **rare}))
    low = next(f.x[0] for f in fixed_points(s, s.today) if f.kind == "stable" and f.failed > 0)
    assert low == pytest.approx(1.0 * 100_000.0 / 36_000.0, rel=1e-3)


def test_an_independent_path_is_the_way_out_and_time_is_what_it_gains() -> None:
    assert both("recovery_blocked", 12 * 3600.0, {"repair_path": "independent"}, {"hands": 0.0})[1] == [False]
    assert both("recovery_blocked", 12 * 3600.0, {}, {"hands": 3.0})[1] == [True]  # it does come back, after days
    first_half = -math.log(0.5) * 3600.0
    m = model("recovery_blocked", {"repair_path": "independent"}, **{**EXAMPLES["recovery_blocked"], "hands": 0.0})
    assert down_from(m, {"working": 0.0}, 0.8 * first_half) == [True]
    assert down_from(m, {"working": 0.0}, 1.2 * first_half) == [False]


def test_the_oracle_agrees_where_it_is_cheap() -> None:
    """Plain Euler steps with each state cut off at its range, against the compiled map with its soft edges."""
    for name, options, seconds in (
        ("failover_pool", {}, 900.0),
        ("failover_pool", {"overload": "sheds"}, 900.0),
        ("crash_loop", {}, 900.0),
        ("accumulation", {}, 20.0),
        ("lookaside_cache", {"late_fills": "kept"}, 20.0),
        ("retry_service", {}, 15.0),
        ("retry_service", {"stale_work": "dropped"}, 15.0),
    ):
        m = model(name, options, **EXAMPLES[name])
        for bad in (False, True):
            plain = Plain(m)
            assert plain.failed(plain.run(start_of(name, bad), seconds)) == down_from(m, start_of(name, bad), seconds)[0], (
                name,
                bad,
            )
