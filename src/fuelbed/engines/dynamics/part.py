"""One model examined: its variants asked about every trigger, its landscape, and the blocks and the claim that say it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from fuelbed.core.blocks import Block, Estimates, Named, Picture, Sentence
from fuelbed.core.case import Case
from fuelbed.core.dynamics import Model
from fuelbed.core.estimates import Estimate
from fuelbed.core.findings import Finding
from fuelbed.core.options import Options
from fuelbed.engines.dynamics import tables
from fuelbed.engines.dynamics.asking import has_kernel
from fuelbed.engines.dynamics.draws import ROWS, Draws, Variant, draw, touched, varied
from fuelbed.engines.dynamics.findings import findings
from fuelbed.engines.dynamics.landscape import Ground, Landscape, ground
from fuelbed.engines.dynamics.levels import Checked
from fuelbed.engines.dynamics.picture import boundary_picture
from fuelbed.engines.dynamics.pieces import Piece, pieces_of, put_together
from fuelbed.engines.dynamics.sentences import (
    back_sentence,
    claim,
    doubt_sentence,
    levels_sentence,
    loop_sentence,
    waits_sentence,
    window_sentence,
)
from fuelbed.engines.dynamics.stability import STATES, Stability
from fuelbed.engines.dynamics.tipping import Tipped, margin_estimate, tips_estimate
from fuelbed.engines.dynamics.waits import Waits
from fuelbed.numerics.series.loads import Loads
from fuelbed.numerics.wilson import wilson

__all__ = ["Part", "Question", "blocks_of", "claim_of", "examined", "question"]

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


@dataclass(frozen=True, eq=False)
class Question:
    """A model drawn and cut into pieces, before anything of them is worked out."""

    case: Case
    model: Model
    main: str
    base: Variant
    variants: tuple[Variant, ...]
    joint: Mapping[frozenset[str], Variant]
    ground: Ground
    pieces: tuple[Piece, ...]


def question(case: Case, m: Model, options: Options, loads: Loads | None = None) -> Question:
    rng = np.random.default_rng(options.seed)
    draws = Draws(rng)
    base = draw(m, draws, loads)
    mine = {n: c for n, a in case.actions.items() if (c := touched(m, a.does))}
    variants = tuple(varied(base, n, c, draws) for n, c in mine.items())
    pairs = tuple(combinations(mine, 2)) if len(mine) <= _PAIRS else ()
    joint = {frozenset(p): varied(base, "+".join(p), (*mine[p[0]], *mine[p[1]]), draws) for p in pairs}
    main, g = _main(case, m), ground(base)
    pieces = pieces_of(base, variants, tuple(joint.values()), main, g, rng)
    return Question(case, m, main, base, variants, joint, g, tuple(pieces))


def examined(q: Question, answers: Sequence[Any]) -> Part:
    """The pieces put together."""
    swept = put_together(q.ground, q.pieces, answers)
    found, m, main, base = swept.said.found, q.model, q.main, q.base
    today = {t: found["", t] for t in m.pushes}
    after = {v.action: {t: found[v.action, t] for t in m.pushes} for v in q.variants}
    together = {names: {t: found[v.action, t] for t in m.pushes} for names, v in q.joint.items()}
    picture = None
    if swept.drawn is not None:
        labels = {"": "today", **{v.action: f"after `{v.action}`" for v in q.variants}}
        now = {v.action: float(found[v.action, main].size[0]) for v in (base, *q.variants)}
        picture = boundary_picture(base, main, swept.drawn, labels, now)
    land = swept.land
    return Part(
        q.case,
        m,
        main,
        base,
        q.variants,
        today,
        after,
        together,
        swept.said.states,
        land,
        swept.said.checked[""],
        swept.waits,
        swept.moves,
        swept.durations,
        picture,
        findings(q.case, m, main, today[main], land),
        {a: c for a, c in swept.said.checked.items() if a and any(x.agree is False for x in c.cells)},
    )


def _main(case: Case, m: Model) -> str:
    """The trigger that was on in this incident, else the first."""
    on = [t for t in m.pushes if t in case.factors and case.factors[t].occurred]
    return on[0] if on else next(iter(m.pushes))


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
