"""`fuelbed cases`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from importlib.resources import as_file, files
from pathlib import Path
from textwrap import fill

import click

from fuelbed.cli.common import refuse, say
from fuelbed.core.hints import visible
from fuelbed.core.shown import listed

__all__ = ["cases"]

SCHEMA = "case.schema.json"
_FIRST_LINE = f"# yaml-language-server: $schema={SCHEMA}\n"  # editors read it, Fuelbed does not


def _shipped() -> dict[str, str]:
    """Folder name -> title, read from the `title:` line of each case file."""
    out = {}
    for entry in sorted(files("fuelbed.cases").iterdir(), key=lambda e: e.name):
        case = entry / "case.yaml"
        if entry.is_dir() and case.is_file():
            lines = case.read_text(encoding="utf-8").splitlines()
            out[entry.name] = next((x.removeprefix("title:").strip() for x in lines if x.startswith("title:")), entry.name)
    return out


def _teaches(name: str) -> str:
    """The sentence under the narrative's heading that says so: what it teaches that the official text does not."""
    text = (files("fuelbed.cases") / name / "postmortem.md").read_text(encoding="utf-8")
    return text.partition("\n## What it teaches\n")[2].partition("\n#")[0].strip()


@click.command(short_help="List the shipped cases, or copy one to start from.")
@click.argument("name", required=False)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def cases(name: str | None, folder: Path | None) -> None:
    """Without arguments, list the shipped cases; with NAME, copy that case to FOLDER (default: ./NAME).

    The copy brings its JSON Schema along, so that an editor completes and checks case.yaml.
    """
    shipped = _shipped()
    if name is None:
        for key, title in shipped.items():
            click.echo(f"{key}\n{fill(title, 80, initial_indent='    ', subsequent_indent='    ')}")
            click.echo(fill(_teaches(key), 80, initial_indent="    - ", subsequent_indent="      "))
        click.echo("\nCopy one with `fuelbed cases NAME`, then `fuelbed analyze NAME`.")
        return
    if name not in shipped:
        refuse(f"there is no shipped case {visible(name, 60)}. {_near(name, shipped)}")
    to = folder or Path(name)
    if to.exists():
        refuse(f"{to} is there already. Name another folder: `fuelbed cases {name} FOLDER`.")
    try:
        _copy(name, to)
    except OSError as e:
        refuse(f"{to}: cannot be written ({e.strerror or e}).")
    say(f"Copied to {to}. Next: fuelbed analyze {to}")


def _near(name: str, shipped: Iterable[str]) -> str:
    """Names that hold the word or are spelt nearly so (a name is long, and few type the date), else where all of them are listed."""
    from difflib import get_close_matches

    word = name.lower()
    near = [n for n in shipped if word in n] or get_close_matches(word, shipped, 3)
    near = near or [n for n in shipped if get_close_matches(word, n.split("-"), 1, 0.8)]
    return f"Did you mean {listed(near[:3], last='or')}?" if near else "`fuelbed cases` lists them."


def _copy(name: str, to: Path) -> None:
    """The folder without anything of Python's; the schema beside the case, and the case's first line naming it."""
    from fuelbed.readers.shapes import case_json_schema

    with as_file(files("fuelbed.cases") / name) as source:
        shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    (to / SCHEMA).write_text(json.dumps(case_json_schema(), indent=2) + "\n", encoding="utf-8")
    case = to / "case.yaml"
    text = case.read_text(encoding="utf-8")
    if not text.startswith(_FIRST_LINE):
        case.write_text(_FIRST_LINE + text, encoding="utf-8")
