"""The continuous half of §6: what is said of states and numbers, and the hidden state along a record whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fuelbed.core.blocks import Ask, Block, Estimates, Picture, Sentence, Table
from fuelbed.core.case import Case
from fuelbed.core.facts import Board, Facts
from fuelbed.core.options import Options
from fuelbed.engines.observability.continuous import continuous
from fuelbed.readers.case import parse_case, read_case
from tests.docs.pages import ROOT, blocks
from tests.unit.engines.observed import CASE, ROWS, record, seen_case
from tests.unit.numerics.observation.chain import Chain


def blocks_of(case: Case) -> tuple[Block, ...]:
    return continuous(case, Facts(Board(), ()), Options())


def said(blocks: tuple[Block, ...], detail: bool | None = None) -> list[str]:
    return [b.text for b in blocks if isinstance(b, Sentence) and detail in (None, b.detail)]


def asked(blocks: tuple[Block, ...]) -> list[str]:
    return [b.missing.question for b in blocks if isinstance(b, Ask)]


def test_a_record_gives_the_hidden_states_with_an_interval_that_holds_the_truth(tmp_path: Path) -> None:
    truth = record(3)
    case = seen_case(tmp_path, {n: truth[n] for n in ("latency", "goodput", "load")})
    blocks = blocks_of(case)
    assert said(blocks)[0].endswith("`latency`, `goodput` and `load` show every state of `svc`.")
    pictures = {b.data["state"]: b.data for b in blocks if isinstance(b, Picture)}
    assert list(pictures) == ["waiting", "resending"]
    for state, data in pictures.items():
        t, middle, low, high = np.array(data["points"]).T
        assert (len(t), data["trigger"], data["cover"]) == (ROWS, [40.0, 60.0], 0.9)
        assert np.all((low <= middle) & (middle <= high))
        inside = (truth[state] >= np.floor(low)) & (truth[state] <= np.ceil(high))
        assert inside.mean() >= 0.85, (state, inside.mean())
        assert [s["id"] for s in data["seen"]] == ["latency", "goodput"]
    (numbers,) = [b for b in blocks if isinstance(b, Estimates)]
    far = next(n for n in numbers.items if n.id == "svc.waiting.furthest")
    assert far.estimate.low <= truth["waiting"].max() * 1.05
    assert far.estimate.high >= truth["waiting"].max() * 0.95
    assert "`load` put in as recorded" in far.estimate.method
    assert asked(blocks) == []


@pytest.mark.further
def test_the_same_seed_gives_the_same_blocks(tmp_path: Path) -> None:
    truth = record(1)
    case = seen_case(tmp_path, {n: truth[n] for n in ("latency", "load")})
    assert blocks_of(case) == blocks_of(case)


def test_a_model_that_cannot_have_shown_it_gives_no_number(tmp_path: Path) -> None:
    truth = record(3)
    wrong = CASE.replace("queue: 200", "queue: 2").replace("retries: 3", "retries: 0")
    blocks = blocks_of(seen_case(tmp_path, {n: truth[n] for n in ("latency", "goodput", "load")}, wrong))
    assert not [b for b in blocks if isinstance(b, Picture | Estimates)]
    (text,) = [t for t in said(blocks) if "cannot follow" in t]
    assert "`svc` cannot follow `latency` and `goodput` of `db`: from 4" in text


def test_columns_that_are_put_in_show_nothing_of_the_states(tmp_path: Path) -> None:
    truth = record(3)
    blocks = blocks_of(seen_case(tmp_path, {"load": truth["load"]}))
    assert (
        said(blocks)[0]
        == "While it runs, on the edge and while it is down, `waiting` and `resending` are not seen at all by `load`."
    )
    assert any("not reconstructed: no column shows anything of its states" in t for t in said(blocks))


def test_a_model_without_a_record_says_what_its_columns_would_show() -> None:
    text = CASE.replace("    metrics: db\n", "").replace(CASE[CASE.index("evidence:") : CASE.index("dynamics:")], "")
    blocks = blocks_of(parse_case(text))
    words = said(blocks)
    assert any("say nothing about `timeout`, `retries` and `queue`" in w for w in words)
    assert any(w.startswith("In normal operation `latency` alone cannot tell ") for w in words)
    (question,) = asked(blocks)
    assert question.startswith("Is there a record of `load`, `attempts`")
    assert {b.id for b in blocks if isinstance(b, Table)} == {"observability_svc", "observability_svc_alone"}


def test_latency_alone_cannot_tell_slow_service_from_high_load() -> None:
    """The teaching case: capacity - load is all that latency shows of a queue of M/M/1."""
    text = (
        Chain(8.0, 10.0, 200, 1.0)
        .text()
        .replace('rate: "capacity * min(1, waiting)"', 'rate: "capacity * waiting / (waiting + 1)"')
    )
    blocks = blocks_of(parse_case(text))
    assert (
        "In normal operation `latency` alone cannot tell `load` and `capacity` apart: they enter only through their difference."
        in said(blocks)
    )


@pytest.mark.parametrize(
    ("old", "new", "question"),
    [
        (
            "    shows:\n      latency: (waiting + 1) / capacity\n",
            "",
            "What would metrics show of `q` (`shows: {latency: FORMULA}`)?",
        ),
        ("load: 8.0 per second", "load: {basis: assumed}", "What is `load` of `q`?"),
    ],
)
def test_what_is_missing_is_asked(old: str, new: str, question: str) -> None:
    text = Chain(8.0, 10.0, 20, 1.0).text()
    assert old in text
    assert asked(blocks_of(parse_case(text.replace(old, new)))) == [question]


def test_no_model_no_blocks() -> None:
    assert (
        blocks_of(parse_case("fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure: {out: a}\n")) == ()
    )


def test_the_record_of_the_how_to_is_followed_by_the_right_number_of_resends_only(tmp_path: Path) -> None:
    """`docs/how-to/use-metrics.md` says so."""
    told = {b.name: b.text for b in blocks(ROOT / "docs/how-to/use-metrics.md") if b.name.startswith("requests/")}
    found = {}
    for resends in (1, 3):
        folder = tmp_path / str(resends)
        folder.mkdir()
        (folder / "db.csv").write_text(told["requests/db.csv"], encoding="utf-8")
        text = told["requests/case.yaml"]
        assert "retries: 1}" in text
        (folder / "case.yaml").write_text(text.replace("retries: 1}", f"retries: {resends}}}"), encoding="utf-8")
        found[resends] = blocks_of(read_case(folder))
    assert any("cannot follow" in t for t in said(found[1]))
    assert not [b for b in found[1] if isinstance(b, Picture)]
    assert [b.data["state"] for b in found[3] if isinstance(b, Picture)] == ["waiting", "resending"]
    assert any("say nothing about `capacity`, `timeout`, `retries`" in t for t in said(found[3]))


@pytest.mark.parametrize(
    "formula", ["1 / waiting", "sqrt(waiting)", "log(waiting - 5)", "waiting^0.5 / 0", "1e300 * 1e300 * waiting"]
)
def test_formulas_without_a_value_or_a_slope_are_said_so(formula: str) -> None:
    text = Chain(8.0, 10.0, 20, 1.0).text().replace("latency: (waiting + 1) / capacity", f"odd: {formula}")
    text = text.replace('rate: "capacity * min(1, waiting)"', 'rate: "capacity * waiting"').replace(
        "rate: load,", "rate: 0 * load,"
    )
    blocks = blocks_of(parse_case(text))
    assert (
        said(blocks)[0]
        == "`q` rests nowhere, or its formulas have no slope where it does: what `odd` would show near there cannot be asked."
    )


def test_many_columns_are_cut_and_said_so() -> None:
    more = "".join(f"      c{i}: {i} * waiting\n" for i in range(40))
    blocks = blocks_of(parse_case(Chain(8.0, 10.0, 20, 1.0).text() + more))
    assert "Of 41 columns of `q`, 12 were looked at." in said(blocks)


def test_a_record_outside_of_what_a_formula_can_give_is_lost_not_a_number(tmp_path: Path) -> None:
    truth = record(2)
    case = CASE.replace("    pushes:", "    shows: {latency: 1 * sqrt(waiting - 1000)}\n    pushes:")
    out = blocks_of(seen_case(tmp_path, {"latency": truth["latency"], "load": truth["load"]}, case))
    assert any("cannot follow" in t for t in said(out))
    assert not [b for b in out if isinstance(b, Picture)]
