"""`fuelbed verify CASE`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fuelbed.cli.common import REDACT, check_action, deliver, load, output_option, redactor, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fuelbed.core.case import Case
    from fuelbed.verifying.verify import Verified

__all__ = ["verify"]


@click.command(short_help="What action items did, against what the model predicted.")
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--action", "actions", multiple=True, metavar="ID", help="Only this item; may be given several times.")
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "json"]), help="Default: by the suffix of -o, else text."
)
@output_option("-o", "--output", "--out")
@click.option("--full", is_flag=True, help="Text with every column.")
@click.option(
    "--fail-on",
    type=click.Choice(["less", "never"]),
    default="never",
    show_default=True,
    help="Exit 1 where an item did less than predicted.",
)
@REDACT
def verify(
    case: Path, actions: tuple[str, ...], form: str | None, output: Path | None, full: bool, fail_on: str, redact: bool
) -> None:  # fmt: skip  # the signature reads better on few lines
    """What each action item of CASE that was done (`done: YYYY-MM-DD`) did, by the evidence before and after, against what the model predicts.

    Evidence is a log of failures (`evidence.history`, also from metrics by rules), or a table of incidents and near misses (`evidence.incidents`).
    """
    from fuelbed.cli._pages import COMMENT_FORMS, form_asked
    from fuelbed.cli._progress import Progress
    from fuelbed.core.errors import FuelbedError
    from fuelbed.core.options import Options
    from fuelbed.verifying.verify import verify as run

    form = form or form_asked(output, COMMENT_FORMS, "verification")
    read = load(case, redactor(redact))
    for n in actions:
        check_action(read, n, case)
    try:
        with Progress() as progress:
            rows = run(read, Options(), actions, progress.begin)
    except FuelbedError as e:
        refuse(f"{e}.")
    deliver(_render(read, rows, form, output, full), output)
    sys.exit(int(fail_on == "less" and any(v.outcome == "less" for v in rows)))


def _render(case: Case, rows: Sequence[Verified], form: str, output: Path | None, full: bool) -> str:
    if form == "json":
        from fuelbed.verifying.data import render_verify_json

        return render_verify_json(case, rows)
    from fuelbed.cli._pages import comment_or_page
    from fuelbed.verifying.blocks import as_report

    return comment_or_page(as_report(case, rows), form, output, full, "fuelbed-verify")
