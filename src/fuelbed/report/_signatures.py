"""The signature map: which signals each hidden state would light, which states look the same, and what was seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.shown import counted, probability
from fuelbed.report.numbers import quantity

__all__ = ["Sign", "Signal", "Signatures", "State", "signatures"]

_COLUMNS, _STATES, _TABLE = 12, 24, 60  # signals and states that are drawn, and signals that are told; more are counted
_HEAD = 30  # letters of a signal's name at the head of its column
_ON, _OFF = 0.95, 0.05  # told as on and off; between them a share
_SEEN = {"yes": "on", "no": "off", "unknown": "not looked at"}


@dataclass(frozen=True, slots=True)
class Signal:
    id: str
    label: str
    head: str
    installed: bool
    seen: str
    said: str


@dataclass(frozen=True, slots=True)
class Sign:
    """One cell: the chance that the signal is on; `against` where what was seen is the less likely of the two."""

    p: float | None
    text: str
    against: bool


@dataclass(frozen=True, slots=True)
class State:
    id: str
    label: str
    before: str
    after: str
    signs: tuple[Sign, ...]
    fits: bool


@dataclass(frozen=True, slots=True)
class Signatures:
    """`groups`: states with one signature of the installed signals; `left`: what is not drawn, in words."""

    signals: tuple[Signal, ...]
    groups: tuple[tuple[State, ...], ...]
    left: str
    table: Table


def _signal(s: Mapping[str, Any]) -> Signal:
    label = str(s.get("label") or s["id"])
    plain = label.replace("`", "")
    seen = str(s.get("seen") or "unknown")
    head = plain if len(plain) <= _HEAD else str(s["id"]) if len(str(s["id"])) <= _HEAD else plain[: _HEAD - 1].rstrip() + "…"
    installed = bool(s.get("installed", True))
    return Signal(str(s["id"]), label, head, installed, seen if seen in _SEEN else "unknown",
                  _SEEN.get(seen, _SEEN["unknown"]) if installed else "not installed")  # fmt: skip  # one record


def _sign(p: Any, seen: str) -> Sign:
    if not isinstance(p, (int, float)) or math.isnan(p):
        return Sign(None, "not known", False)
    p = min(1.0, max(0.0, float(p)))
    text = "on" if p >= _ON else "off" if p <= _OFF else f"on with {probability(p)}"
    return Sign(p, text, (seen == "yes" and p < 0.5) or (seen == "no" and p > 0.5))


def _belief(v: Any) -> str:
    """The middle, or the interval where no middle is known."""
    a, low, high = v or (None, None, None)
    if a is not None:
        return quantity(a, kind="probability")
    return quantity(None, 0.0 if low is None else low, 1.0 if high is None else high, "probability")


def _state(s: Mapping[str, Any], order: Sequence[int], signals: Sequence[Signal]) -> State:
    shows = list(s.get("shows", ()))
    signs = tuple(
        _sign(shows[i] if i < len(shows) else None, signals[k].seen if signals[k].installed else "unknown")
        for k, i in enumerate(order)
    )
    return State(str(s["id"]), str(s.get("label") or s["id"]), _belief(s.get("prior")), _belief(s.get("posterior")), signs,
                 not any(x.against for x in signs))  # fmt: skip  # one record


def _table(data: Mapping[str, Any]) -> Table:
    """Signals with what was seen, for those whose names do not fit a column."""
    heads = (Column("signal", "Signal", "code"), Column("what", "What it is"), Column("seen", "Seen"))
    signals = [_signal(s) for s in data["signals"][:_TABLE]]
    return Table(
        "signature_signals", "The signals in words", heads, tuple((Cell(s.id), Cell(s.label), Cell(s.said)) for s in signals)
    )


def signatures(data: Mapping[str, Any]) -> Signatures:
    """Rows of a `signatures` picture, those of one group together in the order given; candidates after what is installed."""
    given = list(data["signals"])
    order = sorted(range(len(given)), key=lambda i: not given[i].get("installed", True))
    drawn = order[:_COLUMNS]
    signals = [_signal(given[i]) for i in drawn]
    groups: dict[Any, list[State]] = {}
    states = list(data["states"])
    for s in states[:_STATES]:
        groups.setdefault(s.get("group"), []).append(_state(s, drawn, signals))
    share = data.get("rest")
    known = isinstance(share, (int, float)) and share > 0
    left = [f"states with {quantity(share, kind='share')} of the probability"] if known else []
    left += [
        f"{counted(n, f'more {what}')}"
        for n, what in ((len(states) - _STATES, "state"), (len(order) - len(drawn), "signal"))
        if n > 0
    ]
    return Signatures(tuple(signals), tuple(tuple(g) for g in groups.values()), "; ".join(left), _table(data))
