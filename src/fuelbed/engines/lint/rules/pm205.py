"""PM205: loop-unnamed."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import about, at_section
from fuelbed.engines.lint.rule import Known, Rule

__all__ = ["RULE"]


def _check(reading: Reading) -> Iterator[Finding]:
    del reading
    return iter(())


def _beside(reading: Reading, known: Known) -> Iterator[Finding]:
    """One finding however many loops there are: the text names none of them."""
    if not known.loops or reading.amplification.present or about(reading, "lint", "loop_told") is not None:
        return
    first, *more = known.loops
    others = f" and {len(more)} more" if more else ""
    yield at_section(
        RULE,
        reading,
        ("cause", "summary", "trigger", "title"),
        f"The model `{first.model}` holds a loop that keeps the failure alive ({first.words}){others}, and the text names none.",
    )


RULE = Rule(
    code="PM205",
    name="loop-unnamed",
    severity=Severity.NOTE,
    section="§2",
    stability="preview",
    means="The case's dynamic model computes a loop that keeps the failure alive, and no sentence of the text tells of feedback.",
    why="What keeps a failure alive after its trigger is gone is what has to be broken; a text that does not name it leads its readers past it.",
    cure="Say in the account what fed what, or take the loop out of the model.",
    bad="A surge of logins overloaded the database for two hours.",
    good="A surge of logins made the database late; each late answer was asked for again, and these retries kept it late for two hours.",
    question="Did this loop keep it failing, and which sentence of the account should say so?",
    false_positives="A loop told in words that the reader does not know. It runs in `fuelbed analyze` only, where a model is there.",
    check=_check,
    beside=_beside,
)
