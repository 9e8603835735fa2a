"""What the action items change beside failures and loss, in a sentence each: the margin, the room below a limit, the ambiguity. The columns say it
for every item; a page of 80 columns has no room for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fuelbed.core.blocks import Sentence
from fuelbed.core.estimates import Estimate
from fuelbed.core.shown import counted, listed, number
from fuelbed.engines.actions.ambiguity import NOTHING, told
from fuelbed.engines.actions.margins import margin_words
from fuelbed.engines.actions.scene import Scene

__all__ = ["beyond"]

_NAMED = 2  # items that a sentence names


def beyond(scene: Scene) -> list[Sentence]:
    """Nothing where no engine gave such a number."""
    parts = [*_margin(scene), *_room(scene), *_ambiguity(scene)]
    return [Sentence(" ".join(parts))] if parts else []


def _margin(scene: Scene) -> Iterator[str]:
    if scene.margins is None or (today := scene.margins.margin.get("")) is None:
        return
    after = scene.margins.margin
    moved = {n: after[n] for n in scene.ranked if n in after and _ends(after[n]) != _ends(today)}
    yield from _became(f"The margin{f' ({today.unit})' if today.unit else ''}", today, moved)


def _room(scene: Scene) -> Iterator[str]:
    if scene.room is None:
        return
    unit = scene.room.margin[""].unit
    moved = {n: scene.room.margin[n] for n in scene.ranked if n in scene.room.margin and _moves(scene.room.shift.get(n))}
    yield from _became(f"The room below {scene.room.of}{f' ({unit})' if unit else ''}", scene.room.margin[""], moved)


def _became(what: str, today: Estimate, moved: Mapping[str, Estimate]) -> Iterator[str]:
    """How the largest changes go; the order is by what is surely left after each."""
    if not moved:
        yield f"No item moves {what[0].lower()}{what[1:]}: {margin_words(today)} today."
        return
    first = sorted(moved, key=lambda n: -moved[n].low)
    parts = [f"{margin_words(moved[n])} with `{n}`" for n in first[:_NAMED]]
    more = len(first) - _NAMED
    rest = f"; {counted(more, 'other item')} {'moves' if more == 1 else 'move'} it" if more > 0 else ""
    yield f"{what} is {margin_words(today)} today, {listed(parts)}{rest}."


def _ambiguity(scene: Scene) -> Iterator[str]:
    s = scene.signatures
    if s is None or not told(scene):
        return
    bits = {n: e for n in scene.ranked if (e := s.removed.get(n)) is not None and n not in s.said and e.value is not None}
    less = sorted((n for n, e in bits.items() if e.low > NOTHING), key=lambda n: -bits[n].low)
    more = [n for n, e in bits.items() if e.high < -NOTHING]
    parts = [f"`{n}` {_bits(bits[n])}" for n in (*less[:_NAMED], *more[:1])]
    if parts:
        yield f"Bits of ambiguity taken away: {', '.join(parts)}."
    elif bits:
        yield "No item surely takes ambiguity away."


def _bits(e: Estimate) -> str:
    assert e.value is not None
    return f"{number(round(e.value, 2))} ({number(round(e.low, 2))} to {number(round(e.high, 2))})"


def _ends(e: Estimate) -> tuple[float | None, float, float]:
    return (e.value, e.low, e.high)


def _moves(shift: Estimate | None) -> bool:
    return shift is not None and (shift.low, shift.high) != (0.0, 0.0)
