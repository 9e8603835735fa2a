"""How single numbers are written, in sentences as in tables: two significant digits, never rounded to nothing or to all."""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = ["clipped", "count", "counted", "inert", "listed", "named", "number", "per_cent", "probability"]

_ROUNDING = 1e-9  # a share or change below it is what is left of floating point
_LEAST = 3  # words that stay of what is cut
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula


def number(x: float) -> str:
    """Two significant digits, three from 100 on: `0.031`, `4.1`, `12`, `108`, `1230`, `3.1e-06`."""
    if math.isnan(x):
        return "not known"
    if math.isinf(x):
        return "no upper bound" if x > 0 else "no lower bound"
    sign, a = ("−" if x < 0 else ""), abs(x)
    if a == 0:
        return "0"
    if a < 1e-4 or a >= 1e6:
        mantissa, exponent = f"{a:.1e}".split("e")
        return f"{sign}{mantissa.removesuffix('.0')}e{int(exponent)}".replace("e-", "e−")
    digits = 3 if a >= 99.5 else 2
    a = round(a, digits - 1 - math.floor(math.log10(a)))
    decimals = max(0, digits - 1 - math.floor(math.log10(a)))
    text = f"{a:.{decimals}f}"
    return sign + (text.rstrip("0").rstrip(".") if "." in text else text)


def probability(p: float) -> str:
    """As `number`, but near 1 with as many digits as keep it apart from 1."""
    if not 0.99 <= p < 1:
        return number(p)
    if 1 - p < 1e-6:
        return ">0.999999"
    return f"{p:.{1 - math.floor(math.log10(1 - p))}f}".rstrip("0").rstrip(".")


def per_cent(x: float, signed: bool = False) -> str:
    """A share in per cent, without the sign: `93`, `−93` and `+4.2` where `signed`; one short of 100 never reads 100."""
    if math.isinf(x):
        return number(x)
    if abs(x) < _ROUNDING:
        return "0"
    if 0.99 < abs(x) < 1 and (x < 0 or not signed):
        near = f"{float(probability(abs(x)).lstrip('>')) * 100:.6g}"
        return f"−{near}" if x < 0 else near
    y = 100 * x
    text = number(y) if abs(y) < 9.95 else f"{y:.0f}".replace("-", "−")
    return f"+{text}" if signed and y > 0 and text != "0" else text


def count(n: int) -> str:
    """A whole number; one of more than nine digits by its size."""
    return str(n) if n < 10**9 else number(float(n))


def counted(n: int, one: str, many: str = "") -> str:
    """`1 sensor`, `3 sensors`; `many` where more than one is not said with an s."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def listed(words: Iterable[str], last: str = "and", most: int | None = None) -> str:
    """`a`, `a and b`, `a, b and c`; of more than `most` the first, and how many more."""
    told = list(words)
    if most is not None and len(told) > most:
        told = [*told[:most], f"{len(told) - most} more"]
    return "".join(told) if len(told) < 2 else f"{', '.join(told[:-1])} {last} {told[-1]}"


def named(names: Iterable[str], last: str = "and", most: int | None = None) -> str:
    """The same of identifiers, in the marks they stand in."""
    return listed((f"`{n}`" for n in names), last, most)


def inert(cell: str) -> str:
    """A cell for a spreadsheet: what would be a formula there is quoted as text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def clipped(text: str, most: int) -> str:
    """The first `most` words of a text, on one line; a bracket that would stay open is left out with what stands in it."""
    words = text.split()
    if len(words) <= most:
        return " ".join(words)
    kept = words[:most]
    opened = next(
        (i for i in range(most - 1, 0, -1) if kept[i][0] in "([" and not any(c in ")]" for w in kept[i:] for c in w)), 0
    )
    return " ".join(kept[:opened] if opened >= _LEAST else kept) + " ..."
