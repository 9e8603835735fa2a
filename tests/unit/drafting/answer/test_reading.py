"""An answer as a reading: each mention rests on a quote, what the answer leaves open is read by rules, and the review looks at it as at any reading."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.reading import Reading
from fuelbed.drafting.answer import answered_reading
from fuelbed.reviewing import review
from fuelbed.reviewing.answers import document_of, judge
from fuelbed.reviewing.text import render_review
from fuelbed.text.understand import understand

DATA = Path(__file__).parents[3] / "data"
TEXT = (DATA / "answered.md").read_text(encoding="utf-8")
GOOD: dict[str, Any] = json.loads((DATA / "answer.json").read_text(encoding="utf-8"))
DOCUMENT = document_of(TEXT, "answered.md")
RULES = understand(DOCUMENT)


def read_by(answer: dict[str, Any]) -> Reading:
    judged = judge(json.dumps(answer).encode(), "answer.json", DOCUMENT)
    assert judged.findings == ()
    assert judged.accepted is not None
    return answered_reading(judged.accepted, RULES)


def with_claims(*claims: tuple[str, str]) -> dict[str, Any]:
    return {**GOOD, "claims": [{"claim": c, "evidence": [{"quote": q}]} for c, q in claims]}


def test_each_mention_is_a_quote_of_the_text_in_its_sentence() -> None:
    r = read_by(GOOD)
    for kind, mentions in (("trigger", r.triggers), ("condition", r.conditions), ("control", r.controls)):
        wanted = [i for i in GOOD[f"{kind}s"] if not i.get("assumed")]
        assert len(mentions) == len(wanted)
        for m in mentions:
            assert m.kind == kind
            assert m.sure
            assert any(q["quote"].split()[-1] in DOCUMENT.quote(m.place) for i in wanted for q in i["evidence"])
            s = DOCUMENT.sentences[m.sentence]
            assert s.at[0] <= m.place.start <= s.at[-1]
    assert [m.status for m in r.controls] == ["absent"]
    assert r.amplification.kind == GOOD["loops"][0]["kind"]


def test_actions_are_those_of_the_text_with_the_class_of_the_answer_or_of_rules() -> None:
    bound, alert = read_by(GOOD).actions
    assert (bound.item.text, alert.item.text) == ("Bound the worker queue at 500 jobs", "Add an alert on the length of the queue")
    assert bound.cls == next(a.cls for a in RULES.actions if a.item.place == bound.item.place), "no class was given"
    assert (alert.cls, alert.tentative) == ("monitoring", False)
    other = copy.deepcopy(GOOD)
    other["actions"][1].update({"class": "doc", "considered": True})
    other["actions"][0]["does"] = [{"verb": "revert", "target": "build_42"}]
    reverted, weighed = read_by(other).actions
    assert (weighed.cls, weighed.tentative) == ("doc", True)
    assert reverted.undoes


def test_claims_are_those_of_the_answer_where_it_tells_any_or_none() -> None:
    without = {k: v for k, v in GOOD.items() if k != "claims"}
    assert read_by(without).claims == RULES.claims
    assert read_by(GOOD).claims.single_cause is None
    quote = "The worker queue had no limit since 2019"
    told = read_by(with_claims(("one_cause", quote), ("blames_itself", quote), ("rollback_failed", quote))).claims
    assert told.single_cause is not None
    assert DOCUMENT.line(told.single_cause.place) == 9
    assert (told.human, told.revert) == ("self_blame", "attempted_failed")
    both = read_by(with_claims(("blames_person", quote), ("blames_itself", quote))).claims
    assert both.human == "blames", "the stronger claim stays"


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ({"claim": "one_cause"}, "FB198"),
        ({"claim": "guilt", "evidence": [{"quote": "The worker queue had no limit"}]}, "FB191"),
        ({"evidence": [{"quote": "The worker queue had no limit"}]}, "FB191"),
        ({"claim": "one_cause", "evidence": [{"quote": "It was all the fault of one"}]}, "FB192"),
    ],
)
def test_a_claim_without_a_quote_or_of_no_kind_is_a_fault(claim: dict[str, Any], code: str) -> None:
    found = judge(json.dumps({**GOOD, "claims": [claim]}).encode(), "answer.json", DOCUMENT).findings
    assert [f.code for f in found] == [code]


def test_a_review_by_an_answer_says_so_and_asks_nothing_of_its_own() -> None:
    judged = judge(json.dumps(GOOD).encode(), "answer.json", DOCUMENT)
    assert judged.draft is not None
    r = review(DOCUMENT, answered=judged.draft)
    assert r.reading.triggers
    assert r.draft is judged.draft
    out = render_review(r, by=("--accept", "answer.json"))
    assert "As the answer reads it" in out
    assert "set off?" not in out, "what somebody else says is not our guess"
    assert "“worker queue had no limit since 2019” → line 18" in out, "what the answer says the item changes"
    assert [a.targets for a in judged.draft.actions] == [("no_limit",), ("queue_alert",)]
    assert out.rstrip().endswith("--accept answer.json -o case/")
    assert render_review(r, every=True) != out


@pytest.mark.parametrize(
    "text", ["```\nthe queue had no limit at all\n```\n", "| a |\n| --- |\n| the queue had no limit at all |\n"]
)
def test_a_text_without_a_sentence_can_be_quoted(text: str) -> None:
    quote = [{"quote": "the queue had no limit at all"}]
    document = document_of(text, "a.md")
    answer = {
        "fuelbed_answer": 1, "failure": "down",
        "conditions": [{"name": "no_limit", "what": "no limit", "evidence": quote}],
        "actions": [{"name": "bound", "what": "Bound it", "evidence": quote}],
    }  # fmt: skip  # one answer
    judged = judge(json.dumps(answer).encode(), "answer.json", document)
    assert judged.findings == ()
    assert judged.accepted is not None
    assert len(answered_reading(judged.accepted, understand(document)).actions) == 1


QUOTED = "the queue had no limit at all"
PIECES = st.sampled_from(
    [
        "# ",
        "- ",
        "- [x] ",
        "> ",
        "| ",
        "```\n",
        "\n",
        "\n\n",
        ". ",
        "`",
        "**",
        "12:03 ",
        "## Action items\n\n",
        "We will fix it. ",
        "\u2019",
        "a",
    ]
)


@settings(max_examples=150, deadline=None)
@given(before=st.lists(PIECES, max_size=8), after=st.lists(PIECES, max_size=8))
def test_wherever_a_quote_stands_it_is_reviewed(before: list[str], after: list[str]) -> None:
    document = document_of(f"{''.join(before)} {QUOTED} {''.join(after)}\n", "a.md")
    quote = [{"quote": QUOTED}]
    item = {"what": "no limit", "evidence": quote}
    answer = {
        "fuelbed_answer": 1, "failure": "down",
        "triggers": [{"name": "t", **item}], "conditions": [{"name": "c", **item}], "controls": [{"name": "k", "state": "missing", **item}],
        "loops": [{"name": "l", "kind": "cascade", **item}], "actions": [{"name": "a", **item}], "claims": [{"claim": "one_cause", "evidence": quote}],
    }  # fmt: skip  # one answer
    judged = judge(json.dumps(answer).encode(), "answer.json", document)
    if not document.sentences:
        return  # refused before: nothing is told in it
    if judged.draft is not None:
        assert "no limit" in render_review(review(document, answered=judged.draft), every=True)
    else:
        assert {f.code for f in judged.findings} <= {"FB192", "FB194"}, "marks took it apart"
