"""PM702: monitoring-only."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import about, at_action, changes, listed_only
from fuelbed.engines.lint.rule import Rule
from fuelbed.text.lexicon import lexicon

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    acts = reading.actions
    if not listed_only(reading) or next(changes(reading), None) is not None:
        return
    sight = [a for a in acts if a.cls == "monitoring"]
    if not sight:
        return
    lex = lexicon("lint")
    if any(lex.first(a.item.text, "and_mends") for a in acts) or about(reading, "lint", "fix_shipped") is not None:
        return  # an item that mends what it finds, or a change that the story tells and no list
    others = len(acts) - len(sight)
    rest = f", and the other {'one writes or trains' if others == 1 else f'{others} write or train'}" if others else ""
    what = (
        "The only action item only adds sight"
        if len(acts) == 1
        else f"No action item changes the system: {len(sight)} add{'s' if len(sight) == 1 else ''} sight{rest}"
    )
    yield at_action(RULE, reading, sight[0], f"{what}.")


RULE = Rule(
    code="PM702",
    name="monitoring-only",
    severity=Severity.WARNING,
    section="§7",
    stability="preview",
    means="No action item changes the system: some add sight (alerts, dashboards, logs), the others write or train.",
    why="Seeing it sooner shortens it. It does not make it rarer.",
    cure="Add an action that removes a condition or adds a control.",
    bad="Add an alert on queue depth.",
    good="Bound the queue; alert when it is half full.",
    question="Which action would make it rarer, and not only seen sooner?",
    false_positives="An alert that starts an automatic control.",
    check=_check,
)
