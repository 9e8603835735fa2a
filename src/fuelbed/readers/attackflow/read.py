"""An attack flow from its file, whichever of the two forms it has."""

from __future__ import annotations

import os
import re
from dataclasses import replace

from fuelbed.core.attackflow import AttackFlow
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.scanner import visible
from fuelbed.readers.attackflow.builder import parse_builder
from fuelbed.readers.attackflow.faults import FlowFaults
from fuelbed.readers.attackflow.stix import parse_stix
from fuelbed.readers.files import FileFault, read_bounded
from fuelbed.readers.json_text import JsonText
from fuelbed.readers.sheets import SheetFault

__all__ = ["MAX_BYTES", "looks_like_attack_flow", "parse_attack_flow", "read_attack_flow"]

MAX_BYTES = 50_000_000
_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*["}]')


def looks_like_attack_flow(name: str, head: bytes) -> bool:
    """By its ending, else by how it begins: no postmortem in Markdown opens with a JSON object."""
    return name.lower().endswith((".afb", ".json")) or _JSON.match(head) is not None


def read_attack_flow(path: str) -> AttackFlow:
    """The flow in the file `path`. Raises `InputError` with every fault."""
    try:
        data = read_bounded(os.path.realpath(path), path, MAX_BYTES)
    except FileFault as e:
        raise InputError([_fault(path, e)]) from None
    return parse_attack_flow(data, path)


def parse_attack_flow(data: bytes, name: str = "flow.afb") -> AttackFlow:
    """The same from its content."""
    shown = visible(name)
    try:
        if len(data) > MAX_BYTES:
            raise SheetFault(f"the file is larger than {MAX_BYTES} bytes.", "Cut it to one flow.")
        document = JsonText.of(data, shown)
    except SheetFault as e:
        raise InputError([_fault(name, e, e.line, e.column)]) from None
    faults, root = FlowFaults(document), document.value
    cure = "Give the `.afb` file, or the STIX bundle that the Attack Flow Builder publishes."
    if not isinstance(root, dict) or "objects" not in root:
        faults.error("FB151", (), "this JSON is neither a drawing of the Attack Flow Builder nor a STIX bundle.", cure)
        faults.end()
    assert isinstance(root, dict)
    if root.get("type") == "bundle":
        flow = parse_stix(faults, faults.items(root["objects"], ("objects",), "`objects`"))
    else:
        flow = parse_builder(faults, root)
    if not flow.of("action"):
        faults.error("FB151", ("objects",), "there is no action in it.", "Draw what the attacker did, step by step.")
    return replace(flow, findings=faults.end(), file=shown)


def _fault(name: str, e: FileFault, line: int = 1, column: int = 1) -> Finding:
    return Finding("FB150", Severity.ERROR, visible(e.message), visible(e.cure), Span(visible(name), line, column))
