"""Reading -> the few rows by which its author sees at a glance whether a text was understood: the likeliest mentions, in the text's own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from fuelbed.core.reading import ActionClass, Mention, ReadAction, Reading
from fuelbed.core.shown import clipped, counted, listed
from fuelbed.drafting import Draft
from fuelbed.engines.lint.look import taken_up
from fuelbed.text.phrases import opened

__all__ = ["Row", "items", "quoted", "rows", "what_items_do"]

_CONDITIONS: Final = 3  # likely ones that are shown
_ITEMS: Final = 6  # action items that are shown one by one
_LINES: Final = 6  # of one class, where there are more
_WORDS: Final = 14
_SHOWN: Final = 12  # words of an action item
_FEW: Final = 5  # words from which a clause says something by itself
_ENDS: Final = " .,;:"
_FEEDBACK: Final = {
    "accumulation": "something that piles up and feeds back", "retry_amplification": "retries that add load",
    "crash_loop": "a crash loop", "self_sustaining_loop": "a loop that sustains itself", "multiplication_loop": "work that multiplies",
    "propagation_slowdown": "slowness that spreads to callers", "cascade": "a cascade", "recovery_blocked": "a recovery path that needs what failed",
    "self_replication": "self-replication",
}  # fmt: skip  # one table
_KIND: Final[dict[ActionClass, str]] = {
    "structural": "system", "trigger_only": "trigger", "monitoring": "sight", "doc": "writing", "process": "people",
}  # fmt: skip  # what an item changes, in a word
_DO: Final[dict[ActionClass, tuple[str, str]]] = {
    "structural": ("changes the system", "change the system"),
    "trigger_only": ("takes away this trigger or cleans up", "take away this trigger or clean up"),
    "monitoring": ("only adds sight", "only add sight"),
    "doc": ("writes something down", "write something down"),
    "process": ("is for people to do or to look into", "are for people to do or to look into"),
}
"""What items of a class do, said of one and of several, what changes most first."""


class Row(NamedTuple):
    """One thing that was read: `words` are the text's; `doubt` where it is a guess, or an item only considered; `after` where something is done about it."""

    kind: str
    line: int
    words: str
    doubt: bool = False
    after: str = ""


def rows(reading: Reading, answered: Draft | None = None) -> list[Row]:
    """The most telling trigger, the likeliest conditions and the feedback: what would have to be right for the rest to be. A trigger that we read is always a guess:
    half of them are right, and neither form nor words say which half (docs/reading.md). `answered`: the draft of the answer that the reading is from,
    whose action items say themselves what they change."""
    about = partial(taken_up, reading) if answered is None else _closing(answered)
    found = list(
        _row("set off", reading, reading.triggers, 1 if answered is None else _CONDITIONS, about, guessed=answered is None)
    )
    others = [m for m in reading.conditions if reading.document.line(m.place) not in {r.line for r in found}] or list(
        reading.conditions
    )
    likely = [m for m in others if m.sure]
    found += _row("stood", reading, likely, _CONDITIONS, about) if likely else _row("stood", reading, others, 1, about)
    loop = reading.amplification
    if loop.present and loop.mention is not None:
        at = reading.document.line(loop.mention.place)
        found.append(Row("feedback", at, f"{_FEEDBACK.get(loop.kind, 'told')}: {quoted(reading, loop.mention)}"))
    return found


def _closing(answered: Draft) -> Callable[[Mention], int]:
    """The line of the first action item that changes a factor, by the answer."""
    d = answered.reading.document
    lines = {target: d.line(a.read.item.place) for a in reversed(answered.actions) for target in a.targets}
    names = {f.place: f.name for f in answered.factors}
    return lambda m: lines.get(names.get(m.place, ""), 0)


def _row(
    kind: str, reading: Reading, found: Sequence[Mention], most: int, about: Callable[[Mention], int], guessed: bool = False
) -> Iterator[Row]:
    best = sorted(found, key=lambda m: -m.weight)[:most]
    for m in sorted(best, key=lambda m: m.place.start):
        doubt = guessed or not m.sure
        at, line = reading.document.line(m.place), 0 if doubt else about(m)
        yield Row(kind, at, quoted(reading, m), doubt, f"→ line {line}" if line not in (0, at) else "")


def items(reading: Reading) -> list[Row]:
    """The action items, each under what it changes in a word; none where they are more than a reader looks through."""
    acts = reading.actions if len(reading.actions) <= _ITEMS else ()
    d = reading.document
    return [Row(_KIND[a.cls], d.line(a.item.place), f"“{clipped(a.item.text.rstrip(_ENDS), _SHOWN)}”", a.tentative) for a in acts]


def quoted(reading: Reading, m: Mention) -> str:
    """The words that a mention rests on as a reader sees them, without what merely leads in; of too few, those of its sentence."""
    sentence = reading.document.sentences[m.sentence]
    text = sentence.read_at(m.place)
    text = text if len(text.split()) >= _FEW else sentence.words
    return f"“{clipped((opened(text) or text).rstrip(_ENDS), _WORDS)}”"


def what_items_do(reading: Reading) -> str:
    """How many of the action items do what; with their lines, and which are only considered, where they are not shown one by one. "" without any."""
    acts = reading.actions
    if not acts:
        return ""
    told = len(acts) <= _ITEMS
    parts = [_part(reading, cls, mine, told) for cls in _DO if (mine := [a for a in acts if a.cls == cls])]
    weighed = [a for a in acts if a.tentative]
    tail = ":" if told else f". Only considered: {_lines(reading, weighed)}." if weighed else "."
    if len(acts) == 1:
        return f"The only action item {parts[0].removeprefix('1 ')}{tail}"
    if len(parts) == 1:
        all_of = "Both action items" if len(acts) == 2 else f"All {counted(len(acts), 'action item')}"
        return f"{all_of} {parts[0].split(' ', 1)[1]}{tail}"
    return f"Of {counted(len(acts), 'action item')}, {listed(parts)}{tail}"


def _part(reading: Reading, cls: ActionClass, mine: list[ReadAction], told: bool) -> str:
    """`2 only add sight (lines 40 and 44)`."""
    one, several = _DO[cls]
    return f"{len(mine)} {one if len(mine) == 1 else several}" + ("" if told else f" ({_lines(reading, mine)})")


def _lines(reading: Reading, acts: list[ReadAction]) -> str:
    """`lines 40, 44 (2) and 3 more`."""
    at = Counter(reading.document.line(a.item.place) for a in acts)
    shown = [str(n) if k == 1 else f"{n} ({k})" for n, k in sorted(at.items())]
    if len(shown) > _LINES:
        shown = [*shown[: _LINES - 1], f"{len(shown) - _LINES + 1} more"]
    return f"line{'' if len(at) == 1 else 's'} {listed(shown)}"
