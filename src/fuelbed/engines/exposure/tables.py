"""The tables: patches against closings, the variants and what ends each, what every variant holds."""

from __future__ import annotations

from collections.abc import Collection

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.shown import count, listed, number, per_cent
from fuelbed.engines.exposure.scene import Measure, Row, Scene
from fuelbed.engines.exposure.words import rate
from fuelbed.numerics.attack.breakeven import BreakEven
from fuelbed.numerics.process.structure import Event
from fuelbed.numerics.process.values import change, estimate

__all__ = ["after_table", "choke_words", "measures_table", "variants_table"]

_SHOWN = 12
_ORDER = {"patch": 0, "close": 1, "mend": 2}


def measures_table(scene: Scene) -> Table:
    """What is left after each patch, beside what is left after closing each exposure and mending each control."""
    rows = []
    for m in sorted(scene.measures, key=lambda m: (_ORDER[m.kind], m.left)):
        r = m.row
        tone = "good" if m.left == 0 else "bad" if m.kind == "patch" and m.left else "plain"
        left = Cell(f"{count(m.left)} of {count(scene.total)}", tone=tone)  # type: ignore[arg-type]  # closed words
        moved = Cell("not worked out", tone="muted") if r is None else Cell(estimate=change(r["hazard"].ratio, scene.known))
        rows.append((Cell(m.label), Cell(m.kind), left, moved, _enough(m), Cell("" if m.cost is None else _cost(m))))
    return Table(
        "measures",
        "Patches against closings: what is left",
        (
            Column("measure", "measure", "code"),
            Column("kind", "kind"),
            Column("left", "variants left"),
            Column("change", "failures a year", "estimate"),
            Column("enough", "enough if others come", brief=any(m.enough for m in scene.measures)),
            Column("cost", "cost", brief=False),
        ),
        tuple(rows),
        note=_note(scene),
        empty="Nothing that the goal reads can be patched, closed or mended.",
    )


def after_table(scene: Scene) -> Table:
    """The numbers after each measure, beside today's."""
    today = (Cell("nothing done"), *_numbers(scene, scene.today))
    rows = [(Cell(m.label), *_numbers(scene, m.row)) for m in scene.measures if m.row is not None]
    return Table(
        "after_measures",
        "What is left a year, and within the horizon",
        (
            Column("measure", "measure", "code"),
            Column("hazard", "failures a year", "estimate"),
            Column("probability", f"at least one within {scene.case.horizon_text}", "estimate"),
        ),
        (today, *rows),
        note="Counted without unknown variants of the classes whose rate is not given." if scene.open_classes else "",
        detail=True,
    )


def _numbers(scene: Scene, r: Row) -> tuple[Cell, Cell]:
    return (
        Cell(estimate=estimate(r["hazard"].after, "rate", "a year", scene.known)),
        Cell(estimate=estimate(r["probability"].after, "probability", "", scene.known)),
    )


def _cost(m: Measure) -> str:
    q = m.cost
    assert q is not None
    return number(q.low) if q.is_point else f"{number(q.low)} to {number(q.high)}"


def _enough(m: Measure) -> Cell:
    """`< 1.2 a year`: the break-even rate of the unknown variant."""
    b: BreakEven | None = m.enough
    if b is None:
        return Cell("")
    if b.never:
        return Cell("never enough", tone="bad")
    if b.always:
        return Cell("always enough", tone="good")
    span = "" if b.high - b.low <= 0.005 * b.high else f" ({number(b.low)} to {number(b.high)})"
    if b.value <= 0:
        return Cell(f"not at the middle; below {rate(b.high)} at best", tone="bad")
    return Cell(f"< {rate(b.value)}{span}")


def _note(scene: Scene) -> str:
    parts = [
        "A patch prevents one exploit, a closing takes an exposure away, a mended control always holds from then on. Changes are paired."
    ]
    if any(m.enough for m in scene.measures):
        parts.append(
            f"A patch is called enough where at most {per_cent(scene.share)} % of today's failures a year are left, "
            "by the rate of the unknown variant of its class."
        )
    parts += [
        f"How often an unknown variant of {c} comes is not given: the numbers count what is listed, and it comes on top."
        for c in scene.open_classes
    ]
    if any(m.row is None for m in scene.measures):
        parts.append("Numbers are worked out for the measures that leave the fewest variants.")
    return " ".join(parts)


def variants_table(scene: Scene) -> Table:
    """The variants: which exploit, through what, past which controls; and which single measures end each."""
    case = scene.case
    rows = []
    for cut in scene.variants[:_SHOWN]:
        through = [n for k, n in cut if k == "condition"]
        past = [n for k, n in cut if k == "control"]
        new = scene.is_new(cut)
        rows.append(
            (
                Cell(scene.exploits(cut)),
                Cell("in no list yet" if new else "known", tone="bad" if new else "plain"),
                Cell(", ".join(through), items=tuple(through)),
                Cell(", ".join(past), items=tuple(past)),
                *_depths(scene, cut),
            )
        )
    return Table(
        "variants",
        f"Variants: the ways to `{case.failure}`",
        (
            Column("exploit", "exploit"),
            Column("known", "known"),
            Column("through", "through", "list"),
            Column("past", "past", "list"),
            Column("drawn", "controls drawn"),
            Column("independent", "independent, and not blind"),
        ),
        tuple(rows),
        note=_variants_note(scene, len(rows)) if rows else "",
        empty="No combination of the listed factors reaches the goal.",
        detail=True,
    )


def _variants_note(scene: Scene, shown: int) -> str:
    note = f"{count(scene.total)} in all, {count(scene.generated)} of them by exploits in no list yet."
    if scene.total > shown:
        note += f" The {shown} smallest are shown."
    if scene.derived.alone:
        names = listed([f"`{n}`" for n in scene.derived.alone])
        note += f" {names} {'has' if len(scene.derived.alone) == 1 else 'have'} no `class`, so no unknown variant stands beside."
    if scene.composed.granted:
        note += " Where a line says `not`, cut and depth grant it to the attacker."
    return note


def _depths(scene: Scene, cut: Collection[Event]) -> tuple[Cell, Cell]:
    """How many controls must fall on this variant, as drawn and in truth."""
    d = scene.layers_of(cut)
    drawn, true = d.nominal.words, d.effective.words
    return Cell(drawn), Cell(true, tone="bad" if true != drawn else "plain")


def choke_words(events: list[Event]) -> str:
    return listed([f"`{n}`" for _, n in events])
