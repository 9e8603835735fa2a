"""A draft: what a case file will hold, before it is written, each entry with the words of the text that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fuelbed.core.document import Place
from fuelbed.core.reading import ReadAction, Reading

__all__ = ["Draft", "DraftAction", "DraftFactor", "DraftLine"]


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


@dataclass(frozen=True, slots=True)
class DraftLine:
    name: str
    expression: str
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftAction:
    """An action item as interventions; `does` is empty where the text does not say what it changes."""

    name: str
    read: ReadAction
    does: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


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

    def of_kind(self, kind: str) -> tuple[DraftFactor, ...]:
        return tuple(f for f in self.factors if f.kind == kind)

    @property
    def assumed(self) -> tuple[DraftFactor, ...]:
        """Factors that rest on a guess."""
        return tuple(f for f in self.factors if not f.sure)
