"""Cases written as YAML, and their reports: what the tests of the dynamics engine ask about."""

from __future__ import annotations

import numpy as np

from fuelbed.analysis import analyze
from fuelbed.core.blocks import Answer, Picture, Sentence, Table
from fuelbed.core.case import Case
from fuelbed.core.dynamics import Model
from fuelbed.core.facts import Board
from fuelbed.core.options import Options
from fuelbed.core.registry import rows_by_id
from fuelbed.core.reporting import Report
from fuelbed.engines import dynamics
from fuelbed.engines.dynamics.draws import Draws, Variant, draw
from fuelbed.readers.case import parse_case

__all__ = ["ILL", "RETRY", "answer", "board", "case", "report", "said", "table", "today", "variant"]

ILL = """\
  spread:
    states: {{ill: {{start: 0, range: 0..1}}}}
    parameters: {{catch: {catch}, heal: {heal}}}
    next: {{ill: "clip(ill + catch * ill * ill * (1 - ill) - heal * ill, 0, 1)"}}
    step: 1 s
    failed: ill > 0.5
    load: catch
    pushes: {{push: {{ill: {push}}}}}
"""
"""One state; a push beyond (1 - sqrt(1 - 4 heal / catch)) / 2 stays: 0.2 at 1 and 0.16. Parameters are text."""

RETRY = """\
  service:
    archetype: retry_service
    parameters: {{capacity: {capacity}, load: {load}, timeout: 300 ms, retries: {retries}}}
    pushes: {{push: {{load: times {times}, lasts: 20 s}}}}
"""


def case(models: str, actions: str = "", line: str = "tips(push)", numbers: str = "", factors: str = "") -> Case:
    text = (
        "fuelbed: 1\ntitle: a test\nfailure: out\nfactors:\n  push: {kind: trigger, rate: 10 per year, in_incident: yes}\n"
        + factors
    )
    text += f"structure:\n  out: {line}\n{numbers}dynamics:\n{models}"
    return parse_case(text + (f"actions:\n{actions}" if actions else ""), "test.yaml")


def board(c: Case, seed: int = 0) -> Board:
    """The facts that dynamics gives of it."""
    b = Board()
    row = rows_by_id()["dynamics"]
    for f in dynamics.examine(c, b.for_engine(row.takes), Options(seed=seed)).facts:
        b.write(f, row.gives)
    return b


def answer(c: Case, seed: int = 0) -> Answer:
    return dynamics.examine(c, Board().for_engine(rows_by_id()["dynamics"].takes), Options(seed=seed))


def report(c: Case) -> Report:
    return analyze(c)


def table(a: Answer, name: str) -> Table:
    return next(b for b in a.blocks if isinstance(b, Table) and b.id == name)


def said(a: Answer) -> str:
    """The claim and every sentence."""
    return "\n".join(
        [a.claim, *(b.text for b in a.blocks if isinstance(b, Sentence)), *(b.alt for b in a.blocks if isinstance(b, Picture))]
    )


def today(m: Model, rows: int = 25, seed: int = 0) -> Variant:
    return draw(m, Draws(np.random.default_rng(seed), rows))


def variant(models: str, rows: int = 25, seed: int = 0) -> Variant:
    return today(next(iter(case(models).dynamics.values())), rows, seed)
