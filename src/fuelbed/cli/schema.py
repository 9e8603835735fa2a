"""`fuelbed schema`."""

from __future__ import annotations

import json

import click

__all__ = ["schema"]


@click.command(short_help="Print the JSON Schema of the case file, or of what the commands write as JSON.")
@click.option("--report", "of", flag_value="report", help="Of `analyze --format json`.")
@click.option("--review", "of", flag_value="review", help="Of `review --format json`.")
@click.option("--reading", "of", flag_value="reading", help="Of `draft --format json`.")
def schema(of: str | None) -> None:
    """Print a JSON Schema (draft 2020-12): of case.yaml, for completion in an editor, unless another is asked for."""
    if of == "report":
        from fuelbed.report.json import report_json_schema as make
    elif of == "review":
        from fuelbed.reviewing.data import review_schema as make
    elif of == "reading":
        from fuelbed.drafting.data import reading_schema as make
    else:
        from fuelbed.readers.shapes import case_json_schema as make
    click.echo(json.dumps(make(), indent=2, sort_keys=False))
