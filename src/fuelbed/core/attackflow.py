"""An attack flow: what an attacker was seen to do, as a graph. Built by `readers/attackflow`, written back by `writers/attackflow.py`.

The words are those of MITRE's Attack Flow (STIX 2.1 extension): actions, conditions, operators, assets, and other STIX objects beside
them. It tells one observed chain, not every way there is; `drafting/attackflow.py` asks for the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from fuelbed.core.findings import Finding

__all__ = ["FLOW_KINDS", "AttackFlow", "FlowEdge", "FlowKind", "FlowNode", "Reference", "edges_of", "kind_of"]

FlowKind = Literal["action", "condition", "and", "or", "asset", "object"]

FLOW_KINDS: tuple[FlowKind, ...] = ("action", "condition", "and", "or")
"""What an attack runs through; assets and other objects stand beside it."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where something stands written."""

    source: str = ""
    description: str = ""
    url: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class FlowNode:
    """id         a STIX id (`attack-action--` and a UUID); ids of a drawing that have none get one by uuid5.
    type       the STIX type: `attack-action`, `tool`, `note` ...
    name       "" where the file gives none. A condition has only a description.
    technique, tactic  ids such as T1190 and TA0001, as written, "" where not given; `*_ref` their STIX objects.
    confidence 0..100, None where not given.
    start, end when it was done, as written.
    more       every other property that is text, by its STIX name (a note's `content`, a tool's version).
    """

    id: str
    kind: FlowKind
    type: str
    name: str = ""
    description: str = ""
    technique: str = ""
    tactic: str = ""
    technique_ref: str = ""
    tactic_ref: str = ""
    confidence: int | None = None
    start: str = ""
    end: str = ""
    references: tuple[Reference, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class FlowEdge:
    """via: `effect` (of an action or operator), `true` and `false` (branches of a condition), `asset`, `command`, `object` (what an asset
    or a note speaks of), else the type of a STIX relationship (`related-to`, `uses`)."""

    source: str
    target: str
    via: str


@dataclass(frozen=True, slots=True)
class AttackFlow:
    """nodes in file order, ids unique; edges sorted, both ends there always. `author` is the name of who drew it."""

    name: str
    nodes: tuple[FlowNode, ...]
    edges: tuple[FlowEdge, ...] = ()
    description: str = ""
    scope: str = ""
    author: str = ""
    created: str = ""
    references: tuple[Reference, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    file: str = field(default="", compare=False)

    def of(self, *kinds: FlowKind) -> tuple[FlowNode, ...]:
        return tuple(n for n in self.nodes if n.kind in kinds)

    def run(self) -> tuple[FlowEdge, ...]:
        """The edges that an attack goes along, each pair and branch once: between actions, conditions and operators. An edge of a
        condition that names no branch is taken as `true`."""
        kind = {n.id: n.kind for n in self.of(*FLOW_KINDS)}
        out: dict[FlowEdge, None] = {}
        for e in self.edges:
            if e.source not in kind or e.target not in kind:
                continue
            if kind[e.source] == "condition":
                out[FlowEdge(e.source, e.target, "false" if e.via == "false" else "true")] = None
            elif e.via == "effect":
                out[e] = None
        return tuple(out)


def kind_of(stix_type: str, operator: str = "") -> FlowKind:
    """The kind of a STIX type; of an operator its `operator`, in any case of letters."""
    if stix_type == "attack-operator":
        return "or" if operator.strip().upper() == "OR" else "and"
    kinds: Mapping[str, FlowKind] = {"attack-action": "action", "attack-condition": "condition", "attack-asset": "asset"}
    return kinds.get(stix_type, "object")


def edges_of(edges: Iterable[FlowEdge]) -> tuple[FlowEdge, ...]:
    """In the order in which a flow holds them."""
    return tuple(sorted(edges))
