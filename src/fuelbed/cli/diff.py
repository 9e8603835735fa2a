"""`fuelbed diff A B`, `fuelbed diff CASE --with-actions [ID...]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fuelbed.cli.common import REDACT, deliver, output_option, redactor, refuse, refuse_all

if TYPE_CHECKING:
    from fuelbed.comparing.cases import Side
    from fuelbed.comparing.compare import Compared
    from fuelbed.core.edits import Edit
    from fuelbed.core.options import Options
    from fuelbed.text.redaction import Redactor

__all__ = ["diff"]

_FORMATS = ("text", "markdown", "json")
_FAILS = {"worse": ("worse", "mixed"), "open": ("worse", "mixed", "open"), "never": ()}


@click.command(short_help="Two versions of a case: did the verdict change, and what explains it?")
@click.argument("paths", metavar="A B", nargs=-1, required=True)
@click.option(
    "--with-actions",
    is_flag=True,
    help="Before and after action items: `diff CASE --with-actions [ID...]`. Without an ID, all of them.",
)
@click.option("--format", "form", type=click.Choice(_FORMATS), help="Default: by the suffix of -o, else text.")
@output_option("-o", "--output", "--out")
@click.option("--full", is_flag=True, help="Text with every table and column.")
@click.option(
    "--fail-on",
    type=click.Choice(list(_FAILS)),
    default="never",
    show_default=True,
    help="Exit 1 where it got worse; open: also where that cannot be ruled out.",
)
@click.option("--seed", type=click.IntRange(min=0), default=None, help="Of every random draw. Default: as in analyze.")
@REDACT
def diff(
    paths: tuple[str, ...], with_actions: bool, form: str | None, output: Path | None, full: bool, fail_on: str, seed: int | None, redact: bool
) -> None:  # fmt: skip  # the signature reads better on few lines
    """Compare A with B: two cases (folders or files), or results of `fuelbed analyze --format json`.

    Whether the verdict changed, and whether that is beyond what is assumed; what changed in the model, where, and what each change does by
    itself; which answers and action items read differently. No file is changed.
    """
    from fuelbed.cli._pages import COMMENT_FORMS, form_asked
    from fuelbed.core.errors import FuelbedError
    from fuelbed.core.options import Options

    form = form or form_asked(output, COMMENT_FORMS, "comparison")
    options = Options() if seed is None else Options(seed)
    hide = redactor(redact)
    try:
        found = _with_actions(paths, options, hide) if with_actions else _two(paths, options, hide)
    except FuelbedError as e:
        refuse(f"{e}.")
    if hide is not None:  # edits and results were read beside the case
        found = hide.within(found)
    deliver(_render(found, form, output, full), output)
    sys.exit(int(found.verdict in _FAILS[fail_on]))


def _two(paths: tuple[str, ...], options: Options, hide: Redactor | None) -> Compared:
    from fuelbed.cli._progress import Progress
    from fuelbed.comparing.cases import compare_sides

    if len(paths) != 2:
        refuse("two versions are compared: fuelbed diff BEFORE AFTER (or: fuelbed diff CASE --with-actions [ID...]).")
    a, b = (Path(p) for p in paths)
    first, second = _side(a, hide), _side(b, hide)
    with Progress() as progress:
        return compare_sides(first, second, _edits(a, b, first, second), options, progress.begin)


def _side(path: Path, hide: Redactor | None) -> Side:
    from fuelbed.cli.common import load
    from fuelbed.comparing.cases import Side
    from fuelbed.core.errors import InputError
    from fuelbed.readers.reports import read_report

    if path.suffix.lower() != ".json":
        return Side(str(path), case=load(path, hide))
    try:
        return Side(str(path), report=read_report(path))
    except InputError as e:
        refuse_all(e, path, hide)


def _edits(a: Path, b: Path, first: Side, second: Side) -> tuple[Edit, ...]:
    from fuelbed.readers.edits import edits, read_tree

    if first.case is None or second.case is None:
        return ()
    return edits(read_tree(a), read_tree(b))


def _with_actions(paths: tuple[str, ...], options: Options, hide: Redactor | None) -> Compared:
    from fuelbed.cli._progress import Progress
    from fuelbed.cli.common import check_action, load
    from fuelbed.comparing.doing import compare_done

    path, *ids = paths
    case = load(Path(path), hide)
    there = [n for n, a in case.actions.items() if a.does]
    if not there:
        refuse(f"{path}: no action item says what it does to the model (`does: [...]`), so there is nothing to compare.")
    for n in ids:
        check_action(case, n, path)
        if n not in there:
            refuse(f"{path}: `{n}` does nothing to the model (it has no `does`), so before and after are the same.")
    with Progress() as progress:
        return compare_done(case, tuple(dict.fromkeys(ids)) or tuple(there), options, progress.begin)


def _render(found: Compared, form: str, output: Path | None, full: bool) -> str:
    if form == "json":
        from fuelbed.comparing.data import render_diff_json

        return render_diff_json(found)
    from fuelbed.cli._pages import comment_or_page
    from fuelbed.comparing.blocks import as_report

    return comment_or_page(as_report(found), form, output, full, "fuelbed-diff")
