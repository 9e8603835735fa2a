"""Answers are blocks: the closed set that every renderer knows and every engine writes. No HTML in an engine, no engine in a template.

In every text, `backticks` mark identifiers; there is no other markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Finding, Span

__all__ = ["Answer", "Ask", "Block", "Cell", "Column", "Estimates", "Named", "Picture", "Quote", "Sentence", "Table", "Tone"]

Tone = Literal["plain", "bad", "good", "muted"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One or a few sentences of prose."""

    text: str
    tone: Tone = "plain"
    detail: bool = False  # True: not in the one-screen summary; folded away in the page


@dataclass(frozen=True, slots=True)
class Named:
    """An estimate with its label."""

    id: str
    label: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Estimates:
    """A short list of labelled estimates."""

    title: str
    items: tuple[Named, ...]
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """kind: `text`, `code` (an identifier), `estimate`, `verdict` (a word with a tone), `list` (identifiers)."""

    id: str
    label: str
    kind: Literal["text", "code", "estimate", "verdict", "list"] = "text"
    brief: bool = True  # kept in the 80-column form


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is always there (what a plain renderer prints); `estimate` where there is a number; `tone` where it is judged."""

    text: str = ""
    estimate: Estimate | None = None
    items: tuple[str, ...] = ()
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, one per column. `rows` may be empty: then `empty` says why."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    empty: str = ""
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Data for a picture; every renderer has one drawing per `kind` (see docs/formats/report.md), and `alt` says it in words.

    kinds: `removal` (interval bars, triggers beside conditions), `graph` (the mechanism), `whatif` (the tape with its sliders
    and switches), `order` (a partial order), `boundary` (the least push that stays down, over the load), `posterior` (belief before and
    after what was seen), `signatures` (states against signals), `timeline` (marks and invariants on one axis), `series` (a hidden state
    over time, or a margin), `bars` (values with intervals, one a row), `bowtie` (threats, barriers, event, barriers, consequences),
    `joint` (a matrix of who fails together with whom), `surviving` (a matrix of ways to the failure against measures),
    `dumbbell` (two shares of each row on one axis, with intervals), `shared` (unlike triggers that met the same latent conditions).
    """

    kind: str
    title: str
    data: Mapping[str, Any]
    alt: str
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the case's own text, with their place."""

    text: str
    span: Span | None = None
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Asked for, not found: the one question that would unlock an answer."""

    missing: NotFound
    detail: bool = False


Block = Sentence | Estimates | Table | Picture | Quote | Ask


@dataclass(frozen=True, slots=True)
class Answer:
    """What one engine answers: a claim (one to three sentences), the blocks that carry it, findings, and facts for the board."""

    claim: str
    blocks: tuple[Block, ...] = ()
    findings: tuple[Finding, ...] = ()
    facts: tuple[object, ...] = ()
