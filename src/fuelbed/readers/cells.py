"""Cells of text as numbers and times, a column at once: what of it is plain needs no look at single cells.

Both functions give up (None) where anything is not plain. What they give is what reading cell by cell gives, bit for bit: `float` and
`fromisoformat` are the same, and the characters were checked before.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from array import array
from collections.abc import Iterable, Sequence
from operator import lt

from fuelbed.readers.clock import Clock

__all__ = ["NOTHING", "NUMBER", "increase", "plain_numbers", "plain_times", "within"]

NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)
_OF_NUMBERS = b"0123456789.+-eE \t"
NOTHING = frozenset(("", "NaN", "nan", "null", "NULL", "NA", "N/A", "None", "-"))  # the usual ones; others are found cell by cell
_DIGITS = str.maketrans("123456789", "000000000")
_ISO = re.compile(r"0000-00-00[T ]00:00(?::00(?:\.0{1,6})?)?(?:Z|[+-]00:?00)?\Z", re.ASCII)
_LONG = 300  # digits; from there on a number may be past what is finite
_FAR = math.nextafter(1e15, 0)  # no clock reads what is further from 1970
_MANY = 4_000  # cells from which on numpy is worth its import


def plain_numbers(cells: Sequence[str]) -> array[float] | None:
    """The cells as numbers, an empty one as nan; None where one is no plain number."""
    try:
        return array("d", map(float, cells)) if _is_plain(cells) else _with_empty(cells)
    except ValueError:
        pass
    try:
        return _with_empty(cells)
    except ValueError:
        return None


def _is_plain(cells: Iterable[str]) -> bool:
    joined = "".join(cells)
    return joined.isascii() and not joined.encode("ascii").translate(None, _OF_NUMBERS)


def _with_empty(cells: Sequence[str]) -> array[float] | None:
    if not _is_plain(c for c in cells if c not in NOTHING):
        return None
    return array("d", [math.nan if c in NOTHING else float(c) for c in cells])


def within(values: array[float], low: float, high: float) -> bool:
    """Whether all that are not nan lie there."""
    if len(values) < _MANY:
        return all(low <= v <= high or v != v for v in values)
    import numpy as np

    x = np.frombuffer(values)
    return not bool(((x < low) | (x > high)).any())


def increase(values: array[float]) -> bool:
    """Whether each is greater than the one before."""
    if len(values) < _MANY:
        return all(map(lt, values, values[1:]))
    import numpy as np

    x = np.frombuffer(values)
    return bool((x[1:] > x[:-1]).all())


def plain_times(cells: Sequence[str], clock: Clock) -> array[float] | None:
    """The cells as the clock reads them; None where they are not all of one plain shape."""
    if clock.kind != "iso":
        return _plain_epochs(cells, clock)
    shape = cells[0].translate(_DIGITS)
    if not _ISO.match(shape) or len(set(map(len, cells))) > 1 or "".join(cells).translate(_DIGITS) != shape * len(cells):
        return None
    try:
        return _instants(cells, clock, "Z" in shape or "+" in shape or shape.count("-") > 2)
    except (ValueError, OverflowError):
        return None


def _instants(cells: Sequence[str], clock: Clock, named: bool) -> array[float]:
    read = dt.datetime.fromisoformat
    if named:
        return array("d", [read(c).timestamp() for c in cells])
    zone = clock.zone or dt.UTC
    clock.zoned = clock.zoned and clock.zone is not None
    if zone.utcoffset(None) is None:  # it depends on the day
        return array("d", [read(c).replace(tzinfo=zone).timestamp() for c in cells])
    ending = f"{dt.datetime(1970, 1, 1, tzinfo=zone):%z}"  # put behind each: half the time of `replace`
    return array("d", [read(c + ending).timestamp() for c in cells])


def _plain_epochs(cells: Sequence[str], clock: Clock) -> array[float] | None:
    lengths = set(map(len, cells))
    if 0 in lengths or max(lengths) >= _LONG or "e" in "".join(cells).lower():
        return None  # the clock is stricter than `float` about exponents
    values = plain_numbers(cells)
    if values is None or (clock.absolute and not within(values, -_FAR, _FAR)):
        return None
    return array("d", [v / 1000 for v in values]) if clock.kind == "epoch_milliseconds" else values
