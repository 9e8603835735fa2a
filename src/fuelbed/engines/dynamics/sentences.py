"""What the dynamics engine says in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fuelbed.core.case import Case
from fuelbed.core.dynamics import Model
from fuelbed.core.shown import number, per_cent
from fuelbed.engines.dynamics.asking import MOST
from fuelbed.engines.dynamics.landscape import Landscape
from fuelbed.engines.dynamics.levels import Checked, Waits
from fuelbed.engines.dynamics.stability import STATES, Stability
from fuelbed.engines.dynamics.tipping import Tipped
from fuelbed.engines.dynamics.words import loop_words, pushed_words, seconds, size_words, with_unit

__all__ = ["back_sentence", "claim", "levels_sentence", "loop_sentence", "waits_sentence"]


def claim(
    case: Case,
    m: Model,
    trigger: str,
    t: Tipped,
    states: Mapping[str, Stability],
    after: Mapping[str, Mapping[str, Tipped]],
    land: Landscape,
) -> str:
    """Two or three sentences: the state and the boundary, what keeps it down, what the items move."""
    s = states[""]
    share = s.shares[s.word]
    swept = "" if share == 1.0 else f" in {per_cent(share)} % of the sweep of what is not known"
    first = f"`{m.name}` is {s.word}{swept}: {STATES[s.word]}; `{trigger}` ({pushed_words(m, trigger)}) tips it from {size_words(float(t.size[0]), MOST)} on."
    parts = [first]
    if land.loops is not None and land.loops.sustaining:
        parts.append(f"What keeps it down is a loop: {_told(m, land.loops.sustaining[0].nodes)}.")
    moved, still = _moved(t, trigger, after)
    if after:
        parts.append(_items(moved, still))
    return "\n".join(parts)


def _told(m: Model, nodes: tuple[str, ...]) -> str:
    """A loop in words: those of the model's `story` where it has some on the loop, else its names."""
    told = [m.story[n] for n in nodes if n in m.story]
    if len(told) > 1:
        return " → ".join([*told, told[0]])
    return loop_words(nodes)


def _moved(t: Tipped, trigger: str, after: Mapping[str, Mapping[str, Tipped]]) -> tuple[list[str], list[str]]:
    """Items that let it bear a greater push at every draw (or at the middle), and those that change nothing."""
    moved: list[str] = []
    still: list[str] = []
    for n, by in after.items():
        a = by[trigger]
        same = np.array_equal(np.nan_to_num(a.size, posinf=1e9), np.nan_to_num(t.size, posinf=1e9)) and np.array_equal(
            a.chance, t.chance
        )
        (still if same else moved).append(n)
    return moved, still


def _items(moved: list[str], still: list[str]) -> str:
    def names(x: list[str]) -> str:
        return ", ".join(f"`{n}`" for n in x)

    if moved and still:
        return f"Of the items that touch it, {names(moved)} move the boundary and {names(still)} do not."
    if moved:
        return f"{names(moved)} {'moves' if len(moved) == 1 else 'move'} the boundary."
    return f"{names(still)} {'moves' if len(still) == 1 else 'move'} no boundary."


def loop_sentence(land: Landscape) -> str:
    if land.loops is None or land.failed is None:
        return "" if land.loops is None else "No failed state holds by itself in this model: when the push is gone it comes back."
    sustaining = land.loops.sustaining
    if not sustaining:
        return "A failed state holds by itself, and no single loop explains it."
    first = sustaining[0]
    needed = " Cutting any one of its links, the failed system comes back." if first.needed else ""
    gain = first.edge if first.edge is not None and np.isfinite(first.edge) else first.between
    strong = "" if gain is None or not np.isfinite(gain) else f", {number(gain)} on the way down"
    return f"Sustaining loop, {_told(land.system.model, first.nodes)}: gain {number(first.normal)} while it runs{strong}.{needed}"


def back_sentence(m: Model, land: Landscape) -> str:
    """The least push back, and the load below which it comes back by itself."""
    c = land.correction
    if c is None:
        return ""
    if c.least is None:
        return f"Shedding `{m.load}` does not bring it back, however long: something else must change first."
    today = float(land.p[land.system.parameter(m.load)])
    ways = [
        f"to {with_unit(m, m.load, float(level))} for {seconds(float(s))}"
        for level, s in zip(c.levels, c.seconds, strict=True)
        if np.isfinite(s)
    ]
    none = [with_unit(m, m.load, float(level)) for level, s in zip(c.levels, c.seconds, strict=True) if not np.isfinite(s)]
    never = f" Shedding only to {none[0]} does not, however long." if none else ""
    return f"What brings it back: shed `{m.load}` from {with_unit(m, m.load, today)} {', or '.join(ways)}.{never}"


def levels_sentence(checked: Checked) -> str:
    cells, quick = checked.cells, "the fluid" if checked.what == "requests" else "the mean flow"
    if not cells:
        return f"No finer level stands behind this: {checked.why_not}. Noise is not in it."
    parts = [c for c in cells if c.agree is False]
    if not parts:
        where = "without a push, below and above the boundary" if len(cells) > 2 else "without a push and under the declared one"
        return f"Checked by simulating single {checked.what} {where}: the levels agree where the simulation decides."
    at = ", ".join(number(c.size) for c in parts)
    why = ""
    if any(not c.quick for c in parts):
        why = f" Noise alone carries it over there, which {quick} does not know: the true boundary lies lower."
    elif any(c.quick for c in parts):
        why = f" Noise alone brings it back there, which {quick} does not know: the true boundary lies higher, if there is one."
    return f"The levels part at a push of size {at}: single {checked.what}, simulated, say otherwise than {quick}.{why}"


def waits_sentence(w: Waits) -> str:
    """Expected times by chance alone, in words."""
    if w.why_not or not np.isfinite(w.states):
        return ""
    return (
        f"By chance alone (Markov chain of {w.states} states): from failed back to running in {seconds(w.recover)}, "
        f"from running to failed in {seconds(w.collapse)}, expected."
    )
