"""The codes of faults in attack flows and lists of vulnerabilities (FB15x), in the shape of `core/codes.py`."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.codes import Code
from fuelbed.core.findings import Severity

__all__ = ["ATTACK_CODES"]

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

ATTACK_CODES: Mapping[str, Code] = {
    "FB150": Code(
        "not readable as an attack flow",
        _E,
        "The file is no JSON, or cannot be opened, or is too large.",
        "Nothing after that place can be understood.",
        "Save it again from the Attack Flow Builder, or export it as STIX 2.1.",
        '{"schema": "attack_flow_v2", "objects": [',
        '{"schema": "attack_flow_v2", "objects": []}',
    ),
    "FB151": Code(
        "no attack flow in it",
        _E,
        "The JSON is neither a drawing of the Attack Flow Builder nor a STIX bundle with an attack flow, or holds no action.",
        "There is no chain to draft a case from.",
        "Give the `.afb` file, or the bundle that the Builder publishes.",
        '{"type": "bundle", "objects": [{"type": "malware", ...}]}',
        '{"type": "bundle", "objects": [{"type": "attack-flow", ...}, {"type": "attack-action", ...}]}',
    ),
    "FB152": Code(
        "a value of the wrong kind in an attack flow",
        _E,
        "A value is no text, no list, or no object where the format has one; or an id is missing.",
        "What was meant cannot be told.",
        "Correct it there, or save the file again.",
        '"effect_refs": "attack-action--1"',
        '"effect_refs": ["attack-action--1"]',
    ),
    "FB153": Code(
        "an id twice in an attack flow",
        _E,
        "Two objects have one id.",
        "An edge that names it could mean either.",
        "Give one of the two an id of its own, and correct the edges.",
        "two objects with the id attack-action--1",
        "attack-action--1 and attack-action--2",
    ),
    "FB154": Code(
        "an edge with a missing end",
        _W,
        "An edge leads to, or comes from, nothing that the file holds.",
        "It is left out: the chain is read without it.",
        "Attach the line to a box in the drawing, or remove it; in a bundle, add the object.",
        '"effect_refs": ["attack-action--9"], and no such object',
        '"effect_refs": ["attack-action--2"]',
    ),
    "FB155": Code(
        "an object of a kind not known",
        _N,
        "The drawing or bundle holds an object that is no part of the format.",
        "It is kept as a remark beside the flow, or left out where it has no text; no step comes of it.",
        "Nothing to do, unless it should have been an action or a condition.",
        '{"id": "sticky_label", ...}',
        '{"id": "note", ...}',
    ),
    "FB156": Code(
        "an operator that is neither AND nor OR",
        _E,
        "An operator joins paths by a word that the format does not have.",
        "Whether all paths are needed or one would be guessed.",
        "Write AND or OR.",
        '"operator": "XOR"',
        '"operator": "OR"',
    ),
    "FB157": Code(
        "not readable as a list of vulnerabilities",
        _E,
        "The file under `evidence.kev` is not CISA's catalogue in JSON, or the one under `evidence.epss` not FIRST's scores in CSV, or a row is wrong.",
        "What it says about an exploit would be guessed.",
        "Download it again and put it into the case folder as it is.",
        "CVE-2021-44228,97 %",
        "CVE-2021-44228,0.97,0.99",
    ),
    "FB158": Code(
        "not a CVE id",
        _N,
        "The `cve` of an exploit is not written as CVE-YEAR-NUMBER.",
        "It is looked up by its letters, so no list is asked for it.",
        "Write `cve: CVE-2021-44228`.",
        "cve: log4shell",
        "cve: CVE-2021-44228",
    ),
    "FB159": Code(
        "what public lists say about an exploit",
        _N,
        "The local copy of CISA's list of known exploited vulnerabilities, or of FIRST's EPSS scores, names this exploit, or does not.",
        "It is published knowledge about the world, not about your system: no rate is taken from it.",
        "Use it where you judge the `rate` of this exploit, and name it there as the `source`.",
        "a `rate` that nobody gave, for a vulnerability known to be exploited",
        "rate: {value: 1..6 per year, basis: judged, source: CISA KEV 2021-12-10}",
    ),
}
