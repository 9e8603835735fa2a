"""`python -m tests.conformance.fresh [CASE...]`: a digest of every engine's answer on every case (or those named), as JSON, from a process of its own."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable

from fuelbed.core.blocks import Answer
from tests.conformance.corpus import CORPUS, make
from tests.conformance.runs import canonical, run_all

__all__ = ["digest", "digests"]


def digest(answer: Answer | None) -> str:
    return hashlib.sha256(canonical(answer).encode()).hexdigest()[:16]


def digests(names: Iterable[str]) -> dict[str, dict[str, str]]:
    out: dict[str, dict[str, str]] = {}
    for name in names:
        try:
            out[name] = {row: digest(run.answer) for row, (run, _) in run_all(make(name)).items()}
        except Exception as e:  # another test's fault: here it must only not hide the other cases
            out[name] = {"raised": repr(e)}
    return out


if __name__ == "__main__":
    print(json.dumps(digests(sys.argv[1:] or CORPUS)))
