"""The baseline: the findings that are known, by fingerprint, so that only new ones count."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from fuelbed.cli.common import reason, refuse, say, write_out
from fuelbed.core.findings import Finding

__all__ = ["Baseline", "new_findings"]

_MOST_BASELINE = 50_000_000  # bytes


class Baseline:
    """A baseline file, read at once: it is refused (code 2) before anything is worked out. One that is not there yet is written with the first findings."""

    def __init__(self, file: Path) -> None:
        self._file, self._known = file, _known(file)

    def new(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that the file does not hold."""
        found = list(findings)
        if self._known is not None:
            return [f for f in found if _identity(f, self._file) not in self._known]
        known = sorted(_identity(f, self._file) for f in found)
        write_out(json.dumps({"fuelbed-baseline": 1, "known": known}, indent=1) + "\n", self._file)
        say(f"Wrote {self._file}: {_count(len(found), 'finding')} known from now on.", err=True)
        return []


def new_findings(findings: Iterable[Finding], baseline: Path | None) -> list[Finding]:
    """The findings that the baseline file does not hold; all of them where none is named."""
    return list(findings) if baseline is None else Baseline(baseline).new(findings)


def _known(baseline: Path) -> list[object] | None:
    """What the file holds, None where it is not there yet."""
    if not baseline.exists():
        return None
    text = _baseline_text(baseline)
    try:
        known = json.loads(text)["known"]
        if not isinstance(known, list):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        refuse(f"{baseline}: not a baseline file. Delete it, and the next run writes it anew.")
    return known


def _baseline_text(baseline: Path) -> str:
    """ "" where it is no text."""
    from fuelbed.readers.files import FileFault, read_bounded

    try:
        data = read_bounded(baseline.resolve(), str(baseline), _MOST_BASELINE)
    except FileFault as e:
        refuse(f"{baseline}: cannot be read ({e.message.rstrip('.')}).")
    except (OSError, RuntimeError) as e:
        refuse(f"{baseline}: cannot be read ({reason(e) if isinstance(e, OSError) else e}).")
    try:
        return data.decode("utf-8") if len(data) <= _MOST_BASELINE else ""
    except ValueError:
        return ""


def _identity(f: Finding, baseline: Path) -> str:
    """The finding's fingerprint with its file as seen from the baseline's folder: however the path was typed, it is the same file."""
    if f.span is None:
        return f.fingerprint
    file = os.path.relpath(os.path.realpath(f.span.file), os.path.realpath(baseline.parent)).replace(os.sep, "/")
    return replace(f, span=replace(f.span, file=file)).fingerprint


def _count(n: int, word: str) -> str:
    return f"{n} {word}{'s are' if n != 1 else ' is'}"
