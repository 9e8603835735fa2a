"""What each change does by itself: the old version with one change done, and the new version with one taken back, solved again.

Both are given because changes may need each other: one that does nothing alone and much when it is the last did its part together with others.
No action item is done in either version; what items change is compared in their own table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fuelbed.analysis import facts_for
from fuelbed.comparing.compare import Effect, Explained
from fuelbed.comparing.units import WORDS, Key, Unit, between, units
from fuelbed.core.case import Case
from fuelbed.core.edits import Edit
from fuelbed.core.errors import FuelbedError
from fuelbed.core.estimates import Estimate
from fuelbed.core.expressions import Tips, walk
from fuelbed.core.facts import Tipping
from fuelbed.core.options import Options
from fuelbed.numerics.attack.derived import with_declared
from fuelbed.numerics.process.bounds import Bound
from fuelbed.numerics.process.compile import Compiled, compile_case
from fuelbed.numerics.process.values import change
from fuelbed.numerics.process.versions import ratios as paired

__all__ = ["MOST_UNITS", "Solved", "solve"]

MOST_UNITS = 40  # changes that are solved for one at a time
_LONG = 300_000  # operations of a tape: above, fewer are
_FEW = 12
_HEADS = {"factor": "factors", "line": "structure", "model": "dynamics", "signal": "signals", "number": "numbers"}
_ALONE = {
    "outcomes": ("outcomes",),
    "horizon": ("horizon",),
    "failure": ("failure",),
    "exposure": ("exposure", "assets", "zones"),
}


@dataclass(frozen=True, slots=True)
class Solved:
    """ratios  after / before - 1 of each quantity; explained  what does it; other  edits that move none of them; notes  what was left out."""

    ratios: Mapping[str, Estimate]
    explained: Sequence[Explained]
    other: Sequence[Edit]
    notes: Sequence[str]


def solve(
    before: Case, after: Case, edits: Sequence[Edit], options: Options, progress: Callable[[str], None] | None = None
) -> Solved:
    """Deterministic for a seed. What cannot be solved for is left out, and a note says so."""
    pair = (_tips(before, options), _tips(after, options))
    found = units(before, after, pair)
    ends = tuple(_model(*between(before, after, pair, keys)) for keys in ((), [k for u in found for k in u.keys]))
    if ends[0] is None or ends[1] is None:
        return Solved(
            {},
            [Explained(_label(u, mine), mine, {}) for u in found if (mine := _edits_of(u, edits))],
            _rest(found, edits),
            [_UNSOLVED],
        )
    outputs = _outputs(before, after)
    total = _ratios(ends[0], ends[1], outputs, options)
    steps = [u for u in found if _moves(u)]
    most = MOST_UNITS if max(m.tape.work for m in ends if m is not None) <= _LONG else _FEW
    explained, notes = [], []
    for i, u in enumerate(steps):
        mine = _edits_of(u, edits)
        effects: Mapping[str, Effect] = {}
        if i < most and len(steps) > 1:
            if progress is not None:
                progress(f"change {i + 1} of {min(len(steps), most)}, by itself")
            effects = _effects(before, after, pair, (u, steps), (ends[0], ends[1]), outputs, options)
        elif len(steps) == 1:
            effects = {o: Effect(e, e) for o, e in total.items()}
        explained.append(Explained(_label(u, mine), mine, effects, "" if mine else _WITHOUT_EDIT))
    if len(steps) > most:
        notes.append(f"{len(steps)} changes: the first {most} were solved for one at a time.")
    return Solved(total, explained, _rest(steps, edits), notes)


_UNSOLVED = (
    "The model of one of the two versions could not be solved within its budget, so what each change does is not computed."
)
_WITHOUT_EDIT = "follows from evidence or from the files beside the case"


def _outputs(before: Case, after: Case) -> tuple[str, ...]:
    same_unit = before.loss_unit == after.loss_unit
    return ("hazard", "probability", "propensity", "standing", *(("loss",) if same_unit else ()))


def _tips(case: Case, options: Options) -> Tipping | None:
    """Chances of tipping where a line reads them; nothing else is run."""
    if not any(isinstance(e, Tips) for x in case.lines.values() for e in walk(x.expr)):
        return None
    facts = facts_for(replace(case, actions={}), "structure", options, without=("coupling",))
    return facts.get(Tipping)


def _model(case: Case, tipping: Tipping | None) -> Compiled | None:
    try:
        return compile_case(with_declared(case), tipping)
    except (FuelbedError, KeyError):  # a case in between may name what is only in the other version
        return None


def _ratios(a: Compiled, b: Compiled, outputs: Sequence[str], options: Options) -> dict[str, Estimate]:
    found = paired(a, b, outputs, np.random.default_rng(options.seed))
    return {o: _estimate(r) for o, r in found.items()}


def _estimate(r: Bound) -> Estimate:
    return change(r, known=r.value == r.value)


def _effects(
    before: Case,
    after: Case,
    tips: tuple[Tipping | None, Tipping | None],
    step: tuple[Unit, Sequence[Unit]],
    ends: tuple[Compiled, Compiled],
    outputs: Sequence[str],
    options: Options,
) -> dict[str, Effect]:
    unit, others = step
    rest: list[Key] = [k for u in others if u is not unit for k in u.keys]
    done, undone = _model(*between(before, after, tips, unit.keys)), _model(*between(before, after, tips, rest))
    alone = _ratios(ends[0], done, outputs, options) if done is not None else {}
    last = _ratios(undone, ends[1], outputs, options) if undone is not None else {}
    return {o: Effect(alone.get(o), last.get(o)) for o in outputs if o in alone or o in last}


def _moves(u: Unit) -> bool:
    """A signal or a model by itself moves no number of the verdict: through what needs it, it does."""
    return any(k[0] not in ("model", "number") for k in u.keys) or len(u.keys) > 1


def _belongs(e: Edit, key: Key) -> bool:
    kind, name = key
    if kind in _ALONE:
        return e.path[0] in _ALONE[kind]
    if kind == "cause":
        return e.path[0] == "common_causes"
    if kind == "tips":
        return False
    if kind == "factor" and e.path[0] == "date":
        return False
    return e.path[:2] == (_HEADS[kind], name)


def _edits_of(u: Unit, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    return tuple(e for e in edits if any(_belongs(e, k) for k in u.keys) and not _words_only(e))


def _words_only(e: Edit) -> bool:
    """An edit of words within an element: it moves nothing."""
    return len(e.path) > 2 and e.path[-1] in WORDS


def _rest(found: Sequence[Unit], edits: Sequence[Edit]) -> list[Edit]:
    taken = {e for u in found for e in _edits_of(u, edits)}
    return [e for e in edits if e not in taken]


def _label(u: Unit, mine: Sequence[Edit]) -> str:
    if mine:
        return mine[0].label
    kind, name = u.keys[0]
    return f"tips({name})" if kind == "tips" else name or kind
