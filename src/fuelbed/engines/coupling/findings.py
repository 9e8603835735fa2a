"""Findings of question 3."""

from __future__ import annotations

from collections.abc import Sequence

from fuelbed.core.case import Case
from fuelbed.core.engine_codes import ENGINE_CODES
from fuelbed.core.findings import Finding, Span
from fuelbed.core.shown import number
from fuelbed.engines.coupling.gather import Gathered, span_words
from fuelbed.engines.coupling.system import Offered, System
from fuelbed.engines.coupling.words import HIDDEN, lift_words, times
from fuelbed.numerics.joint.study import PairResult, Study

__all__ = ["findings"]

_MOST = 8  # of one kind


def findings(case: Case, g: Gathered, s: Study, found: Sequence[Offered], whole: System | None) -> tuple[Finding, ...]:
    out = _hidden(s, g)
    out += [_undeclared(case, x, whole) for x in found if x.declared is None and _meets(x, whole)]
    out += [_disagrees(x) for x in found if x.cause is not None and x.declared is not None and not x.agrees]
    out += _explained(s, g, "FB252", "contention", "fail together under load")
    out += _explained(s, g, "FB253", "synchronized trigger", "fail together by the clock or after deploys")
    if undecided := s.of("undecided"):
        out.append(_short(undecided, s, g))
    return tuple(out)


def _meets(x: Offered, whole: System | None) -> bool:
    """Whether some cut set needs two of them: only then is anything multiplied. Past the budget nobody knows."""
    return x.cause is not None and whole is not None and (whole.numbers is None or x.cause.name in whole.needed)


def _found(code: str, message: str, span: Span | None, anchor: str = "") -> Finding:
    c = ENGINE_CODES[code]
    return Finding(code, c.severity, message, c.cure, span, anchor)


def _hidden(s: Study, g: Gathered) -> list[Finding]:
    pairs = s.of(HIDDEN)
    out = []
    for p in pairs[:_MOST]:
        text = f"`{p.a}` and `{p.b}` began to fail together {times(p.together)}, {number(p.expected)} expected: {lift_words(p.lift)}, q {number(p.q)}. {p.why}"
        out.append(_found("FB250", text, g.span, f"hidden {p.a} {p.b}"))
    if len(pairs) > _MOST:
        out.append(_found("FB250", f"{len(pairs) - _MOST:,} more pairs share nothing that is declared.", g.span, "hidden, more"))
    return out


def _undeclared(case: Case, x: Offered, whole: System | None) -> Finding:
    assert x.cause is not None
    names = ", ".join(f"`{n}`" for n in x.cause.of)
    span = case.factors[x.cause.of[0]].span
    text = f"{names} count as independent, and history says that {_per_cent(x)} of failures take all of them"
    cuts = [j for j in whole.cuts if set(j.members) <= set(x.cause.of)] if whole is not None else []
    if cuts:
        j = cuts[0]
        text += f": a cut set with them is {number(j.times.value)} times as likely as the product says ({number(j.times.low)} to {number(j.times.high)})"
    return _found("FB251", text + ".", span, f"undeclared {' '.join(x.cause.of)}")


def _per_cent(x: Offered) -> str:
    return f"{100 * x.share.value:.0f} % ({100 * x.share.low:.0f} to {100 * x.share.high:.0f})"


def _disagrees(x: Offered) -> Finding:
    assert x.declared is not None
    low, high = x.declared.beta.low, x.declared.beta.high
    said = number(low) if low == high else f"{number(low)} to {number(high)}"
    text = f"`{x.declared.name}` declares beta {said}, and history says {number(x.share.low)} to {number(x.share.high)}."
    return _found("FB255", text, x.declared.span, f"beta {x.declared.name}")


def _explained(s: Study, g: Gathered, code: str, mechanism: str, words: str) -> list[Finding]:
    pairs = s.of(mechanism)
    if not pairs:
        return []
    p = pairs[0]
    more = f", and {len(pairs) - 1:,} more pairs" if len(pairs) > 1 else ""
    return [_found(code, f"`{p.a}` and `{p.b}`{more} {words}. {p.why}", g.span, f"{mechanism} {p.a} {p.b}")]


def _short(undecided: Sequence[PairResult], s: Study, g: Gathered) -> Finding:
    text = f"{len(undecided):,} of {s.tests:,} pairs are not decided by {span_words(g.days * 86_400)} of history."
    return _found("FB254", text, g.span, "undecided")
