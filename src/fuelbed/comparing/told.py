"""What a report tells, by name: its headline numbers, the verdict on each action item, its claims, its cut sets. From any report, read or made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fuelbed.core.blocks import Answer, Block, Cell, Estimates, Picture, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Finding
from fuelbed.core.reporting import Report, Section

__all__ = ["ActionRow", "Told", "told"]


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action item: the verdict on it and what it changes, by column (`change`, `probability_change`, `loss_change`, ...)."""

    name: str
    what: str
    verdict: str
    tone: str
    effects: Mapping[str, Estimate]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """headline  by id (`hazard`, `probability`, `propensity`, `loss`, `standing`) the label and the estimate.
    numbers   by label, the estimate of each given number. factors: name -> kind and state. cut_sets: the listed ones, and how many in all.
    claims    by engine: (section, question, status, claim).
    """

    title: str
    failure: str
    verdict: tuple[str, ...]
    headline: Mapping[str, tuple[str, Estimate]]
    numbers: Mapping[str, Estimate]
    factors: Mapping[str, str]
    cut_sets: frozenset[frozenset[str]]
    cut_sets_in_all: int
    actions: Mapping[str, ActionRow]
    claims: Mapping[str, tuple[str, str, str, str]]
    findings: tuple[Finding, ...]
    provenance: Mapping[str, str] = field(default_factory=dict)


def told(report: Report) -> Told:
    """Read by the ids of blocks; what a report does not hold stays empty."""
    by_engine = {s.engine: s for s in report.sections}
    structure = list(_blocks(by_engine.get("structure")))
    graph = next((b for b in structure if isinstance(b, Picture) and b.kind == "graph"), None)
    sets = frozenset(frozenset(map(str, s)) for s in _list(graph, "cut_sets") if isinstance(s, list | tuple))
    total = graph.data.get("cut_sets_in_all", len(sets)) if graph is not None else 0
    nodes = [n for n in _list(graph, "nodes") if isinstance(n, Mapping) and n.get("kind") in ("trigger", "condition", "control")]
    return Told(
        report.title,
        report.failure,
        report.verdict,
        {i.id: (i.label, i.estimate) for b in structure if isinstance(b, Estimates) for i in b.items},
        _numbers(structure),
        {str(n.get("id", "")): f"{n.get('kind', '')} {n.get('state') or ''}".strip() for n in nodes},
        sets,
        int(total) if isinstance(total, int | float) else len(sets),
        _actions(by_engine.get("actions")),
        {
            s.engine: (s.section, s.question, _status(s), s.answer.claim if isinstance(s.answer, Answer) else "")
            for s in report.sections
        },
        report.findings,
        report.provenance,
    )


def _list(picture: Picture | None, key: str) -> list[object]:
    found = picture.data.get(key, []) if picture is not None else []
    return list(found) if isinstance(found, list | tuple) else []


def _blocks(section: Section | None) -> Iterator[Block]:
    if section is not None and isinstance(section.answer, Answer):
        yield from section.answer.blocks


def _status(s: Section) -> str:
    return "not found" if isinstance(s.answer, NotFound) else "answered"


def _numbers(structure: list[Block]) -> dict[str, Estimate]:
    table = next((b for b in structure if isinstance(b, Table) and b.id == "numbers"), None)
    if table is None:
        return {}
    at = {c.id: i for i, c in enumerate(table.columns)}
    rows = [(row[at["number"]].text, row[at["value"]].estimate) for row in table.rows] if {"number", "value"} <= set(at) else []
    return {name: e for name, e in rows if e is not None}


def _actions(section: Section | None) -> dict[str, ActionRow]:
    table = next((b for b in _blocks(section) if isinstance(b, Table) and b.id == "actions"), None)
    if table is None:
        return {}
    out = {}
    for row in table.rows:
        cells: dict[str, Cell] = {c.id: x for c, x in zip(table.columns, row, strict=True)}
        name, verdict = cells.get("action", Cell()).text, cells.get("verdict", Cell())
        effects = {k: c.estimate for k, c in cells.items() if c.estimate is not None}
        texts = {k: c.text for k, c in cells.items() if c.text}
        out[name] = ActionRow(name, cells.get("what", Cell()).text, verdict.text, verdict.tone, effects, texts)
    return out
