"""Reading -> the few rows by which its author sees at a glance whether a text was understood: the likeliest mentions, in the text's own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from fuelbed.core.reading import ActionClass, Mention, ReadAction, Reading
from fuelbed.core.shown import counted, listed
from fuelbed.engines.lint.look import taken_up
from fuelbed.text.phrases import opened

__all__ = ["Row", "clipped", "likely_conditions", "quoted", "rows", "what_items_do"]

_CONDITIONS: Final = 3  # likely ones that are shown
_ENOUGH: Final = 2  # up to so many, guesses are shown beside them
_LINES: Final = 6  # of one class
_WORDS: Final = 14
_FEW: Final = 5  # words from which a clause says something by itself
_ENDS: Final = " .,;:"
_FEEDBACK: Final = {
    "accumulation": "something that piles up and feeds back", "retry_amplification": "retries that add load",
    "crash_loop": "a crash loop", "self_sustaining_loop": "a loop that sustains itself", "multiplication_loop": "work that multiplies",
    "propagation_slowdown": "slowness that spreads to callers", "cascade": "a cascade", "recovery_blocked": "a recovery path that needs what failed",
    "self_replication": "self-replication",
}  # fmt: skip  # one table
_DO: Final[dict[ActionClass, tuple[str, str]]] = {
    "structural": ("changes the system", "change the system"),
    "trigger_only": ("takes away this trigger or cleans up", "take away this trigger or clean up"),
    "monitoring": ("only adds sight", "only add sight"),
    "doc": ("writes something down", "write something down"),
    "process": ("is for people to do or to look into", "are for people to do or to look into"),
}
"""What items of a class do, said of one and of several, what changes most first."""


class Row(NamedTuple):
    """One thing that was read: `words` are the text's; `doubt` where its kind is a guess; `after` what is done about it."""

    kind: str
    line: int
    words: str
    doubt: bool = False
    after: str = ""


def rows(reading: Reading) -> list[Row]:
    """The most telling trigger, the likeliest conditions and the feedback: what would have to be right for the rest to be. A trigger is always a guess:
    half of them are right, and neither form nor words say which half (docs/reading.md)."""
    found = [*_row("set off", reading, reading.triggers, 1), *_row("stood", reading, likely_conditions(reading), _CONDITIONS)]
    likely = sum(r.kind == "stood" for r in found)
    if likely < _ENOUGH:
        found += _row("stood", reading, [m for m in reading.conditions if not m.sure], _ENOUGH - likely)
    loop = reading.amplification
    if loop.present and loop.mention is not None:
        at = reading.document.line(loop.mention.place)
        found.append(Row("feedback", at, f"{_FEEDBACK.get(loop.kind, 'told')}: {quoted(reading, loop.mention)}"))
    return found


def likely_conditions(reading: Reading) -> list[Mention]:
    """The conditions that are called sure, the likeliest first."""
    return sorted((m for m in reading.conditions if m.sure), key=lambda m: -m.weight)


def _row(kind: str, reading: Reading, found: tuple[Mention, ...] | list[Mention], most: int) -> Iterator[Row]:
    best = sorted(found, key=lambda m: -m.weight)[:most]
    for m in sorted(best, key=lambda m: m.place.start):
        doubt = kind == "set off" or not m.sure
        after = "" if doubt or not reading.actions else _after(taken_up(reading, m))
        yield Row(kind, reading.document.line(m.place), quoted(reading, m), doubt, after)


def _after(line: int) -> str:
    return f"→ line {line}" if line else "→ no action item found"


def quoted(reading: Reading, m: Mention) -> str:
    """The words that a mention rests on as a reader sees them, without what merely leads in; of too few, those of its sentence."""
    sentence = reading.document.sentences[m.sentence]
    text = sentence.read_at(m.place)
    text = text if len(text.split()) >= _FEW else sentence.words
    return f"“{clipped((opened(text) or text).rstrip(_ENDS), _WORDS)}”"


def clipped(text: str, most: int) -> str:
    """The first words of a text, on one line."""
    words = text.split()
    return " ".join(words) if len(words) <= most else " ".join(words[:most]) + " ..."


def what_items_do(reading: Reading) -> str:
    """How many of the action items do what, with their lines, and which are only considered; "" without any."""
    acts = reading.actions
    if not acts:
        return ""
    parts = [_part(reading, cls, mine) for cls in _DO if (mine := [a for a in acts if a.cls == cls])]
    weighed = [a for a in acts if a.tentative]
    tail = f" Only considered: {_lines(reading, weighed)}." if weighed else ""
    if len(acts) == 1:
        return f"The only action item {parts[0].removeprefix('1 ')}.{tail}"
    if len(parts) == 1:
        return f"All {counted(len(acts), 'action item')} {parts[0].split(' ', 1)[1]}.{tail}"
    return f"Of {counted(len(acts), 'action item')}, {listed(parts)}.{tail}"


def _part(reading: Reading, cls: ActionClass, mine: list[ReadAction]) -> str:
    """`2 only add sight (lines 40 and 44)`."""
    one, several = _DO[cls]
    return f"{len(mine)} {one if len(mine) == 1 else several} ({_lines(reading, mine)})"


def _lines(reading: Reading, acts: list[ReadAction]) -> str:
    lines = [str(n) for n in sorted({reading.document.line(a.item.place) for a in acts})]
    shown = lines if len(lines) <= _LINES else [*lines[: _LINES - 1], f"{len(lines) - _LINES + 1} more"]
    return f"line{'' if len(lines) == 1 else 's'} {listed(shown)}"
