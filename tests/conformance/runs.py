"""Runs the registry's rows over a case as `analysis.py` does, and writes down what each engine reads, gives and touches."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from fuelbed.analysis import order
from fuelbed.core.blocks import Answer
from fuelbed.core.case import Case
from fuelbed.core.errors import BudgetError
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Board, Facts
from fuelbed.core.options import Options
from fuelbed.core.registry import Engine, rows_by_id
from tests.conformance.corpus import make

__all__ = [
    "Run",
    "canonical",
    "estimates",
    "examine",
    "looked_at",
    "remembered",
    "remembered_again",
    "run_all",
    "strings",
    "walk",
]


class _SpyBoard(Board):
    """A board that notes every reading, whichever way it comes."""

    def __init__(self, board: Board, read: set[type]) -> None:
        super().__init__(board._facts)
        self.read = read

    def get(self, kind: type) -> Any:
        self.read.add(kind)
        return super().get(kind)


@dataclass(slots=True)
class Run:
    """One engine on one case. `answer` is None where the engine ran out of a budget and said so."""

    answer: Answer | None
    read: set[type] = field(default_factory=set)
    given: tuple[type, ...] = ()


def examine(row: Engine, case: Case, board: Board, options: Options | None = None) -> Run:
    """Call the engine of `row`; its facts are *not* written to the board."""
    module, _, name = row.load.partition(":")
    function = getattr(import_module(module), name)
    read: set[type] = set()
    facts = Facts(_SpyBoard(board, read), row.takes)
    try:
        answer = function(case, facts, options or Options())
    except BudgetError:
        return Run(None, read)
    return Run(answer, read, tuple(type(f) for f in answer.facts))


def run_all(case: Case, options: Options | None = None) -> dict[str, tuple[Run, Board]]:
    """Every built engine in the order of the facts: its run, and the board as it was when the engine ran."""
    board = Board()
    out: dict[str, tuple[Run, Board]] = {}
    for row in order():
        if not row.load:
            continue
        run = examine(row, case, board, options)
        out[row.id] = (run, Board(dict(board._facts)))
        for fact in run.answer.facts if run.answer else ():
            if type(fact) in row.gives:  # the undeclared ones are another test's fault
                board._facts[type(fact)] = fact
    return out


@cache
def remembered(name: str) -> tuple[Case, Mapping[str, tuple[Run, Board]]]:
    """A case of the corpus with all its runs, worked out once for all checks that only look."""
    case = make(name)
    return case, run_all(case)


@cache
def remembered_again(name: str) -> Mapping[str, tuple[Run, Board]]:
    """The same once more, from a case read anew: what an engine remembers of the first must not show."""
    return run_all(make(name))


def looked_at(engine: str, name: str) -> tuple[Engine, Case, Run, Answer]:
    """Row, case, run and answer; skips where the engine ran out of its budget, which is a value and not a fault."""
    case, runs = remembered(name)
    run, _ = runs[engine]
    if run.answer is None:
        pytest.skip("out of budget, and says so")
    return rows_by_id()[engine], case, run, run.answer


def walk(x: object) -> Iterator[object]:
    """Every value inside `x`, `x` first: dataclasses, mappings, sequences, sets."""
    yield x
    if dataclasses.is_dataclass(x) and not isinstance(x, type):
        for f in dataclasses.fields(x):
            yield from walk(getattr(x, f.name))
    elif isinstance(x, Mapping):
        for k, v in x.items():
            yield from walk(k)
            yield from walk(v)
    elif isinstance(x, list | tuple | set | frozenset):
        for v in x:
            yield from walk(v)


def estimates(x: object) -> Iterator[Estimate]:
    for v in walk(x):
        if isinstance(v, Estimate):
            yield v
        elif isinstance(v, Mapping) and {"value", "low", "high"} <= set(v):  # the rows of a picture
            yield Estimate(v["value"], v["low"], v["high"], method="of a picture")


def strings(x: object) -> Iterator[str]:
    return (v for v in walk(x) if isinstance(v, str))


def canonical(x: object) -> str:
    """`x` in words: equal words mean equal values, in equal order. Floats to the last bit; sets sorted, as they have no order."""
    if dataclasses.is_dataclass(x) and not isinstance(x, type):
        inner = ",".join(f"{f.name}={canonical(getattr(x, f.name))}" for f in dataclasses.fields(x))
        return f"{type(x).__name__}({inner})"
    if isinstance(x, Mapping):
        return "{" + ",".join(f"{canonical(k)}:{canonical(v)}" for k, v in x.items()) + "}"
    if isinstance(x, set | frozenset):
        return "<" + ",".join(sorted(canonical(v) for v in x)) + ">"
    if isinstance(x, list | tuple):
        return "[" + ",".join(canonical(v) for v in x) + "]"
    if hasattr(x, "tolist"):  # numpy's arrays and numbers
        return canonical(x.tolist())
    if isinstance(x, float) and math.isnan(x):
        return "nan"
    return repr(x)
