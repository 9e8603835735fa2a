"""`fuelbed invariants CASE`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fuelbed.cli.common import REDACT

if TYPE_CHECKING:
    from fuelbed.core.case import Case
    from fuelbed.core.evidence import MetricsTable
    from fuelbed.core.facts import NotFound
    from fuelbed.numerics.mining import Mined

__all__ = ["invariants"]


@click.command(short_help="Show where the declared invariants of a case were violated, or suggest some.")
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--suggest", is_flag=True, help="Mine the normal part of the metrics; print a section `invariants` as YAML.")
@click.option("--on", metavar="NAME", default="", help="Only this entry of `evidence.metrics`.")
@click.option(
    "--most", type=click.IntRange(1, 500), default=12, show_default=True, help="Suggestions for each entry of the metrics."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@REDACT
def invariants(case: Path, suggest: bool, on: str, most: int, form: str, redact: bool) -> None:
    """Show every violation of the invariants that CASE declares: when, for how long, by how much.

    With --suggest: candidates from the metrics before the trigger, each with how often it fails on the rows that were held back. No file
    is changed: take what you want to hold into case.yaml.
    """
    from fuelbed.cli.common import load, redactor, refuse
    from fuelbed.core.scanner import did_you_mean

    loaded = load(case, redactor(redact))
    if on and on not in loaded.metrics:
        refuse(
            f"`evidence.metrics` has no entry `{on}`. {did_you_mean(on, loaded.metrics) or 'It has: ' + (', '.join(loaded.metrics) or 'none')}"
        )
    tables = [t for n, t in loaded.metrics.items() if on in ("", n)]
    if suggest:
        _suggest(loaded, tables, most, form)
    else:
        _violations(loaded, on, form)


def _violations(case: Case, on: str, form: str) -> None:
    import json

    from fuelbed.cli.common import say, write_out
    from fuelbed.core.options import Options
    from fuelbed.engines.invariants.checks import check
    from fuelbed.report.invariants import as_data, as_text

    rows = [r for r in check(case, Options().seed) if on in ("", r.invariant.on)]
    if form == "json":
        write_out(json.dumps(as_data(rows), ensure_ascii=False) + "\n", None)
    else:
        say(as_text(rows))


def _suggest(case: Case, tables: list[MetricsTable], most: int, form: str) -> None:
    import json

    from fuelbed.cli.common import say, write_out
    from fuelbed.report.invariants import suggestions_as_data, suggestions_as_yaml

    found = [(t, _mined(t)) for t in tables]
    if form == "json":
        write_out(json.dumps(suggestions_as_data(found, most), ensure_ascii=False) + "\n", None)
    else:
        say(suggestions_as_yaml(found, case.invariants.values(), most, case.file).rstrip("\n"))


def _mined(table: MetricsTable) -> Mined | NotFound:
    """What the rows before the trigger hold (all rows, where there is none), or what to give."""
    import numpy as np

    from fuelbed.core.facts import NotFound
    from fuelbed.core.temporal import TEMPORAL_WORDS
    from fuelbed.numerics.mining import LEAST_ROWS, Record, mine

    times = np.array(table.times)
    stop = len(times) if table.trigger is None else int(np.searchsorted(times, table.trigger[0]))
    if stop < LEAST_ROWS:
        normal = f"{stop} row{'s' * (stop != 1)}{' before the trigger' if table.trigger else ''}"
        question = f"Is there a longer record of normal operation? `{table.name}` has {normal}, and {LEAST_ROWS} are needed."
        return NotFound(question, "candidate invariants with their false-alarm rate")
    columns = {n: np.array(c.values)[:stop] for n, c in table.columns.items() if n not in TEMPORAL_WORDS}
    return mine(Record(times[:stop], columns, {n: c.unit for n, c in table.columns.items()}))
