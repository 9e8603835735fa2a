"""`fuelbed schema`."""

from __future__ import annotations

import json

import click

__all__ = ["schema"]


@click.command(short_help="Print the JSON Schema of the case file or of the JSON report.")
@click.option("--report", is_flag=True, help="The schema of the JSON report instead of the case file's.")
def schema(report: bool) -> None:
    """Print a JSON Schema (draft 2020-12); editors use it for completion in case.yaml."""
    if report:
        from fuelbed.report.json import report_json_schema as make
    else:
        from fuelbed.readers.shapes import case_json_schema as make
    click.echo(json.dumps(make(), indent=2, sort_keys=False))
