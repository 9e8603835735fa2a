"""The one list of rules: code -> module. A rule's module is imported when the rule is asked for."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from fuelbed.engines.lint.rule import Rule

__all__ = ["CODES", "all_rules", "rule"]

CODES: tuple[str, ...] = (
    "PM002", "PM003", "PM004", "PM005", "PM006", "PM007",
    "PM101", "PM102", "PM103", "PM104", "PM105", "PM106", "PM107",
    "PM201", "PM202", "PM203", "PM204", "PM205", "PM206", "PM207", "PM208", "PM209",
    "PM303", "PM304", "PM305", "PM306", "PM307",
    "PM401", "PM402", "PM403", "PM404", "PM405", "PM407", "PM408",
    "PM501", "PM502", "PM503", "PM504",
    "PM602", "PM603", "PM604", "PM605", "PM606", "PM607", "PM608",
    "PM701", "PM702", "PM703", "PM704", "PM705", "PM706", "PM707", "PM708", "PM709",
    "PM801", "PM802", "PM803", "PM804",
    "PM901", "PM902", "PM903", "PM904",
)  # fmt: skip  # one line a section of the essay


@lru_cache(maxsize=256)
def rule(code: str) -> Rule | None:
    """The rule with this code; None where there is none."""
    if code not in CODES:
        return None
    found = import_module(f"fuelbed.engines.lint.rules.{code.lower()}").RULE
    assert isinstance(found, Rule)
    return found


def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the codes."""
    return tuple(r for r in map(rule, CODES) if r is not None)
