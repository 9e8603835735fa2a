"""The observability engine: what the readings of the incident leave likely, what looks the same, and which sensor would part it."""

from __future__ import annotations

import numpy as np

from fuelbed.core.blocks import Answer, Ask, Block, Estimates, Named, Sentence
from fuelbed.core.case import Case
from fuelbed.core.errors import BudgetError
from fuelbed.core.facts import Facts, NotFound, Tipping
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.options import Options
from fuelbed.engines.observability.continuous import continuous
from fuelbed.engines.observability.items import signatures
from fuelbed.engines.observability.narrative import stated
from fuelbed.engines.observability.posterior import Belief, believed, posterior_picture
from fuelbed.engines.observability.rivals import rivals, without_way
from fuelbed.engines.observability.sensors import Next, next_sensors, sensor_blocks
from fuelbed.engines.observability.signatures import Looks, looks, signatures_picture, twins
from fuelbed.engines.observability.view import View, as_estimate, set_up
from fuelbed.engines.observability.words import bits, chance, mechanism
from fuelbed.numerics.observation.information import merged
from fuelbed.numerics.observation.rivals import LEVEL
from fuelbed.numerics.observation.sensors import NOTHING

__all__ = ["examine"]

_NO_SIGNALS = NotFound(
    "Which signals can operators see, and what did each show during the incident?",
    "the states that look alike, and the next best sensor",
)
_NOTHING_SEEN = NotFound(
    "What did each signal show during the incident? Add `seen: {signal: yes}`, or `no`; leave out what nobody looked at.",
    "what the readings of the incident leave likely",
)
_SURE = 1e-9
_LITTLE = 0.05  # bits
_SIGNALS = 200  # and hypotheses
_LARGE, _CHEAP = 400, 150  # factors, lines and added controls that are looked at, with signals and without


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """Answer §6 for `case`; deterministic for a seed. The continuous part is about what the metrics of a model can tell."""
    running = continuous(case, facts, options)
    try:
        return _worlds(case, facts, options, running)
    except BudgetError:
        if case.signals:
            raise
        claim = (
            "The case declares no signals, and it is too large for the yardstick of what a perfect look at one thing would tell."
        )
        return Answer(claim, (Ask(_NO_SIGNALS), *running))


def _worlds(case: Case, facts: Facts, options: Options, running: tuple[Block, ...]) -> Answer:
    """The part about the worlds of the structure. Raises `BudgetError` where they are too large."""
    tipping = facts.get(Tipping)
    size = len(case.factors) + len(case.lines) + sum(c.verb == "add" for a in case.actions.values() for c in a.does)
    if size > (_LARGE if case.signals else _CHEAP):
        raise BudgetError(f"{size} factors, lines and added controls, and {_LARGE} are looked at")
    if len(case.signals) > _SIGNALS or len(case.hypotheses) > _SIGNALS:
        raise BudgetError(f"more than {_SIGNALS} signals or hypotheses")
    view = set_up(case, options, tipping)
    if view.scene is None:
        claim = "By the structure nothing brings the failure about, so there is nothing to tell apart."
        return Answer(claim, running if case.signals else (Ask(_NO_SIGNALS), *running))
    b = believed(view)
    told = signatures(view, options)
    given = (told,) if told is not None else ()
    findings = (*without_way(view), *_contradicted(view, b))
    if not b.possible:
        claim = "What was seen cannot come about by the model: no world that brings the failure about shows these readings."
        return Answer(claim, (*rivals(view, b), *running), findings, given)
    similar = looks(view, b)
    following = next_sensors(view)
    blocks = _blocks(view, b, similar, following)
    return Answer(_claim(view, b, similar, following), (*blocks, *running), findings, given)


def _blocks(view: View, b: Belief, similar: Looks, following: Next) -> list[Block]:
    out: list[Block] = []
    if not view.case.signals:
        yardstick = sensor_blocks(view, b, similar, following) if len(similar.order) > 1 else []
        return [*(x for x in yardstick if not isinstance(x, Ask)), Ask(_NO_SIGNALS)]
    out += twins(view, similar)
    out.append(posterior_picture(view, b))
    out += [_open(view, b)] if view.seen else []
    out.append(signatures_picture(view, b, similar))
    out += rivals(view, b)
    if len(similar.order) > 1:
        out += sensor_blocks(view, b, similar, following)
    out += stated(view)
    if not view.seen:
        out.append(Ask(_NOTHING_SEEN))
    out.append(_method(view))
    return out


def _open(view: View, b: Belief) -> Estimates:
    """Bits about the mechanism: before anything was seen, by what was seen, and with what was found out later."""
    rows = (
        ("before", "before anything was seen", b.bits_before),
        ("seen", "by what was seen", b.bits_after),
        *((("later", "and with what was found out later", b.bits_later),) if view.told_later else ()),
    )
    items = tuple(Named(i, label, as_estimate(view, x, "plain", "bits")) for i, label, x in rows if np.isfinite(x).any())
    return Estimates("How open it is which mechanism it was", items)


def _method(view: View) -> Sentence:
    s = view.scene
    assert s is not None
    return Sentence(
        f"Numbers are {view.how}. The worlds are those in which the failure comes about, weighed without what was found out later; a mechanism "
        "is the set of cut sets that were complete, named by what is uncertain in them. A bit is what one even yes-or-no question tells: 2 bits "
        "are as open as four mechanisms that are equally likely.",
        "muted",
        detail=True,
    )


# ---- the claim -------------------------------------------------------------------------------------------------------------------


def _claim(view: View, b: Belief, similar: Looks, following: Next) -> str:
    """One to three sentences, a line each."""
    n = len(similar.order)
    if n == 1:
        return "There is one mechanism by which this failure comes about, so no signal is needed to tell which it was."
    if not view.case.signals:
        return (
            f"The case declares no signals, so nothing that operators could see told its {n} mechanisms apart. Which of them it was stays open by "
            f"{bits(view, b.bits_before)}.{_yard(view, following)}"
        )
    lines = [_told(view, b, similar)]
    lines += _guesses(view, b)
    lines += [_next(view, b, following)] if following.taken or following.yardstick else []
    return "\n".join(line for line in lines if line)


def _told(view: View, b: Belief, similar: Looks) -> str:
    best = similar.order[0]
    n = len(similar.order)
    share = chance(view, similar.share[best])
    if not view.seen:
        return (
            f"{n} mechanisms bring this failure about, and the case does not say what any signal showed. Which of them it was stays open by "
            f"{bits(view, b.bits_before)}."
        )
    after = np.nan_to_num(similar.share[:, 0])
    twin = next((m for m in similar.order[1:] if similar.group[m] == similar.group[best] and after[m] >= after[best] / 4), None)
    text = f"By what was seen, the likeliest of {n} mechanisms is {mechanism(view, best)}, with {share}"
    if twin is not None:
        text += f"; {mechanism(view, twin)}, with {chance(view, similar.share[twin])}, looks the same on every installed signal"
    text += "."
    return text + _hindsight(view, b, similar, twin)


def _hindsight(view: View, b: Belief, similar: Looks, twin: int | None) -> str:
    """Where the likeliest is not what was found out later: whether the signals left the true one likely too, or pointed elsewhere."""
    best = similar.order[0]
    s = view.scene
    assert s is not None
    later = merged(s.mechanism, b.later, len(s.engaged))
    if not np.isfinite(later).any() or np.nanmax(later[best]) >= LEVEL:
        return ""
    with_more = (s.engaged | ~s.engaged[best]).all(axis=1)
    if np.nanmin(later[with_more].sum(axis=0)) > 0.5:
        return " By what was found out later it was at work, and not alone."
    if twin is not None and np.nanmin(later[twin]) > 0.5:
        return " It was the second, by what was found out later."
    agree = np.nan_to_num(np.nanmax(later, axis=1)) >= LEVEL
    other = next((m for m in similar.order[1:] if agree[m]), None)
    after = np.nan_to_num(similar.share[:, 0])
    if other is not None and after[other] >= after[best] / 4:
        return f" By what was found out later it was another, which the signals left at {chance(view, similar.share[other])}."
    return " It is not what was found out later: the signals pointed the wrong way."


def _guesses(view: View, b: Belief) -> list[str]:
    """What became of the first thing that was believed."""
    s = view.scene
    assert s is not None
    named = list(view.case.hypotheses.values())
    if not named or not view.seen:
        return []
    first = named[0]
    so = s.says[first.name]
    if not so.any():
        return [f"The first guess, `{first.name}`, is no way to this failure at all by the model."]
    after = so.astype(float) @ b.after
    ranked = sorted(named, key=lambda h: -float(np.nan_to_num(s.says[h.name].astype(float) @ b.after[:, 0])))
    top = ranked[0]
    words = f"The first guess, `{first.name}`, had {chance(view, after)} by all that was seen"
    if top.name == first.name:
        return [f"{words}, more than any other that was tried." if len(named) > 1 else f"{words}."]
    best = s.says[top.name].astype(float) @ b.after
    return [f"{words}, against {chance(view, best)} for `{top.name}`."]


def _next(view: View, b: Belief, following: Next) -> str:
    if following.yardstick:
        return _yard(view, following).strip()
    first = following.taken[0]
    left = float(b.bits_after[0])
    gain = bits(view, following.alone[first.sensor])
    if first.adds < _LITTLE:
        return f"No reading that could be added tells much of it: the best, {view.name(first.sensor)}, {gain}."
    if first.sensor in view.unread:
        if view.model.sensors[first.sensor].name in view.case.seen:  # `unknown`
            return (
                f"Whether anybody looked at {view.name(first.sensor)} is not known; it was there and would have told {gain} more."
            )
        return f"Nobody looked at {view.name(first.sensor)}, which was there and would have told {gain} more."
    of = f" of the {bits(view, b.bits_after)} left" if left > _SURE else ""
    return f"The next sensor to have is {view.name(first.sensor)}: {gain}{of}."


def _yard(view: View, following: Next) -> str:
    best = max(following.pool, key=lambda i: (round(float(np.nan_to_num(following.alone[i][0])), 9), -i), default=None)
    if best is None or following.alone[best][0] <= NOTHING:
        return ""
    return f" A perfect look at {view.name(best)} would tell most: {bits(view, following.alone[best])}."


def _contradicted(view: View, b: Belief) -> list[Finding]:
    if b.possible:
        return []
    first = next((x.span for x in view.case.seen.values() if x.on is not None), None)
    return [
        Finding(
            "FB220",
            Severity.WARNING,
            "What was seen cannot come about by the model: in every world with the failure some reading is impossible.",
            "Give the signals a chance to err (`misses`, `false_alarms`), check `blind_when`, or add the way that is missing to `structure`.",
            first,
        )
    ]
