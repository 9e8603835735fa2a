"""The one list of rules: code -> module. A rule's module is imported when the rule is asked for."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from fuelbed.engines.lint.rule import Rule

__all__ = ["CODES", "all_rules", "rule"]

CODES: tuple[str, ...] = (
    "PM002", "PM003",
    "PM101", "PM102", "PM104", "PM105",
    "PM201", "PM202", "PM203", "PM204", "PM205",
    "PM304", "PM305", "PM306",
    "PM401", "PM402", "PM404", "PM408",
    "PM501", "PM502", "PM503",
    "PM602", "PM603",
    "PM701", "PM702", "PM703", "PM704", "PM705", "PM706", "PM707",
    "PM801", "PM802", "PM803", "PM804",
    "PM901",
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
