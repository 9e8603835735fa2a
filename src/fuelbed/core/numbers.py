"""Text -> `Quantity`: points, intervals, distributions, rate words, units of time.

Canonical units: rates per year, durations in years, probabilities 0..1; in `dynamics` flows per second and times in seconds. A year is
365.25 days, a month a twelfth of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fuelbed.core.findings import Span
from fuelbed.core.quantities import Basis, Dimension, Quantity, QuantityKind
from fuelbed.core.scanner import Cursor, TextFault, did_you_mean, is_identifier, scan

__all__ = [
    "RATE_WORDS", "SECONDS", "YEARS", "Raw", "beta_quantile", "in_seconds", "measures", "parse_quantity", "parse_raw", "resolve",
    "unit_of_time",
]  # fmt: skip  # one list

RATE_WORDS: Mapping[str, tuple[float, float]] = {
    "daily": (100.0, 400.0),
    "weekly": (25.0, 100.0),
    "monthly": (6.0, 24.0),
    "quarterly": (2.0, 6.0),
    "yearly": (0.5, 2.0),
    "rarely": (0.02, 0.5),
}
"""Rate words as intervals per year (docs/formats/case.md); their basis is `judged`."""

_DAY = 1 / 365.25
YEARS: Mapping[str, float] = {
    "ms": _DAY / 86_400_000,
    "second": _DAY / 86_400,
    "minute": _DAY / 1_440,
    "hour": _DAY / 24,
    "day": _DAY,
    "week": 7 * _DAY,
    "month": 1 / 12,
    "quarter": 1 / 4,
    "year": 1.0,
}
"""Units of time in years."""
SECONDS: Mapping[str, float] = {
    "ms": 1e-3, "second": 1.0, "minute": 60.0, "hour": 3_600.0, "day": 86_400.0, "week": 604_800.0, "month": 86_400 / _DAY / 12,
    "quarter": 86_400 / _DAY / 4, "year": 86_400 / _DAY,
}  # fmt: skip
"""The same units in seconds; a table of its own, so that 300 ms is 0.3 s to the last digit."""
_SHAPES = (1e-3, 1e6)  # of a beta distribution: beyond them its quantiles are not exact any more, and say no more than a point

_SHORT = {
    "s": "second", "sec": "second", "secs": "second", "min": "minute", "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour",
    "d": "day", "w": "week", "wk": "week", "y": "year", "yr": "year", "yrs": "year", "millisecond": "ms", "milliseconds": "ms",
}  # fmt: skip
_PLAIN_WORDS = ("lognormal", "beta", "ef", "per", *RATE_WORDS)


def unit_of_time(word: str) -> str:
    """The unit's own name (`min` -> `minute`, `days` -> `day`), or ""."""
    word = _SHORT.get(word, word)
    if word not in YEARS and word.endswith("s"):
        word = word[:-1]
    return word if word in YEARS else ""


@dataclass(frozen=True, slots=True)
class Raw:
    """A quantity as written, before it is known what it measures: `unit` a time unit or a loss unit, `per` a time unit."""

    kind: QuantityKind
    a: float
    b: float
    percent: bool = False
    unit: str = ""
    per: str = ""
    word: bool = False
    text: str = ""


class _Reader(Cursor):
    """Recursive descent over one quantity's tokens."""

    def __init__(self, text: str) -> None:
        super().__init__(text, scan(text, "number"))

    def number(self) -> tuple[float, bool]:
        """A finite number with an optional sign and per cent sign."""
        start = self.now.start
        sign = 1.0
        if self.now.kind in ("-", "+"):
            sign = -1.0 if self.take().kind == "-" else 1.0
        t = self.take()
        if t.kind != "number":
            what = f"`{t.text}`" if t.text else "the end of the text"
            raise TextFault("FB040", f"a number is expected here, not {what}.", _FORMS, t.start, max(t.end, t.start + 1))
        value = sign * float(t.text)
        if not math.isfinite(value):
            raise TextFault("FB045", f"`{t.text}` is not a finite number.", "Leave the value out if it is unknown.", start, t.end)
        percent = self.now.kind == "%"
        if percent:
            self.take()
        return (value / 100 if percent else value), percent

    def whole(self) -> Raw:
        raw = self.distribution() if self.now.kind == "name" else self.span()
        unit, per = self.unit()
        if self.now.kind != "end":
            t = self.now
            raise TextFault(
                "FB040", f"`{self.text[t.start : t.start + 30]}` is left over after the number.", _FORMS, t.start, len(self.text)
            )
        return replace(raw, unit=unit, per=per, text=self.text)

    def span(self) -> Raw:
        low, percent = self.number()
        if self.now.kind != "..":
            return Raw("point", low, low, percent)
        self.take()
        high, percent_high = self.number()
        if percent_high and not percent:
            low, percent = low / 100, True
        if low > high:
            cure = f"Write the lower end first: `{high:g}..{low:g}`."
            raise TextFault("FB044", f"the interval runs from {low:g} down to {high:g}.", cure, 0, len(self.text))
        return Raw("interval" if low < high else "point", low, high, percent)

    def distribution(self) -> Raw:
        t = self.take()
        if t.text not in ("lognormal", "beta") or self.now.kind != "(":
            raise TextFault("FB040", f"`{t.text}` is not a number.", did_you_mean(t.text, _PLAIN_WORDS) or _FORMS, t.start, t.end)
        self.take()
        a, _ = self.number()
        if t.text == "lognormal":
            if self.now.text != "ef":
                raise TextFault("FB040", "a lognormal needs its error factor.", "Write `lognormal(0.02 ef 5)`.", self.now.start)
            self.take()
        b, _ = self.number()
        if self.now.kind != ")":
            raise TextFault("FB040", f"`)` is missing after `{t.text}(`.", _FORMS, self.now.start)
        self.take()
        lognormal = t.text == "lognormal"
        if a <= 0 or b < 1 if lognormal else not all(_SHAPES[0] <= x <= _SHAPES[1] for x in (a, b)):
            cure = "The median is above 0 and the error factor at least 1." if lognormal else "Both shapes lie in 0.001..1000000."
            raise TextFault("FB046", f"`{self.text}` is not a distribution.", cure, 0, len(self.text))
        return Raw("lognormal" if lognormal else "beta", a, b)

    def unit(self) -> tuple[str, str]:
        """`minutes`, `USD`, `per year`, `/month`, or nothing."""
        unit = ""
        if self.now.kind == "name" and self.now.text != "per":
            t = self.take()
            if t.text == "m":
                raise TextFault("FB042", "`m` is a minute or a month.", "Write `min` or `months`.", t.start, t.end)
            unit = unit_of_time(t.text) or t.text
        if self.now.text not in ("per", "/"):
            return unit, ""
        self.take()
        t = self.take()
        per = unit_of_time(t.text)
        if not per:
            cure = did_you_mean(t.text, YEARS) or f"Units of time: {', '.join(YEARS)}."
            raise TextFault("FB042", f"`{t.text or 'nothing'}` is not a unit of time.", cure, t.start, max(t.end, t.start + 1))
        return unit, per


_FORMS = (
    "Write `0.05`, `5 %`, `0.01..0.2`, `lognormal(0.02 ef 5)` or `beta(2 18)`, with its unit where it is a rate or a duration."
)


def parse_raw(text: str) -> Raw:
    """The quantity as written. Raises `TextFault`."""
    stripped = text.strip()
    if stripped in RATE_WORDS:
        low, high = RATE_WORDS[stripped]
        return Raw("interval", low, high, per="year", word=True, text=stripped)
    return _Reader(text).whole()


def parse_quantity(
    text: str, dimension: Dimension, numbers: Mapping[str, Raw | None] | None = None, span: Span | None = None
) -> Quantity:
    """Read `text` as a quantity of `dimension`; a name stands for its entry of `numbers` (None there: an entry at fault).

    Raises `TextFault`.
    """
    numbers = numbers or {}
    word = text.strip()
    if is_identifier(word) and word not in RATE_WORDS:
        if word not in numbers:
            cure = did_you_mean(word, [*numbers, *(RATE_WORDS if dimension == "rate" else ())])
            raise TextFault("FB041", f"`{word}` is not a number, nor a name under `numbers`.", cure or _FORMS, 0, len(text))
        raw = numbers[word]
        if raw is None:
            return replace(Quantity.unknown(dimension), name=word, span=span)
        return replace(resolve(raw, dimension, len(text)), name=word, span=span)
    return replace(resolve(parse_raw(text), dimension, len(text)), span=span)


def resolve(raw: Raw, dimension: Dimension, length: int) -> Quantity:
    """Canonical units and the checks of the dimension. `length` is that of the text at fault. Raises `TextFault`."""

    def fault(code: str, message: str, cure: str) -> TextFault:
        return TextFault(code, message, cure, 0, length)

    factor, unit = _scale(raw, dimension, fault)
    low, high = _ends(raw)
    a, b = raw.a, raw.b
    if raw.kind in ("point", "interval"):
        low, high, a, b = low * factor, high * factor, 0.0, 0.0
    elif raw.kind == "lognormal":
        low, high, a = low * factor, high * factor, a * factor
    if not (math.isfinite(low) and math.isfinite(high)):
        raise fault("FB045", f"`{raw.text}` is not finite.", "Write a smaller number.")
    if dimension == "probability" and not (0 <= low <= 1 and 0 <= high <= 1):
        cure = (
            "Write it in 0..1, or in per cent."
            if raw.kind != "lognormal"
            else "Lower the median or the error factor: its 95th percentile counts."
        )
        raise fault("FB043", f"a probability lies in 0..1, and `{raw.text}` does not.", cure)
    if dimension not in ("plain", *_SIGNED) and low < 0:
        raise fault("FB047", f"a {dimension} is not negative: `{raw.text}`.", "Write 0 or more.")
    if dimension in _MOST and max(high, -low) > _MOST[dimension]:
        most = f"{_MOST[dimension]:.0e}{_COUNTED[dimension]}"
        raise fault("FB045", f"`{raw.text}` is more than {most}, past what is computed with.", "Check the unit.")
    basis: Basis = "judged" if raw.word else "unstated"
    return Quantity(raw.kind, low, high, dimension, a, b, unit, basis, text=raw.text)


_SIGNED = ("flow", "time", "number")  # what a push adds may be negative: whoever reads one says where it may not
_MOST = {"rate": 1e9, "duration": 1e6, "loss": 1e15, "flow": 1e12, "time": 1e12, "number": 1e15}
"""In canonical units; a rate of 1e9 a year is 30 a second."""
_COUNTED = {"rate": " a year", "duration": " years", "loss": "", "flow": " a second", "time": " seconds", "number": ""}


def _scale(raw: Raw, dimension: Dimension, fault: object) -> tuple[float, str]:
    """Factor into canonical units and the unit that the quantity keeps."""
    assert callable(fault)
    if dimension in _SIGNED:
        return _scale_seconds(raw, dimension, fault)
    if dimension == "rate":
        if raw.unit and not raw.per:
            raise fault(
                "FB042",
                f"`{raw.text}` is not a rate.",
                f"Write how many per unit of time, such as `2 per {unit_of_time(raw.unit) or 'year'}`.",
            )
        if not raw.per:
            raise fault(
                "FB042",
                f"the rate `{raw.text}` has no unit of time.",
                f"Write `{raw.text} per year`, or a word such as `monthly`.",
            )
        if raw.unit or raw.percent or raw.kind == "beta":
            raise fault("FB042", f"`{raw.text}` is not a rate.", "Write `4..24 per year`.")
        return 1 / YEARS[raw.per], "per year"
    if dimension == "duration":
        if raw.per or raw.percent or raw.kind == "beta" or (raw.unit and raw.unit not in YEARS):
            raise fault("FB042", f"`{raw.text}` is not a duration.", "Write `2 days`, `1 h` or `300 ms`.")
        if not raw.unit:
            raise fault(
                "FB042", f"the duration `{raw.text}` has no unit.", f"Write `{raw.text} hours`, or the unit that is meant."
            )
        return YEARS[raw.unit], "years"
    if raw.per and dimension in ("probability", "loss", "plain"):
        raise fault("FB042", f"`{raw.text}` is a rate, and a {_PLAIN[dimension]} is needed here.", f"Leave out `per {raw.per}`.")
    if dimension == "probability" and raw.unit:
        raise fault("FB042", f"`{raw.text}` has a unit, and a probability has none.", "Write a number in 0..1.")
    if dimension in ("loss", "plain") and (raw.percent or raw.kind == "beta"):
        raise fault(
            "FB042", f"`{raw.text}` is not a {_PLAIN[dimension]}.", "Write an amount with its unit, such as `10..30 minutes`."
        )
    return 1.0, (raw.unit + "s" if raw.unit in YEARS and raw.unit != "ms" else raw.unit)


def _scale_seconds(raw: Raw, dimension: Dimension, fault: object) -> tuple[float, str]:
    """The dimensions of `dynamics`: per second, seconds, and plain numbers with whatever word stands after them."""
    assert callable(fault)
    is_time = raw.unit in YEARS
    if dimension == "flow":
        if not raw.per or is_time or raw.percent:
            raise fault(
                "FB042", f"`{raw.text}` is not per unit of time.", f"Write `{raw.a:g} per second`, or the unit that is meant."
            )
        return 1 / SECONDS[raw.per], "per second"
    if dimension == "time":
        if raw.per or not is_time:
            raise fault("FB042", f"`{raw.text}` is not a time.", f"Write `{raw.a:g} s`, `300 ms`, or the unit that is meant.")
        return SECONDS[raw.unit], "seconds"
    if raw.per or is_time:
        cure = f"Write it without `{'per ' + raw.per if raw.per else raw.unit}`."
        raise fault("FB042", f"`{raw.text}` has a unit of time, and a plain number is needed here.", cure)
    return 1.0, raw.unit


def measures(raw: Raw) -> Dimension:
    """What a number of `dynamics` measures, by what is written after it."""
    return "flow" if raw.per else "time" if raw.unit in YEARS else "number"


def in_seconds(q: Quantity) -> Quantity:
    """A duration of the Boolean core (years) as a time (seconds)."""
    k = SECONDS["year"]
    return replace(
        q, low=q.low * k, high=q.high * k, a=q.a * k if q.kind == "lognormal" else q.a, dimension="time", unit="seconds"
    )


_PLAIN = {"probability": "probability", "loss": "loss", "plain": "amount"}


def _ends(raw: Raw) -> tuple[float, float]:
    if raw.kind == "lognormal":
        return raw.a / raw.b, raw.a * raw.b
    if raw.kind == "beta":
        return beta_quantile(0.05, raw.a, raw.b), beta_quantile(0.95, raw.a, raw.b)
    return raw.a, raw.b


def beta_quantile(p: float, a: float, b: float) -> float:
    """The `p` quantile of Beta(a, b) by bisection; core has no scipy, and 60 halvings reach the last digit."""
    low, high = 0.0, 1.0
    for _ in range(60):
        mid = (low + high) / 2
        low, high = (mid, high) if _beta_cdf(mid, a, b) < p else (low, mid)
    return (low + high) / 2


def _beta_cdf(x: float, a: float, b: float) -> float:
    """Regularized incomplete beta function by Lentz's continued fraction (Numerical Recipes 6.4)."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta_cdf(1.0 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    c, d = 1.0, 1.0 / ((1.0 - (a + b) * x / (a + 1.0)) or tiny)
    h = d
    for m in range(1, 300):
        for top in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / ((1.0 + top * d) or tiny)
            c = (1.0 + top / c) or tiny
            h *= d * c
        if abs(d * c - 1.0) < 1e-14:
            break
    return front * h
