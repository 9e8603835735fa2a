"""`fuelbed explain CODE`."""

from __future__ import annotations

import click

from fuelbed.cli.common import refuse
from fuelbed.core.engine_codes import ALL_CODES

__all__ = ["explain"]


@click.command(short_help="Explain a finding's code.")
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what CODE means and how to cure it; without CODE, list them all."""
    if code is None:
        for name, c in ALL_CODES.items():
            click.echo(f"{name}  {c.title}")
        return
    name = code.upper()
    found = ALL_CODES.get(name)
    if found is None:
        from difflib import get_close_matches

        close = get_close_matches(name, ALL_CODES, 1)
        refuse(f"there is no code {code}." + (f" Did you mean {close[0]}?" if close else " `fuelbed explain` lists them."))
    rows = (("What", found.means), ("Why", found.why), ("Cure", found.cure), ("Bad", found.bad), ("Good", found.good))
    click.echo(f"{name} ({found.severity.value}): {found.title}")
    for label, text in rows:
        click.echo(click.wrap_text(text, 80, initial_indent=f"  {label + ':':6}", subsequent_indent=" " * 8))
