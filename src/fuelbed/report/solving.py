"""What `fuelbed solve` says, for people at 80 columns and for programs."""

from __future__ import annotations

from textwrap import wrap

from fuelbed.core.shown import count
from fuelbed.numerics.static.solve import Solved

TYPE_CHECKING = False  # as in `typing`, whose import is a tenth of a short command
if TYPE_CHECKING:
    from typing import Any

    from fuelbed.numerics.static.uncertainty import Spread

__all__ = ["as_data", "as_text"]

_MEASURES = ("birnbaum", "criticality", "diagnostic", "raw", "rrw")
_ROWS = 10


def as_data(s: Solved, seconds: float, spread: Spread | None = None, listed: bool = False) -> dict[str, Any]:
    """JSON: numbers with all their digits, null where there is none (an infinite risk reduction worth too)."""
    value, low, high = s.probability or (None, None, None)
    c = s.cut_sets
    out: dict[str, Any] = {
        "tree": s.tree.name,
        "top": s.network.top,
        "probability": value,
        "bounds": None if low is None else {"low": low, "high": high},
        "cut_sets": None
        if c is None
        else {
            "count": c.count,
            "complete": c.complete,
            "order_limit": c.limit,
            "by_order": {str(k): n for k, n in c.by_order.items()},
            "top": [{"events": list(x.events), "probability": x.probability} for x in c.top],
        },
        "importance": {
            e: {"probability": _finite(i.probability), **{m: _finite(getattr(i, m)) for m in _MEASURES}}
            for e, i in s.importance.items()
        },
        "notes": [*s.notes, *(f.message for f in s.tree.findings)],
        "seconds": round(seconds, 4),
    }
    if spread is not None:
        low5, middle, high95 = spread.quantiles
        out["uncertainty"] = {
            "draws": spread.draws, "mean": spread.mean, "standard_error": spread.error, "p05": low5, "p50": middle, "p95": high95,
            "share_of_spread": dict(spread.shares),
        }  # fmt: skip  # one line of numbers
    if listed and c is not None:
        out["cut_sets"]["all"] = [list(x.events) for x in s.sets()]
    return out


def _finite(x: float) -> float | None:
    return x if x == x and abs(x) != float("inf") else None


def as_text(s: Solved, seconds: float, spread: Spread | None = None) -> str:
    """About a screenful."""
    out = [f"{s.tree.name}: top gate {s.network.top}, {len(s.tree.events)} basic events, {len(s.tree.network.gates)} gates"]
    out.append(_probability(s))
    if spread is not None:
        low, middle, high = spread.quantiles
        out.append(f"Not known: 90 % of {spread.draws} draws lie in {low:.4g}..{high:.4g}, half below {middle:.4g};")
        out.append(f"the mean is {spread.mean:.5g} (standard error {spread.error:.1g}).")
    out += ["", *_cut_sets(s)]
    if s.importance:
        out += ["", *_importance(s)]
    if spread is not None and spread.shares:
        out += ["", "Where the spread comes from (squared rank correlation with the top):"]
        out += [f"  {_short(n, 60):60s} {100 * x:5.1f} %" for n, x in list(spread.shares.items())[:5]]
    notes = [*s.notes, *(f"{f.message} {f.cure}" for f in s.tree.findings)]
    if notes:
        out += ["", *(line for n in notes for line in wrap(n, 79))]
    return "\n".join([*out, "", f"{seconds:.2f} s"])


def _probability(s: Solved) -> str:
    if s.probability is None:
        return "Probability of the top: asked for, not found."
    value, low, high = s.probability
    if value is None:
        return f"Probability of the top: between {low:.6g} and {high:.6g} (not exact)."
    return f"Probability of the top: {value:.10g} (exact for the numbers given)"


def _cut_sets(s: Solved) -> list[str]:
    c = s.cut_sets
    if c is None:
        return ["Minimal cut sets: none found, see below."]
    limit = f" of at most {c.limit} event{'s' if c.limit != 1 else ''}" if c.limit is not None else ""
    whole = "" if c.complete else "; there are larger ones that were not counted"
    out = wrap(f"Minimal cut sets{limit}: {count(c.count)}{whole}", 79)
    if c.by_order:
        out.append("  by number of events: " + _wrapped([f"{k}: {count(n)}" for k, n in c.by_order.items()], 23))
    if c.top:
        out.append("  most probable:")
        out += [f"  {x.probability:9.3g}  " + _wrapped([_short(e, 64) for e in x.events], 13) for x in c.top[:_ROWS]]
    return out


def _importance(s: Solved) -> list[str]:
    rows = sorted(s.importance.items(), key=lambda x: -x[1].criticality if x[1].criticality == x[1].criticality else 0.0)
    out = [f"{'Importance (by criticality)':30s} {'P':>8s} {'Birnbaum':>9s} {'critical':>9s} {'RAW':>9s} {'RRW':>9s}"]
    for name, i in rows[:_ROWS]:
        cells = [f"{i.probability:8.3g}", *(f"{x:9.3g}" for x in (i.birnbaum, i.criticality, i.raw, i.rrw))]
        out.append(f"  {_short(name, 28):28s} {' '.join(cells)}")
    if len(rows) > _ROWS:
        out.append(f"  and {len(rows) - _ROWS} more (--format json has all)")
    return out


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _wrapped(words: list[str], indent: int, width: int = 79) -> str:
    lines, now = [], ""
    for i, w in enumerate(words):
        piece = w + ("," if i < len(words) - 1 else "")
        if now and indent + len(now) + 1 + len(piece) > width:
            lines.append(now)
            now = piece
        else:
            now = f"{now} {piece}" if now else piece
    return ("\n" + " " * indent).join([*lines, now])
