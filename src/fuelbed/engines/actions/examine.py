"""The action table engine: dominance first, then paired bounds and a verdict on every action item."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.blocks import Answer, Ask, Block, Cell, Column, Sentence, Table
from fuelbed.core.case import Case
from fuelbed.core.engine_codes import ENGINE_CODES
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Facts, Margins, NotFound, RiskShares, Signatures, ThresholdMargins, Tipping, Verdict, Verdicts
from fuelbed.core.findings import Finding
from fuelbed.core.options import Options
from fuelbed.core.shown import count, counted, listed, named, per_cent
from fuelbed.engines.actions.ambiguity import ambiguity_cells, ambiguity_columns, told
from fuelbed.engines.actions.beyond import beyond, in_bits
from fuelbed.engines.actions.cheapest import cheapest
from fuelbed.engines.actions.flips import flips
from fuelbed.engines.actions.margins import margin_cells, margin_columns, room_cells, room_columns
from fuelbed.engines.actions.order import option_order
from fuelbed.engines.actions.portfolio import pairs, untouched
from fuelbed.engines.actions.propensities import propensities, propensity_cell, propensity_column
from fuelbed.engines.actions.scene import Scene, set_up
from fuelbed.engines.actions.verdicts import Evidence, Rule, judge
from fuelbed.engines.actions.verification import verification
from fuelbed.engines.actions.ways import cut_set_cells, cut_set_columns, way_cells, way_columns, ways
from fuelbed.engines.actions.whatif import whatif
from fuelbed.engines.actions.words import change as change_words
from fuelbed.engines.actions.words import fall
from fuelbed.numerics.attack.derived import classes, with_declared
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
_SAME = 2e-3  # of what is left: a difference that no cell shows
_HELPING = ("structural", "control", "mitigation", "trigger only")


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """One row per action item; deterministic for a seed."""
    tipping = facts.get(Tipping)
    margins = facts.get(Margins)
    signatures = facts.get(Signatures)
    room = facts.get(ThresholdMargins)
    model = compile_case(with_declared(case), tipping)
    if not case.actions:
        ask = NotFound("What does the team plan to do, and which factor does each item change?", "a verdict on every action item")
        return Answer("The case lists no action items.", (*_no_set(options), Ask(ask), whatif(model)))
    order = option_order(model)
    scene = set_up(case, options, order.order, tipping, margins, signatures, room)
    evidence = {
        n: Evidence(scene, a, reach(scene.model, a.does, n), not a.does or "" in order.order.better[n])
        for n, a in case.actions.items()
    }
    judged = {n: judge(e) for n, e in evidence.items()}
    blocks: list[Block] = [
        Sentence(order.sentence, tone="plain"),
        _table(scene, judged, evidence, facts.get(RiskShares)),
        *beyond(scene),
        _after_table(scene, evidence),
        *in_bits(scene),  # after a detail with a title: a page folds them together
        *_shared_note(scene),
        order.picture,
        *_left_alone(scene),
        pairs(scene),
        cheapest(scene),
        flips(scene),
        verification(scene, {n: r.verdict for n, (r, _) in judged.items()}),
        whatif(scene.model, scene.joint),
    ]
    verdicts = Verdicts(tuple(Verdict(n, r.verdict, why, _changes(scene, n)) for n, (r, why) in judged.items()))
    return Answer(_claim(scene, judged), tuple(blocks), tuple(_harms(scene, judged)), (verdicts,))


def _harms(scene: Scene, judged: dict[str, tuple[Rule, str]]) -> Iterator[Finding]:
    """One warning an item that makes it worse: the table ends with it, and a screen may not come so far."""
    code = ENGINE_CODES["FB208"]
    for name in _harmful(judged):
        why = judged[name][1]
        text = f"`{name}` makes it worse: it {why[0].lower()}{why[1:].rstrip('.')}."
        yield Finding("FB208", code.severity, text, code.cure, scene.case.actions[name].span)


def _harmful(judged: dict[str, tuple[Rule, str]]) -> list[str]:
    return [n for n, (rule, _) in judged.items() if rule.verdict == "harmful"]


def _left_alone(scene: Scene) -> list[Table]:
    """What no item touches, once it is said of some item what it changes: before that nothing is known of them."""
    said = any(c.verb != "observe" for a in scene.case.actions.values() for c in a.does)
    return [untouched(scene)] if said else []


def _no_set(options: Options) -> list[Sentence]:
    """What is missing for the set that somebody asked for."""
    if options.target is None:
        return []
    return [Sentence("No set of action items reaches the target: the case has no `actions`.", "bad")]


def _claim(scene: Scene, judged: dict[str, tuple[Rule, str]]) -> str:
    """One sentence: how the action items divide, and which helps most."""
    words: dict[str, int] = {}
    for rule, _ in judged.values():
        words[rule.verdict] = words.get(rule.verdict, 0) + 1
    whose = {"harmful": f" ({named(_harmful(judged))})"}
    parts = [f"{words[w]} {one if words[w] == 1 else many}{whose.get(w, '')}" for w, (one, many) in _SAID.items() if w in words]
    n = len(judged)
    text = f"Of {counted(n, 'action item')}, {listed(parts)}"
    helping = [n for n in scene.ranked if judged[n][0].verdict in _HELPING]
    if helping and scene.known:
        best = scene.results[helping[0]]
        use = scene.main if best[scene.main].ratio.value < 0.99 else min(scene.judged, key=lambda o: best[o].ratio.value)
        text += f"; `{helping[0]}` does most, with {scene.words(use)} down by {_fall_at(best[use].ratio)}"
    return text + "."


def _changes(scene: Scene, name: str) -> dict[str, Estimate]:
    """What the table says of an item, for whoever comes after."""
    if not scene.case.actions[name].does:
        return {}
    return {o: change(scene.results[name][o].ratio, scene.known) for o in scene.judged}


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


def _table(scene: Scene, judged: dict[str, tuple[Rule, str]], evidence: dict[str, Evidence], risk: RiskShares | None) -> Table:
    """The verdict on each action item, its paired changes, and why. One table: cells and columns keep one order."""
    chance = scene.standing or _differs(scene)
    alike = scene.with_loss and _like_hazard(scene)
    so = "" if scene.known else ", whatever the rates"  # nobody gave them, so a screenful tells the cut sets instead
    within = f"at least one within {scene.case.horizon_text}{so}"
    quantities = [
        ("hazard", Column("change", f"failures a year{so}", "estimate", brief=scene.known)),
        ("probability", Column("probability_change", within, "estimate", brief=chance and scene.known)),
        *([("loss", Column("loss_change", "expected loss", "estimate"))] if scene.with_loss and not alike else []),
    ]
    found, after = ways(scene), propensities(scene)
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
                *cut_set_cells(scene, name, evidence[name].reach),
                *cells,
                propensity_cell(scene, after, name),
                *margin_cells(scene, name, evidence[name].reach),
                *room_cells(scene, name),
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
            *cut_set_columns(scene),
            *(c for _, c in quantities),
            propensity_column(risk),
            *margin_columns(scene),
            *room_columns(scene),
            *ambiguity_columns(scene),
            *way_columns(found),
            Column("why", "why", brief=False),
        ),
        tuple(rows),
        note="Changes against doing nothing, with the same numbers on both sides (paired); never by subtracting two intervals. "
        f"The order is by {scene.words(scene.main)}."
        + " Propensity: the chance that the next trigger, whichever it is, becomes the failure with the item done."
        + (" The expected loss changes as failures a year do." if alike else "")
        + _unlisted(scene),
    )


def _like_hazard(scene: Scene) -> bool:
    """Whether the loss changes by the same share as failures a year, item by item: then one column says both."""

    def ends(n: str, o: str) -> list[float]:
        r = scene.results[n][o].ratio
        return [r.value, r.low, r.high]

    pairs = [(ends(n, "hazard"), ends(n, "loss")) for n in scene.moving]
    return bool(pairs) and all(abs(a - b) <= _SAME for x, y in pairs for a, b in zip(x, y, strict=True))


def _unlisted(scene: Scene) -> str:
    """What the numbers and the variants say of exploits that are in no list yet."""
    known = classes(scene.given)
    counted_in = [c for c in known if c in scene.given.exposure.unknown]
    left_out = [c for c in known if c not in scene.given.exposure.unknown]
    text = f" Exploits of {listed(counted_in)} in no list yet are counted, at the rate that the case gives." if counted_in else ""
    if counted_in and told(scene):
        text += " Bits of ambiguity are about the known ones."
    if left_out:
        text += f" How often one of {listed(left_out)} comes is not given: only the known ones are counted, and variants left tell the rest (§9)."
    return text


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
