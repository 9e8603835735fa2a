"""PM604: no-evidence-shown."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_section
from fuelbed.engines.lint.rule import Rule

__all__ = ["RULE"]

_LEAST_WORDS = 25  # of a section that may be asked for evidence
_SHOWN = ("](", "http", "`", "<img", "![")


def _check(reading: Reading) -> Iterator[Finding]:
    d = reading.document
    said = list(d.said("cause"))
    if sum(len(s.plain.split()) for s in said) < _LEAST_WORDS or any(c.isdigit() for s in said for c in s.words):
        return
    blocks = [b for b in d.blocks if d.sections[b.section].role == "cause"]
    if any(b.kind in ("code", "quote", "chat", "row") or any(mark in d.quote(b.place) for mark in _SHOWN) for b in blocks):
        return
    yield at_section(RULE, reading, ("cause",), "The section on the cause shows no link, number, code or quoted line.")


RULE = Rule(
    code="PM604",
    name="no-evidence-shown",
    severity=Severity.NOTE,
    section="§6",
    stability="off",
    means="The section on the cause shows nothing to check it by: no link, number, code, picture or quoted line.",
    why="What rests on nothing that can be looked up is an opinion, and the next reader cannot tell.",
    cure="Link the graph, the log line, the query or the commit that shows it.",
    bad="The database was slow, because of the deploy.",
    good="Queries waited for locks from 10:02 (graph), 40 s after build 42 (commit).",
    question="Which graph, log line or commit shows it?",
    false_positives="Links taken out before publication; so it is off unless selected.",
    check=_check,
)
