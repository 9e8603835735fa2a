"""`fuelbed schema`."""

from __future__ import annotations

import json

import click

__all__ = ["schema"]


@click.command(short_help="Print the JSON Schema of the case file, or of what the commands write as JSON.")
@click.option("--report", "of", flag_value="report", help="Of `analyze --format json`.")
@click.option("--review", "of", flag_value="review", help="Of `review --format json`.")
@click.option("--corpus", "of", flag_value="corpus", help="Of `corpus --format json`.")
@click.option("--diff", "of", flag_value="diff", help="Of `diff --format json`.")
@click.option("--verify", "of", flag_value="verify", help="Of `verify --format json`.")
@click.option("--config", "of", flag_value="config", help="Of `fuelbed.toml`, or `[tool.fuelbed]` of pyproject.toml.")
@click.option("--reading", "of", flag_value="reading", help="Of `draft --format json`.")
@click.option("--answer", "of", flag_value="answer", help="Of what `draft --accept` reads.")
def schema(of: str | None) -> None:
    """Print a JSON Schema (draft 2020-12): of case.yaml, for completion in an editor, unless another is asked for."""
    if of == "report":
        from fuelbed.report.json import report_json_schema as make
    elif of == "review":
        from fuelbed.reviewing.data import review_schema as make
    elif of == "corpus":
        from fuelbed.corpus.data import corpus_schema as make
    elif of == "diff":
        from fuelbed.comparing.data import diff_schema as make
    elif of == "verify":
        from fuelbed.verifying.data import verify_schema as make
    elif of == "config":
        from fuelbed.readers.settings import settings_schema as make
    elif of == "reading":
        from fuelbed.drafting.data import reading_schema as make
    elif of == "answer":
        from fuelbed.drafting.answer import answer_schema as make
    else:
        from fuelbed.readers.shapes import case_json_schema as make
    click.echo(json.dumps(make(), indent=2, sort_keys=False))
