"""Which parameters the metrics cannot identify: how the columns move with the logarithm of each parameter, and along which directions not at all.

With y(t) = g(x(t), p) and x' = f(x, p) the slopes S = dx/dp follow S' = A S + B along the course, and dy/dp = C S + D, all exact (R. Tomovic,
1963; identifiability by the rank of the sensitivities: J. Jacquez and P. Greif, Math. Biosci. 77, 1985). Every column is taken against its own level
and every parameter by its logarithm, so a slope is "per cent of the column for one per cent of the parameter". A direction of the logarithms along
which no row moves cannot be told from these columns. This is local: it holds near the numbers that it was taken at; a parameter that is found here may
still have a second value far away.

What is at rest says how the means of the columns depend on the parameters, and nothing about their wobble. A push says more: it also shows how fast.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.dynamics import Push
from fuelbed.core.shown import named
from fuelbed.numerics.maps.simulate import pushed
from fuelbed.numerics.maps.system import System
from fuelbed.numerics.observation.combinations import Group, groups_of, sparse_rows

__all__ = ["Identified", "at_rest", "identified", "identified_words", "under_push"]

Array = NDArray[np.float64]
Slopes = Callable[[Array], Array]
"""Parameters (P,) -> (rows, P): per cent of a column for one per cent of each parameter."""
_NOTHING = 1e-7  # of the greatest singular value
_INERT = 1e-9  # per cent for one per cent


@dataclass(frozen=True, eq=False)
class Identified:
    """parameters: those asked about.  inert: those that move no column.  found: those that are determined by themselves.

    values   singular values of the slopes, greatest first.  hidden (k, P): directions of the logarithms that move nothing, sparse; of the inert
             ones no row is here.
    pairs    group of two -> `difference`, `sum`, `ratio`, `product` where the two enter only so, near and far; "" where no such form holds.
    weak     parameters that are determined, but so weakly that noise of `noise` of each row's level leaves them open by a factor 2.
    """

    parameters: tuple[str, ...]
    inert: tuple[str, ...]
    found: tuple[str, ...]
    values: Array
    hidden: Array
    groups: tuple[Group, ...]
    pairs: dict[tuple[int, ...], str]
    weak: tuple[str, ...]


def at_rest(system: System, x: Array, p: Array, wanted: Sequence[int]) -> Array:
    """(C, len(wanted)): how the columns at a place of rest move with the logarithms of the parameters numbered `wanted`.

    The place itself moves by dx/dp = (I - A)^-1 B.  x (S,) rests at p (P,).
    """
    _, a, b = system.linear(x[None], p, wanted)
    y, c, d = system.show_linear(x[None], p, wanted)
    moved = _place(a[0], b[0])
    return _relative(c[0] @ moved + d[0], y[0], p[list(wanted)])


def _place(a: Array, b: Array) -> Array:
    """How a place of rest moves; along a direction that neither grows nor dies it is left where it is."""
    return np.asarray(np.linalg.lstsq(np.eye(len(a)) - a, b, rcond=1e-12)[0])


def _relative(dy: Array, y: Array, p: Array) -> Array:
    """dy/dp (rows, P) over the level of each row, times the parameter. A row at 0 counts by its own slope."""
    slopes = dy * p
    size = np.where(np.abs(y) > 1e-12, np.abs(y), np.linalg.norm(slopes, axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(size[..., None] > 0, slopes / size[..., None], 0.0))


def under_push(
    system: System, x: Array, p: Array, wanted: Sequence[int], push: Push | None, lasts: float, steps: int, every: int = 1
) -> Array:
    """(rows, len(wanted)): the same along the course after a push of `lasts` seconds from the rest x, every `every` steps for `steps` steps.

    All columns of one row in time stand one after the other, against the greatest level that each column has in the course.
    """
    during, moved = (
        pushed(system, push, np.ones(1), p, x) if push is not None and steps else (p[None], np.asarray(x, dtype=float)[None])
    )
    share = np.clip(lasts / system.step_seconds - np.arange(steps), 0.0, 1.0)
    at = p + share[:, None] * (during[0] - p)
    course = np.empty((steps + 1, len(system.states)))
    course[0] = moved[0]
    for t in range(steps):
        course[t + 1] = system.step(course[t][None], at[t])[0]
    _, a, b = system.linear(course[:-1], at, wanted)
    rows = np.arange(0, steps, every)
    y, c, d = system.show_linear(course[rows], at[rows], wanted)
    by_parameter, by_state = _reach(system, push, wanted)
    own = 1.0 + share[:, None] * (by_parameter - 1.0)  # how far the pushed parameter moves with today's
    _, a0, b0 = system.linear(np.asarray(x)[None], p, wanted)
    slope = _place(a0[0], b0[0]) * by_state[:, None]
    kept = np.empty((len(rows), *slope.shape))
    for t in range(steps):
        if t % every == 0:
            kept[t // every] = slope
        slope = a[t] @ slope + b[t] * own[t]
    dy = np.einsum("tcs,tsp->tcp", c, kept) + d * own[rows][:, None, :]
    level = np.maximum(np.abs(y).max(axis=0), 1e-300)
    slopes = dy * p[list(wanted)] / level[:, None]
    return np.asarray(slopes.reshape(-1, len(wanted)))


def _reach(system: System, push: Push | None, wanted: Sequence[int]) -> tuple[Array, Array]:
    """How far a parameter (a state) under the push still moves with its own value of today: `times` m moves m times, `set` not at all."""
    by_parameter, by_state = np.ones(len(wanted)), np.ones(len(system.states))
    for part in push.parts if push is not None else ():
        factor = {"times": part.value.middle if not part.value.is_point else part.value.low, "plus": 1.0, "set": 0.0}[part.how]
        if part.target in system.states:
            by_state[system.states.index(part.target)] *= factor
        elif system.parameter(part.target) in wanted:
            by_parameter[list(wanted).index(system.parameter(part.target))] *= factor
    return by_parameter, by_state


def identified(names: Sequence[str], p: Array, slopes: Slopes, noise: float = 0.05) -> Identified:
    """What slopes at `p` (the parameters asked about) determine. Pairs are looked at again nearby, to tell a law from a coincidence."""
    j = np.asarray(slopes(p), dtype=float)
    j = np.where(np.isfinite(j), j, 0.0)
    moving = [int(i) for i in np.flatnonzero(np.abs(j).max(axis=0, initial=0.0) > _INERT)]
    _, values, v = (
        np.linalg.svd(j[:, moving], full_matrices=len(j) < len(moving)) if len(moving) else (None, np.zeros(0), np.zeros((0, 0)))
    )
    rank = int((values > _NOTHING * values.max(initial=0.0)).sum())
    rest = v[rank:]
    hidden = np.zeros((len(rest), len(names)))
    if len(rest):
        hidden[:, moving] = sparse_rows(rest, 1e-5)
    silent = {int(np.flatnonzero(row)[0]) for row in hidden if np.count_nonzero(row) == 1}  # moves something, but next to nothing
    inert = tuple(n for i, n in enumerate(names) if i not in moving or i in silent)
    hidden = hidden[[np.count_nonzero(row) > 1 for row in hidden]]
    moving = [i for i in moving if i not in silent]
    groups = tuple(groups_of(hidden))
    held = {i for g in groups for i in g.members}
    found = tuple(names[i] for i in moving if i not in held)
    pairs: dict[tuple[int, ...], str] = {
        g.members: _form(g, p, slopes) for g in groups if len(g.members) == 2 and len(g.hidden) == 1
    }
    weak = tuple(names[i] for i in _weak(j, [i for i in moving if i not in held], moving, noise))
    return Identified(tuple(names), inert, found, values, hidden, groups, pairs, weak)


def _weak(j: Array, found: Sequence[int], moving: Sequence[int], noise: float) -> list[int]:
    """Of the parameters found, those whose logarithm is left open by more than ln 2 where each row has noise of that share of its level."""
    if not found:
        return []
    _, s, v = np.linalg.svd(j[:, moving], full_matrices=False)
    good = s > _NOTHING * s[0]
    error = noise * np.sqrt(((v[good] / s[good, None]) ** 2).sum(axis=0))
    return [i for i, e in zip(moving, error, strict=True) if i in found and e > math.log(2.0)]


def _form(g: Group, p: Array, slopes: Slopes) -> str:
    """How two parameters enter, if the same form holds here and at other values of the two."""
    forms: set[str] | None = None
    a, b = g.members
    for by in ((1.0, 1.0), (1.1, 1.0), (1.0, 0.93)):
        q = np.array(p, dtype=float)
        q[[a, b]] *= by
        direction = g.hidden[0] if by == (1.0, 1.0) else _hidden_pair(np.asarray(slopes(q))[:, [a, b]])
        here = _forms_at(direction, q[[a, b]]) if direction is not None else set()
        forms = here if forms is None else forms & here
    return next(iter(sorted(forms or ())), "")


def _hidden_pair(j: Array) -> Array | None:
    """The direction of two logarithms that moves nothing, None where there is none."""
    j = np.where(np.isfinite(j), j, 0.0)
    _, s, v = np.linalg.svd(j)
    return np.asarray(v[1]) if s[0] > 0 and (len(s) < 2 or s[1] <= 1e-5 * s[0]) else None


def _forms_at(direction: Array, p: Array) -> set[str]:
    u, w = direction, direction * p  # of the logarithms, of the numbers themselves
    near = {"ratio": (u, 1.0), "product": (u, -1.0), "difference": (w, 1.0), "sum": (w, -1.0)}
    return {name for name, (d, sign) in near.items() if abs(d[0] - sign * d[1]) < 1e-3 * abs(d).max()}


def identified_words(found: Identified, columns: Sequence[str], called: str = "") -> list[str]:
    """Sentences without a capital and a full stop: what cannot be told apart, what nothing is said about, what is determined.

    called   a plural that stands for the columns where there are many ("these columns").
    """
    names, out = found.parameters, []
    many = len(columns) > 1 or bool(called)
    seen, s = called or named(columns), "" if many else "s"
    for g in found.groups:
        mine = [names[i] for i in g.members]
        left = len(mine) - len(g.hidden)
        form = found.pairs.get(g.members, "")
        apart = f"{seen} {'together' if many else 'alone'} cannot tell {named(mine)} apart"
        if form:
            out.append(f"{apart}: they enter only through their {form}")
        elif left == 1:
            out.append(f"{apart}: near here they enter only through one number, {_hiding(g, mine)}")
        else:
            out.append(f"{apart}: near here they enter only through {left} numbers that are made of them")
    if found.inert:
        out.append(f"{seen} say{s} nothing about {named(found.inert)}")
    if found.found:
        weak = f" ({named(found.weak)} only roughly)" if found.weak else ""
        out.append(f"{seen} determine{s} {named(found.found)}{weak}")
    return out


def _hiding(g: Group, names: Sequence[str]) -> str:
    """What hides what, of the number that moves least: "1 % more of `a` is hidden by 0.5 % more of `b` or 0.2 % less of `c`"."""
    seen = g.seen[0]
    first = int(np.argmin(np.round(np.abs(seen), 9)))
    said = []
    for i, name in enumerate(names):
        if i != first:
            by = -seen[first] / seen[i]
            said.append(f"{abs(float(f'{by:.2g}')):g} % {'more' if by > 0 else 'less'} of `{name}`")
    return f"1 % more of `{names[first]}` is hidden by {' or '.join(said[:3])}"
