"""A draft: what a case file will hold, before it is written, each entry with the words of the text that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fuelbed.core.case import DRAFTED_RATES
from fuelbed.core.document import Place
from fuelbed.core.grammar import RESERVED
from fuelbed.core.reading import ReadAction, Reading

__all__ = [
    "HEAD",
    "NO_NAMES",
    "QUOTED",
    "RARE_RATE",
    "USUAL_RATE",
    "Draft",
    "DraftAction",
    "DraftFactor",
    "DraftLine",
    "DraftModel",
    "DraftNumber",
]

USUAL_RATE, RARE_RATE = DRAFTED_RATES  # of a trigger of which nobody says how often it comes; of one that did not come
QUOTED = 160  # characters of the text that an entry repeats
HEAD = (
    "A draft, read from the text by rules; nobody has confirmed it. Lines quoted below are those of the narrative.",
    "Answer each `# ask:`, correct what is wrong, then delete `status: draft`.",
)
NO_NAMES = RESERVED | {"yes", "no", "unknown", "null", "nan", "inf"}
"""What a draft calls nothing: words of the structure language, and those that YAML or a field reads as something else than a name."""


@dataclass(frozen=True, slots=True)
class DraftFactor:
    """A factor. `fields` are written in order; `asks` become `# ask:` comments; `place` is None where the text does not say it."""

    name: str
    kind: Literal["trigger", "condition", "control"]
    what: str
    fields: Mapping[str, str]
    place: Place | None = None
    asks: tuple[str, ...] = ()
    sure: bool = False
    notes: tuple[str, ...] = ()  # comments above it


@dataclass(frozen=True, slots=True)
class DraftLine:
    name: str
    expression: str
    asks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # comments above it


@dataclass(frozen=True, slots=True)
class DraftAction:
    """An action item as interventions; `does` is empty where the text does not say what it changes. `targets` are the factors that an answer says it
    changes; to see a thing changes nothing of it."""

    name: str
    read: ReadAction
    does: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    note: str = ""  # the comment above it; without one, where and as what it was read
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftNumber:
    """A parameter of a dynamic model: `value` as the text states it at `place`, else "" and the question."""

    name: str
    question: str
    value: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class DraftModel:
    """The mechanism as a dynamic model; without an `archetype` only its words are known, and the draft says so.

    push     what `trigger` does, as a case file writes it (`load: times 2`), by the words at `pushed`; `lasts` is "" where the text does
             not say how long.
    """

    name: str
    place: Place
    archetype: str = ""
    what: str = ""
    numbers: tuple[DraftNumber, ...] = ()
    trigger: str = ""
    push: str = ""
    lasts: str = ""
    pushed: Place | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Draft:
    """The whole draft. `losses` maps an outcome line to its loss as written; without them `failure` alone is the outcome."""

    reading: Reading
    title: str
    failure: str
    factors: tuple[DraftFactor, ...]
    lines: tuple[DraftLine, ...]
    actions: tuple[DraftAction, ...]
    losses: Mapping[str, str] = field(default_factory=dict)
    date: str = ""
    amplifier: str = ""  # the condition that stands for the feedback, "" where the text tells of none
    model: DraftModel | None = None  # the same feedback as a dynamic model, where one was asked for
    head: tuple[str, ...] = HEAD  # comments at the top of the file

    def of_kind(self, kind: str) -> tuple[DraftFactor, ...]:
        return tuple(f for f in self.factors if f.kind == kind)

    @property
    def assumed(self) -> tuple[DraftFactor, ...]:
        """Factors that rest on a guess."""
        return tuple(f for f in self.factors if not f.sure)
