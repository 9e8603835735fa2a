"""Every rule has all its texts, stands in its own file, and the page made of them is up to date."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from fuelbed.core.findings import Severity
from fuelbed.engines.lint import Rule, all_rules, rule
from fuelbed.engines.lint.catalogue import CODES
from fuelbed.engines.lint.page import SECTIONS, rules_page
from fuelbed.engines.lint.rule import FIELDS

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "src/fuelbed/engines/lint/rules"
each = pytest.mark.parametrize("r", all_rules(), ids=lambda r: r.code)


def test_the_list_and_the_folder_agree() -> None:
    assert sorted(f"{c.lower()}.py" for c in CODES) == sorted(p.name for p in FOLDER.glob("pm*.py"))
    assert list(CODES) == sorted(set(CODES))
    assert len({r.name for r in all_rules()}) == len(CODES)
    assert rule("PM999") is None


@each
def test_a_rule_is_complete(r: Rule) -> None:
    assert import_module(f"fuelbed.engines.lint.rules.{r.code.lower()}").RULE is r
    assert rule(r.code) is r
    for text in (r.means, r.why, r.cure, r.bad, r.good, r.question, r.false_positives):
        assert text == " ".join(text.split())
        assert text
    assert r.question.endswith("?")
    assert all(t.endswith(".") for t in (r.means, r.why, r.cure, r.false_positives))
    assert r.name == r.name.lower().replace(" ", "-")
    assert r.section in SECTIONS
    assert r.severity is not Severity.ERROR, "a judgement about text is never an error"
    assert r.stability in ("stable", "preview", "off")
    assert not r.field or r.severity is Severity.NOTE, "absence is a note"


def test_every_field_of_the_framing_has_a_rule_that_asks() -> None:
    assert {r.field for r in all_rules() if r.field} == set(FIELDS)


def test_the_page_is_made_from_the_rules() -> None:
    page = ROOT / "docs/rules.md"
    assert page.read_text(encoding="utf-8") == rules_page(all_rules()), "run: fuelbed explain --markdown > docs/rules.md"
