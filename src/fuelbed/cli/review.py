"""`fuelbed review POSTMORTEM...`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fuelbed.cli.common import FAIL_ON, exit_code, new_findings, read_document, refuse, terminal_width, write_out

if TYPE_CHECKING:
    from fuelbed.core.findings import Finding
    from fuelbed.reviewing import Review

__all__ = ["review"]


@click.command(short_help="Review a postmortem: what it says, what follows, what it leaves open.")
@click.argument("postmortem", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--all", "every", is_flag=True, help="Everything that was read, every finding and every question.")
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of the terminal.")
@click.option("--select", metavar="CODES", help="Only these rules, as PM401,PM5 (a prefix selects all below it).")
@click.option("--ignore", metavar="CODES", help="Without these rules.")
@click.option("--fail-on", type=FAIL_ON, default="error", show_default=True, help="Exit 1 on findings at or above this.")
@click.option(
    "--baseline", type=click.Path(path_type=Path), help="Findings known from this file do not count; written if absent."
)
def review(
    postmortem: tuple[Path, ...],
    every: bool,
    form: str,
    output: Path | None,
    select: str | None,
    ignore: str | None,
    fail_on: str,
    baseline: Path | None,
) -> None:
    """Review each POSTMORTEM (a text in Markdown, - for standard input; no set-up needed).

    Findings about text are notes and warnings, never errors: a build fails on them only with --fail-on warning or note.
    A finding is silenced in the text by a comment: <!-- fuelbed: ignore PM401 the reason -->.
    """
    documents = [read_document(p) for p in postmortem]
    from fuelbed.reviewing import review as run

    chosen, left_out = _codes(select), _codes(ignore)
    reviews = [run(d, chosen, left_out) for d in documents]
    findings = new_findings([f for r in reviews for f in r.findings], baseline)
    write_out(_render(reviews, findings, form, every, output), output)
    sys.exit(exit_code(findings, fail_on))


def _codes(text: str | None) -> tuple[str, ...]:
    """`PM401, pm5` -> codes and beginnings of codes; each must be that of some rule."""
    if text is None:
        return ()
    from fuelbed.engines.lint import all_rules

    known = [r.code for r in all_rules()]
    wanted = tuple(c.upper() for c in re.split(r"[\s,]+", text.strip()) if c)
    for c in wanted:
        if not any(k.startswith(c) for k in known):
            refuse(f"no rule's code begins with {c}. `fuelbed explain` lists them.")
    return wanted


def _render(reviews: list[Review], findings: list[Finding], form: str, every: bool, output: Path | None) -> str:
    if form == "json":
        from fuelbed.reviewing.data import review_data

        kept = set(map(id, findings))
        data = [review_data(r, [f for f in r.findings if id(f) in kept]) for r in reviews]
        return json.dumps({"fuelbed_review": 1, "documents": data}, indent=2, ensure_ascii=False) + "\n"
    if form in ("sarif", "github"):
        from fuelbed import __version__
        from fuelbed.engines.lint import all_rules

        if form == "sarif":
            from fuelbed.writers.sarif import sarif

            return sarif(findings, {r.code: r for r in all_rules()}, __version__)
        from fuelbed.writers.github import github

        return github(findings)
    from fuelbed.reviewing.text import render_review

    width = 80 if output is not None else terminal_width()
    return "\n".join(render_review(r, width, every) for r in reviews)
