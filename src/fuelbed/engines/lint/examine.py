"""Answer §7 for a case: the rules over its narrative, set beside what its models know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from fuelbed.core.blocks import Answer, Ask, Block, Quote, Sentence
from fuelbed.core.case import Case
from fuelbed.core.document import Document
from fuelbed.core.dynamics import Model
from fuelbed.core.facts import Facts, Loops, NotFound, RiskShares, Verdicts
from fuelbed.core.findings import Finding, Span
from fuelbed.core.options import Options
from fuelbed.engines.lint.catalogue import rule
from fuelbed.engines.lint.check import check
from fuelbed.engines.lint.disclosure import SECTION
from fuelbed.engines.lint.rule import Known, KnownAction, KnownFactor, ToldLoop
from fuelbed.text.read import read
from fuelbed.text.understand import understand

__all__ = ["examine"]

_BRIEF = 5  # findings outside the details
_QUOTED = 200  # characters of the text that a finding repeats
_BREAK = re.compile(r"\r\n|\n|\r")
_JUDGED = ("PM102", "PM701", "PM702", "PM704", "PM707")
"""What these guess from words, the action table computes: which items touch only the trigger, add only sight, and what none touches."""
_LEFT = "What the action items reach is computed in the action table, so the rules that guess it from words were left out."


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """Answer §7 for `case`; findings about a text are notes and warnings, never errors."""
    del options  # nothing is drawn
    if case.narrative_text is None:
        if case.narrative:
            return Answer("The narrative is no text that can be read, so nothing in it was looked at.")
        ask = NotFound(
            "What was written about it? Add `narrative: postmortem.md`.", "the misconceptions in the text, each with its place"
        )
        return Answer("The case has no narrative to look at.", (Ask(ask),))
    document = read(case.narrative_text, str(PurePath(case.file).parent / case.narrative))
    if document.is_blank:
        return Answer("The narrative holds no account of an incident, so nothing in it was looked at.")
    judged = not isinstance(facts[Verdicts], NotFound)
    found = check(understand(document), ignore=_JUDGED if judged else None, known=_known(case, facts))
    ranked = sorted(found, key=lambda f: (-f.severity.rank, not _is_beside(f), f.code, f.sort_key))
    blocks = [b for i, f in enumerate(ranked) for b in _blocks(f, document, case.narrative, i >= _BRIEF)]
    if judged:
        blocks.append(Sentence(_LEFT, "muted", detail=True))
    return Answer(_claim(ranked), tuple(blocks), (*document.findings, *found))


def _claim(found: Sequence[Finding]) -> str:
    if not found:
        return "The rules of the review find nothing in the narrative."
    n = len({f.code for f in found})
    places = f"{len(found)} place{'s' if len(found) > 1 else ''}"
    first = rule(found[0].code)
    assert first is not None
    most = f"{first.means}" if n == 1 else f"First of all: {first.means[0].lower()}{first.means[1:]}"
    return f"{n} rule{'s' if n > 1 else ''} of the review find{'s' if n == 1 else ''} something in the narrative, in {places}. {most}"


def _is_beside(f: Finding) -> bool:
    r = rule(f.code)
    return r is not None and r.beside is not None


def _blocks(f: Finding, document: Document, name: str, detail: bool) -> Iterator[Block]:
    """The finding with its question, and the words that it rests on."""
    r = rule(f.code)
    assert r is not None
    yield Sentence(f"{f.code} {r.title}: {f.message} {r.question}", detail=detail)
    if f.span is not None and r.section != SECTION:  # a finding about a secret does not repeat it
        yield Quote(_quoted(document, f.span), replace(f.span, file=name), detail)


def _quoted(document: Document, span: Span) -> str:
    """The source's own words at a span, on one line."""
    lines = _BREAK.split(document.source.text)[span.line - 1 : span.end_line]
    if not lines:
        return ""
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    text = " ".join(" ".join(lines).replace("`", "'").split()).lstrip("# ")
    return text if len(text) <= _QUOTED else text[: _QUOTED - 3] + "..."


def _known(case: Case, facts: Facts) -> Known:
    """What the case says and what its engines computed, in the words that a text could use.

    A draft's factors come from the text itself, so nothing follows from setting them beside it.
    """
    shares, verdicts = facts[RiskShares], facts[Verdicts]
    share = {} if isinstance(shares, NotFound) else shares.share
    judged = {} if isinstance(verdicts, NotFound) else {v.action: v for v in verdicts.verdicts}
    factors = () if case.draft else tuple(KnownFactor(n, f.what, f.kind, share.get(n)) for n, f in case.factors.items())
    actions = tuple(
        KnownAction(n, a.what, judged[n].verdict if n in judged else "", judged[n].reason if n in judged else "")
        for n, a in case.actions.items()
    )
    return Known(_loops(case, facts), factors, actions, " ".join((case.title, *case.lines, *case.signals, *case.invariants)))


def _loops(case: Case, facts: Facts) -> tuple[ToldLoop, ...]:
    """The sustaining loops in the words of the first model that holds them, each way of telling once."""
    given = facts[Loops]
    out: dict[ToldLoop, None] = {}
    for nodes in () if isinstance(given, NotFound) else given.loops:
        model = next((m for m in case.dynamics.values() if set(nodes) <= {*m.states, *m.parameters, *m.let, *m.events}), None)
        if model is not None:
            out[ToldLoop(model.name, _told(model, nodes))] = None
    return tuple(out)


def _told(m: Model, nodes: tuple[str, ...]) -> str:
    words = [m.story[n] for n in nodes if n in m.story]
    words = words if len(words) > 1 else [f"`{n}`" for n in nodes]
    return " → ".join([*words, words[0]])
