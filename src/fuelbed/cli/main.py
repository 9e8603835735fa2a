"""The command line: thin, and light to load (`--help` imports neither numpy nor pydantic)."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from fuelbed import __version__

__all__ = ["main"]

# command -> (module:function, one line of help); a command's module is imported only when it runs
_COMMANDS = {
    "analyze": ("fuelbed.cli.analyze:analyze", "Analyze a case: what stood there, and what each action item changes."),
    "check": ("fuelbed.cli.check:check", "Check a case file; report every fault at once."),
    "explain": ("fuelbed.cli.explain:explain", "Explain a finding's code."),
    "schema": ("fuelbed.cli.schema:schema", "Print the JSON Schema of the case file or of the JSON report."),
    "cases": ("fuelbed.cli.cases:cases", "List the shipped cases, or copy one to start from."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        row = _COMMANDS.get(cmd_name)
        if row is None:
            return None
        if cmd_name not in sys.argv[1:2]:  # for the list of commands the one line is enough
            return click.Command(cmd_name, short_help=row[1], help=row[1])
        module, _, name = row[0].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], _COMMANDS, 1)
            hint = f" Did you mean `{close[0]}`?" if close else f" Commands: {', '.join(_COMMANDS)}."
            raise click.UsageError(f"There is no command `{args[0]}`.{hint}", ctx)
        module, _, name = _COMMANDS[args[0]][0].partition(":")
        return args[0], getattr(import_module(module), name), args[1:]


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, prog_name="fuelbed")
def main() -> None:
    """Find the real failure mode behind an incident.

    Exit codes: 0 done, 1 findings at or above --fail-on, 2 input that cannot be used.
    """


if __name__ == "__main__":
    main()
