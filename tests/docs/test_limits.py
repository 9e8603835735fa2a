"""docs/limits.md repeats figures of other pages: where one of those changes, this page must follow."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT

REPEATED = [
    ("0.63 (0.55 to 0.71) of 142 conditions", "reading", "0.63 [0.55, 0.71]; 0.66"),
    ("0.70 (0.56 to 0.80) of 53 triggers", "reading", "0.70 [0.56, 0.80]; 0.63"),
    ("0.58 of 36 and 0.61 of 18", "reading", "0.58 of 36; 0.44"),
    ("0.85 (0.82 to 0.88) of 513 conditions", "reading", "**0.85 [0.82, 0.88]** of 513"),
    ("0.91 (0.87 to 0.94) of 225 triggers", "reading", "**0.91 [0.87, 0.94]** of 225"),
    ("63 % (57 to 68) of what a text says", "rules-measured", "0.63 [0.57, 0.68], n = 270"),
    ("73 % (67 to 78) of what it leaves out", "rules-measured", "0.73 [0.67, 0.78], n = 284"),
    ("Of 554 hits", "rules-measured", "554 of them on 468 texts"),
    ("82 % (75 to 88) of passages", "theory/attribution", "82 % (75..88 %)"),
    ("84 % (74 to 91) of sentences", "theory/attribution", "84 % (74..91 %)"),
    ("none of nine labelled incidents", "theory/early-warning", "**0 of 9**"),
    ("13 of 13 settings", "theory/dynamics", "over 13 settings"),
    ("18 of 63 settings", "theory/dynamics", "Over 63 settings"),
    ("the 90 % interval holds the truth in 42 %", "theory/threshold", "0.417 (0.35..0.49)"),
    ("25 % (10 to 49)", "theory/threshold", "0.250 (0.10..0.49)"),
    ("earns 0.18; the largest deviation from normal earns 0.38", "theory/coupling", "0.38 (6 of 16)"),
    ("20 of 22 pairs", "theory/coupling", "in 20 both began in one step"),
    ("in 15 of 16 issues", "theory/invariants", "15 of 16 (72 to 99 %)"),
    ("held 87 and 89 %", "theory/observability", "87 % and 89 %"),
    ("in 109 public texts", "how-to/keep-secrets-out", "On 109 public postmortems"),
]


def _flat(page: str) -> str:
    return " ".join((ROOT / f"docs/{page}.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(("here", "page", "there"), REPEATED, ids=[h for h, _, _ in REPEATED])
def test_a_figure_is_still_that_of_its_page(here: str, page: str, there: str) -> None:
    assert here in _flat("limits"), "docs/limits.md says it otherwise: change this table too"
    assert there in _flat(page), f"docs/{page}.md has another figure now: docs/limits.md must follow"


def test_how_many_rules_were_never_judged() -> None:
    rows = re.findall(r"\| \[PM\d+\]\S* \| \w+ \| ([^|]*) \| ([^|]*) \|", _flat("rules-measured"))
    unjudged = sum(a.strip() == b.strip() == "-" for a, b in rows)
    for page in ("limits", "theory/lint"):
        assert f"{unjudged} of {len(rows)} rules made no hit that was judged" in _flat(page)
