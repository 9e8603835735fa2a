"""`fuelbed analyze CASE`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from fuelbed.cli._baseline import Baseline
from fuelbed.cli._pages import form_asked, page
from fuelbed.cli._progress import Progress
from fuelbed.cli._watch import watch as keep_watch
from fuelbed.cli._workers import workers
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
from fuelbed.core.blocks import Answer
from fuelbed.core.errors import FuelbedError
from fuelbed.core.findings import Finding
from fuelbed.core.options import Options
from fuelbed.core.reporting import Report, Section

__all__ = ["analyze"]

_SUFFIXES = {".html": "html", ".md": "md", ".json": "json", ".txt": "text"}


@click.command(short_help="Analyze a case: what stood there, and what each action item changes.")
@click.argument("case", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "md", "html", "json"]), help="Default: by the suffix of -o, else text."
)
@OUTPUT
@click.option(
    "--target", metavar="GOAL", help="For the cheapest set: 'hazard<=0.1', 'probability<=0.05', 'loss<=30', 'loss-80%'."
)
@click.option("--seed", type=click.IntRange(min=0), default=Options().seed, show_default=True, help="Of every random draw.")
@click.option("--fail-on", type=FAIL_ON, default="error", show_default=True, help="Exit 1 on findings at or above this.")
@click.option(
    "--baseline", type=click.Path(path_type=Path), help="Findings known from this file do not count; written if absent."
)
@click.option("--full", is_flag=True, help="Text with every table and interval, not the one-screen summary.")
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes for long sweeps. Default: as many as it may use; 1: none."
)
@click.option(
    "--cluster", metavar="ADDRESS", help="Sweep on this Dask scheduler instead (needs the extra cluster; opens a socket)."
)
@click.option("--watch", is_flag=True, help="Run again on every save, and print what changed in the verdict; stop with Ctrl-C.")
@REDACT
def analyze(
    case: Path,
    form: str | None,
    output: Path | None,
    target: str | None,
    seed: int,
    fail_on: str,
    baseline: Path | None,
    full: bool,
    jobs: int | None,
    cluster: str | None,
    watch: bool,
    redact: bool,
) -> None:
    """Analyze CASE: a folder with case.yaml, or the file itself.

    Without -o, a summary of one screen is printed. The whole report, with sliders: `-o report.html`. For a pull request:
    `-o report.md`. For programs: `-o report.json`.
    """
    form = form or form_asked(output, _SUFFIXES, "report")
    options = Options(seed, _target(target))

    def run() -> Report:
        with workers(jobs, cluster) as spread:
            return _run(case, replace(options, spread=spread), output, redact)

    def show(report: Report, new: list[Finding] | None = None) -> None:
        deliver(_render(report, form, output, full, new), output)

    if watch:
        if baseline is not None:
            refuse("--watch never ends with a code, so --baseline has no use beside it.")
        keep_watch(case, output, run, show)
        return
    known = Baseline(baseline) if baseline is not None else None  # refused before the analysis, not after it
    report = run()
    new = known.new(report.findings) if known is not None else None
    show(report, new)
    sys.exit(exit_code(report.findings if new is None else new, fail_on))


def _target(text: str | None) -> tuple[str, float] | None:
    if text is None:
        return None
    import re

    m = re.fullmatch(r"\s*(hazard|probability|loss)\s*(?:<=\s*([0-9.eE+-]+)|-\s*([0-9.]+)\s*%)\s*", text)
    try:
        if m is not None and m[2] is not None and float(m[2]) >= 0:
            return m[1], float(m[2])
        if m is not None and m[3] is not None and 0 < float(m[3]) <= 100:
            return m[1], -float(m[3]) / 100
    except ValueError:
        pass
    return refuse(f"--target {text!r}: write 'hazard<=0.1', 'probability<=0.05', 'loss<=30' or 'loss-80%'.")


def _run(path: Path, options: Options, output: Path | None, redact: bool = False) -> Report:
    case = load(path, redactor(redact))
    if output is not None:
        folder = path if path.is_dir() else path.parent
        mine = {(folder / name).resolve() for name in case.inputs} | {path.resolve(), (folder / "case.yaml").resolve()}
        if output.resolve() in mine and output.is_file():
            refuse(f"{output} belongs to the case, and the report would replace it. Name another file.")
    from fuelbed.analysis import analyze as run

    try:
        with Progress() as progress:
            return run(case, options, progress.begin)
    except FuelbedError as e:
        refuse(f"{e}.")


def _portable(report: Report) -> Report:
    """With files named as they are called inside the case's folder: the same case gives the same bytes from wherever it is read."""

    def inside(f: Finding) -> Finding:
        return f if f.span is None else replace(f, span=replace(f.span, file=Path(f.span.file).name))

    def section(s: Section) -> Section:
        a = s.answer
        return replace(s, answer=replace(a, findings=tuple(map(inside, a.findings)))) if isinstance(a, Answer) else s

    return replace(report, findings=tuple(map(inside, report.findings)), sections=tuple(map(section, report.sections)))


def _render(report: Report, form: str, output: Path | None, full: bool, new: list[Finding] | None = None) -> str:
    more = "" if full or output is not None else "Everything, with intervals: the same with --full, or -o report.html"
    return page(_portable(report) if form != "text" else report, form, output, full, more, new)
