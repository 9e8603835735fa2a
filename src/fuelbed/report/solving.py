"""What `fuelbed solve` says, for people at 80 columns and for programs."""

from __future__ import annotations

from fuelbed.core.shown import count
from fuelbed.numerics.static.solve import Solved

TYPE_CHECKING = False  # as in `typing`, whose import is a tenth of a short command
if TYPE_CHECKING:
    from typing import Any

    from fuelbed.numerics.static.uncertainty import Spread

__all__ = ["as_data", "as_text"]

_MEASURES = ("birnbaum", "criticality", "diagnostic", "raw", "rrw", "fussell_vesely")
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
            e: {"probability": _finite(i.probability), **{m: _finite(x) for m in _MEASURES if (x := getattr(i, m)) is not None}}
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
        out += ["", *(line for n in notes for line in _lines(n))]
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
    out = _lines(f"Minimal cut sets{limit}: {count(c.count)}{whole}")
    if c.by_order:
        out.append("  by number of events: " + _wrapped([f"{k}: {count(n)}" for k, n in c.by_order.items()], 23))
    if c.top:
        out.append("  most probable:")
        out += [f"  {x.probability:9.3g}  " + _wrapped([_short(e, 64) for e in x.events], 13) for x in c.top[:_ROWS]]
    return out


def _importance(s: Solved) -> list[str]:
    rows = sorted(s.importance.items(), key=lambda x: -x[1].criticality if x[1].criticality == x[1].criticality else 0.0)
    columns = [("Birnbaum", "birnbaum"), ("critical", "criticality"), ("RAW", "raw"), ("RRW", "rrw")]
    if any(i.fussell_vesely is not None for _, i in rows):
        columns.insert(2, ("Fuss-Ves", "fussell_vesely"))
    wide = 70 - 10 * len(columns)  # what is left of 79 for the name
    title = "Importance (by criticality)" if wide > 28 else "By criticality"
    out = [f"{title:{wide}s} {'P':>8s}" + "".join(f" {t:>9s}" for t, _ in columns)]
    for name, i in rows[:_ROWS]:
        cells = "".join(f" {getattr(i, m):9.3g}" for _, m in columns)
        out.append(f"  {_short(name, wide - 2):{wide - 2}s} {i.probability:8.3g}{cells}")
    if len(rows) > _ROWS:
        out.append(f"  and {len(rows) - _ROWS} more (--format json has all)")
    return out


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _lines(text: str) -> list[str]:
    from textwrap import wrap  # loads `re`, which the JSON does not need

    return wrap(text, 79)


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
