"""The control structure (STPA): unsafe control actions in their four forms, what they lead to, and the feedback that was blind.

Source: N. Leveson and J. Thomas, STPA Handbook, 2018, chapter 2. A form that the case does not mention is "not examined"; it is never
counted as safe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.case import Case
from fuelbed.core.findings import Span
from fuelbed.core.invariants import FORMS, Controller, Form, UnsafeAction
from fuelbed.engines.invariants.scene import Scene, happened
from fuelbed.engines.invariants.words import code, listed, plain, plural
from fuelbed.numerics.boolean.bdd import FALSE

__all__ = ["Feedback", "examined", "feedback_of", "led_to", "stpa_sentence", "stpa_table"]

WORDS = {"not_provided": "not given", "provided": "given", "wrong_time": "wrong time", "wrong_duration": "wrong duration"}


@dataclass(frozen=True, slots=True)
class Feedback:
    """A channel that a controller knows its process by, and why it tells nothing (or not enough)."""

    controller: str
    channel: str
    why: str
    blind: bool
    span: Span | None = None


def led_to(scene: Scene, name: str) -> tuple[int, int] | None:
    """In how many of the minimal cut sets of the failure the line is true (or the factor is held), of how many; None where not known.

    Of more cut sets than are listed, only factors can be counted.
    """
    cuts, s = scene.cuts, scene.structure
    if cuts is None or s is None or not name:
        return None
    if name in scene.case.factors:
        return cuts.of(name), cuts.total
    if cuts.total > len(cuts.listed):
        return None
    line = s.lines[name]
    n = 0
    for cut in cuts.listed:
        held = {s.index[e] for e in cut}
        n += s.bdd.restrict(line, {v: v in held for v in s.bdd.support(line)}) != FALSE
    return n, cuts.total


def examined(c: Controller) -> list[tuple[str, Form, tuple[UnsafeAction, ...]]]:
    """Every action in every form, with what the case says of it: nothing means not examined."""
    return [(a.name, form, a.of_form(form)) for a in c.actions.values() for form in FORMS]


def stpa_table(scene: Scene) -> Table | None:
    """A row for every unsafe control action, those of the incident first, then one for each action's forms that nobody examined."""
    controllers = scene.case.controllers
    if not controllers:
        return None
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    for c in controllers.values():
        for a in c.actions.values():
            for u in a.unsafe:
                rank = {True: 0, None: 1, False: 2}[u.in_incident]
                rows.append((rank, (Cell(f"{c.name}.{a.name}"), _form(u), Cell(plain(u.when)), _leads(scene, u), _did(u))))
            if left := [WORDS[f] for f in FORMS if not a.of_form(f)]:
                cells = (
                    Cell(f"{c.name}.{a.name}"),
                    Cell(listed(left), tone="muted"),
                    Cell("not examined", tone="muted"),
                    Cell(),
                    Cell(),
                )
                rows.append((3, cells))
    return Table(
        "unsafe_actions",
        "Control actions that can be unsafe (STPA)",
        (
            Column("action", "control action", "code"),
            Column("form", "form"),
            Column("when", "when"),
            Column("leads", "leads to"),
            Column("happened", "in this incident", "verdict"),
        ),
        tuple(cells for _, cells in sorted(rows, key=lambda r: r[0])),
        note="Forms: not given (when it is needed), given (when it does harm), wrong time (too early, too late, out of order), wrong "
        "duration (stopped too soon, applied too long). What nobody examined is not thereby safe.",
        empty="No controller has a control action.",
    )


def _form(u: UnsafeAction) -> Cell:
    return Cell(WORDS[u.form])


def _leads(scene: Scene, u: UnsafeAction) -> Cell:
    if not u.leads_to:
        return Cell("not said", tone="muted")
    found = led_to(scene, u.leads_to)
    if found is None:
        return Cell(u.leads_to)
    n, total = found
    if n == 0:
        return Cell(f"{u.leads_to} (in no cut set of the failure)")
    every = "every cut set" if n == total and total > 1 else f"{n} of {plural(total, 'cut set')}"
    return Cell(f"{u.leads_to} ({every})")


def _did(u: UnsafeAction) -> Cell:
    if u.in_incident is None:
        return Cell("not known", tone="muted")
    return Cell("yes", tone="bad") if u.in_incident else Cell("no", tone="plain")


def feedback_of(case: Case, scene: Scene) -> Iterator[Feedback]:
    """Channels that are not there, show nothing, or can be blind; and controllers without any."""
    for c in case.controllers.values():
        if not c.feedback:
            yield Feedback(
                c.name, "", f"`{c.name}` has no feedback: nothing is said of how it knows what it controls", False, c.span
            )
        for channel in c.feedback:
            signal = case.signals.get(channel)
            if signal is None:
                continue
            who = f"`{c.name}` knows by `{channel}`"
            if not signal.installed:
                yield Feedback(c.name, channel, f"{who}, which is not there", True, c.span)
            elif signal.misses.is_point and signal.misses.low >= 1:
                yield Feedback(c.name, channel, f"{who}, which never shows it", True, c.span)
            elif signal.blind_when is not None:
                was = happened(case, signal.blind_when, scene.true)
                state = {True: "and it was, in this incident", False: "which was not so in this incident", None: ""}[was]
                tail = f", {state}" if state else ""
                yield Feedback(
                    c.name, channel, f"{who}, which is blind while `{signal.blind_text}`{tail}", was is not False, c.span
                )


def stpa_sentence(case: Case) -> str:
    """How much was examined, and what happened."""
    every = [row for c in case.controllers.values() for row in examined(c)]
    if not every:
        return ""
    left = [row for row in every if not row[2]]
    did = [
        f"{c.name}.{a.name}"
        for c in case.controllers.values()
        for a in c.actions.values()
        if any(u.in_incident for u in a.unsafe)
    ]
    n = sum(len(c.actions) for c in case.controllers.values())
    said = f"Of {plural(len(every), 'form')} in which {plural(n, 'control action')} can be unsafe, {len(left)} were not examined."
    if did:
        happened_words = "was" if len(did) == 1 else "were"
        said += f" In this incident {code(did)} {happened_words} unsafe."
    return said
