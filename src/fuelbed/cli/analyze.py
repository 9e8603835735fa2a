"""`fuelbed analyze CASE`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from fuelbed.cli.common import (
    FAIL_ON,
    exit_code,
    load,
    new_findings,
    prints_unicode,
    refuse,
    terminal_width,
    use_color,
    write_out,
)
from fuelbed.core.options import Options
from fuelbed.core.reporting import Report

__all__ = ["analyze"]

_OUTPUTS = {"hazard": "hazard", "probability": "probability", "loss": "loss"}


@click.command(short_help="Analyze a case: what stood there, and what each action item changes.")
@click.argument("case", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "md", "html", "json"]), help="Default: by the suffix of -o, else text."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of the terminal.")
@click.option(
    "--target", metavar="GOAL", help="For the cheapest set: 'hazard<=0.1', 'probability<=0.05', 'loss<=30', 'loss-80%'."
)
@click.option("--seed", type=int, default=Options().seed, show_default=True, help="Of every random draw.")
@click.option("--fail-on", type=FAIL_ON, default="error", show_default=True, help="Exit 1 on findings at or above this.")
@click.option(
    "--baseline", type=click.Path(path_type=Path), help="Findings known from this file do not count; written if absent."
)
@click.option("--full", is_flag=True, help="Text with every table and interval, not the one-screen summary.")
@click.option("--watch", is_flag=True, help="Run again on every save, and print what changed in the verdict.")
def analyze(
    case: Path,
    form: str | None,
    output: Path | None,
    target: str | None,
    seed: int,
    fail_on: str,
    baseline: Path | None,
    full: bool,
    watch: bool,
) -> None:
    """Analyze CASE: a folder with case.yaml, or the file itself.

    Without -o, a summary of one screen is printed. The whole report, with sliders: `-o report.html`. For a pull request:
    `-o report.md`. For programs: `-o report.json`.
    """
    form = form or {".html": "html", ".htm": "html", ".md": "md", ".json": "json"}.get(output.suffix if output else "", "text")
    options = Options(seed, _target(target))
    if watch:
        _watch(case, form, output, options, full)
        return
    report = _run(case, options)
    write_out(_render(report, form, output, full), output)
    if output is not None:
        click.echo(f"Wrote {output}.", err=True)
    sys.exit(exit_code(new_findings(report.findings, baseline), fail_on))


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


def _run(path: Path, options: Options) -> Report:
    case = load(path)
    started = time.monotonic()

    def progress(question: str) -> None:
        if time.monotonic() - started > 1 and sys.stderr.isatty():
            click.echo(f"... {question}", err=True)

    from fuelbed.analysis import analyze as run

    return run(case, options, progress)


def _render(report: Report, form: str, output: Path | None, full: bool) -> str:
    if form == "html":
        from fuelbed.report.html import render_html

        return render_html(report)
    if form == "md":
        from fuelbed.report.markdown import render_markdown

        return render_markdown(report)
    if form == "json":
        from fuelbed.report.json import render_json

        return render_json(report)
    from fuelbed.report.terminal import render_text

    if output is not None:
        return render_text(report, full=full)
    more = "" if full else "Everything, with intervals: the same with --full, or -o report.html"
    return render_text(report, terminal_width(), use_color(), not prints_unicode(), full, more)


def _watch(path: Path, form: str, output: Path | None, options: Options, full: bool) -> None:
    """Poll the case's files; a broken save is reported and waited out, never an end."""
    seen: dict[Path, int] | None = None
    before: tuple[str, ...] = ()
    click.echo(f"Watching {path}; stop with Ctrl-C.", err=True)
    while True:
        now = _stamps(path)
        if now != seen:
            seen = now
            try:
                report = _run(path, options)
            except SystemExit:
                click.echo("Waiting for the next save.", err=True)
            else:
                if not before or output is not None:
                    write_out(_render(report, form, output, full), output)
                _say_changes(before, report.verdict)
                before = report.verdict
        try:
            time.sleep(0.3)
        except KeyboardInterrupt:
            return


def _stamps(path: Path) -> dict[Path, int]:
    files = [path] if path.is_file() else sorted(path.glob("*")) if path.is_dir() else []
    out = {}
    for f in files:
        try:
            out[f] = f.stat().st_mtime_ns
        except OSError:
            continue
    return out


def _say_changes(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    if not before:
        return
    if before == after:
        click.echo("The verdict is unchanged.")
        return
    for old, new in zip(before, after, strict=False):
        if old != new:
            click.echo(f"- {old}\n+ {new}")
