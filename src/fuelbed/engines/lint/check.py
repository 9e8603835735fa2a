"""Check: the rules run over a reading, silenced where the text says so with a reason, sorted by place."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterator

from fuelbed.core.document import Document, Place
from fuelbed.core.findings import Finding, Span
from fuelbed.core.reading import Reading
from fuelbed.engines.lint.catalogue import CODES, all_rules, rule
from fuelbed.engines.lint.disclosure import SECTION
from fuelbed.engines.lint.ignores import ASKED, Ignore, ignores
from fuelbed.engines.lint.look import long_enough
from fuelbed.engines.lint.rule import Known, Rule

__all__ = ["check"]

_BINARY = 8_192  # characters in which a file that is no text shows it
_UNUSED, _NO_REASON = "PM002", "PM003"


def check(
    reading: Reading,
    select: Collection[str] | None = None,
    ignore: Collection[str] | None = None,
    preview: bool = True,
    known: Known | None = None,
    also: Collection[str] = (),
    shown: Document | None = None,
) -> tuple[Finding, ...]:
    """The findings of the rules, sorted by place.

    select    codes or their beginnings ("PM4" is all of §4): only these, and those among them that are off by default, too.
    ignore    codes or beginnings that are left out.
    preview   whether rules of stability `preview` run.
    also      codes or beginnings that run beside those, whatever their stability.
    known     what the models of a case know: without it the rules that ask for it do not run.
    shown     the text as it stands, where the reading is of what a model saw of it: there are no secrets in that.
    """
    chosen = [r for r in all_rules() if _runs(r, select, ignore, preview, also) and (r.beside is None or known is not None)]
    document = shown or reading.document
    unhidden = reading if document is reading.document else Reading(document)
    if (
        document.kind == "empty" or "\0" in document.source.text[:_BINARY]
    ):  # no prose: a credential in code or a comment is one all the same
        chosen = [r for r in chosen if r.section == SECTION]
    comments = ignores(document)
    used: set[tuple[Ignore, str]] = set()
    found: list[Finding] = []
    for r in chosen:
        if document.kind in r.kinds and (not r.field or long_enough(document)):
            if r.beside is not None and known is not None:
                told = r.beside(reading, known)
            else:
                told = r.check(unhidden if r.section == SECTION else reading)
            found += (f for f in told if not _silenced(document, comments, f, used))
    codes = {r.code for r in chosen}
    found += _about_comments(document, comments, used, codes)
    return tuple(sorted(dict.fromkeys(found), key=lambda f: f.sort_key))


def _runs(r: Rule, select: Collection[str] | None, ignore: Collection[str] | None, preview: bool, also: Collection[str]) -> bool:
    if ignore and any(r.code.startswith(c) for c in ignore):
        return False
    if also and any(r.code.startswith(c) for c in also):
        return True
    if select is not None:
        return any(r.code.startswith(c) for c in select)
    return r.stability == "stable" or (r.stability == "preview" and preview)


def _offset(document: Document, span: Span | None) -> int:
    """The offset of a span's beginning, for comparing it with places."""
    if span is None:
        return -1
    key = (span.line, span.column)
    text = document.source.text

    def position(i: int) -> tuple[int, int]:
        s = document.source.span(i, i)
        return s.line, s.column

    return bisect.bisect_left(range(len(text) + 1), key, key=position)


def _silenced(document: Document, comments: tuple[Ignore, ...], f: Finding, used: set[tuple[Ignore, str]]) -> bool:
    offset = _offset(document, f.span) if comments else -1
    covering = [c for c in comments if c.covers(f.code, offset)]
    used.update((c, f.code) for c in covering)
    return bool(covering)


def _about_comments(
    document: Document, comments: tuple[Ignore, ...], used: set[tuple[Ignore, str]], ran: set[str]
) -> Iterator[Finding]:
    """PM002 and PM003; a code whose rule did not run in this call is not called unused."""
    for c in comments:
        if c.verb == ASKED:
            continue
        if not c.understood:
            if _UNUSED in ran:
                yield _meta(_UNUSED, document, c.place, _not_understood(c))
            continue
        for code, place in c.codes:
            if _UNUSED in ran and code not in CODES:
                yield _meta(_UNUSED, document, place, f"There is no rule {code}.")
            elif _UNUSED in ran and code in ran and (c, code) not in used:
                yield _meta(_UNUSED, document, place, f"{code} finds nothing here, so that the comment has no effect.")
        if not c.reason and _NO_REASON in ran:
            named = " ".join(code for code, _ in c.codes)
            yield _meta(_NO_REASON, document, c.place, f"The comment ignores {named} and does not say why.")


def _not_understood(c: Ignore) -> str:
    if c.verb in ("ignore", "ignore-file"):
        return f"The comment `{c.verb}` names no rule: whole codes, such as PM402, stand before the reason."
    return f"The comment `fuelbed: {c.verb}` is neither `ignore` nor `ignore-file`, so that it has no effect."


def _meta(code: str, document: Document, place: Place, message: str) -> Finding:
    r = rule(code)
    assert r is not None
    return Finding(code, r.severity, message, r.cure, document.span(place), f"\n{document.quote(place)}")
