"""Findings FB230 to FB238: what broke, what rests on nothing, what hangs on one thing, and times that cannot be so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from fuelbed.core.case import Case
from fuelbed.core.document import Document
from fuelbed.core.engine_codes import ENGINE_CODES
from fuelbed.core.findings import Finding, Span
from fuelbed.core.shown import counted
from fuelbed.engines.invariants.checks import Checked, worst_of
from fuelbed.engines.invariants.contradictions import Flaw
from fuelbed.engines.invariants.controls import Control, Shared
from fuelbed.engines.invariants.scene import Scene
from fuelbed.engines.invariants.stpa import Feedback
from fuelbed.engines.invariants.tables import measure, when
from fuelbed.engines.invariants.words import code, listed, spell

__all__ = ["findings", "of_flaw"]

_MANY = 20  # findings of one kind
_FLAWS = {"contradiction": "FB234", "zones": "FB235", "undated": "FB236", "gap": "FB238"}


def findings(
    scene: Scene,
    checked: Sequence[Checked],
    controls: Sequence[Control],
    shared: Sequence[Shared],
    feedback: Sequence[Feedback],
    found: Sequence[Flaw],
) -> Iterator[Finding]:
    yield from (_broken(scene, c) for c in checked if c.broken)
    yield from _few(_groundless(scene.case, controls))
    yield from _shared(scene.case, shared)
    yield from _few(_untried(scene, controls))
    yield from _few((_finding("FB237", f"{f.why}.", f.span) for f in feedback if f.blind or not f.channel), "controller")
    for flaw in found:
        yield of_flaw(flaw, scene.document)


def _few(found: Iterable[Finding], what: str = "control") -> Iterator[Finding]:
    """The first of many that say the same, then how many more."""
    every = list(found)
    yield from every[:_MANY]
    if (more := len(every) - _MANY) > 0:
        rest = counted(more, what)
        yield replace(every[_MANY], message=f"The same holds of {rest} more.", of_one=f"{rest} more")


def _finding(name: str, message: str, span: Span | None, of_all: str = "", of_one: str = "") -> Finding:
    c = ENGINE_CODES[name]
    return Finding(name, c.severity, message[0].upper() + message[1:], c.cure, span, of_all=of_all, of_one=of_one)


def _broken(scene: Scene, c: Checked) -> Finding:
    first, worst = c.broken[0], worst_of(c)
    text = f"`{c.invariant.name}` broke on `{c.where}` {'at ' if c.start is not None else ''}{when(c, first.start, scene)}"
    if c.early is not None and c.trigger is not None:
        text += f", {spell(c.trigger[0] - first.start)} before the trigger"
    if worst is not None and worst.worst:
        text += f", at worst by {measure(c, worst.worst)}"
    return _finding("FB230", f"{text}.", c.invariant.span)


def _groundless(case: Case, controls: Sequence[Control]) -> Iterator[Finding]:
    """What nothing shows. That a control was missing nobody merely hopes, so where a case gives no ground for anything it is not asked for."""
    bare = not _has_grounds(case)
    for c in controls:
        if c.grounds.rests or (bare and c.factor.state == "missing"):
            continue
        why = " (its `because` is a reason, not a record)" if c.grounds.because else ""
        rests, that = "rests on the case's word alone", f"that `{c.name}` is {c.factor.state}"
        yield _finding("FB231", f"{that} {rests}{why}.", c.factor.span, rests, that)


def _has_grounds(case: Case) -> bool:
    """Whether the case gives a source or a record of anything, or what some signal showed."""
    sourced = any(f.extra.get("source") for f in case.factors.values())
    return sourced or bool(case.sections.get("sources") or case.evidence or case.seen)


def _shared(case: Case, shared: Sequence[Shared]) -> Iterator[Finding]:
    """One finding for each thing that layers depend on and that no common cause declares."""
    for s in shared:
        if s.layers:
            what = s.what.partition(", which they")[0]
            yield _finding(
                "FB232", f"{code(s.layers)} are counted as independent and share {what}.", case.factors[s.layers[0]].span
            )


def _untried(scene: Scene, controls: Sequence[Control]) -> Iterator[Finding]:
    """Controls that were there: said to be untested, or counted on with nothing that shows that they ever held.

    One that failed in the incident was tried by it, and is named only where the text says that nobody had tried it before.
    """
    for c in controls:
        f = c.factor
        if f.state in ("missing", "bypassed"):
            continue
        if c.grounds.untried and scene.document is not None:
            line = scene.document.line(c.grounds.untried[0].place())
            said = f"`{c.name}` had not been tried before: the text says so in line {line}."
            yield _finding("FB233", said, f.span, "had not been tried before, by the text", f"`{c.name}`")
        elif f.state == "effective" and f.occurred is None and not c.grounds.tried and not c.grounds.measured:
            said = f"nothing says that `{c.name}` was ever tried: it is {_counted(c)}."
            yield _finding("FB233", said, f.span, "nothing says that it was ever tried", f"`{c.name}`")


def _counted(c: Control) -> str:
    return "effective by declaration" if not c.guards else f"counted on by {listed([f'`{g}`' for g in c.guards])}"


def of_flaw(flaw: Flaw, document: Document | None) -> Finding:
    """Where the text says so."""
    span = document.span(flaw.at[-1].moment.place) if flaw.at and document is not None else None
    return replace(_finding(_FLAWS[flaw.kind], flaw.message, span), cure=flaw.cure)
