"""What the commands that write a page share: the form by the suffix of the file, a report of one question, and a report in its form."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from fuelbed import __version__
from fuelbed.cli._terminal import prints_unicode, terminal_width, use_color
from fuelbed.cli.common import refuse
from fuelbed.core.blocks import Answer
from fuelbed.core.case import Case
from fuelbed.core.findings import Finding
from fuelbed.core.registry import rows_by_id
from fuelbed.core.reporting import Report, Section
from fuelbed.core.shown import listed

__all__ = ["COMMENT_FORMS", "case_page", "comment_or_page", "form_asked", "form_by", "page", "section"]

COMMENT_FORMS = {".md": "markdown", ".json": "json", ".txt": "text"}  # of the commands that write a comment on a pull request
_ALSO = {".markdown": ".md", ".htm": ".html"}


def form_by(output: Path | None, forms: Collection[str]) -> str:
    """The one of `forms` that the file's suffix names, else text."""
    form = _suffix(output).removeprefix(".")
    return form if form in forms else "text"


def form_asked(output: Path | None, forms: Mapping[str, str], what: str) -> str:
    """The form of the file's suffix, text where it has none; one that is not in `forms` is refused."""
    suffix = _suffix(output)
    if suffix and suffix not in forms:
        refuse(f"{output}: no {what} is written as {suffix}. Use {listed(forms, 'or')}, or say which with --format.")
    return forms[suffix] if suffix else "text"


def _suffix(output: Path | None) -> str:
    suffix = output.suffix.lower() if output is not None else ""
    return _ALSO.get(suffix, suffix)


def section(engine: str, answer: Answer, question: str = "") -> Section:
    """The section of one engine in a report."""
    row = rows_by_id()[engine]
    return Section(row.id, row.section, question or row.question, answer)


def case_page(case: Case, shown: Section, findings: tuple[Finding, ...]) -> Report:
    """A report of one section; the whole report is `fuelbed analyze`."""
    provenance = {"fuelbed": __version__, **{f"sha256 {name}": digest for name, digest in case.inputs.items()}}
    return Report(case.title, case.failure, (), (shown,), (*case.findings, *findings), provenance)


def page(
    report: Report, form: str, output: Path | None, full: bool = True, more: str = "", new: Collection[Finding] | None = None
) -> str:
    """The report as html, md, json or text; text in a file is plain and 80 columns wide. `full`, `more` and `new` are those of `render_text`."""
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

    plain = output is not None
    width = 80 if plain else terminal_width()
    return render_text(report, width, not plain and use_color(), not plain and not prints_unicode(), full, more, new)


def comment_or_page(report: Report, form: str, output: Path | None, full: bool, marker: str) -> str:
    """A report of few sections: in Markdown as a comment on a pull request that ends in `marker`, else as a brief page."""
    if form == "markdown":
        from fuelbed.report.markdown import render_comment

        return render_comment(report, marker)
    from fuelbed.report.brief import brief_report

    return page(report if full else brief_report(report), form, output)
