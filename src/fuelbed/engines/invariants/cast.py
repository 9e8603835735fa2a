"""The CAST-style table: for each control and controller its responsibility, what happened, why that made sense, what it contributed,
and the action items that touch it.

After N. Leveson, CAST Handbook (2019): the question is why the controls were not effective, not who failed. So context stands beside
what happened, and nobody is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.invariants import Controller
from fuelbed.engines.invariants.controls import Control
from fuelbed.engines.invariants.scene import Scene
from fuelbed.engines.invariants.stpa import WORDS, Feedback, led_to
from fuelbed.engines.invariants.tables import ROWS
from fuelbed.engines.invariants.words import listed, plain

__all__ = ["COLUMNS", "Row", "cast_rows", "cast_table"]

COLUMNS = ("who", "responsibility", "what happened", "why it made sense", "contribution", "action items")


@dataclass(frozen=True, slots=True)
class Row:
    """One control or controller; every field in words, "" where the case does not say."""

    name: str
    kind: str
    responsibility: str
    happened: str
    context: str
    contribution: str
    actions: tuple[str, ...]


def cast_rows(scene: Scene, controls: Sequence[Control], feedback: Sequence[Feedback]) -> tuple[Row, ...]:
    rows = [_control(scene, c) for c in controls]
    rows += [_controller(scene, c, [f for f in feedback if f.controller == c.name]) for c in scene.case.controllers.values()]
    return tuple(rows)


def _control(scene: Scene, c: Control) -> Row:
    f = c.factor
    happened = {
        "missing": "It was not there.",
        "bypassed": "It was there, and what happened went past it.",
        "failed": "It was there and did not hold.",
        "effective": "It held." if f.occurred is False else "It was there and in order.",
    }[f.state]
    if f.state == "effective" and f.occurred:
        happened = "It was there and in order, and did not hold this time."
    if c.unarmed and f.state not in ("missing", "bypassed"):
        happened += f" It needs `{f.needs}`, {c.unarmed}: by the model it could not act."
    if c.grounds.seen:
        happened += (
            f" {listed(c.grounds.seen).capitalize()}." if not c.grounds.seen[0].startswith("`") else f" {listed(c.grounds.seen)}."
        )
    return Row(
        c.name,
        "control",
        plain(f.what),
        happened,
        plain(c.grounds.because),
        _counted(scene, c),
        tuple(dict.fromkeys([*_touching(scene, c.name), *(_touching(scene, f.needs) if f.needs else ())])),
    )


def _counted(scene: Scene, c: Control) -> str:
    """How many ways to the failure need that it does not hold; else which outcome does."""
    if scene.cuts is None or c.cuts is None:
        return f"named by {listed([f'`{g}`' for g in c.guards])}" if c.guards else "in no line"
    if c.cuts:
        total = scene.cuts.total
        return (
            "every cut set of the failure needs that it does not hold"
            if c.cuts == total
            else f"{c.cuts} of {total} cut sets of the failure"
        )
    later = [o for o in c.later if o != scene.case.failure]
    return f"not in the failure; in {listed([f'`{o}`' for o in later])}" if later else "in no cut set"


def _controller(scene: Scene, c: Controller, feedback: Sequence[Feedback]) -> Row:
    unsafe = [(a.name, u) for a in c.actions.values() for u in a.unsafe]
    did = [(n, u) for n, u in unsafe if u.in_incident]
    happened = " ".join(f"`{n}` {WORDS[u.form]} {_lead(u.when)}." for n, u in did)
    if not did:
        open_ = sum(u.in_incident is None for _, u in unsafe)
        happened = (
            "Whether one of its actions was unsafe here is not said."
            if open_ or not unsafe
            else "None of its unsafe actions happened."
        )
    blind = [f.why for f in feedback if f.blind]
    context = " ".join(_stopped(x) for x in (c.because, *(u.because for _, u in did)) if x)
    context = " ".join([context, *(f"{b}." for b in blind)]).strip()
    ends = dict.fromkeys(u.leads_to for _, u in (did or unsafe) if u.leads_to)
    contribution = []
    for end in ends:
        found = led_to(scene, end)
        contribution.append(f"`{end}`" + (f" ({found.words(scene.case.failure)})" if found else ""))
    touching = [t for target in (*ends, *c.feedback) for t in _touching(scene, target)]
    process = f" It controls {plain(c.process)}." if c.process else ""
    return Row(
        c.name, "controller", (plain(c.what).rstrip(".") + "." + process).lstrip(". ") if c.what or process else "", happened, context,
        f"leads to {listed(contribution)}" if contribution else "", tuple(dict.fromkeys(touching)),
    )  # fmt: skip  # in the order of the type


def _lead(when: str) -> str:
    words = plain(when).rstrip(".")
    return (
        words
        if words.lower().startswith(("when ", "while ", "after ", "before ", "during ", "too ", "although ", "with "))
        else f"while {words}"
    )


def _stopped(text: str) -> str:
    """A sentence that ends like one."""
    words = plain(text)
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _touching(scene: Scene, name: str) -> Iterator[str]:
    """The action items that change or watch the factor, line or signal."""
    for a in scene.case.actions.values():
        for c in a.does:
            if c.target == name or c.line == name:
                yield a.name
                break


def cast_table(rows: Sequence[Row], detail: bool = True) -> Table:
    kinds = ("code", "text", "text", "text", "text", "list")
    ids = ("who", "responsibility", "happened", "context", "contribution", "actions")
    heads = tuple(Column(i, label, k) for i, label, k in zip(ids, COLUMNS, kinds, strict=True))  # type: ignore[arg-type]  # kinds are literals
    cells = tuple(
        (
            Cell(r.name),
            _said(r.responsibility),
            _said(r.happened),
            _said(r.context),
            _said(r.contribution),
            Cell(", ".join(r.actions), items=r.actions) if r.actions else Cell("none", tone="bad"),
        )
        for r in rows[:ROWS]
    )
    return Table(
        "cast",
        "Why the controls did not hold (CAST)",
        heads,
        cells,
        note="After Leveson's CAST: what each control was for, what happened, and what made that sensible at the time.",
        empty="The case has no control and no controller.",
        detail=detail,
    )


def _said(text: str) -> Cell:
    return Cell(text) if text else Cell("not said", tone="muted")
