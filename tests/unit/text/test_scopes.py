"""Whom and what a text speaks of: scopes by their words, roles by the reading, and what holds whatever the text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.attribution import BASES, ROLES, SCOPES, Attribution
from fuelbed.engines.attribution import NOT_CLASSIFIED, spread
from fuelbed.numerics.shares import between, counted_shares
from fuelbed.numerics.wilson import Z90, wilson
from fuelbed.text.attribution import attribute
from fuelbed.text.lexicon import lexicon
from fuelbed.text.read import read
from fuelbed.text.scopes import case_scope, is_generic, scopes_of
from fuelbed.text.understand import understand

SHARED = Path(__file__).parents[4] / "shared/data"
SENTENCES = {
    "person": "The on-call engineer ran the wrong command.",
    "team": "Our team had never tried the restore.",
    "other_teams": "Another team had changed the schema.",
    "organization": "Nobody owned the certificate, and runbooks did not mention it.",
    "architecture": "The gateway is a single point of failure.",
    "vendor": "Our hosting provider lost power in one hall.",
    "component": "The cache evicted every key at noon.",
    NOT_CLASSIFIED: "It went on like this until late.",
}


def told(text: str) -> Attribution:
    return attribute(understand(read(text)))


@pytest.mark.parametrize(("scope", "sentence"), SENTENCES.items())
def test_each_scope_by_its_words(scope: str, sentence: str) -> None:
    assert scopes_of(sentence)[0] == (() if scope == NOT_CLASSIFIED else (scope,))


def test_roles_of_the_lexicon_are_scopes() -> None:
    known = {*SCOPES, "named_team", "act_trigger", "act_control", "act_feedback"}
    assert {e.role for e in lexicon("attribution").entries} == known - {"component"}


@pytest.mark.parametrize(("team", "scope"), [("platform", ("team",)), ("feature_flags", ("other_teams",)), ("", ("component",))])
def test_a_team_by_its_name_is_ones_own_or_another(team: str, scope: tuple[str, ...]) -> None:
    assert scopes_of("The timeout was cut by the platform team in the proxy.", team)[0] == scope


def test_a_brand_that_is_the_authors_own_is_no_vendor() -> None:
    text = "GitHub confirmed the failure of its primary."
    assert scopes_of(text)[0] == ("vendor",)
    assert scopes_of(text, "", ("A day at GitHub",))[0] == ("component",)


def test_several_scopes_count_in_equal_parts_and_an_unplaced_sentence_is_counted() -> None:
    a = told("# Down\n\n## What happened\n\nAn engineer asked our hosting provider for help. It went on like this until late.\n")
    x = spread(((p.block, p) for p in a.of("text")), "scope", "paragraphs", 1)
    assert {n: c for n, c in x.counts.items() if c} == {"person": 0.5, "vendor": 0.5, NOT_CLASSIFIED: 1.0}
    assert x.n == 2


def test_sections_that_are_left_out_and_what_is_no_account() -> None:
    text = "# Down\n\n## What happened\n\nThe cache evicted every key.\n\n## Ours\n\nThe cache was small.\n\n### More\n\nThe cache was old.\n\n## Action items\n\n- Add an alert on the cache\n"
    words = lambda a, b: [a.document.quote(p.place) for p in a.of(b)]  # noqa: E731  # said twice below
    whole, part = told(text), attribute(understand(read(text)), without=("ours",))
    assert words(whole, "text") == ["The cache evicted every key.", "The cache was small.", "The cache was old."]
    assert words(part, "text") == ["The cache evicted every key."]
    assert words(part, "actions") == ["Add an alert on the cache"]


def test_roles_of_causes_and_actions() -> None:
    a = told(
        "# Down\n\n## Root causes\n\n- The deploy of version 7 triggered the outage.\n- Retries were unbounded.\n- There was no alert on the queue.\n\n"
        "## Action items\n\n- Add exponential backoff to the client\n- Alert on the length of the queue\n- Revert the deploy\n- Write a runbook for it\n"
    )
    roles = {a.document.quote(p.place): p.roles for p in a.of("actions")}
    assert roles == {
        "Add exponential backoff to the client": ("feedback",), "Alert on the length of the queue": ("control",), "Revert the deploy": ("trigger",),
        "Write a runbook for it": ("control",),
    }  # fmt: skip  # pairs
    assert {r for p in a.of("causes") for r in p.roles} == {"trigger", "condition", "control"}
    assert [p.scopes for p in a.of("actions")][-1] == ("organization",)


@pytest.mark.parametrize(
    ("word", "scope"),
    [("configuration", "component"), ("Process", "organization"), ("other_teams", "other_teams"), ("moon", None)],
)
def test_the_scope_of_a_case(word: str, scope: str | None) -> None:
    assert case_scope(word) == scope


def test_a_folder_of_postmortems_is_no_team() -> None:
    assert [is_generic(n) for n in ("postmortems", "2024", "Postmortems-unlabelled", "payments")] == [True, True, True, False]


_TEXTS = st.lists(
    st.tuples(st.sampled_from(["", "- ", "## Root cause\n\n", "## Action items\n\n- ", "| a |\n|---|\n| "]), st.sampled_from([*SENTENCES.values(), "Add a limit!", "éx `code`", "13:05"])),
    max_size=14,
).map(lambda parts: "# Down\n\n" + "\n\n".join(a + b for a, b in parts))  # fmt: skip  # one expression


@settings(deadline=None, max_examples=60)
@given(_TEXTS | st.text(max_size=200))
def test_shares_sum_to_one_and_passages_are_quoted_exactly(text: str) -> None:
    a = told(text)
    for basis in BASES:
        for p in a.of(basis):
            assert 0 <= p.place.start < p.place.end <= len(text)
            assert a.document.quote(p.place) == text[p.place.start : p.place.end]
            assert a.document.quote(p.place).strip()
            assert set(p.scopes) <= set(SCOPES)
            assert set(p.roles) <= set(ROLES)
        for by in ("scope", "role"):
            x = spread(((p.block, p) for p in a.of(basis)), by, "paragraphs", 1)  # type: ignore[arg-type]  # the two of By
            if x.n:
                assert abs(sum(e.value or 0.0 for e in x.shares.values()) - 1) < 1e-9
                assert abs(sum(x.counts.values()) - x.n) < 1e-9
                assert all(0 <= e.low <= (e.value or 0.0) + 1e-12 <= e.high + 2e-12 <= 1 + 3e-12 for e in x.shares.values())


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(list(SENTENCES.values())), min_size=1, max_size=8),
    st.sampled_from([s for s in SENTENCES if s != NOT_CLASSIFIED]),
)
def test_one_more_sentence_of_a_scope_never_lowers_its_share(sentences: list[str], scope: str) -> None:
    def share(more: list[str]) -> float:
        a = told("# Down\n\n## What happened\n\n" + "\n\n".join(more) + "\n")
        return spread(((p.block, p) for p in a.of("text")), "scope", "paragraphs", 1).shares[scope].value or 0.0

    assert share([*sentences, SENTENCES[scope]]) >= share(sentences) - 1e-12


def test_the_box() -> None:
    assert between([(1, 1, 2)], [(3, 2, 4)]) == (0.25, 1 / 5, 2 / 4)
    assert between([(0, 0, 0)], [(0, 0, 0)]) == (0.0, 0.0, 0.0)


def test_a_corner_of_the_box_is_never_outside() -> None:
    """Against every corner of random boxes."""
    rng = np.random.default_rng(3)
    for _ in range(50):
        boxes = [sorted(rng.random(3)) for _ in range(4)]
        mine, others = ([(b[1], b[0], b[2]) for b in part] for part in (boxes[:2], boxes[2:]))
        _, low, high = between(mine, others)
        ends = [sum(c[:2]) / sum(c) for c in np.array(np.meshgrid(*[(b[0], b[2]) for b in boxes])).T.reshape(-1, 4)]
        assert abs(low - min(ends)) < 1e-12
        assert abs(high - max(ends)) < 1e-12


def test_clusters_widen_the_interval_and_their_order_moves_nothing() -> None:
    lumps = [[6.0, 0.0], [0.0, 6.0], [6.0, 0.0], [0.0, 6.0]]
    mixed = [[3.0, 3.0]] * 4
    (_, low, high), _ = counted_shares(lumps, np.random.default_rng(1))
    (_, a, b), _ = counted_shares(mixed, np.random.default_rng(1))
    assert high - low > b - a
    assert (a, b) == wilson(12, 24, Z90)
    assert counted_shares(lumps[::-1], np.random.default_rng(1)) == counted_shares(lumps, np.random.default_rng(1))


@pytest.mark.skipif(not SHARED.exists(), reason="the real postmortems lie beside the repository, not in it")
def test_real_postmortems_have_exact_quotes_and_few_people() -> None:
    files = sorted(SHARED.glob("postmortems/*.md"))[:8]
    for f in files:
        text = f.read_text(encoding="utf-8")
        a = told(text)
        assert all(a.document.quote(p.place) == text[p.place.start : p.place.end] for p in a.passages)
