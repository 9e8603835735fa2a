"""Every shipped case is read without a fault, fits the published schema, and can be copied together with it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

from fuelbed.cli.main import main
from fuelbed.readers.case import read_case
from fuelbed.readers.shapes import case_json_schema

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(p.parent for p in (ROOT / "src/fuelbed/cases").glob("*/case.yaml"))
FIRST_LINE = "# yaml-language-server: $schema=case.schema.json"
each_case = pytest.mark.parametrize("shipped", SHIPPED, ids=lambda p: p.name)


def fuelbed(*args: object) -> Result:
    sys.argv = ["fuelbed", *map(str, args)]  # the lazy command table reads the process's own arguments
    return CliRunner().invoke(main, [str(a) for a in args])


def test_there_are_shipped_cases() -> None:
    listed = fuelbed("cases").output
    assert SHIPPED
    assert [p.name for p in SHIPPED if p.name not in listed] == []


@each_case
def test_it_is_read_without_a_finding(shipped: Path) -> None:
    case = read_case(shipped)
    assert case.findings == ()
    assert case.narrative
    assert (shipped / case.narrative).stat().st_size > 1_000


@each_case
def test_every_number_says_what_it_rests_on(shipped: Path) -> None:
    """Published, measured, judged or assumed; rate words are judged by definition."""
    full = fuelbed("analyze", shipped, "--full").output
    assert "judged" in full  # a column of a table, or a line where the table is too wide
    assert "unstated" not in full


@each_case
def test_it_fits_the_published_schema(shipped: Path) -> None:
    """As an editor sees it: YAML read with every plain scalar as text or number, against the schema."""
    case = yaml.load((shipped / "case.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    case["fuelbed"] = int(case["fuelbed"])
    for belief in case.get("hypotheses", {}).values():
        if "tried" in belief:
            belief["tried"] = int(belief["tried"])
    jsonschema.Draft202012Validator(case_json_schema()).validate(case)


@each_case
def test_a_copy_brings_its_schema_along(shipped: Path, tmp_path: Path) -> None:
    to = tmp_path / "new" / "mine"
    copied = fuelbed("cases", shipped.name, to)
    assert copied.exit_code == 0, copied.output
    assert (to / "case.schema.json").read_text(encoding="utf-8") == fuelbed("schema").output
    lines = (to / "case.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[0] == FIRST_LINE
    assert lines.count(FIRST_LINE) == 1
    rest = (to / "case.yaml").read_text(encoding="utf-8").removeprefix(FIRST_LINE + "\n")
    assert rest == (shipped / "case.yaml").read_text(encoding="utf-8").removeprefix(FIRST_LINE + "\n")
    assert read_case(to).findings == ()
    assert sorted(p.name for p in to.iterdir()) == sorted(
        {p.name for p in shipped.iterdir() if p.suffix != ".py" and p.name != "__pycache__"} | {"case.schema.json"}
    )


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = fuelbed("cases", SHIPPED[0].name, tmp_path / "file" / "below")
    assert done.exit_code == 2
    assert json.dumps(done.output).count("\\n") == 1
    assert "Traceback" not in done.output


def test_the_copied_schema_is_json(tmp_path: Path) -> None:
    fuelbed("cases", SHIPPED[0].name, tmp_path / "mine")
    schema = json.loads((tmp_path / "mine" / "case.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
