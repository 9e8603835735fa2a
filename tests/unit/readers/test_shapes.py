"""The schema and the reader agree."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from fuelbed.core.errors import InputError
from fuelbed.readers.case import CORE_KEYS, ENGINE_SECTIONS, parse_case
from fuelbed.readers.shapes import CaseFile, case_json_schema
from fuelbed.readers.yaml import load_yaml, plain
from tests.unit.readers.test_case import BASE, EXAMPLE

_SHAPE_FAULTS = [
    ("kind: trigger", "kind: triger"), ("rate: monthly", "lastes: 1 h"), ("fuelbed: 1", "fuelbed: 2"), ("title: t", "titel: t"),
    ("fails: 0.1", "state: broke"), ("fails: 0.1", "rate: 2 per year"), ("  weak:", "  Weak: {kind: condition}\n  weak:"),
    ("structure:\n", "structure: []\nlines:\n"), ("failure: out", "failure: [out]"),
]  # fmt: skip


@pytest.mark.parametrize("text", [BASE, EXAMPLE])
def test_good_cases_pass_both(text: str) -> None:
    parse_case(text)
    CaseFile.model_validate(plain(load_yaml(text, "f")[0]))


@pytest.mark.parametrize(("old", "new"), _SHAPE_FAULTS)
def test_faults_of_shape_fail_both(old: str, new: str) -> None:
    text = BASE.replace(old, new, 1)
    with pytest.raises(InputError):
        parse_case(text)
    with pytest.raises(ValidationError):
        CaseFile.model_validate(plain(load_yaml(text, "f")[0]))


def test_the_schema_names_every_section() -> None:
    schema = case_json_schema()
    assert set(schema["properties"]) == {*CORE_KEYS, *ENGINE_SECTIONS}
    assert schema["additionalProperties"] is False
