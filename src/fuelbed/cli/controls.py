"""`fuelbed controls CASE`."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import click

from fuelbed.cli.common import FAIL_ON, exit_code, load, prints_unicode, refuse, say, terminal_width, use_color, write_out
from fuelbed.core.blocks import Picture
from fuelbed.core.case import Case
from fuelbed.core.options import Options
from fuelbed.core.reporting import Report, Section

__all__ = ["controls"]

_FORMATS = ("text", "md", "csv", "json", "svg")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula


@click.command(short_help="Every control of a case: table, unsafe actions, CAST table, bow-tie.")
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(_FORMATS), help="Default: by the suffix of -o, else text.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of the terminal (- is the terminal)."
)
@click.option("--fail-on", type=FAIL_ON, default="error", show_default=True, help="Exit 1 on findings at or above this.")
def controls(case: Path, form: str | None, output: Path | None, fail_on: str) -> None:
    """The controls of CASE: the state of each and what that rests on, what they share, unsafe control actions, and why.

    text, md and json hold all tables. csv is the CAST-style table, a row for each control and controller. svg is the bow-tie.
    """
    output = None if output == Path("-") else output
    form = form or _form(output)
    read = load(case)
    report = _report(read)
    write_out(_written(read, report, form, output), output)
    if output is not None:
        say(f"Wrote {output}.", err=True)
    sys.exit(exit_code(report.findings, fail_on))


def _form(output: Path | None) -> str:
    suffix = output.suffix.lower().removeprefix(".") if output is not None else ""
    return {"markdown": "md"}.get(suffix, suffix if suffix in _FORMATS else "text")


def _report(case: Case) -> Report:
    """One section; the whole report is `fuelbed analyze`."""
    from fuelbed import __version__
    from fuelbed.engines.invariants import controls_answer

    answer = controls_answer(case, Options())
    provenance = {"fuelbed": __version__, **{f"sha256 {name}": digest for name, digest in case.inputs.items()}}
    section = Section("invariants", "§8", "Which controls failed or were absent?", answer)
    return Report(case.title, case.failure, (), (section,), (*case.findings, *answer.findings), provenance)


def _written(case: Case, report: Report, form: str, output: Path | None) -> str:
    if form == "csv":
        return _csv(case)
    if form == "svg":
        return _svg(report)
    if form == "md":
        from fuelbed.report.markdown import render_markdown

        return render_markdown(report)
    if form == "json":
        from fuelbed.report.json import render_json

        return render_json(report)
    from fuelbed.report.terminal import render_text

    plain = output is not None
    return render_text(
        report, 80 if plain else terminal_width(), not plain and use_color(), not plain and not prints_unicode(), full=True
    )


def _csv(case: Case) -> str:
    """Rows for a spreadsheet; a cell that would be a formula there is quoted as text."""
    from fuelbed.engines.invariants import COLUMNS, cast_rows, look

    e = look(case, Options())
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((COLUMNS[0], "kind", *COLUMNS[1:]))
    for r in cast_rows(e.scene, e.controls, e.feedback):
        cells = (r.name, r.kind, r.responsibility, r.happened, r.context, r.contribution, ", ".join(r.actions))
        writer.writerow([_inert(c.replace("`", "")) for c in cells])
    return out.getvalue()


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _svg(report: Report) -> str:
    from fuelbed.core.blocks import Answer
    from fuelbed.report._bowtie import bowtie_svg

    answer = report.sections[0].answer
    assert isinstance(answer, Answer)
    picture = next((b for b in answer.blocks if isinstance(b, Picture) and b.kind == "bowtie"), None)
    if picture is None:
        refuse("this case has no control, so there is no bow-tie to draw.")
    return bowtie_svg(picture.data)
