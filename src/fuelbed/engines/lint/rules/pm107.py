"""PM107: risk-carrier-unnamed."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.look import at_section, clip, telling
from fuelbed.engines.lint.rule import Known, Rule

__all__ = ["RULE"]

_MUCH = 0.25  # share of the hazard that goes with it, at the middle
_SURE = 0.10  # and at the low end
_TOLD = 0.34  # share of its telling words that a text which names it has


def _check(reading: Reading) -> Iterator[Finding]:
    del reading
    return iter(())


def _beside(reading: Reading, known: Known) -> Iterator[Finding]:
    """One finding for the factor with the largest share, however many there are."""
    said = {w for s in reading.document.said() for w in telling(s.plain)}
    ranked = sorted((f for f in known.factors if f.kind != "trigger" and f.share is not None), key=lambda f: -f.middle)
    for f in ranked:
        words = set(telling(f"{f.what} {f.name}"))
        if f.middle >= _MUCH and f.low >= _SURE and words and len(words & said) < _TOLD * len(words):
            what = clip(f.what) if f.what else f"`{f.name}`"
            message = f"The text does not name {what}, which in the model carries {f.middle:.0%} of the failures (at least {f.low:.0%})."
            yield at_section(RULE, reading, ("cause", "summary", "trigger", "title"), message)
            return


RULE = Rule(
    code="PM107",
    name="risk-carrier-unnamed",
    severity=Severity.NOTE,
    section="§1",
    stability="preview",
    means="A condition or control that carries much of the risk in the model is nowhere named in the text.",
    why="Readers act on the text. What carries the risk and is not in it will still be there next time.",
    cure="Name it in the account, with since when and why it was normal; or correct the model.",
    bad="Model: the shared writer carries 90 % of the failures. Text: the deploy.",
    good="The text says that reads and writes share one connection pool.",
    question="Should the account name it, or does the model give it too much weight?",
    false_positives="The same thing in other words. It runs in `fuelbed analyze` only, where a model is there.",
    check=_check,
    beside=_beside,
)
