"""The headline, at most three sentences: which invariant broke first and whether before the trigger, which controls were not there."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from fuelbed.engines.invariants.checks import Checked, Pushed, Unchecked, margin_of, worst_of
from fuelbed.engines.invariants.controls import STATES, Control, Shared
from fuelbed.engines.invariants.scene import Scene
from fuelbed.engines.invariants.tables import measure, when
from fuelbed.engines.invariants.words import code, listed, spell

__all__ = ["controls_sentence", "first_broken", "invariants_sentence", "pushes_sentence"]


def first_broken(checked: Sequence[Checked]) -> Checked | None:
    """The trace with the earliest violation: in absolute time where traces have it, else of the file's order."""
    broken = [c for c in checked if c.broken]
    return min(broken, key=lambda c: (c.start is None, (c.start or 0.0) + c.broken[0].start), default=None)


def invariants_sentence(scene: Scene, checked: Sequence[Checked], left: Sequence[Unchecked]) -> str:
    c = first_broken(checked)
    if c is not None:
        return _stop(_broken(scene, c, checked), _unknown(checked))
    known = [x for x in checked if x.undecided < 1]
    if known:
        return _stop(_held(known), _unknown(checked))
    if checked:
        return f"{code([x.invariant.name for x in checked])} could be decided at no time of the record."
    if left:
        n = len({u.invariant.name for u in left})
        if n == 1:
            return f"The invariant `{left[0].invariant.name}` has no trace to be checked on."
        return f"{n} invariants are stated, and none has a trace to be checked on."
    return ""


def _stop(said: str, more: str) -> str:
    return f"{said.removesuffix('.')}; {more}." if more else said


def _unknown(checked: Sequence[Checked]) -> str:
    """What nobody knows from the trigger on, of the invariants that were not seen broken: the longest first."""
    open_ = sorted((c for c in checked if not c.broken and 0 < c.undecided < 1 and c.from_trigger), key=lambda c: -c.from_trigger)
    if not open_:
        return ""
    c, more = open_[0], len(open_) - 1
    others = f" ({more} more likewise)" if more else ""
    return f"`{c.invariant.name}` is not decided for {spell(c.from_trigger)} from the trigger on{others}"


def _broken(scene: Scene, c: Checked, checked: Sequence[Checked]) -> str:
    name, first, n = c.invariant.name, c.broken[0], sum(bool(x.broken) for x in checked)
    of = f" ({n} of {len(checked)} broke)" if len(checked) > 1 else ""
    lead = f"The first invariant to break, `{name}`{of}," if len(checked) > 1 else f"The invariant `{name}`"
    if c.early is not None:
        assert c.trigger is not None
        away = c.trigger[0] - first.start
        until = first.end if first.end < c.trigger[0] and not first.open else None
        again = f", and held again after {spell(first.duration)}" if until is not None else ": it was latent"
        return f"{lead} broke {spell(away)} before the trigger{again}."
    worst = worst_of(c)
    size = f", at worst by {measure(c, worst.worst)}" if worst is not None and worst.worst else ""
    if c.trigger is not None:
        away = first.start - c.trigger[0]
        at = f"{spell(away)} after the trigger began" if away > 0 else "as the trigger began"
        return f"{lead} broke {at}{size}."
    return (
        f"{lead} broke {when(c, first.start, scene)}{size}."
        if c.start is None
        else f"{lead} broke at {when(c, first.start, scene)}{size}."
    )


def _held(known: Sequence[Checked]) -> str:
    head = f"The invariant `{known[0].invariant.name}` held" if len(known) == 1 else f"All {len(known)} invariants held"
    throughout = "where known" if any(c.in_part for c in known) else "throughout"
    sized = [(m[0] / c.bound, c, m) for c in known if (m := margin_of(c)) is not None and c.bound]
    if not sized:
        margin = margin_of(known[0]) if len(known) == 1 else None
        return f"{head} {throughout}{f', at least by {measure(known[0], margin[0])}' if margin is not None else ''}."
    _, c, m = min(sized, key=lambda x: x[0])
    nearest = "at least" if len(known) == 1 else f"the nearest, `{c.invariant.name}`,"
    return f"{head} {throughout}, {nearest} by {measure(c, m[0])}."


def pushes_sentence(pushed: Sequence[Pushed]) -> str:
    """What the models say of the invariants: how many pushes break each, and how soon."""
    parts = []
    for name in dict.fromkeys(p.invariant.name for p in pushed):
        mine = [p for p in pushed if p.invariant.name == name]
        if any(p.before[0] for p in mine):
            parts.append(f"`{name}` is broken with no push at all")
            continue
        sure, some = [p for p in mine if p.breaks.all()], [p for p in mine if p.breaks.any()]
        if not some:
            known = "is not decided" if any(p.undecided.any() or p.simulated.cut is not None for p in mine) else "holds"
            parts.append(f"`{name}` {known} under {_pushes(len(mine))}")
            continue
        first = np.concatenate([p.first[p.breaks] for p in some])
        soon, late = float(first.min()), float(first.max())
        span = spell(soon) if math.isclose(soon, late, rel_tol=0.05) else f"{spell(soon)} to {spell(late)}"
        how = f"breaks under {_pushes(len(mine))}" if len(sure) == len(mine) else f"can break under {_some(len(some), len(mine))}"
        parts.append(f"`{name}` {how}, {span} after the push begins" if late > 0 else f"`{name}` {how}, at once")
    return f"By the model, {listed(parts, 3)}." if parts else ""


def _some(n: int, of: int) -> str:
    if n == of:
        return "its push" if of == 1 else f"each of {of} pushes"
    return f"{n} of {_pushes(of)}"


def _pushes(n: int) -> str:
    return "its push" if n == 1 else f"{n} pushes"


def controls_sentence(controls: Sequence[Control], shared: Sequence[Shared]) -> str:
    if not controls:
        return ""
    counts = Counter(_word(c) for c in controls)
    rest = _hanging(controls, shared)
    if len(controls) == 1:
        c = controls[0]
        word = {"missing": "was missing", "bypassed": "was bypassed", "failed": "failed", "effective": "was in order"}.get(
            _word(c), "did not hold"
        )
        return f"The only control, `{c.name}`, {word}."
    if len(counts) == 1:
        verbs = {"failed": "failed", "did not hold": "did not hold", "effective": "were in order"}
        word = next(iter(counts))
        every = "Both" if len(controls) == 2 else f"All {len(controls)}"
        return f"{every} controls {verbs.get(word, f'were {word}')}{rest}."
    parts = []
    for word in (*STATES[:3], "did not hold", "effective"):
        if n := counts[word]:
            verb = {"failed": "failed", "did not hold": "did not hold", "effective": f"{_be(n)} in order"}.get(
                word, f"{_be(n)} {word}"
            )
            parts.append(f"{n} {verb}")
    return f"Of {len(controls)} controls, {listed(parts)}{rest}."


def _word(c: Control) -> str:
    return "did not hold" if c.factor.state == "effective" and c.factor.occurred else c.factor.state


def _be(n: int) -> str:
    return "was" if n == 1 else "were"


def _hanging(controls: Sequence[Control], shared: Sequence[Shared]) -> str:
    """The dependency that most controls which were there have in common; one that nothing counts comes first."""
    there = {c.name for c in controls if c.factor.state not in ("missing", "bypassed")}
    groups = [(s, [n for n in s.members if n in there]) for s in shared]
    groups = [(s, names) for s, names in groups if len(names) > 1]
    if not groups:
        return ""
    s, names = max(groups, key=lambda g: (len(g[0].layers), not g[0].declared, len(g[1])))
    if s.layers:
        return f"; {code(s.layers)} are counted as independent and hang on one thing, {s.what.partition(', which they')[0]}"
    if s.declared:
        return f"; {code(names)} share the common cause `{s.declared}`"
    return f"; {code(names)} hang on one thing, {s.what.partition(', which they')[0]}"
