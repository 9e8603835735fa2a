"""The verdicts, as one ordered table of (predicate, verdict, sentence); the first match wins. What they look at: docs/theory/structure.md."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from fuelbed.core.actions import Action
from fuelbed.core.blocks import Tone
from fuelbed.core.shown import count, named, per_cent
from fuelbed.engines.actions.ambiguity import sight
from fuelbed.engines.actions.deciding import what_decides
from fuelbed.engines.actions.scene import Scene
from fuelbed.engines.actions.words import change, fall, proven, rise
from fuelbed.numerics.process.bounds import Bound
from fuelbed.numerics.process.reach import Reach
from fuelbed.numerics.process.values import not_given

__all__ = ["RULES", "Evidence", "Rule", "judge"]

_ONE_PER_CENT = 0.01
_SURE = 1e-9


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a predicate may look at: paired bounds per quantity, and the structure of what the action touches.

    never_worse  whether it does at least as much as nothing, whatever the numbers (an implication between functions).
    """

    scene: Scene
    action: Action
    reach: Reach
    never_worse: bool

    def ratio(self, o: str) -> Bound:
        return self.scene.results[self.action.name][o].ratio

    def surely_up(self, o: str) -> bool:
        r = self.ratio(o)
        return not self.never_worse and r.low >= 1 - _SURE and r.high > 1 + _ONE_PER_CENT

    def surely_down(self, o: str) -> bool:
        """Never up, and down by at least a per cent somewhere."""
        r = self.ratio(o)
        return (self.never_worse or r.high <= 1 + _SURE) and r.low < 1 - _ONE_PER_CENT

    def flat(self, o: str) -> bool:
        r = self.ratio(o)
        return r.low >= 1 - _ONE_PER_CENT and (self.never_worse or r.high <= 1 + _ONE_PER_CENT)

    @property
    def firm(self) -> list[str]:
        """What decides between help and harm. The horizon probability does where it may have failed already; else it says how
        failures are spread over years, and is told beside."""
        return [o for o in self.scene.judged if o != "probability" or self.scene.standing]

    @property
    def raised(self) -> list[str]:
        return [o for o in (self.firm if self.lowered else self.scene.judged) if self.surely_up(o)]

    @property
    def lowered(self) -> list[str]:
        """Quantities that surely go down, the one that items are ranked by first."""
        return sorted((o for o in self.scene.judged if self.surely_down(o)), key=lambda o: o != self.scene.main)

    @property
    def all_flat(self) -> bool:
        return all(map(self.flat, self.scene.judged))

    @property
    def helps(self) -> bool:
        return bool(self.lowered) and all(self.surely_down(o) or self.flat(o) for o in self.firm)

    @property
    def as_often(self) -> bool:
        """Only the loss moves."""
        return all(self.flat(o) for o in self.scene.judged if o != "loss")

    @property
    def proven(self) -> bool:
        return proven(*map(self.ratio, self.scene.judged))


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: the word, when it applies, and why, in a sentence about this action."""

    verdict: str
    tone: Tone
    applies: Callable[[Evidence], bool]
    reason: Callable[[Evidence], str]


def _range(e: Evidence) -> str:
    """How far the first quantity that goes down does."""
    o = e.lowered[0]
    return f"{e.scene.words(o)} down by {fall(e.ratio(o))}"


def _triggers(e: Evidence) -> str:
    seen = [c.target for c in e.action.does if c.target in e.scene.case.factors]
    mine = list(dict.fromkeys(n for n in seen if e.scene.case.factors[n].kind == "trigger"))
    return f"is the trigger {named(mine)}" if len(mine) == 1 else f"are the triggers {named(mine)}"


def _harmful(e: Evidence) -> str:
    o = e.raised[0]
    where = "whatever the numbers" if e.proven else "at all values of the numbers that were tried"
    return f"Raises {e.scene.words(o)} {where}, by {rise(e.ratio(o))}."


def _no_effect(e: Evidence) -> str:
    before = e.scene.results[""]
    if not e.scene.standing and before["hazard"].after.high == 0:
        return "There is nothing to lower: as the numbers stand, it cannot fail."
    reverted = [c.target for c in e.action.does if c.verb == "revert"]
    if reverted and e.reach.touches == {"trigger"}:
        return f"Undoes what is in force of `{reverted[0]}`; how often it comes again stays as it was."
    models = [c.target for c in e.action.does if c.target in e.scene.case.dynamics]
    if models and not e.reach.touches - {"signal"}:
        return f"Changes {named(dict.fromkeys(models))}, but no line says `tips` of a trigger that pushes it."
    if e.reach.touches - {"signal"}:
        where = "over the whole range of the numbers" if e.proven else "at all values of the numbers that were tried"
        return f"Every quantity moves by less than 1 % {where}."
    return "Touches no cut set."


def _structural(e: Evidence) -> str:
    closed = e.reach.closes
    if not closed:
        one = len(e.reach.unloops) == 1
        return (
            f"Takes the loop away: {named(e.reach.unloops)} no longer land{'s' if one else ''} beyond the stability boundary, which "
            f"every cut set with {'it' if one else 'them'} needs: {_range(e)}."
        )
    if len(closed) == 1:
        return f"Closes {named(closed)}, which every cut set holds."
    return f"Closes {named(closed)}: no cut set is left."


def _control(e: Evidence) -> str:
    if e.reach.breaks:
        many = e.reach.cut_sets != 1
        return f"Breaks {count(e.reach.breaks)} of {count(e.reach.cut_sets)} cut set{'s' if many else ''}: {_range(e)}."
    if "model" in e.reach.touches:
        also = " and stands in the way" if e.reach.touches - {"model", "signal"} else ""
        return f"Moves the stability boundary{also}: {_range(e)}."
    return f"Stands in the way: {_range(e)}."


def _acting(e: Evidence) -> str:
    """Which controls act on what an item shows, though that moves nothing."""
    shown = {c.target for c in e.action.does if c.verb == "observe"}
    acting = [f.name for f in e.scene.case.of_kind("control") if f.needs in shown]
    if not acting:
        return "no control in the model acts on what it shows"
    one = len(acting) == 1
    more = "acts on what it shows, and holds" if one else "act on what it shows, and hold"
    return f"{named(acting)} {more} no better for it as long as all else stays"


def _undecided(e: Evidence) -> str:
    o = next((o for o in e.scene.judged if not (e.flat(o) or e.surely_down(o))), e.scene.judged[0])
    r = e.ratio(o)
    if math.isinf(r.high):
        missing = not_given(e.scene.model)
        asked = f", `{missing[0]}` first" if missing else ""
        return f"Depends on numbers the case does not give{asked}: it may help or harm."
    way_out = what_decides(e.scene, e.action.name, o)
    return f"Depends on the numbers: {e.scene.words(o)} from {change(r.low - 1)} to {change(r.high - 1)}.{way_out}"


RULES: tuple[Rule, ...] = (
    Rule(
        "not modelled",
        "muted",
        lambda e: not e.action.does,
        lambda e: "Carries no intervention, so the model cannot say what it changes.",
    ),
    Rule("harmful", "bad", lambda e: bool(e.raised), _harmful),
    Rule(
        "sight only",
        "muted",
        lambda e: e.reach.touches == {"signal"} and e.all_flat,
        lambda e: f"Adds sight, changes no dynamics: {_acting(e)}.{sight(e.scene, e.action.name)}",
    ),
    Rule("no effect", "muted", lambda e: e.all_flat, _no_effect),
    Rule("structural", "good", lambda e: e.helps and bool(e.reach.closes or e.reach.unloops), _structural),
    Rule(
        "trigger only",
        "bad",
        lambda e: e.helps and e.reach.touches <= {"trigger"},
        lambda e: f"Helps ({_range(e)}), but all it touches {_triggers(e)}; what stood there stays.",
    ),
    Rule(
        "mitigation",
        "good",
        lambda e: e.helps and e.as_often,
        lambda e: f"Failures come as often, but cost less: {_range(e)}.",
    ),
    Rule("control", "good", lambda e: e.helps, _control),
    Rule("undecided", "plain", lambda e: True, _undecided),
)


def judge(e: Evidence) -> tuple[Rule, str]:
    """The first rule that applies, and its sentence."""
    rule = next(r for r in RULES if r.applies(e))
    return rule, rule.reason(e) + (_spread(e) if e.helps else "")


def _spread(e: Evidence) -> str:
    """Fewer failures, but perhaps in more years: a control that may hold for good against one that fails anew each time."""
    o = "probability"
    if o not in e.scene.judged or e.surely_down(o) or e.flat(o):
        return ""
    return f" But {e.scene.words(o)} may rise, by up to {per_cent(e.ratio(o).high - 1)} %: fewer failures, in more years."
