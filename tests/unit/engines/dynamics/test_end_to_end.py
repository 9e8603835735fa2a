"""From the file to the report: where dynamics meets the structure, and models that have something wrong with them."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

from fuelbed.core.blocks import Answer, Ask
from fuelbed.core.errors import FuelbedError
from fuelbed.core.facts import Loops, Margins, NotFound, Tipping
from fuelbed.core.options import Options
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import changes_of, evaluate, middles
from fuelbed.readers.case import parse_case
from fuelbed.report import render_text
from tests.further import kept
from tests.unit.engines.dynamics.written import ILL, RETRY, answer, board, case, report, said, table

import numpy as np  # isort: skip

HOW_TO = Path(__file__).parents[4] / "docs/how-to/declare-a-feedback-loop.md"


@pytest.fixture(autouse=True)
def no_warning_leaks():  # type: ignore[no-untyped-def]  # a fixture
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_hazard_is_rate_times_chance_and_an_item_moves_it_by_the_paired_ratio() -> None:
    c = case(
        ILL.format(catch="{varies: 0.8..1.2}", heal="0.14..0.18", push="plus 0.2"), "  a: {does: [set spread.heal to 0.2]}\n"
    )
    b = board(c)
    t = b.get(Tipping)
    assert t is not None
    chance, told = t.probability["push"], t.changed["a"]["push"]
    assert chance.value is not None
    assert 0.0 < chance.value < 1.0
    m = compile_case(c, t)
    row = changes_of(m, c.actions["a"])
    today, after = evaluate(m, middles(m), [{}, row], ("hazard",))["hazard"][:, 0]
    assert today == pytest.approx(10.0 * chance.value, rel=1e-9)
    assert told.ratio is not None
    assert told.ratio.value is not None
    assert after == pytest.approx(today * told.ratio.value, rel=1e-9)
    found = bounds(m, [row], ("hazard",), np.random.default_rng(0))[0]["hazard"]
    assert found.ratio.high <= told.ratio.high + 1e-9
    assert set(b.get(Margins).margin) == {"", "a"}  # type: ignore[union-attr]
    assert b.get(Loops) == Loops((("ill",),))


@pytest.mark.further
def test_two_models_each_with_its_trigger() -> None:
    other = RETRY.format(capacity="100 per second", load="60 per second", retries="2", times="2").replace(
        "{push: {load", "{second: {load"
    )
    c = case(
        ILL.format(catch="1", heal="0.16", push="plus 0.25") + other,
        line="tips(push) or tips(second)",
        factors="  second: {kind: trigger, rate: 1 per year}\n",
    )
    t = board(c).get(Tipping)
    assert t is not None
    assert {k: e.value for k, e in t.probability.items()} == {"push": 1.0, "second": 1.0}
    assert "`spread` is metastable" in answer(c).claim
    assert "`service` is metastable" in answer(c).claim
    assert evaluate(compile_case(c, t), middles(compile_case(c, t)), [{}], ("hazard",))["hazard"][0, 0] == pytest.approx(11.0)


def test_a_trigger_that_two_models_share_is_refused_or_told_of_both() -> None:
    """`tips(push)` of two models would be two chances under one name."""
    two = ILL.format(catch="1", heal="0.16", push="plus 0.1") + ILL.format(catch="1", heal="0.16", push="plus 0.3").replace(
        "  spread:", "  other:"
    )
    with pytest.raises(FuelbedError) as e:
        case(two)
    assert "push" in str(e.value)


def test_a_model_without_its_numbers_asks_and_says_nothing() -> None:
    c = case(RETRY.format(capacity="", load="60 per second", retries="2", times="2"))
    a = answer(c)
    assert a.facts == ()
    (ask,) = [b for b in a.blocks if isinstance(b, Ask)]
    assert ask.missing.question == "How many requests per second can the service complete at full work?"
    assert "nothing of it was computed" in a.claim
    assert render_text(report(c))


def test_a_model_without_a_push_asks_for_one() -> None:
    text = ILL.format(catch="1", heal="0.16", push="plus 0.1")
    c = case(text[: text.index("    pushes:")], line="push")
    a = answer(c)
    assert a.facts == ()
    assert next(b.missing.question for b in a.blocks if isinstance(b, Ask)).startswith("What does a trigger do to `spread`")


def test_no_model_asks_too() -> None:
    c = parse_case(
        "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  push: {kind: trigger}\nstructure:\n  out: push\n", "test.yaml"
    )
    a = answer(c)
    assert isinstance(a, Answer)
    assert isinstance(a.blocks[0], Ask)
    assert isinstance(a.blocks[0].missing, NotFound)


WRONG = {
    "division by zero": ILL.format(catch="0", heal="0.16", push="plus 0.2").replace("heal * ill,", "heal * ill / catch,"),
    "leaves its domain": ILL.format(catch="1", heal="0.16", push="plus 0.2").replace("heal * ill,", "log(0.1 - ill),"),
    "always nan": ILL.format(catch="1", heal="0.16", push="plus 0.2").replace("heal * ill,", "sqrt(-1),"),
    "a load of nothing": ILL.format(catch="0", heal="0.16", push="plus 0.2"),
    "a push of nothing": ILL.format(catch="1", heal="0.16", push="plus 0"),
    "ten states": "  ten:\n    states:\n" + "".join(f"      s{i}: {{start: 0, range: 0..1}}\n" for i in range(10))
    + "    parameters: {g: 1, d: 0.16}\n    next:\n"
    + "".join(f'      s{i}: "clip(s{i} + g * s{i} * s{(i + 1) % 10} * (1 - s{i}) - d * s{i}, 0, 1)"\n' for i in range(10))
    + "    step: 1 s\n    failed: s0 > 0.5\n    load: g\n    pushes: {push: {" + ", ".join(f"s{i}: set 0.5" for i in range(10)) + "}}\n",
}  # fmt: skip  # one case an entry


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_model_is_said(name: str) -> None:
    """A whole report; no warning of a library, no nan in the words."""
    c = case(WRONG[name], "  a: {does: [prevent push]}\n")
    text = render_text(report(c), full=True)
    assert not re.search(r"\bnan\b|Traceback", text)
    a = answer(c)
    assert a.claim
    if name == "ten states":
        assert "metastable" in a.claim


@pytest.mark.parametrize("bad", [".nan", ".inf", "nan", "inf per second", "-1"])
def test_no_such_number(bad: str) -> None:
    with pytest.raises(FuelbedError):
        case(RETRY.format(capacity=bad, load="60 per second", retries="2", times="2"))


def test_a_push_of_an_unknown_effect() -> None:
    for effect in ("load: doubled", "loud: times 2", "load: times"):
        with pytest.raises(FuelbedError) as e:
            case(
                RETRY.format(capacity="100 per second", load="60 per second", retries="2", times="2").replace(
                    "load: times 2", effect
                )
            )
        assert "test.yaml" in str(e.value)


def test_an_events_model_is_checked_by_single_events_and_told_in_times() -> None:
    pool = """\
  pool:
    states: {up: {start: 10, range: 0..10, whole: yes}}
    parameters: {demand: 4 per second, each: 1 per second, repair: 0.5 per second, wear: 0.01 per second}
    let: {over: "hill(demand / max(up, 0.1) / each, 1.3, 20)"}
    events:
      fail: {rate: up * (wear + 2 * over), change: {up: -1}}
      repair: {rate: "repair * (10 - up) * (up > 0)", change: {up: 1}}
    step: 50 ms
    failed: up < 3
    load: demand
    pushes: {push: {up: set 2}}
"""
    c = case(pool)
    a = answer(c)
    assert "single events" in said(a)
    levels = table(a, "dynamics_pool_levels")
    assert len(levels.rows) >= 2
    assert re.search(r"By chance alone \(Markov chain of 11 states\)|How long chance alone", said(a))


def test_a_cascade_over_the_components() -> None:
    head = "fuelbed: 1\ntitle: a test\nfailure: out\nfactors:\n  push: {kind: trigger, rate: monthly}\nstructure:\n  out: tips(push)\n"
    head += "system:\n  components: [web, a, b, c]\n  depends_on:\n    web: [a, b, c]\n"
    from fuelbed.readers.archetypes import load_archetype

    graph = (("web", ("a", "b", "c")), ("a", ()), ("b", ()), ("c", ()))
    names = load_archetype("cascade", graph).parameters
    target = "demand" if "demand" in names else next(iter(names))
    from tests.unit.archetypes.plain import _UNIT, EXAMPLES

    given = "".join(f"      {n}: {v!r}{_UNIT[names[n].dimension]}\n" for n, v in EXAMPLES["cascade"].items())
    c = parse_case(
        head
        + f"dynamics:\n  m:\n    archetype: cascade\n    parameters:\n{given}    pushes: {{push: {{{target}: times 1.6, lasts: 30 s}}}}\n",
        "test.yaml",
    )
    a = answer(c)
    assert a.claim.startswith("`m` is ")
    assert render_text(report(c), full=True)


def _examples() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.S)


@pytest.mark.parametrize("which", kept(range(3), (0, 1)))
def test_the_loops_of_the_how_to(which: int) -> None:
    failure = ("no_leader", "too_few_instances", "peers_shut_out")[which]
    text = f"fuelbed: 1\ntitle: a test\nfailure: {failure}\n{_examples()[which]}"
    c = parse_case(text, "test.yaml")
    a, b = answer(c), board(c)
    t, loops = b.get(Tipping), b.get(Loops)
    assert t is not None
    assert "nan" not in said(a)
    if which == 0:
        assert "`election` is metastable" in a.claim
        assert t.changed["longer_timeout"]["slow_disk"].after.high == 0.0
        assert loops is not None
    elif which == 1:
        assert "`scaling` is metastable" in a.claim
        assert t.changed["keep_enough"]["broken_dependency"].after.value == 0.0
        assert t.changed["shorter_pause"]["broken_dependency"].after.value == 1.0
        assert loops is not None
    else:
        assert t.probability["release"].value == 0.0  # harmless at 12 a minute
        busier = parse_case(text.replace("value: 12 per minute", "value: 14 per minute"), "test.yaml")
        t, loops = board(busier).get(Tipping), board(busier).get(Loops)
        assert t is not None
        assert t.probability["release"].value == 1.0
        assert t.changed["check_always"]["release"].after.value == 0.0
        assert loops is not None
        assert {"stale", "sessions"} <= {n for x in loops.loops for n in x}


@pytest.mark.further
def test_the_same_seed_the_same_answer() -> None:
    c = case(RETRY.format(capacity="90..110 per second", load="{varies: 40..90 per second}", retries="2..3", times="1.3"))
    assert repr(answer(c, 3)) == repr(answer(c, 3))
    assert Options().seed == Options().seed
