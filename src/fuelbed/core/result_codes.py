"""The code of faults in results that `fuelbed diff` reads (FB184), in the shape of `core/codes.py`."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.codes import Code
from fuelbed.core.findings import Severity

__all__ = ["RESULT_CODES"]

RESULT_CODES: Mapping[str, Code] = {
    "FB184": Code(
        "result not readable",
        Severity.ERROR,
        "A file given to `fuelbed diff` is no result of `fuelbed analyze --format json`, or one of another format version.",
        "A comparison with half of a result would pass for a change of the case.",
        "Write the result again with `fuelbed analyze CASE --format json -o FILE`, or name the case itself.",
        "fuelbed diff package.json after/",
        "fuelbed diff before.json after/",
    ),
}
