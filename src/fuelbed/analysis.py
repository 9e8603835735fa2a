"""Runs the registry's rows over a case, in the order that their facts ask for, and puts the answers into one report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from graphlib import TopologicalSorter
from importlib import import_module

from fuelbed import __version__
from fuelbed.agreement import compare
from fuelbed.core.blocks import Answer, Ask
from fuelbed.core.case import Case
from fuelbed.core.engine_codes import ALL_CODES
from fuelbed.core.errors import BudgetError
from fuelbed.core.facts import Board, Facts, NotFound
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.options import Options
from fuelbed.core.registry import ENGINES, Engine
from fuelbed.core.reporting import Report, Section

__all__ = ["analyze", "facts_for", "order"]


def order(rows: tuple[Engine, ...] = ENGINES) -> list[Engine]:
    """The rows so that whoever gives a fact runs before whoever takes it; raises `graphlib.CycleError` on a cycle."""
    givers = {fact: [e.id for e in rows if fact in e.gives] for e in rows for fact in e.takes}
    graph = {e.id: [g for fact in e.takes for g in givers[fact] if g != e.id] for e in rows}
    by_id = {e.id: e for e in rows}
    return [by_id[i] for i in TopologicalSorter(graph).static_order()]


def analyze(case: Case, options: Options | None = None, progress: Callable[[str], None] | None = None) -> Report:
    """Every question, answered or *asked for, not found*; pure but for `progress`, which is told each question as it starts."""
    options = options or Options()
    board = Board()
    answers: dict[str, Answer | NotFound] = {}
    for row in order():
        if progress is not None and row.load:
            progress(row.question)
        answers[row.id] = _examine(row, case, board, options)
    sections = tuple(Section(e.id, e.section, e.question, answers[e.id]) for e in ENGINES)
    findings = [*case.findings, *_draft(case), *_secrets(case)]
    for a in answers.values():
        if isinstance(a, Answer):
            findings += a.findings
    provenance = {
        "fuelbed": __version__,
        "seed": str(options.seed),
        "horizon": case.horizon_text,
        **{f"sha256 {name}": digest for name, digest in case.inputs.items()},
    }
    notice = _DRAFT if case.draft else ""
    agreement = compare(case, board, _beside(answers), _unanswered(answers))
    return Report(
        case.title, case.failure, _verdict(answers), sections, tuple(findings), provenance, _summary(case), notice, agreement
    )


def _beside(answers: Mapping[str, Answer | NotFound]) -> list[Finding]:
    """The findings of lint whose rules set the text against the model."""
    from fuelbed.engines.lint import rule

    a = answers["lint"]
    found = a.findings if isinstance(a, Answer) else ()
    return [f for f in found if (r := rule(f.code)) is not None and r.beside is not None]


def _unanswered(answers: Mapping[str, Answer | NotFound]) -> dict[str, NotFound]:
    """By engine, the first thing that it asked for."""
    out = {}
    for name, a in answers.items():
        asks = [a] if isinstance(a, NotFound) else [b.missing for b in a.blocks if isinstance(b, Ask)]
        if asks:
            out[name] = asks[0]
    return out


def facts_for(case: Case, engine: str, options: Options | None = None, without: tuple[str, ...] = ()) -> Facts:
    """The facts that one engine takes, from the rows that give them and no others; `without` names rows that are not to run."""
    options = options or Options()
    rows = {e.id: e for e in ENGINES}
    wanted, need = set(rows[engine].takes), set[str]()
    while True:
        more = {e.id for e in ENGINES if wanted & set(e.gives) and e.id not in without} - need - {engine}
        if not more:
            break
        need |= more
        wanted |= {fact for i in more for fact in rows[i].takes}
    board = Board()
    for row in order():
        if row.id in need and row.load:
            _examine(row, case, board, options)
    return board.for_engine(rows[engine].takes)


_DRAFT = "This is a draft, confirmed by nobody: what follows holds if the draft does."


def _summary(case: Case) -> tuple[str, ...]:
    """The case's `summary` in paragraphs: parted by empty lines, or (a folded text has none) by line breaks after a full sentence."""
    text = str(case.sections.get("summary") or "").strip()
    parts = re.split(r"\n\s*\n" if re.search(r"\n\s*\n", text) else r"(?<=[.!?])\n", text)
    return tuple(words for p in parts if (words := " ".join(p.split())))


def _draft(case: Case) -> list[Finding]:
    if not case.draft:
        return []
    code = ALL_CODES["FB207"]
    return [Finding("FB207", code.severity, code.means, code.cure, Span(case.file, 1, 1))]


def _secrets(case: Case) -> Iterator[Finding]:
    """Secrets in the case's own texts and in its evidence, each once; those of the narrative are the review's."""
    from fuelbed.core.strings import texts
    from fuelbed.engines.lint import rule
    from fuelbed.engines.lint.disclosure import SECRET_RULES
    from fuelbed.text.secrets import secrets

    known: set[str] = set()
    for text, span in texts(replace(case, narrative_text=None, inputs={}, findings=(), file="")):
        for s in secrets(text):
            r = rule(SECRET_RULES[s.group])
            if r is not None and text[s.start : s.end] not in known:
                known.add(text[s.start : s.end])
                message = f"The case holds a secret or an address: {s.described(text)}."
                yield Finding(r.code, r.severity, message, r.cure, span or Span(case.file, 1, 1))


def _examine(row: Engine, case: Case, board: Board, options: Options) -> Answer | NotFound:
    if not row.load:
        return _unbuilt(row, case)
    module, _, name = row.load.partition(":")
    examine: Callable[[Case, Facts, Options], Answer] = getattr(import_module(module), name)
    try:
        answer = examine(case, board.for_engine(row.takes), options)
    except BudgetError as e:
        finding = Finding(
            "FB205",
            Severity.ERROR,
            f"The {row.id} engine ran out of its budget: {e}.",
            "Split the case, or fix some uncertain conditions with `today`.",
        )
        return Answer(f"Not answered: {e}.", (), (finding,))
    for fact in answer.facts:
        board.write(fact, row.gives)
    return answer


def _unbuilt(row: Engine, case: Case) -> NotFound:
    """What to give; where the case gives it already, that this version has no engine for it."""
    assert row.missing is not None
    given = [f"`{name}`" for name in row.owns if name in case.unread]
    if not given:
        return row.missing
    kept = (
        f"section {given[0]} is kept, and changes" if len(given) == 1 else f"sections {' and '.join(given)} are kept, and change"
    )
    return NotFound("", "", f"This version has no engine for it; the {kept} no result.")


def _verdict(answers: dict[str, Answer | NotFound]) -> tuple[str, ...]:
    """What stood there, what is left without it, what the actions change: the claims of the first two answers, a line each."""
    claims = [a.claim for e in ENGINES[:2] if isinstance(a := answers[e.id], Answer)]
    return tuple(sentence for c in claims for sentence in c.split("\n") if sentence)
