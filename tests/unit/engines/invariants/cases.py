"""Small cases for the tests of the invariants engine: a folder with metrics, events and a text, put together of parts."""

from __future__ import annotations

from pathlib import Path

from fuelbed.core.blocks import Answer
from fuelbed.core.case import Case
from fuelbed.core.facts import Board, Facts
from fuelbed.core.options import Options
from fuelbed.engines.invariants import examine
from fuelbed.readers.case import parse_case, read_case

__all__ = ["HEAD", "answer", "case_of", "in_folder"]

HEAD = """fuelbed: 1
title: t
failure: out
date: 2025-09-29
factors:
  push: {kind: trigger, rate: monthly, in_incident: yes}
  weak: {kind: condition, present: yes}
"""
STRUCTURE = "structure:\n  out: push and weak\n"


def case_of(more: str, factors: str = "", structure: str = STRUCTURE) -> Case:
    return parse_case(HEAD + factors + structure + more)


def in_folder(folder: Path, more: str, files: dict[str, str], factors: str = "", structure: str = STRUCTURE) -> Case:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "case.yaml").write_text(HEAD + factors + structure + more, encoding="utf-8")
    return read_case(folder)


def answer(case: Case) -> Answer:
    return examine(case, Facts(Board(), ()), Options())
