"""`fuelbed explain CODE`."""

from __future__ import annotations

import click

from fuelbed.cli.common import refuse
from fuelbed.core.codes import CODES

__all__ = ["explain"]


@click.command(short_help="Explain a finding's code.")
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what CODE means and how to cure it; without CODE, list them all."""
    if code is None:
        for c in CODES.values():
            click.echo(f"{c.code}  {c.title}")
        return
    found = CODES.get(code.upper())
    if found is None:
        from difflib import get_close_matches

        close = get_close_matches(code.upper(), CODES, 1)
        refuse(f"there is no code {code}." + (f" Did you mean {close[0]}?" if close else " `fuelbed explain` lists them."))
    click.echo(found.text())
