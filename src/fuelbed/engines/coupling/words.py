"""How the answer says things: its claim, lifts, lags."""

from __future__ import annotations

from fuelbed.core.estimates import Estimate
from fuelbed.core.shown import listed, named, number, probability
from fuelbed.engines.coupling.gather import Gathered, span_words
from fuelbed.engines.coupling.system import System
from fuelbed.numerics.joint.lags import Lag
from fuelbed.numerics.joint.study import Study
from fuelbed.numerics.ratio import Ratio

__all__ = ["HIDDEN", "ORDER", "claim", "cut_words", "is_settled", "lag_words", "lift", "lift_words", "times", "times_words"]

HIDDEN = "hidden dependency"
ORDER = (HIDDEN, "cascade", "shared dependency", "synchronized trigger", "contention", "undecided")
_METHOD = "90 %: exact for a Poisson count"
_HAIR = 1e-6
_MUCH = 10.0  # times


def claim(g: Gathered, s: Study, whole: System | None) -> str:
    """One to three sentences, a line each."""
    lines = [_first(s)]
    hidden = s.of(HIDDEN)
    if hidden:
        p = hidden[0]
        lines.append(
            f"`{p.a}` and `{p.b}` began to fail together {times(p.together)} in {span_words(s.days * 86_400)}, where independence "
            f"expects {number(p.expected)}: {lift_words(p.lift)}."
        )
    if whole is not None and whole.numbers is not None and (words := times_words(whole)):
        lines.append(words)
    return "\n".join(lines)


def times(n: int) -> str:
    return "once" if n == 1 else "twice" if n == 2 else f"{n} times"


def _first(s: Study) -> str:
    found, undecided = len(s.surprising), len(s.of("undecided"))
    pairs = f"{s.tests:,} pair{'s' if s.tests != 1 else ''} of components that failed"
    if not found:
        return f"Of {pairs}, none fails together more often than independence allows, as far as this history can show."
    text = f"Of {pairs}, {found:,} {'fails' if found == 1 else 'fail'} together more often than independence allows"
    hidden = len(s.of(HIDDEN))
    if hidden:
        both = "it shares" if found == 1 else f"{hidden:,} of them share{'s' if hidden == 1 else ''}"
        return f"{text}; {both} nothing that is declared{' or measured' if found - hidden - undecided else ''}."
    parts = [f"{len(s.of(m)):,} by {_BY[m]}" for m in ORDER[1:-1] if s.of(m)]
    parts += [f"{undecided:,} not decided"] if undecided else []
    return f"{text}: {listed(parts)}."


_BY = {
    "cascade": "a cascade along a declared edge",
    "shared dependency": "a declared dependency in common",
    "synchronized trigger": "the clock or deploys",
    "contention": "load",
}


def times_words(whole: System, by: str = "With the intersections that history shows") -> str:
    """How many times as often, or as great a loss where only what comes after the failure moves; "" where nothing does."""
    n = whole.numbers
    assert n is not None
    moved = next((k for k in ("hazard", "loss") if n.included[k].ratio.high > 1 + _HAIR), "")
    if not moved:
        return ""
    r = n.included[moved].ratio
    ends = f"{number(r.low)} to {number(r.high)} times"
    span = _with_ends(r.value, r.low, r.high, " times") if r.value == r.value else ends
    said = f"`{n.model.case.failure}` comes {span} as often as" if moved == "hazard" else f"the expected loss is {span} that"
    return (
        f"{by}, {said} under independence{'' if is_settled(whole) else ': whether more, the numbers of the case do not settle'}."
    )


def _with_ends(value: float, low: float, high: float, unit: str = "") -> str:
    """`50 times (12 to 80)`; the ends only where they read otherwise."""
    middle, a, b = (probability(x) for x in (value, low, high))
    return f"{middle}{unit}" if a == b == middle else f"{middle}{unit} ({a} to {b})"


def cut_words(whole: System) -> str:
    """What stands most below the truth: `five ways` multiply to this, and all fail with that."""
    if not whole.cuts or whole.cuts[0].times.value < _MUCH:
        return ""
    j = whole.cuts[0]
    return (
        f"{named(j.members, most=6)} multiply to {probability(j.product.value)}, and all of them fail with "
        f"{_with_ends(j.joint.value, j.joint.low, j.joint.high)}."
    )


def is_settled(whole: System) -> bool:
    """Whether it is more over all that is not known."""
    assert whole.numbers is not None
    ratios = [whole.numbers.included[k].ratio for k in ("hazard", "loss")]
    return all(r.low >= 1 - _HAIR for r in ratios) and any(r.high > 1 + _HAIR for r in ratios)


def lift(r: Ratio) -> Estimate:
    value = r.value if r.value != float("inf") else None
    return Estimate(value, r.low, r.high, "plain", "times", "measured", _METHOD)


def lift_words(r: Ratio) -> str:
    return f"{number(r.value)} times as often ({number(r.low)} to {number(r.high)})"


def lag_words(a: str, b: str, x: Lag | None) -> str:
    """Who was first, and by how much; where the signs do not settle it, that."""
    if x is None or x.after + x.before == 0:
        return "at once" if x is not None else ""
    if x.p > 0.05:
        return f"either first ({x.after} to {x.before})"
    first, n = (a, x.after) if x.after > x.before else (b, x.before)
    return f"`{first}` first, {n} of {x.after + x.before}, by {span_words(abs(x.median))}"
