"""PM106: factor-not-in-model."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_mention, named, sure_factors, telling
from fuelbed.engines.lint.rule import Known, Rule

__all__ = ["RULE"]

_MOST = 2  # findings of one text
_LEAST = 2  # telling words of a factor that can be looked for


def _check(reading: Reading) -> Iterator[Finding]:
    del reading
    return iter(())


def _beside(reading: Reading, known: Known) -> Iterator[Finding]:
    """Only sure factors of lists, with two telling words and without one telling word in common with anything that the case says."""
    if not known.factors:
        return
    case = [*(f"{f.name} {f.what}" for f in known.factors), *(f"{a.name} {a.what}" for a in known.actions), known.words]
    said = set(telling(" ".join(case)))
    missing = [m for m in sure_factors(reading) if len(of := set(telling(m.what))) >= _LEAST and not of & said]
    for m in missing[:_MOST]:
        yield at_mention(RULE, reading, m, f"The case has no factor for {named(reading, m)}.")


RULE = Rule(
    code="PM106",
    name="factor-not-in-model",
    severity=Severity.NOTE,
    section="§1",
    stability="preview",
    means="The text lists a condition, a trigger or a control that the case does not model.",
    why="What the model lacks has no share in its numbers, so its answer is about another system than the text.",
    cure="Add it as a factor, or say in the case why it does not matter.",
    bad="Text: no limit on uploads. Model: only the deploy.",
    good="factors: upload_unbounded {kind: condition, present: yes}",
    question="Does this belong in the model, and on which way to the failure?",
    false_positives="The same thing in other words. It runs in `fuelbed analyze` only, where a case is there.",
    check=_check,
    beside=_beside,
)
