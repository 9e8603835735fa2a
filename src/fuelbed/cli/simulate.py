"""`fuelbed simulate history`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fuelbed.numerics.joint.generate import Recipe, Simulated

__all__ = ["simulate"]

_MECHANISMS = ("contention", "clock", "shared", "cascade", "hidden")
_MOST_DAYS, _MOST_COMPONENTS = 3_650, 2_000


@click.group(short_help="Write a history with a known truth, to practise on.")
def simulate() -> None:
    """Write made-up data whose truth is known, to practise on and to try things out."""


@simulate.command()
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path), help="The folder of the new case; empty, or not there yet."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed makes the same history.")
@click.option("--days", type=click.IntRange(1, _MOST_DAYS), default=365, show_default=True)
@click.option("--components", type=click.IntRange(2, _MOST_COMPONENTS), default=24, show_default=True)
@click.option(
    "--mechanisms",
    default=",".join(_MECHANISMS),
    show_default=True,
    help="How pairs are coupled, with commas; `none` for no coupling.",
)
@click.option("--load-noise", type=click.FloatRange(0, 10), default=0.1, show_default=True,
              help="How far the measured load is from the true one: standard deviation of its logarithm.")  # fmt: skip  # as one option
def history(out: Path, seed: int, days: int, components: int, mechanisms: str, load_noise: float) -> None:
    """A year of failures of a made-up system: a case to analyze, and truth.json with the pairs that are coupled.

    Nothing that is there is overwritten.
    """
    from fuelbed.cli.common import reason, refuse, say

    try:
        taken = out.is_file() or (out.is_dir() and any(out.iterdir()))
    except OSError as e:
        refuse(f"{out}: cannot be read ({reason(e)}).")
    if taken:
        refuse(f"{out} is there already, and nothing is overwritten. Name another folder with --out.")
    import numpy as np

    from fuelbed.numerics.joint.generate import Recipe, generate

    recipe = Recipe(days, components, _chosen(mechanisms), load_noise)
    try:
        made = generate(recipe, np.random.default_rng(seed))
    except ValueError as e:
        refuse(f"{e}.")
    _write(out, recipe, made, seed)
    n = len(made.truth)
    say(
        f"Wrote {len(made.starts)} failures of {components} components to {out}; {n} {'pair is' if n == 1 else 'pairs are'} coupled (truth.json)."
    )
    say(f"Next: fuelbed analyze {out}")


def _chosen(text: str) -> tuple[str, ...]:
    if text.strip() == "none":
        return ()
    return tuple(dict.fromkeys(w.strip() for w in text.split(",") if w.strip()))


def _write(out: Path, recipe: Recipe, made: Simulated, seed: int) -> None:
    from datetime import datetime, timedelta

    from fuelbed.cli.common import write_out
    from fuelbed.writers.history import history_case, table, truth_json

    begin = datetime(2025, 1, 1)

    def at(t: float) -> str:
        return f"{begin + timedelta(seconds=t):%Y-%m-%dT%H:%M:%SZ}"

    failures = zip(made.which.tolist(), made.starts.tolist(), made.ends.tolist(), strict=True)
    load = zip(made.times.tolist(), made.load.tolist(), strict=True)
    write_out(table(["component", "start", "end"], ([made.names[c], at(s), at(e)] for c, s, e in failures)), out / "outages.csv")
    write_out(table(["time", "load"], ([at(t), f"{1000 * x:.1f}"] for t, x in load)), out / "load.csv")
    write_out(table(["time", "name"], ([at(t), "deploy"] for t in made.deploys.tolist())), out / "deploys.csv")
    how: dict[str, object] = {
        "seed": seed, "days": recipe.days, "components": recipe.components, "mechanisms": list(recipe.mechanisms), "load_noise": recipe.load_noise,
    }  # fmt: skip  # one table
    coupled = [{"a": c.a, "b": c.b, "mechanism": c.mechanism, "how": c.how} for c in made.truth]
    write_out(truth_json(how, coupled), out / "truth.json")
    write_out(history_case(made.names, made.depends_on, made.doubled, begin, recipe.days, seed), out / "case.yaml")
