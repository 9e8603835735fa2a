"""The one table of engines: a row each. Listing engines imports none of them; `analysis.py` orders and runs the rows.

An engine's module gives `examine(case, facts, options) -> Answer`, a pure function. A row without `load` is an engine that this
version does not have: its question stays in every report as *asked for, not found*, and its sections are accepted unread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fuelbed.core.facts import (
    JointFailures,
    Loops,
    Margins,
    NotFound,
    RiskShares,
    Signatures,
    StoryShares,
    ThresholdMargins,
    Tipping,
    Verdicts,
)

__all__ = ["ENGINES", "Engine", "owned_sections", "rows_by_id"]


@dataclass(frozen=True, slots=True)
class Engine:
    """One row. `owns` are the top-level sections of the case file that this engine gives meaning to; `brief` is the question in a few words."""

    id: str
    section: str
    question: str
    brief: str = ""
    load: str = ""
    reads: tuple[str, ...] = ()
    takes: tuple[type, ...] = ()
    gives: tuple[type, ...] = ()
    columns: tuple[str, ...] = ()
    owns: tuple[str, ...] = ()
    missing: NotFound | None = None


ENGINES: tuple[Engine, ...] = (
    Engine(
        "structure",
        "§1",
        "Which triggers and which latent conditions together fail, and what is left after each is removed?",
        "what is left",
        load="fuelbed.engines.structure:examine",
        reads=("factors", "structure", "outcomes", "common_causes"),
        takes=(Tipping, JointFailures),
        gives=(RiskShares,),
    ),
    Engine(
        "actions",
        "",
        "What does each action item really change?",
        "action items",
        load="fuelbed.engines.actions:examine",
        reads=("actions", "factors", "structure"),
        takes=(RiskShares, Tipping, Margins, ThresholdMargins, Signatures),
        gives=(Verdicts,),
        columns=("hazard", "probability", "loss", "verdict"),
    ),
    Engine(
        "dynamics",
        "§2",
        "How did feedback amplify the push, and where is the stability boundary?",
        "feedback",
        load="fuelbed.engines.dynamics:examine",
        reads=("dynamics", "actions", "factors", "evidence.metrics"),
        gives=(Tipping, Loops, Margins),
        columns=("margin",),
        owns=("dynamics",),
    ),
    Engine(
        "coupling",
        "§3",
        "Which parts fail together though they were thought independent?",
        "joint failures",
        load="fuelbed.engines.coupling:examine",
        reads=(
            *("coupling", "factors", "structure", "outcomes", "common_causes", "dynamics", "system"),
            *("evidence.history", "evidence.metrics", "evidence.events", "evidence.traces"),
        ),
        takes=(Tipping,),
        gives=(JointFailures,),
        owns=("coupling",),
    ),
    Engine(
        "attribution",
        "§4",
        "Does the written story follow the risk, or what was convenient to record?",
        "story and risk",
        load="fuelbed.engines.attribution:examine",
        reads=("attribution", "narrative", "author_team", "factors", "actions", "common_causes", "outcomes"),
        takes=(RiskShares, Verdicts, Tipping, Loops, JointFailures, Margins, ThresholdMargins),
        gives=(StoryShares,),
        owns=("attribution",),
    ),
    Engine(
        "threshold",
        "§5",
        "How close to failing was it, and which factors pushed it over?",
        "margin",
        load="fuelbed.engines.threshold:examine",
        reads=("threshold", "factors", "actions", "evidence.incidents", "evidence.metrics"),
        gives=(ThresholdMargins,),
        columns=("room",),
        owns=("threshold",),
    ),
    Engine(
        "observability",
        "§6",
        "What can the signals not tell apart?",
        "signals",
        load="fuelbed.engines.observability:examine",
        reads=("signals", "seen", "hypotheses", "factors", "structure", "actions", "narrative", "dynamics", "evidence.metrics"),
        takes=(Tipping,),
        gives=(Signatures,),
        columns=("ambiguity",),
        owns=("signals", "seen", "hypotheses"),
    ),
    Engine(
        "lint",
        "§7",
        "Which well-known misconceptions does the text hold?",
        "misconceptions",
        load="fuelbed.engines.lint.examine:examine",
        reads=("narrative", "dynamics", "factors", "structure", "actions"),
        takes=(Verdicts, Loops, RiskShares),
        owns=("lint",),
    ),
    Engine(
        "invariants",
        "§8",
        "Which invariants were violated, which controls failed or were absent?",
        "controls",
        load="fuelbed.engines.invariants:examine",
        reads=(
            *(
                "invariants",
                "control_structure",
                "factors",
                "structure",
                "common_causes",
                "actions",
                "dynamics",
                "signals",
                "seen",
            ),
            *("hypotheses", "system", "narrative", "evidence.metrics", "evidence.events"),
        ),
        owns=("invariants", "control_structure"),
    ),
    Engine(
        "exposure",
        "§9",
        "Was it the exploit, or the exposure that any exploit would have found?",
        "exposure",
        load="fuelbed.engines.exposure:examine",
        reads=(
            "exposure",
            "assets",
            "zones",
            "factors",
            "structure",
            "outcomes",
            "common_causes",
            "signals",
            "actions",
            "dynamics",
        ),
        takes=(Tipping,),
        columns=("variants", "depth"),
        owns=("exposure", "assets", "zones"),
    ),
)


def rows_by_id() -> dict[str, Engine]:
    return {e.id: e for e in ENGINES}


def owned_sections() -> Iterator[tuple[str, Engine]]:
    """Every top-level section that an engine owns, with its owner."""
    for e in ENGINES:
        for name in e.owns:
            yield name, e
