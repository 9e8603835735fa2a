"""The sweep of one model cut into pieces that know nothing of each other: forms in groups, the picture, the landscape's parts.

A piece is a function of its arguments alone, importable and picklable, so that it can be worked out in another process or on another
machine (`Options.map`). Where it is cut depends on the model and the case, never on who works: so the digits do not, either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fuelbed.core.dynamics import Model
from fuelbed.core.estimates import Estimate
from fuelbed.engines.dynamics.asking import Asked, criticals
from fuelbed.engines.dynamics.draws import Variant
from fuelbed.engines.dynamics.landscape import Ground, Landscape, basin, correction, edge_and_loops, landscape, margins_and_window
from fuelbed.engines.dynamics.levels import Checked, checked
from fuelbed.engines.dynamics.picture import Drawn, drawn
from fuelbed.engines.dynamics.stability import Stability, stability
from fuelbed.engines.dynamics.tipping import Tipped, duration_estimate, rows_of, takes_time, tipped
from fuelbed.engines.dynamics.waits import Waits, waits

__all__ = ["Forms", "Piece", "Said", "Swept", "answer_forms", "pieces_of", "put_together", "work"]

_ROWS = 4000  # in one group of forms: a thousand side by side cost hardly more than one, and beyond that each costs its own
_BASIN, _DURATION, _MARGINS, _EDGE, _BACK, _WAITS, _PICTURE, _GROUP = 0.3, 2.0, 1.5, 1.5, 2.0, 1.0, 6.0, 6.0


@dataclass(frozen=True, eq=False)
class Piece:
    """One piece: `fn(*args)`. size: rough, relative, from what the pieces of the shipped cases took."""

    fn: Callable[..., Any]
    args: tuple[Any, ...]
    size: float


def work(p: Piece) -> Any:
    return p.fn(*p.args)


@dataclass(frozen=True, eq=False)
class Forms:
    """Some variants to be asked about every trigger. told: those with critical sizes and states under `main`; finer: those asked of the
    next finer level as well (by action)."""

    variants: tuple[Variant, ...]
    main: str = ""
    told: frozenset[str] = frozenset()
    finer: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Said:
    """found: by action and trigger. states, checked: by action."""

    found: Mapping[tuple[str, str], Tipped]
    states: Mapping[str, Stability]
    checked: Mapping[str, Checked]


def answer_forms(f: Forms) -> Said:
    told = [v for v in f.variants if v.action in f.told]
    found = tipped([(v, t) for v in f.variants for t in v.model.pushes], [(v, f.main) for v in told])
    states = stability([found[v.action, f.main] for v in told]) if told else []
    finer = {a: checked(t.asked, float(t.size[0])) for a in sorted(f.finer) for t in (found[a, f.main],)}
    return Said(found, dict(zip([v.action for v in told], states, strict=True)), finer)


def _grouped(variants: Sequence[Variant]) -> list[list[Variant]]:
    """Neighbours together, up to `_ROWS` rows of the first question."""
    out: list[list[Variant]] = []
    full = 0
    for v in variants:
        rows = sum(rows_of(v) for _ in v.model.pushes)
        if not out or full + rows > _ROWS:
            out.append([])
            full = 0
        out[-1].append(v)
        full += rows
    return out


@dataclass(frozen=True, eq=False)
class Swept:
    """What the pieces of one model say. moves: see `_moves`."""

    said: Said
    land: Landscape
    waits: Waits
    moves: dict[str, float]
    drawn: Drawn | None
    durations: Estimate | None


def pieces_of(
    base: Variant, variants: Sequence[Variant], joint: Sequence[Variant], main: str, g: Ground, rng: np.random.Generator
) -> list[Piece]:
    """The smallest first: it is worked out at once, and the rest judged by it."""
    one = Asked.of(base, main)
    out = [Piece(basin, (g, rng), _BASIN)]
    out += [Piece(duration_estimate, (one,), _DURATION)] if takes_time(one) else []
    out += [Piece(margins_and_window, (g,), _MARGINS), Piece(edge_and_loops, (g,), _EDGE), Piece(correction, (g,), _BACK)]
    out.append(Piece(_waits, (g,), _WAITS))
    out.append(Piece(_picture, (base, main, tuple(variants)), _PICTURE))
    told = frozenset(v.action for v in (base, *variants))
    finer = frozenset(["", *(v.action for v in variants if _means_other(base.model, v.model))])
    groups = _grouped([base, *variants, *joint])
    for group in groups:
        names = {v.action for v in group}
        forms = Forms(tuple(group), main, told & names, finer & names)
        out.append(Piece(answer_forms, (forms,), _GROUP * max(len(group) / (1 + len(variants)), 0.2)))
    return out


def put_together(g: Ground, pieces: Sequence[Piece], answers: Sequence[Any]) -> Swept:
    by: dict[Callable[..., Any], Any] = {p.fn: a for p, a in zip(pieces, answers, strict=True) if p.fn is not answer_forms}
    said: list[Said] = [a for p, a in zip(pieces, answers, strict=True) if p.fn is answer_forms]
    whole = Said(
        {k: v for s in said for k, v in s.found.items()},
        {k: v for s in said for k, v in s.states.items()},
        {k: v for s in said for k, v in s.checked.items()},
    )
    land = landscape(g, by[edge_and_loops], by[margins_and_window], by[basin], by[correction])
    moves, picture = by[_picture]
    return Swept(whole, land, by[_waits], moves, picture, by.get(duration_estimate))


def _waits(g: Ground) -> Waits:
    normal, failed = (q.x if q else None for q in (g.normal, g.failed))
    return waits(g.system, g.p, normal, failed)


def _means_other(m: Model, changed: Model) -> bool:
    """Whether an item chooses another option word: then the model means something else, and its levels are asked anew."""
    return any(changed.options[n].word != o.word for n, o in m.options.items())


def _picture(base: Variant, main: str, variants: tuple[Variant, ...]) -> tuple[dict[str, float], Drawn | None]:
    moves = _moves(base, main)
    return moves, drawn(base, main, variants, _moving(base.model, moves))


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
