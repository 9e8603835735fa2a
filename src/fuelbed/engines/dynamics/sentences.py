"""What the dynamics engine says in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fuelbed.core.case import Case
from fuelbed.core.dynamics import Model
from fuelbed.core.shown import number, per_cent
from fuelbed.engines.dynamics.asking import MOST
from fuelbed.engines.dynamics.landscape import LONGEST, Landscape
from fuelbed.engines.dynamics.levels import Checked
from fuelbed.engines.dynamics.stability import STATES, Stability
from fuelbed.engines.dynamics.tipping import Tipped
from fuelbed.engines.dynamics.waits import Waits
from fuelbed.engines.dynamics.words import loop_words, pushed_words, seconds, tips_words, with_unit
from fuelbed.numerics.chains import NEVER, duration_words
from fuelbed.numerics.maps.loops import Loop
from fuelbed.numerics.passage import Passage

__all__ = ["back_sentence", "claim", "doubt_sentence", "levels_sentence", "loop_sentence", "waits_sentence", "window_sentence"]


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
    share, (low, high) = s.shares[s.word], s.interval
    swept = "" if share == 1.0 else f" in {per_cent(share)} % ({per_cent(low)} to {per_cent(high)} %) of the sweep"
    pushed = f"Under `{trigger}` ({pushed_words(m, trigger)}) {tips_words(float(t.size[0]), MOST)} at the middle of its numbers{' and its load' if _varies(m) else ''}."
    parts = [f"`{m.name}` is {s.word}{swept}: {STATES[s.word]}. {pushed}"]
    loop = sustained_by(land)
    if loop is not None and land.failed is not None:
        keeps = "keeps it down" if s.word in ("failed", "metastable") else "would keep it down"
        parts.append(f"What {keeps} is a loop: {_told(m, loop.nodes)}.")
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
        verb, no = ("moves" if len(moved) == 1 else "move"), ("does" if len(still) == 1 else "do")
        return f"Of the items that touch it, {names(moved)} {verb} the boundary and {names(still)} {no} not."
    if moved:
        return f"{names(moved)} {'moves' if len(moved) == 1 else 'move'} the boundary."
    return f"{names(still)} {'moves' if len(still) == 1 else 'move'} no boundary."


def _varies(m: Model) -> bool:
    return bool(m.load) and m.parameters[m.load].varies


def loop_sentence(land: Landscape) -> str:
    if land.loops is None or land.failed is None:
        return "" if land.loops is None else "No failed state holds by itself in this model: when the push is gone it comes back."
    sustaining = land.loops.sustaining
    if not sustaining:
        return "A failed state holds by itself, and no single loop explains it."
    first = sustained_by(land)
    assert first is not None
    needed = " Cutting any one of its links, the failed system comes back." if first.needed else ""
    gains = [g for g in (first.edge, first.between) if g is not None and g > 1]
    strong = "" if not gains else ", and nothing holds it back on the way down" if np.isinf(max(gains)) or max(gains) > 1e6 else (
        f", {number(max(gains))} on the way down"
    )  # fmt: skip  # one expression
    return f"Sustaining loop, {_told(land.system.model, first.nodes)}: gain {_small(first.normal)} while it runs{strong}.{needed}"


def sustained_by(land: Landscape) -> Loop | None:
    """The loop to name: one that is needed, with a gain above 1 on the way down, the strongest."""
    loops = land.loops.sustaining if land.loops is not None else ()

    def peak(loop: Loop) -> float:
        return max((g for g in (loop.edge, loop.between) if g is not None and not np.isnan(g)), default=0.0)

    return max(loops, key=lambda loop: (loop.needed is True, peak(loop) > 1, peak(loop), -len(loop.nodes)), default=None)


def _small(g: float) -> str:
    return "0" if abs(g) < 1e-6 else number(g)


def window_sentence(m: Model, land: Landscape) -> str:
    """Between which loads the way there decides, and what lies on the edge."""
    said = ""
    if land.window is not None:
        low, high = (with_unit(m, m.load, x) for x in land.window)
        below = f" Below {low} it comes back by itself, above {high} it needs no push." if land.window[0] > 0 else ""
        said = f"At a load from {low} to {high} it can run and can be down, and only the way there decides.{below}"
    if land.edge is not None:
        at = ", ".join(f"`{s}` {number(float(x))}" for s, x in zip(land.system.states, land.edge, strict=True))
        b = land.basin
        said += f" On the edge between the two: {at}. Of {b.n} states drawn evenly from the declared box, {per_cent(b.value)} % come back"
        said += f" ({per_cent(max(b.low, 0.0))} to {per_cent(b.high)} %)."
    return said.strip()


def back_sentence(m: Model, land: Landscape) -> str:
    """The least push back, and the load below which it comes back by itself."""
    c = land.correction
    if c is None:
        return ""
    tried = ", ".join(per_cent(float(x)) for x in c.levels / max(float(land.p[land.system.parameter(m.load)]), 1e-300))
    if c.least is None:
        return (
            f"Shedding `{m.load}` alone did not bring it back: tried were {tried} % of today's, for up to {seconds(LONGEST * land.settle)}. "
            "Something else must change first."
        )
    today = float(land.p[land.system.parameter(m.load)])
    works = [(float(x), float(s)) for x, s in zip(c.levels, c.seconds, strict=True) if np.isfinite(s)]
    ways = [works[0], works[-1]] if len(works) > 1 else works
    said = ", or ".join(f"to {with_unit(m, m.load, x)} for {seconds(max(s, 1e-9))}" for x, s in ways)
    none = [float(x) for x, s in zip(c.levels, c.seconds, strict=True) if not np.isfinite(s)]
    above, below = [x for x in none if x > works[-1][0]], [x for x in none if x < works[0][0]]
    never = (
        f" Down to {with_unit(m, m.load, above[0])} only did not bring it back within {seconds(LONGEST * land.settle)}."
        if above
        else ""
    )
    never += (
        f" Nor did shedding down to {with_unit(m, m.load, below[-1])}: then too little goes right to recover." if below else ""
    )
    return f"What brings it back: shed `{m.load}` from {with_unit(m, m.load, today)} {said}.{never}"


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


def doubt_sentence(action: str, finer: Checked) -> str:
    """Of an item that changes what the model means: where the finer level says otherwise."""
    parts = [c for c in finer.cells if c.agree is False]
    at = ", ".join(f"{number(c.size)} ({c.down} of {c.runs} stay down)" for c in parts)
    return (
        f"After `{action}` the levels part: at a push of size {at} single {finer.what}, simulated, say otherwise than the flow. "
        "What the item does to the chance of tipping is therefore taken as open to that side."
    )


def waits_sentence(w: Waits) -> str:
    """Expected times by chance alone, in words."""
    if w.recover is None or w.collapse is None:
        if not w.states:
            return ""
        return f"How long chance alone would take, there and back, was not computed: {w.why_not}."
    how = f"Markov chain of {w.states} states" if w.level == "chain" else f"single {w.level}, simulated"
    back, away = _passed(w.recover), _passed(w.collapse)
    return f"By chance alone ({how}), expected: from failed back to running, {back}; from running to failed, {away}."


def _passed(x: Passage) -> str:
    """`3 hours`; `3 hours (2 hours to 5 hours at 95 %, seen in 20 of 24 runs)`; `none of 8 runs, 2 hours in all: at least 40 minutes (95 %)`."""
    if not x.runs:
        return duration_words(x.mean)
    if not x.ended:
        if x.low >= NEVER:
            return f"practically never (none of {x.runs} runs)"
        return f"none of {x.runs} runs, {duration_words(x.watched)} in all: at least {duration_words(x.low)} (95 %)"
    between = f"{duration_words(x.low)} to {duration_words(x.high)} at 95 %"
    return f"{duration_words(x.mean)} ({between}, seen in {x.ended} of {x.runs} runs)"
