"""What the engine points at: FB201 to FB204 and FB206."""

from __future__ import annotations

from fuelbed.core.errors import BudgetError
from fuelbed.core.expressions import Fails, Ref, Tips, walk
from fuelbed.core.findings import Finding, Severity
from fuelbed.engines.structure.cutsets import CutSets, count, plural
from fuelbed.engines.structure.excluded import contradiction
from fuelbed.numerics.process.compile import Compiled
from fuelbed.numerics.process.incident import Incident
from fuelbed.numerics.process.transient import PATHS, transient

__all__ = ["findings"]


def findings(model: Compiled, incident: Incident, cuts: CutSets) -> list[Finding]:
    """All findings of the structure engine, in the order of their codes."""
    out = []
    if model.impossible and cuts.total:
        out.append(contradiction(model.case, model.structure))
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
    return [*out, *_without_part(model), *_layers(model, cuts), *_long(model)]


def _without_part(model: Compiled) -> list[Finding]:
    """Factors that nothing reads. What shapes a human trigger, arms a control or shares a common cause has its part there."""
    case = model.case
    read = {e.name for line in model.structure.case.lines.values() for e in walk(line.expr) if isinstance(e, Ref | Fails | Tips)}
    read |= {n for f in case.factors.values() for n in (*f.shaped_by, f.needs)} | {n for g in case.common_causes for n in g.of}
    used = {n for _, n in model.structure.events}
    return [
        Finding(
            "FB203",
            Severity.NOTE,
            f"`{name}` is in no line that leads to the failure.",
            "Use it in a line of `structure`, or take it out.",
            f.span,
        )
        for name, f in case.factors.items()
        if name not in read and name not in used
    ]


def _layers(model: Compiled, cuts: CutSets) -> list[Finding]:
    """A cut set that crosses several layers is no one layer's fault."""
    if not cuts.crossing:
        return []
    layer = {n: f.layer for n, f in model.case.factors.items() if f.layer}
    widest = max(({layer[n] for _, n in c if n in layer} for c in cuts.listed), key=len)
    such = f" ({', '.join(sorted(widest))})" if len(widest) > 1 else ""
    text = f"{count(cuts.crossing)} of {plural(cuts.total)} cross{'es' if cuts.crossing == 1 else ''} layers{such}"
    return [
        Finding(
            "FB204",
            Severity.NOTE,
            f"{text}: no single layer explains the failure.",
            "Look for the action that closes a condition in each of them.",
        )
    ]


def _long(model: Compiled) -> list[Finding]:
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
