"""The verdicts of DESIGN 3, as one ordered table of (predicate, verdict, sentence); the first match wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fuelbed.core.actions import Action
from fuelbed.core.blocks import Tone
from fuelbed.core.case import Case
from fuelbed.numerics.process.bounds import Comparison
from fuelbed.numerics.process.dominance import Reach

__all__ = ["RULES", "Evidence", "Rule", "judge"]

_ONE_PER_CENT = 0.01
_SURE = 1e-9


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a predicate may look at: paired bounds per quantity, and the structure of what the action touches."""

    case: Case
    action: Action
    result: dict[str, Comparison]
    reach: Reach
    cut_sets: int
    mitigates: frozenset[str]  # controls that are in no way to the mildest outcome, only to worse ones

    def surely_up(self, o: str) -> bool:
        c = self.result[o]
        return c.ratio.low >= 1 - _SURE and c.ratio.high > 1 + _ONE_PER_CENT

    def surely_down(self, o: str) -> bool:
        """Never up, and down by at least a per cent somewhere."""
        c = self.result[o]
        return c.ratio.high <= 1 + _SURE and c.ratio.low < 1 - _ONE_PER_CENT

    def flat(self, o: str) -> bool:
        c = self.result[o]
        return c.ratio.low >= 1 - _ONE_PER_CENT and c.ratio.high <= 1 + _ONE_PER_CENT

    @property
    def helps(self) -> bool:
        return any(map(self.surely_down, ("hazard", "loss"))) and all(
            self.surely_down(o) or self.flat(o) for o in ("hazard", "loss")
        )

    @property
    def touched(self) -> set[str]:
        """Kinds of what the action changes: `trigger`, `condition`, `control`, `outcome`, `signal`, `group`."""
        out = set()
        for c in self.action.does:
            if c.verb == "observe":
                out.add("signal")
            elif c.verb in ("add", "perfect", "disable"):
                out.add("control")
            elif c.target in self.case.factors:
                out.add(self.case.factors[c.target].kind)
            else:
                out.add("outcome" if any(o.name == c.target for o in self.case.outcomes) else "group")
        return out


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: the word, when it applies, and why, in a sentence about this action."""

    verdict: str
    tone: Tone
    applies: Callable[[Evidence], bool]
    reason: Callable[[Evidence], str]


def _range(e: Evidence) -> str:
    """How far the better of hazard and loss goes down."""
    o = "hazard" if e.surely_down("hazard") or not e.surely_down("loss") else "loss"
    r = e.result[o].ratio
    what = "failures a year" if o == "hazard" else "expected loss"
    low, high = 100 * (1 - r.high), 100 * (1 - r.low)
    if high - low < 0.5:
        return f"{what} down by {high:.0f} %"
    return f"{what} down by {max(low, 0):.0f} % to {high:.0f} %"


def _names(e: Evidence, kind: str) -> str:
    seen = dict.fromkeys(c.target for c in e.action.does if c.target in e.case.factors and e.case.factors[c.target].kind == kind)
    return ", ".join(f"`{n}`" for n in seen)


def _no_effect(e: Evidence) -> str:
    reverted = [c.target for c in e.action.does if c.verb == "revert"]
    if reverted:
        return f"Undoes what is in force of `{reverted[0]}`; how often it comes again stays as it was."
    if e.reach.breaks or e.reach.guards:
        return "Every quantity moves by less than 1 % over the whole range of the numbers."
    return "Touches no way to the failure."


def _undecided(e: Evidence) -> str:
    r = e.result["hazard" if not e.flat("hazard") else "loss"].ratio
    if r.high == float("inf"):
        return "Depends on numbers the case does not give: it may help or harm."
    return f"Depends on the numbers: from {100 * (r.low - 1):+.0f} % to {100 * (r.high - 1):+.0f} %."


RULES: tuple[Rule, ...] = (
    Rule(
        "not modelled",
        "muted",
        lambda e: not e.action.does,
        lambda e: "Carries no intervention, so the model cannot say what it changes.",
    ),
    Rule(
        "harmful",
        "bad",
        lambda e: e.surely_up("hazard") or e.surely_up("loss"),
        lambda e: (
            f"Raises {'failures a year' if e.surely_up('hazard') else 'the expected loss'} whatever the numbers, "
            f"by up to {100 * (e.result['hazard' if e.surely_up('hazard') else 'loss'].ratio.high - 1):.0f} %."
        ),
    ),
    Rule(
        "sight only",
        "muted",
        lambda e: e.touched == {"signal"} and e.flat("hazard") and e.flat("loss"),
        lambda e: "Adds sight and changes nothing else: no control in the model acts on what it shows.",
    ),
    Rule("no effect", "muted", lambda e: e.flat("hazard") and e.flat("loss"), _no_effect),
    Rule(
        "structural",
        "good",
        lambda e: e.helps and bool(e.cut_sets) and len(e.reach.breaks) == e.cut_sets and "condition" in e.touched,
        lambda e: f"Closes {_names(e, 'condition')}, which is in every way to the failure.",
    ),
    Rule(
        "trigger only",
        "bad",
        lambda e: e.helps and e.touched <= {"trigger"},
        lambda e: f"Helps ({_range(e)}), but all it touches is the trigger {_names(e, 'trigger')}; what stood there stays.",
    ),
    Rule(
        "mitigation",
        "good",
        lambda e: e.helps and e.flat("hazard"),
        lambda e: f"Failures come as often, but cost less: {_range(e)}.",
    ),
    Rule("control", "good", lambda e: e.helps, lambda e: f"Stands in the way: {_range(e)}."),
    Rule("undecided", "plain", lambda e: True, _undecided),
)


def judge(e: Evidence) -> tuple[Rule, str]:
    """The first rule that applies, and its sentence."""
    rule = next(r for r in RULES if r.applies(e))
    return rule, rule.reason(e)
