"""A fault tree from its files, whatever their format: XML is Open-PSA, anything else Galileo's text."""

from __future__ import annotations

import os
from collections.abc import Sequence

from fuelbed.core.errors import InputError
from fuelbed.core.faulttrees import FaultTree
from fuelbed.core.hints import visible
from fuelbed.readers.faulttrees.xml import MAX_BYTES
from fuelbed.readers.files import FileFault, read_bounded

__all__ = ["parse_fault_tree", "read_fault_tree"]


def read_fault_tree(paths: Sequence[str], top: str = "") -> FaultTree:
    """The tree that lies in `paths` (a model may be in several Open-PSA files). Raises `InputError` with every fault."""
    files, wrong = [], []
    for path in paths:
        try:
            files.append((path, read_bounded(os.path.realpath(path), path, MAX_BYTES)))
        except FileFault as e:
            from fuelbed.core.findings import Finding, Severity, Span  # only where there is something to say

            wrong.append(Finding("FB141", Severity.ERROR, visible(e.message), visible(e.cure), Span(visible(path), 1, 1)))
    if wrong:
        raise InputError(wrong)
    return parse_fault_tree(files, top)


def parse_fault_tree(files: Sequence[tuple[str, bytes]], top: str = "") -> FaultTree:
    """The same from (name, content)."""
    marked = [data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or data[:2] in (b"\xff\xfe", b"\xfe\xff") for _, data in files]
    if all(marked):
        from fuelbed.readers.faulttrees.openpsa import parse_openpsa

        return parse_openpsa(files, top)
    if len(files) > 1:
        from fuelbed.core.findings import Finding, Severity, Span

        name = next(n for (n, _), m in zip(files, marked, strict=True) if not m)
        cure = "Give one Galileo file, or only Open-PSA files."
        raise InputError(
            [Finding("FB141", Severity.ERROR, "several files, and this one is no XML.", cure, Span(visible(name), 1, 1))]
        )
    from fuelbed.readers.faulttrees.galileo import parse_galileo

    return parse_galileo(files[0][1], visible(files[0][0]), top)
