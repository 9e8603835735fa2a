"""The action table engine: dominance first, then paired bounds and a verdict on every action item."""

from __future__ import annotations

import numpy as np

from fuelbed.core.blocks import Answer, Ask, Block, Cell, Column, Sentence, Table
from fuelbed.core.case import Case
from fuelbed.core.facts import Facts, NotFound, Verdict, Verdicts
from fuelbed.core.options import Options
from fuelbed.engines.actions import portfolio
from fuelbed.engines.actions.order import option_order
from fuelbed.engines.actions.verdicts import Evidence, Rule, judge
from fuelbed.engines.actions.whatif import whatif
from fuelbed.numerics.process.bounds import Comparison, bounds
from fuelbed.numerics.process.compile import Compiled, compile_case
from fuelbed.numerics.process.dominance import reach
from fuelbed.numerics.process.interventions import changes_of
from fuelbed.numerics.process.values import change, estimate, has_unknown_rates

__all__ = ["examine"]

_OUTPUTS = ("hazard", "probability", "loss")


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """One row per action item; deterministic for a seed."""
    model = compile_case(case)
    if not case.actions:
        ask = NotFound("What does the team plan to do, and which factor does each item change?", "a verdict on every action item")
        return Answer("The case lists no action items.", (Ask(ask), whatif(model)))
    rng = np.random.default_rng(options.seed)
    known = not has_unknown_rates(model)
    names = list(case.actions)
    rows = bounds(model, [changes_of(model, a) for a in case.actions.values()], _OUTPUTS, rng)
    results = dict(zip(names, rows, strict=True))
    cuts = model.structure.cut_sets(model.structure.lines[case.failure], 2000)
    judged: dict[str, tuple[Rule, str]] = {}
    evidence: dict[str, Evidence] = {}
    for name, action in case.actions.items():
        e = Evidence(case, action, results[name], reach(model, action.does, cuts), len(cuts), frozenset())
        evidence[name] = e
        judged[name] = judge(e)
    order = option_order(model)
    ranked = portfolio.rank(model, results)
    blocks: list[Block] = [
        Sentence(order.sentence, tone="plain"),
        _table(model, results, judged, ranked, known),
        _after_table(model, results, evidence, ranked, known),
        *_shared_note(model, rng),
        order.picture,
        portfolio.untouched(model, cuts),
        portfolio.pairs(model, names),
        portfolio.cheapest(model, names, options),
        portfolio.flips(model, names, rng),
        portfolio.verification(model, names),
        whatif(model),
    ]
    verdicts = Verdicts(tuple(Verdict(n, r.verdict, why) for n, (r, why) in judged.items()))
    return Answer(_claim(judged, results, model, known), tuple(blocks), (), (verdicts,))


def _claim(judged: dict[str, tuple[Rule, str]], results: dict[str, dict[str, Comparison]], model: Compiled, known: bool) -> str:
    """One sentence: how the action items divide, and which helps most."""
    words: dict[str, list[str]] = {}
    for name, (rule, _) in judged.items():
        words.setdefault(rule.verdict, []).append(name)
    order = [
        "structural",
        "control",
        "mitigation",
        "trigger only",
        "sight only",
        "no effect",
        "undecided",
        "harmful",
        "not modelled",
    ]
    parts = [f"{len(words[w])} {w}" for w in order if w in words]
    n = len(judged)
    text = f"Of {n} action item{'s' if n != 1 else ''}, {', '.join(parts)}"
    helping = [n for n in judged if judged[n][0].verdict in ("structural", "control", "mitigation", "trigger only")]
    if helping and known:
        use = portfolio.main_output(model)
        best = min(helping, key=lambda n: results[n][use].ratio.value)
        r = results[best][use].ratio
        what = "the expected loss" if use == "loss" else "failures a year"
        low, high = 100 * (1 - r.high), 100 * (1 - r.low)
        width = "" if high - low < 0.5 else f" ({max(low, 0):.0f} % to {high:.0f} %)"
        text += f"; `{best}` does most, with {what} down by {100 * (1 - r.value):.0f} %{width}"
    return text + "."


def _with_loss(model: Compiled) -> bool:
    return len(model.case.outcomes) > 1 or model.case.loss_unit != "failures"


def _table(
    model: Compiled,
    results: dict[str, dict[str, Comparison]],
    judged: dict[str, tuple[Rule, str]],
    ranked: list[str],
    known: bool,
) -> Table:
    """The verdict on each action item, its paired change, and why."""
    rows = []
    for name in ranked:
        rule, why = judged[name]
        r = results[name]
        moves = bool(model.case.actions[name].does)
        hazard = Cell(estimate=change(r["hazard"].ratio, known)) if moves else Cell("not said")
        loss = [Cell(estimate=change(r["loss"].ratio, known)) if moves else Cell("not said")] if _with_loss(model) else []
        cells = [Cell(name), Cell(model.case.actions[name].what), Cell(rule.verdict, tone=rule.tone)]
        rows.append((*cells, hazard, *loss, Cell(why)))
    loss_column = [Column("loss_change", "expected loss", "estimate")] if _with_loss(model) else []
    return Table(
        "actions",
        "What each action item changes",
        (
            Column("action", "action", "code"),
            Column("what", "what", brief=False),
            Column("verdict", "verdict", "verdict"),
            Column("change", "failures a year", "estimate"),
            *loss_column,
            Column("why", "why", brief=False),
        ),
        tuple(rows),
        note="Changes against doing nothing, with the same numbers on both sides (paired); never by subtracting two intervals.",
    )


def _after_table(
    model: Compiled, results: dict[str, dict[str, Comparison]], evidence: dict[str, Evidence], ranked: list[str], known: bool
) -> Table:
    """What is left after each action item, and which ways to the failure it breaks or makes rarer."""
    unit = f"{model.case.loss_unit} a year"
    rows = []
    for name in ranked:
        r, e = results[name], evidence[name]
        cells = [
            Cell(name),
            Cell(estimate=estimate(r["hazard"].after, "rate", "a year", known)),
            Cell(estimate=estimate(r["probability"].after, "probability", "", known)),
        ]
        if _with_loss(model):
            cells.append(Cell(estimate=estimate(r["loss"].after, "loss", unit, known)))
        rows.append((*cells, Cell(f"{len(e.reach.breaks)} of {e.cut_sets}"), Cell(f"{len(e.reach.guards)} of {e.cut_sets}")))
    loss_column = [Column("loss", "expected loss", "estimate")] if _with_loss(model) else []
    return Table(
        "after",
        "What is left after each action item",
        (
            Column("action", "action", "code"),
            Column("hazard", "failures a year", "estimate"),
            Column("probability", f"at least one within {model.case.horizon_text}", "estimate"),
            *loss_column,
            Column("breaks", "ways broken"),
            Column("guards", "ways made rarer"),
        ),
        tuple(rows),
        detail=True,
    )


def _shared_note(model: Compiled, rng: np.random.Generator) -> list[Block]:
    """Added controls without `shares`: assumed independent, and what is left of that at beta 0.1."""
    out: list[Block] = []
    for name, a in model.case.actions.items():
        for c in a.does:
            if c.verb == "add" and not c.shares and c.target in model.partner_groups:
                rows = [changes_of(model, a), {**changes_of(model, a), f"{c.target}.beta": 0.1}]
                alone, shared = (r["hazard"].ratio for r in bounds(model, rows, ("hazard",), rng))
                out.append(
                    Sentence(
                        f"`{c.target}` of `{name}` is assumed independent of the other controls. If it shared a tenth of its "
                        f"failures with them (beta 0.1), failures a year would change by {100 * (shared.value - 1):+.0f} % "
                        f"instead of {100 * (alone.value - 1):+.0f} %.",
                        tone="muted",
                        detail=True,
                    )
                )
    return out
