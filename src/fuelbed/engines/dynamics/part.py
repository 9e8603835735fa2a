"""One model examined: its variants asked about every trigger, its landscape, and the blocks and the claim that say it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from fuelbed.core.blocks import Block, Estimates, Named, Picture, Sentence
from fuelbed.core.case import Case
from fuelbed.core.dynamics import Model
from fuelbed.core.estimates import Estimate
from fuelbed.core.findings import Finding
from fuelbed.core.options import Options
from fuelbed.engines.dynamics import tables
from fuelbed.engines.dynamics.asking import Asked, criticals, has_kernel
from fuelbed.engines.dynamics.draws import ROWS, Draws, Variant, draw, touched, varied
from fuelbed.engines.dynamics.findings import findings
from fuelbed.engines.dynamics.landscape import Landscape, landscape
from fuelbed.engines.dynamics.levels import Checked, Waits, checked, waits
from fuelbed.engines.dynamics.picture import boundary_picture
from fuelbed.engines.dynamics.sentences import (
    back_sentence,
    claim,
    doubt_sentence,
    levels_sentence,
    loop_sentence,
    waits_sentence,
    window_sentence,
)
from fuelbed.engines.dynamics.stability import STATES, Stability, stability
from fuelbed.engines.dynamics.tipping import Tipped, duration_estimate, margin_estimate, tipped, tips_estimate
from fuelbed.numerics.maps.basin import wilson
from fuelbed.numerics.series.loads import Loads

__all__ = ["Part", "blocks_of", "claim_of", "examined"]

_PAIRS = 4


@dataclass(frozen=True, eq=False)
class Part:
    """One model with everything asked of it. doubts: by item that chooses another option word and whose levels part. main: the trigger that the incident's story is about."""

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
    checked: Checked
    waits: Waits
    moves: dict[str, float]
    durations: Estimate | None
    picture: Picture | None
    findings: tuple[Finding, ...]
    doubts: Mapping[str, Checked]

    @property
    def source(self) -> str:
        level = "fluid with delay" if has_kernel(self.base, self.main) else "its map"
        return f"From `{self.model.name}`, by {level}, at the middle and {ROWS - 1} draws of what is not known."


def examined(case: Case, m: Model, options: Options, loads: Loads | None = None) -> Part:
    rng = np.random.default_rng(options.seed)
    draws = Draws(rng)
    base = draw(m, draws, loads)
    mine = {n: c for n, a in case.actions.items() if (c := touched(m, a.does))}
    variants = tuple(varied(base, n, c, draws) for n, c in mine.items())
    pairs = tuple(combinations(mine, 2)) if len(mine) <= _PAIRS else ()
    joint = {frozenset(p): varied(base, "+".join(p), (*mine[p[0]], *mine[p[1]]), draws) for p in pairs}
    main = _main(case, m)
    forms = (base, *variants)
    found = tipped([(v, t) for v in (*forms, *joint.values()) for t in m.pushes], [(v, main) for v in forms])
    today = {t: found["", t] for t in m.pushes}
    after = {v.action: {t: found[v.action, t] for t in m.pushes} for v in variants}
    together = {names: {t: found[v.action, t] for t in m.pushes} for names, v in joint.items()}
    states = dict(zip([v.action for v in forms], stability([found[v.action, main] for v in forms]), strict=True))
    land = landscape(base, rng)
    moves = _moves(base, main)
    labels = {"": "today", **{n: f"after `{n}`" for n in mine}}
    picture = boundary_picture(
        base, main, variants, labels, _moving(m, moves), {v.action: float(found[v.action, main].size[0]) for v in forms}
    )
    normal, failed = (q.x if q else None for q in (land.normal, land.failed))
    finer = checked(today[main].asked, float(today[main].size[0]))
    doubts = _doubts(m, main, variants, after)
    waited = waits(land.system, land.p, normal, failed)
    said = findings(case, m, main, today[main], land)
    return Part(
        case,
        m,
        main,
        base,
        variants,
        today,
        after,
        together,
        states,
        land,
        finer,
        waited,
        moves,
        duration_estimate(today[main]),
        picture,
        said,
        doubts,
    )


def _doubts(m: Model, main: str, variants: tuple[Variant, ...], after: Mapping[str, Mapping[str, Tipped]]) -> dict[str, Checked]:
    """Items that choose another option word (what the model means), where the finer level then says otherwise than the flow."""
    out = {}
    for v in variants:
        if any(v.model.options[n].word != o.word for n, o in m.options.items()):
            t = after[v.action][main]
            found = checked(t.asked, float(t.size[0]))
            if any(c.agree is False for c in found.cells):
                out[v.action] = found
    return out


def _main(case: Case, m: Model) -> str:
    """The trigger that was on in this incident, else the first."""
    on = [t for t in m.pushes if t in case.factors and case.factors[t].occurred]
    return on[0] if on else next(iter(m.pushes))


def _moves(base: Variant, trigger: str) -> dict[str, float]:
    """By parameter, the relative change of the critical push where the parameter is one per cent greater (from one tenth, simulated)."""
    names = [n for n in base.model.parameters if base.column(n)[0] != 0]
    one = Asked.of(base, trigger, np.array([0]))
    value = {n: float(base.column(n)[0]) for n in names}
    found = criticals([one.many(n, value[n] * np.array([1 / 1.1, 1.0, 1.1])) for n in names], 0.002) if names else []
    out = {}
    for n, c in zip(names, found, strict=True):
        low, mid, high = c.sizes
        if np.isfinite(c.sizes).all() and mid > 0:
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
    told = (loop_sentence(p.land), window_sentence(p.model, p.land), back_sentence(p.model, p.land))
    blocks += [Sentence(s) for s in told if s]
    blocks += [Sentence(s, tone="muted") for s in (levels_sentence(p.checked), waits_sentence(p.waits)) if s]
    blocks += [Sentence(doubt_sentence(a, c), tone="muted") for a, c in p.doubts.items()]
    blocks += [tables.loops_table(name, p.land), tables.margins_table(name, p.land, p.moves), tables.points_table(name, p.land)]
    if p.checked.cells:
        blocks.append(tables.levels_table(name, p.checked))
    return blocks


def _headline(p: Part) -> Estimates:
    items = []
    for t, v in p.today.items():
        e = tips_estimate(v)
        said = f"`{t}` tips it: chance over the sweep"
        items.append(Named(f"{p.model.name}.{t}.tips", said, replace(e, kind="share")))
    margin = margin_estimate(p.today[p.main])
    if math.isfinite(margin.low):  # else the claim says that no push does
        items.append(Named(f"{p.model.name}.margin", f"size of `{p.main}` that stays down", margin))
    if p.durations is not None and math.isfinite(p.durations.value or 0.0):
        items.append(Named(f"{p.model.name}.duration", f"how long `{p.main}` must last to stay down, at size 1", p.durations))
    s = p.states[""]
    for word, share in s.shares.items():
        low, high = wilson(round(share * s.n), s.n)
        e = Estimate(share, low, high, "share", method=f"share of {s.n} draws of what is not known, Wilson interval")
        items.append(Named(f"{p.model.name}.{word}", f"{word}: {STATES[word]}", e))
    return Estimates(f"`{p.model.name}`: {p.model.what or 'a model'}", tuple(items))
