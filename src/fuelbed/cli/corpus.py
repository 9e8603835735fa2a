"""`fuelbed corpus DIR...`."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fuelbed.cli.common import ANSWERS, OUTPUT, REDACT
from fuelbed.core.shown import counted

if TYPE_CHECKING:
    from fuelbed.corpus.cache import Cache
    from fuelbed.corpus.compare import Compared
    from fuelbed.corpus.gather import Gathered
    from fuelbed.text.redaction import Redactor

__all__ = ["corpus"]

_FORMATS = ("text", "md", "json", "html", "svg")
_HITS = 20
_ROWS = 8  # of a table in text
_NAMED = 3  # texts that are no accounts


@click.command(short_help="Many postmortems and cases: what comes back, whatever set it off.")
@click.argument("path", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--search", metavar="WORDS", help='Full text instead: all words, "a phrase", or a beg*.')
@click.option("--today", metavar="DATE", help="What `overdue` is told against. Default: the newest account's date.")
@click.option("--format", "form", type=click.Choice(_FORMATS), help="Default: by the suffix of -o, else text.")
@click.option("--full", is_flag=True, help="Text with every row and quote.")
@OUTPUT
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    help="The cache (derived, safe to delete). Default: in the user's folder for caches.",
)
@click.option("--no-cache", is_flag=True, help="Read everything anew and keep nothing.")
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes for reading. Default: as many as it may use; 1: none."
)
@ANSWERS
@REDACT
def corpus(
    path: tuple[Path, ...], search: str | None, today: str | None, form: str | None, full: bool, output: Path | None, cache: Path | None,
    no_cache: bool, jobs: int | None, answers: Path | None, redact: bool,
) -> None:  # fmt: skip  # the signature reads better on few lines
    """Compare the postmortems and cases in every PATH (files, or folders with all below them).

    Weaknesses are grouped by what is wrong and not by what set it off: the same latent condition under other triggers. Nothing is said of persons, and no document is graded.
    svg is the picture of the two that stand together under the most unlike triggers.
    """
    from fuelbed.cli._pages import form_by
    from fuelbed.cli.common import deliver, redactor, refuse, say, tell, tell_redacted
    from fuelbed.core.errors import FuelbedError
    from fuelbed.corpus.cache import Cache, default_file

    form = form or form_by(output, _FORMATS)
    at = _day(today)
    missing = [p for p in path if not p.exists()]
    for p in missing:
        say(f"error: {p}: no such file or directory.", err=True)
    if missing:
        sys.exit(2)
    hide = redactor(redact)
    kept = None if no_cache or redact else cache or default_file()
    store = Cache(kept)
    found = _found(path, store, jobs, hide, answers)
    tell_redacted(hide)
    if store.note:
        say(f"{store.note}.", err=True)
    if not found.entries:
        tell(found.faults)
        refuse(f"{', '.join(map(str, path))}: nothing to compare. Name a folder with postmortems in Markdown, or cases.")
    try:
        text = _hits(found, store, search, form) if search is not None else _rendered(found, at, form, full, output)
    except FuelbedError as e:
        refuse(f"{e}.")
    store.close()
    deliver(text, output)
    if form == "json":  # every other form tells them itself
        tell(found.faults)
    if found.faults:
        sys.exit(2)


def _found(path: Sequence[Path], store: Cache, jobs: int | None, hide: Redactor | None, answers: Path | None) -> Gathered:
    from fuelbed.cli._answers import kept_by
    from fuelbed.cli._workers import workers
    from fuelbed.cli.common import refuse
    from fuelbed.core.errors import FuelbedError
    from fuelbed.corpus.gather import gather

    try:
        with workers(jobs, None) as spread:
            return gather(path, store, spread, hide, kept_by(answers))
    except FuelbedError as e:
        refuse(f"{e}.")


def _day(text: str | None) -> dt.date | None:
    from fuelbed.cli.common import refuse

    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        refuse(f"--today {text!r}: write a date such as 2025-03-01.")


def _rendered(found: Gathered, today: dt.date | None, form: str, full: bool, output: Path | None) -> str:
    from fuelbed.cli._pages import page
    from fuelbed.corpus.answer import report
    from fuelbed.corpus.compare import compare
    from fuelbed.report.brief import brief_report

    compared = compare(found.entries, today)
    if form == "json":
        from fuelbed.corpus.data import corpus_data

        return json.dumps(corpus_data(compared, found.faults, found.same, found.cached), indent=1, ensure_ascii=False) + "\n"
    if form == "svg":
        return _svg(compared)
    made = report(compared, found.faults, _notes(found), "What comes back")
    return page(made if full or form != "text" else brief_report(made, _ROWS), form, output)


def _svg(compared: Compared) -> str:
    from fuelbed.cli.common import refuse
    from fuelbed.corpus.meeting import picture
    from fuelbed.report._shared import shared_svg

    if not compared.together:
        refuse(
            "there is nothing to draw: no two kinds of weakness stand together in three accounts more often than chance explains."
        )
    drawn = picture(compared.together[0])
    return shared_svg(drawn.data, drawn.title)


def _notes(found: Gathered) -> list[str]:
    from fuelbed.core.shown import listed
    from fuelbed.corpus.compare import ACCOUNTS

    out = []
    if found.same:
        first, of = found.same[0]
        more = f", and {len(found.same) - 1} more" if len(found.same) > 1 else ""
        out.append(f"Copies were counted once: {first} is {of}{more}.")
    aside = [e for e in found.entries if e.kind not in ACCOUNTS]
    if aside:
        named = [f"{e.file} ({e.kind})" for e in aside[:_NAMED]]
        named += [f"{len(aside) - _NAMED} more"] if len(aside) > _NAMED else []
        out.append(
            f"Left out, as {'it reads' if len(aside) == 1 else 'they read'} as no account of an incident: {listed(named)}."
        )
    if found.answered:
        rest = ", the others by words" if found.answered < len(found.entries) else ""
        out.append(f"{counted(found.answered, 'text')} of {len(found.entries)} read by an answer of a model{rest}.")
    return out


def _hits(found: Gathered, store: Cache, words: str, form: str) -> str:
    """File, line and words around, best first."""
    hits = store.search(words, found.digests, _HITS)
    if form == "json":
        rows = [{"file": found.digests[h.digest], "line": h.line, "quote": h.quote} for h in hits]
        return json.dumps({"fuelbed_corpus_search": 1, "words": words, "hits": rows}, indent=1, ensure_ascii=False) + "\n"
    if not hits:
        return f"Nothing holds all of: {words}\n"
    return "".join(f"{found.digests[h.digest]}:{h.line}: {h.quote}\n" for h in hits)
