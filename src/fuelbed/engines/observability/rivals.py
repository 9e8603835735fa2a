"""The rival hypotheses: how each was and is, what spoke for and against it, and what would have ruled it out when it was held."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.blocks import Block, Cell, Column, Sentence, Table
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.shown import listed, per_cent
from fuelbed.core.signals import Hypothesis
from fuelbed.engines.observability.posterior import Belief
from fuelbed.engines.observability.view import View, as_estimate
from fuelbed.engines.observability.words import chance, times, weighs
from fuelbed.numerics.observation.rivals import LEVEL, Ruling, bayes_factor, chances, ruling_out

__all__ = ["rivals", "without_way"]

Bools = NDArray[np.bool_]
_BRIEF = 3
_GUESSES = 8
_COLUMNS = 6
_ROWS = 30


def rivals(view: View, b: Belief) -> list[Block]:
    """A table, and a few sentences for each that was believed."""
    if not view.case.hypotheses or view.scene is None:
        return []
    out: list[Block] = [_table(view, b)]
    for k, h in enumerate(list(view.case.hypotheses.values())[:_GUESSES]):
        out.append(Sentence(" ".join(text for text in _told(view, h) if text), detail=k >= _BRIEF))
    return [*out, *_evidence(view)]


def without_way(view: View) -> list[Finding]:
    """Hypotheses that no world of the failure supports."""
    if view.scene is None:
        return []
    return [
        Finding(
            "FB221",
            Severity.NOTE,
            f"The model has no way for the hypothesis `{h.name}`: no world with it brings the failure about.",
            "Add the line by which it would, or take it as refuted by the structure alone.",
            h.span,
        )
        for h in view.case.hypotheses.values()
        if not view.scene.says[h.name].any()
    ]


def _table(view: View, b: Belief) -> Table:
    s = view.scene
    assert s is not None
    rows = []
    none = "excluded" if s.exact else "no drawn world agrees"
    order = list(view.case.hypotheses.values())
    for h in sorted(order, key=lambda h: -float(s.says[h.name].astype(float) @ np.nan_to_num(b.after[:, 0])))[:_ROWS]:
        so = s.says[h.name]
        before, after, later = (so.astype(float) @ w for w in (b.before, b.after, b.later))
        place = order.index(h) + 1
        known = Cell(estimate=as_estimate(view, later)) if np.isfinite(later).any() else Cell(none)
        rows.append(
            (
                Cell(h.name),
                Cell(f"{place}. {h.what}".strip() if h.what else f"{place}."),
                Cell(estimate=as_estimate(view, before)),
                Cell(estimate=as_estimate(view, after)) if np.isfinite(after).any() else Cell(none),
                *((known,) if view.told_later else ()),
                Cell(_strongest(view, so)),
            )
        )
    return Table(
        "rivals",
        "What was believed, and what the signals make of it",
        (
            Column("hypothesis", "hypothesis", "code"),
            Column("what", "tried, and what it says", brief=False),
            Column("prior", "before", "estimate"),
            Column("posterior", "by what was seen", "estimate"),
            *((Column("later", "with what is known now", "estimate", brief=False),) if view.told_later else ()),
            Column("evidence", "the reading that weighs most", brief=False),
        ),
        tuple(rows),
        note="Probabilities of each, given that the failure came about: before any reading, and by the readings of the incident"
        + (", and with what was found out later (`in_incident`)" if view.told_later else "")
        + ". Hypotheses may hold together, so they need not add up to 100 %.",
    )


def _evidence(view: View) -> list[Block]:
    """What each reading says of each hypothesis, alone: Bayes factors at the middle of every number."""
    s = view.scene
    assert s is not None
    named = [h for h in view.case.hypotheses.values() if s.says[h.name].any() and not s.says[h.name].all()][:_COLUMNS]
    if not named or len(view.seen) < 2:
        return []
    factors = [_factors(view, s.says[h.name]) for h in named]
    rows = [
        (Cell(s.sensors[i].name), Cell("on" if on else "off"), *(Cell(_side(f[i])) for f in factors))
        for i, on in view.seen.items()
    ]
    return [
        Table(
            "evidence",
            "What each reading says of each hypothesis, taken alone",
            (Column("reading", "reading", "code"), Column("shown", "shown"), *(Column(h.name, h.name) for h in named)),
            tuple(rows),
            note="How many times likelier the reading is with the hypothesis than without (for), or without than with (against), given the "
            "failure. Factors of several readings multiply only as far as their errors have nothing to do with each other.",
            detail=True,
        )
    ]


def _side(factor: float) -> str:
    """`12 times for`, `1.5 times against`."""
    if math.isnan(factor) or 0.95 < factor < 1.05:
        return "nothing"
    if factor == 0:
        return "rules it out"
    if math.isinf(factor):
        return "only with it"
    return f"{times(factor)} for" if factor > 1 else f"{times(1 / factor)} against"


def _factors(view: View, so: Bools, only: Mapping[int, bool] | None = None) -> dict[int, float]:
    """The Bayes factor of each reading, at the middle of every number, the weightiest first."""
    s = view.scene
    assert s is not None
    if not so.any() or so.all():
        return {}
    seen = view.seen if only is None else only
    found = {i: float(bayes_factor(s, so, {i: on})[0]) for i, on in seen.items()}
    with np.errstate(divide="ignore"):
        size = {i: abs(float(np.log(f))) if f == f else 0.0 for i, f in found.items()}
    return dict(sorted(found.items(), key=lambda x: -size[x[0]]))


def _strongest(view: View, so: Bools) -> str:
    if not so.any():
        return "the model has no way for it"
    found = _factors(view, so)
    for i, f in found.items():
        if 0.95 < f < 1.05:
            return "no reading weighs on it"
        return f"`{view.model.sensors[i].name}` {'on' if view.seen[i] else 'off'} {weighs(f)}"
    return ""


def _told(view: View, h: Hypothesis) -> Iterator[str]:
    s = view.scene
    assert s is not None
    so = s.says[h.name]
    if not so.any():
        yield f"`{h.name}`: the model has no way for it. No world in which it holds brings the failure about."
        return
    if so.all():
        yield f"`{h.name}` holds in every world that brings the failure about, so no reading could speak against it."
        return
    then = _then(view, h)
    early = chances(s, so, then)
    held = f"`{h.name}`: when it was held ({h.at.text})" if h.at is not None else f"`{h.name}`: by all that was seen"
    against = [i for i, f in _factors(view, so, then).items() if f < 0.95]
    spoke = (
        f"what had already spoken against it was {listed(_reading(view, i, then[i]) for i in against[:3])}"
        if against
        else (
            "nothing that had been seen spoke against it" if then else "nothing had been seen yet" if h.at else "nothing was seen"
        )
    )
    yield f"{held}, it had {chance(view, early)}, and {spoke}."
    later = chances(s, so, view.seen, found=True)
    if not np.isfinite(later).any() or np.nanmin(later) < 1 - LEVEL:
        yield _ruled(view, h, so, then)
    else:
        yield "It is what was found out later."


def _reading(view: View, i: int, on: bool) -> str:
    return f"`{view.model.sensors[i].name}` {'on' if on else 'off'}"


def _then(view: View, h: Hypothesis) -> dict[int, bool]:
    """What had been seen when the hypothesis was held: readings with a later time are left out, those without a time count."""
    if h.at is None:
        return dict(view.seen)
    late = {n for n, x in view.case.seen.items() if x.at is not None and x.at.seconds > h.at.seconds}
    return {i: on for i, on in view.seen.items() if view.model.sensors[i].name not in late}


def _ruled(view: View, h: Hypothesis, so: Bools, then: Mapping[int, bool]) -> str:
    """What takes it below the level: a reading that was there, else a candidate, else the least set; else a perfect look."""
    s = view.scene
    assert s is not None
    if float(np.nan_to_num(chances(s, so, then)[0])) < LEVEL:
        return f"That is below {per_cent(LEVEL)} %: what had been seen by then had ruled it out already."
    there = [i for i in view.installed if i not in then]
    free = list(dict.fromkeys([*there, *view.pool]))
    found = ruling_out(s, so, then, free) if free else []
    if found and len(found[0].shows) == 1:
        tell = [_would(view, r) for r in found[:3]]
        return f"One reading would have ruled it out, were it something else: {'; or '.join(tell)}."
    if found:
        return f"No single reading would have ruled it out; the least set that would: {_would(view, found[0])}."
    yardstick = ruling_out(s, so, then, view.looks, most=1)
    if yardstick:
        (place,) = yardstick[0].shows
        return f"Nothing that the case names would have ruled it out; a perfect look at `{view.model.sensors[place].name}` would."
    return "Nothing that the case names would have ruled it out."


def _would(view: View, r: Ruling) -> str:
    parts = [f"{view.name(i)} {'on' if on else 'off'}" for i, on in r.shows.items()]
    return f"{listed(parts)} (leaves {per_cent(r.left)} %; seen so in {per_cent(r.chance)} % of the other cases)"
