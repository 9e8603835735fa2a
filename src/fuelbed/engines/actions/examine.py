"""The action table engine: dominance first, then paired bounds and a verdict on every action item."""

from __future__ import annotations

from fuelbed.core.blocks import Answer, Ask, Block, Cell, Column, Sentence, Table
from fuelbed.core.case import Case
from fuelbed.core.facts import Facts, Margins, NotFound, Signatures, Tipping, Verdict, Verdicts
from fuelbed.core.options import Options
from fuelbed.core.shown import count, counted, listed, per_cent
from fuelbed.engines.actions.ambiguity import ambiguity_cells, ambiguity_columns
from fuelbed.engines.actions.cheapest import cheapest
from fuelbed.engines.actions.flips import flips
from fuelbed.engines.actions.margins import margin_cells, margin_columns
from fuelbed.engines.actions.order import option_order
from fuelbed.engines.actions.portfolio import pairs, untouched
from fuelbed.engines.actions.scene import Scene, set_up
from fuelbed.engines.actions.verdicts import Evidence, Rule, judge
from fuelbed.engines.actions.verification import verification
from fuelbed.engines.actions.ways import way_cells, way_columns, ways
from fuelbed.engines.actions.whatif import whatif
from fuelbed.engines.actions.words import change as change_words
from fuelbed.engines.actions.words import fall
from fuelbed.numerics.process.bounds import Bound
from fuelbed.numerics.process.comparison import at_points
from fuelbed.numerics.process.compile import Compiled, compile_case
from fuelbed.numerics.process.interventions import changes_of, evaluate, middles
from fuelbed.numerics.process.reach import reach
from fuelbed.numerics.process.values import change, estimate

__all__ = ["examine"]

_SAID = {  # a verdict as a count reads: of one, of several
    "structural": ("is structural", "are structural"),
    "control": ("is a control", "are controls"),
    "mitigation": ("is a mitigation", "are mitigations"),
    "trigger only": ("touches only triggers", "touch only triggers"),
    "sight only": ("only adds sight", "only add sight"),
    "no effect": ("has no effect", "have no effect"),
    "undecided": ("is undecided", "are undecided"),
    "harmful": ("is harmful", "are harmful"),
    "not modelled": ("is not modelled", "are not modelled"),
}
_HELPING = ("structural", "control", "mitigation", "trigger only")


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """One row per action item; deterministic for a seed."""
    tipping = t if isinstance(t := facts[Tipping], Tipping) else None
    margins = m if isinstance(m := facts[Margins], Margins) else None
    signatures = s if isinstance(s := facts[Signatures], Signatures) else None
    if not case.actions:
        ask = NotFound("What does the team plan to do, and which factor does each item change?", "a verdict on every action item")
        return Answer("The case lists no action items.", (Ask(ask), whatif(compile_case(case, tipping))))
    order = option_order(compile_case(case, tipping))
    scene = set_up(case, options, order.order, tipping, margins, signatures)
    evidence = {
        n: Evidence(scene, a, reach(scene.model, a.does, n), not a.does or "" in order.order.better[n])
        for n, a in case.actions.items()
    }
    judged = {n: judge(e) for n, e in evidence.items()}
    blocks: list[Block] = [
        Sentence(order.sentence, tone="plain"),
        _table(scene, judged, evidence),
        _after_table(scene, evidence),
        *_shared_note(scene),
        order.picture,
        untouched(scene),
        pairs(scene),
        cheapest(scene),
        flips(scene),
        verification(scene, {n: r.verdict for n, (r, _) in judged.items()}),
        whatif(scene.model, scene.joint),
    ]
    verdicts = Verdicts(tuple(Verdict(n, r.verdict, why) for n, (r, why) in judged.items()))
    return Answer(_claim(scene, judged), tuple(blocks), (), (verdicts,))


def _claim(scene: Scene, judged: dict[str, tuple[Rule, str]]) -> str:
    """One sentence: how the action items divide, and which helps most."""
    words: dict[str, int] = {}
    for rule, _ in judged.values():
        words[rule.verdict] = words.get(rule.verdict, 0) + 1
    parts = [f"{words[w]} {one if words[w] == 1 else many}" for w, (one, many) in _SAID.items() if w in words]
    n = len(judged)
    text = f"Of {counted(n, 'action item')}, {listed(parts)}"
    helping = [n for n in scene.ranked if judged[n][0].verdict in _HELPING]
    if helping and scene.known:
        best = scene.results[helping[0]]
        use = scene.main if best[scene.main].ratio.value < 0.99 else min(scene.judged, key=lambda o: best[o].ratio.value)
        text += f"; `{helping[0]}` does most, with {scene.words(use)} down by {_fall_at(best[use].ratio)}"
    return text + "."


def _fall_at(r: Bound) -> str:
    """`75 % (50 % to 99.97 %)`."""
    middle, span = per_cent(1 - r.value), fall(r)
    return span if span == f"{middle} %" else f"{middle} % ({span})"


def _differs(scene: Scene) -> bool:
    """Whether the horizon probability says something that failures a year do not: it moves where they stay, stays where they move,
    or goes the other way."""

    def way(output: str, n: str) -> int:
        r = scene.results[n][output].ratio
        return 0 if r.low >= 0.99 and r.high <= 1.01 else -1 if r.value < 1 else 1

    return any(way("hazard", n) != way("probability", n) for n in scene.moving if "probability" in scene.judged)


def _table(scene: Scene, judged: dict[str, tuple[Rule, str]], evidence: dict[str, Evidence]) -> Table:
    """The verdict on each action item, its paired changes, and why."""
    chance = scene.standing or _differs(scene)
    quantities = [
        ("hazard", Column("change", "failures a year", "estimate")),
        ("probability", Column("probability_change", f"at least one within {scene.case.horizon_text}", "estimate", brief=chance)),
        *([("loss", Column("loss_change", "expected loss", "estimate"))] if scene.with_loss else []),
    ]
    found = ways(scene)
    rows = []
    for name in scene.ranked:
        rule, why = judged[name]
        r = scene.results[name]
        moves = bool(scene.case.actions[name].does)
        cells = [Cell(estimate=change(r[o].ratio, scene.known)) if moves else Cell("not said") for o, _ in quantities]
        head = [Cell(name), Cell(scene.case.actions[name].what), Cell(rule.verdict, tone=rule.tone)]
        rows.append(
            (
                *head,
                *cells,
                *margin_cells(scene, name, evidence[name].reach),
                *ambiguity_cells(scene, name),
                *way_cells(found, scene, name),
                Cell(why),
            )
        )
    return Table(
        "actions",
        "What each action item changes",
        (
            Column("action", "action", "code"),
            Column("what", "what", brief=False),
            Column("verdict", "verdict", "verdict"),
            *(c for _, c in quantities),
            *margin_columns(scene),
            *ambiguity_columns(scene),
            *way_columns(found),
            Column("why", "why", brief=False),
        ),
        tuple(rows),
        note="Changes against doing nothing, with the same numbers on both sides (paired); never by subtracting two intervals. "
        f"The order is by {scene.words(scene.main)}."
        + (" Numbers count the listed triggers; variants count exploits in no list yet too (§9)." if found else ""),
    )


def _after_table(scene: Scene, evidence: dict[str, Evidence]) -> Table:
    """What is left after each action item, and how many cut sets it breaks or makes rarer."""
    unit = f"{scene.case.loss_unit} a year"
    rows = []
    for name in scene.ranked:
        r, e = scene.results[name], evidence[name].reach
        cells = [
            Cell(name),
            Cell(estimate=estimate(r["hazard"].after, "rate", "a year", scene.known)),
            Cell(estimate=estimate(r["probability"].after, "probability", "", scene.known)),
        ]
        if scene.with_loss:
            cells.append(Cell(estimate=estimate(r["loss"].after, "loss", unit, scene.known)))
        rows.append((*cells, *(Cell(f"{count(n)} of {count(e.cut_sets)}") for n in (e.breaks, e.rarer))))
    loss_column = [Column("loss", "expected loss", "estimate")] if scene.with_loss else []
    return Table(
        "after",
        "What is left after each action item",
        (
            Column("action", "action", "code"),
            Column("hazard", "failures a year", "estimate"),
            Column("probability", f"at least one within {scene.case.horizon_text}", "estimate"),
            *loss_column,
            Column("breaks", "cut sets broken"),
            Column("guards", "cut sets surely made rarer"),
        ),
        tuple(rows),
        detail=True,
    )


def _reads(model: Compiled, control: str) -> bool:
    """Whether the failure or an outcome depends on an added control."""
    s = model.structure
    read = s.bdd.support(*(s.lines[n] for n in (model.case.failure, *(o.name for o in model.case.outcomes))))
    return s.index.get(("control", control)) in read


def _shared_note(scene: Scene) -> list[Block]:
    """Added controls without `shares`: assumed independent, and what is left of that at beta 0.1."""
    model, out = scene.model, list[Block]()
    for name, a in scene.case.actions.items():
        for c in a.does:
            if c.verb == "add" and not c.shares and c.target in model.partner_groups and _reads(model, c.target):
                rows = [changes_of(model, a), {**changes_of(model, a), f"{c.target}.beta": 0.1}]
                before, *after = evaluate(model, middles(model), [{}, *rows], ("hazard",))["hazard"][:, 0].tolist()
                alone, shared = (change_words(at_points(x, before).ratio.value - 1) for x in after)
                same = alone == shared
                out.append(
                    Sentence(
                        f"`{c.target}` of `{name}` is assumed independent of the other controls. If it shared a tenth of its "
                        "failures with them (beta 0.1), failures a year would "
                        + (f"change as much: {alone}." if same else f"change by {shared} instead of {alone}."),
                        tone="muted",
                        detail=True,
                    )
                )
    return out
