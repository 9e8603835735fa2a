"""The engine's headline: what made the trigger catastrophic, and what is left when one thing is taken away."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.engines.structure.cutsets import CutSets, plural, spoken
from fuelbed.numerics.process.bounds import Bound, Comparison
from fuelbed.numerics.process.compile import Compiled

__all__ = ["NOTHING", "Removed", "claim", "may_stand", "nothing_comes", "standing_sentence"]

NOTHING = 1e-12
_CONTRADICTION = (
    "The facts of this incident contradict the structure: by it the incident could not have happened, "
    "so what follows takes each fact as it is given and draws nothing from the failure."
)
Removed = Mapping[str, Mapping[str, Comparison]]


def may_stand(today: Mapping[str, Comparison]) -> bool:
    """Whether a cut set without any trigger may be complete at the start of the horizon."""
    return today["standing"].after.high > NOTHING


def nothing_comes(today: Mapping[str, Comparison]) -> bool:
    """With the numbers given no failure can come: none a year, and none that stands."""
    return today["hazard"].after.high <= 0 and not may_stand(today)


def claim(model: Compiled, today: Mapping[str, Comparison], removed: Removed, cuts: CutSets, known: bool) -> str:
    """Two sentences, a line each; before them that the case contradicts itself, where it does."""
    if not cuts.total:
        return "No combination of the listed factors reaches the failure: the structure says that it cannot happen."
    nothing = cuts.listed[0] == ()  # then no arrival completes a cut set, and the incident is impossible for that reason alone
    lines = [_CONTRADICTION] if model.impossible and not nothing else []
    lines += [_first(model, today, cuts), _second(model, today, removed, known)]
    return "\n".join(filter(None, lines))


def _first(model: Compiled, today: Mapping[str, Comparison], cuts: CutSets) -> str:
    """What every cut set holds."""
    if cuts.listed[0] == ():
        return "The structure calls it a failure when no factor holds at all: check where it says not."
    if today["standing"].after.low >= 1 - NOTHING:
        return _failed_already(model, cuts)
    triggers = [f.name for f in model.case.of_kind("trigger") if cuts.with_factor(f.name)]
    single, pushes = cuts.in_every("condition", "control"), cuts.in_every("trigger")
    mattered = ": here the trigger mattered too" if not nothing_comes(today) else ""
    if pushes:
        push = f"the trigger{'s' if len(pushes) > 1 else ''} {spoken(pushes, model)}"
        if single:
            return f"Every cut set needs {push} and, standing there, {spoken(single, model)}{mattered}."
        return f"Every cut set needs {push}{mattered.removesuffix(' too')}."
    if cuts.standing == cuts.total:
        whole = f", and every one holds {spoken(single, model)}" if single and cuts.total > 1 else ""
        only = f"{spoken(cuts.listed[0], model)} alone" if cuts.total == 1 else plural(cuts.total)
        return f"No trigger is needed: {only} {'is' if cuts.total == 1 else 'are'} enough to fail{whole}."
    if single:
        what = spoken(single, model)
        if len(triggers) > 1:
            return f"{len(triggers)} different triggers reach the failure, and every cut set goes through {what}."
        return f"Every cut set goes through {what}; some need no trigger."
    return f"No single factor is in every one of the {plural(cuts.total)}."


def _failed_already(model: Compiled, cuts: CutSets) -> str:
    some = next((c for c in cuts.listed if not any(k == "trigger" for k, _ in c)), ())
    which = f", {spoken(some, model)}," if some else ""
    return f"It has failed already: a cut set without any trigger{which} is complete, so no push is needed."


def standing_sentence(model: Compiled, today: Mapping[str, Comparison], cuts: CutSets) -> str:
    """How a failure may stand that no trigger brought."""
    q = today["standing"].after
    some = next((c for c in cuts.listed if not any(k == "trigger" for k, _ in c)), ())
    which = f" ({spoken(some, model)}{'' if cuts.standing == 1 else ', for one'})" if some else ""
    if q.low >= 1 - NOTHING:
        return f"Failed already: a cut set without any trigger{which} is complete, whatever comes."
    return (
        f"A cut set without any trigger{which} may be complete at the start, with probability {_odds(q)}: "
        "no push is needed then, and failures a year do not count it."
    )


def _odds(b: Bound) -> str:
    return f"{b.low:.2g}" if b.high - b.low < 0.005 * b.high else f"{b.low:.2g}..{b.high:.2g}"


def _second(model: Compiled, today: Mapping[str, Comparison], removed: Removed, known: bool) -> str:
    """The removal test in one sentence: the trigger that matters most beside the condition that does."""
    if model.case.placeholder_rates:
        return "How often each trigger comes is a guess of the draft so far: give one rate, and failures a year can be compared."
    if not known:
        return "The case gives too few numbers for a rate of failure, so what follows holds whatever the numbers are."
    if nothing_comes(today):
        return "With the numbers given no failure can come: failures a year are 0, so there is nothing to take away."
    quantity = "probability" if may_stand(today) else "hazard"
    best = {kind: _best(model, removed, kind, quantity) for kind in ("trigger", "condition", "control")}
    t, c = best["trigger"], best["condition"] or best["control"]
    standing = "the standing condition" if best["condition"] else "a failing"
    if quantity == "probability":
        return _chances(model, today, removed, t, c, standing)
    if t is None or c is None:
        return ""
    return (
        f"Without `{t}`, the trigger that matters most, {_left(removed[t][quantity].ratio)} of the failures a year would remain; "
        f"without {standing} `{c}`, {_left(removed[c][quantity].ratio)}."
    )


def _chances(
    model: Compiled, today: Mapping[str, Comparison], removed: Removed, t: str | None, c: str | None, standing: str
) -> str:
    """The same where a failure may stand already: by the chance to be failed at all within the horizon."""
    parts = [f"without `{t}`, the trigger that matters most, {_chance(removed[t])}"] if t is not None else []
    parts += [f"without {standing} `{c}`, {_chance(removed[c])}"] if c is not None else []
    now = f"At least one failure within {model.case.horizon_text}, standing ones among them, has probability {_chance(today)}"
    return f"{now}{'; ' if parts else ''}{'; '.join(parts)}."


def _chance(row: Mapping[str, Comparison]) -> str:
    b = row["probability"].after
    span = "" if b.high - b.low < 0.005 else f"{b.low:.2g}..{b.high:.2g}"
    if b.value != b.value:  # past the budget there is no middle
        return span
    return f"{b.value:.2g} ({span})" if span else f"{b.value:.2g}"


def _best(model: Compiled, removed: Removed, kind: str, quantity: str) -> str | None:
    """The factor of a kind without which least is left."""
    rows = [n for n in removed if model.case.factors[n].kind == kind]
    middle = {n: removed[n][quantity].after.value for n in rows}
    return min(rows, key=lambda n: middle[n] if middle[n] == middle[n] else removed[n][quantity].after.high) if rows else None


def _left(r: Bound) -> str:
    if r.high <= NOTHING:
        return "none"
    width = "" if r.high - r.low < 0.005 else f" ({_per_cent(r.low)} to {_per_cent(r.high)})"
    return f"{_per_cent(r.value)}{width}"


def _per_cent(x: float) -> str:
    """Whole per cent; what is left is never rounded to nothing, nor a little gone to all."""
    if 0 < x < 0.005:
        return "under 1 %"
    return "over 99 %" if 0.995 <= x < 1 - 1e-9 else f"{100 * x:.0f} %"
