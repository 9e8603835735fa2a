"""What follows from a draft whatever the numbers: which action items touch only triggers, which conditions nothing touches, what
closing one of them would do, and which open question would change most of it.

Everything here is structure: cut sets and dominance of the drafted case, no probability.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace

from fuelbed.core.actions import Change
from fuelbed.core.case import Case
from fuelbed.core.reading import Mention
from fuelbed.drafting import Draft, DraftFactor, DraftLine, write_case
from fuelbed.engines.lint.look import touched
from fuelbed.numerics.process.compile import Compiled, compile_case
from fuelbed.numerics.process.dominance import dominance
from fuelbed.numerics.process.reach import cut_set_count, held_by, reach
from fuelbed.readers.case import parse_case
from fuelbed.reviewing.understood import quoted

__all__ = ["Consequences", "Question", "case_of", "consequences", "key_question", "spoken_of"]

_MOST_TRIED = 3  # conditions that are asked about, the likeliest first


@dataclass(frozen=True, slots=True)
class Consequences:
    """Names of the drafted case.

    trigger_only  actions all of whose changes are on triggers; `sight_only` that only observe; `open` that carry no intervention.
    reaches       actions that change a condition or control in a way to the failure.
    untouched     conditions in every way to the failure that no action changes, those of the draft's best standing first.
    best          the condition whose closing does at least as much as the most actions that close none ("" without), `over` those actions.
    classes       by action: `all`, `some` or `none` of the ways to the failure broken, `rarer`, or `open`.
    """

    trigger_only: tuple[str, ...]
    sight_only: tuple[str, ...]
    reaches: tuple[str, ...]
    open: tuple[str, ...]
    untouched: tuple[str, ...]
    best: str
    over: tuple[str, ...]
    ways: int
    classes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the authors, and how many action items would be judged differently by its answer."""

    text: str
    line: int
    changes: int


def case_of(draft: Draft) -> Case:
    """The drafted case, read by the same reader as any other."""
    return parse_case(write_case(draft), "case.yaml (drafted)")


def spoken_of(draft: Draft) -> frozenset[str]:
    """The conditions that some action item, or a repair that the text tells, is about by its words: it is not for a draft to say that nothing touches
    them, though none of its interventions does."""
    r = draft.reading
    told = {m.place: m for m in r.conditions}
    return frozenset(f.name for f in draft.of_kind("condition") if f.place in told and touched(r, told[f.place]))


def consequences(case: Case, spoken: Container[str] = ()) -> Consequences:
    """Cut sets and dominance of the drafted case; `spoken` are conditions that the text itself says something is done about."""
    model = compile_case(case)
    ways = cut_set_count(model)
    kinds: dict[str, set[str]] = {n: {_kind(case, c) for c in a.does} for n, a in case.actions.items()}
    changed = {c.target for a in case.actions.values() for c in a.does if c.verb != "observe"}
    shared = [name for (kind, name), n in held_by(model).items() if kind == "condition" and n == ways]
    untouched = tuple(n for n in shared if n not in changed and n not in spoken)
    best, over = _best(model, shared, untouched)
    return Consequences(
        tuple(n for n, k in kinds.items() if k == {"trigger"}),
        tuple(n for n, k in kinds.items() if k == {"signal"}),
        tuple(n for n, k in kinds.items() if k & {"condition", "control"}),
        tuple(n for n, k in kinds.items() if not k),
        untouched,
        best,
        over,
        ways,
        {n: _class(model, a.does) for n, a in case.actions.items()},
    )


def _kind(case: Case, c: Change) -> str:
    if c.verb == "observe":
        return "signal"
    return case.factors[c.target].kind if c.target in case.factors else "control"


def _best(model: Compiled, shared: list[str], untouched: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Among the untouched conditions (else among all), the one whose closing dominates the most of the action items that close none.

    Those that close one, wholly or in part, are left out: a draft takes every condition to be needed, so closing another is no better by
    anything but that guess."""
    candidates = untouched or tuple(shared)
    standing = {f.name for f in model.case.of_kind("condition")}
    actions = {n: a.does for n, a in model.case.actions.items() if a.does and not any(c.target in standing for c in a.does)}
    if not candidates or not actions:
        return "", ()
    order = dominance(model, {**actions, **{f"close {n}": (Change("remove", n),) for n in candidates}})
    over = {n: tuple(a for a in actions if a in order.better[f"close {n}"]) for n in candidates}
    best = max(candidates, key=lambda n: len(over[n]))
    return best, over[best]


def _class(model: Compiled, does: tuple[Change, ...]) -> str:
    if not does:
        return "open"
    r = reach(model, does)
    if r.breaks:
        return "all" if r.breaks == r.cut_sets else "some"
    return "rarer" if r.rarer else "none"


def key_question(draft: Draft, now: Consequences, try_out: bool = True) -> Question | None:
    """What to ask first: for a standing condition where none is read for sure; which action item closes the likeliest one that none names; else the one
    whose absence would change the class of the most action items. None where a question would only be about a guess. `try_out`: the lines are those of
    our own drafts, from which a term can be taken."""
    likely = _likeliest(draft)
    if not likely:
        known = max(draft.reading.conditions, key=lambda m: m.weight, default=None)
        guess = f" (that of line {draft.reading.document.line(known.place)}?)" if known is not None else ""
        text = f"Which standing condition made it possible for the trigger to do this{guess}, and since when was it there?"
        return Question(text, 1, len(draft.actions))
    open_ = next(((f, m) for f, m in likely if f.name in now.untouched), None)
    if open_ is not None and draft.actions:
        at, m = open_
        return Question(f"Which action item closes {quoted(draft.reading, m)}?", _line(draft, at), len(now.open) or 1)
    if not try_out:
        return None
    spoken = spoken_of(draft)
    tried = [_try(draft, now, spoken, *v) for v in _variants(draft, likely)]
    return max(tried, key=lambda q: q.changes, default=None)


def _likeliest(draft: Draft) -> list[tuple[DraftFactor, Mention]]:
    """The conditions that the reading is sure of, the likeliest first."""
    known = {m.place: m for m in draft.reading.conditions if m.sure}
    return sorted(((f, known[f.place]) for f in draft.of_kind("condition") if f.place in known), key=lambda x: -x[1].weight)


def _variants(draft: Draft, likely: list[tuple[DraftFactor, Mention]]) -> Iterator[tuple[str, DraftFactor, Draft]]:
    """Drafts without one of the conditions that the failure is said to need, with the question."""
    line = next(x for x in draft.lines if x.name == draft.failure)
    terms = line.expression.split(" and ")
    for f, m in [x for x in likely if x[0].name in terms[1:]][:_MOST_TRIED]:
        if len(terms) > 2:
            yield f"Would it have failed without {quoted(draft.reading, m)}?", f, _without_term(draft, line, f.name)


def _without_term(draft: Draft, line: DraftLine, term: str) -> Draft:
    kept = " and ".join(t for t in line.expression.split(" and ") if t != term)
    return replace(draft, lines=tuple(replace(x, expression=kept) if x is line else x for x in draft.lines))


def _try(draft: Draft, now: Consequences, spoken: Container[str], text: str, about: DraftFactor, other: Draft) -> Question:
    then = consequences(case_of(other), spoken)
    changed = sum(now.classes[n] != then.classes[n] for n in now.classes)
    changed += now.best != then.best  # what to close would be another condition
    return Question(text, _line(draft, about), changed)


def _line(draft: Draft, f: DraftFactor) -> int:
    return draft.reading.document.line(f.place) if f.place is not None else 1
