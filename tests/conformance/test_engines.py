"""Every engine on every case of the corpus: survives, pure, deterministic, and says nothing that is not so by its form."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from functools import cache, partial
from pathlib import Path

import pytest

from fuelbed.core.blocks import Answer, Picture, Sentence, Table
from fuelbed.core.case import Case
from fuelbed.core.engine_codes import ALL_CODES
from fuelbed.core.estimates import Estimate
from fuelbed.engines.lint import rule
from fuelbed.numerics.attack.derived import with_declared
from tests.conformance.corpus import CORPUS
from tests.conformance.fresh import digest
from tests.conformance.known import each
from tests.conformance.runs import canonical, estimates, looked_at, remembered_again, strings

ROOT = Path(__file__).parents[2]
HOWS = ("measured", "published", "judged", "assumed", "computed")
ROUNDING = 1e-9


@pytest.mark.parametrize(("engine", "name"), each("answers"))
def test_answers_with_declared_facts_only(engine: str, name: str) -> None:
    row, _, run, answer = looked_at(engine, name)
    assert isinstance(answer, Answer)
    assert answer.claim.strip()
    assert run.read <= set(row.takes), "reads a fact that it does not declare"
    assert set(run.given) <= set(row.gives), "gives a fact that it does not declare"
    assert len(set(run.given)) == len(run.given)


def fault_of(e: Estimate) -> str:
    """What is wrong with an estimate by its form alone, or ""; a last digit lost to rounding is not a fault."""
    if math.isnan(e.low) or math.isnan(e.high) or not e.low <= e.high:
        return "no interval"
    if e.value is not None and math.isnan(e.value):
        return "not a number"
    scale = 1.0 if e.kind in ("probability", "share", "change") else 0.0
    near = partial(math.isclose, e.value, rel_tol=ROUNDING, abs_tol=ROUNDING * scale) if e.value is not None else None
    if e.value is not None and near is not None and not (e.low <= e.value <= e.high or near(e.low) or near(e.high)):
        return "value outside its interval"
    if e.how not in HOWS or not (e.method or e.unit):
        return "does not say how it was got"
    if e.kind == "probability" and not (e.low >= 0 and e.high <= 1 + ROUNDING):
        return "a probability outside 0..1"
    if e.kind in ("rate", "loss", "duration", "count") and e.low < 0:
        return f"a negative {e.kind}"
    return ""


@pytest.mark.parametrize(("engine", "name"), each("estimates"))
def test_every_number_is_an_estimate_in_order(engine: str, name: str) -> None:
    _, _, _, answer = looked_at(engine, name)
    wrong = [(why, e) for e in estimates((answer.blocks, answer.facts)) if (why := fault_of(e))]
    assert not wrong


@pytest.mark.parametrize(("engine", "name"), each("findings"))
def test_every_finding_is_in_the_table(engine: str, name: str) -> None:
    _, _, _, answer = looked_at(engine, name)
    for f in answer.findings:
        code = rule(f.code) or ALL_CODES[f.code]  # what `fuelbed explain` prints
        assert all((code.title, code.means, code.why, code.cure, code.bad, code.good))
        assert f.severity is code.severity
        assert f.message.strip()


def known_names(case: Case) -> set[str]:
    case = with_declared(case)
    added = {c.target for a in case.actions.values() for c in a.does if c.verb == "add"}
    groups = {g.name for g in case.common_causes}
    outcomes = {o.name for o in case.outcomes}
    models = {n for m in case.dynamics.values() for n in (m.name, *m.states, *m.parameters, *m.let, *m.events)}
    signals = {*case.signals, *(s.shares for s in case.signals.values()), *(s.blind_text for s in case.signals.values())}
    shown = {n for m in case.dynamics.values() for n in m.shows}
    evidence = {*case.metrics, *case.events, *(n for t in case.metrics.values() for n in t.columns)}
    labels = {label for t in case.events.values() for label in t.labels}
    control = {*case.invariants, *case.controllers, *(n for c in case.controllers.values() for n in c.actions)}
    places = {x for f in case.factors.values() for x in (f.owner, f.layer)}
    known = {*models, *case.factors, *case.lines, *case.actions, *case.numbers, *added, *groups, *outcomes}
    sums = {n for s in case.threshold.sums.values() for n in (s.name, *s.terms)}
    records = {n for t in case.incidents.values() for n in (t.name, *t.factors, *t.labels)}
    parts = {n for t in case.history.values() for n in (t.name, *t.components)}
    return known | sums | records | parts | signals | shown | evidence | labels | control | places | set(case.hypotheses)


@pytest.mark.parametrize(("engine", "name"), each("names"))
def test_every_name_in_a_claim_is_in_the_case(engine: str, name: str) -> None:
    _, case, _, answer = looked_at(engine, name)
    known = known_names(case)
    texts = [answer.claim, *(b.text for b in answer.blocks if isinstance(b, Sentence))]
    said = {word for text in texts for word in re.findall(r"`([^`]*)`", text)}
    assert {w for w in said if w not in known and w.partition(".")[0] not in known} == set()


@pytest.mark.parametrize(("engine", "name"), each("texts"))
def test_no_text_shows_the_program(engine: str, name: str) -> None:
    """No `nan`, no `None`, no repr; an odd number of backticks marks nothing."""
    _, _, _, answer = looked_at(engine, name)
    for text in strings((answer.claim, [b for b in answer.blocks if not isinstance(b, Picture)])):
        assert not re.search(r"\bnan\b|\bNone\b|<[a-z_.]+ object|\bnp\.float|frozenset\(", text), text
        assert text.count("`") % 2 == 0, text


@pytest.mark.parametrize(("engine", "name"), each("blocks"))
def test_blocks_are_well_formed(engine: str, name: str) -> None:
    _, _, _, answer = looked_at(engine, name)
    ids = [b.id for b in answer.blocks if isinstance(b, Table)]
    assert len(set(ids)) == len(ids)
    for b in answer.blocks:
        if isinstance(b, Table):
            columns = [c.id for c in b.columns]
            assert len(set(columns)) == len(columns)
            assert {len(row) for row in b.rows} <= {len(columns)}
            assert b.rows or b.empty, f"{b.id} is empty and does not say why"
        if isinstance(b, Picture):
            json.dumps(b.data)
            assert b.alt.strip()


@pytest.mark.parametrize(("engine", "name"), each("deterministic", one_in=5, whole=True))
def test_two_runs_are_equal(engine: str, name: str) -> None:
    _, _, run, _ = looked_at(engine, name)
    again, _ = remembered_again(name)[engine]
    assert canonical(again.answer) == canonical(run.answer)


ANEW = each("fresh process", one_in=7, whole=True)
FRESH = frozenset(str(p.values[1]) for p in ANEW if not p.marks)


@cache
def elsewhere(every_time: bool) -> dict[str, dict[str, str]]:
    """The digests of all answers from a fresh process whose sets and dictionaries hash otherwise (here they hash by chance), for the cases that run
    every time or for the others."""
    names = [n for n in CORPUS if (n in FRESH) == every_time]
    done = subprocess.run(
        [sys.executable, "-m", "tests.conformance.fresh", *names],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT), *sys.path)), "PYTHONHASHSEED": "4711"},
        capture_output=True,
    )
    got: dict[str, dict[str, str]] = json.loads(done.stdout)
    return got


@pytest.mark.parametrize(("engine", "name"), ANEW)
def test_a_fresh_process_answers_the_same(engine: str, name: str) -> None:
    _, _, run, _ = looked_at(engine, name)
    assert elsewhere(name in FRESH)[name][engine] == digest(run.answer)
