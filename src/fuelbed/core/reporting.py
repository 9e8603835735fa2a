"""A report: the answers of all engines over one case, ready for any renderer. Built by `analysis.py`, read by `report/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fuelbed.core.agreement import Agreement
from fuelbed.core.blocks import Answer
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Finding

__all__ = ["Report", "Section"]


@dataclass(frozen=True, slots=True)
class Section:
    """One question with its answer, or what to give so that it can be answered.

    engine    the engine's id (an anchor in the page).
    section   "§1" ... "§9", or "" for the action table, which crosses all questions.
    """

    engine: str
    section: str
    question: str
    answer: Answer | NotFound


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a renderer shows.

    verdict     at most three sentences, the first the most important.
    provenance  what to know to repeat it: version, seed, horizon, hashes of the inputs; in the order to show.
    summary     the case's own words on what it teaches, a paragraph each: written by its author, not computed.
    agreement   where the answers of two engines meet, and where they disagree; empty in a report of one question.
    notice      what to know before anything else: that the case is a draft. Empty where there is nothing to know.
    """

    title: str
    failure: str
    verdict: tuple[str, ...]
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    summary: tuple[str, ...] = ()
    notice: str = ""
    agreement: Agreement = field(default_factory=Agreement)
