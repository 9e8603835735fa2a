"""Answer §8 for a case: invariants on its evidence and its models, every control, unsafe control actions, and one axis of time.

Each part is there for what the case gives: controls, a narrative with times, a control structure, invariants. What is not given is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fuelbed.core.blocks import Answer, Ask, Block, Quote, Sentence
from fuelbed.core.case import Case
from fuelbed.core.facts import Facts, NotFound
from fuelbed.core.options import Options
from fuelbed.core.shown import counted
from fuelbed.engines.invariants.bowtie import bowtie_picture
from fuelbed.engines.invariants.cast import cast_rows, cast_table
from fuelbed.engines.invariants.checks import Checked, Pushed, Unchecked, check
from fuelbed.engines.invariants.claim import controls_sentence, first_broken, invariants_sentence, pushes_sentence
from fuelbed.engines.invariants.contradictions import Flaw, flaws, gap_flaw, longest_gap
from fuelbed.engines.invariants.controls import Control, Shared, controls_of, shared_by
from fuelbed.engines.invariants.findings import findings
from fuelbed.engines.invariants.moments import Placed, Told, told
from fuelbed.engines.invariants.scene import Scene, scene_of
from fuelbed.engines.invariants.stpa import Feedback, feedback_of, not_examined, stpa_sentence, stpa_table
from fuelbed.engines.invariants.tables import controls_table, invariants_table, pushes_table
from fuelbed.engines.invariants.timeline import timelines
from fuelbed.engines.invariants.words import brief, clock, code, listed, spell

__all__ = ["Examined", "controls_answer", "examine", "look"]

_QUOTED = 4  # of the text's own words


@dataclass(frozen=True, eq=False)
class Examined:
    """Everything that was found, before it is told."""

    scene: Scene
    checked: tuple[Checked, ...]
    pushed: tuple[Pushed, ...]
    left: tuple[Unchecked, ...]
    controls: tuple[Control, ...]
    shared: tuple[Shared, ...]
    feedback: tuple[Feedback, ...]
    told: Told
    flaws: tuple[Flaw, ...]


def look(case: Case, options: Options) -> Examined:
    scene = scene_of(case)
    found = list(check(case, options.seed))
    checked = tuple(x for x in found if isinstance(x, Checked))
    times = told(scene.document, case.date)
    first = first_broken([c for c in checked if c.start is not None])
    begin = None if first is None or first.start is None else first.start + first.broken[0].start
    named = f"`{first.invariant.name}`" if first is not None else ""
    gap = gap_flaw(longest_gap(times))
    wrong = (*flaws(case, times, begin, named), *([gap] if gap is not None else []))
    return Examined(
        scene,
        checked,
        tuple(x for x in found if isinstance(x, Pushed)),
        tuple(x for x in found if isinstance(x, Unchecked)),
        controls_of(scene),
        shared_by(scene),
        tuple(feedback_of(case, scene)),
        times,
        wrong,
    )


def examine(case: Case, facts: Facts, options: Options) -> Answer:
    """Answer §8 for `case`; deterministic for a seed."""
    del facts  # takes none
    e = look(case, options)
    said = [
        invariants_sentence(e.scene, e.checked, e.left) or pushes_sentence(e.pushed),
        controls_sentence(e.controls, e.shared),
        stpa_sentence(case) or (pushes_sentence(e.pushed) if e.checked else ""),
    ]
    claim = "\n".join(s for s in said if s) or _nothing(e)
    found = tuple(findings(e.scene, e.checked, e.controls, e.shared, e.feedback, e.flaws))
    return Answer(claim, tuple(_blocks(e)), found)


def _nothing(e: Examined) -> str:
    if e.told.placed:
        return "The case names no invariant and no control; what remains is the order of events."
    return "The case names no invariant and no control, and its text gives no times."


def controls_answer(case: Case, options: Options) -> Answer:
    """The part of the answer that speaks of controls and controllers alone: what `fuelbed controls` prints."""
    e = look(case, options)
    claim = "\n".join(s for s in (controls_sentence(e.controls, e.shared), stpa_sentence(case)) if s)
    blocks = [*_standing(e), *_deciding(e)]
    if e.controls or case.controllers:
        blocks.append(cast_table(cast_rows(e.scene, e.controls, e.feedback), detail=False))
    found = findings(e.scene, (), e.controls, e.shared, e.feedback, ())
    return Answer(claim or "The case has no control and no controller.", tuple(blocks), tuple(found))


def _blocks(e: Examined) -> Iterator[Block]:
    scene, case = e.scene, e.scene.case
    yield from (t for t in (invariants_table(scene, e.checked), pushes_table(e.pushed)) if t is not None)
    yield from _standing(e)
    yield from _deciding(e)
    yield from timelines(scene, e.told, e.controls, e.checked, e.pushed)
    yield from _times(e)
    if e.controls or case.controllers:
        yield cast_table(cast_rows(scene, e.controls, e.feedback))
    yield from _quotes(e)
    yield from _asks(e)


def _standing(e: Examined) -> Iterator[Block]:
    """The controls: table, owners, bow-tie."""
    table = controls_table(e.scene, e.controls, e.shared)
    if table is not None:
        yield table
        yield from _owners(e.controls)
    picture = bowtie_picture(e.scene, e.controls, e.shared)
    if picture is not None:
        yield picture


def _deciding(e: Examined) -> Iterator[Block]:
    """The control structure: unsafe actions, what nobody examined, feedback."""
    stpa = stpa_table(e.scene)
    if stpa is None:
        return
    yield stpa
    if left := not_examined(e.scene.case):
        yield Sentence(left, "muted", detail=True)
    yield from (Sentence(f"{f.why}.", "bad" if f.blind else "plain") for f in e.feedback)


def _owners(controls: Sequence[Control]) -> Iterator[Block]:
    """One owner for several controls is no dependency of the machines, and is only noted."""
    by: dict[str, list[str]] = {}
    for c in controls:
        if c.factor.owner:
            by.setdefault(c.factor.owner, []).append(c.name)
    many = [f"`{o}` owns {code(names)}" for o, names in by.items() if len(names) > 1]
    if many:
        yield Sentence(f"{listed(many)}; one owner is a note, not a shared dependency.", "muted", detail=True)


def _times(e: Examined) -> Iterator[Block]:
    """How the times were read, and what is wrong with them."""
    text, case = e.told, e.scene.case
    if text.placed:
        zones = [z for z in text.zones if z]
        none = "" in text.zones
        if zones:
            said = f"The text gives its times in {listed(zones)}" + (", some without a zone (read as UTC)" if none else "")
        else:
            said = "The text states no zone that is known here, so its times are read as UTC"
        left = (
            f"; {counted(text.left, 'entry has', 'entries have')} no time of its own"
            if text.left == 1
            else f"; {text.left} entries have no time of their own"
            if text.left
            else ""
        )
        yield Sentence(f"{said}; the axis is in UTC{left}.", "muted", detail=True)
        gap = longest_gap(text)
        if gap is not None:
            span = f"from {clock(gap.before.t, case.date)} to {clock(gap.after.t, case.date)} UTC" if text.dated else ""
            yield Sentence(
                f"The longest stretch without an entry is {spell(gap.length)}{', ' + span if span else ''}.", detail=True
            )
    unzoned = [f"`{n}`" for n, m in case.metrics.items() if m.start is not None and not m.zoned]
    unzoned += [f"`{n}`" for n, t in case.events.items() if t.start is not None and not t.zoned]
    if unzoned:
        yield Sentence(
            f"{listed(unzoned)} {'gives' if len(unzoned) == 1 else 'give'} no zone, so {'its' if len(unzoned) == 1 else 'their'} times are read as UTC.",
            "muted",
            detail=True,
        )
    yield from (Sentence(f.message, "bad") for f in e.flaws if f.kind == "contradiction")


def _quotes(e: Examined) -> Iterator[Block]:
    """What contradicts itself, in the text's own words, and what the text says of controls."""
    document, case = e.scene.document, e.scene.case
    if document is None:
        return
    at: dict[tuple[int, int], Placed] = {}
    for f in e.flaws:
        if f.kind == "contradiction":
            at.update({(p.moment.place.start, p.moment.place.end): p for p in f.at})
    for place in [p.moment.place for p in at.values()][:_QUOTED]:
        yield Quote(brief(document.quote(place), 200), replace(document.span(place), file=case.narrative), detail=True)
    seen = {s.index: s for c in e.controls for s in (*c.grounds.said[:1], *c.grounds.untried[:1])}
    for s in [seen[i] for i in sorted(seen)][: 2 * _QUOTED]:
        yield Quote(brief(s.words, 200), replace(document.span(s.place()), file=case.narrative), detail=True)


def _asks(e: Examined) -> Iterator[Block]:
    """What to give next, each question once."""
    case = e.scene.case
    out: dict[NotFound, None] = {}
    for u in e.left:
        out[NotFound(u.question, u.unlocks)] = None
    for c in e.checked:
        if c.undecided == 1:
            why = "its window is longer than the record, or the record has no value where it looks"
            out[
                NotFound(f"Is there a longer or fuller record than `{c.where}`?", f"whether `{c.invariant.name}` held: {why}")
            ] = None
        elif c.broken and c.trigger is None and c.where in case.metrics:
            question = f"When did the trigger begin? Add `trigger: {{start: ...}}` to the metrics `{c.where}`."
            out[NotFound(question, f"whether `{c.invariant.name}` was broken before it (latent), and for how long")] = None
    if not case.invariants:
        question = "Which statements must always hold (`invariants`), and is there a record or a model to check them on?"
        out[NotFound(question, "the first violation, its size, and whether it came before the trigger")] = None
    if not e.controls:
        out[
            NotFound(
                "Which controls should have stopped it, and in what state was each?", "the table of controls and the bow-tie"
            )
        ] = None
    elif not case.controllers:
        question = "Who decides (`control_structure`): which controllers, with which actions and which feedback?"
        out[NotFound(question, "the unsafe control actions in their four forms, and the feedback that was blind")] = None
    if not e.told.placed:
        out[NotFound("When did what happen? Add a timeline to the narrative.", "times, gaps and contradictions on one axis")] = (
            None
        )
    yield from (Ask(a, detail=True) for a in out)
