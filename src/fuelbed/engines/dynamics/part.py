"""One model examined: its variants asked about every trigger, its landscape, and the blocks and the claim that say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from fuelbed.core.blocks import Block, Estimates, Named, Picture, Sentence
from fuelbed.core.case import Case
from fuelbed.core.dynamics import Model
from fuelbed.core.estimates import Estimate
from fuelbed.core.findings import Finding
from fuelbed.core.options import Options
from fuelbed.engines.dynamics import tables
from fuelbed.engines.dynamics.asking import Asked, critical, has_kernel
from fuelbed.engines.dynamics.draws import ROWS, Draws, Variant, draw, touched, varied
from fuelbed.engines.dynamics.findings import findings
from fuelbed.engines.dynamics.landscape import Landscape, landscape
from fuelbed.engines.dynamics.levels import Cell, Waits, checked, waits
from fuelbed.engines.dynamics.picture import boundary_picture
from fuelbed.engines.dynamics.sentences import back_sentence, claim, levels_sentence, loop_sentence, waits_sentence
from fuelbed.engines.dynamics.stability import Stability, stability
from fuelbed.engines.dynamics.tipping import Tipped, margin_estimate, tipped, tips_estimate

__all__ = ["Part", "blocks_of", "claim_of", "examined"]

_PAIRS = 4


@dataclass(frozen=True, eq=False)
class Part:
    """One model with everything asked of it. main: the trigger that the incident's story is about."""

    case: Case
    model: Model
    main: str
    base: Variant
    variants: tuple[Variant, ...]
    today: Mapping[str, Tipped]
    after: Mapping[str, Mapping[str, Tipped]]
    together: Mapping[frozenset[str], Mapping[str, Tipped]]
    states: Mapping[str, Stability]
    land: Landscape
    cells: tuple[Cell, ...]
    waits: Waits
    moves: dict[str, float]
    picture: Picture | None
    findings: tuple[Finding, ...]

    @property
    def source(self) -> str:
        level = "fluid with delay" if has_kernel(self.base, self.main) else "its map"
        return f"From `{self.model.name}`, by {level}, at the middle and {ROWS - 1} draws of what is not known."


def examined(case: Case, m: Model, options: Options) -> Part:
    rng = np.random.default_rng(options.seed)
    draws = Draws(rng)
    base = draw(m, draws)
    mine = {n: c for n, a in case.actions.items() if (c := touched(m, a.does))}
    variants = tuple(varied(base, n, c, draws) for n, c in mine.items())
    main = _main(case, m)
    today = {t: tipped(base, t) for t in m.pushes}
    after = {v.action: {t: tipped(v, t) for t in m.pushes} for v in variants}
    together = {}
    if len(mine) <= _PAIRS:
        for a, b in combinations(mine, 2):
            v = varied(base, f"{a}+{b}", mine[a] + mine[b], draws)
            together[frozenset((a, b))] = {t: tipped(v, t) for t in m.pushes}
    states = {"": stability(today[main]), **{v.action: stability(after[v.action][main]) for v in variants}}
    land = landscape(base, rng)
    moves = _moves(base, main)
    labels = {"": "today", **{n: f"after `{n}`" for n in mine}}
    picture = boundary_picture(base, main, variants, labels, _moving(m, moves))
    normal, failed = (q.x if q else None for q in (land.normal, land.failed))
    cells = checked(today[main].asked, float(today[main].size[0]))
    waited = waits(land.system, land.p, normal, failed)
    found = findings(case, m, main, today[main], land)
    return Part(case, m, main, base, variants, today, after, together, states, land, cells, waited, moves, picture, found)


def _main(case: Case, m: Model) -> str:
    """The trigger that was on in this incident, else the first."""
    on = [t for t in m.pushes if t in case.factors and case.factors[t].occurred]
    return on[0] if on else next(iter(m.pushes))


def _moves(base: Variant, trigger: str) -> dict[str, float]:
    """By parameter, the relative change of the critical push where the parameter is one per cent greater (from one tenth, simulated)."""
    names = [n for n in base.model.parameters if base.column(n)[0] != 0]
    rows = []
    one = Asked.of(base, trigger, np.array([0]))
    for n in names:
        value = float(base.column(n)[0])
        rows.append(critical(one.many(n, np.array([value / 1.1, value, value * 1.1])), tolerance=0.002)[0])
    out = {}
    for n, (low, mid, high) in zip(names, rows, strict=True):
        if np.isfinite([low, mid, high]).all() and mid > 0:
            out[n] = float((high - low) / mid / (2 * np.log(1.1)) / 100)
    return out


def _moving(m: Model, moves: dict[str, float]) -> str:
    """The parameter of the slider: the one that moves the boundary most and is no load."""
    able = {n: abs(v) for n, v in moves.items() if n != m.load}
    return max(able, key=lambda n: able[n], default="")


def claim_of(p: Part) -> str:
    return claim(p.case, p.model, p.main, p.today[p.main], p.states, p.after, p.land)


def blocks_of(p: Part) -> list[Block]:
    name = p.model.name
    rows = [("", "as it is", p.today[p.main], p.states[""])]
    rows += [(v.action, p.case.actions[v.action].what, p.after[v.action][p.main], p.states[v.action]) for v in p.variants]
    blocks: list[Block] = [_headline(p)]
    if p.picture is not None:
        blocks.append(p.picture)
    blocks.append(tables.actions_table(name, rows))
    blocks += [Sentence(s) for s in (loop_sentence(p.land), back_sentence(p.model, p.land)) if s]
    blocks += [
        Sentence(s, tone="muted") for s in (levels_sentence(p.cells, has_kernel(p.base, p.main)), waits_sentence(p.waits)) if s
    ]
    blocks += [tables.loops_table(name, p.land), tables.margins_table(name, p.land, p.moves), tables.points_table(name, p.land)]
    if p.cells:
        blocks.append(tables.levels_table(name, p.cells))
    return blocks


def _headline(p: Part) -> Estimates:
    items = [
        Named(f"{p.model.name}.{t}.tips", f"chance that `{t}` tips `{p.model.name}`", tips_estimate(v))
        for t, v in p.today.items()
    ]
    items.append(Named(f"{p.model.name}.margin", f"size of `{p.main}` that stays down", margin_estimate(p.today[p.main])))
    share = p.states[""].shares
    word = p.states[""].word
    items.append(
        Named(
            f"{p.model.name}.state",
            f"share of the sweep in which it is {word}",
            Estimate(share[word], share[word], share[word], "share", method=f"of {ROWS} draws of what is not known"),
        )
    )
    b = p.land.basin
    items.append(
        Named(
            f"{p.model.name}.basin",
            "share of the declared box that comes back",
            Estimate(b.value, b.low, b.high, "share", method=f"{b.n} points drawn evenly, Wilson interval"),
        )
    )
    return Estimates(f"`{p.model.name}`: {p.model.what or 'a model'}", tuple(items))
