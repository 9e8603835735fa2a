"""`fuelbed solve TREE...`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fuelbed.cli.common import OUTPUT
from fuelbed.core.options import Options

if TYPE_CHECKING:
    from fuelbed.core.faulttrees import FaultTree
    from fuelbed.numerics.static.solve import Solved
    from fuelbed.numerics.static.uncertainty import Spread

__all__ = ["solve"]


@click.command(short_help="Solve a classical fault tree (Open-PSA or Galileo), exactly.")
@click.argument("tree", nargs=-1, required=True, type=click.Path())
@click.option("--top-gate", metavar="NAME", default="", help="Default: the only gate that no other refers to.")
@click.option("--order-limit", type=click.IntRange(min=0), metavar="K", help="Count and list cut sets of at most K events.")
@click.option(
    "--top", "most", type=click.IntRange(min=0), default=10, show_default=True, help="How many of the most probable cut sets."
)
@click.option("--list", "listed", is_flag=True, help="Every cut set that was counted, one a line (in json: under cut_sets.all).")
@click.option("--no-cut-sets", is_flag=True, help="Probability and importance only.")
@click.option("--fussell-vesely", is_flag=True, help="That importance too, by cut sets; slow on large trees.")
@click.option(
    "--mission-time", type=click.FloatRange(min=0), default=8760.0, show_default=True, help="In the tree's unit of time."
)
@click.option(
    "--samples", type=click.IntRange(min=0), metavar="N", help="Draws of uncertain numbers. Default: 1000 where there are any."
)
@click.option("--seed", type=click.IntRange(min=0), default=Options().seed, show_default=True, help="Of the draws.")
@click.option(
    "--budget", type=click.IntRange(min=100), default=2_500_000, show_default=True, help="Decision diagram nodes of one module."
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "open-psa", "dot", "mermaid"]), default="text", show_default=True
)
@OUTPUT
def solve(
    tree: tuple[str, ...], top_gate: str, order_limit: int | None, most: int, listed: bool, no_cut_sets: bool, fussell_vesely: bool,
    mission_time: float, samples: int | None, seed: int, budget: int, form: str, output: Path | None,
) -> None:  # fmt: skip  # the signature reads better on few lines
    """Solve TREE: probability of the top gate, minimal cut sets, importance.

    One model may lie in several Open-PSA files. Formats open-psa, dot and mermaid write the tree itself.
    """
    from fuelbed.cli.common import refuse, refuse_all, write_out
    from fuelbed.core.errors import BudgetError, FuelbedError, InputError
    from fuelbed.readers.faulttrees.read import read_fault_tree

    start = time.perf_counter()
    try:
        read = read_fault_tree(tree, top_gate)
        if form in ("open-psa", "dot", "mermaid"):
            write_out(_written(read, form), output)
            return
        from fuelbed.numerics.static.solve import solve as solved

        out = solved(read, mission_time, order_limit, most, budget, not no_cut_sets, fussell_vesely)
        spread = _spread(out, mission_time, samples, seed)
        seconds = time.perf_counter() - start
        _answered(out, seconds, spread, form, listed, output)
    except InputError as e:
        refuse_all(e)
    except BudgetError as e:
        refuse(f"{e}. Set --order-limit, or a larger --budget.")
    except FuelbedError as e:
        refuse(f"{tree[0]}: {e}.")


def _answered(out: Solved, seconds: float, spread: Spread | None, form: str, listed: bool, output: Path | None) -> None:
    from fuelbed.cli.common import say, write_out

    if form == "json":
        import json

        from fuelbed.report.solving import as_data

        write_out(json.dumps(as_data(out, seconds, spread, listed), ensure_ascii=False) + "\n", output)
    elif listed:
        write_out("".join(f"{c.probability:.6g}\t{' '.join(c.events)}\n" for c in out.sets()), output)
    else:
        from fuelbed.report.solving import as_text

        text = as_text(out, seconds, spread)
        say(text) if output is None else write_out(text + "\n", output)


def _written(tree: FaultTree, form: str) -> str:
    from fuelbed.writers.faulttrees import graphviz, mermaid, openpsa

    return {"open-psa": openpsa, "dot": graphviz, "mermaid": mermaid}[form](tree)


def _spread(out: Solved, time: float, samples: int | None, seed: int) -> Spread | None:
    """Draws, where they are asked for or some number has a distribution."""
    from fuelbed.numerics.static.chances import any_uncertain

    if samples == 0 or out.parts is None or out.unknown or not any_uncertain(out.tree):
        return None
    import numpy as np

    from fuelbed.numerics.static.uncertainty import spread

    return spread(out.tree, out.parts, time, samples or 1000, np.random.default_rng(seed))
