"""Findings as a GitLab Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from fuelbed.core.findings import Finding, Severity
from fuelbed.writers.described import printable

__all__ = ["gitlab"]

_SEVERITIES = {Severity.NOTE: "info", Severity.WARNING: "minor", Severity.ERROR: "major"}


def gitlab(findings: Iterable[Finding]) -> str:
    """A list with one entry a finding. GitLab drops entries with one fingerprint, so the second of the same words is numbered."""
    seen: Counter[str] = Counter()
    out = []
    for f in findings:
        seen[f.fingerprint] += 1
        number = seen[f.fingerprint]
        s = f.span
        out.append(
            {
                "description": printable(f"{f.message} {f.cure}".strip()),
                "check_name": f.code,
                "fingerprint": f.fingerprint if number == 1 else f"{f.fingerprint}-{number}",
                "severity": _SEVERITIES[f.severity],
                "location": {
                    "path": s.file.removeprefix("./") if s else ".",
                    "lines": {"begin": max(s.line, 1) if s else 1, "end": max(s.end_line, s.line, 1) if s else 1},
                },
            }
        )
    return json.dumps(out, indent=1, ensure_ascii=False) + "\n"
