"""Every shipped case is read without a fault, fits the published schema, and can be copied together with it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from fuelbed.readers.case import read_case
from fuelbed.readers.shapes import case_json_schema
from tests.commands import fuelbed
from tests.shipped import SHIPPED, parameters

ROOT = Path(__file__).parents[2]
FIRST_LINE = "# yaml-language-server: $schema=case.schema.json"
each_case = pytest.mark.parametrize("shipped", SHIPPED, ids=lambda p: p.name)


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


@pytest.mark.parametrize("shipped", parameters())
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


ORDER = (
    "fuelbed", "title", "failure", "horizon", "date", "narrative", "author_team", "summary", "sources", "numbers", "factors", "structure", "common_causes", "zones", "assets", "exposure", "threshold", "dynamics",
    "signals", "seen", "hypotheses", "invariants", "control_structure", "evidence", "outcomes", "actions", "attribution",
)  # fmt: skip  # one list
HEADINGS = (
    "What happened",
    "Timeline",
    "What was there before",
    "What we do not know",
    "What the model adds",
    "What it teaches",
    "Sources",
)


@each_case
def test_fields_and_headings_are_in_one_order(shipped: Path) -> None:
    keys = [
        line.partition(":")[0] for line in (shipped / "case.yaml").read_text(encoding="utf-8").splitlines() if line[:1].isalpha()
    ]
    assert keys == [k for k in ORDER if k in keys]
    assert {"date", "narrative", "author_team", "summary", "sources", "structure", "outcomes", "actions", "attribution"} <= set(
        keys
    )
    text = (shipped / "postmortem.md").read_text(encoding="utf-8")
    found = [h.removeprefix("## ").partition(" (")[0] for h in text.splitlines() if h.startswith("## ")]
    assert [h for h in found if h in HEADINGS] == list(HEADINGS)
    assert text.splitlines()[0].removeprefix("# ") == read_case(shipped).title


@each_case
def test_it_says_in_a_sentence_what_it_teaches(shipped: Path) -> None:
    """In the narrative, in `fuelbed cases`, and on the page of the gallery; it is no part of the account, nor of what the text's share is taken of."""
    text = (shipped / "postmortem.md").read_text(encoding="utf-8")
    said = text.partition("\n## What it teaches\n")[2].partition("\n#")[0].strip()
    assert 60 <= len(said) <= 300
    assert said.endswith(".")
    assert ". " not in said, "one sentence"
    page = (ROOT / "docs/gallery.md").read_text(encoding="utf-8")
    case = read_case(shipped)
    assert f"## {shipped.name}\n\n**{case.title}** ({case.date})\n\n{said}\n" in page
    assert " ".join(said.split()) in " ".join(fuelbed("cases").output.split())
    assert {"What we do not know", "What the model adds", "What it teaches"} == set(case.attribution.without)


@each_case
def test_sources_have_an_address_and_say_how_far_they_were_read(shipped: Path) -> None:
    sources = yaml.load((shipped / "case.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)["sources"]
    assert sources
    for s in sources:
        assert s["address"].startswith(("https://", "http://"))
        assert s["what"]
    text = (shipped / "postmortem.md").read_text(encoding="utf-8")
    assert [s["address"] for s in sources if s["address"] not in text] == []
    assert re.search(r"\bread\b|quote", text.partition("## What happened")[0]), "what of the sources was read"


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
