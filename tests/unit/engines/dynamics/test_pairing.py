"""The same draws on both sides: what provably helps never looks like harm, and what changes nothing changes nothing at all."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.core.facts import Margins, Tipping
from fuelbed.engines.dynamics.draws import Draws, draw, touched, varied
from fuelbed.engines.dynamics.tipping import tipped, tips_estimate
from tests.unit.engines.dynamics.written import ILL, RETRY, answer, board, case

STORM = RETRY.format(capacity="80..120 per second", load="{varies: 40..90 per second}", retries="2..3", times="1.3")
SETTLED = RETRY.format(capacity="100 per second", load="60 per second", retries="2", times="2")


def test_more_capacity_never_looks_like_harm() -> None:
    c = case(
        STORM, "  more: {does: [set service.capacity to 120..160 per second]}\n  fewer: {does: [set service.retries to 1]}\n"
    )
    t = board(c).get(Tipping)
    assert t is not None
    for a in ("more", "fewer"):
        r = t.changed[a]["push"].ratio
        assert r is not None
        assert r.high <= 1.0
        assert a == "fewer" or r.low < 1.0


@pytest.mark.further
def test_todays_value_changes_nothing_and_it_says_so() -> None:
    c = case(SETTLED, "  same: {does: [set service.retries to 2]}\n  words: {does: [set service.stale_work to served]}\n")
    b = board(c)
    t, m = b.get(Tipping), b.get(Margins)
    assert t is not None
    assert m is not None
    for a in ("same", "words"):
        r = t.changed[a]["push"].ratio
        assert r is not None
        assert (r.low, r.value, r.high) == (1.0, 1.0, 1.0)
        assert m.margin[a] == m.margin[""]
    assert "`same`, `words` move no boundary." in answer(c).claim


@pytest.mark.further
def test_an_option_moves_the_boundary() -> None:
    c = case(SETTLED, "  drop: {does: [set service.stale_work to dropped]}\n")
    b = board(c)
    t, m = b.get(Tipping), b.get(Margins)
    assert t is not None
    assert m is not None
    assert t.probability["push"].value == 1.0
    assert t.changed["drop"]["push"].after.value == 0.0
    assert np.isinf(m.margin["drop"].low)
    assert "`drop` moves the boundary." in answer(c).claim


def test_one_number_is_drawn_once_wherever_it_is_named() -> None:
    two = ILL.format(catch="1", heal="h", push="plus 0.3") + ILL.format(catch="2", heal="h", push="plus 0.3").replace(
        "  spread:", "  other:"
    ).replace("{push: {ill", "{second: {ill")
    c = case(
        two,
        line="tips(push) or tips(second)",
        numbers="numbers:\n  h: 0.1..0.2\n",
        factors="  second: {kind: trigger, rate: 1 per year}\n",
    )
    draws = Draws(np.random.default_rng(0))
    a, b = (draw(m, draws).column("heal") for m in c.dynamics.values())
    assert np.array_equal(a, b)
    assert np.ptp(a) > 0.05
    alone = case(
        two.replace("heal: h", "heal: 0.1..0.2"),
        line="tips(push) or tips(second)",
        factors="  second: {kind: trigger, rate: 1 per year}\n",
    )
    draws = Draws(np.random.default_rng(0))
    a, b = (draw(m, draws).column("heal") for m in alone.dynamics.values())
    assert not np.array_equal(a, b)


def test_an_item_alone_and_with_another_is_the_same_number() -> None:
    c = case(STORM, "  a: {does: [set service.retries to 0..2]}\n  b: {does: [set service.capacity to 120 per second]}\n")
    m = c.dynamics["service"]
    draws = Draws(np.random.default_rng(0))
    base, a, b = draw(m, draws), touched(m, c.actions["a"].does), touched(m, c.actions["b"].does)
    assert np.array_equal(varied(base, "a", a, draws).column("retries"), varied(base, "a+b", (*a, *b), draws).column("retries"))


@pytest.mark.parametrize(
    ("push", "heal", "high"),
    [
        ("plus 0.1", "0.15..0.17", 1 - 0.05 ** (1 / 25)),  # none of 25 draws tips: at most 11 % of what is not known may
        ("{plus: 0.05..0.1}", "0.16", 1 - 0.05 ** (1 / 25)),  # so it is where only the push is not known
        ("plus 0.1", "0.16", 0.0),  # nothing is left open
        ("plus 0.1", "0.3", 0.0),
    ],
)
def test_none_of_so_many_is_not_never(push: str, heal: str, high: float) -> None:
    text = ILL.format(catch="1", heal=heal, push=push)
    m = case(text).dynamics["spread"]
    v = draw(m, Draws(np.random.default_rng(0)))
    e = tips_estimate(tipped([(v, "push")], [(v, "push")])["", "push"])
    assert (e.value, e.low) == (0.0, 0.0)
    assert e.high == pytest.approx(high)


def test_a_push_that_cannot_tip_at_any_size_is_never() -> None:
    """Above heal / catch = 1 / 4 there is no second state, at no draw."""
    v = draw(case(ILL.format(catch="1", heal="0.26..0.4", push="plus 0.2")).dynamics["spread"], Draws(np.random.default_rng(0)))
    assert tips_estimate(tipped([(v, "push")], [(v, "push")])["", "push"]).high == 0.0
