"""`fuelbed attribution PATH...`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fuelbed.cli.common import ANSWERS, OUTPUT, REDACT, redactor
from fuelbed.core.shown import counted

if TYPE_CHECKING:
    from fuelbed.core.blocks import Answer
    from fuelbed.core.case import Case
    from fuelbed.core.document import Document
    from fuelbed.core.reading import Reading
    from fuelbed.readers.postmortems import Found
    from fuelbed.reviewing.answers import Keeps
    from fuelbed.reviewing.survey import Account
    from fuelbed.text.redaction import Redactor

__all__ = ["attribution"]

_FORMATS = ("text", "md", "json")
_TOLD = 20  # files that could not be read and are named


@click.command(short_help="What share of the story goes to whom and to what, and of the risk: by team and year.")
@click.argument("path", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(_FORMATS), help="Default: by the suffix of -o, else text.")
@click.option("--full", is_flag=True, help="Every table for every group, and by team and year together.")
@click.option("--no-risk", is_flag=True, help="Only what is written: no case is analyzed, so no gap (much faster).")
@OUTPUT
@ANSWERS
@REDACT
def attribution(
    path: tuple[Path, ...], form: str | None, full: bool, no_risk: bool, output: Path | None, answers: Path | None, redact: bool
) -> None:
    """What share of the text, of the stated causes and of the action items goes to which scope and role, over all documents under PATH.

    PATH is a postmortem in Markdown, a case, or a folder of either. Of one case: the section of its report. Shares are of texts; there is
    no grade of a document and nothing is said of a person.
    """
    from fuelbed.cli._pages import form_by
    from fuelbed.cli.common import deliver

    form, unread = form or form_by(output, _FORMATS), False
    found = _find(path)
    hide = redactor(redact)
    if len(found) == 1 and found[0].is_case and form != "json" and not no_risk:
        text = _one_case(found[0], form, full, output, hide)
    else:
        from fuelbed.cli._answers import kept_by

        text, unread = _many(found, form, full, not no_risk, output, hide, kept_by(answers))
    deliver(text, output)
    if unread:
        sys.exit(2)


def _find(paths: tuple[Path, ...]) -> list[Found]:
    from fuelbed.cli.common import refuse, refuse_all
    from fuelbed.core.errors import InputError
    from fuelbed.readers.postmortems import find_postmortems

    try:
        found = find_postmortems(paths)
    except InputError as e:
        refuse_all(e)
    except OSError as e:
        refuse(str(e))
    if not found:
        refuse("no postmortem (.md) and no case lies under this path.")
    return found


def _one_case(f: Found, form: str, full: bool, output: Path | None, hide: Redactor | None) -> str:
    """One section of the report."""
    from fuelbed.analysis import facts_for
    from fuelbed.cli.common import load
    from fuelbed.core.options import Options
    from fuelbed.engines.attribution import examine

    case = load(f.path, hide)
    answer = examine(case, facts_for(case, "attribution"), Options())
    from dataclasses import replace

    shown = answer if full or form == "md" else replace(answer, blocks=tuple(b for b in answer.blocks if not b.detail))
    return _page(case.title, shown, form, output)


def _many(
    found: list[Found], form: str, full: bool, risk: bool, output: Path | None, hide: Redactor | None, keeps: Keeps
) -> tuple[str, bool]:
    """The report, and whether a file, or the answer about one, could not be read."""
    import json

    from fuelbed.cli.common import refuse, tell_redacted
    from fuelbed.core.options import Options
    from fuelbed.reviewing.survey import survey
    from fuelbed.reviewing.survey_blocks import survey_answer, survey_data

    accounts, unread = _accounts(found, risk, hide, keeps)
    if not accounts:
        refuse("none of the files under this path could be read.")
    tell_redacted(hide)
    whole = survey(accounts, Options().seed)
    if form == "json":
        return json.dumps(survey_data(whole, accounts), ensure_ascii=False, indent=1) + "\n", unread
    n = whole.all.documents
    return _page(f"Attribution over {counted(n, 'account')}", survey_answer(whole, accounts, full), form, output), unread


def _accounts(found: list[Found], risk: bool, hide: Redactor | None, keeps: Keeps) -> tuple[list[Account], bool]:
    """What could be read. A file that the user named and that cannot be read ends the command; one that was found is told and left out."""
    from fuelbed.cli._progress import Progress
    from fuelbed.cli.common import cleaned, say
    from fuelbed.core.errors import FuelbedError, InputError

    accounts, faults = [], []
    faulty: list[Path] = []  # texts whose answer has faults
    with Progress() as progress:
        for i, f in enumerate(found):
            progress.begin(f"account {i + 1} of {len(found)}")
            try:
                account = _account(f, risk, hide, keeps, faulty)
            except InputError as e:
                faults += [(f, [x.line() for x in e.findings])]
                continue
            except (FuelbedError, OSError) as e:
                faults += [(f, [f"{f.path}: {e}"])]
                continue
            accounts += [account] if account is not None else []
    for f, lines in faults:
        if f.named:
            clean = cleaned(f.place, hide)
            for line in lines:
                say(clean(line), err=True)
            sys.exit(2)
    for f, lines in faults[:_TOLD]:
        say(f"left out: {cleaned(f.place, hide)(lines[0])}", err=True)
    if len(faults) > _TOLD:
        say(f"left out: {len(faults) - _TOLD} more that could not be read.", err=True)
    return accounts, bool(faults or faulty)


def _account(f: Found, risk: bool, hide: Redactor | None, keeps: Keeps, faulty: list[Path]) -> Account | None:
    from fuelbed.cli.common import opened_document
    from fuelbed.reviewing.survey import account

    if f.is_case:
        from fuelbed.readers.case import read_case

        case = read_case(f.path)
        return _of_case(case if hide is None else hide.within(case), risk)
    return account(_reading(opened_document(f.path, hide), f, keeps, faulty), f.path.resolve().parent.name)


def _reading(document: Document, f: Found, keeps: Keeps, faulty: list[Path]) -> Reading:
    """By the answer that is kept about it, where that has no faults (which are told), else by words."""
    from fuelbed.text.understand import understand

    kept = keeps(f.path, f.root)
    if kept is not None:
        from fuelbed.cli._answers import tell_faults
        from fuelbed.reviewing.answers import tells_something

        judged = kept.judged(document) if tells_something(document) else None
        if judged is not None and judged.draft is not None:
            return judged.draft.reading
        if judged is not None:
            tell_faults(judged.findings, document.source.file)
            faulty.append(f.path)
    return understand(document)


def _of_case(case: Case, risk: bool) -> Account | None:
    """None where the case has no account."""
    from fuelbed.analysis import facts_for
    from fuelbed.core.options import Options
    from fuelbed.engines.attribution import case_gaps, story_of
    from fuelbed.reviewing.survey import case_account

    story = story_of(case)
    if story is None:
        return None
    options = Options()
    without = ("actions", "observability", "threshold")  # they give nothing that the gap is made of
    gaps = case_gaps(case, story, facts_for(case, "attribution", options, without), options.seed) if risk else None
    return case_account(case, story, gaps)


def _page(title: str, answer: Answer, form: str, output: Path | None) -> str:
    from fuelbed import __version__
    from fuelbed.cli._pages import page, section
    from fuelbed.core.reporting import Report

    report = Report(title, "", (), (section("attribution", answer),), answer.findings, {"fuelbed": __version__})
    return page(report, form, output)
