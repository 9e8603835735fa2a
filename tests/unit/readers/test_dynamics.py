"""The `dynamics` section: the example of the format, every kind of fault at its place, interventions, hostile input."""

# mypy: disable-error-code="union-attr"
# the models are known here: a field that is None fails the test by itself
from __future__ import annotations

import math
import re
import time
from pathlib import Path

import pytest

from fuelbed.core.codes import CODES
from fuelbed.core.dynamics import Model
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.formulas import parse_formula, print_formula
from fuelbed.readers.case import parse_case

HERE = Path(__file__).parent
EXAMPLE = (HERE / "dynamics_example.yaml").read_text(encoding="utf-8")
FAULTS = (HERE / "dynamics_faults.yaml").read_text(encoding="utf-8")
_SAID = re.compile(r"(?P<line>.*\S)\s+# (?P<code>FB\d{3}) (?P<at>\S+)$")

HEAD = """fuelbed: 1
title: t
failure: out
factors:
  surge: {kind: trigger, rate: monthly, lasts: 1 h}
  blip: {kind: trigger, rate: daily}
structure:
  out: surge or blip
"""
MODEL = """dynamics:
  m:
    parameters: {p: 0.5 per second, q: 300 ms, r: 30 %}
    states: {x: {start: 0, range: 0..1}}
    next: {x: x + p * r}
    step: 1 s
    failed: x > 0.5
"""


def model(text: str, name: str = "m") -> Model:
    return parse_case(HEAD + text).dynamics[name]


def found(text: str) -> list[Finding]:
    with pytest.raises(InputError) as caught:
        parse_case(text)
    return list(caught.value.findings)


def only(text: str) -> Finding:
    faults = found(HEAD + text)
    assert len(faults) == 1, [f.line() for f in faults]
    return faults[0]


# ---- what is read -----------------------------------------------------------------------------------------------------------


def test_the_example_of_the_format() -> None:
    case = parse_case(EXAMPLE)
    assert case.findings == ()
    assert case.unread == ()
    retry, prime = case.dynamics.values()
    assert (retry.archetype, retry.kernel, retry.load, retry.metrics, retry.missing) == (
        "retry_service",
        "retry",
        "load",
        "db",
        (),
    )
    p = retry.parameters
    assert (p["capacity"].quantity.low, p["capacity"].unit, p["capacity"].quantity.basis) == (100, "per second", "assumed")
    assert (p["load"].varies, p["load"].quantity.low, p["load"].quantity.high) == (True, 40, 90)
    assert (p["timeout"].quantity.low, p["timeout"].unit, p["retries"].quantity.low) == (0.3, "seconds", 3)
    assert (p["queue"].quantity.low, p["queue"].default, p["queue"].quantity.basis) == (300, True, "assumed")
    assert (retry.options["stale_work"].word, retry.options["stale_work"].default) == ("served", False)
    assert (retry.options["breaker"].word, retry.options["breaker"].default) == ("none", True)
    assert 0 < retry.step <= 0.3
    assert all(0 < s.high < math.inf for s in retry.states.values())
    surge, cut = retry.pushes.values()
    assert (surge.lasts.low, surge.parts[0].target, surge.parts[0].how, surge.parts[0].value.low) == (20, "load", "times", 1.6)
    assert cut.lasts.low == pytest.approx(2 * 86_400)
    assert (cut.parts[0].how, cut.parts[0].value.low) == ("set", 0.3)
    assert (prime.step, prime.load, prime.archetype) == (60, "spread", "")
    assert [print_formula(e) for e in (prime.failed, *prime.let.values(), *prime.next.values())] == [
        "stale > 0.5", "spread * stale", "clip(stale + pressure * (1 - stale) - check * stale, 0, 1)",
    ]  # fmt: skip
    assert prime.pushes["release"].parts[0].value.low == 0.4


@pytest.mark.parametrize(
    ("written", "low", "high", "unit"),
    [
        ("100 per second", 100, 100, "per second"), ("6000 per minute", 100, 100, "per second"), ("3.6/h", 0.001, 0.001, "per second"),
        ("40..90 requests per second", 40, 90, "per second"), ("300 ms", 0.3, 0.3, "seconds"), ("2 h", 7200, 7200, "seconds"),
        ("0.5", 0.5, 0.5, ""), ("30 %", 0.3, 0.3, ""), ("-4..3", -4, 3, ""), ("200 MB", 200, 200, "MB"), ("beta(1 1)", 0.05, 0.95, ""),
        ("lognormal(20 ef 2) per second", 10, 40, "per second"), ("shared", 100, 100, "per second"), ("share", 0.2, 0.2, ""),
        ("slow", 60, 60, "seconds"), ("{value: 3 s, source: a guess, basis: judged}", 3, 3, "seconds"),
        ("{varies: 1..2}", 1, 2, ""), ("{value: 3, unit: plain, what: words}", 3, 3, ""),
    ],
)  # fmt: skip
def test_a_parameter_is_what_is_written_after_it(written: str, low: float, high: float, unit: str) -> None:
    numbers = "numbers: {shared: 100 per second, share: 0.2, slow: 1 minute}\n"
    p = model(numbers + MODEL.replace("0.5 per second", written)).parameters["p"]
    assert [p.quantity.low, p.quantity.high] == pytest.approx([low, high])
    assert p.unit == unit
    assert p.quantity.given
    assert p.varies == ("varies" in written)
    assert p.quantity.name == (written if written in ("shared", "share", "slow") else "")


def test_what_is_not_given_is_asked_and_no_fault() -> None:
    m = model("dynamics:\n  m:\n    archetype: retry_service\n    parameters:\n      timeout:\n      load: {basis: measured}\n")
    assert [p.name for p in m.missing] == ["capacity", "load", "timeout", "retries", "queue"]
    assert all(p.question for p in m.missing)
    assert math.isnan(m.step)
    assert any(math.isnan(s.high) and s.ends is not None for s in m.states.values())
    bare = model(MODEL.replace("{p: 0.5 per second, q: 300 ms, r: 30 %}", "\n      p:\n      r: {what: a share}\n"))
    assert [(p.name, p.what) for p in bare.missing] == [("p", ""), ("r", "a share")]
    assert not model("dynamics:\n  m: {archetype: retry_service}\n").parameters["capacity"].quantity.given


def test_events_units_of_ranges_and_formulas_over_parameters() -> None:
    m = model(
        """dynamics:
  m:
    parameters: {most: 40.5, base: 2 per minute}
    states:
      up: {start: most / 2, range: 0..most, whole: yes}
      wait: {start: 300 ms, range: 0..2 h}
    let: {b: 2 * a, a: base * up}
    events:
      fail: {rate: b, change: {up: -1, wait: 0.5}, what: one fails}
    step: 1 / base
    failed: up < 1
"""
    )
    assert list(m.let) == ["a", "b"]
    assert (m.states["up"].low, m.states["up"].high, m.states["up"].start.low) == (0, 40, 20.25)
    assert (m.states["wait"].high, m.states["wait"].start.low, m.states["wait"].unit) == (7200, 0.3, "seconds")
    assert m.step == 30
    assert m.events["fail"].change == {"up": -1, "wait": 0.5}
    assert m.events["fail"].rate == parse_formula("b")


def test_pushes_in_every_form() -> None:
    pushes = "    pushes: {surge: {p: 'plus -0.2 per second', x: {set: 0.1..0.2, basis: judged}}, blip: {q: times grow, lasts: 1..2 s}}\n"
    m = model("numbers: {grow: 2..3}\n" + MODEL + pushes)
    surge, blip = m.pushes.values()
    assert surge.lasts.low == pytest.approx(3600)
    assert surge.lasts.dimension == "time"
    assert [(p.target, p.how, p.value.low, p.value.basis) for p in surge.parts] == [
        ("p", "plus", -0.2, "unstated"), ("x", "set", 0.1, "judged"),
    ]  # fmt: skip
    assert (blip.lasts.low, blip.lasts.high, blip.parts[0].value.name, blip.parts[0].value.high) == (1, 2, "grow", 3)


def test_a_push_that_lasts_no_time_is_a_warning() -> None:
    case = parse_case(HEAD + MODEL + "    pushes: {blip: {p: times 2}}\n")
    assert [(f.code, f.severity) for f in case.findings] == [("FB098", Severity.WARNING)]
    assert parse_case(HEAD + MODEL + "    pushes: {blip: {x: set 1}}\n").findings == ()


def test_tips_asks_one_model() -> None:
    tips = HEAD.replace("surge or blip", "tips(surge) or tips(blip) and not tips(nothing)")
    assert [f.code for f in found(tips)] == ["FB097", "FB097", "FB022"]
    one = HEAD.replace("surge or blip", "tips( surge )") + MODEL + "    pushes: {surge: {p: times 2}}\n"
    assert parse_case(one).findings == ()
    two = one + one[one.index("  m:") :].replace("  m:", "  n:")
    assert [f.code for f in found(two)] == ["FB096"]


@pytest.mark.parametrize(
    "entry", ["data/db.csv", "{file: db.csv}", "[{name: db, file: x.csv}]", "{name: db, file: x.csv}", "[a.csv, db.csv]"]
)
def test_the_metrics_of_a_model_are_an_entry_of_the_evidence(entry: str) -> None:
    text = f"evidence:\n  metrics: {entry}\n" + MODEL
    assert model(text + "    metrics: db\n").metrics == "db"
    assert only(text + "    metrics: dd\n").code == "FB022"


def test_interventions_on_models() -> None:
    text = HEAD + "dynamics:\n  svc: {archetype: retry_service}\n" + MODEL.removeprefix("dynamics:\n")
    does = "set svc.retries to 1..2, set svc.stale_work to dropped, {set: svc.breaker, to: client}, {set: m.q, to: 1 s}"
    changes = parse_case(text + f"actions:\n  a: {{does: [{does}]}}\n").actions["a"].does
    assert [(c.verb, c.target, c.parameter, c.word, c.value and c.value.high) for c in changes] == [
        ("set", "svc", "retries", "", 2), ("set", "svc", "stale_work", "dropped", None), ("set", "svc", "breaker", "client", None),
        ("set", "m", "q", "", 1),
    ]  # fmt: skip
    assert changes[3].value.dimension == "time"


# ---- faults -----------------------------------------------------------------------------------------------------------------


def _expected() -> list[tuple[int, int, str]]:
    out = []
    for number, line in enumerate(FAULTS.splitlines(), 1):
        m = _SAID.match(line)
        if m:
            out.append((number, m["line"].index(m["at"]) + 1, m["code"]))
    return sorted(out)


def test_each_fault_of_the_section_is_found_at_its_place() -> None:
    assert [(f.span.line, f.span.column, f.code) for f in found(FAULTS)] == _expected()
    lines = FAULTS.splitlines()
    first, last = lines.index("dynamics:") + 1, lines.index("actions:") + 1
    assert sum(first < line < last for line, _, _ in _expected()) >= 60


def test_each_fault_says_what_to_do_on_one_line() -> None:
    for f in found(FAULTS):
        assert f.code in CODES
        assert len(f.cure) >= 10, f.line()
        assert f.message.endswith("."), f.line()
        assert f.line().isprintable()
        assert len(f.message) <= 300


def test_cures_name_what_was_meant() -> None:
    meant = {"retry_servic": "retry_service", "capactiy": "capacity", "stale_wrok": "stale_work", "droped": "dropped", "srge": "surge",
             "dbs": "db", "secnds": "seconds", "hier": "here", "laod": "load", "retreis": "retries", "arhc": "arch"}  # fmt: skip
    cures = {m: f.cure for f in found(FAULTS) for m in re.findall(r"`([^`]*)`", f.message)}
    for wrong, right in meant.items():
        assert f"`{right}`" in cures[wrong] or right in cures[wrong], (wrong, cures[wrong])


def test_a_model_at_fault_makes_no_second_fault() -> None:
    action = "actions:\n  a: {does: [set m.anything to 3]}\n"
    assert only(MODEL.replace("x + p * r", "x +") + "    pushes: {surge: {x: set 1}}\n").code == "FB020"
    assert only("dynamics:\n  m: {archetype: nothing}\n" + action).code == "FB022"
    assert only(MODEL.replace("0.5 per second", "5 perhaps second") + "actions:\n  a: {does: [set m.p to 3 s]}\n").code == "FB040"


# ---- hostile ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("x + p * r", "(" * 900 + "x" + ")" * 900, "FB026"), ("x + p * r", "-" * 1_500 + "x", "FB026"),
        ("x + p * r", " + ".join(["x"] * 400), "FB026"), ("x + p * r", "x" * 5_000, "FB026"), ("x + p * r", "9^9^9^9^9e400", "FB045"),
        ("x + p * r", "__import__('os').system('true')", "FB021"), ("x + p * r", "\"if(1, 2, __class__)\"", "FB022"),
        ("x + p * r", "not " * 400 + "x", "FB026"), ("x + p * r", "abs(" * 300 + "x" + ")" * 300, "FB026"),
        ("0..1}", "0..1e308}", "FB045"), ("0..1}", "-1e308..1e308}", "FB045"), ("0.5 per second", "1e308 per second", "FB045"),
        ("0.5 per second", "1e308", "FB045"), ("300 ms", "1e300 years", "FB045"), ("1 s\n", "1e308 s\n", "FB045"),
        ("{x: {start", "{" + ", ".join(f"s{i}: {{start: 0, range: 0..1}}" for i in range(2_000)) + ", x: {start", "FB095"),
    ],
)  # fmt: skip
def test_hostile_models(old: str, new: str, code: str) -> None:
    assert MODEL.count(old) == 1
    began = time.process_time()
    assert code in {f.code for f in found(HEAD + MODEL.replace(old, new))}
    assert time.process_time() - began < 5


def test_many_names_and_circles_are_read_in_time() -> None:
    lets = "".join(f"      v{i}: v{i + 1} + x\n" for i in range(5_000))
    began = time.process_time()
    m = model(MODEL.replace("    next:", f"    let:\n{lets}      v5000: x\n    next:"))
    assert next(iter(m.let)) == "v5000"
    ring = lets + "      v5000: v0\n"
    assert only(MODEL.replace("    next:", f"    let:\n{ring}    next:")).code == "FB092"
    assert time.process_time() - began < 5
