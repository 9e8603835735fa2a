"""What the action items change beside failures and loss, in a sentence each with the item that does most: the margin, the room below a limit, the
ambiguity (in words; its bits are detail). The columns say it for every item; a page of 80 columns has no room for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fuelbed.core.blocks import Sentence
from fuelbed.core.estimates import Estimate
from fuelbed.core.shown import number
from fuelbed.engines.actions.ambiguity import NOTHING, bits_between, told
from fuelbed.engines.actions.margins import margin_words, moved
from fuelbed.engines.actions.scene import Scene

__all__ = ["beyond", "in_bits"]


def beyond(scene: Scene) -> list[Sentence]:
    """Nothing where no engine gave such a number."""
    parts = [*_margin(scene), *_room(scene), *_ambiguity(scene)]
    return [Sentence(" ".join(parts))] if parts else []


def in_bits(scene: Scene) -> list[Sentence]:
    """How much of the ambiguity the items that `beyond` names take away; nothing where it names none."""
    bits, less, more = _moved(scene)
    parts = [f"`{n}` {_bits(bits[n])}" for n in (*less, *more)]
    return [Sentence(f"Bits of ambiguity taken away: {', '.join(parts)}.", detail=True)] if parts else []


def _margin(scene: Scene) -> Iterator[str]:
    if scene.margins is None or (today := scene.margins.margin.get("")) is None:
        return
    after = scene.margins.margin
    yield _became("Margin", today, {n: after[n] for n in scene.ranked if n in after and moved(today, after[n])})


def _room(scene: Scene) -> Iterator[str]:
    if scene.room is None:
        return
    after = scene.room.margin
    touched = {n: after[n] for n in scene.ranked if n in after and _moves(scene.room.shift.get(n))}
    yield _became(f"Room below {scene.room.of}", after[""], touched)


def _became(what: str, today: Estimate, after: Mapping[str, Estimate]) -> str:
    """Today, and with the item after which most is surely left."""
    unit = f", {today.unit}" if today.unit else ""
    if not after:
        return f"{what}{unit}: {margin_words(today)}, whatever item is done."
    best = max(after, key=lambda n: after[n].low)
    return f"{what}{unit}: {margin_words(today)} today, {margin_words(after[best])} with `{best}`."


def _moved(scene: Scene) -> tuple[Mapping[str, Estimate], list[str], list[str]]:
    """The bits of every item; the one with which surely least stays open, and the first with which surely more does than today."""
    s = scene.signatures
    if s is None or not told(scene):
        return {}, [], []
    bits = {n: e for n in scene.ranked if (e := s.removed.get(n)) is not None and n not in s.said and e.value is not None}
    less = sorted((n for n, e in bits.items() if e.low > NOTHING), key=lambda n: -bits[n].low)
    more = [n for n, e in bits.items() if e.high < -NOTHING]
    return bits, less[:1], more[:1]


def _ambiguity(scene: Scene) -> Iterator[str]:
    _, less, more = _moved(scene)
    parts = [f"less open with `{n}`" for n in less] + [f"more open with `{n}`" for n in more]
    if parts:
        yield f"By which mechanism it fails next is surely {' and '.join(parts)}."


def _bits(e: Estimate) -> str:
    assert e.value is not None
    return f"{number(round(e.value, 2))} ({bits_between(e)})"


def _moves(shift: Estimate | None) -> bool:
    return shift is not None and (shift.low, shift.high) != (0.0, 0.0)
