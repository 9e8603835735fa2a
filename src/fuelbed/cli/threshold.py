"""`fuelbed threshold CASE`."""

from __future__ import annotations

from pathlib import Path

import click

from fuelbed.cli.common import REDACT

__all__ = ["threshold"]


@click.command(short_help="How close to failing: margins learned from incidents and near misses.")
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--suggest", is_flag=True, help="Print the learned threshold as a line of `structure`, ready to paste.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--needed", is_flag=True, help="Also say how many more records would halve the interval, by simulation (takes a minute)."
)
@REDACT
def threshold(case: Path, suggest: bool, form: str, needed: bool, redact: bool) -> None:
    """Learn weights and threshold from the incidents and near misses of CASE, and tell how close to failing it was.

    No file is changed. With --suggest: a line `threshold(1, 0.5*a, ...)` with how many records it tells right, as a patch.
    """
    import json

    import numpy as np

    from fuelbed.cli.common import load, redactor, refuse, say, write_out
    from fuelbed.core.options import Options
    from fuelbed.engines.threshold.scene import records, set_up
    from fuelbed.report.threshold import as_data, as_text, as_yaml

    loaded = load(case, redactor(redact))
    found = records(loaded)
    if found is None:
        refuse(
            "there are no records to learn weights from. Add `evidence.incidents`: a table of incidents and near misses, with the "
            f"factors of each. What the case declares of its thresholds is answered by `fuelbed analyze {case}`."
        )
    scene = set_up(loaded, found, np.random.default_rng(Options().seed))
    if suggest:
        say(as_yaml(scene))
    elif form == "json":
        write_out(json.dumps(as_data(scene, needed), ensure_ascii=False) + "\n", None)
    else:
        say(as_text(scene, needed))
