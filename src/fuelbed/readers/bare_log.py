"""A log of failures without a case around it: `fuelbed coupling outages.csv`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fuelbed.core.case import Case
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.history import FailureLog
from fuelbed.core.scanner import visible
from fuelbed.readers.fields import Faults, Reading, TooMany
from fuelbed.readers.files import Progress
from fuelbed.readers.history import About, read_history
from fuelbed.readers.yaml import Map, Scalar, load_yaml

__all__ = ["read_bare_log"]

_ENTRY = "\0entry"  # what stands in the entry that nobody wrote; no file is called so


def read_bare_log(path: Path, observed: tuple[str, str] | None = None, progress: Progress | None = None) -> Case:
    """The log at `path`, read as an entry of `evidence.history` that names it alone; `observed`: from when to when failures were logged.

    A case without factors comes back: it has a history, and nothing that history could be held against. Raises `InputError` with all findings.
    """
    shown = visible(str(path))
    entry: dict[str, object] = {"file": "log"}
    if observed is not None:
        entry["observed"] = {"start": observed[0], "end": observed[1]}
    try:
        node, faults = load_yaml(json.dumps(entry), _ENTRY)
    except InputError as e:  # what was asked for holds characters that no text has
        raise InputError(_placed(e.findings, shown)) from None
    if isinstance(node, Map) and isinstance(
        file := node.entries["file"].value, Scalar
    ):  # its name may hold bytes that are no text
        node.entries["file"] = replace(node.entries["file"], value=replace(file, text=path.name, value=path.name))
    r = Reading(shown, Faults(faults))
    inputs = {path.name: ""}
    logs: dict[str, FailureLog] = {}
    try:
        logs = read_history(r, node, path.parent, inputs, About(), progress)
    except TooMany:
        raise InputError(_placed(r.findings, shown)) from None
    if any(f.severity is Severity.ERROR for f in r.findings) or not logs:
        raise InputError(_placed(r.findings, shown))
    findings = tuple(sorted(_placed(r.findings, shown), key=lambda f: f.sort_key))
    return Case(path.stem, "", 1.0, {}, {}, (), history=logs, findings=findings, file=shown, inputs=inputs)


def _placed(found: Sequence[Finding], shown: str) -> list[Finding]:
    """What is said of the entry stands at the beginning of the log: its columns are those of a text that nobody can see."""
    top = Span(shown, 1, 1)
    return [replace(f, span=top) if f.span is not None and f.span.file == _ENTRY else f for f in found]
