"""The reading: what a postmortem says, as typed mentions with their places. Built by `text/understand.py` from a `Document`.

A mention is a claim about the *text* ("this sentence names a standing condition"), never about the world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fuelbed.core.document import Document, Item, Place

__all__ = ["ANSWER", "ActionClass", "Amplification", "AmplificationKind", "Claims", "ControlStatus", "HumanClaim", "Mention", "MentionKind",
           "ReadAction", "Reading", "RevertClaim"]  # fmt: skip  # one list

ANSWER = "answer"  # the `why` of what an answer of a model says, in words of its own
MentionKind = Literal["trigger", "condition", "control", "amplification", "single_cause", "human", "revert"]
ControlStatus = Literal["absent", "failed", "worked"]
ActionClass = Literal["structural", "trigger_only", "monitoring", "process", "doc"]
AmplificationKind = Literal[
    "none", "accumulation", "retry_amplification", "crash_loop", "self_sustaining_loop", "multiplication_loop", "propagation_slowdown",
    "cascade", "recovery_blocked", "self_replication",
]  # fmt: skip  # one list
HumanClaim = Literal["none", "names_people_no_blame", "action_described", "blames", "self_blame"]
RevertClaim = Literal["none", "mitigation", "only_fix", "attempted_failed"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing that the text says.

    what     a short label in the text's own words (at most about 8), fit for a factor's `what`.
    place    the words it rests on, exactly; `sentence` is the index of their sentence.
    sure     True where form and words agree (a list item under "Contributing factors"); False where one of them is a guess. Of a condition: where
             its log odds (`weight`) are high enough that most of such sentences tell one (docs/reading.md).
    weight   how telling it is: the larger the likelier, to be compared with mentions of the same kind in the same text only.
    why      what it was read from, for `--explain` and tests: the lexicon's entry id, or "section cause".
    status   of a control only. layer: from the lexicon's component words ("database", "network", "client", ...), "" when none.
    """

    kind: MentionKind
    what: str
    place: Place
    sentence: int
    sure: bool = False
    why: str = ""
    status: ControlStatus | None = None
    layer: str = ""
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Amplification:
    """Whether the text describes feedback or spread, by words or by structure; `named` when it uses a word for it."""

    kind: AmplificationKind = "none"
    mention: Mention | None = None
    named: bool = False
    others: tuple[Mention, ...] = ()

    @property
    def present(self) -> bool:
        return self.kind != "none"


@dataclass(frozen=True, slots=True)
class Claims:
    """What the text claims about cause, people and roll-back; a mention where there is one."""

    single_cause: Mention | None = None
    human: HumanClaim = "none"
    human_mention: Mention | None = None
    revert: RevertClaim = "none"
    revert_mention: Mention | None = None


@dataclass(frozen=True, slots=True)
class ReadAction:
    """An action item with its class and how that was got (`why`, a lexicon id); `tentative` when it is only considered.

    undoes is True when it takes a change back (roll back, revert, restore the old value): an intervention `revert`, not `prevent`.
    """

    item: Item
    cls: ActionClass
    tentative: bool = False
    undoes: bool = False
    sure: bool = False
    why: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """Everything that was understood of one document; mentions in the order of the text, each fact once.

    faint  the likeliest other sentences where few triggers or conditions are told: shown to whoever checks a reading, and nothing is built on them.
    """

    document: Document
    triggers: tuple[Mention, ...] = ()
    conditions: tuple[Mention, ...] = ()
    controls: tuple[Mention, ...] = ()
    amplification: Amplification = Amplification()
    claims: Claims = Claims()
    actions: tuple[ReadAction, ...] = ()
    faint: tuple[Mention, ...] = ()
