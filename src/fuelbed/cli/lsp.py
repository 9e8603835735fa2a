"""`fuelbed lsp`."""

from __future__ import annotations

import click

__all__ = ["lsp"]


@click.command(short_help="Language server over standard input and output, for editors.")
def lsp() -> None:
    """Speak the Language Server Protocol over standard input and output (extra lsp).

    Started by an editor: diagnostics of postmortems and of case.yaml, what a rule means, comments and sections to insert.
    """
    from fuelbed.cli.common import refuse

    try:
        from fuelbed.editor.server import make_server
    except ImportError as e:
        if (e.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        refuse('the language server needs the package pygls: pip install "fuelbed[lsp]".')
    make_server().start_io()
