"""The comparison itself: which way each number went, whether that is beyond what is assumed, what explains it, and what else changed.

A number moved *surely* where its paired ratio (the same values of every shared number on both sides) stays on one side of 1, or where the
two intervals do not meet. Everything else is open: a middle alone decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fuelbed.comparing.told import ActionRow, Told
from fuelbed.core.blocks import Table
from fuelbed.core.edits import Edit
from fuelbed.core.estimates import Estimate
from fuelbed.core.findings import Finding
from fuelbed.report.numbers import estimate

__all__ = [
    "EFFECTS",
    "JUDGED",
    "ActionChange",
    "AnswerChange",
    "Compared",
    "Direction",
    "Effect",
    "Explained",
    "Moved",
    "Origin",
    "Verdict",
    "compare",
    "direction",
    "effect_of",
    "judge",
]

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

Direction = Literal["down", "up", "same", "open"]
Origin = Literal["cases", "results", "actions"]
"""What was compared: two cases, two results (or one), or one case before and after action items."""
Verdict = Literal["better", "worse", "mixed", "unchanged", "open"]
JUDGED = ("hazard", "probability", "standing", "loss")
"""What a verdict looks at. The propensity is shown and not judged by: listing a harmless trigger more would lower it."""
_HAIR = 1e-9


@dataclass(frozen=True, slots=True)
class Moved:
    """One headline number before and after. `ratio` is after / before, paired; None where the two sides share no model (results)."""

    id: str
    label: str
    before: Estimate | None
    after: Estimate | None
    ratio: Estimate | None
    direction: Direction

    @property
    def apart(self) -> bool:
        """Whether the two intervals do not meet."""
        a, b = self.before, self.after
        return a is not None and b is not None and (a.high < b.low or b.high < a.low)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one unit does to one quantity: done alone to the old version, and taken back alone from the new one (after / before - 1)."""

    alone: Estimate | None
    last: Estimate | None


@dataclass(frozen=True, slots=True)
class Explained:
    """Edits that can only be made together, and what they do by themselves, by quantity."""

    label: str
    edits: tuple[Edit, ...]
    effects: Mapping[str, Effect]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ActionChange:
    name: str
    what: str
    before: ActionRow | None
    after: ActionRow | None

    @property
    def changed_class(self) -> bool:
        return (self.before.verdict if self.before else "") != (self.after.verdict if self.after else "")


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One of the questions: its claim before and after, sentence by sentence."""

    engine: str
    section: str
    question: str
    status: tuple[str, str]
    gone: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything that the comparison says.

    sides        what the two are called; origin: what they are.
    explained    what changed in the model and what each change does; other: edits that move no number of the verdict.
    main         the quantity by which effects are shown (`hazard`, `probability` or `loss`).
    ways         cut sets that are new and that are gone; `ways_known` False where a list was cut short.
    same_failure False where the two are about different failures.
    """

    title: str
    sides: tuple[str, str]
    verdict: Verdict
    moved: tuple[Moved, ...]
    sentences: tuple[tuple[str, ...], tuple[str, ...]]
    main: str
    explained: tuple[Explained, ...]
    other: tuple[Edit, ...]
    ways: tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]
    ways_in_all: tuple[int, int]
    ways_known: bool
    actions: tuple[ActionChange, ...]
    answers: tuple[AnswerChange, ...]
    unchanged_answers: int
    findings_new: tuple[Finding, ...]
    findings_gone: tuple[Finding, ...]
    same_failure: bool
    origin: Origin
    provenance: Mapping[str, str]
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()  # of action items that were done: what every question says of them


def direction(before: Estimate | None, after: Estimate | None, ratio: Estimate | None) -> Direction:
    """Which way a number went: down where it is lower at some values of the numbers and higher at none; up likewise."""
    if before is None or after is None:
        return "open"
    if ratio is not None:
        if abs(ratio.low) <= _HAIR and abs(ratio.high) <= _HAIR:
            return "same"
        if ratio.high <= _HAIR:
            return "down"
        if ratio.low >= -_HAIR:
            return "up"
    elif (before.value, before.low, before.high) == (after.value, after.low, after.high):
        return "same"
    return "down" if after.high < before.low else "up" if after.low > before.high else "open"


def judge(moved: Sequence[Moved]) -> Verdict:
    """One word: by the judged quantities that surely went one way; where none did, whether all stayed or nobody can tell."""
    ways = {m.direction for m in moved if m.id in JUDGED}
    if {"up", "down"} <= ways:
        return "mixed"
    if "up" in ways or "down" in ways:
        return "worse" if "up" in ways else "better"
    return "unchanged" if ways == {"same"} else "open"


def compare(
    a: Told,
    b: Told,
    sides: tuple[str, str],
    ratios: Mapping[str, Estimate],
    explained: Sequence[Explained],
    other: Sequence[Edit],
    origin: Origin,
    notes: Sequence[str] = (),
) -> Compared:
    """Two reports and what is known of the models behind them, put together. One list: a field of `Compared` a line."""
    moved = tuple(_moved(a, b, ratios))
    ways_known = len(a.cut_sets) == a.cut_sets_in_all and len(b.cut_sets) == b.cut_sets_in_all
    new, gone = (
        tuple(sorted((tuple(sorted(s)) for s in x), key=lambda s: (len(s), s)))
        for x in (b.cut_sets - a.cut_sets, a.cut_sets - b.cut_sets)
    )
    answers = tuple(_answers(a, b))
    known, now = {_what(f) for f in a.findings}, {_what(f) for f in b.findings}
    return Compared(
        b.title or a.title,
        sides,
        judge(moved),
        moved,
        (a.verdict, b.verdict),
        _main(moved),
        tuple(explained),
        tuple(other),
        (new, gone) if ways_known else ((), ()),
        (a.cut_sets_in_all, b.cut_sets_in_all),
        ways_known,
        tuple(_actions(a, b, _main(moved))),
        answers,
        len(set(a.claims) & set(b.claims)) - len(answers),
        tuple(f for f in b.findings if _what(f) not in known),
        tuple(f for f in a.findings if _what(f) not in now),
        a.failure == b.failure,
        origin,
        {**{f"before, {k}": v for k, v in a.provenance.items()}, **{f"after, {k}": v for k, v in b.provenance.items()}},
        tuple(notes),
    )


def _what(f: Finding) -> tuple[str, str]:
    """What a finding is recognized by in another folder: its code and its words, names and all, whatever numbers stand in them."""
    pieces = f.message.split("`")
    return f.code, "`".join(p if n % 2 else _NUMBER.sub("#", p) for n, p in enumerate(pieces))


def _moved(a: Told, b: Told, ratios: Mapping[str, Estimate]) -> list[Moved]:
    out = []
    for i in dict.fromkeys((*a.headline, *b.headline)):
        before, after = (t.headline[i][1] if i in t.headline else None for t in (a, b))
        if before is not None and after is not None and before.unit != after.unit:
            ratio = None  # losses in two units cannot be compared
            out.append(Moved(i, b.headline[i][0], before, after, None, "open"))
            continue
        ratio = ratios.get(i)
        label = (b if i in b.headline else a).headline[i][0]
        out.append(Moved(i, label, before, after, ratio, direction(before, after, ratio)))
    return out


def _main(moved: Sequence[Moved]) -> str:
    ids = [m.id for m in moved]
    return "probability" if "standing" in ids else "loss" if "loss" in ids else "hazard"


EFFECTS = {"hazard": "change", "probability": "probability_change", "loss": "loss_change"}
"""The column of the action table that tells the change of each quantity."""


def effect_of(row: ActionRow | None, main: str) -> Estimate | None:
    """What an item does to the main quantity; to failures a year where the table has no column of its own for it."""
    if row is None:
        return None
    return row.effects.get(EFFECTS.get(main, "change"), row.effects.get("change"))


def _actions(a: Told, b: Told, main: str) -> list[ActionChange]:
    """Items whose verdict or whose effect reads differently, those of the new version first."""

    def reads(row: ActionRow | None) -> str:
        e = effect_of(row, main)
        return f"{row.verdict if row else None} {estimate(e) if e else ''}"

    names = [n for n in dict.fromkeys((*b.actions, *a.actions)) if reads(a.actions.get(n)) != reads(b.actions.get(n))]
    return [ActionChange(n, (b.actions.get(n) or a.actions[n]).what, a.actions.get(n), b.actions.get(n)) for n in names]


def _answers(a: Told, b: Told) -> list[AnswerChange]:
    out = []
    for engine, (section, question, status, claim) in b.claims.items():
        if engine not in a.claims:
            continue
        _, _, was, old = a.claims[engine]
        if old == claim and was == status:
            continue
        before, after = _sentences(old), _sentences(claim)
        gone, new = tuple(x for x in before if x not in after), tuple(x for x in after if x not in before)
        out.append(AnswerChange(engine, section, question, (was, status), gone, new))
    return out


def _sentences(claim: str) -> list[str]:
    """A claim in sentences: a full stop before a capital, or a line."""
    return [s for line in claim.split("\n") for s in re.split(r"(?<=[.!?]) (?=[A-Z`§])", line) if s]
