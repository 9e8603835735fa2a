"""Many reviews -> a few lines each at most: warnings by place, then how often each rule found something, and what could not be asked."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from fuelbed.core.findings import Finding, Severity
from fuelbed.core.shown import counted, listed
from fuelbed.engines.lint import rule
from fuelbed.reviewing.review import Review

__all__ = ["render_many"]

_LINES = 40  # findings that are shown one by one
_RULES = 8


def render_many(reviews: Sequence[Review], findings: Sequence[Finding], width: int = 80) -> str:
    """The worst first, by file and line; all of them with `--all` or in another format."""
    worst = [f for f in findings if f.severity is not Severity.NOTE] or list(findings)
    shown = worst[:_LINES]
    out = []
    file = ""
    for f in shown:
        at = f.span.file if f.span else ""
        out += ([at] if at != file else []) + list(_finding(f, width))
        file = at
    if len(worst) > len(shown):
        out.append(f"and {counted(len(worst) - len(shown), 'more finding')} of this severity: --all shows them")
    out += [""] if out else []
    out += textwrap.wrap(_summary(reviews, findings), width)
    out += _by_rule(reviews, findings, width)
    return "\n".join(out) + "\n"


def _finding(f: Finding, width: int) -> Iterator[str]:
    where = f"  {f.span.line}: " if f.span else "  "
    yield from textwrap.wrap(f"{where}{f.code} {f.message}", width, subsequent_indent="      ", break_on_hyphens=False)


def _summary(reviews: Sequence[Review], findings: Sequence[Finding]) -> str:
    kinds = Counter(r.document.kind for r in reviews)
    of = listed([f"{n} {kind}" for kind, n in kinds.most_common()])
    by = [counted(sum(f.severity is s for f in findings), s.value) for s in (Severity.ERROR, Severity.WARNING, Severity.NOTE)]
    told = listed([words for words in by if not words.startswith("0 ")]) or "nothing found"
    answered = sum(r.answered is not None for r in reviews)
    read = f" {answered} of them read by an answer of a model." if answered else ""
    return f"{counted(len(reviews), 'document')} ({of}): {told}.{read}"


def _by_rule(reviews: Sequence[Review], findings: Iterable[Finding], width: int) -> Iterator[str]:
    """In how many documents each rule found something: what a team writes again and again."""
    files = {(f.code, f.span.file if f.span else "") for f in findings}
    per = Counter(code for code, _ in files)
    for code, n in sorted(per.items(), key=lambda row: (-row[1], row[0]))[:_RULES]:
        known = rule(code)
        title = known.title if known is not None else ""
        yield f"  {n:>4} of {len(reviews)}  {code} {title}"[:width]
    if len(per) > _RULES:
        yield f"  and {counted(len(per) - _RULES, 'rule')} more"
