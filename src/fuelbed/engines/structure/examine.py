"""The structure engine: removal test, cut sets, importance, this incident; the order of its blocks is the order of the argument."""

from __future__ import annotations

import numpy as np

from fuelbed.core.blocks import Answer, Ask, Block, Sentence
from fuelbed.core.case import Case
from fuelbed.core.errors import BudgetError
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Facts, NotFound, RiskShares
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.options import Options
from fuelbed.engines.structure import importance, tables
from fuelbed.engines.structure.picture import graph, removal_picture
from fuelbed.numerics.process.bounds import Bound, Comparison, bounds
from fuelbed.numerics.process.compile import Compiled, compile_case
from fuelbed.numerics.process.incident import Incident, examine_incident
from fuelbed.numerics.process.interventions import removal
from fuelbed.numerics.process.structure import Event
from fuelbed.numerics.process.transient import PATHS, transient

__all__ = ["examine"]

_OUTPUTS = ("hazard", "probability", "loss", "propensity", "standing")
_LISTED = 200


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """Answer §1 for `case`; deterministic for a seed."""
    model = compile_case(case)
    rng = np.random.default_rng(options.seed)
    factors = [f for f in case.factors.values() if _used(model, f.name)]
    today = bounds(model, [{}], _OUTPUTS, rng)[0]
    rows = bounds(model, [removal(model, f) for f in factors], ("hazard", "probability", "loss"), rng)
    removed = {f.name: row for f, row in zip(factors, rows, strict=True)}
    cuts = model.structure.cut_sets(model.structure.lines[case.failure], _LISTED)
    incident = examine_incident(model, rng)
    known = not tables.numbers_missing(model)
    blocks: list[Block] = [
        tables.headline(model, today, known),
        removal_picture(model, today, removed, cuts, known),
        *([Sentence(_standing(today), tone="bad")] if today["standing"].after.high > 1e-12 else []),
        tables.cut_set_table(model, cuts),
        graph(model, cuts),
        tables.incident_table(model, incident),
        Sentence(tables.incident_sentence(incident), detail=True),
        importance.belief_table(model, rng),
        tables.removal_table(model, removed, known),
        importance.importance_table(model, factors, removed, known, rng),
        importance.line_table(model, known, rng),
        tables.numbers_table(model, importance.elasticities(model)),
        *([Ask(_ask_numbers(model))] if not known else []),
    ]
    findings = _findings(model, incident, cuts)
    return Answer(_claim(model, today, removed, cuts, known), tuple(blocks), tuple(findings), (_shares(removed),))


def _used(model: Compiled, name: str) -> bool:
    return any(n == name for _, n in model.structure.events)


def _shares(removed: dict[str, dict[str, Comparison]]) -> RiskShares:
    share = {}
    for name, row in removed.items():
        r = row["hazard"].ratio
        share[name] = Estimate(1 - r.value, 1 - r.high, 1 - r.low, "share", method=r.method)
    return RiskShares(share)


def _standing(today: dict[str, Comparison]) -> str:
    q = today["standing"].after
    if q.low >= 1 - 1e-12:
        return "Failed already: a cut set without any trigger is complete, so no push is needed."
    return (
        f"A cut set without any trigger may be complete already (probability {q.low:.2g}..{q.high:.2g}): no push is needed then."
    )


def _claim(
    model: Compiled, today: dict[str, Comparison], removed: dict[str, dict[str, Comparison]], cuts: list[tuple[Event, ...]],
    known: bool,
) -> str:  # fmt: skip  # the signature reads better on two lines
    """Two sentences: what made it catastrophic, and how near the system still is."""
    triggers = [f.name for f in model.case.of_kind("trigger") if _used(model, f.name)]
    single = tables.in_every(cuts, ("condition", "control"))
    shared_trigger = tables.in_every(cuts, ("trigger",))
    if not cuts:
        return "No combination of the listed factors reaches the failure: the structure says that it cannot happen."
    if single and not shared_trigger and len(triggers) > 1:
        what = tables.spoken([model.structure.events[model.structure.index[e]] for e in single], model)
        first = f"{len(triggers)} different triggers reach the failure, and every way there goes through {what}."
    elif single and shared_trigger:
        what = tables.spoken(single, model)
        push = tables.spoken(shared_trigger, model)
        first = f"Every way to the failure needs the trigger {push} and, standing there, {what}: here the trigger mattered too."
    elif shared_trigger:
        first = f"Every way to the failure starts with {tables.spoken(shared_trigger, model)}: here the trigger mattered."
    else:
        first = f"No single factor stands in every way to the failure; there are {len(cuts)} minimal ways."
    second = _second(removed, model, known)
    return f"{first}\n{second}" if second else first


def _second(removed: dict[str, dict[str, Comparison]], model: Compiled, known: bool) -> str:
    """The removal test in one sentence: the trigger that matters most beside the condition that does."""

    def best(kind: str) -> tuple[str, Bound] | None:
        rows = [(n, r["hazard"].ratio) for n, r in removed.items() if model.case.factors[n].kind == kind]
        return min(rows, key=lambda x: x[1].value) if rows else None

    t, c = best("trigger"), best("condition")
    if not known:
        return "The case gives too few numbers for a rate of failure, so what follows holds whatever the numbers are."
    if t is None or c is None:
        return ""
    return (
        f"Without `{t[0]}`, the trigger that matters most, {_left(t[1])} of the failures a year would remain; "
        f"without the standing condition `{c[0]}`, {_left(c[1])}."
    )


def _left(r: Bound) -> str:
    if r.high < 0.005:
        return "none"
    width = "" if r.high - r.low < 0.005 else f" ({100 * r.low:.0f} % to {100 * r.high:.0f} %)"
    return f"{100 * r.value:.0f} %{width}"


def _ask_numbers(model: Compiled) -> NotFound:
    missing = [k.label for k in model.knobs.values() if not k.quantity.given]
    rates = [m for m in missing if m.endswith(".rate")]
    first = rates[0] if rates else missing[0]
    owner, _, parameter = first.rpartition(".")
    ask = f"How often does `{owner}` happen (a word such as `monthly` is enough)?" if parameter == "rate" else (
        f"What is `{parameter}` of `{owner}` (an interval such as 0.05..0.4 is enough)?"
    )  # fmt: skip  # one expression
    return NotFound(ask, f"failures a year and the size of every effect ({len(missing)} numbers are not given)")


def _findings(model: Compiled, incident: Incident, cuts: list[tuple[Event, ...]]) -> list[Finding]:
    out = []
    case = model.case
    if model.impossible and cuts:
        out.append(
            Finding(
                "FB201",
                Severity.WARNING,
                "By its structure and the `in_incident` facts, this incident could not have happened.",
                "Check which trigger was on and which controls did not hold; until then the belief before the incident is used.",
            )
        )
    if incident.flips:
        names = ", ".join(f"`{n}`" for n in incident.flips)
        out.append(
            Finding(
                "FB202",
                Severity.NOTE,
                f"Whether {names} caused this incident depends on how the structure is cut into lines.",
                "Name as lines only what really happened one after the other.",
            )
        )
    for name, f in case.factors.items():
        if not _used(model, name):
            out.append(
                Finding(
                    "FB203",
                    Severity.NOTE,
                    f"`{name}` is in no line that leads to the failure.",
                    "Use it in a line of `structure`, or take it out.",
                    f.span,
                )
            )
    out += _long_findings(model)
    out += _layer_findings(model, cuts)
    return out


def _long_findings(model: Compiled) -> list[Finding]:
    """Where a trigger stays on for long, failures come in clusters and the horizon probability is not that of a Poisson process."""
    try:
        paths = transient(model)
    except BudgetError as e:
        why, names, cure = f"only bounded ({e})", [], "Give fewer triggers a long `lasts`, or read failures a year instead."
    else:
        if paths is None:
            return []
        names = [f"`{n}`" for n in paths.long]
        why, cure = (
            f"simulated ({PATHS} paths), with its sampling error in the interval",
            "Nothing to do; failures a year and loss stay exact.",
        )
    who = f"{' and '.join(names)} stay{'s' if len(names) == 1 else ''}" if names else "Some triggers stay"
    text = f"{who} on long enough for failures to come in clusters, so the probability within {model.case.horizon_text} is {why}."
    return [Finding("FB206", Severity.NOTE, text, cure)]


def _layer_findings(model: Compiled, cuts: list[tuple[Event, ...]]) -> list[Finding]:
    """A way to the failure that crosses several layers is no one layer's fault."""
    crossing = []
    for cut in cuts:
        layers = {model.case.factors[n].layer for _, n in cut if n in model.case.factors and model.case.factors[n].layer}
        if len(layers) > 1:
            crossing.append(sorted(layers))
    if not crossing:
        return []
    widest = max(crossing, key=len)
    return [
        Finding(
            "FB204",
            Severity.NOTE,
            f"{len(crossing)} of {len(cuts)} ways to the failure cross layers ({', '.join(widest)}): no single layer explains it.",
            "Look for the action that closes a condition in each of them.",
        )
    ]
