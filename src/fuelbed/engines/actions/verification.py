"""What would show that an item worked: one observation for each kind of change, and a run of the trigger that shows it soonest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.actions import Change
from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.quantities import Quantity
from fuelbed.core.shown import named, number
from fuelbed.engines.actions.scene import Scene
from fuelbed.engines.actions.words import spell
from fuelbed.numerics.process.interventions import Alone, evaluate, failing_arrivals, middles, setting
from fuelbed.numerics.process.parameters import given_numbers

__all__ = ["run_length", "time_of_fewer", "verification"]

_CHANCE = 0.05  # what is left to chance where an observation is taken to show something
_SEEN = 0.8  # how likely it is to be seen where it did work
_COUNTED = 250  # expected arrivals or failures that may be waited for
_MOST_TIMES = 20  # repetitions that a drill or a wait may ask for
_SEEN_IN_RUN = 0.2  # an item that leaves more than this of the failures by arrival is not seen in a run of the trigger


class _Middle:
    """What each item alone comes to at the middle of the numbers, all items in one evaluation; row 0 is nothing done."""

    def __init__(self, scene: Scene) -> None:
        self.model, self.mid = scene.model, middles(scene.model)
        self.row = {n: i for i, n in enumerate(scene.joint.rows, 1)}
        self.rows = [{}, *scene.joint.rows.values()]

    def two(self, v: NDArray[np.float64], name: str) -> tuple[float, float]:
        """Of nothing done, and of one item."""
        return float(v[0, 0]), float(v[self.row[name], 0])

    @cached_property
    def hazard(self) -> NDArray[np.float64]:
        return evaluate(self.model, self.mid, self.rows, ("hazard",))["hazard"]

    @cached_property
    def arrivals(self) -> Mapping[str, NDArray[np.float64]]:
        return failing_arrivals(self.model, self.mid, self.rows)


def verification(scene: Scene, verdicts: Mapping[str, str]) -> Table:
    """One line an item, by what it changes and by its verdict."""
    rows, middle = [], _Middle(scene)
    for n in scene.ranked:
        action = scene.case.actions[n]
        if action.verified_by:
            rows.append((Cell(n), Cell(f"{action.verified_by} (given by the team)")))
        else:
            rows.append((Cell(n), Cell(_line(scene, middle, n, verdicts[n]))))
    return Table(
        "verification",
        "What would show that it worked",
        (Column("action", "action", "code"), Column("watch", "watch for")),
        tuple(rows),
        note="A run or a wait is as long as leaves less than 1 chance in 20 that it looks like this although nothing has changed; "
        "numbers at their middle.",
        detail=True,
    )


def _line(scene: Scene, middle: _Middle, name: str, verdict: str) -> str:
    does = scene.case.actions[name].does
    if not does:
        return "nothing in the model to watch"
    if verdict == "harmful":
        return "do not try it: the model says it makes things worse"
    if verdict == "no effect":
        return "nothing would: the model does not move"
    read = {n for _, n in scene.model.structure.events}
    seen = [c for c in does if c.target not in scene.case.factors or c.target in read]
    gone = list(dict.fromkeys(c.target for c in seen if c.verb == "remove"))
    parts = [f"look for {named(gone)}: {'it is' if len(gone) == 1 else 'they are'} no longer there"] if gone else []
    parts += [x for c in seen if (x := _direct(scene, c))]
    fewer = {c.target: 0.0 if c.value is None else c.value.middle for c in seen if c.verb == "prevent" or c.parameter == "rate"}
    parts += [_rarer(scene, fewer)] if fewer else []
    after = _later(scene, middle, name, parts)
    return "; ".join(dict.fromkeys([*parts, *([after] if after else [])])) or "no observation that can be afforded would show it"


# ---- what each kind of change shows by itself -------------------------------------------------------------------------------


def _direct(scene: Scene, c: Change) -> str:
    x = f"`{c.target}`"
    if c.verb == "observe":
        f = scene.case.factors.get(c.target)
        how = f"let {x} fail in a drill" if f is not None and f.kind == "control" else f"stage {x} in a drill"
        return f"{how}: the signal must show it"
    if c.verb == "revert":
        return f"{x} is no longer in force"
    if c.verb in ("perfect", "add"):
        return _drill(scene, c)
    return _set(scene, c) if c.verb == "set" else ""


def _set(scene: Scene, c: Change) -> str:
    if scene.case.is_apart(c.target):
        said = c.word or (c.value.text if c.value is not None else "")
        return f"read it off the running system: `{c.target}.{c.parameter}` is {said}"
    assert c.value is not None
    x, v = f"`{c.target}`", c.value
    old = given_numbers(scene.case).get(f"{c.target}.{c.parameter}")
    if c.parameter in ("fails", "broken"):
        return _drill(scene, c)
    if c.parameter == "loss":
        unit = f" {scene.case.loss_unit}" if scene.case.loss_unit != "failures" else ""
        return (
            f"the next {x} costs {_ends(v)}{unit}, not {_ends(old)}"
            if old is not None
            else f"the next {x} costs {_ends(v)}{unit}"
        )
    if c.parameter == "lasts":
        days = [365.25 * y for y in (v.low, v.high)]
        return f"the next {x} is over within {spell(days[1], 'day') if days[1] >= 1 else spell(24 * days[1], 'hour')}"
    if c.parameter == "present":
        if v.middle > (old.middle if old is not None and old.given else 0.5):
            return f"look for {x}: it should be there, with a chance of {_ends(v)}"
        return f"look for {x}: it should be gone, and stays with a chance of {_ends(v)}"
    if c.parameter == "duty":
        return f"measure how much of the time {x} holds: {_ends(v)}" + (f", not {_ends(old)}" if old is not None else "")
    members = next((g.of for g in scene.case.common_causes if g.name == c.target), ())
    rest = "the other holds" if len(members) == 2 else "the others hold"
    return f"make one of {named(members)} fail in a drill: {rest}" if members else ""


def _ends(q: Quantity | None) -> str:
    if q is None:
        return "unknown"
    low, high = number(q.low), number(q.high)
    return low if low == high else f"{low} to {high}"


def run_length(chance: float) -> int:
    """How many trials in a row without a failure leave less than 1 chance in 20 to `chance` of failing each time."""
    if chance <= 0:
        return 10**9
    return 1 if chance >= 1 - _CHANCE else math.ceil(math.log(_CHANCE) / math.log1p(-chance) - 1e-9)


def _drill(scene: Scene, c: Change) -> str:
    """A control is tried out: so often in a row it would hardly have held as it was."""
    f = scene.case.factors.get(c.target)
    if f is None or f.state in ("missing", "bypassed"):
        was = 1.0
    else:
        broken, each = f.today or f.broken or Quantity.unknown(), f.fails or Quantity.unknown()
        if not broken.given and not each.given:
            return f"in a drill, `{c.target}` holds"
        was = 1 - (1 - broken.middle) * (1 - each.middle)
    n = run_length(was)
    if n > _MOST_TIMES:
        return f"no drill that can be afforded would show it (`{c.target}` seldom fails as it is)"
    return f"in a drill, `{c.target}` holds{' ' + str(n) + ' times in a row' if n > 1 else ''}"


def _rarer(scene: Scene, after: Mapping[str, float]) -> str:
    """Triggers that come less often: the one that shows it soonest, how long to count it, and how many are still as expected."""
    factors = scene.case.factors
    given = [t for t in after if (r := factors[t].rate) is not None and r.given]
    if not given:
        return f"count {named(after)}: {'it comes' if len(after) == 1 else 'they come'} less often"
    found = {t: time_of_fewer(r.middle, after[t]) for t in given if (r := factors[t].rate) is not None}
    best = min(found, key=lambda t: found[t][0])
    years, most = found[best]
    if years > 2 * scene.case.horizon:
        wait = f"show it only after {_time(years)}" if math.isfinite(years) else "not show it"
        return f"counting `{best}` would {wait}"
    return f"{'no' if most == 0 else f'at most {most}'} `{best}` within {_time(years)}"


def time_of_fewer(before: float, after: float) -> tuple[float, int]:
    """The shortest time (in years, by steps of 2 %) and the most arrivals in it that tell the two rates apart (Poisson counts): so few
    come with less than 1 chance in 20 as often as before, and with at least 4 in 5 as seldom as from now on. Endless where the rates
    are too close."""
    left = after / before if before > 0 else 1.0
    if left >= 1:
        return math.inf, 0
    near = ((1.64 + 0.84 * math.sqrt(left)) / (1 - left)) ** 2  # expected arrivals, as the normal distribution has it
    if near > _COUNTED:
        return math.inf, 0
    mean, most = max(-math.log(_CHANCE), 0.6 * near), 0
    while mean < 2 * _COUNTED:
        while _at_most(most + 1, mean) <= _CHANCE * (1 + 1e-9):
            most += 1
        if _at_most(most, mean * left) >= _SEEN:
            return mean / before, most
        mean *= 1.02
    return math.inf, 0


def _at_most(k: int, mean: float) -> float:
    """P(N <= k), N Poisson."""
    term = total = math.exp(-mean)
    for i in range(1, k + 1):
        term *= mean / i
        total += term
    return total


def _time(years: float) -> str:
    days = 365.25 * years
    if days < 60:
        return f"about {spell(days, 'day')}"
    return f"about {spell(12 * years, 'month') if years < 2 else spell(years, 'year')}"


# ---- what the failures show later --------------------------------------------------------------------------------------------


def _later(scene: Scene, middle: _Middle, name: str, direct: list[str]) -> str:
    """A run of the trigger that shows it soonest, else a count of failures; else what the next failure does not become."""
    changes = scene.joint.rows[name]
    if not scene.known:
        return _milder(scene, changes)
    run, v = _run(scene, middle, name), middle.two(middle.hazard, name)
    if run is None and v[1] > 0.99 * v[0]:
        return _milder(scene, changes)
    years, text = run or (math.inf, "")
    if not text or years > 2 * scene.case.horizon:
        wait, most = time_of_fewer(*v)
        if wait < years:
            years, text = wait, f"{'no' if most == 0 else f'at most {most}'} `{scene.case.failure}` within {_time(wait)}"
    if years > 2 * scene.case.horizon:
        tried = any(
            p.startswith(("in a drill", "let `", "stage `", "make one", "no `", "at most")) for p in direct
        )  # a look shows that it was done, a trial that it works
        shows = f"show it only after {_time(years)}" if math.isfinite(years) else "not show it"
        return "" if tried else f"waiting for failures would {shows}"
    return f"then {text}" if direct else text


def _run(scene: Scene, middle: _Middle, name: str) -> tuple[float, str] | None:
    """So many arrivals of one trigger in a row without failure as would hardly have been seen before: the least waiting time."""
    model, mid, changes = scene.model, middle.mid, scene.joint.rows[name]
    found = []
    for t, both in middle.arrivals.items():
        today, after = middle.two(both, name)
        was = mid[str(model.defaults[f"{t}.rate"])]
        rate = float(setting(changes.get(f"{t}.rate", was), mid))
        if was > 0 and rate > 0 and after / rate <= _SEEN_IN_RUN * today / was:
            n = run_length(min(1.0, today / was))
            if n <= _MOST_TIMES:
                found.append((n / rate, n, t))
    if not found:
        return None
    years, n, t = min(found)
    run = f"{n} `{t}` in a row" if n > 1 else f"the next `{t}`"
    return years, f"{run} without `{scene.case.failure}` ({_time(years)})"


def _milder(scene: Scene, changes: Alone) -> str:
    """Where failures come as often, but fewer become the worst outcome."""
    outcomes = scene.case.outcomes
    if len(outcomes) < 2 or any(n.endswith(".loss") for n in changes):
        return ""
    mid = middles(scene.model)
    v = evaluate(scene.model, mid, [{}, changes], ("hazard", "loss"))
    if v["hazard"][1, 0] < 0.99 * v["hazard"][0, 0] or v["loss"][1, 0] >= 0.99 * v["loss"][0, 0]:
        return ""
    return f"in the next `{scene.case.failure}` or drill of it: it does not become `{outcomes[-1].name}`"
