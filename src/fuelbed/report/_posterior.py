"""Belief before and after what was seen, as rows of marks on one axis of probability."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fuelbed.report.numbers import number, quantity

__all__ = ["Belief", "Posterior", "posterior"]

_KINDS = (("hypothesis", "Rival hypotheses"), ("factor", "Factors"), ("cut_set", "Cut sets"))
_TOPS = (1e-5, 1e-4, 1e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_SHOWN, _ROWS = 6, 60  # rows of a kind at once, and in all; more are counted


@dataclass(frozen=True, slots=True)
class Span:
    """Places on the axis, 0..100; `at` None where no middle is known."""

    at: float | None
    low: float
    high: float
    known: bool


@dataclass(frozen=True, slots=True)
class Belief:
    """One row; `short` the two middles, `text` with their intervals."""

    id: str
    label: str
    tone: str
    note: str
    prior: Span
    after: Span
    prior_text: str
    after_text: str
    interval: str
    way: str


@dataclass(frozen=True, slots=True)
class Posterior:
    """`groups`: (kind, heading, rows, how many more); `top`: what the axis ends at."""

    groups: tuple[tuple[str, str, tuple[Belief, ...], int], ...]
    top: float
    ticks: tuple[tuple[float, str], ...]
    shown: int = _SHOWN


Given = tuple[float | None, float, float]


def _given(v: Any) -> Given:
    """[value, low, high] with gaps filled: not known at all is 0..1."""
    a, low, high = (float(x) if isinstance(x, (int, float)) and math.isfinite(x) else None for x in (v or (None, None, None)))
    middle = a if a is not None else None
    return (
        a,
        min(1.0, max(0.0, low if low is not None else middle or 0.0)),
        min(1.0, max(0.0, high if high is not None else 1.0 if middle is None else middle)),
    )


def _span(v: Given, top: float) -> Span:
    a, low, high = v
    place = [100 * min(1.0, x / top) for x in (low, high)]
    return Span(
        None if a is None else 100 * min(1.0, max(0.0, a) / top), place[0], place[1], a is not None or (low, high) != (0.0, 1.0)
    )


def _middle(v: Given) -> str:
    a, low, high = v
    return quantity(a, kind="probability") if a is not None else quantity(None, low, high, "probability")


def _interval(v: Given) -> str:
    """Empty where it reads like the middle; all that a probability may be is told too."""
    a, low, high = v
    if a is None:
        return ""
    return "0..1" if (low, high) == (0.0, 1.0) else quantity(a, low, high, "probability").partition("(")[2].rstrip(")")


def _way(before: Given, after: Given) -> str:
    """Which way a belief went, for readers without the drawing."""
    if before[0] is None or after[0] is None:
        return ""
    if math.isclose(before[0], after[0], rel_tol=1e-3, abs_tol=1e-9):
        return "as before"
    return "up" if after[0] > before[0] else "down"


def _belief(r: Mapping[str, Any], top: float) -> Belief:
    before, after = _given(r.get("prior")), _given(r.get("posterior"))
    return Belief(str(r["id"]), str(r.get("label") or r["id"]), str(r.get("tone", "plain")), str(r.get("note") or ""), _span(before, top),
                  _span(after, top), _middle(before), _middle(after), _interval(after), _way(before, after))  # fmt: skip  # one record


def _top(rows: Sequence[Mapping[str, Any]]) -> float:
    """The axis ends at 1, or lower where everything that is known lies lower."""
    spans = [_given(r.get(k)) for r in rows for k in ("prior", "posterior")]
    greatest = max((v[2] for v in spans if v[0] is not None), default=1.0)
    return next((t for t in _TOPS if t >= greatest * (1 - 1e-9)), 1.0)


def posterior(data: Mapping[str, Any]) -> Posterior:
    """Rows of a `posterior` picture under their kinds, in the order given."""
    rows = list(data["rows"])
    top = _top(rows)
    known = [k for k, _ in _KINDS]
    groups = []
    for kind, heading in (*_KINDS, ("", "")):
        mine = [r for r in rows if (r.get("kind") == kind if kind else r.get("kind") not in known)]
        if mine:
            groups.append((kind, heading, tuple(_belief(r, top) for r in mine[:_ROWS]), max(0, len(mine) - _ROWS)))
    ticks = tuple((25.0 * i, number(top * i / 4)) for i in range(5))
    return Posterior(tuple(groups), top, ticks)
