"""What story and risk say of each other, as findings: of the text and the model, never of a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fuelbed.core.attribution_codes import ATTRIBUTION_CODES
from fuelbed.core.case import Case
from fuelbed.core.facts import ENOUGH_SENTENCES
from fuelbed.core.findings import Finding, Span
from fuelbed.core.shown import per_cent
from fuelbed.engines.attribution.gaps import Gap, Gaps
from fuelbed.engines.attribution.story import Story
from fuelbed.engines.attribution.words import quoted

__all__ = ["findings"]


def findings(case: Case, story: Story, g: Gaps) -> Iterator[Finding]:
    """Largest gaps first, where enough sentences speak of factors; then what one of the two lacks."""
    for r in g.factors if g.matched >= ENOUGH_SENTENCES else ():
        if r.gap is None or r.risk is None:
            continue
        part, risk = _share(r.story.low, r.story.high), _share(r.risk.low, r.risk.high)
        said, one = f"`{r.name}` has {part} of the story and {risk} of the risk.", f"`{r.name}` ({part} against {risk})"
        if r.gap.low > 0:
            yield _finding("FB272", said, case.factors[r.name].span, "more of the story than of the risk", one)
        elif r.gap.high < 0:
            yield _finding("FB273", said, case.factors[r.name].span, "less of the story than of the risk", one)
    for r in g.factors:
        if r.count == 0 and _carries(r) and _to_be_told(case, r.name):
            said = f"No sentence of the account was found to speak of `{r.name}`."
            yield _finding("FB270", said, case.factors[r.name].span, "no sentence of the account speaks of it", f"`{r.name}`")
    d = story.document
    for p in story.unmatched:
        if not p.sure:
            continue
        span = replace(d.span(p.place), file=d.source.file)
        yield _finding(
            "FB271", f"The account states “{quoted(d, p.place)}”, and no factor of the case was matched with it.", span
        )


def _to_be_told(case: Case, name: str) -> bool:
    """Whether an account of this incident could speak of it: not of what else could have set it off, where it is known what did."""
    f = case.factors[name]
    known = any(t.occurred for t in case.of_kind("trigger"))
    return f.kind != "trigger" or (f.occurred is not False and (f.occurred is True or not known))


def _carries(r: Gap) -> bool:
    return r.risk is None or r.risk.high > 0


def _share(low: float, high: float) -> str:
    a, b = per_cent(low), per_cent(high)
    return f"{a} %" if a == b else f"{a} to {b} %"


def _finding(code: str, message: str, span: Span | None, of_all: str = "", of_one: str = "") -> Finding:
    row = ATTRIBUTION_CODES[code]
    return Finding(code, row.severity, message, row.cure, span, of_all=of_all, of_one=of_one)
