"""Each kind of disagreement both ways: facts that make it, and the same facts with one number moved that do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fuelbed.agreement import compare
from fuelbed.core.actions import Action, Change
from fuelbed.core.agreement import Disagreement
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import (
    Board,
    JointFailures,
    Margins,
    RiskShares,
    StoryShares,
    ThresholdMargins,
    Tipping,
    Verdict,
    Verdicts,
)
from tests.cases import P, both, case, condition, control, fails, model, ref, trigger


def e(value: float, low: float | None = None, high: float | None = None, kind: str = "share", unit: str = "") -> Estimate:
    return Estimate(value, value if low is None else low, value if high is None else high, kind, unit)  # type: ignore[arg-type]  # a literal kind


def plain(*x: float) -> Estimate:
    return e(*x, kind="plain", unit="threads")


CASE: Case = case(
    [trigger("t", 4.0), condition("c"), control("k", "failed", 0.1), control("l", "failed", 0.1)],
    {"F": both(ref("t"), ref("c"), fails("k"), fails("l"))},
    actions={
        "close": Action("close", "", (Change("remove", "c"),)),
        "slow": Action("slow", "", (Change("set", "m", "x", P(1.0, "number")),)),
    },
    dynamics={"m": model("m", "t")},
)
RISK = RiskShares({"t": e(1.0), "c": e(1.0)}, propensity=e(0.3, kind="probability"))


def verdicts(**changes: Estimate) -> Verdicts:
    return Verdicts(tuple(Verdict(n, "control", "", {"hazard": x}) for n, x in changes.items()))


def found(*facts: object) -> dict[str, Disagreement]:
    board = Board()
    for f in facts:
        board.write(f, (type(f),))
    return {d.id: d for d in compare(CASE, board).disagreements}


FAR = ThresholdMargins("`s`", {"": plain(5.0, 1.0, 9.0)}, now=plain(20.0, 10.0, 30.0))
OVER = ThresholdMargins("`s`", {"": plain(-20.0, -30.0, -10.0)})
HIGH = replace(RISK, propensity=e(0.8, 0.6, 0.9, "probability"))
LOW = replace(RISK, propensity=e(0.01, 0.0, 0.05, "probability"))
MARGIN = Margins({"": e(1.5, 1.2, 2.0, "plain", "× the push"), "slow": e(3.0, 2.5, 4.0, "plain", "× the push")})
PULLED = ThresholdMargins("`s`", {"": plain(1.0, -2.0, 3.0)}, pulls={"t": plain(60.0, 50.0, 70.0), "c": plain(20.0, 10.0, 30.0)})
TURNED = RiskShares({"t": e(0.2, 0.1, 0.3), "c": e(0.9, 0.8, 1.0)})
JOINT = JointFailures(
    {("k", "l"): e(0.6, 0.5, 0.7)}, e(0.05, kind="probability"), e(0.2, kind="probability"), plain(4.0, 3.0, 5.0)
)
TOLD = StoryShares("failures a year", {"t": e(0.7, 0.5, 0.9), "c": e(0.1, 0.0, 0.2)}, {"t": e(0.2, 0.1, 0.3), "c": e(0.6, 0.5, 0.7)}, {"t": e(0.5, 0.2, 0.8, "change"), "c": e(-0.5, -0.7, -0.3, "change")}, 12)  # fmt: skip  # one record
UNSURE = replace(TOLD, gap={"t": e(0.5, -0.2, 0.8, "change"), "c": e(-0.5, -0.7, 0.3, "change")})
RATELESS = {
    "t": Estimate(None, 0.1, 0.3, "share"),
    "c": Estimate(None, 0.5, 0.7, "share"),
}  # as where a rate is not known: no middle
LEVEL = replace(UNSURE, risk={"t": e(0.6, 0.1, 0.7), "c": e(0.1, 0.0, 0.7)})
SHIFTED = replace(
    FAR, now=None, shift={"close": plain(-5.0, -6.0, -4.0)}, margin={"": plain(5.0, 1.0, 9.0), "close": plain(0.0, -4.0, 4.0)}
)
SELDOM = Tipping({"t": e(0.2, 0.1, 0.3, "probability")})

KINDS = {
    "far_but_likely": ((FAR, HIGH), [(FAR, RISK), (replace(FAR, now=plain(20.0, -1.0, 30.0)), HIGH), (replace(FAR, now=None), HIGH)]),
    "over_but_rare": ((OVER, LOW), [(OVER, RISK), (replace(OVER, margin={"": plain(-20.0, -30.0, 1.0)}), LOW)]),
    "let_through": ((SELDOM, RISK), [(SELDOM, replace(RISK, tips={"t": e(1.0)})), (Tipping({"t": e(0.4, 0.1, 0.6, "probability")}), RISK)]),
    "most_but_boundary": (
        (verdicts(close=e(-0.8, -0.9, -0.6, "change")), MARGIN),
        [
            (verdicts(close=e(-0.3, -0.4, -0.2, "change")), MARGIN),
            (verdicts(close=e(-0.8, -0.9, 0.1, "change")), MARGIN),
            (verdicts(close=e(-0.8, -0.9, -0.6, "change")), Margins({"": e(float("inf"), kind="plain")})),
            (verdicts(close=e(-0.8, -0.9, -0.6, "change")),),
            (verdicts(slow=e(-0.8, -0.9, -0.6, "change")), MARGIN),
        ],
    ),
    "boundary_alone": (
        (verdicts(slow=e(0.0, 0.0, 0.0, "change")), MARGIN),
        [(verdicts(slow=e(-0.4, -0.5, 0.0, "change")), MARGIN), (verdicts(slow=e(0.0, 0.0, 0.0, "change")), Margins({"": MARGIN.margin[""]}))],
    ),
    "boundary_against": ((verdicts(slow=e(0.4, 0.2, 0.5, "change")), MARGIN), [(verdicts(slow=e(-0.4, -0.5, -0.2, "change")), MARGIN)]),
    "room_against": (
        (verdicts(close=e(-0.4, -0.5, -0.2, "change")), SHIFTED),
        [(verdicts(close=e(0.4, 0.2, 0.5, "change")), SHIFTED), (verdicts(slow=e(-0.4, -0.5, -0.2, "change")), SHIFTED)],
    ),
    "room_alone": ((verdicts(close=e(0.0, kind="change")), SHIFTED), [(verdicts(close=e(-0.1, -0.2, 0.0, "change")), SHIFTED)]),
    "history": ((JOINT,), [(replace(JOINT, times=plain(1.1, 0.9, 1.4)),), (replace(JOINT, times=None),)]),
    "first_factor": ((PULLED, TURNED), [(PULLED, RISK), (replace(PULLED, pulls={"t": plain(60.0, 20.0, 70.0), "c": plain(20.0, 10.0, 30.0)}), TURNED)]),
    "story": ((TOLD,), [(LEVEL,), (replace(TOLD, sentences=4),), (replace(UNSURE, risk=RATELESS),)]),
}  # fmt: skip  # one table


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_said_where_it_holds(kind: str) -> None:
    facts, others = KINDS[kind]
    d = found(*facts)[kind]
    assert d.says.endswith(".")
    assert d.says.count("`") % 2 == 0
    for other in others:
        assert kind not in found(*other)


def test_a_sentence_holds_both_numbers_and_a_reason() -> None:
    d = found(verdicts(close=e(-0.8, -0.9, -0.6, "change")), MARGIN)["most_but_boundary"]
    assert d.says == (
        "`close` takes 80 % (60 to 90 %) of the failures a year away, and the stability boundary stays where it is, with a margin of "
        "1.5 × the push (1.2 to 2): `c` enters no dynamic model, so whatever tips the loop still does."
    )


def test_a_story_whose_gaps_are_open_says_that_it_goes_by_the_middle() -> None:
    assert "by the middle of the numbers" in found(UNSURE)["story"].says
    assert "by the middle" not in found(TOLD)["story"].says


def test_a_story_is_told_with_its_sentences_and_what_a_risk_is() -> None:
    assert found(TOLD)["story"].says == (
        "Of 12 sentences on factors 70 % (50 to 90 %) speak of `t`, which has 20 % (10 to 30 %) of the risk, and 10 % (0 to 20 %) speak of `c`, "
        "which has 60 % (50 to 70 %) of the risk: the text tells of one day, the risk counts every day on which it could fail. A factor's risk is "
        "how much of the failures a year would be gone without it, as a share of the same for all factors."
    )


def test_an_empty_board_asks_for_everything_and_disagrees_about_nothing() -> None:
    a = compare(CASE, Board())
    assert not a.disagreements
    assert a.ranks is None
    assert all(m.missing is not None and m.missing.question for m in a.meetings)
