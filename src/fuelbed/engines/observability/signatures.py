"""Which mechanisms look the same on the installed signals, as a picture and in sentences, with the reading that would part them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.blocks import Picture, Sentence
from fuelbed.core.shown import listed, number, per_cent
from fuelbed.engines.observability.posterior import Belief
from fuelbed.engines.observability.view import View, interval
from fuelbed.engines.observability.words import mechanism
from fuelbed.numerics.observation.information import WIDE, joint, merged
from fuelbed.numerics.observation.sensors import NOTHING, gain

__all__ = ["Looks", "chances_on", "looks", "signatures_picture", "twins"]

Array = NDArray[np.float64]
Ids = NDArray[np.intp]
SAME = 0.1
"""Mechanisms share a signature where the chances of all readings differ by no more: the best guess between the two, even odds before,
is then right in at most 55 of 100."""
_STATES, _MANY, _TOLD = 8, 40, 3


@dataclass(frozen=True, eq=False)
class Looks:
    """Mechanisms by how they look: `order` the likeliest first, `group` of each (mechanisms,), `share` after what was seen (mechanisms, points)."""

    order: tuple[int, ...]
    group: Ids
    share: Array


def looks(view: View, b: Belief) -> Looks:
    s = view.scene
    assert s is not None
    n = len(s.engaged)
    share = merged(s.mechanism, b.after, n)
    prior = merged(s.mechanism, b.before, n)[:, 0]
    rank = np.nan_to_num(share[:, 0]) + 1e-9 * prior
    order = tuple(int(m) for m in np.argsort(-rank, kind="stable"))
    signs = view.installed[:WIDE]
    table = joint(s, s.mechanism, signs, {}, slice(0, 1))[0]  # (readings, mechanisms)
    table = table / np.where(table.sum(axis=0) > 0, table.sum(axis=0), 1.0)
    alone = chances_on(view, view.installed[WIDE:])  # past those that are written out together, one by one
    group = np.full(n, -1, dtype=np.intp)
    first: list[int] = []
    for m in order:  # each joins the first that looks like it
        near = next((g for g, k in enumerate(first) if _alike(table, alone, m, k)), None)
        group[m] = len(first) if near is None else near
        if near is None:
            first.append(m)
    return Looks(order, group, share)


def _alike(table: Array, alone: Array, m: int, k: int) -> bool:
    return bool(0.5 * np.abs(table[:, m] - table[:, k]).sum() <= SAME and (np.abs(alone[m] - alone[k]) <= SAME).all())


def signatures_picture(view: View, b: Belief, l: Looks) -> Picture:  # noqa: E741  # looks, beside b for belief
    s = view.scene
    assert s is not None
    shown = l.order[:_STATES]
    wanted = [*view.installed, *view.candidates]
    prior = merged(s.mechanism, b.before, len(s.engaged))
    p_on = chances_on(view, wanted)
    signals = [
        {"id": x.name, "label": x.what or x.name, "installed": x.installed, "seen": _seen(view, i)}
        for i, x in ((i, s.sensors[i]) for i in wanted)
    ]
    states = [
        {
            "id": f"way_{k + 1}",
            "label": mechanism(view, m, marked=False),
            "prior": list(interval(s, prior[m], draws=True)),
            "posterior": list(interval(s, l.share[m], draws=True, seen=view.seen)),
            "group": int(l.group[m]),
            "shows": [round(float(p_on[m, j]), 6) for j in range(len(wanted))],
        }
        for k, m in enumerate(shown)
    ]
    rest = max(0.0, round(1.0 - float(np.nan_to_num(l.share[list(shown), 0]).sum()), 9))
    many = len({int(l.group[m]) for m in shown})
    alt = f"{len(shown)} mechanisms and what each signal shows in them; they make {many} signature{'s' if many != 1 else ''}."
    return Picture(
        "signatures", "What each mechanism would have shown", {"signals": signals, "states": states, "rest": rest}, alt
    )


def _seen(view: View, i: int) -> str:
    return "unknown" if i not in view.seen else "yes" if view.seen[i] else "no"


def chances_on(view: View, sensors: Sequence[int]) -> Array:
    """P(on | mechanism) before anything was seen, (mechanisms, sensors), at the middle of every number."""
    s = view.scene
    assert s is not None
    out = np.zeros((len(s.engaged), len(sensors)))
    for j, i in enumerate(sensors):
        p = joint(s, s.mechanism, (i,), {}, slice(0, 1))[0]
        total = p.sum(axis=0)
        out[:, j] = np.where(total > 0, p[1] / np.where(total > 0, total, 1.0), 0.0)
    return out


def twins(view: View, l: Looks) -> list[Sentence]:  # noqa: E741  # looks
    """The groups of several mechanisms that carry weight, each with the reading that would part it best."""
    s = view.scene
    assert s is not None
    out: list[Sentence] = []
    after = np.nan_to_num(l.share[:, 0])
    groups: dict[int, list[int]] = {}
    for m in l.order[:_MANY]:
        if after[m] >= 0.02:
            groups.setdefault(int(l.group[m]), []).append(m)
    told = sorted((g for g in groups.values() if len(g) > 1), key=lambda g: -after[g].sum())
    for mine in told[:_TOLD]:
        names = [f"{mechanism(view, m)} ({per_cent(float(after[m]))} %)" for m in mine[:4]]
        more = f" and {len(mine) - 4} more" if len(mine) > 4 else ""
        apart = _parts(view, mine)
        whole, which = per_cent(min(1.0, round(float(after[mine].sum()), 9))), "of the two" if len(mine) == 2 else "of them"
        same = f"{listed(names)} look the same" if not more else f"{', '.join(names)}{more} look the same"
        text = f"{same} on the installed signals: together they have {whole} %, and no reading says which {which} it was. {apart}"
        out.append(Sentence(text, detail=bool(out)))
    return out


def _parts(view: View, mine: list[int]) -> str:
    """The reading that tells most about which of these mechanisms it was."""
    s = view.scene
    assert s is not None
    inside = np.isin(s.mechanism, mine)
    pool = view.pool or view.looks
    total = s.weight[inside].sum(axis=0)
    part = dataclasses.replace(
        s, truth=s.truth[inside], weight=s.weight[inside] / np.where(total > 0, total, 1.0), mechanism=s.mechanism[inside],
        codes=s.codes[inside], found=s.found[inside], says={n: x[inside] for n, x in s.says.items()},
    )  # fmt: skip  # one list of parts
    found = {i: float(np.nan_to_num(gain(part, part.mechanism, (i,), view.seen))[0]) for i in pool}
    best = max(found, key=lambda i: (round(found[i], 9), -pool.index(i)), default=None)
    if best is None or found[best] <= NOTHING:
        return "No candidate that the case names would part them." if view.pool else "No factor or line would part them."
    bits = f"{number(round(found[best], 2))} bit{'s' if round(found[best], 2) != 1 else ''}"
    if view.pool:
        return f"{view.name(best)} would part them best, by {bits}."
    return f"A perfect look at {view.name(best)} would part them best, by {bits}."
