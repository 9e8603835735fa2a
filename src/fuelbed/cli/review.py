"""`fuelbed review POSTMORTEM...`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fuelbed.cli._baseline import new_findings
from fuelbed.cli._review_files import Found, Settings, documents, postmortems
from fuelbed.cli._stubs import mend
from fuelbed.cli._terminal import terminal_width
from fuelbed.cli.common import (
    ANSWERS,
    FAIL_ON,
    OUTPUT,
    REDACT,
    exit_code,
    redactor,
    refuse,
    tell_redacted,
    write_out,
)
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.settings import ReviewSettings
from fuelbed.core.shown import listed

if TYPE_CHECKING:
    from fuelbed.cli._answers import Answering
    from fuelbed.reviewing import Review

__all__ = ["review"]

_FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown")
_SHOWN = 5  # documents that are shown a screenful each; of more, a line each


# One command: half of its lines are its options, the rest says in which order they exclude each other and what follows from them.
@click.command(short_help="Review a postmortem: what it says, what follows, what it leaves open.")
@click.argument("postmortem", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--all", "every", is_flag=True, help="Everything that was read, every finding and every question.")
@click.option("--brief", is_flag=True, help="Findings only, as of many texts, however few they are.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True)
@OUTPUT
@click.option("--select", metavar="CODES", help="Only these rules, as PM401,PM5 (a prefix selects all below it).")
@click.option("--ignore", metavar="CODES", help="Without these rules.")
@click.option("--fail-on", type=FAIL_ON, help="Exit 1 on findings at or above this. Default: as the settings say, else error.")
@click.option(
    "--baseline", type=click.Path(path_type=Path), help="Findings known from this file do not count; written if absent."
)
@click.option(
    "--accept",
    type=click.Path(path_type=Path),
    metavar="ANSWER",
    help="Review by this answer of a model (draft --prompt), not by words.",
)
@ANSWERS
@click.option(
    "--model", metavar="NAME", help="Ask this model at OPENAI_BASE_URL about texts without an answer; only with --send."
)
@click.option("--send", is_flag=True, help="With --model: really send the texts; without it, what would be sent is printed.")
@click.option("--fix", is_flag=True, help="Show as a diff which missing sections would be added, each with its question.")
@click.option("--add-ignores", is_flag=True, help="The same for comments that silence every finding; each asks for a reason.")
@click.option("--write", is_flag=True, help="Do what --fix or --add-ignores shows. Lines are only inserted.")
@click.option(
    "--config", type=click.Path(path_type=Path), help="Settings, instead of the nearest fuelbed.toml or pyproject.toml."
)
@click.option("--no-config", is_flag=True, help="Without any settings.")
@REDACT
def review(
    postmortem: tuple[Path, ...],
    every: bool,
    brief: bool,
    form: str,
    output: Path | None,
    select: str | None,
    ignore: str | None,
    fail_on: str | None,
    baseline: Path | None,
    accept: Path | None,
    answers: Path | None,
    model: str | None,
    send: bool,
    fix: bool,
    add_ignores: bool,
    write: bool,
    config: Path | None,
    no_config: bool,
    redact: bool,
) -> None:
    """Review each POSTMORTEM (a text in Markdown, a folder of them, - for standard input; no set-up needed).

    Findings about text are notes and warnings, never errors: a build fails on them only with --fail-on warning or note.
    A file that cannot be read hides none of the others; the exit code is 2 then.
    With a model of your choice, never required: --accept and --answers read by what it answered to `fuelbed draft --prompt`, and
    --model asks it.
    A finding is silenced in the text by a comment: <!-- fuelbed: ignore PM401 the reason -->.
    Settings are read from the nearest fuelbed.toml, or [tool.fuelbed] of pyproject.toml; what is given here counts more.
    """
    from fuelbed.engines.lint import all_rules

    if config is not None and no_config:
        refuse("--config and --no-config say two different things. Give one of them.")
    if every and brief:
        refuse("--all shows everything and --brief only findings. Give one of them.")
    if write and not (fix or add_ignores):
        refuse("--write does what --fix or --add-ignores shows. Give one of them.")
    if write and redact:
        refuse("--write changes your file and --redact what is shown of it. Give one of them.")
    settings = Settings([r.code for r in all_rules()], config, no_config)
    chosen, left_out = _codes(select), _codes(ignore)
    paths = postmortems(postmortem, settings)
    hide = redactor(redact)
    answering = _answering(paths, settings, accept, answers, model, send, fix or add_ignores)
    found = documents(paths, settings, hide)
    if model is not None and not send:
        _plan(answering, model, found)
    reviews = [_reviewed(f, chosen, left_out, answering) for f in found]
    unread = bool(settings.faults or answering.faulty)
    answering.tell_unused()
    tell_redacted(hide)
    if not reviews and (fix or add_ignores or form in ("text", "json")):
        sys.exit(2)
    if fix or add_ignores:
        mend(reviews, fix, add_ignores, write)
        sys.exit(2 if unread else 0)
    path = next(iter(paths))
    first = settings.of(path) if str(path) != "-" else ReviewSettings()
    fail_on = fail_on or first.fail_on or "error"
    if baseline is None and first.baseline:
        baseline = Path(first.folder, first.baseline)
    findings = new_findings([f for r in reviews for f in r.findings], baseline if not unread else None)
    write_out(_render(reviews, findings, form, every, brief, output, fail_on, answering, settings.faults), output)
    sys.exit(2 if unread else exit_code(findings, fail_on))


def _answering(
    paths: Collection[Path],
    settings: Settings,
    accept: Path | None,
    answers: Path | None,
    model: str | None,
    send: bool,
    mends: bool,
) -> Answering:
    """By which answers of a model the texts are read; leaves with code 2 where that cannot be."""
    from fuelbed.cli._answers import Answering, answers_in

    if send and model is None:
        refuse("--send belongs to --model NAME.")
    if accept is not None and (len(paths) != 1 or mends or answers is not None or model is not None):
        refuse("--accept is an answer about one POSTMORTEM, and goes with none of --answers, --model, --fix and --add-ignores.")
    if mends and (answers is not None or model is not None):
        refuse("--fix and --add-ignores go by words: leave out --answers and --model.")
    if model is not None and answers is None and len(paths) > 1 and not all(map(settings.keeps_answers, paths)):
        refuse("--model asks about each POSTMORTEM: with several, say with --answers FOLDER where what is answered is kept.")
    to = None
    if model is not None:
        from fuelbed.cli._model import server

        to = server(model)
    return Answering(accept, answers_in(answers, made=model is not None), model or "", to, words=mends)


def _plan(answering: Answering, model: str, found: Iterable[Found]) -> None:
    """What would be sent; ends the command where that is something."""
    from fuelbed.cli._model import plan

    assert answering.to is not None
    asked = answering.unanswered(found)
    if not asked:
        refuse("nothing to ask: every text has an answer, or tells of no incident. Without --model, they are reviewed.")
    plan(answering.to, model, asked)


def _reviewed(found: Found, chosen: tuple[str, ...], left_out: tuple[str, ...], answering: Answering) -> Review:
    """By the file's settings, and by what the command says beside or instead; read by an answer where there is one."""
    from fuelbed.reviewing import review as run

    s = found.settings
    also = () if chosen else s.extend_select
    drop = (*left_out, *s.left_out(found.path, bool(chosen)))
    return run(found.document, chosen or s.select, drop, also, s.preview, answering.of(found))


def _codes(text: str | None) -> tuple[str, ...]:
    """`PM401, pm5` -> codes and beginnings of codes; each must be that of some rule."""
    if text is None:
        return ()
    from fuelbed.engines.lint import all_rules

    known = [r.code for r in all_rules()]
    wanted = tuple(c.upper() for c in re.split(r"[\s,]+", text.strip()) if c)
    none = [c for c in wanted if not any(k.startswith(c) for k in known)]
    if none:
        refuse(f"no rule's code begins with {listed(none, 'or')}. `fuelbed explain` lists them.")
    return wanted


def _render(
    reviews: list[Review],
    findings: list[Finding],
    form: str,
    every: bool,
    brief: bool,
    output: Path | None,
    fail_on: str,
    answering: Answering,
    faults: list[Finding],
) -> str:
    if form == "json":
        from fuelbed.reviewing.data import review_data

        kept = set(map(id, findings))
        data = [review_data(r, [f for f in r.findings if id(f) in kept]) for r in reviews]
        return json.dumps({"fuelbed_review": 1, "documents": data}, indent=2, ensure_ascii=False) + "\n"
    if form != "text":
        return _written([*faults, *findings], form, [r.document.source.file for r in reviews], fail_on)
    from fuelbed.reviewing.text import render_review

    width = 80 if output is not None else terminal_width()
    if not brief and (len(reviews) <= _SHOWN or every):
        return "\n".join(render_review(r, width, every, by=answering.by(r.document.source.file)) for r in reviews)
    from fuelbed.reviewing.many import render_many

    return render_many(reviews, findings, width)


def _written(findings: list[Finding], form: str, files: list[str], fail_on: str) -> str:
    """For programs; each form is a short renderer over findings."""
    if form == "sarif":
        from fuelbed import __version__
        from fuelbed.engines.lint import all_rules
        from fuelbed.writers.sarif import sarif

        return sarif(findings, {r.code: r for r in all_rules()}, __version__)
    if form == "github":
        from fuelbed.writers.github import github

        return github(findings)
    if form == "gitlab":
        from fuelbed.writers.gitlab import gitlab

        return gitlab(findings)
    if form == "junit":
        from fuelbed.writers.junit import junit

        counted = [] if fail_on == "never" else [s.value for s in Severity if s.rank >= Severity(fail_on).rank]
        return junit(findings, files, frozenset(counted))
    from fuelbed.writers.findings_markdown import findings_markdown

    return findings_markdown(findings, files)
