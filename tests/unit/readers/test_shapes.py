"""The schema and the reader agree."""

from __future__ import annotations

from pathlib import Path

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


_MODELS = (Path(__file__).parent / "dynamics_example.yaml").read_text(encoding="utf-8")
_MODEL_FAULTS = [
    ("archetype: retry_service", "archtype: retry_service"), ("parameters: {check", "parameters: {Check"), ("varies: 40..90", "vary: 40..90"),
    ("states:\n", "states: []\n    let:\n"), ("{stale: set 0.4}", "[stale]"), ("start: 0, ", ""), ("{stale_work: served}", "[stale_work]"), ("load: spread", "load: [spread]"),
    ("basis: assumed}     #", "basis: guessed}     #"), ("step: 1 minute", "step: [1]"), ("range: 0..1", "range: [0]"), ("metrics: db ", "metrics: {} "),
    ("failed: stale > 0.5", "failed: {a: b}"), ("next: {stale: \"clip", "next: {stal: {a: b}, stale: \"clip"), ("times 1.6", "[1.6]"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), _MODEL_FAULTS)
def test_faults_of_shape_in_a_model_fail_both(old: str, new: str) -> None:
    assert old in _MODELS
    text = _MODELS.replace(old, new, 1)
    with pytest.raises(InputError):
        parse_case(text)
    with pytest.raises(ValidationError):
        CaseFile.model_validate(plain(load_yaml(text, "f")[0]))


def test_an_empty_parameter_passes_both() -> None:
    text = _MODELS.replace("      timeout: 300 ms\n", "      timeout:\n").replace(
        "{check: 0.2, spread", "{check: {what: a share}, spread"
    )
    assert [p.name for m in parse_case(text).dynamics.values() for p in m.missing] == ["timeout", "queue", "check"]
    CaseFile.model_validate(plain(load_yaml(text, "f")[0]))


@pytest.mark.parametrize("text", [BASE, EXAMPLE, _MODELS])
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
    assert schema["title"] == "Fuelbed case"
