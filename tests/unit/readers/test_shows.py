"""`shows` of a model: what is read, with an archetype and without, units that are certain and units that are not."""

from __future__ import annotations

import pytest

from fuelbed.core.formulas import parse_formula, print_formula
from fuelbed.readers.archetypes import archetype_names, load_archetype, needs_graph
from fuelbed.readers.shows import power_of
from tests.unit.archetypes.plain import GRAPH
from tests.unit.readers.test_dynamics import MODEL, model, only

ARCHETYPE = """dynamics:
  m:
    archetype: retry_service
    parameters: {capacity: 100 per second, load: 50 per second, timeout: 1 s, retries: 2}
"""
STATE = MODEL.replace("range: 0..1", "range: 0..10, whole: yes")


def test_a_column_is_a_formula_over_the_model() -> None:
    m = model(MODEL + "    shows: {load: p, errors: p * x, level: 3}\n")
    assert {n: print_formula(e) for n, e in m.shows.items()} == {"load": "p", "errors": "p * x", "level": "3"}
    assert model(MODEL).shows == {}


def test_beside_an_archetype_it_adds_columns_and_says_one_anew() -> None:
    own = model(ARCHETYPE).shows
    m = model(
        ARCHETYPE
        + "    shows: {latency: 0.01 + waiting / capacity, errors: attempts - good, dropped: stale_work_dropped * stale}\n"
    )
    assert list(own) == ["load", "attempts", "goodput", "latency", "queue", "capacity"]
    assert list(m.shows) == [*own, "errors", "dropped"]
    assert print_formula(m.shows["latency"]) == "0.01 + waiting / capacity"
    assert m.shows["goodput"] == own["goodput"]


@pytest.mark.parametrize("name", archetype_names())
def test_every_archetype_shows_something(name: str) -> None:
    assert load_archetype(name, GRAPH if needs_graph(name) else ()).laws.shows


@pytest.mark.parametrize(
    ("formula", "fits"),
    [
        ("x / p", "latency"), ("q", "latency"), ("q * (1 - r)", "latency"), ("max(q, 3)", "latency"), ("1 / p", "latency"),
        ("5 * x", "latency"), ("if(x > 3, q, 0)", "latency"), ("p", "goodput"), ("x / q", "goodput"),
        ("p * hill(q, q, 8)", "goodput"), ("p^2 * q", "goodput"), ("sqrt(p^2)", "goodput"), ("x", "queue"), ("p * q", "queue"),
        ("min(x, 4)", "queue"), ("x * 2 * p", "queue"),
    ],
)  # fmt: skip
def test_units_that_fit_or_are_not_certain(formula: str, fits: str) -> None:
    assert model(STATE + f'    shows: {{{fits}: "{formula}"}}\n').shows


@pytest.mark.parametrize(
    ("formula", "role", "said"),
    [
        ("x", "latency", "is in seconds, and this formula is a plain number"), ("p", "latency", "is in seconds, and this formula is per second"),
        ("x + 1", "latency", "is a plain number"), ("x + r", "latency", "plain number"), ("x * 2 + q", "queue", "in seconds"), ("q", "queue", "is a plain number, and this formula is in seconds"),
        ("p * x", "queue", "this formula is per second"), ("p * q", "goodput", "is per second, and this formula is a plain number"),
        ("p * p", "goodput", "seconds to the power of -2"), ("max(q, 1)", "load", "is per second, and this formula is in seconds"),
        ("hill(q, q, 3)", "attempts", "plain number"), ("x > 3", "capacity", "plain number"), ("p^-1", "goodput", ""),
    ],
)  # fmt: skip
def test_units_that_surely_do_not_fit(formula: str, role: str, said: str) -> None:
    text = STATE + f'    shows: {{{role}: "{formula}"}}\n'
    if not said:
        assert model(text).shows  # a negative power is not followed, so nothing is certain
        return
    fault = only(text)
    assert (fault.code, said in fault.message) == ("FB099", True), fault.message


def test_a_state_in_seconds_is_a_time() -> None:
    said = MODEL.replace("range: 0..1", "range: 0..1, unit: seconds")
    assert only(said + "    shows: {queue: x}\n").code == "FB099"
    assert model(said + "    shows: {latency: x}\n").shows
    assert model(MODEL + "    shows: {latency: x}\n").shows, "nobody said what it counts in"


def test_the_power_of_a_long_formula_is_found_without_recursion() -> None:
    text = " + ".join(["a"] * 110)
    assert power_of(parse_formula(text), {"a": 1}) == 1
