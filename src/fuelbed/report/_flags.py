"""Labels over a line of marks: each on a pole, none on another and none crossed by a pole, at any width from the one planned for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fuelbed.report._columns import columns

__all__ = ["Flag", "flags", "shortened", "width"]

LETTER = 6.9  # pixels of a letter at 12 pixels
_POLE, _GAP, _NEAR = 4.0, 8.0, 2.0  # from a pole to its words, between two words, and around a pole
_LEAST = 130.0  # pixels of words that were cut


def width(text: str) -> float:
    """Pixels that words take at 12 pixels, rather too many."""
    return LETTER * columns(text)


def shortened(text: str, pixels: float) -> str:
    """The words, or as many of their letters as have room and an ellipsis."""
    if width(text) <= pixels + 0.5:  # half a pixel is what is left of floating point
        return text
    kept = text
    while kept and width(kept) + LETTER > pixels:
        kept = kept[:-1]
    return kept.rstrip(" ,;:") + "…"


@dataclass(frozen=True, slots=True)
class Flag:
    """A label of mark `index`: `dx` pixels from its pole and `wide` at most, on row `row` counted from the line of marks upwards."""

    index: int
    row: int
    dx: float
    wide: float

    def crossed(self, x: float, pole: float) -> bool:
        """Whether another pole runs through the words, here or on a wider page, where it moves away from this one's own."""
        if self.dx > 0:
            return x < pole < x + self.dx + self.wide + _NEAR
        return x + self.dx - _NEAR < pole < x

    def box(self, x: float) -> tuple[float, float]:
        """Left and right of pole and words together."""
        left, right = x + self.dx, x + self.dx + self.wide
        return min(x, left), max(x, right)


def _meets(a: tuple[float, float], b: tuple[float, float], gap: float) -> bool:
    return a[0] < b[1] + gap and b[0] < a[1] + gap


def _free(flag: Flag, at: Sequence[float], placed: Sequence[Flag]) -> bool:
    """Whether its words are on no others, and no pole runs through words."""
    x = at[flag.index]
    for other in placed:
        ox = at[other.index]
        if other.row == flag.row and _meets(flag.box(x), other.box(ox), _GAP):
            return False
        if other.row > flag.row and flag.crossed(x, ox):
            return False
        if other.row < flag.row and other.crossed(ox, x):
            return False
    return True


def _ways(x: float, wide: float, room: float) -> list[tuple[float, float]]:
    """(offset, width): words to the right of the pole, whole or cut at the edge, then to its left."""
    right = room - x - _POLE
    ways = [(_POLE, wide)] if wide <= right else [(_POLE, right)] if right >= _LEAST else []
    return [*ways, (-_POLE - wide, wide)] if wide <= x - _POLE else ways


def _placed(at: Sequence[float], wides: Sequence[float], room: float, rows: int, order: Sequence[int]) -> list[Flag]:
    out: list[Flag] = []
    for i in order:
        tries = (Flag(i, row, dx, wide) for dx, wide in _ways(at[i], wides[i], room) for row in range(rows))
        if found := next((f for f in tries if _free(f, at, out)), None):
            out.append(found)
    return out


def flags(at: Sequence[float], wides: Sequence[float], room: float, rows: int) -> tuple[Flag, ...]:
    """Places for labels `wides` pixels wide, of marks `at` pixels in order, within `room` pixels and `rows` rows.

    From the right, each takes the lowest free row, so that of marks close together the earlier stands higher; from the left where that
    places more. A mark without a place has no flag. Distances between marks only grow on a wider page while words stay, so what does not
    meet here meets nowhere.
    """
    last = list(range(len(at)))
    ways = [_placed(at, wides, room, rows, order) for order in (last[::-1], last)]
    best = max(ways, key=lambda w: (len(w), -max((f.row for f in w), default=0)))
    return tuple(sorted(best, key=lambda f: f.index))
