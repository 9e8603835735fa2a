"""`fuelbed cases`."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import click

from fuelbed.cli.common import refuse, say

__all__ = ["cases"]


def _shipped() -> dict[str, str]:
    """Folder name -> title, read from the `title:` line of each case file."""
    out = {}
    for entry in sorted(files("fuelbed.cases").iterdir(), key=lambda e: e.name):
        case = entry / "case.yaml"
        if entry.is_dir() and case.is_file():
            lines = case.read_text(encoding="utf-8").splitlines()
            out[entry.name] = next((x.removeprefix("title:").strip() for x in lines if x.startswith("title:")), entry.name)
    return out


@click.command(short_help="List the shipped cases, or copy one to start from.")
@click.argument("name", required=False)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def cases(name: str | None, folder: Path | None) -> None:
    """Without arguments, list the shipped cases; with NAME, copy that case to FOLDER (default: ./NAME)."""
    shipped = _shipped()
    if name is None:
        for key, title in shipped.items():
            click.echo(f"{key}\n    {title}")
        click.echo("\nCopy one with `fuelbed cases NAME`, then `fuelbed analyze NAME`.")
        return
    if name not in shipped:
        from difflib import get_close_matches

        close = get_close_matches(name, shipped, 1)
        refuse(f"there is no shipped case {name}." + (f" Did you mean {close[0]}?" if close else ""))
    to = folder or Path(name)
    if to.exists():
        refuse(f"{to} is there already. Name another folder: `fuelbed cases {name} FOLDER`.")
    with as_file(files("fuelbed.cases") / name) as source:
        shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    say(f"Copied to {to}. Next: fuelbed analyze {to}")
