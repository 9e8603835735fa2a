"""The judged hits of the rules: the page is made from them, no rule calls itself better than they allow, the counts are today's."""

from __future__ import annotations

import json

import pytest

from bench.rules import PAGE, SHARED, Hit, ceiling, count, kappa, load, page, sets_of, shipped
from fuelbed.engines.lint import all_rules

RANK = {"off": 0, "preview": 1, "stable": 2}


def hits(right: int, wrong: int, where: str = "unseen") -> list[Hit]:
    return [Hit("PM000", where, "a", i, i < right) for i in range(right + wrong)]


def test_the_page_is_made_from_the_judgements() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(*load()), "run: ./dev bench rules --page"


def test_no_rule_calls_itself_better_than_was_measured() -> None:
    raw, judged = load()
    still = raw["still"]
    assert isinstance(still, dict)
    for r in all_rules():
        if r.section != "meta":
            own = [h for h in judged if h.code == r.code]
            changed = still.get(r.code, len(own)) < len(own)
            assert RANK[r.stability] <= RANK[ceiling(own, still[r.code] if changed else -1)], r.code


def test_ceiling() -> None:
    assert ceiling([]) == "preview", "nothing is known"
    assert ceiling(hits(3, 1)) == "preview"
    assert ceiling(hits(3, 2)) == "off"
    assert ceiling(hits(9, 1)) == "stable"
    assert ceiling(hits(8, 2)) == "preview"
    assert ceiling(hits(40, 0, "read")) == "preview", "only texts that nobody had read make a rule stable"
    assert ceiling([*hits(2, 3), *hits(40, 0, "read")]) == "off", "good where it was written, bad elsewhere"
    assert ceiling([*hits(1, 2), *hits(1, 2, "read")]) == "off"
    assert ceiling([*hits(1, 2), *hits(1, 2, "read")], still=2) == "preview", "its words were changed since"
    assert ceiling(hits(6, 6), still=6) == "preview"
    assert ceiling(hits(4, 6), still=4) == "off", "mended words do not help a rule that was mostly wrong on ten texts"


def test_kappa() -> None:
    assert kappa([(True, True)] * 5 + [(False, False)] * 5) == 1.0
    assert kappa([(True, True), (False, False), (True, False), (False, True)]) == 0.0
    assert kappa([(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15) == pytest.approx(0.4)
    assert kappa([]) == 0.0


def test_the_judgements_hold_places_and_no_text() -> None:
    raw, judged = load()
    assert len({(h.code, h.document, h.line) for h in judged}) == len(judged)
    known = {s["prefix"] for s in raw["source"]}  # type: ignore[attr-defined]  # our own file
    for h in judged:
        assert h.set in ("read", "unseen")
        assert (h.document.split("-")[0] in known) == (h.set == "unseen"), h.document
    for r in all_rules():
        assert sum(h.code == r.code and h.set == "unseen" for h in judged) <= 40, "a drawn sample of more"
    assert {key for rule in raw["rule"] for h in rule["hits"] for key in h} == {
        "set",
        "document",
        "line",
        "right",
        "second",
        "judges",
    }  # type: ignore[attr-defined]  # our own file
    assert json.dumps(raw["documents"]) == json.dumps({"negatives": 34, "read": 92, "unseen": 468})


def test_rules_that_are_on_are_silent_on_what_is_good() -> None:
    """Notices of vulnerabilities, where the texts are at hand, and the narratives of the shipped cases: no finding of a rule that is on."""
    sets = sets_of(SHARED, None)
    made, _, _ = count({"negatives": sets.get("negatives", shipped())})
    on = {r.code for r in all_rules() if r.stability != "off" and r.section != "meta"}
    assert {code for code, found in made.items() if found["negatives"]} & on == set()
