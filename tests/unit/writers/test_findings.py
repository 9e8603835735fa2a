"""Writers of findings: shapes that other programs check, and words of documents that try to act."""

from __future__ import annotations

import json
from urllib.parse import unquote

import jsonschema
import pytest

from fuelbed.core.engine_codes import ALL_CODES
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.writers.findings_json import finding_data, finding_schema
from fuelbed.writers.github import github
from fuelbed.writers.sarif import SCHEMA, sarif

HOSTILE = [
    "plain", "::error file=x::gone", "a\n::set-env name=A::b", "##[add-mask]x", "100% of 50%0A::x", "[click](https://evil.example)",
    "a\r\n::stop-commands::t", "\x1b[31mred\x1b[0m", "\u202eback", "\ud800 half", "tab\there", "name,line=1:2", "\u2028::notice::x",
    "<script>alert(1)</script>", "\x85::notice::x", "##vso[task.setvariable variable=a]b",
]  # fmt: skip  # one list
FILES = [
    "a.md",
    "docs/a b.md",
    "C:\\x.md",
    "ünï/ö.md",
    "a:b,c.md",
    "/abs/x.md",
    "::error::.md",
    "\udcff.md",
    "a\nb.md",
    "../up.md",
    "100%.md",
]

_MESSAGE = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}, "markdown": {"type": "string"}},
}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_POSITIVE = {"type": "integer", "minimum": 1}
# The essentials of SARIF 2.1.0 that consumers rely on, written from the standard (sections 3.13 to 3.51)
ESSENTIALS = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results", "columnKind"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "properties": {
                                                "id": {"type": "string"},
                                                "name": {"type": "string"},
                                                "shortDescription": _MESSAGE,
                                                "fullDescription": _MESSAGE,
                                                "help": _MESSAGE,
                                                "defaultConfiguration": {"type": "object", "properties": {"level": _LEVEL}},
                                            },
                                            "additionalProperties": False,
                                        },
                                    },
                                },
                                "additionalProperties": False,
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message", "ruleId"],
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": _LEVEL,
                                "message": _MESSAGE,
                                "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
                                "locations": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "properties": {
                                            "physicalLocation": {
                                                "type": "object",
                                                "required": ["artifactLocation"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "type": "object",
                                                        "properties": {
                                                            "uri": {"type": "string"},
                                                            "uriBaseId": {"type": "string"},
                                                        },
                                                        "additionalProperties": False,
                                                    },
                                                    "region": {
                                                        "type": "object",
                                                        "properties": dict.fromkeys(
                                                            ("startLine", "startColumn", "endLine", "endColumn"), _POSITIVE
                                                        ),
                                                        "additionalProperties": False,
                                                    },
                                                },
                                                "additionalProperties": False,
                                            }
                                        },
                                    },
                                },
                            },
                            "additionalProperties": False,
                        },
                    },
                },
            },
        },
    },
}


def finding(message: str = "Something.", file: str = "a.md", severity: Severity = Severity.WARNING) -> Finding:
    return Finding("PM401", severity, message, "Do this.", Span(file, 3, 5, 3, 9), "anchor")


EVERY = [*(finding(m) for m in HOSTILE), *(finding(file=f) for f in FILES), Finding("FB205", Severity.ERROR, "No place.")]


def test_sarif_has_the_shape_of_the_standard() -> None:
    log = json.loads(sarif(EVERY, ALL_CODES, "1.2"))
    jsonschema.validate(log, ESSENTIALS)
    assert log["$schema"] == SCHEMA
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    for r, f in zip(log["runs"][0]["results"], EVERY, strict=True):
        assert rules[r["ruleIndex"]]["id"] == r["ruleId"] == f.code
        assert r["level"] == f.severity.value
        assert r["partialFingerprints"]["fuelbed/v1"] == f.fingerprint
    assert json.loads(sarif([], {}, "1"))["runs"][0]["results"] == []


def test_sarif_regions_and_addresses() -> None:
    results = json.loads(sarif(EVERY, {}, "1"))["runs"][0]["results"]
    for r, f in zip(results, EVERY, strict=True):
        if f.span is None:
            assert "locations" not in r
            continue
        place = r["locations"][0]["physicalLocation"]
        assert place["region"] == {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9}
        uri = place["artifactLocation"]["uri"]
        assert uri.isascii()
        assert not set(uri.removeprefix("file://")) & set(' :,\\\n"<>')
        assert unquote(uri.removeprefix("file://"), errors="surrogateescape") == f.span.file
        assert ("uriBaseId" in place["artifactLocation"]) is not f.span.file.startswith("/")


def test_sarif_messages_hold_no_link_of_a_document() -> None:
    text = sarif([finding("see [click](https://evil.example)")], {}, "1")
    assert "](" not in json.loads(text)["runs"][0]["results"][0]["message"]["text"]
    text.encode()


@pytest.mark.parametrize("f", EVERY, ids=range(len(EVERY)))
def test_github_commands_cannot_be_forged(f: Finding) -> None:
    out = github([f])
    assert out.count("\n") == 1
    assert out.endswith("\n")
    assert len(out.splitlines()) == 1
    head, _, data = out[2:].partition("::")
    assert out.startswith(("::warning ", "::error "))
    assert data
    _name, _, told = head.partition(" ")
    keys = [part.partition("=")[0] for part in told.split(",")]
    assert keys == (["file", "line", "col", "endColumn", "title"] if f.span else ["title"])
    assert not any(c < " " for c in out.rstrip("\n"))


def test_github_levels() -> None:
    assert [github([finding(severity=s)]).split(" ")[0] for s in Severity] == ["::notice", "::warning", "::error"]
    assert github([]) == ""


def test_plain_data_is_as_its_schema_says() -> None:
    jsonschema.Draft202012Validator.check_schema(finding_schema())
    for f in EVERY:
        jsonschema.validate(json.loads(json.dumps(finding_data(f, ALL_CODES.get(f.code)))), finding_schema())


def test_fingerprints_follow_the_anchor_and_not_the_line() -> None:
    one = Finding("PM401", Severity.WARNING, "m", "", Span("a.md", 3, 5), "heading\nsentence")
    moved = Finding("PM401", Severity.WARNING, "other words", "", Span("a.md", 30, 1), "heading\nsentence")
    assert one.fingerprint == moved.fingerprint
    assert one.fingerprint != Finding("PM401", Severity.WARNING, "m", "", Span("a.md", 3, 5)).fingerprint
    assert Finding("FB011", Severity.ERROR, "m", "", Span("case.yaml", 1, 1)).fingerprint == "354644ce46ac3e7e"
