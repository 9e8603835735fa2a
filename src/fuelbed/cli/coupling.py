"""`fuelbed coupling CASE|LOG`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from fuelbed.cli.common import FAIL_ON, OUTPUT, REDACT, redactor

if TYPE_CHECKING:
    from fuelbed.core.case import Case
    from fuelbed.core.facts import NotFound
    from fuelbed.core.findings import Finding
    from fuelbed.core.options import Options
    from fuelbed.engines.coupling.answer import Looked
    from fuelbed.text.redaction import Redactor

__all__ = ["coupling"]

_FORMATS = ("text", "md", "csv", "json")
_CASES = ("", ".yaml", ".yml")


@click.command(short_help="Which components fail together, from a case's history or a bare log of failures.")
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--suggest", is_flag=True, help="Print `common_causes` as YAML to paste, with what each rests on.")
@click.option(
    "--window",
    metavar="TIME",
    help="Failures that begin no further apart are together: '5 min'. Default: as the case says, else by the log.",
)
@click.option(
    "--observed", metavar="START..END", help="From when to when a failure would have been in LOG: 2025-01-01..2026-01-01."
)
@click.option("--format", "form", type=click.Choice(_FORMATS), help="Default: by the suffix of -o, else text.")
@click.option("--full", is_flag=True, help="Text with every table and column.")
@OUTPUT
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes for large histories. Default: as many as it may use; 1: none.",
)
@click.option(
    "--cluster", metavar="ADDRESS", help="Count on this Dask scheduler instead (needs the extra cluster; opens a socket)."
)
@click.option("--fail-on", type=FAIL_ON, default="error", show_default=True, help="Exit 1 on findings at or above this.")
@REDACT
def coupling(
    case: Path, suggest: bool, window: str | None, observed: str | None, form: str | None, full: bool, output: Path | None,
    jobs: int | None, cluster: str | None, fail_on: str, redact: bool,
) -> None:  # fmt: skip  # the signature reads better on one line
    """Which components of CASE fail together more often than independence allows, and why.

    Instead of a case, a log of failures will do: a CSV or Parquet file with component, start and end, or a tracker's JSON export.
    csv has a row for each pair. No file is changed.
    """
    from fuelbed.cli._pages import form_by
    from fuelbed.cli._workers import workers
    from fuelbed.cli.common import deliver, exit_code, refuse, write_out
    from fuelbed.core.errors import FuelbedError
    from fuelbed.core.options import Options

    form = form or form_by(output, _FORMATS)
    read = _asked(_read(case, observed, redactor(redact)), window)
    findings: tuple[Finding, ...] = ()
    try:
        with workers(jobs, cluster) as spread:
            options = Options(spread=spread)
            if suggest:
                from fuelbed.report.coupling import suggestions

                text = suggestions(read, _looked(read, options))
            else:
                text, findings = _written(read, form, full, output, options)
    except FuelbedError as e:
        refuse(f"{e}.")
    if suggest:
        write_out(text, output)
        return
    deliver(text, output)
    sys.exit(exit_code(findings, fail_on))


def _read(path: Path, observed: str | None, hide: Redactor | None) -> Case:
    """A case by its folder or its YAML; anything else is a log."""
    from fuelbed.cli.common import hidden, load, refuse

    if path.is_dir() or path.suffix.lower() in _CASES:
        if observed is not None:
            refuse("--observed is for a bare log: a case says it under `observed` of the entry.")
        return load(path, hide)
    start, dots, end = (observed or "").partition("..")
    if observed is not None and not (start and dots and end):
        refuse(f"--observed {observed!r}: write 2025-01-01..2026-01-01.")
    case = _bare(path, (start, end) if observed is not None else None, hide)
    return hidden(case, hide)


def _bare(path: Path, observed: tuple[str, str] | None, hide: Redactor | None) -> Case:
    from fuelbed.cli._progress import Progress
    from fuelbed.cli.common import refuse, refuse_all
    from fuelbed.core.errors import FuelbedError, InputError
    from fuelbed.readers.bare_log import read_bare_log

    if not path.exists():
        refuse(f"{path}: no such file or directory.")
    try:
        with Progress() as progress:
            return read_bare_log(path, observed, progress.read)
    except InputError as e:
        refuse_all(e, path, hide)
    except (FuelbedError, OSError) as e:
        refuse(str(e))


def _asked(case: Case, window: str | None) -> Case:
    """The case with the window of the command."""
    if window is None:
        return case
    from fuelbed.core.numbers import parse_quantity
    from fuelbed.core.scanner import TextFault

    try:
        q = parse_quantity(window, "time")
    except TextFault:
        _window(window)
    if q.kind != "point" or q.low <= 0:
        _window(window)
    return replace(case, coupling=replace(case.coupling, window=q.low))


def _window(text: str) -> NoReturn:
    from fuelbed.cli.common import refuse

    refuse(f"--window {text!r}: write one time above 0, such as '5 min'.")


def _look(case: Case, options: Options) -> Looked | NotFound:
    """What stands on dynamics (`tips`) is enclosed in what is not known: this command runs the one question only."""
    from fuelbed.engines.coupling.answer import look

    return look(case, None, options)


def _looked(case: Case, options: Options) -> Looked:
    from fuelbed.cli.common import refuse
    from fuelbed.core.facts import NotFound

    found = _nothing(case) or _look(case, options)
    if isinstance(found, NotFound):
        refuse(f"{case.file}: {found.question}")
    return found


def _nothing(case: Case) -> NotFound | None:
    from fuelbed.engines.coupling.examine import NO_HISTORY

    return None if case.history else NO_HISTORY


def _written(case: Case, form: str, full: bool, output: Path | None, options: Options) -> tuple[str, tuple[Finding, ...]]:
    import json

    if form in ("csv", "json"):
        from fuelbed.report.coupling import as_csv, as_data

        found = _looked(case, options)
        text = as_csv(found) if form == "csv" else json.dumps(as_data(case, found), ensure_ascii=False, indent=1) + "\n"
        return text, ()
    return _page(case, form, full, output, options)


def _page(case: Case, form: str, full: bool, output: Path | None, options: Options) -> tuple[str, tuple[Finding, ...]]:
    """One section of the report."""
    from fuelbed.cli._pages import case_page, page, section
    from fuelbed.core.facts import Board
    from fuelbed.core.registry import rows_by_id
    from fuelbed.engines.coupling import examine
    from fuelbed.report.brief import brief

    answer = examine(case, Board().for_engine(rows_by_id()["coupling"].takes), options)
    shown = answer if full or form == "md" else brief(answer)
    report = case_page(case, section("coupling", shown), answer.findings)
    return page(report, form, output), report.findings
