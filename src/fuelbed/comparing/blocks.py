"""The comparison as a report of blocks: one first line that holds the verdict, one table of numbers, what explains it, the rest in detail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fuelbed import __version__
from fuelbed.comparing.compare import JUDGED, ActionChange, AnswerChange, Compared, Explained, Moved, effect_of
from fuelbed.core.blocks import Answer, Block, Cell, Column, Sentence, Table, Tone
from fuelbed.core.edits import Edit
from fuelbed.core.estimates import Estimate
from fuelbed.core.findings import Finding
from fuelbed.core.reporting import Report, Section
from fuelbed.core.shown import counted, listed
from fuelbed.report.numbers import NOT_KNOWN, estimate

__all__ = ["WORDS", "as_report", "headline"]

WORDS = {
    "better": "Better",
    "worse": "Worse",
    "mixed": "Better in one, worse in another",
    "unchanged": "Unchanged",
    "open": "Cannot tell",
}
_TONES: dict[str, Tone] = {"down": "good", "up": "bad", "same": "muted", "open": "plain"}
_READ = {"down": "down", "up": "up", "same": "the same", "open": "cannot tell"}
_MAIN = {"hazard": "failures a year", "probability": "the chance of at least one", "loss": "the expected loss"}
_SHORT = {"propensity": "next trigger fails", "standing": "failed already", "loss": "expected loss"}  # as a column has room for
_MOST_WAYS = 8
_MOST_NAMES = 4
_GUESSED = "basis: assumed"  # how a number that nobody gave is written
_MOST_FINDINGS = 20
_LONG = 60  # characters of a value in a table
_HAIR = 1e-9
_NO_CHANGE = 1e4  # a change by more than this is of a number that nobody gave
_AROUND = 12  # characters kept around what differs in a long text


def as_report(c: Compared) -> Report:
    """Sections in the order of the argument."""
    acts = c.origin == "actions"
    sections = [
        Section("verdict", "", "Did the verdict change?", _verdict(c)),
        Section("model", "", "What was done" if acts else "What in the model explains it?", _model(c, acts)),
        Section(
            "actions", "", "What do the other items still add?" if acts else "Which action items changed?", _actions(c, acts)
        ),
    ]
    if not acts:
        sections.append(Section("answers", "", "Which answers changed?", _answers(c)))
    if c.findings_new or c.findings_gone:
        sections.append(Section("findings", "", "Which findings came and went?", _findings(c)))
    provenance = {"fuelbed": __version__, "before": c.sides[0], "after": c.sides[1], **c.provenance}
    return Report(c.title, "", headline(c), tuple(sections), (), provenance)


def headline(c: Compared) -> tuple[str, ...]:
    """The word and the number that it rests on; the propensity; what does most of it."""
    if not c.same_failure:
        return (
            f"{WORDS['open']}: the two are about different failures, so their numbers answer different questions.",
            *_edited(c),
        )
    shown = _shown(c)
    numbers = "; ".join(_how_far(m) for m in shown)
    first = f"{WORDS[c.verdict]}: {numbers}." if numbers else f"{WORDS[c.verdict]}: neither side gives a number to compare."
    if c.verdict == "unchanged":
        first = "Unchanged: every number of the verdict is the same on both sides."
    return (first, *_edited(c), *_either_way(c), *_propensity(c), *_most(c))


def _edited(c: Compared) -> tuple[str, ...]:
    """What was edited, and whether it was the system or what is known of it: a guess that gave way to a number mends nothing."""
    edits = [e for x in c.explained for e in x.edits]
    if c.origin != "cases" or not edits:
        return ()
    said = f"Edited: {listed(dict.fromkeys(f'`{e.label}`' for e in edits), most=_MOST_NAMES)}."
    n = sum(_GUESSED in e.before and _GUESSED not in e.after for e in edits)
    if not n:
        return (said,)
    if n == len(edits):
        which = "That was a guess before: what" if n == 1 else "All were guesses before: what"
    else:
        which = f"{n} of {len(edits)} {'was a guess' if n == 1 else 'were guesses'} before: there what"
    return (f"{said} {which} changed is what is known, not the system.",)


def _either_way(c: Compared) -> tuple[str, ...]:
    """What the word does not hold for: another quantity that may have gone the other way."""
    if c.verdict not in ("better", "worse"):
        return ()
    rows = [m for m in c.moved if m.id in JUDGED and m.direction == "open" and m.ratio is not None]
    other = [
        m.label for m in rows if m.ratio is not None and (m.ratio.high > _HAIR if c.verdict == "better" else m.ratio.low < -_HAIR)
    ]
    return (
        (f"This is not sure of {listed([f'“{label}”' for label in other])}: it could have gone the other way.",) if other else ()
    )


def _shown(c: Compared) -> list[Moved]:
    """What the word rests on: the quantities that surely moved that way, the main one first; of what is open, the main one."""
    wanted = {"better": ("down",), "worse": ("up",), "mixed": ("up", "down")}.get(c.verdict, ("open",))
    rows = [m for m in c.moved if m.direction in wanted and m.id != "propensity"]
    rows.sort(key=lambda m: m.id != c.main)
    return rows[:2] if c.verdict == "mixed" else rows[:1]


def _how_far(m: Moved) -> str:
    if m.ratio is not None and estimate(m.ratio) != NOT_KNOWN:
        return f"{m.label} {'change by ' if m.label.endswith('year') else 'changes by '}{estimate(m.ratio)}"
    return f"{m.label} {_arrow(m)}"


def _arrow(m: Moved) -> str:
    before, after = (estimate(e) if e is not None else "not computed" for e in (m.before, m.after))
    return f"{before} → {after}"


def _propensity(c: Compared) -> tuple[str, ...]:
    m = next((m for m in c.moved if m.id == "propensity"), None)
    if m is None or any(e is None or e.value is None for e in (m.before, m.after)):
        return ()
    return (f"The {m.label}: {_arrow(m)}. {_meeting(m)}",)


def _meeting(m: Moved) -> str:
    if m.direction == "same":
        return "It is the same."
    if m.apart:
        return "The intervals do not meet: the change is beyond what is assumed."
    if m.direction in ("down", "up"):
        return f"The intervals meet, but with the same numbers on both sides it goes {'up' if m.direction == 'down' else 'down'} at no point that was tried."
    return "The intervals meet, and what is assumed may explain the difference: it could have gone either way."


def _most(c: Compared) -> tuple[str, ...]:
    """Which change does most, where one stands out."""
    rows = [
        (abs(e.value), x, e)
        for x in c.explained
        if (f := x.effects.get(c.main)) and (e := f.alone) is not None and e.value is not None
    ]
    if len(rows) < 2 or c.verdict in ("unchanged",):
        return ()
    size, best, e = max(rows, key=lambda r: r[0])
    if size < 0.01:
        return ()
    return (f"`{best.label}` does most of it: {estimate(e)} by itself.",)


# ---- the verdict --------------------------------------------------------------------------------------------------------------


def _verdict(c: Compared) -> Answer:
    rows = []
    for m in c.moved:
        before, after = (Cell(estimate=e) if e is not None else Cell("not computed") for e in (m.before, m.after))
        ratio = Cell(estimate=m.ratio) if m.ratio is not None else Cell("" if c.origin == "results" else "not paired")
        if m.ratio is not None and m.ratio.high > _NO_CHANGE:
            ratio = Cell(NOT_KNOWN, tone="muted")
        apart = "intervals apart" if m.apart else "" if m.direction == "same" else "intervals meet"
        rows.append(
            (
                Cell(_SHORT.get(m.id, m.label)),
                before,
                after,
                ratio,
                Cell(_READ[m.direction], tone=_TONES[m.direction]),
                Cell(apart),
            )
        )
    how = (
        "From two results: the intervals are compared as they are. Give the cases themselves for paired changes."
        if c.origin == "results"
        else "Changes are paired: a number that both sides give alike has the same value on both; one that was changed varies on each side. "
        "They are at least as wide as shown."
    )
    columns = (
        Column("quantity", "quantity"),
        Column("before", "before", "estimate"),
        Column("after", "after", "estimate"),
        *((Column("change", "change", "estimate"),) if c.origin != "results" else ()),
        Column("read", "read", "verdict"),
        Column("intervals", "intervals", brief=False),
    )
    kept = [tuple(x for i, x in enumerate(r) if i != 3) for r in rows] if c.origin == "results" else rows
    blocks: list[Block] = [Table("verdict", "", columns, tuple(kept), note=how)]
    if c.sentences[0] != c.sentences[1]:
        gone = [s for s in c.sentences[0] if s not in c.sentences[1]]
        new = [s for s in c.sentences[1] if s not in c.sentences[0]]
        blocks += [Sentence(f"Before: {s}", "muted") for s in gone] + [Sentence(f"Now: {s}") for s in new]
    return Answer("", (*blocks, *_ways(c)))


def _ways(c: Compared) -> list[Block]:
    new, gone = c.ways
    out: list[Block] = []
    for word, rows, tone in (("New ways to fail", new, "bad"), ("Ways to fail that are gone", gone, "good")):
        if rows:
            told = "; ".join(" with ".join(f"`{x}`" for x in r) for r in rows[:_MOST_WAYS])
            more = f"; and {len(rows) - _MOST_WAYS} more" if len(rows) > _MOST_WAYS else ""
            out.append(Sentence(f"{word}: {told}{more}.", tone))  # type: ignore[arg-type]  # two literal tones
    if not c.ways_known and c.ways_in_all[0] != c.ways_in_all[1]:
        out.append(Sentence(f"Ways to fail: {c.ways_in_all[0]:,} before, {c.ways_in_all[1]:,} now; too many to list which."))
    return out


# ---- what explains it -----------------------------------------------------------------------------------------------------------


def _model(c: Compared, acts: bool) -> Answer:
    what = _MAIN[c.main]
    rows, any_effect = [], any(x.effects for x in c.explained)
    for x in c.explained:
        rows += _edit_rows(x, c.main, any_effect)
    blocks: list[Block] = []
    if rows:
        columns = [Column("change", "done" if acts else "change", "code"), Column("edit", "does" if acts else "from, to")]
        if any_effect:
            columns += [Column("alone", "by itself", "estimate"), Column("last", "added last", "estimate", brief=False)]
        if any(r[-1].text for r in rows):
            columns.append(Column("place", "place"))
        else:  # of results nobody knows the lines
            rows = [r[:-1] for r in rows]
        note = (
            f"By itself: {what}, with this change alone made to the old version. Added last: with all the others made. "
            "Each was solved again, with the same numbers on both sides; where the two differ, changes need each other."
            if any_effect
            else ""
        )
        blocks.append(Table("changes", "", tuple(columns), tuple(rows), note=note))
    blocks += [Sentence(n, "muted") for n in c.notes]
    blocks += c.tables
    if c.other:
        blocks.append(_other(c.other))
    n = sum(len(x.edits) or 1 for x in c.explained)
    if acts:
        return Answer("", tuple(blocks))
    claim = (
        f"{counted(n, 'change')} of what the verdict is computed from"
        if n
        else "Nothing that the verdict is computed from changed"
    )
    return Answer(f"{claim}; {counted(len(c.other), 'edit')} elsewhere." if c.other else f"{claim}.", tuple(blocks))


def _edit_rows(x: Explained, main: str, any_effect: bool) -> list[tuple[Cell, ...]]:
    effect = x.effects.get(main)
    rows = []
    for i, e in enumerate(x.edits or (None,)):
        head = [Cell(e.label), Cell(_from_to(e))] if e is not None else [Cell(x.label), Cell(x.note)]
        if any_effect:
            values = (effect.alone, effect.last) if effect is not None else (None, None)
            head += [_effect(v, i) for v in values]
        rows.append((*head, Cell(_place(e))))
    return rows


def _effect(e: Estimate | None, i: int) -> Cell:
    if i:
        return Cell("with the above", tone="muted")
    return Cell(estimate=e) if e is not None else Cell("not computed", tone="muted")


def _from_to(e: Edit) -> str:
    if e.kind == "added":
        return f"new: {_cut(e.after)}"
    if e.kind == "removed":
        return f"gone: {_cut(e.before)}"
    if not e.before:
        return _cut(e.after)
    a, b = (e.before, e.after) if len(e.before) + len(e.after) <= _LONG else _differing(e.before, e.after)
    return f"{_cut(a)} → {_cut(b)}"


def _differing(a: str, b: str) -> tuple[str, str]:
    """Two long texts without what they begin and end with alike, but for a few letters around."""
    start = _alike(a, b)
    end = _alike(a[start:][::-1], b[start:][::-1])
    start = max(0, start - _AROUND)
    start = a.find(" ", start) + 1 if start and " " in a[start : start + _AROUND] else start
    end = max(0, end - _AROUND)

    def cut(x: str) -> str:
        return ("…" if start else "") + x[start : len(x) - end].strip() + ("…" if end else "")

    return cut(a), cut(b)


def _alike(a: str, b: str) -> int:
    """How many characters two texts begin with alike."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _place(e: Edit | None) -> str:
    return f"{Path(e.at.file).name}:{e.at.line}" if e is not None and e.at is not None else ""


def _other(edits: Sequence[Edit]) -> Table:
    rows = tuple(
        (Cell(".".join(e.path)), Cell(e.kind), Cell(_cut(e.before)), Cell(_cut(e.after)), Cell(_place(e))) for e in edits
    )
    columns = (
        Column("edit", "edit", "code"),
        Column("kind", "kind"),
        Column("before", "before", brief=False),
        Column("after", "after", brief=False),
        Column("place", "place"),
    )
    return Table("other", "Edits that the verdict is not computed from", columns, rows, detail=True)


# ---- action items and answers ----------------------------------------------------------------------------------------------------


def _actions(c: Compared, acts: bool) -> Answer:
    if not c.actions:
        return Answer("There is no other action item." if acts else "No action item reads differently.")
    rows = []
    for a in c.actions:
        words = _class(a)
        effects = [effect_of(r, c.main) for r in (a.before, a.after)]
        cells = [Cell(estimate=e) if e is not None else Cell("") for e in effects]
        rows.append(
            (Cell(a.name), Cell(words, tone="bad" if a.after is not None and a.after.verdict == "harmful" else "plain"), *cells)
        )
    columns = (
        Column("action", "action", "code"),
        Column("verdict", "verdict", "verdict"),
        Column("before", "before", "estimate"),
        Column("after", "after", "estimate"),
    )
    n = sum(a.changed_class for a in c.actions)
    claim = f"Of {counted(len(c.actions), 'action item')} that read differently, {n} changed class."
    if acts:
        idle = sum(a.after is not None and a.after.verdict == "adds nothing" for a in c.actions)
        claim = (
            f"Of {counted(len(c.actions), 'other item')}, {idle} add{'s' if idle == 1 else ''} nothing once this is done."
            if idle
            else "Each of them still moves something."
        )
    return Answer(claim, (Table("actions", "", columns, tuple(rows), note=f"Change of {_MAIN[c.main]}, against doing nothing."),))


def _class(a: ActionChange) -> str:
    if a.before is None:
        return f"new: {a.after.verdict}" if a.after else ""
    if a.after is None:
        return f"gone (was {a.before.verdict})"
    return a.after.verdict if a.before.verdict == a.after.verdict else f"{a.before.verdict} → {a.after.verdict}"


def _answers(c: Compared) -> Answer:
    blocks: list[Block] = []
    for a in c.answers:
        blocks.append(Sentence(f"{a.section or 'Action items'}: {_status(a)}", detail=False))
        blocks += [Sentence(f"− {s}", "muted") for s in a.gone] + [Sentence(f"+ {s}") for s in a.new]
    rest = f"{counted(c.unchanged_answers, 'answer')} read the same." if c.unchanged_answers else ""
    if not c.answers:
        return Answer(rest or "No answer can be compared.", ())
    return Answer(
        f"{counted(len(c.answers), 'answer')} changed; {rest}" if rest else f"{counted(len(c.answers), 'answer')} changed.",
        tuple(blocks),
    )


def _status(a: AnswerChange) -> str:
    return a.question if a.status[0] == a.status[1] else f"{a.question} ({a.status[0]} → {a.status[1]})"


def _findings(c: Compared) -> Answer:
    rows = [_finding(f, "new", "bad") for f in c.findings_new[:_MOST_FINDINGS]] + [
        _finding(f, "gone", "good") for f in c.findings_gone[:_MOST_FINDINGS]
    ]
    columns = (
        Column("code", "code", "code"),
        Column("which", "", "verdict"),
        Column("severity", "severity"),
        Column("message", "message"),
        Column("place", "place"),
    )
    claim = f"{counted(len(c.findings_new), 'finding')} new, {len(c.findings_gone)} gone."
    return Answer(claim, (Table("findings", "", columns, tuple(rows)),))


def _finding(f: Finding, which: str, tone: Tone) -> tuple[Cell, ...]:
    where = f"{Path(f.span.file).name}:{f.span.line}" if f.span is not None else ""
    return (Cell(f.code), Cell(which, tone=tone), Cell(f.severity.value), Cell(f.message), Cell(where))
