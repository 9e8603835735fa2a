"""The codes of faults in `fuelbed.toml` (FB18x), in the shape of `core/codes.py`."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.codes import Code
from fuelbed.core.findings import Severity

__all__ = ["SETTINGS_CODES"]

_E = Severity.ERROR

SETTINGS_CODES: Mapping[str, Code] = {
    "FB180": Code(
        "settings not readable",
        _E,
        "`fuelbed.toml` or `pyproject.toml` is no TOML, no text, or too large.",
        "A review under half of its settings would say something else than what was asked for.",
        "Correct the line that is named.",
        "select = [PM4",
        'select = ["PM4"]',
    ),
    "FB181": Code(
        "unknown setting",
        _E,
        "A key or table of the settings is none that Fuelbed knows.",
        "A misspelt setting would be left out without a word.",
        "Use the name that is proposed; `fuelbed schema --config` prints them all.",
        '[review]\nselct = ["PM4"]',
        '[review]\nselect = ["PM4"]',
    ),
    "FB182": Code(
        "wrong value of a setting",
        _E,
        "A setting has a value of the wrong kind, or a path that leaves the folder of the settings.",
        "What was meant would have to be guessed, and a file outside the repository could be written.",
        "Write the value that is named.",
        'fail-on = "always"',
        'fail-on = "warning"',
    ),
    "FB183": Code(
        "no such rule",
        _E,
        "A code in the settings is neither a rule's nor the beginning of one.",
        "A rule that is thought to be silenced would go on, and one thought to run would not.",
        "Write a code of `fuelbed explain`, or a beginning such as PM4.",
        'ignore = ["PM9999"]',
        'ignore = ["PM803"]',
    ),
}
