"""Ignore comments: what they cover, what they need, and where they do not count. Documents built by hand and read."""

from __future__ import annotations

import time

import pytest

from fuelbed.core.document import Document
from fuelbed.core.findings import Finding
from fuelbed.engines.lint import check
from fuelbed.engines.lint.ignores import ignores
from fuelbed.text.read import read
from fuelbed.text.understand import understand

HEAD = "# Booking page down\n\n## Root cause\n\n"
BLAME = "The cause was human error."


def doc(text: str) -> Document:
    return read(text, "a.md")


def find(text: str, *select: str) -> list[str]:
    return [f.code for f in _findings(text, *select)]


def _findings(text: str, *select: str) -> tuple[Finding, ...]:
    return check(understand(doc(text)), select=select or ("PM401", "PM002", "PM003"))


def test_the_next_block_and_only_that() -> None:
    comment = "<!-- fuelbed: ignore PM401 quoted from the vendor -->\n\n"
    assert find(f"{HEAD}{BLAME}\n") == ["PM401"]
    assert find(f"{HEAD}{comment}{BLAME}\n") == []
    assert find(f"{HEAD}{comment}{BLAME}\n\nIt was an operator error again.\n") == ["PM401"]


def test_the_block_it_stands_in() -> None:
    assert find(f"{HEAD}{BLAME} <!-- fuelbed: ignore PM401 the vendor's words -->\n\nAn operator error.\n") == ["PM401"]
    assert find(f"{HEAD}- A bug.\n- {BLAME} <!-- fuelbed: ignore PM401 the vendor's words -->\n- A leak.\n") == []


def test_the_whole_file() -> None:
    assert find(f"{HEAD}{BLAME}\n\nAn operator error.\n\n<!-- fuelbed: ignore-file PM401 the regulator's wording -->\n") == []


@pytest.mark.parametrize("codes", ["PM401 PM402", "PM401, PM402", "PM402,PM401", "pm401 , pm402"])
def test_several_codes(codes: str) -> None:
    (i,) = ignores(doc(f"{HEAD}<!-- fuelbed: ignore {codes} the reason, with PM999 in it -->\n\n{BLAME}\n"))
    assert sorted(c for c, _ in i.codes) == ["PM401", "PM402"]
    assert i.reason == "the reason, with PM999 in it"


def test_over_several_lines_and_in_odd_spacing() -> None:
    assert find(f"{HEAD}<!--fuelbed:ignore PM401\n   the vendor's\n   words-->\n\n{BLAME}\n") == []
    assert find(f"{HEAD}<!-- FUELBED: Ignore PM401: the words -->\n\n{BLAME}\n") == []


def test_a_reason_is_needed() -> None:
    found = _findings(f"{HEAD}<!-- fuelbed: ignore PM401 -->\n\n{BLAME}\n")
    assert [f.code for f in found] == ["PM003"]
    assert find(f"{HEAD}<!-- fuelbed: ignore PM401 : -->\n\n{BLAME}\n") == ["PM003"]


def test_a_comment_without_effect_is_told() -> None:
    text = f"{HEAD}<!-- fuelbed: ignore PM401, PM402 the reason -->\n\n{BLAME}\n"
    (f,) = _findings(text, "PM4", "PM002")
    assert f.code == "PM002"
    assert f.span is not None
    line = text.splitlines()[f.span.line - 1]
    assert line[f.span.column - 1 : f.span.end_column - 1] == "PM402"
    assert find(text) == [], "a rule that did not run is not called unused"
    assert find(f"{HEAD}<!-- fuelbed: ignore PM999 the reason -->\n\nA bug.\n") == ["PM002"]
    assert find(f"{HEAD}<!-- fuelbed: ignroe PM401 the reason -->\n\nA bug.\n") == ["PM002"]
    assert find(f"{HEAD}<!-- fuelbed: ignore this -->\n\nA bug.\n") == ["PM002"]


def test_meta_findings_cannot_be_silenced_in_the_text() -> None:
    text = f"{HEAD}<!-- fuelbed: ignore-file PM003 no reasons here -->\n\n<!-- fuelbed: ignore PM401 -->\n\n{BLAME}\n"
    assert "PM003" in find(text)


def test_not_in_code() -> None:
    fenced = f"{HEAD}```\n<!-- fuelbed: ignore-file PM401 the reason -->\n```\n\n{BLAME}\n"
    assert find(fenced) == ["PM401"]
    assert find(f"{HEAD}Write `<!-- fuelbed: ignore-file PM401 why -->` in the text.\n\n{BLAME}\n") == ["PM401"]
    assert find(f"{HEAD}Write ``a ` <!-- fuelbed: ignore-file PM401 why --> `` so.\n\n{BLAME}\n") == ["PM401"]


def test_a_heading_above_covers_what_is_missing_there() -> None:
    text = (
        "# Booking page down\n\nWords. "
        + "The page was down and the team met in a call. " * 10
        + "\n\n## Root cause\n\nBuild 42 broke it.\n"
    )
    assert "PM104" in find(text, "PM104")
    silenced = text.replace("## Root cause", "<!-- fuelbed: ignore PM104 described in the other report -->\n\n## Root cause")
    assert find(silenced, "PM104") == []


def test_places_are_exact() -> None:
    text = f"{HEAD}Ünï 😀 <!-- fuelbed: ignore PM401 why --> {BLAME}\n"
    (i,) = ignores(doc(text))
    assert text[i.place.start : i.place.end] == "<!-- fuelbed: ignore PM401 why -->"


@pytest.mark.parametrize(
    "unit",
    [
        "<!-- fuelbed: ",
        "<!--",
        "`" * 3 + " ",
        "<!-- fuelbed: ignore PM401 a --> ",
        "` `` ``` ",
        "<!-- fuelbed: ignore PM401 a -->\n\n",
    ],
)
def test_hostile_comments_stay_linear(unit: str) -> None:
    def seconds(n: int) -> float:
        d = doc(HEAD + unit * (n // len(unit)))
        start = time.process_time()
        ignores(d)
        return time.process_time() - start

    seconds(1000)
    assert min(seconds(80_000) for _ in range(3)) < 30 * max(seconds(8_000), 0.02)
