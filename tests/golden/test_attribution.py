"""The attribution gap of a small case and text, counted and computed by hand."""

from __future__ import annotations

from dataclasses import replace
from math import isclose, sqrt

import pytest

from fuelbed.analysis import facts_for
from fuelbed.core.blocks import Answer, Ask, Picture, Table
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import StoryShares
from fuelbed.core.options import Options
from fuelbed.engines.attribution import Gap, Gaps, case_gaps, examine, story_of
from fuelbed.readers.case import parse_case

TEXT = """# Logins fail

## What happened

The certificate rotation broke logins on Monday.
The certificate rotation had been planned for weeks.
The certificate rotation was announced to everybody.

## Background

Sessions live in one shared cookie store.
Lunch was late that day.
"""
# Rates 1 and 3 a year, both through `shared_cookie_store`: without the rotation a quarter of the failures is gone, without the burst three
# quarters, without the store all. Together the removals take 1/4 + 3/4 + 1 = 2, so the shares of the risk are 1/8, 3/8 and 1/2.
CASE = """\
fuelbed: 1
title: Logins fail
failure: logins_fail
narrative: postmortem.md
author_team: identity
factors:
  certificate_rotation: {kind: trigger, rate: 1 per year, owner: identity, scope: component, what: Certificate rotation}
  login_burst: {kind: trigger, rate: 3 per year, owner: traffic, scope: team, what: Students arrive together at term start}
  shared_cookie_store: {kind: condition, present: yes, owner: identity, scope: architecture, what: Sessions live in one shared cookie store}
structure:
  logins_fail: (certificate_rotation or login_burst) and shared_cookie_store
actions:
  announce: {what: Announce rotations, does: [prevent certificate_rotation]}
  split: {what: Split the store, does: [remove shared_cookie_store]}
"""
Z = 1.6448536269514722


def case(more: str = "", text: str | None = TEXT) -> Case:
    return replace(parse_case(CASE + more), narrative_text=text)


def found(c: Case) -> Gaps:
    story = story_of(c)
    assert story is not None
    return case_gaps(c, story, facts_for(c, "attribution"), 1)


def row(g: Gaps, name: str) -> Gap:
    return next(r for r in (*g.factors, *g.scopes, *g.owners, *g.kinds) if r.name == name)


def by_hand(k: float, n: float) -> tuple[float, float]:
    """Wilson's interval, written down once more from the paper."""
    p = k / n
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return (p + Z * Z / (2 * n) - half) / (1 + Z * Z / n), (p + Z * Z / (2 * n) + half) / (1 + Z * Z / n)


def near(e: Estimate | None, value: float, low: float, high: float) -> bool:
    return (
        e is not None
        and e.value is not None
        and all(isclose(a, b, abs_tol=1e-9) for a, b in ((e.value, value), (e.low, low), (e.high, high)))
    )


@pytest.mark.parametrize(
    ("name", "sentences", "risk"),
    [("certificate_rotation", 3, 1 / 8), ("login_burst", 0, 3 / 8), ("shared_cookie_store", 1, 1 / 2)],
)
def test_story_risk_and_gap_of_each_factor(name: str, sentences: int, risk: float) -> None:
    g = found(case())
    assert (g.matched, g.sentences, g.of) == (4, 5, "failures a year")
    r = row(g, name)
    low, high = by_hand(sentences, 4)
    assert r.count == sentences
    assert near(r.story, sentences / 4, max(0.0, low), high)  # two paragraphs are too few to be drawn anew
    assert near(r.risk, risk, risk, risk)
    assert near(r.gap, sentences / 4 - risk, max(0.0, low) - risk, high - risk)


def test_what_is_convenient_and_what_carries_the_risk() -> None:
    g = found(case())
    assert [(r.name, r.reads) for r in g.factors] == [  # the largest gap first
        ("certificate_rotation", "convenient"), ("login_burst", "not decided"), ("shared_cookie_store", "not decided"),
    ]  # fmt: skip  # pairs
    longer = TEXT.replace("announced to everybody.", "announced to everybody.\n" + "The certificate rotation went on.\n" * 12)
    assert {r.name: r.reads for r in found(case(text=longer)).factors} == {
        "certificate_rotation": "convenient", "login_burst": "carries the risk", "shared_cookie_store": "carries the risk",
    }  # fmt: skip  # pairs


def test_rows_by_scope_owner_and_what_the_team_can_change() -> None:
    g = found(case())
    assert {r.name: (r.story.value, r.risk.value) for r in g.scopes if r.risk} == {
        "component": (0.75, 0.125), "team": (0.0, 0.375), "architecture": (0.25, 0.5),
    }  # fmt: skip  # pairs
    assert {r.name: (r.story.value, r.risk.value, r.ours) for r in g.owners if r.risk} == {
        "identity": (1.0, 0.625, True), "traffic": (0.0, 0.375, False),
    }  # fmt: skip  # pairs
    assert g.ours is not None
    assert (g.ours.story.value, g.ours.risk.value if g.ours.risk else None) == (1.0, 0.625)


def test_the_interval_of_a_risk_is_that_of_every_corner() -> None:
    """Rates 1..2 and 3: the rotation takes 1/4..2/5, the burst 3/5..3/4, the store all; enclosed apart, since the board keeps intervals."""
    c = replace(parse_case(CASE.replace("rate: 1 per year", "rate: 1..2 per year")), narrative_text=TEXT)
    risk = row(found(c), "certificate_rotation").risk
    assert risk is not None
    assert isclose(risk.low, 0.25 / (0.25 + 0.75 + 1))
    assert isclose(risk.high, 0.4 / (0.4 + 0.6 + 1))


def test_words_of_the_case_take_the_place_of_the_match() -> None:
    c = case('attribution:\n  story: {login_burst: ["Lunch was late"], certificate_rotation: []}\n')
    assert {r.name: r.count for r in found(c).factors} == {"login_burst": 1, "shared_cookie_store": 1, "certificate_rotation": 0}


def test_owners_and_scopes_of_the_section_win() -> None:
    c = case(
        "attribution:\n  owners: {certificate_rotation: pki}\n  scopes: {certificate_rotation: vendor}\n  ours: [traffic, pki]\n"
    )
    g = found(c)
    assert {r.name for r in g.owners} == {"pki", "traffic", "identity"}
    assert row(g, "vendor").factors == ("certificate_rotation",)
    assert g.ours is not None
    assert g.ours.factors == ("certificate_rotation", "login_burst")


def answer(c: Case) -> Answer:
    return examine(c, facts_for(c, "attribution"), Options())


def table(a: Answer, name: str) -> Table:
    return next(b for b in a.blocks if isinstance(b, Table) and b.id == name)


MORE = TEXT.replace("for weeks.", "for weeks.\nThe certificate rotation ran at noon.")


def test_the_answer_says_it() -> None:
    a = answer(case(text=MORE))
    first = a.claim.split("\n")[0]
    assert (
        first == "Whatever the numbers, more is told of `certificate_rotation` (80 % against 12 %) than the risk holds "
        "and more risk hangs on `login_burst` (0 % against 38 %) than is told (share of 5 sentences against the risk)."
    )
    assert "5 of 6 sentences" in a.claim
    codes = [f.code for f in a.findings]
    assert codes.count("FB272") == 1
    assert [f.message for f in a.findings if f.code == "FB270"] == [
        "No sentence of the account was found to speak of `login_burst`."
    ]
    picture = next(b for b in a.blocks if isinstance(b, Picture))
    assert [r["id"] for r in picture.data["rows"]] == ["certificate_rotation", "login_burst", "shared_cookie_store"]
    items = {row[0].text: (row[1].text, row[2].text, row[3].text) for row in table(a, "attribution_items").rows}
    assert items == {"announce": ("component", "trigger", "trigger only"), "split": ("architecture", "condition", "structural")}


def test_four_sentences_are_too_few_for_a_claim_and_for_a_finding() -> None:
    a = answer(case())
    first = a.claim.split("\n")[0]
    assert first == "4 of 5 sentences of the account speak of a factor of the model: too few to set the story against the risk."
    assert {f.code for f in a.findings} == {"FB270"}
    (told,) = a.facts
    assert isinstance(told, StoryShares)
    assert told.sentences == 4


def test_without_a_rate_only_what_is_so_whatever_the_rates_is_told() -> None:
    """The store goes with every failure; of the triggers nothing is known but that the two together take as much."""
    c = replace(parse_case(CASE.replace("rate: 1 per year, ", "").replace("rate: 3 per year, ", "")), narrative_text=MORE)
    g, a = found(c), answer(c)
    assert {r.name: (r.risk.value, r.risk.low, r.risk.high) for r in g.factors if r.risk} == {
        "certificate_rotation": (None, 0.0, 0.5), "login_burst": (None, 0.0, 0.5), "shared_cookie_store": (None, 1 / 3, 1.0),
    }  # fmt: skip  # triples
    assert {r.reads for r in g.factors} == {"not decided"}
    assert a.claim.startswith("Without a rate for each trigger no factor's risk is known well enough")
    assert not [b for b in a.blocks if isinstance(b, Picture)]
    assert not {"FB272", "FB273"} & {f.code for f in a.findings}


def test_shares_of_the_text_sum_to_one() -> None:
    shares = table(answer(case()), "attribution_scopes")
    for column in (1, 3):
        got = [c.estimate.value for row in shares.rows if (c := row[column]).estimate is not None]
        assert isclose(sum(v for v in got if v is not None), 1.0)
    assert {row[2].text for row in shares.rows} == {"none"}  # the text states no cause in so many words


def asks(a: Answer) -> list[str]:
    return [b.missing.question for b in a.blocks if isinstance(b, Ask)]


@pytest.mark.parametrize(
    ("c", "question"),
    [
        (case(text=None), "What was written about it? Add `narrative: postmortem.md`."),
        (case(text="# Only a title\n"), "What was written about it? Add `narrative: postmortem.md`."),
        (
            case(text="# Rain\n\nIt rained the whole day in the north. The trains were late again."),
            "Which words of the text speak of which factor? Add `attribution: {story: {FACTOR: [words]}}`.",
        ),
        (replace(case(), author_team=""), "Which team wrote the text? Add `author_team: its_name`."),
        (
            replace(case(), author_team="web"),
            "Which owners answer to the author's team (“web”)? Add `attribution: {ours: [OWNER]}`.",
        ),
    ],
)
def test_what_is_not_found_is_asked_for(c: Case, question: str) -> None:
    assert question in asks(answer(c))
