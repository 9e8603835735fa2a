"""The one table of engines: a row each. Listing engines imports none of them; `analysis.py` orders and runs the rows.

An engine's module gives `examine(case, facts, options) -> Answer`, a pure function. A row without `load` is an engine that this
version does not have: its question stays in every report as *asked for, not found*, and its sections are accepted unread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fuelbed.core.facts import JointFailures, Loops, Margins, NotFound, RiskShares, Signatures, Tipping, Verdicts

__all__ = ["ENGINES", "Engine", "owned_sections", "rows_by_id"]


@dataclass(frozen=True, slots=True)
class Engine:
    """One row. `owns` are the top-level sections of the case file that this engine gives meaning to."""

    id: str
    section: str
    question: str
    load: str = ""
    reads: tuple[str, ...] = ()
    takes: tuple[type, ...] = ()
    gives: tuple[type, ...] = ()
    columns: tuple[str, ...] = ()
    owns: tuple[str, ...] = ()
    missing: NotFound | None = None


def _no(question: str, unlocks: str) -> NotFound:
    return NotFound(question, unlocks)


ENGINES: tuple[Engine, ...] = (
    Engine(
        "structure",
        "§1",
        "Which triggers and which latent conditions together fail, and what is left after each is removed?",
        load="fuelbed.engines.structure:examine",
        reads=("factors", "structure", "outcomes", "common_causes"),
        takes=(Tipping, JointFailures),
        gives=(RiskShares,),
    ),
    Engine(
        "actions",
        "",
        "What does each action item really change?",
        load="fuelbed.engines.actions:examine",
        reads=("actions", "factors", "structure"),
        takes=(RiskShares, Tipping, Margins, Signatures),
        gives=(Verdicts,),
        columns=("hazard", "probability", "loss", "verdict"),
    ),
    Engine(
        "dynamics",
        "§2",
        "How did feedback amplify the push, and where is the stability boundary?",
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
        gives=(JointFailures,),
        owns=("coupling", "history"),
        missing=_no(
            "Is there a log of past failures with component, start and end?",
            "joint failure rates against independence, and common-cause groups to put into the case",
        ),
    ),
    Engine(
        "attribution",
        "§4",
        "Does the written story follow the risk, or what was convenient to record?",
        takes=(RiskShares, Verdicts),
        owns=("attribution",),
        missing=_no(
            "Which part of the text speaks of which factor?",
            "the share of the story against the share of the risk, by scope and owner",
        ),
    ),
    Engine(
        "threshold",
        "§5",
        "How close to failing was it, and which factors pushed it over?",
        owns=("threshold",),
        missing=_no(
            "Is there a table of past incidents and near misses, with the factors of each?",
            "weights, the threshold, and the margin of every recorded day",
        ),
    ),
    Engine(
        "observability",
        "§6",
        "What can the signals not tell apart?",
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
        load="fuelbed.engines.lint:examine",
        reads=("narrative", "dynamics"),
        takes=(Verdicts, Loops),
        owns=("lint",),
    ),
    Engine(
        "invariants",
        "§8",
        "Which invariants were violated, which controls failed or were absent?",
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
