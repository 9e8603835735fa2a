"""The control structure (STPA): unsafe control actions in their four forms, what they lead to, and the feedback that was blind.

Source: N. Leveson and J. Thomas, STPA Handbook, 2018, chapter 2. A form that the case does not mention is "not examined"; it is never
counted as safe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from fuelbed.core.blocks import Cell, Column, Table
from fuelbed.core.case import Case
from fuelbed.core.findings import Span
from fuelbed.core.invariants import FORMS, Controller, Form, UnsafeAction
from fuelbed.core.shown import counted
from fuelbed.engines.invariants.scene import LISTED, Scene, happened
from fuelbed.engines.invariants.words import listed, plain
from fuelbed.numerics.boolean.bdd import FALSE
from fuelbed.numerics.process.structure import Structure

__all__ = ["WORDS", "Feedback", "Led", "examined", "feedback_of", "led_to", "not_examined", "stpa_sentence", "stpa_table"]

WORDS: Mapping[Form, str] = {
    "not_provided": "not given",
    "provided": "given",
    "wrong_time": "wrong time",
    "wrong_duration": "wrong duration",
}


@dataclass(frozen=True, slots=True)
class Feedback:
    """A channel that a controller knows its process by, and why it tells nothing (or not enough)."""

    controller: str
    channel: str
    why: str
    blind: bool
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Led:
    """Where a line or factor stands: in `n` of the `total` minimal cut sets of `of`, the failure or the first outcome that it is in."""

    name: str
    n: int
    total: int
    of: str

    def words(self, failure: str) -> str:
        if self.name == self.of:
            return "the failure itself" if self.of == failure else "an outcome itself"
        whose = "of the failure" if self.of == failure else f"of `{self.of}`"
        if self.n == 0:
            return "in no cut set"
        if self.n == self.total:
            return f"every cut set {whose}" if self.total > 1 else f"the only cut set {whose}"
        return f"{self.n} of {self.total} cut sets {whose}"


@lru_cache(maxsize=4096)
def led_to(scene: Scene, name: str) -> Led | None:
    """In how many minimal cut sets the line is true (or the factor is held): of the failure, else of the mildest outcome with any.

    None where that is not known: past a budget, and of more cut sets than are listed only factors are counted.
    """
    s = scene.structure
    if scene.cuts is None or s is None or not name:
        return None
    ends = dict.fromkeys([scene.case.failure, *(o.name for o in scene.case.outcomes)])
    last: Led | None = None
    for end in ends:
        found = _within(s, name, end, name in scene.case.factors)
        if found is None or found.n:
            return found
        last = last or found
    return last


def _within(s: Structure, name: str, end: str, is_factor: bool) -> Led | None:
    total = sum(s.orders(s.lines[end]).values())
    if is_factor:
        held = s.holding(s.lines[end])
        return Led(name, max((n for (_, x), n in held.items() if x == name), default=0), total, end)
    if total > LISTED:
        return None
    line, n = s.lines[name], 0
    for cut in s.cut_sets(s.lines[end], LISTED):
        there = {s.index[e] for e in cut}
        n += s.bdd.restrict(line, {v: v in there for v in s.bdd.support(line)}) != FALSE
    return Led(name, n, total, end)


def examined(c: Controller) -> list[tuple[str, Form, tuple[UnsafeAction, ...]]]:
    """Every action in every form, with what the case says of it: nothing means not examined."""
    return [(a.name, form, a.of_form(form)) for a in c.actions.values() for form in FORMS]


def stpa_table(scene: Scene) -> Table | None:
    """A row for every unsafe control action, those of the incident first."""
    controllers = scene.case.controllers
    if not controllers:
        return None
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    for c in controllers.values():
        for a in c.actions.values():
            for u in a.unsafe:
                rank = {True: 0, None: 1, False: 2}[u.in_incident]
                rows.append(
                    (rank, (Cell(f"{c.name}.{a.name}"), Cell(f"{WORDS[u.form]}: {plain(u.when)}"), _leads(scene, u), _did(u)))
                )
    return Table(
        "unsafe_actions",
        "Control actions that can be unsafe (STPA)",
        (
            Column("action", "control action", "code"),
            Column("when", "unsafe when"),
            Column("leads", "leads to"),
            Column("happened", "here", "verdict"),
        ),
        tuple(cells for _, cells in sorted(rows, key=lambda r: r[0])),
        note="Forms: not given (when it is needed), given (when it does harm), wrong time (too early, too late, out of order), wrong "
        "duration (stopped too soon, applied too long).",
        empty="No unsafe form of any control action is named.",
    )


def not_examined(case: Case) -> str:
    """The forms of each action that the case does not mention: that is not the same as safe."""
    left = [
        f"`{c.name}.{a.name}` {listed(forms)}"
        for c in case.controllers.values()
        for a in c.actions.values()
        if (forms := [WORDS[f] for f in FORMS if not a.of_form(f)])
    ]
    return f"Not examined, which is not the same as safe: {'; '.join(left)}." if left else ""


def _leads(scene: Scene, u: UnsafeAction) -> Cell:
    if not u.leads_to:
        return Cell("not said", tone="muted")
    found = led_to(scene, u.leads_to)
    return Cell(u.leads_to if found is None else f"{u.leads_to} ({found.words(scene.case.failure)})")


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
    said = (
        f"Of {counted(len(every), 'form')} in which {counted(n, 'control action')} can be unsafe, {len(left)} were not examined"
    )
    if did:
        names = listed([f"`{x}`" for x in dict.fromkeys(did)], 3)
        said += f"; in this incident {names} {'was' if len(did) == 1 else 'were'} unsafe"
    return f"{said}."
