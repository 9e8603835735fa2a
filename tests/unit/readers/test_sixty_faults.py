"""One case file with sixty faults of many kinds: sixty findings, each at its place, each with a cure, none hidden by another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fuelbed.core.codes import CODES
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding
from fuelbed.readers.case import parse_case

HERE = Path(__file__).parent
TEXT = (HERE / "sixty_faults.yaml").read_text(encoding="utf-8")
_SAID = re.compile(r"(?P<line>.*\S)\s+# (?P<code>FB\d{3}) (?P<at>\S+)$")


def _expected() -> list[tuple[int, int, str]]:
    """(line, column, code) of every comment."""
    out = []
    for number, line in enumerate(TEXT.splitlines(), 1):
        m = _SAID.match(line)
        if m:
            out.append((number, m["line"].index(m["at"]) + 1, m["code"]))
    return sorted(out)


def _found() -> list[Finding]:
    with pytest.raises(InputError) as caught:
        parse_case(TEXT, "sixty_faults.yaml", HERE)
    return list(caught.value.findings)


def test_each_fault_is_found_at_its_place() -> None:
    assert [(f.span.line, f.span.column, f.code) for f in _found() if f.span] == _expected()


def test_there_are_sixty_of_many_kinds() -> None:
    found = _found()
    assert len(found) == len(_expected()) == 60
    assert len({f.code for f in found}) >= 40
    kinds = {(f.code, re.sub(r"`[^`]*`|\d+", "_", f.message)) for f in found}
    assert len(kinds) >= 50


def test_each_says_what_to_do_on_one_line() -> None:
    for f in _found():
        assert f.code in CODES
        assert len(f.cure) >= 10, f.line()
        assert f.message.endswith(".")
        assert f.line().isprintable()
        assert len(f.message) <= 300
        assert f.span is not None
        assert (f.span.end_line, f.span.end_column) > (f.span.line, f.span.column)


def test_cures_name_what_was_meant() -> None:
    meant = {"titel": "title", "uot": "out", "triger": "trigger", "montly": "monthly", "waek": "weak", "weka": "weak", "moer": "more",
             "reprot": "report"}  # fmt: skip  # one table
    cures = {m: f.cure for f in _found() for m in re.findall(r"`([^`]*)`", f.message)[:1]}
    for wrong, right in meant.items():
        assert cures[wrong] == f"Did you mean `{right}`?", wrong
