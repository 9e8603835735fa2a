"""What was accepted of an answer -> the reading of its text: the same mentions that rules make, each with a quote that is verbatim in the text.

So whatever looks at a reading (the review, its rules, attribution) can look at this one. That the words are there was checked; that they say what is drawn
from them was not. What an answer leaves open (the class of an action, claims) is read by rules.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

from fuelbed.core.document import Document, Place
from fuelbed.core.document import Item as WrittenItem
from fuelbed.core.reading import (
    ANSWER,
    ActionClass,
    Amplification,
    AmplificationKind,
    Claims,
    ControlStatus,
    HumanClaim,
    Mention,
    MentionKind,
    ReadAction,
    Reading,
    RevertClaim,
)
from fuelbed.drafting.answer.accepted import Accepted, Item
from fuelbed.text.actions import classify_text

__all__ = ["answered_reading"]

_STATUS: dict[str, ControlStatus] = {"missing": "absent", "failed": "failed", "bypassed": "failed", "effective": "worked"}
_HUMAN: dict[str, HumanClaim] = {"blames_person": "blames", "blames_itself": "self_blame"}
_REVERT: dict[str, RevertClaim] = {
    "rollback_failed": "attempted_failed", "rollback_ended_it": "only_fix", "rollback_helped": "mitigation",
}  # fmt: skip  # one table


def answered_reading(accepted: Accepted, reading: Reading) -> Reading:
    """The reading by the answer; `reading` is that of the same document by rules."""
    r = _Read(reading.document, [s.at[0] if s.at else 0 for s in reading.document.sentences])
    return Reading(
        reading.document,
        r.mentions("trigger", accepted.of("triggers")),
        r.mentions("condition", accepted.of("conditions")),
        r.mentions("control", accepted.of("controls")),
        r.amplification(accepted.of("loops")),
        r.claims(accepted.of("claims"), reading.claims) if accepted.claims else reading.claims,
        r.actions(accepted.of("actions")),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    document: Document
    starts: list[int]  # of its sentences

    def mentions(self, kind: MentionKind, items: Iterable[Item]) -> tuple[Mention, ...]:
        """In the order of the text; the answer's own order says which is the most telling."""
        found = [self._mention(kind, i) for i in items if not i.assumed]
        return tuple(sorted(found, key=lambda m: (m.place.start, m.place.end)))

    def _mention(self, kind: MentionKind, i: Item) -> Mention:
        place = i.places[0]
        status = _STATUS.get(i.text("state")) if kind == "control" else None
        what = i.text("what") or self.document.quote(place)
        return Mention(kind, what, place, self._sentence(place), True, ANSWER, status, i.text("layer"), -float(i.index))

    def _sentence(self, place: Place) -> int:
        """The sentence in which a place begins, or the last one before it."""
        return max(bisect_right(self.starts, place.start) - 1, 0)

    def amplification(self, loops: Iterable[Item]) -> Amplification:
        told = [i for i in loops if not i.assumed]
        if not told:
            return Amplification()
        first, *others = (self._mention("amplification", i) for i in told)
        return Amplification(cast(AmplificationKind, told[0].text("kind")), first, False, tuple(others))

    def claims(self, told: Iterable[Item], by_rules: Claims) -> Claims:
        """What the answer says is claimed; who is only named is told by rules."""
        human: HumanClaim = "none" if by_rules.human in ("blames", "self_blame") else by_rules.human
        out = Claims(human=human, human_mention=by_rules.human_mention if human != "none" else None)
        for i in told:
            claim = i.text("claim")
            if claim == "one_cause":
                out = replace(out, single_cause=self._mention("single_cause", i))
            elif claim in _HUMAN and out.human != "blames":
                out = replace(out, human=_HUMAN[claim], human_mention=self._mention("human", i))
            elif claim in _REVERT:
                out = replace(out, revert=_REVERT[claim], revert_mention=self._mention("revert", i))
        return out

    def actions(self, items: Iterable[Item]) -> tuple[ReadAction, ...]:
        left = list(self.document.items)
        found = [self._action(i, left) for i in items if not i.assumed]
        return tuple(sorted(found, key=lambda a: (a.item.place.start, a.item.place.end)))

    def _action(self, i: Item, left: list[WrittenItem]) -> ReadAction:
        """As it is written in the text where the rules found it, too; else in the answer's short words."""
        place = i.places[0]
        item = next((x for x in left if x.place.start <= place.start < x.place.end), None)
        if item is not None:
            left.remove(item)
        else:
            item = self._written(i, place)
        by_rules = classify_text(item.text, item.heading)
        cls = cast(ActionClass, i.text("class")) or by_rules.cls
        weighed = by_rules.tentative if i.fields.get("considered") is None else bool(i.fields["considered"])
        return ReadAction(
            item,
            cls,
            weighed and item.done is not True,
            any(v == "revert" for v, _ in i.fields.get("does") or ()),
            True,
            ANSWER,
        )

    def _written(self, i: Item, place: Place) -> WrittenItem:
        """An item in the words that the answer quotes; of a text without a sentence (code, say) it is of none."""
        n = self._sentence(place)
        of = self.document.sentences[n : n + 1]
        said = (of[0].read_at(place) if of else "") or self.document.quote(place)
        return WrittenItem(
            " ".join(said.split()),
            place,
            "prose",
            owner=i.text("owner"),
            due=i.text("due"),
            sentences=tuple(s.index for s in of),
            block=next((s.block for s in of), -1),
        )
