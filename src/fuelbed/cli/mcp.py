"""`fuelbed mcp`."""

from __future__ import annotations

from pathlib import Path

import click

from fuelbed.cli.common import REDACT

__all__ = ["mcp"]


@click.command(short_help="Serve an assistant over stdio (MCP): read-only tools.")
@click.option("--root", metavar="DIR", type=click.Path(path_type=Path), help="A folder whose files the tools may read by name.")
@click.option("--seconds", type=click.IntRange(1, 600), default=60, show_default=True, help="The most that one call may take.")
@REDACT
def mcp(root: Path | None, seconds: int, redact: bool) -> None:
    """Serve review, explain, check, analyze, draft_prompt and validate_draft to an assistant that speaks the Model Context Protocol.

    Started by the assistant; messages go over standard input and output. The tools read what they are given, and files below --root
    where it is named; they write nothing, send nothing, and each call runs in a process of its own with limits of time and memory.
    """
    from fuelbed.cli._mcp import serve
    from fuelbed.cli._mcp_tools import Budget
    from fuelbed.cli.common import refuse

    if root is not None and not root.is_dir():
        refuse(f"--root {root}: there is no such folder.")
    serve(Budget(str(root.resolve()) if root is not None else "", seconds, redact))
