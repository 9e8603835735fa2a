"""What a rule is: its texts, the documents that it reads, and a function from a reading to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from fuelbed.core.document import DocumentKind
from fuelbed.core.estimates import Estimate
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.reading import Reading

__all__ = [
    "ACCOUNTS",
    "FIELDS",
    "STORIES",
    "Check",
    "Field",
    "Known",
    "KnownAction",
    "KnownFactor",
    "Rule",
    "Stability",
    "ToldLoop",
]

Check = Callable[[Reading], Iterator[Finding]]
Stability = Literal["stable", "preview", "off"]
"""`stable`: nearly all findings were right on texts that nobody who wrote the rules had read. `preview`: most were on the texts that
the rules were written with, or too few were seen. `off`: runs only when it is selected; an absence rule that is off still asks."""

Field = Literal[
    "", "latent conditions", "other triggers", "feedback", "threshold and margin", "joint failures", "hidden state", "invariants",
    "controls", "human action", "exposure",
]  # fmt: skip  # one list
FIELDS: tuple[Field, ...] = (
    "latent conditions", "other triggers", "feedback", "threshold and margin", "joint failures", "hidden state", "invariants", "controls",
    "human action", "exposure",
)  # fmt: skip  # the order in which questions are asked

ACCOUNTS: frozenset[DocumentKind] = frozenset({"reliability", "security"})
STORIES: frozenset[DocumentKind] = ACCOUNTS | {"timeline", "advisory"}


@dataclass(frozen=True, slots=True)
class ToldLoop:
    """A loop that dynamics computed to keep the failure alive: the model's name and the way round in words."""

    model: str
    words: str


@dataclass(frozen=True, slots=True)
class KnownFactor:
    """A factor of the case; `share` of the failures that goes with it (None: not computed)."""

    name: str
    what: str
    kind: str  # trigger | condition | control
    share: Estimate | None = None

    @property
    def middle(self) -> float:
        return self.share.value if self.share is not None and self.share.value is not None else 0.0

    @property
    def low(self) -> float:
        return self.share.low if self.share is not None else 0.0


@dataclass(frozen=True, slots=True)
class KnownAction:
    """An action item of the case with the verdict that the action table computed ("" where there is none)."""

    name: str
    what: str
    verdict: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the case's models know beside its text; `words` is what else the case says in prose (its title, its lines' names)."""

    loops: tuple[ToldLoop, ...] = ()
    factors: tuple[KnownFactor, ...] = ()
    actions: tuple[KnownAction, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    section   the section of the essay that it comes from, "§1" to "§9", or "meta" or "secrets".
    field     of an absence rule: what it asks for; then a finding of `check` means that the text lacks it, and `question` (or `ask`,
              which names what the text names) is put to its authors.
    kinds     the kinds of document that it reads.
    beside    of a rule that sets the text against what the case's models know: it runs only where those are there, in `analyze`; then
              `check` finds nothing.
    """

    code: str
    name: str
    severity: Severity
    section: str
    stability: Stability
    means: str
    why: str
    cure: str
    bad: str
    good: str
    question: str
    false_positives: str
    check: Check
    field: Field = ""
    ask: Callable[[Reading], str] | None = None
    kinds: frozenset[DocumentKind] = ACCOUNTS
    beside: Callable[[Reading, Known], Iterator[Finding]] | None = None

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("-", " ")
