"""A command in this process, with what it printed and how it ended."""

from __future__ import annotations

import sys

from click.testing import CliRunner, Result

from fuelbed.cli.main import main

__all__ = ["fuelbed"]


def fuelbed(*args: object, input: str | bytes | None = None) -> Result:
    said = [str(a) for a in args]
    sys.argv = ["fuelbed", *said]  # the lazy command table reads the process's own arguments
    return CliRunner().invoke(main, said, input=input)
