"""`fuelbed controls CASE`."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import click

from fuelbed.cli._pages import case_page, form_by, page, section
from fuelbed.cli.common import (
    FAIL_ON,
    OUTPUT,
    REDACT,
    deliver,
    exit_code,
    load,
    redactor,
    refuse,
)
from fuelbed.core.blocks import Picture
from fuelbed.core.case import Case
from fuelbed.core.options import Options
from fuelbed.core.reporting import Report
from fuelbed.core.shown import inert

__all__ = ["controls"]

_FORMATS = ("text", "md", "csv", "json", "svg")


@click.command(short_help="Every control of a case: table, unsafe actions, CAST table, bow-tie.")
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(_FORMATS), help="Default: by the suffix of -o, else text.")
@OUTPUT
@click.option("--fail-on", type=FAIL_ON, default="error", show_default=True, help="Exit 1 on findings at or above this.")
@REDACT
def controls(case: Path, form: str | None, output: Path | None, fail_on: str, redact: bool) -> None:
    """The controls of CASE: the state of each and what that rests on, what they share, unsafe control actions, and why.

    text, md and json hold all tables. csv is the CAST-style table, a row for each control and controller. svg is the bow-tie.
    """
    form = form or form_by(output, _FORMATS)
    read = load(case, redactor(redact))
    report = _report(read)
    deliver(_written(read, report, form, output), output)
    sys.exit(exit_code(report.findings, fail_on))


def _report(case: Case) -> Report:
    from fuelbed.engines.invariants import controls_answer

    answer = controls_answer(case, Options())
    return case_page(case, section("invariants", answer, "Which controls failed or were absent?"), answer.findings)


def _written(case: Case, report: Report, form: str, output: Path | None) -> str:
    if form == "csv":
        return _csv(case)
    return _svg(report) if form == "svg" else page(report, form, output)


def _csv(case: Case) -> str:
    """Rows for a spreadsheet; a cell that would be a formula there is quoted as text."""
    from fuelbed.engines.invariants import COLUMNS, cast_rows, look

    e = look(case, Options())
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((COLUMNS[0], "kind", *COLUMNS[1:]))
    for r in cast_rows(e.scene, e.controls, e.feedback):
        cells = (r.name, r.kind, r.responsibility, r.happened, r.context, r.contribution, ", ".join(r.actions))
        writer.writerow([inert(c.replace("`", "")) for c in cells])
    return out.getvalue()


def _svg(report: Report) -> str:
    from fuelbed.core.blocks import Answer
    from fuelbed.report._bowtie import bowtie_svg

    answer = report.sections[0].answer
    assert isinstance(answer, Answer)
    picture = next((b for b in answer.blocks if isinstance(b, Picture) and b.kind == "bowtie"), None)
    if picture is None:
        refuse("this case has no control, so there is no bow-tie to draw.")
    return bowtie_svg(picture.data)
