"""What a story speaks of: passages with the scope and the role that they go to, and what a case says to help (`attribution`).

A passage is a claim about the *text* ("this sentence speaks of a component"), never about the world, and never about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from fuelbed.core.document import Document, Place
from fuelbed.core.findings import Span

__all__ = ["BASES", "ROLES", "SCOPES", "Attribution", "AttributionSettings", "Basis", "Passage", "Role", "Scope"]

Scope = Literal["person", "component", "team", "other_teams", "organization", "architecture", "vendor"]
"""Who or what a passage speaks of. `team` is the author's own; `component` a part of the system, `architecture` how parts hang together."""

Role = Literal["trigger", "condition", "control", "feedback"]
"""What it plays in a failure: what set it off, what stood there, what should have stopped it, what amplified it."""

Basis = Literal["text", "causes", "actions"]
"""What is shared out: the sentences of the account, what is stated as a cause, the action items."""

SCOPES: tuple[Scope, ...] = get_args(Scope)
ROLES: tuple[Role, ...] = get_args(Role)
BASES: tuple[Basis, ...] = get_args(Basis)


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence of the account, one stated cause or one action item.

    place    its words in the source, exactly. block: the paragraph, item or row that it stands in.
    scopes   what it speaks of; each of several counts in equal parts; none: not classified. The same of `roles`.
    why      the lexicon's entries that said so.
    sure     of a stated cause: form and words agree that it is one.
    """

    basis: Basis
    place: Place
    block: int
    sentences: tuple[int, ...] = ()
    scopes: tuple[Scope, ...] = ()
    roles: tuple[Role, ...] = ()
    why: tuple[str, ...] = ()
    sure: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Attribution:
    """All passages of one document, in the order of the text."""

    document: Document
    passages: tuple[Passage, ...] = ()

    def of(self, basis: Basis) -> tuple[Passage, ...]:
        return tuple(p for p in self.passages if p.basis == basis)


@dataclass(frozen=True, slots=True)
class AttributionSettings:
    """The section `attribution`; every part may be left out.

    story    factor -> words of the narrative that speak of it; they take the place of the match by words for that factor. An empty
             list: the text never speaks of it.
    scopes   factor -> scope, where the factor's own `scope` and `what` do not tell it.
    owners   factor -> owner, where the factor has none.
    ours     owners whose things the author's team can change; empty: the author's team alone.
    without  headings whose sections are no part of the story (what was written later, or by somebody else).
    """

    story: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    ours: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    span: Span | None = None
