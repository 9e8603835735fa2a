"""One case before and after some of its action items: the same numbers on both sides, the incident's evidence unchanged by what is done now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from fuelbed.analysis import facts_for
from fuelbed.comparing.compare import EFFECTS, ActionChange, Compared, Effect, Explained, Moved, direction, judge
from fuelbed.comparing.told import ActionRow
from fuelbed.core.blocks import Answer, Table
from fuelbed.core.case import Case
from fuelbed.core.edits import Edit
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Tipping
from fuelbed.core.options import Options
from fuelbed.core.shown import listed
from fuelbed.engines.actions import examine
from fuelbed.engines.actions.scene import Scene, set_up
from fuelbed.engines.structure.cutsets import cut_sets
from fuelbed.engines.structure.tables import headline
from fuelbed.numerics.process.bounds import Comparison, bounds
from fuelbed.numerics.process.interventions import Overrides
from fuelbed.numerics.process.joint import clashes
from fuelbed.numerics.process.propensity import propensity
from fuelbed.numerics.process.values import change

__all__ = ["compare_done"]

_OUTPUTS = ("hazard", "probability", "loss", "propensity", "standing")
_NOTHING = 0.01  # of what is left: less is no effect, as in the action table


def compare_done(case: Case, ids: Sequence[str], options: Options, progress: Callable[[str], None] | None = None) -> Compared:
    """`ids` are items with interventions; deterministic for a seed."""
    if progress is not None:
        progress("what the action items change")
    facts = facts_for(case, "actions", options)
    answer = examine(case, facts, options)
    scene = set_up(case, options, tipping=facts.get(Tipping))
    done = scene.joint.of(ids)
    rng = np.random.default_rng(options.seed)
    after = bounds(scene.model, [{}, done], _OUTPUTS, rng, chance=True)
    moved = _moved(scene, after, done)
    ways = _ways(scene, ids)
    return Compared(
        title=case.title,
        sides=("as it is", f"with {listed(ids)}"),
        verdict=judge(moved),
        moved=moved,
        sentences=((), ()),
        main=scene.main,
        explained=tuple(_explained(scene, ids, n) for n in ids),
        other=(),
        ways=((), ways[0]),
        ways_in_all=ways[1],
        ways_known=True,
        actions=tuple(_others(scene, ids, done, answer)),
        answers=(),
        unchanged_answers=0,
        findings_new=(),
        findings_gone=(),
        same_failure=True,
        origin="actions",
        provenance={f"sha256 {name}": digest for name, digest in case.inputs.items()},
        notes=tuple(_notes(scene, ids)),
        tables=tuple(_of_items(answer, ids)),
    )


def _moved(scene: Scene, found: Sequence[Mapping[str, Comparison]], done: Overrides) -> tuple[Moved, ...]:
    """The headline of the report for both sides, and the paired ratios."""
    sides = []
    for row, changes in zip(found, ({}, done), strict=True):
        chance = propensity(scene.model, row["propensity"].after, np.random.default_rng(scene.options.seed), changes)
        sides.append({i.id: i for i in headline(scene.model, row, chance, scene.known).items})
    out = []
    for i in dict.fromkeys((*sides[0], *sides[1])):
        before, after = (s[i].estimate if i in s else None for s in sides)
        ratio = change(found[1][i].ratio, scene.known) if i in found[1] and (i != "propensity" or scene.known) else None
        label = (sides[0].get(i) or sides[1][i]).label
        out.append(Moved(i, label, before, after, ratio, direction(before, after, ratio)))
    return tuple(out)


def _one(scene: Scene, row: Overrides, before: Overrides | None) -> dict[str, Estimate]:
    rng = np.random.default_rng(scene.options.seed)
    found = bounds(scene.model, [row], tuple(EFFECTS), rng, before=before, chance=True, wanted=("after", "ratio"))[0]
    return {o: change(c.ratio, scene.known) for o, c in found.items()}


def _explained(scene: Scene, ids: Sequence[str], name: str) -> Explained:
    a = scene.case.actions[name]
    rest = [n for n in ids if n != name]
    alone = _one(scene, scene.joint.of([name]), None)
    last = _one(scene, scene.joint.of(ids), scene.joint.of(rest)) if rest else alone
    edit = Edit(("actions", name), "changed", "", "; ".join(c.text for c in a.does), None, a.span)
    return Explained(name, (edit,), {o: Effect(alone.get(o), last.get(o)) for o in alone})


def _others(scene: Scene, ids: Sequence[str], done: Overrides, answer: Answer) -> list[ActionChange]:
    """What every other item does today, and what it would still add."""
    table = next((b for b in answer.blocks if isinstance(b, Table) and b.id == "actions"), None)
    verdicts = {r[0].text: (r[2].text, r[2].tone) for r in table.rows} if table is not None else {}
    out = []
    for n in scene.moving:
        if n in ids:
            continue
        alone, now = _one(scene, scene.joint.of([n]), None), _one(scene, scene.joint.of([*ids, n]), done)
        what = scene.case.actions[n].what
        word, tone = verdicts.get(n, ("", "plain"))
        before = ActionRow(n, what, word, tone, _named(alone), {})
        out.append(ActionChange(n, what, before, ActionRow(n, what, _still(now), "plain", _named(now), {})))
    return out


def _named(found: Mapping[str, Estimate]) -> dict[str, Estimate]:
    return {EFFECTS[o]: e for o, e in found.items()}


def _still(found: Mapping[str, Estimate]) -> str:
    if all(abs(e.low) <= _NOTHING and abs(e.high) <= _NOTHING for e in found.values()):
        return "adds nothing"
    if any(e.low > 0 for e in found.values()):
        return "harmful"
    if all(e.high <= _NOTHING for e in found.values()):
        return "still helps"
    return "undecided"


def _ways(scene: Scene, ids: Sequence[str]) -> tuple[tuple[tuple[str, ...], ...], tuple[int, int]]:
    """The listed cut sets that can no longer be completed, and how many there are before and after."""
    cuts = cut_sets(scene.model)
    closed = {c.target for n in ids for c in scene.case.actions[n].does if c.verb in ("remove", "prevent", "perfect")}
    gone = tuple(tuple(sorted({x for _, x in c})) for c in cuts.listed if any(x in closed for _, x in c))
    whole = len(cuts.listed) == cuts.total
    return gone, (cuts.total, cuts.total - len(gone) if whole else cuts.total)


def _notes(scene: Scene, ids: Sequence[str]) -> list[str]:
    actions = [scene.case.actions[n] for n in ids]
    out = [f"`{a}` disables `{k}`, which `{b}` mends: both cannot be done." for a, b, k in clashes(actions)]
    shift = [n for n in ids if all(scene.case.is_apart(c.target) for c in scene.case.actions[n].does)]
    if shift:
        out.append(
            f"{listed(f'`{n}`' for n in shift)} move only a model of their own: what that does to its margin stands in the table of items."
        )
    return out


def _of_items(answer: Answer, ids: Sequence[str]) -> list[Table]:
    """The rows of the action table: what every question says of each item."""
    from dataclasses import replace

    found = [b for b in answer.blocks if isinstance(b, Table) and b.id in ("actions", "verification")]
    return [replace(b, rows=tuple(r for r in b.rows if r[0].text in ids), detail=True) for b in found]
