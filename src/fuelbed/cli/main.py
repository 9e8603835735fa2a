"""The command line: thin, and light to load (`--help` imports neither numpy nor pydantic)."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from fuelbed import __version__
from fuelbed.core.hints import did_you_mean

__all__ = ["main", "rarely_collect"]

# command -> (module:function, one line of help); a command's module is imported only when it runs
_COMMANDS = {
    "review": ("fuelbed.cli.review:review", "Review a postmortem: what it says, what follows, what it leaves open."),
    "draft": ("fuelbed.cli.draft:draft", "Draft a case from a postmortem."),
    "analyze": ("fuelbed.cli.analyze:analyze", "Analyze a case: what stood there, and what each action item changes."),
    "diff": ("fuelbed.cli.diff:diff", "Two versions of a case: did the verdict change, and what explains it?"),
    "verify": ("fuelbed.cli.verify:verify", "What action items did, against what the model predicted."),
    "attribution": (
        "fuelbed.cli.attribution:attribution",
        "What the story gives to whom, against the risk: one text, one case, or a folder.",
    ),
    "controls": (
        "fuelbed.cli.controls:controls",
        "Every control of a case: state, what it shares, why it did not hold; bow-tie.",
    ),
    "check": ("fuelbed.cli.check:check", "Check a case file; report every fault at once."),
    "solve": ("fuelbed.cli.solve:solve", "Solve a classical fault tree (Open-PSA or Galileo), exactly."),
    "threshold": ("fuelbed.cli.threshold:threshold", "How close to failing: margins learned from incidents and near misses."),
    "invariants": ("fuelbed.cli.invariants:invariants", "Show where invariants were violated, or suggest some from the metrics."),
    "coupling": (
        "fuelbed.cli.coupling:coupling",
        "Which components fail together, from a case's history or a bare log of failures.",
    ),
    "simulate": ("fuelbed.cli.simulate:simulate", "Write a history with a known truth, to practise on."),
    "mcp": ("fuelbed.cli.mcp:mcp", "Serve an assistant over stdio (MCP): read-only tools."),
    "corpus": ("fuelbed.cli.corpus:corpus", "Many postmortems and cases: what comes back, whatever set it off."),
    "lsp": ("fuelbed.cli.lsp:lsp", "Language server over standard input and output, for editors."),
    "explain": ("fuelbed.cli.explain:explain", "Explain a finding's code."),
    "schema": ("fuelbed.cli.schema:schema", "Print the JSON Schema of the case file, or of what commands write as JSON."),
    "cases": ("fuelbed.cli.cases:cases", "List the shipped cases, or copy one to start from."),
}
_ONE_CASE = ("analyze", "controls", "draft", "verify")


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

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """As click's, but every way to fail ends in one line and a code: 2, 130 after Ctrl-C, 141 into a closed pipe."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            if sys.stdout is not None and not sys.stdout.closed:  # the language server ends with its pipes
                sys.stdout.flush()
        except click.ClickException as e:
            if isinstance(e, click.UsageError) and e.ctx and e.ctx.info_name in _ONE_CASE and "extra argument" in e.message:
                e = click.UsageError(f"{e.message}. One case at a time: run the command once for each.", e.ctx)
            e.show()
            code = e.exit_code
        except (click.Abort, KeyboardInterrupt):
            click.echo("Stopped.", err=True)
            code = 130
        except OSError as e:
            code = _cannot(f"cannot go on: {e.strerror or e}")
        except Exception as e:
            if isinstance(e, RuntimeError) and str(e).startswith("Symlink loop"):  # how Python before 3.13 says it
                sys.exit(_cannot(f"cannot go on: {e}"))
            if os.environ.get("FUELBED_TRACEBACK"):
                raise
            code = _cannot(
                f"this is a fault in Fuelbed, not in your case ({type(e).__name__}: {e}). FUELBED_TRACEBACK=1 shows where; please report it."
            )
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Whoever reads our output may stop early, as `head` does: then so do we, with the code of a closed pipe."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the last flush finds no broken pipe
            raise click.exceptions.Exit(141) from None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            hint = did_you_mean(args[0], _COMMANDS) or f"Commands: {', '.join(_COMMANDS)}."
            raise click.UsageError(f"There is no command `{args[0]}`. {hint}", ctx)
        module, _, name = _COMMANDS[args[0]][0].partition(":")
        return args[0], getattr(import_module(module), name), args[1:]


def _cannot(message: str) -> int:
    from fuelbed.cli.common import say

    with contextlib.suppress(OSError):
        say(f"error: {' '.join(message.split())}", err=True)
    if sys.stdout is not None and not sys.stdout.closed:  # what could not be written is not tried again
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 2


def rarely_collect() -> None:
    """Look for rings of dead objects after 50,000 new ones instead of 700: what a command makes dies by its count or lives to its end, and looking was a
    twentieth of the time of reading and more."""
    gc.set_threshold(50_000, 20, 20)


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, prog_name="fuelbed")
def main() -> None:
    """Find the real failure mode behind an incident.

    Exit codes: 0 done, 1 findings at or above --fail-on, 2 input that cannot be used.
    """
    rarely_collect()


if __name__ == "__main__":
    main()
