"""Tables of the dynamics answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.shown import number, per_cent
from fuelbed.engines.dynamics.asking import MOST
from fuelbed.engines.dynamics.landscape import Landscape
from fuelbed.engines.dynamics.levels import Checked
from fuelbed.engines.dynamics.stability import Stability
from fuelbed.engines.dynamics.tipping import Tipped, margin_estimate, tips_estimate
from fuelbed.engines.dynamics.words import loop_words, seconds, size_words, with_unit

__all__ = ["actions_table", "levels_table", "loops_table", "margins_table", "points_table"]

_LOOPS = 6
_KINDS = {"fold": "fold", "exchange": "exchange", "flip": "flip", "spiral": "Neimark-Sacker", "failed": "goes down, simulated"}


def actions_table(name: str, rows: list[tuple[str, str, Tipped, Stability]]) -> Table:
    """What each item moves: the state, the size of push that stays down, the chance of tipping."""
    cells = []
    for action, what, t, s in rows:
        cells.append(
            (
                Cell(action or "today"),
                Cell(what),
                Cell(s.word, tone="bad" if s.word in ("failed", "metastable") else "good" if s.word == "stable" else "plain"),
                Cell(_sizes(margin_estimate(t))),
                Cell(estimate=replace(tips_estimate(t), kind="share")),
            )
        )
    return Table(
        f"dynamics_{name}_actions",
        f"What each action item moves in `{name}`",
        (
            Column("action", "action", "code"),
            Column("what", "what", brief=False),
            Column("state", "after the push", "verdict"),
            Column("margin", "push that stays down"),
            Column("tips", "chance that the push tips it", "estimate"),
        ),
        tuple(cells),
        note="The same draws of every uncertain number in every row, so that rows can be compared. A push of size 1 is the one declared.",
    )


def _sizes(e: Estimate) -> str:
    assert e.value is not None
    middle = size_words(e.value, MOST)
    if e.low == e.high:
        return middle
    high = f"none up to {number(MOST)}" if np.isinf(e.high) else number(e.high)
    return f"{middle} ({number(e.low)} to {high})"


def loops_table(name: str, land: Landscape) -> Table:
    """The loops that matter: those that sustain, then the strongest."""
    loops = land.loops.loops[:_LOOPS] if land.loops else ()
    rows = tuple(
        (
            Cell(loop_words(loop.nodes)),
            Cell("feeds itself" if loop.positive else "holds back"),
            Cell(_gain(loop.normal)),
            Cell(_gain(loop.edge if loop.edge is not None else loop.between)),
            Cell(_gain(loop.failed)),
            Cell("sustains the failure" if loop.sustaining else "", tone="bad" if loop.sustaining else "plain"),
        )
        for loop in loops
    )
    whole = land.loops is None or land.loops.complete
    return Table(
        f"dynamics_{name}_loops",
        f"Feedback loops of `{name}`",
        (
            Column("loop", "each acts on the next"),
            Column("sign", "kind", brief=False),
            Column("normal", "gain, running"),
            Column("edge", "gain, at the edge"),
            Column("failed", "gain, failed", brief=False),
            Column("role", "role", "verdict"),
        ),
        rows,
        note="Gain: what a small lasting change has become after one round. A loop that feeds itself alone carries a disturbance away "
        "where its gain exceeds 1. One *sustains* where it is below 1 while all runs, above 1 on the way down, or where cutting any of "
        "its links brings the failed system back (tried by simulation)."
        + ("" if whole else " There are more loops than were listed."),
        empty="No loop of influence was found.",
        detail=True,
    )


def _gain(g: float | None) -> str:
    if g is None:
        return "–"
    return "0" if abs(g) < 1e-6 else "very large" if abs(g) > 1e6 else number(g)


def points_table(name: str, land: Landscape) -> Table:
    """Where the map can rest."""
    rows = tuple(
        (
            Cell(", ".join(f"{s} {number(float(v))}" for s, v in zip(land.system.states, q.x, strict=True))),
            Cell(q.kind + (" (on a kink: found by simulation)" if q.kinked else "")),
            Cell("down" if q.failed > 0 else "up", tone="bad" if q.failed > 0 else "good"),
            Cell(", ".join(_multiplier(complex(m)) for m in q.multipliers[:3])),
            Cell(seconds(q.half_life_seconds) if q.kind == "stable" else "–"),
        )
        for q in land.points
    )
    return Table(
        f"dynamics_{name}_points",
        f"Where `{name}` can rest",
        (
            Column("state", "state"),
            Column("kind", "kind"),
            Column("down", "is", "verdict"),
            Column("multipliers", "multipliers", brief=False),
            Column("half", "a small deviation halves within", brief=False),
        ),
        rows,
        note="Fixed points of the map at the middle of every number (Newton from many starts). A multiplier is by how much a small "
        "deviation grows in one step.",
        empty="No fixed point was found in the declared box.",
        detail=True,
    )


def _multiplier(m: complex) -> str:
    return number(m.real) if abs(m.imag) < 1e-12 else f"{number(m.real)} ± {number(abs(m.imag))}i"


def margins_table(name: str, land: Landscape, moves: dict[str, float]) -> Table:
    """How far each parameter is from ending the running state; and what one more per cent of it does to the critical push."""
    model = land.system.model
    rows = []
    for n in land.nearest:
        today = float(land.p[land.system.parameter(n.parameter)])
        found = n.running
        at = "–" if found is None else f"{with_unit(model, n.parameter, found.at.value)} ({_KINDS[found.at.kind]})"
        share = f"none between {number(n.low)} and {number(n.high)}" if found is None else f"{per_cent(found.percent / 100)} %"
        grows = moves.get(n.parameter)
        rows.append(
            (
                Cell(n.parameter),
                Cell(with_unit(model, n.parameter, today)),
                Cell(share),
                Cell(at),
                Cell("–" if grows is None else f"{per_cent(grows, signed=True)} %"),
            )
        )
    return Table(
        f"dynamics_{name}_margins",
        f"How far `{name}` is from losing its running state, without any push",
        (
            Column("parameter", "parameter", "code"),
            Column("today", "today"),
            Column("margin", "margin"),
            Column("at", "ends at", brief=False),
            Column("elasticity", "per +1 %, the push that stays down changes by"),
        ),
        tuple(rows),
        note="By continuation of the running state of the map (fold, flip, Neimark-Sacker; `exchange`: two states trade stability), one "
        "parameter at a time from the middle of the others; where that ends early, by simulation of the parameter set so at once.",
        empty="The running state does not depend on any parameter.",
        detail=True,
    )


def levels_table(name: str, checked: Checked) -> Table:
    """The quick level's answer beside the simulation's."""
    requests = checked.what == "requests"
    said = {True: "agree", False: "part", None: "not decided"}
    rows = tuple(
        (
            Cell(number(c.size)),
            Cell("stays down" if c.quick else "comes back"),
            Cell(f"{c.down} of {c.runs} stay down ({number(c.low)} to {number(c.high)})"),
            Cell(said[c.agree], tone="bad" if c.agree is False else "good" if c.agree else "plain"),
        )
        for c in checked.cells
    )
    return Table(
        f"dynamics_{name}_levels",
        f"`{name}`: two levels asked the same",
        (
            Column("size", "size of the push"),
            Column("fluid", "fluid with delay" if requests else "mean flow (map)"),
            Column("simulation", f"single {checked.what}, simulated"),
            Column("agree", "", "verdict"),
        ),
        rows,
        note="The fluid knows no noise. Near saturation noise alone can bring the service down, and only the simulation sees it."
        if requests
        else "The mean flow knows no noise. Near the boundary, and where counts are small, chance decides, and only the simulation sees it.",
        detail=True,
    )
