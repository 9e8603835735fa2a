"""The drafted dynamic model: an archetype from the words, numbers that the text states and no others, questions for the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuelbed.analysis import analyze
from fuelbed.cli.draft import form_of
from fuelbed.core.blocks import Answer, Ask
from fuelbed.core.case import Case
from fuelbed.core.findings import Severity
from fuelbed.drafting import draft, write_case
from fuelbed.readers.archetypes import archetype_names, open_parameters
from fuelbed.readers.case import parse_case
from fuelbed.reviewing import review
from fuelbed.text.lexicon import lexicon
from fuelbed.text.read import read
from fuelbed.text.understand import understand
from tests.further import one_in
from tests.unit.drafting.test_draft import STORY, TEXTS

RETRIES = "Clients retried each failed call, which added load to the database until it stopped answering."


def page(*sentences: str, trigger: str = "A deploy of the router broke logins.") -> str:
    return f"# Logins down\n\n## Trigger\n\n{trigger}\n\n## Root cause\n\n" + " ".join(sentences) + "\n"


def drafted(text: str) -> tuple[Case, str]:
    written = write_case(draft(understand(read(text)), form_of))
    return parse_case(written), written


def given_numbers(case: Case) -> dict[str, float]:
    (m,) = case.dynamics.values()
    return {n: p.quantity.low for n, p in m.parameters.items() if p.quantity.given and not p.default}


def test_the_how_to_s_story() -> None:
    case, written = drafted(STORY)
    (m,) = case.dynamics.values()
    assert m.archetype == "retry_service"
    assert given_numbers(case) == {"retries": 5.0}
    assert m.parameters["retries"].quantity.basis == "published"
    assert "up to five times" in m.parameters["retries"].quantity.source
    asked = [p.name for p in open_parameters("retry_service") if p.name != "retries"]
    for p in open_parameters("retry_service"):
        assert (f"# ask: {p.question}\n      {p.name}:\n" in written) == (p.name in asked)
    assert {p.name for p in m.missing} >= set(asked)
    assert m.pushes == {}, "the text does not say how long the lookups were slow"
    assert "#     capacity: times 0.5\n" in written


def test_the_engine_asks_for_the_first_number() -> None:
    case, _ = drafted(STORY)
    (answer,) = (s.answer for s in analyze(case).sections if s.engine == "dynamics")
    assert isinstance(answer, Answer)
    asks = [b.missing.question for b in answer.blocks if isinstance(b, Ask)]
    assert asks == [open_parameters("retry_service")[0].question]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Clients have a timeout of 300 ms and make 3 retries.", {"timeout": 0.3, "retries": 3.0}),
        ("The usual load is 1,200 requests per second.", {"load": 1200.0}),
        ("The service can handle about 5k rps.", {"capacity": 5000.0}),
        ("It normally receives 6000 requests per minute.", {"load": 100.0}),
        ("At 17:12 retries began, and it took 20 minutes to notice.", {}),
        ("The load peaked at 9000 requests per second.", {}),
        ("The liveness probe has a timeout of 5 seconds.", {}),
        ("Clients have a timeout of 0 seconds and make 0 retries.", {}),
        ("There were 400 retries per second.", {}),
    ],
)
def test_only_numbers_with_the_right_word_and_unit(sentence: str, found: dict[str, float]) -> None:
    case, _ = drafted(page(RETRIES, sentence))
    assert given_numbers(case) == pytest.approx(found)


def test_a_number_that_the_text_states_twice_is_asked_for() -> None:
    case, written = drafted(page(RETRIES, "The web client has a timeout of 2 s.", "The mobile client has a timeout of 10 s."))
    assert "timeout" not in given_numbers(case)
    plain = " ".join(written.replace("#", " ").split())
    assert "The text states 2 s (line 9) or 10 s (line 9)" in plain


def test_numbers_of_the_plan_are_not_those_of_the_incident() -> None:
    case, _ = drafted(page(RETRIES) + "\n## Action items\n\n- Give clients a timeout of 300 ms and 2 retries\n")
    assert given_numbers(case) == {}


def test_a_push_with_its_length_is_drafted() -> None:
    case, _ = drafted(page(RETRIES, trigger="A marketing campaign doubled demand: traffic doubled for 20 minutes."))
    (m,) = case.dynamics.values()
    ((trigger, push),) = m.pushes.items()
    assert case.factors[trigger].kind == "trigger"
    assert [(p.target, p.how, p.value.low) for p in push.parts] == [("load", "times", 2.0)]
    assert push.lasts.low == 1200.0
    assert [f for f in case.findings if f.severity is not Severity.NOTE] == []


def test_a_push_without_its_length_stays_a_comment() -> None:
    case, written = drafted(page(RETRIES, trigger="A deploy cut the connection timeout from one second to 300 ms."))
    (m,) = case.dynamics.values()
    assert m.pushes == {}
    assert given_numbers(case) == {"timeout": 1.0}
    assert "#     timeout: set 300 ms\n" in written
    told = written.replace("    # pushes:", "    pushes:").replace("    #     ", "        ").replace("    #   ", "      ")
    again = parse_case(told.replace("        lasts:\n", "        lasts: 5 minutes\n"))
    assert [p.lasts.low for p in again.dynamics[m.name].pushes.values()] == [300.0]


def test_without_feedback_there_is_no_model() -> None:
    case, written = drafted(page("The certificate had expired.", trigger="The certificate of the proxy expired."))
    assert case.dynamics == {}
    assert "dynamics" not in written


@pytest.mark.parametrize(
    ("sentence", "archetype"),
    [
        (RETRIES, "retry_service"),
        ("The pods were stuck in a crash loop.", "crash_loop"),
        ("The surviving nodes took over the load and were overloaded in turn.", "failover_pool"),
        ("The cache stayed cold, because the overloaded database could not fill it, and so the load on the database stayed high.",
         "lookaside_cache"),
        ("We could not deploy the fix, because the deploy tool needs the service that was down.", "recovery_blocked"),
        ("The queue grew, the heap filled, and garbage collection slowed the service, so the queue grew further.", "accumulation"),
    ],
)  # fmt: skip  # one table
def test_words_to_archetypes(sentence: str, archetype: str) -> None:
    case, _ = drafted(page(sentence))
    assert [m.archetype for m in case.dynamics.values()] == [archetype]


def test_a_loop_without_a_ready_model_is_asked_about() -> None:
    text = page("As long as a cluster is full its version is not checked, so it stays full.")
    assert understand(read(text)).amplification.kind == "self_sustaining_loop"
    case, written = drafted(text)
    assert case.dynamics == {}
    assert "tells of feedback" in written
    assert "No ready model fits" in written


def test_the_map_names_archetypes_and_their_open_parameters() -> None:
    lex = lexicon("archetypes")
    usual = {w for key, words in lex.words.items() if key.startswith("kind_") for w in words}
    named = {e.role for e in lex.entries if "." not in e.role}
    assert usual | named <= set(archetype_names())
    targets = {e.role.split(".")[1] for e in lex.entries if e.role.startswith("push.")} - {"lasts"}
    assert targets <= {p.name for a in archetype_names() if a != "cascade" for p in open_parameters(a)}
    for e in lex.entries:
        archetype, _, parameter = e.role.partition(".")
        if parameter and archetype != "push":
            assert parameter in {p.name for p in open_parameters(archetype)}, e.id
            assert "value" in e.match.groupindex, e.id
    ids = {e.id for e in lexicon("amplification").entries}
    assert set(lex.words["bare"]) <= ids


def test_a_review_drafts_no_model() -> None:
    """It asks nothing of dynamics, and the laws of an archetype take longer to read than a text."""
    found = review(read(STORY)).draft
    assert found is not None
    assert found.model is None


PIECES = [
    RETRIES, "Clients have a timeout of 300 ms: \"x\" # y.", "It retried 3 times {a: b}.", "Traffic doubled for 5 minutes.", "## Root cause\n\n",
    "The cache stayed cold and misses overloaded it further.", "timeout from 1 s to 2 s", "make 99999999999999999 retries", "\n\n", "- ", "\\", "`",
    "timeout of 1e9 s", "hit rate of 0 %", "A deploy caused it.", "The pods were stuck in a crash loop.", "All 40 pods restarted.", "\u2028",
]  # fmt: skip  # one list


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_any_text_gives_a_draft_that_validates(pieces: list[str]) -> None:
    case, _ = drafted(" ".join(pieces))
    assert len(case.dynamics) <= 1


@pytest.mark.skipif(not TEXTS, reason="the real texts (../shared/data) are not here")
@pytest.mark.parametrize("path", one_in(5, TEXTS), ids=lambda p: p.stem)
def test_real_texts(path: Path) -> None:
    """Drafted, checked, analyzed; a section only where feedback was recognized; what is not given is asked."""
    text = path.read_text(encoding="utf-8")
    reading = understand(read(text, path.name))
    case = parse_case(write_case(draft(reading, form_of)))
    assert reading.amplification.present or not case.dynamics
    report = analyze(case)
    assert [f for f in report.findings if f.severity is Severity.ERROR] == []
    (answer,) = (s.answer for s in report.sections if s.engine == "dynamics")
    assert isinstance(answer, Answer)
    assert any(isinstance(b, Ask) for b in answer.blocks)
